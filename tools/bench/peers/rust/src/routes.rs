use std::net::SocketAddr;

use hyper::header::AUTHORIZATION;
use hyper::{Body, Method, Request, Response};

use crate::api::{self, Answer, ApiError};
use crate::{config, profiles, sessions, App};

pub async fn serve(app: &App, peer: SocketAddr, request: Request<Body>) -> Response<Body> {
    let is_private = matches!(
        request.uri().path(),
        "/api/login" | "/api/v1/token/refresh" | "/api/user/info" | "/api/v1/users"
    );
    match dispatch(app, peer, request).await {
        Ok(response) => response,
        Err(error) if is_private => api::forbid_to_store(api::fail(error)),
        Err(error) => api::fail(error),
    }
}

async fn dispatch(app: &App, peer: SocketAddr, request: Request<Body>) -> Answer {
    match (request.uri().path(), request.method()) {
        ("/ping", &Method::GET) => Ok(api::json(r#"{"message":"pong"}"#)),
        ("/api/config", &Method::GET) => Ok(config::show(app, &request)),
        ("/api/login", &Method::POST) => sessions::log_in(app, peer, request).await,
        ("/api/v1/token/refresh", &Method::POST) => sessions::refresh(app, request).await,
        ("/api/user/info", &Method::GET) => {
            profiles::show_own(app, authenticate(app, &request)?).await
        }
        ("/api/user/info", &Method::PATCH | &Method::POST) => {
            profiles::change_own(app, authenticate(app, &request)?, request).await
        }
        ("/api/v1/users", &Method::GET) => {
            authenticate(app, &request)?;
            profiles::list(app, request.uri().query().unwrap_or("")).await
        }
        (
            "/ping" | "/api/config" | "/api/login" | "/api/v1/token/refresh" | "/api/user/info"
            | "/api/v1/users",
            _,
        ) => Err(api::METHOD_NOT_ALLOWED),
        _ => Err(api::ROUTE_NOT_FOUND),
    }
}

/// The user's id.
fn authenticate(app: &App, request: &Request<Body>) -> Result<i64, ApiError> {
    const SCHEME: &str = "bearer ";
    let field = request.headers().get(AUTHORIZATION).and_then(|field| field.to_str().ok());
    match field {
        Some(field)
            if field.len() > SCHEME.len()
                && field[..SCHEME.len()].eq_ignore_ascii_case(SCHEME) =>
        {
            app.access.verify(&field[SCHEME.len()..])
        }
        _ => Err(api::UNAUTHENTICATED),
    }
}
