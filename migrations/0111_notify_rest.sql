-- +goose Up
-- The rest of notices: mails that came back, searches that are followed, push, and what keeps both quick with a million rows.

-- A mail that was taken and came back later (RFC 3464). The id stands in its Message-ID.
ALTER TABLE mails
  ADD COLUMN bounced_at    timestamptz,
  ADD COLUMN bounce_status text NOT NULL DEFAULT '' CHECK (bounce_status ~ '^([245]\.\d{1,3}\.\d{1,3})?$');
-- what was given up, newest first (sqlDead); addresses that refuse (sqlBounced)
CREATE INDEX mails_failed ON mails (done_at DESC, id DESC) WHERE state = 'failed';
-- addresses whose mails come back (sqlBounced)
CREATE INDEX mails_bounced ON mails (bounced_at) WHERE bounced_at IS NOT NULL;

ALTER TABLE inbound_mails
  DROP CONSTRAINT inbound_mails_outcome_check,
  ADD CONSTRAINT inbound_mails_outcome_check CHECK (outcome IN ('case', 'message', 'dropped', 'bounce'));

-- A search that is followed: the stem of one word that must stand there, by which a new document finds it.
ALTER TABLE follows
  ADD COLUMN anchor text NOT NULL DEFAULT '' CHECK (char_length(anchor) <= 60),
  ADD CONSTRAINT follows_anchored CHECK ((target_kind = 'search') = (anchor <> ''));
-- which searches may find a new document (sqlAnchored)
CREATE INDEX follows_anchor ON follows (anchor) WHERE target_kind = 'search';

ALTER TABLE notices
  DROP CONSTRAINT notices_kind_check,
  ADD CONSTRAINT notices_kind_check CHECK (kind IN ('own', 'followed', 'area', 'search'));
ALTER TABLE deliveries
  DROP CONSTRAINT deliveries_kind_check,
  ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('own', 'followed', 'area', 'search'));

-- what is not public, of its owners and of its department (the closed part of a search)
CREATE INDEX documents_owners ON documents USING gin (owners) WITH (fastupdate = off) WHERE audience <> 'public';
CREATE INDEX documents_department ON documents (department_id) WHERE audience <> 'public';

-- Browsers that are told of news in somebody's inbox, by their own choice. What is sent to them has no content.
CREATE TABLE push_subscriptions (
  endpoint_hash bytea PRIMARY KEY,     -- a browser has one
  id            uuid NOT NULL UNIQUE,
  person_id     uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  endpoint      text NOT NULL CHECK (char_length(endpoint) <= 1000),
  p256dh        bytea NOT NULL CHECK (octet_length(p256dh) = 65),
  auth          bytea NOT NULL CHECK (octet_length(auth) = 16),
  lang          text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- somebody's browsers
CREATE INDEX push_subscriptions_person ON push_subscriptions (person_id, created_at);

-- What signs the calls to push services (VAPID, RFC 8292): the scalar of a P-256 key is derived from it.
INSERT INTO server_keys (name, key)
VALUES ('push', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
