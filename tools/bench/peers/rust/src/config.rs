use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use hyper::header::{HeaderValue, CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use hyper::{Body, Request, Response, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{api, store, App, Failure};

#[derive(Serialize)]
pub struct Published {
    pub version: i64,
    pub values: BTreeMap<String, Box<RawValue>>,
}

#[derive(Clone)]
struct Served {
    data: Arc<RawValue>,
    etag: HeaderValue,
}

/// Has the published configuration, and looks for a newer one every second.
pub struct ConfigWatch {
    current: RwLock<Served>,
}

fn render(published: &Published) -> Result<Served, Failure> {
    let data = RawValue::from_string(serde_json::to_string(published)?)?;
    let etag = HeaderValue::from_str(&format!("W/\"v{}\"", published.version))?;
    Ok(Served { data: data.into(), etag })
}

impl ConfigWatch {
    pub async fn start(url: &str) -> Result<Arc<Self>, Failure> {
        let client = store::connect(url).await?;
        let first = store::load_config(&client, -1).await?.ok_or("no version")?;
        let watch = Arc::new(ConfigWatch { current: RwLock::new(render(&first)?) });
        let watching = watch.clone();
        let mut version = first.version;
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                match store::load_config(&client, version).await {
                    Ok(Some(newer)) => {
                        version = newer.version;
                        if let Ok(served) = render(&newer) {
                            *watching.current.write().unwrap() = served;
                        }
                    }
                    Ok(None) => {}
                    Err(cause) => eprintln!("{}", cause),
                }
            }
        });
        Ok(watch)
    }
}

pub fn show(app: &App, request: &Request<Body>) -> Response<Body> {
    let Served { data, etag } = app.config.current.read().unwrap().clone();
    let field = request.headers().get(IF_NONE_MATCH).and_then(|field| field.to_str().ok());
    let mut response = if field.map_or(false, |field| names_tag(field, &etag)) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        let trace = HeaderValue::from_str(&api::new_trace_id()).expect("hexadecimal");
        response.headers_mut().insert("x-trace-id", trace);
        response
    } else {
        api::succeed(&*data)
    };
    response.headers_mut().insert(ETAG, etag);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Whether a field If-None-Match has the tag; they are compared weakly.
fn names_tag(field: &str, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = opaque(etag.to_str().unwrap_or(""));
    field == "*" || field.split(',').any(|tag| opaque(tag) == known)
}
