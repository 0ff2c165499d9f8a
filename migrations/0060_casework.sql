-- +goose Up
-- One row per thing that staff work on. Department, priority and deadline live here only;
-- category, place, status class and words are facts that the domain puts in its own transaction.
CREATE TABLE cases (
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  department_id uuid NOT NULL REFERENCES departments (id),
  person_id     uuid REFERENCES persons (id),
  priority      text NOT NULL DEFAULT 'normal' CHECK (priority IN ('normal', 'high')),
  due_at        timestamptz,
  paused_at     timestamptz,
  missed_at     timestamptz,
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
  category_id   uuid,
  district_ref  text NOT NULL DEFAULT '',
  point         geometry(Point, 4326),
  status_class  text NOT NULL DEFAULT 'open',
  title         text NOT NULL DEFAULT '',
  words         text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  version       integer NOT NULL DEFAULT 1,
  PRIMARY KEY (subject_kind, subject_id)
);
-- a department's list: what is due first
CREATE INDEX cases_queue ON cases (department_id, state, due_at NULLS LAST, created_at, subject_id);
-- the job that finds missed targets
CREATE INDEX cases_missed ON cases (due_at) WHERE state = 'open' AND missed_at IS NULL AND paused_at IS NULL;

CREATE TABLE deadline_pauses (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  from_at      timestamptz NOT NULL,
  to_at        timestamptz,
  PRIMARY KEY (subject_kind, subject_id, from_at)
);

-- The dialogue with the person who reported: questions of the team, answers and additions.
CREATE TABLE messages (
  id                uuid PRIMARY KEY,
  subject_kind      text NOT NULL,
  subject_id        uuid NOT NULL,
  direction         text NOT NULL CHECK (direction IN ('in', 'out')),
  kind              text NOT NULL CHECK (kind IN ('question', 'answer', 'addition', 'objection', 'withdrawal_hint')),
  text              text NOT NULL,
  question_deadline timestamptz,
  department_id     uuid REFERENCES departments (id),
  at                timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the dialogue of one case, in order
CREATE INDEX messages_subject ON messages (subject_kind, subject_id, at, id);
