use std::time::Duration;

use hyper::client::HttpConnector;
use hyper::{Body, Client};
use percent_encoding::{utf8_percent_encode, NON_ALPHANUMERIC};
use serde::Deserialize;

use crate::api::{self, ApiError};
use crate::tokens::APPID;

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    openid: String,
    #[serde(default)]
    session_key: String,
    #[serde(default)]
    errcode: i64,
}

pub struct Known {
    pub openid: String,
    pub session_key: String,
}

/// Exchanges login codes over connections that are kept.
pub struct Wechat {
    base: String,
    client: Client<HttpConnector, Body>,
}

const TIMEOUT: Duration = Duration::from_secs(5);

impl Wechat {
    pub fn new(base: String) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder().pool_max_idle_per_host(1024).build(connector);
        Wechat { base, client }
    }

    pub async fn exchange(&self, code: &str) -> Result<Known, ApiError> {
        let url = format!(
            "{}/sns/jscode2session?appid={}&secret=secret&js_code={}&grant_type=authorization_code",
            self.base, APPID, utf8_percent_encode(code, NON_ALPHANUMERIC));
        let url = url.parse().map_err(|_| api::INTERNAL)?;
        let answer = tokio::time::timeout(TIMEOUT, async {
            hyper::body::to_bytes(self.client.get(url).await?.into_body()).await
        });
        let text = match answer.await {
            Ok(Ok(text)) => text,
            _ => return Err(api::WECHAT_UNAVAILABLE),
        };
        let reply: Reply = serde_json::from_slice(&text).map_err(|_| api::BAD_WECHAT_REPLY)?;
        match reply.errcode {
            0 if !reply.openid.is_empty() && !reply.session_key.is_empty() => {
                Ok(Known { openid: reply.openid, session_key: reply.session_key })
            }
            0 => Err(api::BAD_WECHAT_REPLY),
            40029 | 40163 => Err(api::INVALID_CODE),
            40226 => Err(api::USER_BLOCKED),
            45011 => Err(api::TOO_MANY_REQUESTS),
            -1 => Err(api::WECHAT_UNAVAILABLE),
            _ => Err(api::REJECTED_BY_WECHAT),
        }
    }
}
