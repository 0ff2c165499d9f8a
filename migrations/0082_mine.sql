-- +goose Up
-- Who wanted their data deleted, and what was deleted for them (accounts): a restore does it again. No content.
CREATE TABLE erasures (
  subject_kind text NOT NULL CHECK (subject_kind IN ('person', 'report', 'contact')),
  subject_id   uuid NOT NULL,
  person_id    uuid NOT NULL, -- whose wish it was; the person's own row has it twice
  at           timestamptz NOT NULL DEFAULT mitwirk_now(),
  done_at      timestamptz, -- of the person's own row: when everything was reached
  PRIMARY KEY (subject_kind, subject_id)
);
-- What is still to be done (sqlOpenErasures).
CREATE INDEX erasures_open ON erasures (at) WHERE done_at IS NULL AND subject_kind = 'person';
-- What belongs to one person's wish (sqlErasedOf).
CREATE INDEX erasures_person ON erasures (person_id, subject_kind);
