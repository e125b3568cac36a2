-- Times are microseconds since 1970-01-01T00:00:00Z. Ids are made by the server, 64-bit, positive.
-- Lengths are bytes: length() of a text stops at U+0000, that of a blob doesn't.

CREATE TABLE users (
  id         INTEGER PRIMARY KEY CHECK (id > 0),
  nickname   TEXT    NOT NULL CHECK (length(CAST(nickname AS BLOB)) <= 256),
  avatar_url TEXT    NOT NULL CHECK (length(CAST(avatar_url AS BLOB)) <= 1024),
  language   TEXT    NOT NULL CHECK (length(CAST(language AS BLOB)) <= 35),
  role       TEXT    NOT NULL CHECK (role IN ('user', 'operator')),
  disabled   INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision   INTEGER NOT NULL CHECK (revision > 0)
) STRICT;

-- The session_key is not kept: it may only be stored sealed, and that comes with a later migration.
CREATE TABLE wechat_identities (
  appid      TEXT    NOT NULL CHECK (length(CAST(appid AS BLOB)) BETWEEN 1 AND 128),
  openid     TEXT    NOT NULL CHECK (length(CAST(openid AS BLOB)) BETWEEN 1 AND 128),
  unionid    TEXT    CHECK (length(CAST(unionid AS BLOB)) BETWEEN 1 AND 128),
  user_id    INTEGER NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (appid, openid)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id                  INTEGER PRIMARY KEY CHECK (id > 0),
  user_id             INTEGER NOT NULL REFERENCES users (id),
  appid               TEXT    NOT NULL CHECK (length(CAST(appid AS BLOB)) <= 128),
  device              TEXT    NOT NULL CHECK (length(CAST(device AS BLOB)) <= 256),
  address             TEXT    NOT NULL CHECK (length(CAST(address AS BLOB)) <= 128),
  created_at          INTEGER NOT NULL,
  last_seen_at        INTEGER NOT NULL,
  expires_at          INTEGER NOT NULL,
  refresh_secret_hash BLOB    NOT NULL CHECK (length(refresh_secret_hash) = 32),
  refresh_counter     INTEGER NOT NULL CHECK (refresh_counter BETWEEN 0 AND 4294967295),
  rotated_at          INTEGER NOT NULL,
  ended_at            INTEGER
) STRICT;

CREATE INDEX sessions_open_by_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- Every change of the published configuration, for ever; a null json removed the key.
CREATE TABLE config_versions (
  version      INTEGER PRIMARY KEY CHECK (version > 0),
  key          TEXT    NOT NULL CHECK (length(CAST(key AS BLOB)) BETWEEN 1 AND 128),
  json         TEXT    CHECK (length(CAST(json AS BLOB)) BETWEEN 1 AND 65536),
  published_at INTEGER NOT NULL
) STRICT;

-- What is published now.
CREATE TABLE config_values (
  key     TEXT    NOT NULL PRIMARY KEY,
  json    TEXT    NOT NULL,
  version INTEGER NOT NULL REFERENCES config_versions (version)
) STRICT;
