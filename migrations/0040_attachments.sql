-- +goose Up
-- One row per photo. The bytes lie in the file store under the keys in blob and small_blob; both are re-encoded,
-- the raw upload is never kept. A photo belongs to a draft until the form is sent, and to a subject from then on.
CREATE TABLE attachments (
  id           uuid PRIMARY KEY,
  subject_kind text,
  subject_id   uuid,
  draft_id     uuid,
  owner_id     uuid, -- NULL: imported, or the person was erased
  blob         text NOT NULL,
  small_blob   text NOT NULL,
  type         text NOT NULL,
  size         integer NOT NULL,
  width        integer NOT NULL,
  height       integer NOT NULL,
  sha256       bytea NOT NULL,
  alt          text NOT NULL DEFAULT '',
  ord          integer NOT NULL,
  state        text NOT NULL DEFAULT 'held',
  version      integer NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  changed_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT attachments_belongs CHECK (
    (draft_id IS NOT NULL AND subject_kind IS NULL AND subject_id IS NULL)
    OR (draft_id IS NULL AND subject_kind IS NOT NULL AND subject_id IS NOT NULL)
  ),
  CONSTRAINT attachments_state CHECK (state IN ('held', 'released', 'removed')),
  CONSTRAINT attachments_draft_held CHECK (draft_id IS NULL OR state <> 'released'),
  CONSTRAINT attachments_type CHECK (type = 'image/jpeg'),
  CONSTRAINT attachments_size CHECK (size > 0 AND width BETWEEN 1 AND 2048 AND height BETWEEN 1 AND 2048),
  CONSTRAINT attachments_alt CHECK (char_length(alt) <= 300)
);

-- ForSubject, ForSubjects: the photos of a thing in their order.
CREATE INDEX attachments_subject ON attachments (subject_kind, subject_id, ord) WHERE draft_id IS NULL;

-- ForDraft, Upload, MoveFromDraft: the photos of a draft in their order.
CREATE INDEX attachments_draft ON attachments (draft_id, ord) WHERE draft_id IS NOT NULL;

-- DeleteOlder: photos of a kind by age.
CREATE INDEX attachments_age ON attachments (subject_kind, created_at, id) WHERE state <> 'removed';

-- ForPerson, Adopt, ForgetPerson: sign-in, export, erasure.
CREATE INDEX attachments_owner ON attachments (owner_id) WHERE owner_id IS NOT NULL;

-- Every encoded form that a photo had. Version 1 is what was uploaded, re-encoded; each covering of a part adds one
-- that is made anew from version 1, so that a box can be taken back as long as version 1 is kept.
CREATE TABLE attachment_versions (
  attachment_id uuid NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
  n             integer NOT NULL,
  redactions    jsonb NOT NULL DEFAULT '[]',
  blob          text NOT NULL,
  small_blob    text NOT NULL,
  made_by       uuid,
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (attachment_id, n)
);

-- SweepOrphans: does any row still name this blob?
CREATE INDEX attachment_versions_blob ON attachment_versions (blob);
CREATE INDEX attachment_versions_small_blob ON attachment_versions (small_blob);

-- ForgetVersions: forms that were replaced some time ago.
CREATE INDEX attachment_versions_age ON attachment_versions (created_at);
