-- Times are microseconds since 1970-01-01T00:00:00Z. Ids are made by the server, 64-bit, positive.
-- Lengths are bytes. What is sorted or compared as a key is so by bytes, whatever the locale of the
-- database: COLLATE "C".

CREATE TABLE users (
  id         BIGINT  PRIMARY KEY CHECK (id > 0),
  nickname   TEXT    NOT NULL CHECK (octet_length(nickname) <= 256),
  avatar_url TEXT    NOT NULL CHECK (octet_length(avatar_url) <= 1024),
  language   TEXT    NOT NULL CHECK (octet_length(language) <= 35),
  role       TEXT    NOT NULL CHECK (role IN ('user', 'operator')),
  disabled   BOOLEAN NOT NULL,
  created_at BIGINT  NOT NULL,
  updated_at BIGINT  NOT NULL,
  revision   BIGINT  NOT NULL CHECK (revision > 0)
);

-- The session_key is not kept: it may only be stored sealed, and that comes with a later migration.
CREATE TABLE wechat_identities (
  appid      TEXT   COLLATE "C" NOT NULL CHECK (octet_length(appid) BETWEEN 1 AND 128),
  openid     TEXT   COLLATE "C" NOT NULL CHECK (octet_length(openid) BETWEEN 1 AND 128),
  unionid    TEXT   CHECK (octet_length(unionid) BETWEEN 1 AND 128),
  user_id    BIGINT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (appid, openid)
);

CREATE TABLE sessions (
  id                  BIGINT PRIMARY KEY CHECK (id > 0),
  user_id             BIGINT NOT NULL REFERENCES users (id),
  appid               TEXT   NOT NULL CHECK (octet_length(appid) <= 128),
  device              TEXT   NOT NULL CHECK (octet_length(device) <= 256),
  address             TEXT   NOT NULL CHECK (octet_length(address) <= 128),
  created_at          BIGINT NOT NULL,
  last_seen_at        BIGINT NOT NULL,
  expires_at          BIGINT NOT NULL,
  refresh_secret_hash BYTEA  NOT NULL CHECK (octet_length(refresh_secret_hash) = 32),
  refresh_counter     BIGINT NOT NULL CHECK (refresh_counter BETWEEN 0 AND 4294967295),
  rotated_at          BIGINT NOT NULL,
  ended_at            BIGINT
);

CREATE INDEX sessions_open_by_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- Every change of the published configuration, for ever; a null json removed the key.
CREATE TABLE config_versions (
  version      BIGINT PRIMARY KEY CHECK (version > 0),
  key          TEXT   COLLATE "C" NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 128),
  json         TEXT   CHECK (octet_length(json) BETWEEN 1 AND 65536),
  published_at BIGINT NOT NULL
);

-- What is published now.
CREATE TABLE config_values (
  key     TEXT   COLLATE "C" PRIMARY KEY,
  json    TEXT   NOT NULL,
  version BIGINT NOT NULL REFERENCES config_versions (version)
);

-- The last batch that each writing connection has committed, by which it knows one again whose
-- COMMIT got no reply: docs/adr/0008-writes-in-doubt.md. Room for updates in place.
CREATE TABLE writers (
  id         BIGINT PRIMARY KEY,
  batch      BIGINT NOT NULL,
  written_at BIGINT NOT NULL
) WITH (fillfactor = 50);
