-- +goose Up
-- What ideas are about. Words are the city's; the department is the one that reads first.
CREATE TABLE idea_topics (
  key        text PRIMARY KEY,
  name       jsonb NOT NULL,              -- {"de","en"}
  department text NOT NULL DEFAULT '',    -- key of a department; '' or unknown: the front desk
  ord        integer NOT NULL
);
INSERT INTO idea_topics (key, name, department, ord) VALUES
  ('verkehr',   '{"de": "Unterwegs in der Stadt", "en": "Getting around"}', 'mor', 1),
  ('gruen',     '{"de": "Grün, Klima und Wasser", "en": "Green, climate and water"}', 'bau-gar', 2),
  ('plaetze',   '{"de": "Plätze und Wege", "en": "Squares and paths"}', 'bau-str', 3),
  ('sport',     '{"de": "Spielen, Sport und Kultur", "en": "Play, sport and culture"}', 'rbs', 4),
  ('bildung',   '{"de": "Schule und Kita", "en": "School and nursery"}', 'rbs', 5),
  ('zusammen',  '{"de": "Zusammenleben und Hilfe", "en": "Living together and help"}', 'soz', 6),
  ('wirtschaft','{"de": "Arbeit und Geschäfte", "en": "Work and shops"}', 'kvr-bi', 7),
  ('gesund',    '{"de": "Gesundheit und Sicherheit", "en": "Health and safety"}', 'gsr', 8),
  ('amt',       '{"de": "Ämter und digitale Dienste", "en": "Offices and digital services"}', 'rit', 9),
  ('anderes',   '{"de": "Etwas anderes", "en": "Something else"}', '', 10);

-- A call for ideas: who asks, until when, by which rules.
CREATE TABLE calls (
  id            uuid PRIMARY KEY,
  number        bigint NOT NULL,
  state         text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'ended')),
  audience      text NOT NULL DEFAULT 'public' CHECK (audience IN ('public', 'staff')),
  kind          text NOT NULL DEFAULT 'ideas' CHECK (kind IN ('ideas', 'places', 'contest')),
  department_id uuid NOT NULL REFERENCES departments (id),
  title         jsonb NOT NULL,
  lead          jsonb NOT NULL DEFAULT '{}',
  text          jsonb NOT NULL DEFAULT '{}',
  rules         jsonb NOT NULL DEFAULT '{}',
  criteria      jsonb NOT NULL DEFAULT '[]',  -- [{"de","en"}], published before the call begins
  districts     text[] NOT NULL DEFAULT '{}', -- refs; none: the whole city
  topics        text[] NOT NULL DEFAULT '{}', -- keys; none: all
  participation text NOT NULL DEFAULT 'consultation' CHECK (participation IN ('information', 'consultation', 'cooperation', 'decision')),
  who           text NOT NULL DEFAULT 'all' CHECK (who IN ('all', 'mail', 'residents')),
  min_level     smallint NOT NULL DEFAULT 0 CHECK (min_level BETWEEN 0 AND 3), -- from which level a support counts; fixed at publication
  threshold     integer NOT NULL DEFAULT 0 CHECK (threshold >= 0),             -- 0: none
  triggers      jsonb NOT NULL DEFAULT '{}',  -- what the threshold does, in words
  budget_cents  bigint,
  prize         jsonb NOT NULL DEFAULT '{}',
  need_place    boolean NOT NULL DEFAULT false,
  answer_by     date,
  version       integer NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  changed_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  published_at  timestamptz,
  CONSTRAINT calls_number UNIQUE (number)
);
-- the calls that are shown, newest first
CREATE INDEX calls_newest ON calls (published_at DESC, id DESC) WHERE state <> 'draft';

-- When a call does what: whole days of the city's calendar, both included.
CREATE TABLE call_phases (
  call_id  uuid NOT NULL REFERENCES calls (id),
  phase    text NOT NULL CHECK (phase IN ('collect', 'check', 'support', 'decide', 'implement')),
  from_day date NOT NULL,
  to_day   date,                              -- NULL: open end
  PRIMARY KEY (call_id, phase),
  CONSTRAINT call_phases_order CHECK (to_day IS NULL OR to_day >= from_day)
);

