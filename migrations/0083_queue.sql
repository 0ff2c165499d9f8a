-- +goose Up
-- What the list of cases shows and filters by: facts that the domain puts beside its own change.
ALTER TABLE cases
  ADD COLUMN number      bigint NOT NULL DEFAULT 0,
  ADD COLUMN titles      jsonb NOT NULL DEFAULT '{}',         -- made by the system: {"de","en"}
  ADD COLUMN status      text NOT NULL DEFAULT '',            -- the domain's own word
  ADD COLUMN status_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  ADD COLUMN quiet       boolean NOT NULL DEFAULT false,
  ADD COLUMN place       text NOT NULL DEFAULT '',
  ADD COLUMN channel     text NOT NULL DEFAULT 'web',
  ADD COLUMN object_id   uuid,
  ADD COLUMN held_text   boolean NOT NULL DEFAULT false,
  ADD COLUMN held_photo  boolean NOT NULL DEFAULT false,
  ADD COLUMN has_photo   boolean NOT NULL DEFAULT false,
  ADD COLUMN objection   boolean NOT NULL DEFAULT false,
  ADD COLUMN reopened    smallint NOT NULL DEFAULT 0,
  ADD COLUMN metoo       integer NOT NULL DEFAULT 0,
  ADD COLUMN fixed_yes   integer NOT NULL DEFAULT 0,
  ADD COLUMN fixed_no    integer NOT NULL DEFAULT 0,
  ADD COLUMN changed_at  timestamptz NOT NULL DEFAULT mitwirk_now(),
  ADD COLUMN answered_at timestamptz,                         -- the person who reported wrote and nobody has acted since
  ADD COLUMN gone        boolean NOT NULL DEFAULT false,      -- erased: in no list
  ADD COLUMN raised_at   timestamptz,                         -- came back today by somebody's wish: stands first until it is done
  -- a stopped clock is not late: such cases stand behind those with a date, those without any last
  ADD COLUMN sort_at     timestamptz GENERATED ALWAYS AS (
    CASE WHEN raised_at IS NOT NULL AND state = 'open' THEN timestamptz '2000-01-01 00:00:00+00'
         WHEN paused_at IS NOT NULL THEN timestamptz '9998-01-01 00:00:00+00'
         ELSE coalesce(due_at, timestamptz '9999-01-01 00:00:00+00') END) STORED,
  ADD COLUMN tsv         tsvector GENERATED ALWAYS AS (to_tsvector('mitwirk_de', words)) STORED,
  ADD COLUMN norm        text GENERATED ALWAYS AS (mitwirk_fold(words)) STORED;

UPDATE cases c
SET number = r.number, titles = r.title, status = r.status, status_at = r.status_at, quiet = r.quiet, place = r.address, channel = r.channel,
    object_id = r.object_id, reopened = r.reopened, changed_at = r.changed_at, gone = r.visibility = 'erased',
    held_text = r.publish IN ('A', 'B') AND r.status <> 'withdrawn' AND (r.visibility = 'held' OR r.text_state = 'held' AND r.text <> ''),
    held_photo = r.publish IN ('A', 'B') AND r.status <> 'withdrawn' AND EXISTS (
      SELECT FROM attachments a
      WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.state = 'held' AND a.created_at > coalesce(r.decided_at, '-infinity')),
    has_photo = EXISTS (SELECT FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.state <> 'removed'),
    objection = EXISTS (SELECT FROM objections o WHERE o.report_id = r.id AND o.outcome IS NULL),
    metoo = coalesce((SELECT sum(t.n) FROM vote_totals t WHERE t.subject_kind = 'report' AND t.subject_id = r.id AND t.aspect = 'metoo' AND t.value = 1), 0),
    fixed_yes = coalesce((SELECT sum(t.n) FROM vote_totals t WHERE t.subject_kind = 'report' AND t.subject_id = r.id AND t.aspect = 'fixed' AND t.value = 1), 0),
    fixed_no = coalesce((SELECT sum(t.n) FROM vote_totals t WHERE t.subject_kind = 'report' AND t.subject_id = r.id AND t.aspect = 'fixed' AND t.value = -1), 0)
FROM reports r
WHERE c.subject_kind = 'report' AND c.subject_id = r.id;

