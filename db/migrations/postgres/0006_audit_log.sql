-- What operators have done, and where from: docs/adr/0021-operators.md. details: a JSON object.
CREATE TABLE audit_log (
  id      BIGINT PRIMARY KEY,
  at      BIGINT NOT NULL,
  who     TEXT   NOT NULL CHECK (octet_length(who) BETWEEN 1 AND 256),
  address TEXT   NOT NULL CHECK (octet_length(address) <= 64),
  action  TEXT   NOT NULL CHECK (octet_length(action) BETWEEN 1 AND 64),
  subject TEXT   NOT NULL CHECK (octet_length(subject) <= 256),
  details TEXT   NOT NULL CHECK (octet_length(details) BETWEEN 2 AND 4096)
);
CREATE INDEX audit_log_by_time ON audit_log (at);
