-- +goose Up
-- What the city's editors ask departments about their measures ("Abfrage"): by when, which
-- fields, which questions.
CREATE TABLE inquiries (
  id           uuid PRIMARY KEY,
  programme_id uuid NOT NULL REFERENCES programmes (id),
  title        text NOT NULL CHECK (title <> ''),
  note         text NOT NULL DEFAULT '',      -- to those who are asked
  year         smallint NOT NULL CHECK (year BETWEEN 1990 AND 2100), -- that the yearly text is about
  due_on       date NOT NULL,
  fields       text[] NOT NULL DEFAULT '{}',  -- radar.AskFields
  questions    text[] NOT NULL DEFAULT '{}',  -- in words; their answers go by their place: q1, q2
  state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
  made_by      uuid REFERENCES persons (id),
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- those of one programme
CREATE INDEX inquiries_programme ON inquiries (programme_id, due_on);

-- One measure of an inquiry, with the department that is asked. A one-time link is a token
-- about this row.
CREATE TABLE inquiry_answers (
  id            uuid PRIMARY KEY,
  inquiry_id    uuid NOT NULL REFERENCES inquiries (id),
  measure_id    uuid NOT NULL REFERENCES measures (id),
  department_id uuid REFERENCES departments (id), -- whose people answer on the desk
  mail          text NOT NULL DEFAULT '',     -- office that gets a link
  head_mail     text NOT NULL DEFAULT '',     -- office that releases by a link
  body          jsonb NOT NULL DEFAULT '{}',  -- field or q1, q2 to text
  state         text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'draft', 'returned', 'handed_in', 'released', 'taken')),
  remark        text NOT NULL DEFAULT '',     -- what the head asks for
  version       integer NOT NULL DEFAULT 1,
  reminded      smallint NOT NULL DEFAULT 0,  -- how often; 0: not yet
  reminded_at   timestamptz,
  handed_in_at  timestamptz,
  handed_in_by  uuid REFERENCES persons (id),
  released_at   timestamptz,
  released_by   uuid REFERENCES persons (id),
  changed_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT inquiry_answers_measure UNIQUE (inquiry_id, measure_id),
  CHECK (department_id IS NOT NULL OR mail <> '')
);
-- what a department is asked
CREATE INDEX inquiry_answers_department ON inquiry_answers (department_id, state);
-- those of one measure
CREATE INDEX inquiry_answers_of_measure ON inquiry_answers (measure_id);

-- Questions about measures that waited too long, and of which the lead was told: once each.
CREATE TABLE measure_waits (
  comment_id uuid PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
  told_at    timestamptz NOT NULL DEFAULT mitwirk_now()
);
