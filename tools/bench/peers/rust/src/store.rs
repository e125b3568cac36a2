use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

use serde_json::value::RawValue;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::api::{self, ApiError};
use crate::config::Published;
use crate::profiles::{rfc3339, Patch, Profile, PublicProfile};
use crate::sessions;
use crate::tokens::{self, RefreshToken, APPID, REFRESH_TTL};
use crate::Failure;

const REUSE_WINDOW: i64 = 10_000_000; // Microseconds, as all times in the database.

pub async fn connect(url: &str) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        if let Err(cause) = connection.await {
            eprintln!("{}", cause);
            std::process::exit(1);
        }
    });
    Ok(client)
}

/// A connection for reads. Many requests use it at once: what they ask is pipelined.
struct Reader {
    client: Client,
    find: Statement,
    list: Statement,
}

/// A connection for what is committed. One request has it at a time, so that commits share a write to the
/// disk instead of waiting for each other on one connection.
struct Writer {
    client: Client,
    change: Statement,
    rotate: Statement,
    judge: Statement,
    end: Statement,
    find_identity: Statement,
    insert_user: Statement,
    insert_identity: Statement,
    renew_identity: Statement,
    insert_session: Statement,
}

pub struct Store {
    readers: Vec<Reader>,
    next: AtomicUsize,
    writers: Mutex<Vec<Writer>>,
    free: Semaphore,
}

macro_rules! user_columns {
    () => {
        "u.id, u.nickname, u.avatar_url, u.language, u.role, u.created_at"
    };
}

impl Reader {
    async fn open(url: &str) -> Result<Self, Failure> {
        let client = connect(url).await?;
        Ok(Reader {
            find: client
                .prepare(concat!("SELECT ", user_columns!(),
                    " FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL"))
                .await?,
            list: client
                .prepare("SELECT u.id, u.nickname, u.avatar_url FROM users u WHERE u.id > $1 \
                    AND NOT u.disabled AND u.deleted_at IS NULL ORDER BY u.id LIMIT $2")
                .await?,
            client,
        })
    }
}

impl Writer {
    async fn open(url: &str) -> Result<Self, Failure> {
        let client = connect(url).await?;
        Ok(Writer {
            change: client
                .prepare(concat!("UPDATE users u SET nickname = coalesce($2, u.nickname),",
                    " avatar_url = coalesce($3, u.avatar_url), language = coalesce($4, u.language),",
                    " updated_at = greatest(u.updated_at, $5), revision = u.revision + 1",
                    " WHERE u.id = $1 AND u.deleted_at IS NULL RETURNING ", user_columns!()))
                .await?,
            rotate: client
                .prepare("UPDATE sessions s SET refresh_counter = s.refresh_counter + 1, \
                    last_seen_at = $4, rotated_at = $4 FROM users u \
                    WHERE s.id = $1 AND s.refresh_counter = $2 AND s.refresh_secret_hash = $3 \
                    AND s.ended_at IS NULL AND s.expires_at > $4 AND s.last_seen_at > $5 \
                    AND u.id = s.user_id AND NOT u.disabled \
                    RETURNING s.user_id, u.role, s.refresh_counter, s.expires_at")
                .await?,
            judge: client
                .prepare("SELECT s.user_id, u.role, s.refresh_counter, s.expires_at, s.last_seen_at, \
                    s.rotated_at, s.ended_at IS NOT NULL, u.disabled \
                    FROM sessions s JOIN users u ON u.id = s.user_id \
                    WHERE s.id = $1 AND s.refresh_secret_hash = $2")
                .await?,
            end: client
                .prepare("UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
                .await?,
            find_identity: client
                .prepare(concat!("SELECT ", user_columns!(), ", u.disabled FROM wechat_identities i",
                    " JOIN users u ON u.id = i.user_id WHERE i.appid = $1 AND i.openid = $2"))
                .await?,
            insert_user: client
                .prepare("INSERT INTO users (id, nickname, avatar_url, language, role, disabled, \
                    created_at, updated_at, revision) \
                    VALUES ($1, '', '', '', 'user', false, $2, $2, 1)")
                .await?,
            insert_identity: client
                .prepare("INSERT INTO wechat_identities (appid, openid, user_id, created_at, \
                    sealed_session_key, session_key_at) VALUES ($1, $2, $3, $4, $5, $4)")
                .await?,
            renew_identity: client
                .prepare("UPDATE wechat_identities SET sealed_session_key = $3, session_key_at = $4 \
                    WHERE appid = $1 AND openid = $2")
                .await?,
            insert_session: client
                .prepare("INSERT INTO sessions (id, user_id, appid, device, address, created_at, \
                    last_seen_at, expires_at, refresh_secret_hash, refresh_counter, rotated_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 0, $6)")
                .await?,
            client,
        })
    }
}

fn profile_of(row: &Row) -> Profile {
    Profile {
        id: row.get::<_, i64>(0).to_string(),
        nickname: row.get(1),
        avatar_url: row.get(2),
        language: row.get(3),
        role: row.get(4),
        created_at: rfc3339(row.get(5)),
    }
}

pub struct Admission {
    pub openid: String,
    pub sealed_key: Vec<u8>,
    pub device: String,
    pub address: String,
    pub secret_hash: Vec<u8>,
    pub now: i64,
    pub expires_at: i64,
}

pub struct Admitted {
    pub user: Profile,
    pub session: i64,
    pub is_new_user: bool,
}

pub struct CurrentSession {
    pub user: String,
    pub role: String,
    pub counter: u32,
    pub expires_at: i64,
}

fn session_of(row: &Row) -> CurrentSession {
    CurrentSession {
        user: row.get::<_, i64>(0).to_string(),
        role: row.get(1),
        counter: row.get::<_, i64>(2) as u32,
        expires_at: row.get(3),
    }
}

impl Store {
    /// @param reading how many of the connections are for reads
    pub async fn open(url: &str, connections: usize, reading: usize) -> Result<Self, Failure> {
        let (mut readers, mut writers) = (Vec::new(), Vec::new());
        for _ in 0..reading.max(1) {
            readers.push(Reader::open(url).await?);
        }
        for _ in reading.max(1)..connections.max(2) {
            writers.push(Writer::open(url).await?);
        }
        let free = Semaphore::new(writers.len());
        Ok(Store { readers, next: AtomicUsize::new(0), writers: Mutex::new(writers), free })
    }

