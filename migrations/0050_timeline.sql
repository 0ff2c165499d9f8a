-- +goose Up
-- The public status history of any subject: a text key with parameters, and a free reason.
CREATE TABLE timeline_entries (
  id            uuid PRIMARY KEY,
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  at            timestamptz NOT NULL DEFAULT mitwirk_now(),
  key           text NOT NULL,
  params        jsonb NOT NULL DEFAULT '{}',
  reason        text NOT NULL DEFAULT '',
  audience      text NOT NULL DEFAULT 'public' CHECK (audience IN ('public', 'owner', 'department')),
  department_id uuid REFERENCES departments (id)
);
-- the history on a page, oldest first
CREATE INDEX timeline_entries_subject ON timeline_entries (subject_kind, subject_id, at, id);
