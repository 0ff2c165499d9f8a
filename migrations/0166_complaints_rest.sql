-- +goose Up
-- A complaint can be taken back by whoever wrote it, as long as no answer was given.
ALTER TABLE complaints DROP CONSTRAINT complaints_outcome_check;
ALTER TABLE complaints ADD CONSTRAINT complaints_outcome_check CHECK (outcome IN ('', 'helped', 'explained', 'not_helped', 'forwarded', 'withdrawn'));

-- The department that somebody thinks of: a key, as long as keys are. A longer one was never one.
UPDATE complaints SET wish_key = '' WHERE char_length(wish_key) > 40;
ALTER TABLE complaints ADD CONSTRAINT complaints_wish_key_check CHECK (char_length(wish_key) <= 40);

-- An official answer that moderation hides and brings back is pinned again.
ALTER TABLE comments ADD COLUMN was_pinned boolean NOT NULL DEFAULT false;

-- Figures as they were published: never changed afterwards, so that no two days' publications can be compared. Rows are
-- numbers of whole months, nobody's data.
CREATE TABLE complaint_periods (
  from_month text PRIMARY KEY CHECK (from_month ~ '^[0-9]{4}-[0-9]{2}$'),
  to_month   text NOT NULL CHECK (to_month ~ '^[0-9]{4}-[0-9]{2}$' AND to_month >= from_month),
  n          integer NOT NULL CHECK (n > 0),
  tables     jsonb NOT NULL,
  at         timestamptz NOT NULL DEFAULT mitwirk_now()
);