CREATE TABLE ideas (
  id           uuid PRIMARY KEY,
  number       bigint NOT NULL,
  call_id      uuid REFERENCES calls (id),    -- NULL: the open box
  topic        text NOT NULL DEFAULT 'anderes' REFERENCES idea_topics (key),
  department_id uuid NOT NULL REFERENCES departments (id), -- who of the city has it
  title        text NOT NULL,
  text         text NOT NULL,
  lang         text NOT NULL DEFAULT 'de',
  visibility   text NOT NULL CHECK (visibility IN ('held', 'public', 'hidden', 'erased')),
  status       text NOT NULL,
  status_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  params       jsonb NOT NULL DEFAULT '{}',   -- what the sentence of the status needs: ids, dates, words of the city
  version      integer NOT NULL DEFAULT 1,    -- of the row
  edition      integer NOT NULL DEFAULT 1,    -- of the text: idea_versions
  geom         geometry(Geometry, 4326),      -- point, line or area; NULL: no place
  point        geometry(Point, 4326),         -- of geom
  address      text NOT NULL DEFAULT '',
  district_ref text NOT NULL DEFAULT '',
  cost_cents   bigint,                        -- as its author guesses
  supports     integer NOT NULL DEFAULT 0,    -- counted votes, derived
  goal         integer NOT NULL DEFAULT 0,    -- supports from which the city must answer; 0: none
  reached_at   timestamptz,
  ends_at      timestamptz,                   -- until when it can be supported
  answer_by    timestamptz,
  decides      text NOT NULL DEFAULT '',      -- '' not said yet: city, district, council, other
  decides_who  text NOT NULL DEFAULT '',      -- in words
  decides_at   timestamptz,
  merged_into  uuid REFERENCES ideas (id),
  report_id    uuid,                          -- the report that it was
  channel      text NOT NULL DEFAULT 'web',
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  changed_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  closed_at    timestamptz,
  tsv          tsvector GENERATED ALWAYS AS (to_tsvector('mitwirk_de', title || ' ' || text || ' ' || address)) STORED,
  CONSTRAINT ideas_number UNIQUE (number)
);
-- the public list, newest first, all of it and of one call
CREATE INDEX ideas_newest ON ideas (created_at DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX ideas_call ON ideas (call_id, created_at DESC, id DESC) WHERE visibility = 'public';
-- most supported
CREATE INDEX ideas_supported ON ideas (supports DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX ideas_call_supported ON ideas (call_id, supports DESC, id DESC) WHERE visibility = 'public';
-- ending soon, and the job that ends them
CREATE INDEX ideas_ending ON ideas (ends_at, id) WHERE status = 'open';
-- counts of the list's chips, without reading the rows
CREATE INDEX ideas_counts ON ideas (call_id, status) INCLUDE (id) WHERE visibility = 'public';
-- the desk's list of one department, what is due first
CREATE INDEX ideas_desk ON ideas (department_id, answer_by, id) WHERE visibility <> 'erased';
-- the map, and what is near
CREATE INDEX ideas_point ON ideas USING gist (point) WHERE point IS NOT NULL;
CREATE INDEX ideas_geography ON ideas USING gist ((point::geography)) WHERE point IS NOT NULL;
-- words in the list's filter, and similar ideas
CREATE INDEX ideas_tsv ON ideas USING gin (tsv);
CREATE INDEX ideas_merged ON ideas (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ideas_report ON ideas (report_id) WHERE report_id IS NOT NULL;

-- Whose idea it is: who wrote it and who was invited.
CREATE TABLE idea_authors (
  idea_id    uuid NOT NULL REFERENCES ideas (id),
  person_id  uuid NOT NULL REFERENCES persons (id),
  shown_name text NOT NULL DEFAULT '',        -- '': no name is shown
  founder    boolean NOT NULL DEFAULT false,
  since      timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (idea_id, person_id)
);
-- my ideas
CREATE INDEX idea_authors_person ON idea_authors (person_id, since DESC);

-- A link by which somebody becomes an author, once.
CREATE TABLE idea_invitations (
  token_hash bytea PRIMARY KEY,
  idea_id    uuid NOT NULL REFERENCES ideas (id),
  made_by    uuid NOT NULL REFERENCES persons (id),
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  used_by    uuid REFERENCES persons (id)
);
-- the open links of an idea
CREATE INDEX idea_invitations_idea ON idea_invitations (idea_id, expires_at);

CREATE TABLE idea_versions (
  idea_id uuid NOT NULL REFERENCES ideas (id),
  n       integer NOT NULL,
  title   text NOT NULL,
  text    text NOT NULL,
  kind    text NOT NULL CHECK (kind IN ('first', 'correction', 'change', 'amendment')),
  why     text NOT NULL DEFAULT '',
  at      timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (idea_id, n)
);

-- A change that somebody else proposes; its author says yes or no.
CREATE TABLE amendments (
  id         uuid PRIMARY KEY,
  idea_id    uuid NOT NULL REFERENCES ideas (id),
  person_id  uuid REFERENCES persons (id),
  edition    integer NOT NULL,                -- of the text it was made from
  title      text NOT NULL,
  text       text NOT NULL,
  why        text NOT NULL,
  state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn', 'hidden')),
  answer     text NOT NULL DEFAULT '',
  at         timestamptz NOT NULL DEFAULT mitwirk_now(),
  decided_at timestamptz
);
-- the amendments of an idea, newest first
CREATE INDEX amendments_idea ON amendments (idea_id, at DESC, id DESC);
-- my amendments
CREATE INDEX amendments_person ON amendments (person_id, at DESC) WHERE person_id IS NOT NULL;

-- What the city says, the latest counts.
CREATE TABLE idea_answers (
  id            uuid PRIMARY KEY,
  idea_id       uuid NOT NULL REFERENCES ideas (id),
  department_id uuid NOT NULL REFERENCES departments (id),
  decision      text NOT NULL CHECK (decision IN ('accepted', 'partly', 'declined', 'done', 'elsewhere', 'linked')),
  reasons       text NOT NULL,
  cost_cents    bigint,
  period        text NOT NULL DEFAULT '',
  criteria      integer[] NOT NULL DEFAULT '{}', -- those of the call that it refers to
  at            timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the answers to an idea, newest first
CREATE INDEX idea_answers_idea ON idea_answers (idea_id, at DESC, id DESC);

CREATE TABLE milestones (
  id         uuid PRIMARY KEY,
  idea_id    uuid NOT NULL REFERENCES ideas (id),
  title      text NOT NULL,
  note       text NOT NULL DEFAULT '',
  due_on     date NOT NULL,
  reached_on date,
  photo_id   uuid,
  at         timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the milestones of an idea in their order
CREATE INDEX milestones_idea ON milestones (idea_id, due_on, id);

-- What departments found out; for the city only.
CREATE TABLE idea_checks (
  idea_id       uuid NOT NULL REFERENCES ideas (id),
  kind          text NOT NULL CHECK (kind IN ('formal', 'cost', 'responsibility')),
  department_id uuid NOT NULL REFERENCES departments (id),
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ok', 'problem')),
  note          text NOT NULL DEFAULT '',
  at            timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (idea_id, kind, department_id)
);

-- One idea goes on in another, when both authors agree.
CREATE TABLE idea_merges (
  id          uuid PRIMARY KEY,
  from_id     uuid NOT NULL REFERENCES ideas (id),
  into_id     uuid NOT NULL REFERENCES ideas (id),
  state       text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'declined', 'merged', 'undone')),
  why         text NOT NULL DEFAULT '',
  from_yes    boolean NOT NULL DEFAULT false,
  into_yes    boolean NOT NULL DEFAULT false,
  moved       integer NOT NULL DEFAULT 0,     -- supports that came along
  status      text NOT NULL DEFAULT '',       -- of the idea before
  voters      uuid[] NOT NULL DEFAULT '{}',   -- whose supports moved, for the way back
  comments    uuid[] NOT NULL DEFAULT '{}',   -- what moved along
  asked_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  merged_at   timestamptz,
  leave_until timestamptz,
  undone_at   timestamptz,
  CONSTRAINT idea_merges_two CHECK (from_id <> into_id)
);
-- one at a time
CREATE UNIQUE INDEX idea_merges_one ON idea_merges (from_id) WHERE state IN ('asked', 'merged');
CREATE INDEX idea_merges_into ON idea_merges (into_id);

-- What moderation took out of sight, with what it was.
CREATE TABLE idea_hidden (
  idea_id     uuid NOT NULL REFERENCES ideas (id),
  part        text NOT NULL,
  part_id     uuid NOT NULL,
  visibility  text NOT NULL DEFAULT '',
  title       text NOT NULL DEFAULT '',
  text        text NOT NULL DEFAULT '',
  photo_state text NOT NULL DEFAULT '',
  at          timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (idea_id, part, part_id)
);
