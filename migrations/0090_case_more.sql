-- +goose Up
-- Files of an internal note. They belong to the note's department, as the note does: never to the dialogue, whose files the
-- person who reported reads too (message_files). Nobody opens one before the scanner has passed it.
CREATE TABLE note_files (
  id           uuid PRIMARY KEY,
  note_id      uuid NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  ord          integer NOT NULL,
  name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  type         text NOT NULL CHECK (type IN ('application/pdf', 'image/jpeg')),
  size         integer NOT NULL CHECK (size > 0),
  sha256       bytea NOT NULL,
  blob         text NOT NULL, -- '' once the bytes are gone
  state        text NOT NULL DEFAULT 'quarantined' CHECK (state IN ('quarantined', 'clean', 'infected')),
  scanned      boolean NOT NULL DEFAULT false, -- false and clean: no scanner is set up
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- NoteFiles: the files of a case's notes; ForgetFiles
CREATE INDEX note_files_subject ON note_files (subject_kind, subject_id, created_at, ord);
-- the files of a note, for the foreign key
CREATE INDEX note_files_note ON note_files (note_id);
-- RescanOld: what waits for the scanner
CREATE INDEX note_files_waiting ON note_files (created_at) WHERE state = 'quarantined';
-- SweepFiles: does any row still name these bytes?
CREATE INDEX note_files_blob ON note_files (blob) WHERE blob <> '';
