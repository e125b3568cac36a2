//! The mini-program API of Maque as a hyper service would have it: hyper on tokio's threads, tokio-postgres
//! with pipelining, jsonwebtoken, an LRU in the process. The settings come from the environment and are
//! those of the Gin peer (../gin/main.go).

mod api;
mod cache;
mod config;
mod input;
mod profiles;
mod routes;
mod sessions;
mod store;
mod tokens;
mod wechat;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::AddrStream;
use hyper::service::{make_service_fn, service_fn};
use hyper::Server;

type Failure = Box<dyn std::error::Error + Send + Sync>;

pub struct App {
    store: store::Store,
    cache: cache::ProfileCache,
    config: Arc<config::ConfigWatch>,
    access: tokens::AccessTokens,
    refresh: tokens::RefreshTokens,
    sealer: tokens::Sealer,
    wechat: wechat::Wechat,
}

fn setting(name: &str, otherwise: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| otherwise.to_owned())
}

fn key(name: &str) -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(setting(name, ""), &mut bytes)
        .map_err(|_| format!("{}: not 32 bytes in hexadecimal", name))?;
    Ok(bytes)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = setting("DATABASE_URL", "");
    let connections: usize = setting("DATABASE_CONNECTIONS", "20").parse()?;
    let reading: usize = setting("DATABASE_READERS", &(connections / 2).to_string()).parse()?;
    let store = store::Store::open(&url, connections, reading).await?;
    let app = Arc::new(App {
        config: config::ConfigWatch::start(&url).await?,
        store,
        cache: cache::ProfileCache::new(setting("CACHE_USERS", "0").parse()?),
        access: tokens::AccessTokens::new(&key("ACCESS_KEY_HEX")?),
        refresh: tokens::RefreshTokens::new(&key("REFRESH_KEY_HEX")?),
        sealer: tokens::Sealer::new(&key("SEALING_KEY_HEX")?),
        wechat: wechat::Wechat::new(setting("WECHAT_URL", "")),
    });
    let address: SocketAddr = setting("LISTEN", "127.0.0.1:8081").parse()?;
    let make_service = make_service_fn(move |connection: &AddrStream| {
        let app = app.clone();
        let peer = connection.remote_addr();
        async move {
            Ok::<_, Infallible>(service_fn(move |request| {
                let app = app.clone();
                async move { Ok::<_, Infallible>(routes::serve(&app, peer, request).await) }
            }))
        }
    });
    Server::try_bind(&address)?.tcp_nodelay(true).serve(make_service).await?;
    Ok(())
}
