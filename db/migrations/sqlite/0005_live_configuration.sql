-- Values as operators write them: docs/adr/0018-live-configuration.md. A longer value needs another
-- CHECK, and so another table. Of what was published before, the new columns are NULL: a description
-- that is empty, and the visibility "client". percentage counts hundredths of a percent; with it, a
-- value is for some only. appids: with a blank between them.
CREATE TABLE new_config_versions (
  version      INTEGER PRIMARY KEY CHECK (version > 0),
  key          TEXT    NOT NULL CHECK (length(CAST(key AS BLOB)) BETWEEN 1 AND 128),
  json         TEXT    CHECK (length(CAST(json AS BLOB)) BETWEEN 1 AND 262144),
  published_at INTEGER NOT NULL,
  description  TEXT    CHECK (length(CAST(description AS BLOB)) <= 1024),
  visibility   TEXT    CHECK (visibility IN ('client', 'server')),
  percentage   INTEGER CHECK (percentage BETWEEN 0 AND 10000),
  appids       TEXT    CHECK (length(CAST(appids AS BLOB)) <= 8192),
  otherwise    TEXT    CHECK (length(CAST(otherwise AS BLOB)) BETWEEN 1 AND 262144),
  json_schema  TEXT    CHECK (length(CAST(json_schema AS BLOB)) BETWEEN 1 AND 65536),
  who          TEXT    CHECK (length(CAST(who AS BLOB)) <= 256),
  note         TEXT    CHECK (length(CAST(note AS BLOB)) <= 1024),
  CHECK (percentage IS NOT NULL OR (appids IS NULL AND otherwise IS NULL))
) STRICT;
INSERT INTO new_config_versions (version, key, json, published_at)
  SELECT version, key, json, published_at FROM config_versions;

CREATE TABLE new_config_values (
  key     TEXT    NOT NULL PRIMARY KEY,
  json    TEXT    NOT NULL,
  version INTEGER NOT NULL REFERENCES new_config_versions (version)
) STRICT;
INSERT INTO new_config_values SELECT key, json, version FROM config_values;

DROP TABLE config_values;
DROP TABLE config_versions;
ALTER TABLE new_config_versions RENAME TO config_versions;
ALTER TABLE new_config_values RENAME TO config_values;
CREATE INDEX config_versions_by_key ON config_versions (key, version);

-- What is written but not published.
CREATE TABLE config_drafts (
  key          TEXT    NOT NULL PRIMARY KEY CHECK (length(CAST(key AS BLOB)) BETWEEN 1 AND 128),
  json         TEXT    NOT NULL CHECK (length(CAST(json AS BLOB)) BETWEEN 1 AND 262144),
  description  TEXT    NOT NULL CHECK (length(CAST(description AS BLOB)) <= 1024),
  visibility   TEXT    NOT NULL CHECK (visibility IN ('client', 'server')),
  percentage   INTEGER CHECK (percentage BETWEEN 0 AND 10000),
  appids       TEXT    CHECK (length(CAST(appids AS BLOB)) <= 8192),
  otherwise    TEXT    CHECK (length(CAST(otherwise AS BLOB)) BETWEEN 1 AND 262144),
  json_schema  TEXT    CHECK (length(CAST(json_schema AS BLOB)) BETWEEN 1 AND 65536),
  saved_by     TEXT    NOT NULL CHECK (length(CAST(saved_by AS BLOB)) <= 256),
  saved_at     INTEGER NOT NULL,
  base_version INTEGER NOT NULL CHECK (base_version >= 0),
  revision     INTEGER NOT NULL CHECK (revision > 0),
  CHECK (percentage IS NOT NULL OR (appids IS NULL AND otherwise IS NULL))
) STRICT;
