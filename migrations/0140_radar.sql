-- +goose Up
-- The city's programmes ("Vorhaben der Stadt"): what it announced and what became of it.
CREATE TABLE programmes (
  id           uuid PRIMARY KEY,
  slug         text NOT NULL CONSTRAINT programmes_slug UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,40}$'),
  name         jsonb NOT NULL,                -- {"de","en"}
  intro        jsonb NOT NULL DEFAULT '{}',
  rings        text NOT NULL DEFAULT 'status' CHECK (rings IN ('status', 'horizon', 'stage')),
  sectors      text NOT NULL DEFAULT 'field' CHECK (sectors IN ('field', 'core')),
  public       boolean NOT NULL DEFAULT false,
  ord          smallint NOT NULL DEFAULT 0,
  version      integer NOT NULL DEFAULT 1,    -- changes with everything that the pages show
  changed_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now()
);

-- Fields of action; a field's sector is its place in the order.
CREATE TABLE programme_fields (
  id           uuid PRIMARY KEY,
  programme_id uuid NOT NULL REFERENCES programmes (id),
  key          text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,40}$'),
  ord          smallint NOT NULL,
  name         jsonb NOT NULL,
  intro        jsonb NOT NULL DEFAULT '{}',
  core         jsonb NOT NULL DEFAULT '{}',   -- name of the core area it belongs to
  weight       real NOT NULL DEFAULT 1 CHECK (weight > 0), -- share of the circle; fixed, since it moves marks
  CONSTRAINT programme_fields_key UNIQUE (programme_id, key)
);

-- What residents are asked about a measure: two to four questions, 1 to 5.
CREATE TABLE rating_questions (
  programme_id uuid NOT NULL REFERENCES programmes (id),
  key          text NOT NULL CHECK (key ~ '^[a-z0-9_]{1,30}$'),
  ord          smallint NOT NULL,
  text         jsonb NOT NULL,
  low          jsonb NOT NULL,                -- what 1 means
  high         jsonb NOT NULL,                -- what 5 means
  PRIMARY KEY (programme_id, key)
);

-- A measure. What it says is one document (see radar.Content): the published state.
CREATE TABLE measures (
  id           uuid PRIMARY KEY,
  programme_id uuid NOT NULL REFERENCES programmes (id),
  number       bigint NOT NULL CONSTRAINT measures_number UNIQUE,
  no           integer NOT NULL CHECK (no > 0), -- in chart and table, fixed for good
  visibility   text NOT NULL DEFAULT 'draft' CHECK (visibility IN ('draft', 'public', 'past', 'hidden')),
  content      jsonb NOT NULL,
  version      integer NOT NULL DEFAULT 0,      -- of the published state; 0: never published
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  published_at timestamptz,
  changed_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT measures_no UNIQUE (programme_id, no)
);

-- Every published state, for the history.
CREATE TABLE measure_versions (
  measure_id uuid NOT NULL REFERENCES measures (id),
  n          integer NOT NULL,
  content    jsonb NOT NULL,
  at         timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (measure_id, n)
);

-- A change on its way: written by one person, reviewed by another, published at a time.
CREATE TABLE measure_edits (
  id          uuid PRIMARY KEY,
  measure_id  uuid NOT NULL REFERENCES measures (id),
  content     jsonb NOT NULL,
  base        integer NOT NULL,               -- version it was made from
  state       text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'review', 'approved', 'published', 'dropped')),
  remark      text NOT NULL DEFAULT '',       -- why, or what the reviewer asks for
  proposed_by uuid REFERENCES persons (id),
  reviewed_by uuid REFERENCES persons (id),
  publish_at  timestamptz,                    -- not before; NULL: at once
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT mitwirk_now(),
  changed_at  timestamptz NOT NULL DEFAULT mitwirk_now(),
  CHECK (reviewed_by IS NULL OR reviewed_by <> proposed_by)
);
-- one change of a measure at a time
CREATE UNIQUE INDEX measure_edits_open ON measure_edits (measure_id) WHERE state IN ('draft', 'review', 'approved');
-- what is due to be published
CREATE INDEX measure_edits_due ON measure_edits (publish_at) WHERE state = 'approved';

-- Where a mark stands in the chart now: it stays there until its ring or sector changes.
CREATE TABLE measure_spots (
  measure_id uuid PRIMARY KEY REFERENCES measures (id),
  ring       smallint NOT NULL,
  sector     smallint NOT NULL,
  angle      double precision NOT NULL,       -- degrees clockwise from 12 o'clock
  radius     double precision NOT NULL,
  grouped    boolean NOT NULL DEFAULT false
);

-- The programme as decided on a day.
CREATE TABLE releases (
  id           uuid PRIMARY KEY,
  programme_id uuid NOT NULL REFERENCES programmes (id),
  decided_on   date NOT NULL,
  notes        jsonb NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT releases_day UNIQUE (programme_id, decided_on)
);
CREATE TABLE release_items (
  release_id uuid NOT NULL REFERENCES releases (id),
  measure_id uuid NOT NULL REFERENCES measures (id),
  ring       smallint NOT NULL,
  sector     smallint NOT NULL,
  angle      double precision NOT NULL,
  radius     double precision NOT NULL,
  grouped    boolean NOT NULL DEFAULT false,
  snapshot   jsonb NOT NULL,                  -- the measure's document of that day
  PRIMARY KEY (release_id, measure_id)
);
-- the releases that a measure is part of
CREATE INDEX release_items_measure ON release_items (measure_id);

-- A measure asks residents for something, and says what came of it.
CREATE TABLE help_requests (
  id         uuid PRIMARY KEY,
  measure_id uuid NOT NULL REFERENCES measures (id),
  kind       text NOT NULL CHECK (kind IN ('testers', 'data', 'places', 'partners')),
  wanted     jsonb NOT NULL,
  until_on   date NOT NULL,
  outcome    jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- those of one measure
CREATE INDEX help_requests_measure ON help_requests (measure_id);
CREATE TABLE help_offers (
  request_id uuid NOT NULL REFERENCES help_requests (id),
  person_id  uuid NOT NULL REFERENCES persons (id),
  at         timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (request_id, person_id)
);
-- those of one person (export, erasure)
CREATE INDEX help_offers_person ON help_offers (person_id);
