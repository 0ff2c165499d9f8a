-- +goose Up
-- One row per mail. content and recipient are the only columns with texts and addresses; both are emptied after sending.
CREATE TABLE mails (
  id            uuid PRIMARY KEY,
  contact_id    uuid,
  recipient     text,
  kind          text NOT NULL,
  about_kind    text NOT NULL DEFAULT '',
  about_id      uuid,
  lang          text NOT NULL,
  content       jsonb,
  state         text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dropped')),
  tries         integer NOT NULL DEFAULT 0,
  claimed_until timestamptz,
  smtp_code     integer,
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  done_at       timestamptz,
  CHECK (contact_id IS NOT NULL OR recipient IS NOT NULL OR done_at IS NOT NULL)
);

-- for the local outbox, newest first
CREATE INDEX mails_created ON mails (created_at DESC, id DESC);
-- for retention: done_at < 7 days ago, 90 days ago
CREATE INDEX mails_done ON mails (done_at) WHERE done_at IS NOT NULL;
-- for the erasure of a contact
CREATE INDEX mails_contact ON mails (contact_id) WHERE contact_id IS NOT NULL;