DROP INDEX cases_queue;
-- a department's list: what is due first, with its keyset pages
CREATE INDEX cases_queue ON cases (department_id, state, sort_at, created_at, subject_id) WHERE NOT gone;
-- the same for whoever works everywhere
CREATE INDEX cases_everywhere ON cases (state, sort_at, created_at, subject_id) WHERE NOT gone;
-- open and closed together
CREATE INDEX cases_both ON cases (department_id, sort_at, created_at, subject_id) WHERE NOT gone;
CREATE INDEX cases_both_everywhere ON cases (sort_at, created_at, subject_id) WHERE NOT gone;
-- newest or oldest first, in a department and everywhere
CREATE INDEX cases_newest ON cases (department_id, created_at DESC, subject_id DESC) WHERE NOT gone;
CREATE INDEX cases_newest_everywhere ON cases (created_at DESC, subject_id DESC) WHERE NOT gone;
-- what is mine
CREATE INDEX cases_person ON cases (person_id, state, sort_at, created_at, subject_id) WHERE person_id IS NOT NULL;
-- what is nobody's
CREATE INDEX cases_nobody ON cases (department_id, sort_at, created_at, subject_id) WHERE state = 'open' AND person_id IS NULL AND NOT gone;
-- what waits for a look before it is public
CREATE INDEX cases_held ON cases (department_id, state, sort_at, created_at, subject_id) WHERE (held_text OR held_photo) AND NOT gone;
-- new answers
CREATE INDEX cases_answered ON cases (department_id, state, sort_at, created_at, subject_id) WHERE answered_at IS NOT NULL AND NOT gone;
-- "Ich sehe das anders"
CREATE INDEX cases_objection ON cases (department_id, sort_at, created_at, subject_id) WHERE objection AND NOT gone;
-- often reopened
CREATE INDEX cases_reopened ON cases (department_id, sort_at, created_at, subject_id) WHERE state = 'open' AND reopened >= 3 AND NOT gone;
-- one category, one district
CREATE INDEX cases_category ON cases (category_id, state, sort_at, created_at, subject_id) WHERE NOT gone;
CREATE INDEX cases_district ON cases (district_ref, state, sort_at, created_at, subject_id) WHERE NOT gone;
-- the part of the map that is looked at, mostly for open cases, and around an address in metres
CREATE INDEX cases_point ON cases USING gist (point);
CREATE INDEX cases_point_open ON cases USING gist (point) WHERE state = 'open' AND NOT gone;
CREATE INDEX cases_geography ON cases USING gist ((point::geography));
-- words of the list's filter, and parts of words
CREATE INDEX cases_tsv ON cases USING gin (tsv);
CREATE INDEX cases_tsv_open ON cases USING gin (tsv) WHERE state = 'open' AND NOT gone;
CREATE INDEX cases_norm ON cases USING gin (norm gin_trgm_ops);
-- a case by its number
CREATE INDEX cases_number ON cases (subject_kind, number);

-- Filters that somebody keeps under a name, for themselves or for their team.
CREATE TABLE saved_views (
  id            uuid PRIMARY KEY,
  person_id     uuid NOT NULL REFERENCES persons (id),
  department_id uuid REFERENCES departments (id), -- NULL: the person's own
  name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
  query         text NOT NULL CHECK (char_length(query) <= 1500),
  at            timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- a person's views, and a team's; one name once
CREATE UNIQUE INDEX saved_views_own ON saved_views (person_id, lower(name)) WHERE department_id IS NULL;
CREATE UNIQUE INDEX saved_views_team ON saved_views (department_id, lower(name)) WHERE department_id IS NOT NULL;

-- One step over many cases.
CREATE TABLE batches (
  id        uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons (id),
  action    jsonb NOT NULL,
  at        timestamptz NOT NULL DEFAULT mitwirk_now(),
  undone_at timestamptz
);
-- somebody's last steps
CREATE INDEX batches_person ON batches (person_id, at DESC, id DESC);
CREATE TABLE batch_items (
  batch_id     uuid NOT NULL REFERENCES batches (id),
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  state        text NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'done', 'refused', 'undone', 'stays')),
  why          text NOT NULL DEFAULT '',    -- message key, when it was refused or stays
  before       jsonb NOT NULL DEFAULT '{}', -- what the undo brings back
  version      integer NOT NULL,            -- of the case as it was chosen; then as the step left it
  PRIMARY KEY (batch_id, subject_kind, subject_id)
);

-- The list of one day, in the order of a way.
CREATE TABLE shortlists (
  person_id uuid NOT NULL REFERENCES persons (id),
  day       date NOT NULL,
  start_at  geometry(Point, 4326),           -- where the way begins; NULL: at the first stop
  start     text NOT NULL DEFAULT '',        -- its address as typed
  PRIMARY KEY (person_id, day)
);
CREATE TABLE shortlist_items (
  person_id    uuid NOT NULL,
  day          date NOT NULL,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  position     integer NOT NULL,
  done_at      timestamptz,
  PRIMARY KEY (person_id, day, subject_kind, subject_id),
  FOREIGN KEY (person_id, day) REFERENCES shortlists (person_id, day) ON DELETE CASCADE
);
-- the stops in order
CREATE INDEX shortlist_items_order ON shortlist_items (person_id, day, position);
