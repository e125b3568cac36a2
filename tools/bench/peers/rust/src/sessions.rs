use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use hyper::header::USER_AGENT;
use hyper::{Body, Request};
use serde::{Deserialize, Serialize};

use crate::api::{self, Answer, ApiError};
use crate::profiles::Profile;
use crate::store::Admission;
use crate::tokens::{self, RefreshToken, ACCESS_TTL, REFRESH_TTL, SESSION_TTL};
use crate::{input, App};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refresh {
    refresh_token: String,
}

#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    refresh_token: String,
    refresh_expires_in: i64,
    is_new_user: bool,
}

#[derive(Serialize)]
struct Opened {
    #[serde(flatten)]
    tokens: Tokens,
    user: Profile,
}

/// Microseconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros() as i64
}

pub async fn log_in(app: &App, peer: SocketAddr, request: Request<Body>) -> Answer {
    let device = request.headers().get(USER_AGENT).and_then(|field| field.to_str().ok());
    let device: String = device.unwrap_or("").chars().take(256).collect();
    let Login { code } = input::read_body(request).await?;
    if code.is_empty() || code.len() > 512 || code.chars().any(char::is_control) {
        return Err(api::INVALID_FIELD);
    }
    let known = app.wechat.exchange(&code).await?;
    let secret = tokens::new_secret();
    let now = now();
    let opened = app
        .store
        .admit(&Admission {
            sealed_key: app.sealer.seal(&known.session_key, &known.openid),
            openid: known.openid,
            device,
            address: peer.ip().to_string(),
            secret_hash: tokens::hash(&secret),
            now,
            expires_at: now + SESSION_TTL * 1_000_000,
        })
        .await?;
    let current = RefreshToken { session: opened.session, counter: 0, secret };
    let end = now + SESSION_TTL * 1_000_000;
    let mut tokens = issue(app, &opened.user.id, &opened.user.role, &current, now, end)?;
    tokens.is_new_user = opened.is_new_user;
    Ok(api::private(Opened { tokens, user: opened.user }))
}

fn issue(
    app: &App, user: &str, role: &str, current: &RefreshToken, now: i64, end: i64,
) -> Result<Tokens, ApiError> {
    Ok(Tokens {
        access_token: app.access.sign(user, current.session, role, now)?,
        token_type: "Bearer",
        expires_in: ACCESS_TTL,
        refresh_token: app.refresh.encode(current),
        refresh_expires_in: REFRESH_TTL.min((end - now) / 1_000_000),
        is_new_user: false,
    })
}

pub async fn refresh(app: &App, request: Request<Body>) -> Answer {
    let Refresh { refresh_token } = input::read_body(request).await?;
    if refresh_token.len() > 256 {
        return Err(api::INVALID_FIELD);
    }
    let presented = app.refresh.decode(&refresh_token).ok_or(api::INVALID_REFRESH_TOKEN)?;
    let now = now();
    let found = app.store.rotate(&presented, now).await?;
    let current = RefreshToken { counter: found.counter, ..presented };
    Ok(api::private(issue(app, &found.user, &found.role, &current, now, found.expires_at)?))
}
