use std::sync::Arc;

use chrono::NaiveDateTime;
use hyper::{Body, Request};
use serde::{Deserialize, Serialize};

use crate::api::{self, Answer};
use crate::{input, App};

#[derive(Serialize)]
pub struct Profile {
    pub id: String,
    pub nickname: String,
    pub avatar_url: String,
    pub language: String,
    pub role: String,
    pub created_at: String,
}

#[derive(Serialize)]
pub struct PublicProfile {
    pub id: String,
    pub nickname: String,
    pub avatar_url: String,
}

#[derive(Serialize)]
struct Page {
    items: Vec<PublicProfile>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    pub nickname: Option<String>,
    pub avatar_url: Option<String>,
    pub language: Option<String>,
}

pub fn rfc3339(microseconds: i64) -> String {
    let (seconds, rest) = (microseconds.div_euclid(1_000_000), microseconds.rem_euclid(1_000_000));
    NaiveDateTime::from_timestamp_opt(seconds, rest as u32 * 1000)
        .unwrap_or_default()
        .format("%Y-%m-%dT%H:%M:%S%.6fZ")
        .to_string()
}

pub async fn show_own(app: &App, id: i64) -> Answer {
    if let Some(known) = app.cache.get(id) {
        return Ok(api::private(&*known));
    }
    let version = app.cache.version(id);
    let found = Arc::new(app.store.find(id).await?.ok_or(api::USER_NOT_FOUND)?);
    app.cache.put(id, &found, version);
    Ok(api::private(&*found))
}

pub async fn change_own(app: &App, id: i64, request: Request<Body>) -> Answer {
    let patch: Patch = input::read_body(request).await?;
    if !patch.is_valid() {
        return Err(api::INVALID_FIELD);
    }
    let changed = app.store.change(id, &patch).await;
    app.cache.drop(id);
    Ok(api::private(changed?.ok_or(api::USER_NOT_FOUND)?))
}

impl Patch {
    fn is_valid(&self) -> bool {
        let fits = |value: &Option<String>, rule: fn(&str) -> bool| value.as_deref().map_or(true, rule);
        let is_empty =
            self.nickname.is_none() && self.avatar_url.is_none() && self.language.is_none();
        !is_empty
            && fits(&self.nickname, input::is_nickname)
            && fits(&self.avatar_url, input::is_avatar_url)
            && fits(&self.language, input::is_language)
    }
}

pub async fn list(app: &App, query: &str) -> Answer {
    let limit: usize = input::parameter(query, "limit")
        .map_or(Ok(20), str::parse)
        .ok()
        .filter(|limit| (1..=100).contains(limit))
        .ok_or(api::INVALID_FIELD)?;
    let after = match input::parameter(query, "cursor") {
        Some(cursor) => read_cursor(cursor).ok_or(api::INVALID_FIELD)?,
        None => 0,
    };
    let mut items = app.store.list(after, limit as i64 + 1).await?;
    let next_cursor = if items.len() > limit {
        items.truncate(limit);
        items.last().map(|last| base64::encode_config(&last.id, base64::URL_SAFE_NO_PAD))
    } else {
        None
    };
    Ok(api::private(Page { items, next_cursor }))
}

/// The last id of the page before; clients don't look into it.
fn read_cursor(cursor: &str) -> Option<i64> {
    let text = base64::decode_config(cursor, base64::URL_SAFE_NO_PAD).ok()?;
    std::str::from_utf8(&text).ok()?.parse().ok().filter(|id| *id > 0)
}
