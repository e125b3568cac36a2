-- Whoever was deleted: the row stays, empty, so that its id is never given to anybody else.
ALTER TABLE users ADD COLUMN deleted_at BIGINT;

-- A user has one identity of a mini-program.
CREATE UNIQUE INDEX wechat_identities_by_user ON wechat_identities (user_id, appid);

-- password_hash is a PHC string.
CREATE TABLE credentials (
  user_id       BIGINT PRIMARY KEY REFERENCES users (id),
  username      TEXT   COLLATE "C" NOT NULL UNIQUE
                       CHECK (octet_length(username) BETWEEN 1 AND 256),
  password_hash TEXT   NOT NULL CHECK (octet_length(password_hash) BETWEEN 1 AND 512),
  created_at    BIGINT NOT NULL,
  changed_at    BIGINT NOT NULL
);

-- Of the codes only hashes are kept.
CREATE TABLE invitations (
  code_hash  BYTEA  PRIMARY KEY CHECK (octet_length(code_hash) = 32),
  note       TEXT   NOT NULL CHECK (octet_length(note) <= 256),
  uses_left  BIGINT NOT NULL CHECK (uses_left BETWEEN 0 AND 4294967295),
  created_at BIGINT NOT NULL,
  expires_at BIGINT
);
CREATE INDEX invitations_by_creation ON invitations (created_at, code_hash);
CREATE INDEX invitations_by_expiry ON invitations (expires_at) WHERE expires_at IS NOT NULL;

-- A key is a hash of what attempts are counted by: docs/adr/0012-guessing.md.
CREATE TABLE login_throttles (
  key           BYTEA  PRIMARY KEY CHECK (octet_length(key) = 32),
  failures      BIGINT NOT NULL CHECK (failures BETWEEN 0 AND 4294967295),
  last_at       BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL
);
CREATE INDEX login_throttles_by_attempt ON login_throttles (last_at);

-- For what removes old sessions, and all that is known of a user.
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_ended_by_user ON sessions (user_id) WHERE ended_at IS NOT NULL;
