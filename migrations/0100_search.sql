-- +goose Up
-- What can be found: one row per thing and language, made from its source and made anew whenever it changes.
CREATE TABLE documents (
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  lang          text NOT NULL DEFAULT '',     -- of title and body; '': found in every language
  title         jsonb NOT NULL,
  body          text NOT NULL DEFAULT '',     -- what the public reads
  keywords      text NOT NULL DEFAULT '',     -- found, never shown
  path          text NOT NULL,
  number        text NOT NULL DEFAULT '',     -- public number
  point         geometry(Point, 4326),
  at            timestamptz,                  -- NULL: has no time (a kind, a street, a page)
  audience      text NOT NULL CHECK (audience IN ('public', 'owner', 'department')),
  owners        uuid[] NOT NULL DEFAULT '{}',
  department_id uuid,
  category_id   uuid,
  district_ref  text NOT NULL DEFAULT '',
  facets        text[] NOT NULL DEFAULT '{}', -- "name=value"
  tsv           tsvector NOT NULL,
  PRIMARY KEY (subject_kind, subject_id, lang)
);
-- which words are common decides how a search runs
ALTER TABLE documents ALTER COLUMN tsv SET STATISTICS 1000;
-- what has no time, few rows: all of it is ranked; also while somebody types
CREATE INDEX documents_timeless ON documents USING gin (tsv) WITH (fastupdate = off) WHERE at IS NULL AND audience = 'public';
-- words that few have
CREATE INDEX documents_words ON documents USING gin (tsv) WITH (fastupdate = off) WHERE at IS NOT NULL AND audience = 'public';
-- words that many have: from the newest on
CREATE INDEX documents_newest ON documents (at DESC, subject_id DESC) WHERE at IS NOT NULL AND audience = 'public';
-- words that many have: from the nearest on
CREATE INDEX documents_point ON documents USING gist (point) WHERE at IS NOT NULL AND audience = 'public';
-- a rare filter with a common word
CREATE INDEX documents_facets ON documents USING gin (facets) WITH (fastupdate = off) WHERE at IS NOT NULL AND audience = 'public';
-- what is not public, for those who may find it
CREATE INDEX documents_closed ON documents USING gin (tsv) WITH (fastupdate = off) WHERE audience <> 'public';
-- a public number
CREATE INDEX documents_number ON documents (number) WHERE number <> '';

-- The words of public documents: for compounds, typing errors and proposals while somebody types.
CREATE TABLE vocabulary (
  word   text PRIMARY KEY,   -- folded: without accents, ae as a, ß as ss
  shown  text NOT NULL,      -- as somebody wrote it
  lexeme text NOT NULL,      -- its stem, as it lies in documents.tsv
  n      bigint NOT NULL     -- documents that have it
);
-- words that begin so
CREATE INDEX vocabulary_prefix ON vocabulary (word text_pattern_ops);
-- typing errors
CREATE INDEX vocabulary_word ON vocabulary USING gin (word gin_trgm_ops);
-- compounds
CREATE INDEX vocabulary_lexeme ON vocabulary USING gin (lexeme gin_trgm_ops);
-- the other forms of a word
CREATE INDEX vocabulary_stem ON vocabulary (lexeme);

-- How far each source has been read when the search began to know it.
CREATE TABLE search_walks (
  kind    text PRIMARY KEY,
  after   uuid NOT NULL,
  done_at timestamptz
);
