-- Values as operators write them: docs/adr/0018-live-configuration.md. Of what was published before,
-- the new columns are NULL: a description that is empty, and the visibility "client". percentage
-- counts hundredths of a percent; with it, a value is for some only. appids: with a blank between
-- them.
ALTER TABLE config_versions
  DROP CONSTRAINT config_versions_json_check,
  ADD CONSTRAINT config_versions_json_check CHECK (octet_length(json) BETWEEN 1 AND 262144),
  ADD COLUMN description TEXT   CHECK (octet_length(description) <= 1024),
  ADD COLUMN visibility  TEXT   CHECK (visibility IN ('client', 'server')),
  ADD COLUMN percentage  BIGINT CHECK (percentage BETWEEN 0 AND 10000),
  ADD COLUMN appids      TEXT   CHECK (octet_length(appids) <= 8192),
  ADD COLUMN otherwise   TEXT   CHECK (octet_length(otherwise) BETWEEN 1 AND 262144),
  ADD COLUMN json_schema TEXT   CHECK (octet_length(json_schema) BETWEEN 1 AND 65536),
  ADD COLUMN who         TEXT   CHECK (octet_length(who) <= 256),
  ADD COLUMN note        TEXT   CHECK (octet_length(note) <= 1024),
  ADD CHECK (percentage IS NOT NULL OR (appids IS NULL AND otherwise IS NULL));
CREATE INDEX config_versions_by_key ON config_versions (key, version);

-- What is written but not published.
CREATE TABLE config_drafts (
  key          TEXT   COLLATE "C" PRIMARY KEY CHECK (octet_length(key) BETWEEN 1 AND 128),
  json         TEXT   NOT NULL CHECK (octet_length(json) BETWEEN 1 AND 262144),
  description  TEXT   NOT NULL CHECK (octet_length(description) <= 1024),
  visibility   TEXT   NOT NULL CHECK (visibility IN ('client', 'server')),
  percentage   BIGINT CHECK (percentage BETWEEN 0 AND 10000),
  appids       TEXT   CHECK (octet_length(appids) <= 8192),
  otherwise    TEXT   CHECK (octet_length(otherwise) BETWEEN 1 AND 262144),
  json_schema  TEXT   CHECK (octet_length(json_schema) BETWEEN 1 AND 65536),
  saved_by     TEXT   NOT NULL CHECK (octet_length(saved_by) <= 256),
  saved_at     BIGINT NOT NULL,
  base_version BIGINT NOT NULL CHECK (base_version >= 0),
  revision     BIGINT NOT NULL CHECK (revision > 0),
  CHECK (percentage IS NOT NULL OR (appids IS NULL AND otherwise IS NULL))
);
