-- +goose Up
-- Lists of ideas and discussions at full size: what is counted and sorted lies in
-- an index, without a look at the rows.

DROP INDEX ideas_counts;
-- counts of the list's chips and the order at random, filtered by topic and district too
CREATE INDEX ideas_counts ON ideas (call_id, status) INCLUDE (id, topic, district_ref) WHERE visibility = 'public';
DROP INDEX ideas_ending;
-- ending soon, in all and in one call, and the job that ends them
CREATE INDEX ideas_ending ON ideas (ends_at, id) WHERE visibility = 'public' AND status IN ('open', 'checking');
CREATE INDEX ideas_call_ending ON ideas (call_id, ends_at, id) WHERE visibility = 'public' AND status IN ('open', 'checking');
-- a report becomes one idea
DROP INDEX ideas_report;
CREATE UNIQUE INDEX ideas_report ON ideas (report_id) WHERE report_id IS NOT NULL;
-- the official answers above all others
CREATE INDEX comments_pinned ON comments (subject_kind, subject_id, created_at DESC, id DESC) WHERE pinned;

-- A part of an idea becomes one of its own, when an author agrees.
CREATE TABLE idea_splits (
  id          uuid PRIMARY KEY,
  idea_id     uuid NOT NULL REFERENCES ideas (id),
  new_id      uuid REFERENCES ideas (id),     -- NULL: not split
  state       text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'declined', 'split', 'undone')),
  why         text NOT NULL DEFAULT '',
  title       text NOT NULL DEFAULT '',       -- of the new idea, while it is asked for
  text        text NOT NULL DEFAULT '',
  rest_title  text NOT NULL DEFAULT '',       -- of what stays, while it is asked for
  rest_text   text NOT NULL DEFAULT '',
  edition     integer NOT NULL,               -- of the words before
  asked_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  split_at    timestamptz,
  leave_until timestamptz,                    -- until when supporters choose
  undone_at   timestamptz,
  CONSTRAINT idea_splits_done CHECK ((state IN ('split', 'undone')) = (new_id IS NOT NULL))
);
-- one question at a time
CREATE UNIQUE INDEX idea_splits_one ON idea_splits (idea_id) WHERE state = 'asked';
-- what came of an idea, and what it came from
CREATE INDEX idea_splits_idea ON idea_splits (idea_id);
CREATE UNIQUE INDEX idea_splits_new ON idea_splits (new_id) WHERE new_id IS NOT NULL;
