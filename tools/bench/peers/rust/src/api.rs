//! The envelope, and the rows of docs/errors.md.

use hyper::header::{HeaderValue, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use hyper::{Body, Response, StatusCode};
use serde::Serialize;

#[derive(Clone, Copy, Debug)]
pub struct ApiError {
    status: u16,
    code: u32,
    message: &'static str,
}

const fn row(status: u16, code: u32, message: &'static str) -> ApiError {
    ApiError { status, code, message }
}

pub const INVALID_JSON: ApiError = row(400, 40001, "the body is not valid JSON");
pub const INVALID_FIELD: ApiError = row(400, 40002, "invalid field");
pub const INVALID_CODE: ApiError = row(400, 40003, "the login code is invalid or expired");
pub const UNAUTHENTICATED: ApiError = row(401, 40100, "authentication required");
pub const TOKEN_EXPIRED: ApiError = row(401, 40101, "the access token has expired");
pub const SESSION_ENDED: ApiError = row(401, 40102, "the session has ended");
pub const INVALID_REFRESH_TOKEN: ApiError = row(401, 40104, "the refresh token is invalid");
pub const ACCOUNT_DISABLED: ApiError = row(403, 40301, "the account is disabled");
pub const USER_BLOCKED: ApiError = row(403, 40302, "WeChat has blocked this user");
pub const ROUTE_NOT_FOUND: ApiError = row(404, 40400, "no such route");
pub const USER_NOT_FOUND: ApiError = row(404, 40401, "no such user");
pub const METHOD_NOT_ALLOWED: ApiError = row(405, 40500, "method not allowed");
pub const BODY_TOO_LARGE: ApiError = row(413, 41300, "the body is too large");
pub const NOT_JSON: ApiError = row(415, 41500, "unsupported content type");
pub const TOO_MANY_REQUESTS: ApiError = row(429, 42900, "too many requests");
pub const INTERNAL: ApiError = row(500, 50000, "internal error");
pub const REJECTED_BY_WECHAT: ApiError = row(502, 50200, "WeChat refused the server");
pub const BAD_WECHAT_REPLY: ApiError = row(502, 50201, "unexpected reply from WeChat");
pub const DATABASE: ApiError = row(503, 50302, "the database is unavailable");
pub const WECHAT_UNAVAILABLE: ApiError = row(503, 50303, "WeChat is unavailable");

impl From<tokio_postgres::Error> for ApiError {
    fn from(cause: tokio_postgres::Error) -> Self {
        eprintln!("{}", cause);
        DATABASE
    }
}

pub type Answer = Result<Response<Body>, ApiError>;

#[derive(Serialize)]
struct Envelope<'a, T: Serialize> {
    code: u32,
    message: &'a str,
    data: T,
    trace_id: &'a str,
}

pub fn new_trace_id() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

fn reply<T: Serialize>(status: StatusCode, code: u32, message: &str, data: T) -> Response<Body> {
    let trace_id = new_trace_id();
    let body = serde_json::to_vec(&Envelope { code, message, data, trace_id: &trace_id })
        .expect("what is shown is JSON");
    let mut response = json(body);
    *response.status_mut() = status;
    let trace = HeaderValue::from_str(&trace_id).expect("hexadecimal");
    response.headers_mut().insert("x-trace-id", trace);
    response
}

pub fn json(body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

pub fn succeed<T: Serialize>(data: T) -> Response<Body> {
    reply(StatusCode::OK, 200, "ok", data)
}

pub fn private<T: Serialize>(data: T) -> Response<Body> {
    forbid_to_store(succeed(data))
}

pub fn forbid_to_store(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub fn fail(error: ApiError) -> Response<Body> {
    let status = StatusCode::from_u16(error.status).expect("a status");
    let mut response = reply(status, error.code, error.message, ());
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
