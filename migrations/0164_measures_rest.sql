-- +goose Up
-- An idea is proposed to a measure by its authors; that it belongs to it, the city says.
ALTER TABLE links DROP CONSTRAINT links_relation_check;
ALTER TABLE links ADD CONSTRAINT links_relation_check CHECK (relation IN ('duplicate_of', 'became', 'belongs_to', 'proposed_to'));

-- A change of a measure can be that it leaves the programme: another person approves that too.
ALTER TABLE measure_edits ADD COLUMN takes_out boolean NOT NULL DEFAULT false;

-- A release that one editor has handed in and another approves: the programme as it is then,
-- or the rows of a file about the past.
CREATE TABLE release_drafts (
  id           uuid PRIMARY KEY,
  programme_id uuid NOT NULL REFERENCES programmes (id),
  decided_on   date NOT NULL,
  notes        jsonb NOT NULL DEFAULT '{}',
  rows         jsonb,                         -- NULL: the programme as it is when it is approved
  state        text NOT NULL DEFAULT 'review' CHECK (state IN ('review', 'made', 'dropped')),
  made_by      uuid REFERENCES persons (id),
  reviewed_by  uuid REFERENCES persons (id),
  at           timestamptz NOT NULL DEFAULT mitwirk_now(),
  CHECK (state <> 'made' OR reviewed_by IS NULL OR reviewed_by <> made_by)
);
-- one of a day waits at a time; those of one programme
CREATE UNIQUE INDEX release_drafts_day ON release_drafts (programme_id, decided_on) WHERE state = 'review';

-- What a measure asks for, and what came of it, is public when another editor has read it.
ALTER TABLE help_requests
  ADD COLUMN asked_by uuid REFERENCES persons (id),
  ADD COLUMN approved_at timestamptz,
  ADD COLUMN outcome_draft jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN outcome_by uuid REFERENCES persons (id);
UPDATE help_requests SET approved_at = created_at;
