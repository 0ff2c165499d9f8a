-- +goose Up
-- Who wants to hear of what. The owner is a person or a contact (a mail address without account).
CREATE TABLE follows (
  id          uuid PRIMARY KEY,
  owner_kind  text NOT NULL CHECK (owner_kind IN ('person', 'contact')),
  owner_id    uuid NOT NULL,
  target_kind text NOT NULL CHECK (target_kind IN ('subject', 'area', 'search')),
  target      jsonb NOT NULL,
  target_hash bytea NOT NULL,
  geom        geometry(Geometry, 4326),
  cadence     text NOT NULL DEFAULT 'each' CHECK (cadence IN ('each', 'daily', 'weekly', 'never')),
  lang        text NOT NULL DEFAULT 'de',
  created_at  timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT follows_once UNIQUE (owner_kind, owner_id, target_hash)
);
-- who hears of a change of one subject
CREATE INDEX follows_target ON follows (target_hash);
