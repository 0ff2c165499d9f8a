-- +goose Up
CREATE TABLE reports (
  id            uuid PRIMARY KEY,
  number        bigint NOT NULL,
  person_id     uuid REFERENCES persons (id),
  contact_id    uuid REFERENCES contacts (id),
  category_id   uuid NOT NULL REFERENCES categories (id),
  title         jsonb NOT NULL,               -- made by the system: {"de","en"}
  text          text NOT NULL DEFAULT '',     -- as typed; never public
  text_public   text NOT NULL DEFAULT '',     -- as released, perhaps with covered parts
  text_state    text NOT NULL DEFAULT 'held' CHECK (text_state IN ('held', 'released', 'withheld')),
  lang          text NOT NULL DEFAULT 'de',
  publish       text NOT NULL CHECK (publish IN ('A', 'B', 'C', 'P')),
  visibility    text NOT NULL CHECK (visibility IN ('draft', 'held', 'public', 'private', 'hidden', 'erased')),
  status        text NOT NULL,
  status_class  text NOT NULL CHECK (status_class IN ('open', 'work', 'done', 'other')),
  status_at     timestamptz NOT NULL DEFAULT mitwirk_now(),
  status_params jsonb NOT NULL DEFAULT '{}',  -- what the sentence of the status needs: ids, dates, words of the city
  version       integer NOT NULL DEFAULT 1,
  point         geometry(Point, 4326) NOT NULL,
  address       text NOT NULL DEFAULT '',
  place_note    text NOT NULL DEFAULT '',
  district_ref  text NOT NULL DEFAULT '',
  wish          boolean NOT NULL DEFAULT false,
  quiet         boolean NOT NULL DEFAULT false, -- the result may not be told: "Abgeschlossen"
  outside_body  text NOT NULL DEFAULT '',     -- key of the body in charge where the city is not
  target_days   integer,
  first_due_at  timestamptz,                  -- the first target, which stays visible when it is missed
  reopened      smallint NOT NULL DEFAULT 0,
  objected      boolean NOT NULL DEFAULT false,
  channel       text NOT NULL DEFAULT 'web',
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  changed_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  closed_at     timestamptz,
  decided_at    timestamptz,                  -- when staff last decided what the public sees
  words         text NOT NULL DEFAULT '',     -- public words: titles, address, released text
  tsv           tsvector GENERATED ALWAYS AS (to_tsvector('mitwirk_de', words)) STORED,
  norm          text GENERATED ALWAYS AS (mitwirk_fold(words)) STORED,
  CONSTRAINT reports_number UNIQUE (number)
);
-- the public list, newest first, and its keyset pages
CREATE INDEX reports_newest ON reports (created_at DESC, id DESC) WHERE visibility = 'public';
-- tiles, the list inside an area, what is nearby
CREATE INDEX reports_point ON reports USING gist (point);
-- nearby in metres
CREATE INDEX reports_geography ON reports USING gist ((point::geography));
-- the list of one category
CREATE INDEX reports_category ON reports (category_id, created_at DESC, id DESC) WHERE visibility = 'public';
-- the list of one district
CREATE INDEX reports_district ON reports (district_ref, created_at DESC, id DESC) WHERE visibility = 'public';
-- words in the list's filter
CREATE INDEX reports_tsv ON reports USING gin (tsv);
CREATE INDEX reports_norm ON reports USING gin (norm gin_trgm_ops);
-- retention: what was closed long ago
CREATE INDEX reports_closed ON reports (closed_at) WHERE closed_at IS NOT NULL AND visibility <> 'erased';

-- Who may act as the person who reported: the author's session, and whoever opened it with number and code.
CREATE TABLE report_owners (
  report_id uuid NOT NULL REFERENCES reports (id),
  person_id uuid NOT NULL REFERENCES persons (id),
  since     timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (report_id, person_id)
);
-- my reports
CREATE INDEX report_owners_person ON report_owners (person_id, since DESC);

CREATE TABLE report_answers (
  report_id   uuid NOT NULL REFERENCES reports (id),
  question_id uuid NOT NULL,
  ord         integer NOT NULL DEFAULT 0,
  question    jsonb NOT NULL,                 -- as asked: {"de","en"}
  value       jsonb NOT NULL,                 -- the typed text, or the keys that were chosen
  shown       jsonb NOT NULL,                 -- the answer as read: {"de","en"}
  team_only   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (report_id, question_id)
);

CREATE TABLE report_sources (
  source     text NOT NULL,
  source_key text NOT NULL,
  report_id  uuid NOT NULL REFERENCES reports (id),
  row_hash   bytea NOT NULL,
  PRIMARY KEY (source, source_key)
);

-- Which clerk decided a report last: seen by nobody, kept so that an objection goes to somebody else.
CREATE TABLE report_decisions (
  report_id  uuid PRIMARY KEY REFERENCES reports (id),
  decided_by uuid NOT NULL REFERENCES persons (id),
  at         timestamptz NOT NULL DEFAULT mitwirk_now()
);

-- "Ich sehe das anders": decided by another person than the first.
CREATE TABLE objections (
  report_id  uuid PRIMARY KEY REFERENCES reports (id),
  text       text NOT NULL,
  at         timestamptz NOT NULL DEFAULT mitwirk_now(),
  first_by   uuid REFERENCES persons (id),
  decided_by uuid REFERENCES persons (id),
  outcome    text,
  CONSTRAINT objections_other_person CHECK (decided_by IS NULL OR first_by IS NULL OR decided_by <> first_by)
);

-- Which changes of a status have been mailed, so that a job that runs twice sends once.
CREATE TABLE report_mailings (
  entry_id uuid PRIMARY KEY REFERENCES timeline_entries (id),
  at       timestamptz NOT NULL DEFAULT mitwirk_now()
);
