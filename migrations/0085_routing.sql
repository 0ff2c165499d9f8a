-- +goose Up
-- How often a case was handed from one department to another, and how many of its targets were missed. From the
-- second hand-over on the front desk ("Lotsenstelle") decides.
ALTER TABLE cases
  ADD COLUMN moves    smallint NOT NULL DEFAULT 0,
  ADD COLUMN missed_n smallint NOT NULL DEFAULT 0;
-- the view of what was late three times
CREATE INDEX cases_missed_often ON cases (department_id, missed_n) WHERE state = 'open' AND missed_n >= 3;
-- a place where the same thing comes back, by its object: sqlRecurring
CREATE INDEX cases_recurring_object ON cases (object_id) WHERE object_id IS NOT NULL;

-- The rules by which new cases find their department. Stage 'live' counts; 'draft' is the set that admins work on and
-- try out before it goes live.
CREATE TABLE routing_rules (
  stage         text NOT NULL CHECK (stage IN ('live', 'draft')),
  id            uuid NOT NULL,
  position      integer NOT NULL,
  name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  expr          jsonb NOT NULL,
  department_id uuid REFERENCES departments (id), -- NULL: the category's own
  person_id     uuid REFERENCES persons (id),
  priority      text NOT NULL DEFAULT '',          -- '': the category's own
  target_days   integer CHECK (target_days BETWEEN 1 AND 999),
  active        boolean NOT NULL DEFAULT true,
  off_reason    text NOT NULL DEFAULT '',          -- why the product switched it off
  off_at        timestamptz,
  PRIMARY KEY (stage, id)
);
-- the rules in their order
CREATE INDEX routing_rules_order ON routing_rules (stage, position, id);

-- One row: which versions of the sets there are, and which draft was tried out.
CREATE TABLE routing_state (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  live_version  integer NOT NULL DEFAULT 1,
  draft_version integer NOT NULL DEFAULT 0, -- 0: there is no draft
  tried_version integer NOT NULL DEFAULT 0,
  live_at       timestamptz,
  draft_at      timestamptz
);
INSERT INTO routing_state DEFAULT VALUES;

-- Who changed which rule in what way; also what the product itself switched off.
CREATE TABLE routing_rule_versions (
  rule_id    uuid NOT NULL,
  n          integer NOT NULL,
  change     text NOT NULL CHECK (change IN ('added', 'changed', 'moved', 'removed', 'switched_off')),
  rule       jsonb NOT NULL,
  reason     text NOT NULL DEFAULT '',
  changed_by uuid REFERENCES persons (id), -- NULL: the product itself
  at         timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (rule_id, n)
);
-- the history, newest first
CREATE INDEX routing_rule_versions_at ON routing_rule_versions (at DESC, rule_id, n);

-- What figures are made of: one narrow row per case, without words, people or exact places. It is derived: triggers
-- keep it whole whichever way a report, its case or its history changes.
CREATE TABLE case_facts (
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  category_id   uuid NOT NULL,
  district_ref  text NOT NULL DEFAULT '',
  department_id uuid,
  status        text NOT NULL,
  public        boolean NOT NULL,
  street        text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL,
  answered_at   timestamptz,
  closed_at     timestamptz,
  target_at     timestamptz,
  reopened      smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (subject_kind, subject_id)
);
-- figures of a time: what came in; index-only
CREATE INDEX case_facts_in ON case_facts (created_at) INCLUDE (category_id, district_ref, department_id, status, public, answered_at, closed_at, target_at, reopened);
-- figures of a time: what was closed; index-only
CREATE INDEX case_facts_out ON case_facts (closed_at) INCLUDE (category_id, district_ref, department_id, status, public, created_at, answered_at, target_at, reopened) WHERE closed_at IS NOT NULL;
-- what is open now
CREATE INDEX case_facts_stock ON case_facts (category_id, district_ref) WHERE closed_at IS NULL;
-- the public figure of one category: sqlPace; index-only
CREATE INDEX case_facts_category ON case_facts (category_id, closed_at) INCLUDE (created_at, target_at) WHERE status = 'resolved' AND public;

-- +goose StatementBegin
CREATE FUNCTION case_facts_of_report() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.case_facts (subject_kind, subject_id, category_id, district_ref, status, public, street, created_at, closed_at, target_at, reopened)
  VALUES ('report', NEW.id, NEW.category_id, NEW.district_ref, NEW.status, NEW.visibility = 'public',
          CASE WHEN NEW.publish IN ('A', 'B') THEN NEW.street_norm ELSE '' END, NEW.created_at, NEW.closed_at, NEW.first_due_at, NEW.reopened)
  ON CONFLICT (subject_kind, subject_id) DO UPDATE
  SET category_id = excluded.category_id, district_ref = excluded.district_ref, status = excluded.status, public = excluded.public,
      street = excluded.street, closed_at = excluded.closed_at, target_at = excluded.target_at, reopened = excluded.reopened;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER case_facts_of_report
  AFTER INSERT OR UPDATE OF category_id, district_ref, status, visibility, closed_at, first_due_at, reopened, address ON reports
  FOR EACH ROW EXECUTE FUNCTION case_facts_of_report();

