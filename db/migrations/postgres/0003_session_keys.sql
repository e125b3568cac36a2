-- The session_key of the last wx.login, sealed: docs/adr/0013-sealed-session-keys.md.
ALTER TABLE wechat_identities
  ADD COLUMN sealed_session_key BYTEA CHECK (octet_length(sealed_session_key) BETWEEN 1 AND 256),
  ADD COLUMN session_key_at BIGINT,
  ADD CHECK ((session_key_at IS NULL) = (sealed_session_key IS NULL));
