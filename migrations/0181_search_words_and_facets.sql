-- +goose Up
-- Words and filters are looked up together (search.direct): the planner never joins two indexes that hold the same
-- part of a table, so a filtered search for a common word read every document that the filter lets through.
DROP INDEX documents_words;
DROP INDEX documents_facets;
CREATE INDEX documents_words ON documents USING gin (tsv, facets) WITH (fastupdate = off) WHERE at IS NOT NULL AND audience = 'public';
