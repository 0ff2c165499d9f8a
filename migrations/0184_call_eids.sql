-- +goose Up
-- An eID takes part in a call as one person: also after that person's account is gone.
CREATE TABLE call_keys (
  call_id uuid PRIMARY KEY REFERENCES calls (id),
  key     bytea NOT NULL -- of the marks of this call; destroyed when it ends
);
CREATE TABLE call_eids (
  call_id   uuid NOT NULL REFERENCES calls (id),
  mark      bytea NOT NULL,                 -- HMAC of who somebody is at their eID, under the call's key
  person_id uuid REFERENCES persons (id),   -- as whom it takes part; NULL: the account is gone
  PRIMARY KEY (call_id, mark)               -- deleted when the call ends
);
-- a person's own, for an erasure and for what they take along
CREATE INDEX call_eids_person ON call_eids (person_id);
-- A yes from before says nothing of the eID that gave it: it is asked anew.
DELETE FROM call_proofs WHERE yes;
