-- +goose Up
-- Unfinished forms. past holds the values that the last changes replaced, so that two tabs are merged field by field.
CREATE TABLE drafts (
  id         uuid PRIMARY KEY,
  person_id  uuid NOT NULL,
  kind       text NOT NULL,
  body       jsonb NOT NULL DEFAULT '{}',
  past       jsonb NOT NULL DEFAULT '[]',
  version    integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  updated_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT drafts_body CHECK (jsonb_typeof(body) = 'object')
);

-- Mine, Create: the drafts of a person, the last touched first.
CREATE INDEX drafts_person ON drafts (person_id, updated_at DESC, id DESC);

-- Expire: drafts whose time is over.
CREATE INDEX drafts_expires ON drafts (expires_at, id);
