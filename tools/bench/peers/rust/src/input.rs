use bytes::{Bytes, BytesMut};
use hyper::body::HttpBody;
use hyper::header::CONTENT_TYPE;
use hyper::{Body, Request};
use serde::de::DeserializeOwned;

use crate::api::{self, ApiError};

const MAX_BODY_BYTES: usize = 1 << 20;

/// Reads one JSON object, and nothing that T has no field for.
pub async fn read_body<T: DeserializeOwned>(request: Request<Body>) -> Result<T, ApiError> {
    let (head, body) = request.into_parts();
    // Even if it is refused: hyper closes a connection on which there is something to read.
    let text = collect(body).await?;
    let kind = head.headers.get(CONTENT_TYPE).and_then(|field| field.to_str().ok());
    let kind = kind.unwrap_or("").split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(api::NOT_JSON);
    }
    if text.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(api::INVALID_JSON);
    }
    serde_json::from_slice(&text).map_err(|cause| match cause.classify() {
        serde_json::error::Category::Data => api::INVALID_FIELD,
        _ => api::INVALID_JSON,
    })
}

async fn collect(mut body: Body) -> Result<Bytes, ApiError> {
    if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(refuse(body).await);
    }
    let first = match body.data().await {
        Some(chunk) => chunk.map_err(|_| api::INVALID_JSON)?,
        None => return Ok(Bytes::new()),
    };
    if body.is_end_stream() && first.len() <= MAX_BODY_BYTES {
        return Ok(first);
    }
    let mut all = BytesMut::from(&first[..]);
    while let Some(chunk) = body.data().await {
        all.extend_from_slice(&chunk.map_err(|_| api::INVALID_JSON)?);
        if all.len() > MAX_BODY_BYTES {
            return Err(refuse(body).await);
        }
    }
    Ok(all.freeze())
}

/// A client that is still sending when the connection ends doesn't see the answer: so some of the rest is
/// read.
async fn refuse(mut body: Body) -> ApiError {
    let mut left = 4 * MAX_BODY_BYTES;
    while let Some(Ok(chunk)) = body.data().await {
        left = match left.checked_sub(chunk.len()) {
            Some(less) => less,
            None => break,
        };
    }
    api::BODY_TOO_LARGE
}

/// What controls, is invisible or turns the direction of writing.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

pub fn is_nickname(text: &str) -> bool {
    text.chars().count() <= 64 && !text.chars().any(is_hidden)
}

pub fn is_avatar_url(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let authority = match text.strip_prefix("https://") {
        Some(rest) => rest.split(|c| matches!(c, '/' | '?' | '#')).next().unwrap_or(""),
        None => return false,
    };
    text.len() <= 1024
        && text.bytes().all(|c| c.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&c))
        && !authority.is_empty()
        && !authority.starts_with(':')
        && !authority.contains('@')
}

/// A BCP 47 tag, without the registry.
pub fn is_language(text: &str) -> bool {
    text.is_empty()
        || text.len() <= 35
            && text.split('-').enumerate().all(|(place, subtag)| {
                let is_word = subtag.bytes().all(|c| c.is_ascii_alphanumeric());
                let is_first = subtag.len() >= 2 && subtag.bytes().all(|c| c.is_ascii_alphabetic());
                !subtag.is_empty() && subtag.len() <= 8 && is_word && (place > 0 || is_first)
            })
}

/// The first value of a parameter of the query.
pub fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| match pair.split_once('=') {
        Some((key, value)) if key == name => Some(value),
        None if pair == name => Some(""),
        _ => None,
    })
}