    fn reader(&self) -> &Reader {
        &self.readers[self.next.fetch_add(1, Ordering::Relaxed) % self.readers.len()]
    }

    pub async fn find(&self, id: i64) -> Result<Option<Profile>, ApiError> {
        let on = self.reader();
        Ok(on.client.query_opt(&on.find, &[&id]).await?.as_ref().map(profile_of))
    }

    pub async fn change(&self, id: i64, patch: &Patch) -> Result<Option<Profile>, ApiError> {
        let mut taken = self.take().await;
        let on = taken.mine();
        let now = sessions::now();
        let changed = on.client
            .query_opt(&on.change, &[&id, &patch.nickname, &patch.avatar_url, &patch.language, &now])
            .await?;
        Ok(changed.as_ref().map(profile_of))
    }

    pub async fn list(&self, after: i64, limit: i64) -> Result<Vec<PublicProfile>, ApiError> {
        let on = self.reader();
        let rows = on.client.query(&on.list, &[&after, &limit]).await?;
        let profile = |row: &Row| PublicProfile {
            id: row.get::<_, i64>(0).to_string(),
            nickname: row.get(1),
            avatar_url: row.get(2),
        };
        Ok(rows.iter().map(profile).collect())
    }

    /// Opens a session for the user of the openid, who is made if there is none, in one transaction.
    pub async fn admit(&self, asked: &Admission) -> Result<Admitted, ApiError> {
        const ATTEMPTS: usize = 3;
        let mut on = self.take().await;
        for attempt in 1.. {
            match admit_within(on.mine(), asked).await {
                Ok(opened) => return opened,
                // Another login of the same new user was first, or, once in a lifetime, an id is taken.
                Err(cause)
                    if cause.code() == Some(&SqlState::UNIQUE_VIOLATION) && attempt < ATTEMPTS => {}
                Err(cause) => return Err(cause.into()),
            }
        }
        unreachable!()
    }

    async fn take(&self) -> Taken<'_> {
        let permit = self.free.acquire().await.expect("it is never closed");
        let taken = self.writers.lock().unwrap().pop();
        Taken { from: self, taken, _permit: permit }
    }

    /// Uses the token up. Nearly always one statement is all; the other one finds out why it was not.
    pub async fn rotate(
        &self, presented: &RefreshToken, now: i64,
    ) -> Result<CurrentSession, ApiError> {
        let mut taken = self.take().await;
        let on = taken.mine();
        let hash = tokens::hash(&presented.secret);
        let counter = i64::from(presented.counter);
        let earliest = now - REFRESH_TTL * 1_000_000;
        let rotated = on.client
            .query_opt(&on.rotate, &[&presented.session, &counter, &hash, &now, &earliest])
            .await?;
        match rotated {
            Some(row) => Ok(session_of(&row)),
            None => judge(on, presented, &hash, now).await,
        }
    }
}

