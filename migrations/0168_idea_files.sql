-- +goose Up
-- Files that lie beside a thing itself (an idea), not in a dialogue about it. Nobody opens one before the scanner has passed
-- it, and only authors and the team in charge before somebody of the city has released it.
CREATE TABLE subject_files (
  id           uuid PRIMARY KEY,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  owner_id     uuid, -- NULL: nobody's any more
  name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  type         text NOT NULL CHECK (type = 'application/pdf'),
  size         integer NOT NULL CHECK (size > 0),
  sha256       bytea NOT NULL,
  blob         text NOT NULL, -- '' once the bytes are gone
  state        text NOT NULL DEFAULT 'quarantined' CHECK (state IN ('quarantined', 'clean', 'infected')),
  scanned      boolean NOT NULL DEFAULT false, -- false and clean: no scanner is set up
  released     boolean NOT NULL DEFAULT false CHECK (NOT released OR state = 'clean'),
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  -- the same file sent twice is one; also FilesBeside: the files of a thing
  CONSTRAINT subject_files_once UNIQUE (subject_kind, subject_id, sha256)
);
-- ForgetOwner, AdoptFiles: sign-in, export, erasure
CREATE INDEX subject_files_owner ON subject_files (owner_id) WHERE owner_id IS NOT NULL;
-- RescanOld: what waits for the scanner
CREATE INDEX subject_files_waiting ON subject_files (created_at) WHERE state = 'quarantined';
-- SweepFiles: does any row still name these bytes?
CREATE INDEX subject_files_blob ON subject_files (blob) WHERE blob <> '';

-- The measures that an idea came to belong to by a merge, so that it can be taken back.
ALTER TABLE idea_merges ADD COLUMN carried jsonb NOT NULL DEFAULT '[]';

-- Desk: the list of ideas, what is due first on top, page by page
CREATE INDEX ideas_desk_list ON ideas ((decides <> ''), (coalesce(answer_by, 'infinity'::timestamptz)), id) WHERE visibility IN ('public', 'held');
