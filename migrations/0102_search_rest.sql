-- +goose Up
-- In which categories the words of released public texts stand: derived from documents, kept with them, so that a text
-- that is hidden or changed takes its words with it. The guess which category a sentence belongs to reads it.
CREATE TABLE category_words (
  word        text NOT NULL,     -- its stem, as it lies in documents.tsv
  category_id uuid NOT NULL,
  n           bigint NOT NULL,   -- texts of the category that have it
  PRIMARY KEY (word, category_id)
);

CREATE TABLE category_totals (
  category_id uuid PRIMARY KEY,
  reports     bigint NOT NULL,   -- public ones
  texts       bigint NOT NULL    -- those of them with a released text
);

INSERT INTO category_words (word, category_id, n)
SELECT t.lexeme, d.category_id, count(*)
FROM documents d, unnest(d.tsv) t
WHERE d.subject_kind = 'report' AND d.at IS NOT NULL AND d.audience = 'public' AND d.category_id IS NOT NULL AND 'C' = ANY (t.weights) AND t.lexeme ~ '^[[:alpha:]]{3,40}$'
GROUP BY t.lexeme, d.category_id;

INSERT INTO category_totals (category_id, reports, texts)
SELECT d.category_id, count(*), count(*) FILTER (WHERE d.body <> '')
FROM documents d
WHERE d.subject_kind = 'report' AND d.at IS NOT NULL AND d.audience = 'public' AND d.category_id IS NOT NULL
GROUP BY d.category_id;

-- Reports that may be the same: place and time in one box. Degrees of WGS 84, and days since 2000 as 1/100,000: a box of
-- 200 m and 100 days is about a cube, and so are the pages of the index.
CREATE INDEX reports_place_time ON reports USING gist (
  ST_MakePoint(ST_X(point), ST_Y(point), extract(epoch FROM created_at - '2000-01-01 00:00:00+00'::timestamptz)::float8 / 8640000000.0)
  gist_geometry_ops_nd) WHERE visibility NOT IN ('draft', 'erased');

-- What an engine beside the database was given, by the name of its index.
CREATE TABLE search_mirrors (
  name       text PRIMARY KEY,
  made_by    text NOT NULL,                 -- hash of the settings and the form of the documents
  ready      boolean NOT NULL DEFAULT false, -- it holds everything: it may be asked
  building   boolean NOT NULL DEFAULT true,  -- a second index is being filled, to be swapped in
  builder    uuid NOT NULL,                 -- of who began to make it last
  after_kind text NOT NULL DEFAULT '',      -- how far the second one is; '!' and '~': being prepared, being swapped in
  after_id   uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  failed     text NOT NULL DEFAULT '',      -- code of the last task that the engine could not do
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the order in which a second index is filled
CREATE INDEX documents_public ON documents (subject_kind, subject_id) WHERE audience = 'public';
