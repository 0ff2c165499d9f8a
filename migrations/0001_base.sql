-- +goose Up
-- Time comes from one function, so that tests can set it for a transaction.
-- +goose StatementBegin
CREATE FUNCTION mitwirk_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(nullif(current_setting('mitwirk.now', true), '')::timestamptz, clock_timestamp())
$$;
-- +goose StatementEnd

-- unaccent by its dictionary's full name, so that it may stand in indexes and generated columns.
-- +goose StatementBegin
CREATE FUNCTION mitwirk_unaccent(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT public.unaccent('public.unaccent', $1)
$$;
-- +goose StatementEnd

-- The folded form that word and address search compare: lower case, without accents, ae/oe/ue as a/o/u, ss for ß.
-- +goose StatementBegin
CREATE FUNCTION mitwirk_fold(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT replace(replace(replace(lower(public.unaccent('public.unaccent', $1)), 'ae', 'a'), 'oe', 'o'), 'ue', 'u')
$$;
-- +goose StatementEnd

-- German words as people search them: without accents, stemmed.
CREATE TEXT SEARCH CONFIGURATION mitwirk_de (COPY = german);
ALTER TEXT SEARCH CONFIGURATION mitwirk_de ALTER MAPPING FOR hword, hword_part, word WITH unaccent, german_stem;