-- +goose StatementBegin
CREATE FUNCTION case_facts_of_case() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.case_facts SET department_id = NEW.department_id
   WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id AND department_id IS DISTINCT FROM NEW.department_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER case_facts_of_case AFTER INSERT OR UPDATE OF department_id ON cases
  FOR EACH ROW EXECUTE FUNCTION case_facts_of_case();

-- +goose StatementBegin
CREATE FUNCTION case_facts_of_step() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.case_facts SET answered_at = NEW.at
   WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id AND (answered_at IS NULL OR answered_at > NEW.at);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER case_facts_of_step AFTER INSERT ON timeline_entries
  FOR EACH ROW WHEN (NEW.key LIKE 'status.%' AND NEW.key NOT IN ('status.received', 'status.withdrawn'))
  EXECUTE FUNCTION case_facts_of_step();

INSERT INTO case_facts (subject_kind, subject_id, category_id, district_ref, department_id, status, public, created_at, answered_at, closed_at, target_at, reopened, street)
SELECT 'report', r.id, r.category_id, r.district_ref, c.department_id, r.status, r.visibility = 'public', r.created_at,
       (SELECT min(t.at) FROM timeline_entries t
         WHERE t.subject_kind = 'report' AND t.subject_id = r.id AND t.key LIKE 'status.%' AND t.key NOT IN ('status.received', 'status.withdrawn')),
       r.closed_at, r.first_due_at, r.reopened, CASE WHEN r.publish IN ('A', 'B') THEN r.street_norm ELSE '' END
  FROM reports r
  LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id;

-- Which day's mail about missed targets a team lead has had: one a day.
CREATE TABLE missed_digests (
  person_id uuid NOT NULL REFERENCES persons (id),
  day       date NOT NULL,
  PRIMARY KEY (person_id, day)
);

-- A big event that many cases belong to (a storm): new ones in its area and of its kinds attach themselves.
CREATE TABLE umbrella_events (
  id           uuid PRIMARY KEY,
  title        jsonb NOT NULL,
  text         jsonb NOT NULL,
  area         geometry(Polygon, 4326),          -- NULL: none drawn
  districts    text[] NOT NULL DEFAULT '{}',     -- refs; with neither: the whole city
  category_ids uuid[] NOT NULL DEFAULT '{}',     -- empty: every kind
  from_at      timestamptz NOT NULL,
  to_at        timestamptz,                      -- NULL: until it is ended
  made_at      timestamptz NOT NULL DEFAULT mitwirk_now(),
  version      integer NOT NULL DEFAULT 1
);
-- the events of this moment: sqlRunningEvents
CREATE INDEX umbrella_events_time ON umbrella_events (from_at, to_at);

CREATE TABLE umbrella_members (
  event_id     uuid NOT NULL REFERENCES umbrella_events (id),
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  at           timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (subject_kind, subject_id)         -- a case belongs to one event
);
-- the members of an event
CREATE INDEX umbrella_members_event ON umbrella_members (event_id, at DESC, subject_id);

-- One answer for all members, given in batches.
CREATE TABLE umbrella_answers (
  id            uuid PRIMARY KEY,
  event_id      uuid NOT NULL REFERENCES umbrella_events (id),
  department_id uuid REFERENCES departments (id),
  made_by       uuid REFERENCES persons (id),
  answer        jsonb NOT NULL,                  -- status and what it needs, words of the city
  at            timestamptz NOT NULL DEFAULT mitwirk_now(),
  done_at       timestamptz
);
-- the answers of an event
CREATE INDEX umbrella_answers_event ON umbrella_answers (event_id, at DESC, id);
-- Which members an answer has reached: a job that runs twice gives it once.
CREATE TABLE umbrella_answered (
  answer_id    uuid NOT NULL REFERENCES umbrella_answers (id),
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  outcome      text NOT NULL CHECK (outcome IN ('done', 'skipped')),
  PRIMARY KEY (answer_id, subject_kind, subject_id)
);
-- Which followers an answer was mailed to: each one once, however many members they follow.
CREATE TABLE umbrella_mailed (
  answer_id  uuid NOT NULL REFERENCES umbrella_answers (id),
  contact_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  PRIMARY KEY (answer_id, contact_id)
);
