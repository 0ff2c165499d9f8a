-- +goose Up
-- What stands in the street and has a number: lamps, signals, bins, containers. The code is drawn once and stays, so that
-- what is printed on a sticker always leads to the same object. place is what the imported file says; "" where it says
-- nothing, then the nearest address is shown.
CREATE TABLE objects (
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9-]{0,39}$'),
  number     text NOT NULL CHECK (number <> ''),
  code       text NOT NULL CHECK (code ~ '^[2-9A-HJKMNP-Z]{8}$'),
  place      text NOT NULL DEFAULT '',
  point      geometry(Point, 4326) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  -- The list of the desk, by kind and number: sqlObjects.
  CONSTRAINT objects_number UNIQUE (kind, number),
  CONSTRAINT objects_code UNIQUE (code)
);
-- Objects near a place in metres: sqlObjectsNear.
CREATE INDEX objects_point ON objects USING gist ((point::geography));

-- The street of an address as it is compared: without what follows a comma and without the house number.
-- +goose StatementBegin
CREATE FUNCTION geo_street(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT public.geo_norm(
           regexp_replace(split_part($1, ',', 1), '\s+\d+\s*[a-zA-Z]?(\s*[-/–]\s*\d+\s*[a-zA-Z]?)?\s*$', ''))
$$;
-- +goose StatementEnd
-- All houses of a street: what happens in a street.
CREATE INDEX addresses_street ON addresses (norm);

ALTER TABLE reports
  ADD COLUMN object_id uuid REFERENCES objects (id),
  ADD COLUMN street_norm text NOT NULL GENERATED ALWAYS AS (geo_street(address)) STORED;
-- What is known of an object: its reports, newest first.
CREATE INDEX reports_object ON reports (object_id, created_at DESC, id DESC) WHERE object_id IS NOT NULL;
-- What is reported in a street.
CREATE INDEX reports_street ON reports (street_norm, created_at DESC, id DESC) WHERE visibility = 'public';
-- The feed: what changed last.
CREATE INDEX reports_status_at ON reports (status_at DESC, id DESC) WHERE visibility = 'public';
