-- +goose Up
CREATE TABLE category_groups (
  id       uuid PRIMARY KEY,
  key      text NOT NULL CONSTRAINT category_groups_key UNIQUE CHECK (key ~ '^[a-z][a-z0-9-]{0,39}$'),
  name     jsonb NOT NULL,
  position integer NOT NULL,
  active   boolean NOT NULL DEFAULT true
);

CREATE TABLE categories (
  id                  uuid PRIMARY KEY,
  key                 text NOT NULL CONSTRAINT categories_key UNIQUE CHECK (key ~ '^[a-z][a-z0-9-]{0,39}$'),
  group_id            uuid NOT NULL REFERENCES category_groups (id),
  department_id       uuid NOT NULL REFERENCES departments (id),
  name                jsonb NOT NULL,
  position            integer NOT NULL,
  kinds               text[] NOT NULL DEFAULT '{report}', -- kinds of subject that may use it
  publish             text NOT NULL CHECK (publish IN ('A', 'B', 'C', 'P')),
  photo               text NOT NULL CHECK (photo IN ('e', 'o', 'n')), -- recommended, optional, not offered; never required
  target_days         integer CHECK (target_days BETWEEN 1 AND 999),
  target_on           boolean NOT NULL DEFAULT true,
  near_m              integer NOT NULL DEFAULT 0 CHECK (near_m BETWEEN 0 AND 5000),  -- 0: never asked
  near_days           integer NOT NULL DEFAULT 0 CHECK (near_days BETWEEN 0 AND 999),
  object_kind         text NOT NULL DEFAULT '',
  season              text NOT NULL DEFAULT '' CHECK (season = '' OR season ~ '^\d\d-\d\d\.\.\d\d-\d\d$'),
  words               jsonb NOT NULL DEFAULT '{}', -- keywords per language: {"de": [...]}
  sample              jsonb NOT NULL DEFAULT '{}', -- a sentence as people write it
  ready               jsonb NOT NULL DEFAULT '{}', -- the sentence that staff find ready for "Gelöst"
  quiet_result        boolean NOT NULL DEFAULT false, -- the result may not be told: "Abgeschlossen"
  wish                boolean NOT NULL DEFAULT false,
  retain_text_days    integer NOT NULL CHECK (retain_text_days > 0),    -- days after closing
  retain_photo_days   integer NOT NULL CHECK (retain_photo_days > 0),
  retain_contact_days integer NOT NULL CHECK (retain_contact_days > 0),
  share               integer NOT NULL DEFAULT 0 CHECK (share BETWEEN 0 AND 1000), -- of 1,000 reports, for the demo and as a first guess
  optional            boolean NOT NULL DEFAULT false,
  active              boolean NOT NULL DEFAULT true
);

CREATE TABLE questions (
  id          uuid PRIMARY KEY,
  category_id uuid NOT NULL REFERENCES categories (id),
  key         text NOT NULL CHECK (key ~ '^[a-z][a-z0-9-]{0,39}$'),
  type        text NOT NULL CHECK (type IN ('short', 'long', 'number', 'one', 'several', 'date', 'yesno', 'notice')),
  name        jsonb NOT NULL,
  position    integer NOT NULL,
  required    boolean NOT NULL DEFAULT false,
  shown_if    jsonb NOT NULL DEFAULT '[]', -- all of them: [{"question": key, "any": [option keys]}]
  min         integer,
  max         integer,
  team_only   boolean NOT NULL DEFAULT false,
  common      boolean NOT NULL DEFAULT false, -- written once in the file, used by several categories
  active      boolean NOT NULL DEFAULT true,
  CONSTRAINT questions_key UNIQUE (category_id, key)
);

CREATE TABLE question_options (
  question_id uuid NOT NULL REFERENCES questions (id),
  key         text NOT NULL CHECK (key ~ '^[a-z][a-z0-9-]{0,39}$'),
  name        jsonb NOT NULL,
  effects     jsonb NOT NULL DEFAULT '{}',
  position    integer NOT NULL,
  active      boolean NOT NULL DEFAULT true,
  PRIMARY KEY (question_id, key)
);

CREATE TABLE stop_pages (
  key    text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9-]{0,39}$'),
  hard   boolean NOT NULL, -- no report is made
  tel    text[] NOT NULL DEFAULT '{}',
  title  jsonb NOT NULL,
  text   jsonb NOT NULL,
  active boolean NOT NULL DEFAULT true
);

CREATE TABLE signposts (
  id         uuid PRIMARY KEY,
  key        text NOT NULL CONSTRAINT signposts_key UNIQUE CHECK (key ~ '^[a-z][a-z0-9-]{0,39}$'),
  words      jsonb NOT NULL, -- per language; several words in one entry must all be there
  text       jsonb NOT NULL DEFAULT '{}',
  stop_key   text REFERENCES stop_pages (key),
  link_url   text NOT NULL DEFAULT '',
  link_label jsonb NOT NULL DEFAULT '{}',
  door       text NOT NULL DEFAULT '' CHECK (door IN ('', 'report', 'complaint', 'idea')),
  door_text  jsonb NOT NULL DEFAULT '{}',
  position   integer NOT NULL,
  active     boolean NOT NULL DEFAULT true
);

-- Names of the bodies that an answer can point to. Where they are in charge lies with geo.
CREATE TABLE category_bodies (
  key     text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9-]{0,39}$'),
  name    jsonb NOT NULL,
  area    text NOT NULL DEFAULT '',
  forward text NOT NULL CHECK (forward IN ('mail', 'link', 'none')),
  link    text NOT NULL DEFAULT '',
  active  boolean NOT NULL DEFAULT true
);

-- Days without work that no law's rule yields: the operator's own.
CREATE TABLE holidays (
  region text NOT NULL,
  day    date NOT NULL,
  name   jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (region, day)
);

CREATE TABLE opening_hours (
  department_id uuid NOT NULL REFERENCES departments (id),
  weekday       smallint NOT NULL CHECK (weekday BETWEEN 0 AND 6), -- 0 is Sunday
  opens         smallint NOT NULL CHECK (opens BETWEEN 0 AND 1439), -- minutes after midnight, local time
  closes        smallint NOT NULL CHECK (closes BETWEEN 1 AND 1440),
  PRIMARY KEY (department_id, weekday, opens),
  CONSTRAINT opening_hours_order CHECK (closes > opens)
);