async fn judge(
    on: &Writer, presented: &RefreshToken, hash: &Vec<u8>, now: i64,
) -> Result<CurrentSession, ApiError> {
    let row = on.client.query_opt(&on.judge, &[&presented.session, hash]).await?;
    let row = row.ok_or(api::INVALID_REFRESH_TOKEN)?;
    let current = session_of(&row);
    let (last_seen_at, rotated_at): (i64, i64) = (row.get(4), row.get(5));
    let end = current.expires_at.min(last_seen_at + REFRESH_TTL * 1_000_000);
    if row.get(6) || now >= end {
        return Err(api::SESSION_ENDED);
    }
    if row.get(7) {
        return Err(api::ACCOUNT_DISABLED);
    }
    if current.counter == presented.counter + 1 && now - rotated_at < REUSE_WINDOW {
        return Ok(current); // The client lost the answer.
    }
    on.client.execute(&on.end, &[&presented.session, &now]).await?;
    Err(api::SESSION_ENDED) // Somebody has a copy.
}

/// Gives the connection back, also when the request is dropped.
struct Taken<'a> {
    from: &'a Store,
    taken: Option<Writer>,
    _permit: SemaphorePermit<'a>,
}

impl Taken<'_> {
    fn mine(&mut self) -> &mut Writer {
        self.taken.as_mut().expect("there is one for each permit")
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.from.writers.lock().unwrap().extend(self.taken.take());
    }
}

type Value<'a> = &'a (dyn ToSql + Sync);

async fn admit_within(
    on: &mut Writer, asked: &Admission,
) -> Result<Result<Admitted, ApiError>, tokio_postgres::Error> {
    let within = on.client.transaction().await?;
    let known = within.query_opt(&on.find_identity, &[&APPID, &asked.openid]).await?;
    let is_new_user = known.is_none();
    let user_id = match &known {
        Some(row) if row.get(6) => return Ok(Err(api::ACCOUNT_DISABLED)),
        Some(row) => row.get(0),
        None => tokens::new_id(asked.now),
    };
    let session = tokens::new_id(asked.now);
    let user: [Value; 2] = [&user_id, &asked.now];
    let identity: [Value; 5] = [&APPID, &asked.openid, &user_id, &asked.now, &asked.sealed_key];
    let renewed: [Value; 4] = [&APPID, &asked.openid, &asked.sealed_key, &asked.now];
    let opened: [Value; 8] = [
        &session, &user_id, &APPID, &asked.device, &asked.address, &asked.now, &asked.expires_at,
        &asked.secret_hash,
    ];
    // What doesn't wait for each other goes out at once.
    if is_new_user {
        tokio::try_join!(
            within.execute(&on.insert_user, &user),
            within.execute(&on.insert_identity, &identity),
            within.execute(&on.insert_session, &opened),
        )?;
    } else {
        tokio::try_join!(
            within.execute(&on.renew_identity, &renewed),
            within.execute(&on.insert_session, &opened),
        )?;
    }
    within.commit().await?;
    let user = match &known {
        Some(row) => profile_of(row),
        None => Profile {
            id: user_id.to_string(),
            nickname: String::new(),
            avatar_url: String::new(),
            language: String::new(),
            role: "user".to_owned(),
            created_at: rfc3339(asked.now),
        },
    };
    Ok(Ok(Admitted { user, session, is_new_user }))
}

/// None if `known` is the newest version.
pub async fn load_config(from: &Client, known: i64) -> Result<Option<Published>, Failure> {
    let rows = from
        .query("SELECT newest.version, c.key, c.json \
            FROM (SELECT coalesce(max(version), 0) AS version FROM config_versions) newest \
            LEFT JOIN config_values c ON TRUE WHERE newest.version <> $1", &[&known])
        .await?;
    let version = match rows.first() {
        Some(row) => row.get(0),
        None => return Ok(None),
    };
    let mut published = Published { version, values: Default::default() };
    for row in &rows {
        if let Some(key) = row.get::<_, Option<String>>(1) {
            published.values.insert(key, RawValue::from_string(row.get(2))?);
        }
    }
    Ok(Some(published))
}
