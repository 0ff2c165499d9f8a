-- +goose Up
-- A voter is a row of its own, so that a vote survives the erasure of its person.
CREATE TABLE voters (
  id    uuid PRIMARY KEY,
  scope text NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 3)
);
CREATE TABLE voter_persons (
  scope     text NOT NULL,
  person_id uuid NOT NULL REFERENCES persons (id),
  voter_id  uuid NOT NULL UNIQUE REFERENCES voters (id),
  PRIMARY KEY (scope, person_id)
);
CREATE TABLE votes (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  aspect       text NOT NULL,
  voter_id     uuid NOT NULL REFERENCES voters (id),
  value        smallint NOT NULL, -- 0: withdrawn
  state        text NOT NULL DEFAULT 'counted' CHECK (state IN ('counted', 'held', 'void')),
  at           timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (subject_kind, subject_id, aspect, voter_id)
);
-- Derived, kept in the transaction of the vote; checked and repaired at night.
CREATE TABLE vote_totals (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  aspect       text NOT NULL,
  level        smallint NOT NULL,
  value        smallint NOT NULL,
  n            integer NOT NULL,
  PRIMARY KEY (subject_kind, subject_id, aspect, level, value)
);
