-- What other services come with: of the keys only hashes are kept (docs/adr/0015-api-keys.md).
-- scopes: names with a blank between them.
CREATE TABLE api_keys (
  id           INTEGER PRIMARY KEY,
  name         TEXT    NOT NULL CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 64),
  key_hash     BLOB    NOT NULL UNIQUE CHECK (length(key_hash) = 32),
  scopes       TEXT    NOT NULL CHECK (length(CAST(scopes AS BLOB)) <= 1024),
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  revoked_at   INTEGER,
  last_used_at INTEGER
) STRICT;
-- The name of one that was revoked can be given again.
CREATE UNIQUE INDEX api_keys_by_name ON api_keys (name) WHERE revoked_at IS NULL;

-- What WeChat has said that a user's phone number is.
CREATE TABLE phone_numbers (
  user_id      INTEGER PRIMARY KEY REFERENCES users (id),
  appid        TEXT    NOT NULL CHECK (length(CAST(appid AS BLOB)) BETWEEN 1 AND 128),
  number       TEXT    NOT NULL CHECK (length(CAST(number AS BLOB)) BETWEEN 1 AND 64),
  local_number TEXT    NOT NULL CHECK (length(CAST(local_number AS BLOB)) <= 64),
  country_code TEXT    NOT NULL CHECK (length(CAST(country_code AS BLOB)) <= 16),
  bound_at     INTEGER NOT NULL
) STRICT;
