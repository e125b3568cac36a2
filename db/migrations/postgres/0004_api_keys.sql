-- What other services come with: of the keys only hashes are kept (docs/adr/0015-api-keys.md).
-- scopes: names with a blank between them.
CREATE TABLE api_keys (
  id           BIGINT PRIMARY KEY,
  name         TEXT   COLLATE "C" NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 64),
  key_hash     BYTEA  NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
  scopes       TEXT   NOT NULL CHECK (octet_length(scopes) <= 1024),
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT,
  revoked_at   BIGINT,
  last_used_at BIGINT
);
-- The name of one that was revoked can be given again.
CREATE UNIQUE INDEX api_keys_by_name ON api_keys (name) WHERE revoked_at IS NULL;

-- What WeChat has said that a user's phone number is.
CREATE TABLE phone_numbers (
  user_id      BIGINT PRIMARY KEY REFERENCES users (id),
  appid        TEXT   NOT NULL CHECK (octet_length(appid) BETWEEN 1 AND 128),
  number       TEXT   NOT NULL CHECK (octet_length(number) BETWEEN 1 AND 64),
  local_number TEXT   NOT NULL CHECK (octet_length(local_number) <= 64),
  country_code TEXT   NOT NULL CHECK (octet_length(country_code) <= 16),
  bound_at     BIGINT NOT NULL
);
