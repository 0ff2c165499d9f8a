-- +goose Up
-- Who changed what of a case: department, assignee, priority, target. Read beside the case and by an undo.
CREATE TABLE case_log (
  id           uuid PRIMARY KEY,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  actor        uuid REFERENCES persons (id), -- NULL: the product itself
  change       jsonb NOT NULL,
  batch_id     uuid,
  at           timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the changes of one case, newest first
CREATE INDEX case_log_subject ON case_log (subject_kind, subject_id, at DESC, id DESC);
-- the changes that one step over many cases made
CREATE INDEX case_log_batch ON case_log (batch_id) WHERE batch_id IS NOT NULL;

-- Words of the team among themselves.
CREATE TABLE notes (
  id            uuid PRIMARY KEY,
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  department_id uuid NOT NULL REFERENCES departments (id), -- who may read it
  author        uuid NOT NULL REFERENCES persons (id),
  text          text NOT NULL CHECK (char_length(text) <= 4000),
  mentions      uuid[] NOT NULL DEFAULT '{}',
  at            timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the notes of one case
CREATE INDEX notes_subject ON notes (subject_kind, subject_id, at, id);
-- where somebody is mentioned
CREATE INDEX notes_mentions ON notes USING gin (mentions);

-- Ready texts of a department, or of all.
CREATE TABLE templates (
  id            uuid PRIMARY KEY,
  department_id uuid REFERENCES departments (id), -- NULL: every department
  category_id   uuid REFERENCES categories (id),  -- NULL: every category
  status        text NOT NULL DEFAULT '',         -- '': every status
  lang          text NOT NULL CHECK (lang IN ('de', 'en')),
  name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
  text          text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000),
  version       integer NOT NULL DEFAULT 1,
  changed_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  gone_at       timestamptz
);
-- the templates that fit a case
CREATE INDEX templates_fit ON templates (department_id, status) WHERE gone_at IS NULL;

-- A case that is to come back to somebody on a day.
CREATE TABLE resubmissions (
  id           uuid PRIMARY KEY,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  person_id    uuid NOT NULL REFERENCES persons (id),
  due_on       date NOT NULL,
  note         text NOT NULL DEFAULT '' CHECK (char_length(note) <= 300),
  made_at      timestamptz NOT NULL DEFAULT mitwirk_now(),
  raised_at    timestamptz, -- when it came back to the top of the queue
  done_at      timestamptz
);
-- one open resubmission of a person per case
CREATE UNIQUE INDEX resubmissions_open ON resubmissions (subject_kind, subject_id, person_id) WHERE done_at IS NULL;
-- a person's list
CREATE INDEX resubmissions_person ON resubmissions (person_id, due_on) WHERE done_at IS NULL;
-- the job of the day
CREATE INDEX resubmissions_due ON resubmissions (due_on) WHERE done_at IS NULL AND raised_at IS NULL;

-- Who is away from when to when (both days included), and who stands in.
CREATE TABLE absences (
  person_id uuid NOT NULL REFERENCES persons (id),
  from_day  date NOT NULL,
  to_day    date NOT NULL,
  deputy_id uuid NOT NULL REFERENCES persons (id),
  PRIMARY KEY (person_id, from_day),
  CONSTRAINT absences_days CHECK (to_day >= from_day),
  CONSTRAINT absences_deputy CHECK (deputy_id <> person_id),
  CONSTRAINT absences_once EXCLUDE USING gist (person_id WITH =, daterange(from_day, to_day, '[]') WITH &&)
);
-- for whom somebody stands in
CREATE INDEX absences_of_deputy ON absences (deputy_id, to_day);

-- Who looks at a case right now: rows vanish with the heartbeat and with a restart.
CREATE UNLOGGED TABLE presence (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  session_id   uuid NOT NULL,
  person_id    uuid NOT NULL,
  seen_at      timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (subject_kind, subject_id, session_id)
);
-- the sweep
CREATE INDEX presence_seen ON presence (seen_at);

-- A public step that can still be taken back: its mails wait until then.
CREATE TABLE report_undos (
  entry_id  uuid PRIMARY KEY, -- of the timeline, which forgets an undone entry
  report_id uuid NOT NULL REFERENCES reports (id),
  before    jsonb NOT NULL,   -- status, dates and target as they were
  version   integer NOT NULL, -- of the report after the step
  by_id     uuid REFERENCES persons (id),
  until     timestamptz NOT NULL,
  state     text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'undone')),
  at        timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the last step of a report that can be undone
CREATE INDEX report_undos_report ON report_undos (report_id, at DESC);
-- what is over and can go
CREATE INDEX report_undos_until ON report_undos (until);

-- Beside: what the same person reported lately
CREATE INDEX reports_person ON reports (person_id, created_at) WHERE person_id IS NOT NULL;
CREATE INDEX reports_contact ON reports (contact_id, created_at) WHERE contact_id IS NOT NULL;
