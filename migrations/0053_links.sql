-- +goose Up
CREATE TABLE links (
  from_kind text NOT NULL,
  from_id   uuid NOT NULL,
  to_kind   text NOT NULL,
  to_id     uuid NOT NULL,
  relation  text NOT NULL CHECK (relation IN ('duplicate_of', 'became', 'belongs_to')),
  made_by   uuid REFERENCES persons (id),
  at        timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (from_kind, from_id, to_kind, to_id, relation)
);
-- what points at a subject: "n further reports belong here"
CREATE INDEX links_to ON links (to_kind, to_id, relation);

-- What moved along when one thing was joined to another, so that it can be undone.
CREATE TABLE merges (
  id        uuid PRIMARY KEY,
  from_kind text NOT NULL,
  from_id   uuid NOT NULL,
  to_kind   text NOT NULL,
  to_id     uuid NOT NULL,
  moved     jsonb NOT NULL DEFAULT '{}', -- ids only
  at        timestamptz NOT NULL DEFAULT mitwirk_now(),
  undone_at timestamptz
);
-- the merge that an undo looks for
CREATE INDEX merges_from ON merges (from_kind, from_id) WHERE undone_at IS NULL;
