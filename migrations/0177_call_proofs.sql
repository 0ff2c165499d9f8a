-- +goose Up
-- Who may take part in a call can be told by an eID: residents of an area, an age.
ALTER TABLE calls ADD COLUMN proof jsonb NOT NULL DEFAULT '{}'; -- {"city","districts","postcodes","age_from","age_to","talk"}; {} unless who is 'proved'
ALTER TABLE calls DROP CONSTRAINT calls_who_check;
ALTER TABLE calls ADD CONSTRAINT calls_who_check CHECK (who IN ('all', 'mail', 'residents', 'proved'));
ALTER TABLE calls ADD CONSTRAINT calls_proof CHECK ((who = 'proved') = (proof <> '{}'));

-- The city can take its question back whether two ideas become one.
ALTER TABLE idea_merges DROP CONSTRAINT idea_merges_state_check;
ALTER TABLE idea_merges ADD CONSTRAINT idea_merges_state_check CHECK (state IN ('asked', 'declined', 'withdrawn', 'merged', 'undone'));

-- What an eID answered to a call's question: yes or no and nothing of what it said.
CREATE TABLE call_proofs (
  call_id   uuid NOT NULL REFERENCES calls (id),
  person_id uuid NOT NULL REFERENCES persons (id),
  rule      text NOT NULL,              -- fingerprint of the question: an answer to another one is none
  yes       boolean NOT NULL,
  at        timestamptz NOT NULL DEFAULT mitwirk_now(),
  until     timestamptz NOT NULL,       -- deleted then, and when the call ends
  PRIMARY KEY (call_id, person_id)
);
-- a person's own, for an erasure and for what they take along
CREATE INDEX call_proofs_person ON call_proofs (person_id);
-- those whose time is over
CREATE INDEX call_proofs_until ON call_proofs (until);
