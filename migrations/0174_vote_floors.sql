-- +goose Up
-- From which level of verification on a vote counts in a process: the ledger has rows of
-- those only, so that anybody who counts again comes to what was shown. No row: from 0 on.
CREATE TABLE vote_floors (
  scope text PRIMARY KEY,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 3)
);
INSERT INTO vote_floors (scope, level)
SELECT 'call/A-' || (c.number >> 30) || '-' || (
         SELECT string_agg(substr('23456789ABCDEFGHJKMNPQRSTUVWXYZ', ((c.number & 1073741823) / power(31, k)::bigint % 31)::integer + 1, 1), '' ORDER BY k DESC)
         FROM generate_series(0, 5) AS k),
       c.min_level
FROM calls c
WHERE c.min_level > 0;
