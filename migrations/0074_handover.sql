-- +goose Up
-- A draft on its way to another device of its person: a link that is used once, and six digits shown apart from it.
-- Only hashes are kept. The row outlives its draft, so that the first device can say where the draft went.
CREATE TABLE draft_handovers (
  token_hash  bytea PRIMARY KEY,
  draft_id    uuid NOT NULL,
  from_person uuid NOT NULL,
  code_hash   bytea NOT NULL,
  tries       integer NOT NULL DEFAULT 0, -- wrong digits so far
  created_at  timestamptz NOT NULL DEFAULT mitwirk_now(),
  expires_at  timestamptz NOT NULL,
  used_at     timestamptz,
  CONSTRAINT draft_handovers_tries CHECK (tries BETWEEN 0 AND 5)
);

-- HandOver, HandoverOf: the links of a draft, the newest first.
CREATE INDEX draft_handovers_draft ON draft_handovers (draft_id, created_at DESC);

-- DeleteFor: an erased person.
CREATE INDEX draft_handovers_person ON draft_handovers (from_person);

-- Expire: links that are over.
CREATE INDEX draft_handovers_expires ON draft_handovers (expires_at);
