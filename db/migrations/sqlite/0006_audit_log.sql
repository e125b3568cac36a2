-- What operators have done, and where from: docs/adr/0021-operators.md. details: a JSON object.
CREATE TABLE audit_log (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  who     TEXT    NOT NULL CHECK (length(CAST(who AS BLOB)) BETWEEN 1 AND 256),
  address TEXT    NOT NULL CHECK (length(CAST(address AS BLOB)) <= 64),
  action  TEXT    NOT NULL CHECK (length(CAST(action AS BLOB)) BETWEEN 1 AND 64),
  subject TEXT    NOT NULL CHECK (length(CAST(subject AS BLOB)) <= 256),
  details TEXT    NOT NULL CHECK (length(CAST(details AS BLOB)) BETWEEN 2 AND 4096)
) STRICT;
CREATE INDEX audit_log_by_time ON audit_log (at);
