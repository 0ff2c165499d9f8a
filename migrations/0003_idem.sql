-- +goose Up
-- One row per request that created something: hashes, and the answer sealed with a key that only the client's own
-- Idempotency-Key gives. Kept 24 hours.
CREATE TABLE idempotency_keys (
  route      text NOT NULL,
  key_hash   bytea NOT NULL,
  body_hash  bytea NOT NULL,
  status     integer,
  answer     bytea,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (route, key_hash),
  CHECK ((status IS NULL) = (answer IS NULL))
);

-- for the hourly cleaning: expires_at < now
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
