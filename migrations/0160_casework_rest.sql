-- +goose Up
-- Photos as they were before moderation covered a part of them, encrypted, until nobody can
-- object any more: nothing reads them but the appeal that brings one back. Its row gone, the
-- bytes can't be read.
CREATE TABLE attachment_sealed (
  id            uuid PRIMARY KEY,              -- of the decision
  attachment_id uuid NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
  n             integer NOT NULL,              -- the version that the decision made
  redactions    jsonb NOT NULL,                -- what it covered
  blob          text NOT NULL,
  secret        bytea NOT NULL CHECK (octet_length(secret) = 32),
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- those of one photo, in the order of the covers
CREATE INDEX attachment_sealed_photo ON attachment_sealed (attachment_id, n);
-- whether bytes still belong to somebody
CREATE INDEX attachment_sealed_blob ON attachment_sealed (blob);
