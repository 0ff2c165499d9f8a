-- +goose Up
-- Follows of places, kinds and news beside those of subjects; the inbox; what is to be mailed and when.
ALTER TABLE follows
  ADD COLUMN district_ref text NOT NULL DEFAULT '',
  ADD COLUMN category_id  uuid REFERENCES categories (id) ON DELETE CASCADE,
  ADD COLUMN news         text NOT NULL DEFAULT 'all' CHECK (news IN ('all', 'new', 'done')),
  -- a circle: geom then only bounds it, these two say what is in it
  ADD COLUMN centre       geometry(Point, 4326),
  ADD COLUMN radius_m     integer CHECK (radius_m BETWEEN 50 AND 20000),
  ADD COLUMN label        text NOT NULL DEFAULT '' CHECK (char_length(label) <= 200),
  ADD CONSTRAINT follows_circle CHECK ((centre IS NULL) = (radius_m IS NULL) AND (centre IS NULL OR geom IS NOT NULL)),
  ADD CONSTRAINT follows_one_place CHECK (geom IS NULL OR district_ref = ''),
  ADD CONSTRAINT follows_valid CHECK (geom IS NULL OR ST_IsValid(geom));
-- whose area a report lies in (sqlMatch)
CREATE INDEX follows_geom ON follows USING gist (geom) WHERE target_kind = 'area' AND geom IS NOT NULL;
-- who follows its district (sqlMatch)
CREATE INDEX follows_district ON follows (district_ref, category_id) WHERE target_kind = 'area' AND geom IS NULL AND district_ref <> '';
-- who follows its kind in the whole city (sqlMatch)
CREATE INDEX follows_category ON follows (category_id) WHERE target_kind = 'area' AND geom IS NULL AND district_ref = '';

-- One row per person and event: what the inbox shows.
CREATE TABLE notices (
  id           uuid PRIMARY KEY,
  person_id    uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  event_id     bigint NOT NULL,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('own', 'followed', 'area')),
  what         text NOT NULL CHECK (what IN ('new', 'status', 'step', 'message')),
  detail       text NOT NULL DEFAULT '',
  at           timestamptz NOT NULL,
  read_at      timestamptz,
  -- a job that runs twice tells once
  CONSTRAINT notices_once UNIQUE (person_id, event_id, subject_kind, subject_id)
);
-- a new report is told once, however often it is released
CREATE UNIQUE INDEX notices_new_once ON notices (person_id, subject_kind, subject_id) WHERE what = 'new';
-- the inbox, newest first
CREATE INDEX notices_inbox ON notices (person_id, at DESC, id DESC);
-- the number in the head of every page
CREATE INDEX notices_unread ON notices (person_id) WHERE read_at IS NULL;
-- what an event told whom, for open pages; what is gone with its subject
CREATE INDEX notices_event ON notices (event_id, person_id);
CREATE INDEX notices_subject ON notices (subject_id);
-- retention
CREATE INDEX notices_at ON notices (at);

CREATE TABLE notice_preferences (
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  kind      text NOT NULL CHECK (kind IN ('own', 'followed')),
  cadence   text NOT NULL CHECK (cadence IN ('each', 'daily', 'weekly', 'never')),
  PRIMARY KEY (person_id, kind)
);

-- Minutes of the city's day; the end may lie on the next one.
CREATE TABLE quiet_hours (
  person_id  uuid PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
  from_minute smallint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
  to_minute   smallint NOT NULL CHECK (to_minute BETWEEN 0 AND 1439),
  CHECK (from_minute <> to_minute)
);

-- What waits to be mailed, by confirmed address: at once, after quiet hours, or in a digest.
CREATE TABLE deliveries (
  id           uuid PRIMARY KEY,
  event_id     bigint NOT NULL,
  contact_id   uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  follow_id    uuid REFERENCES follows (id) ON DELETE CASCADE,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('own', 'followed', 'area')),
  what         text NOT NULL CHECK (what IN ('new', 'status', 'step', 'message')),
  detail       text NOT NULL DEFAULT '',
  lang         text NOT NULL,
  cadence      text NOT NULL CHECK (cadence IN ('each', 'daily', 'weekly')),
  at           timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'mailed', 'dropped')),
  done_at      timestamptz,
  CONSTRAINT deliveries_once UNIQUE (contact_id, event_id, subject_kind, subject_id)
);
-- a new report is mailed once, however often it is released
CREATE UNIQUE INDEX deliveries_new_once ON deliveries (contact_id, subject_kind, subject_id) WHERE what = 'new';
-- what is due
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
-- what goes with a follow, with a subject; retention
CREATE INDEX deliveries_follow ON deliveries (follow_id) WHERE follow_id IS NOT NULL;
CREATE INDEX deliveries_subject ON deliveries (subject_id);
CREATE INDEX deliveries_done ON deliveries (done_at) WHERE done_at IS NOT NULL;
