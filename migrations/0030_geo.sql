-- +goose Up
-- The form in which streets are compared: folded (see mitwirk_fold), every spelling of "Straße" at the end of a word as
-- "str", "Platz" written out, "Sankt" as "st", and nothing but letters and digits. "Sankt-Martin-Strasse", "St.-Martin-Str."
-- and "st martinstraße" become one word.
-- +goose StatementBegin
CREATE FUNCTION geo_norm(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT regexp_replace(
           regexp_replace(
             regexp_replace(
               regexp_replace(public.mitwirk_fold($1), 'str(a{1,2}(s{1,3}e?)?)?\M', 'str', 'g'),
               'pl\M', 'platz', 'g'),
             '\msankt\M', 'st', 'g'),
           '[^[:alnum:]]+', '', 'g')
$$;
-- +goose StatementEnd

-- A set of districts is replaced as a whole; other tables keep a district's ref, never a set's id. In force is the set that
-- was activated last: switching is one update, needs no lock and leaves the older sets as they are. NULL: still being filled.
CREATE TABLE district_sets (
  id           uuid PRIMARY KEY,
  source       text NOT NULL,
  imported_at  timestamptz NOT NULL DEFAULT mitwirk_now(),
  activated_at timestamptz
);
-- The set in force: sqlActiveSet and the view districts_active.
CREATE INDEX district_sets_active ON district_sets (activated_at DESC, id DESC) WHERE activated_at IS NOT NULL;

CREATE TABLE districts (
  set_id uuid NOT NULL REFERENCES district_sets (id) ON DELETE CASCADE,
  ref    text NOT NULL CHECK (ref <> ''),
  name   text NOT NULL CHECK (name <> ''),
  area   geometry(MultiPolygon, 4326) NOT NULL,
  PRIMARY KEY (set_id, ref)
);
-- Which district lies at a point: sqlDistrictAt, and every report that PostGIS places itself.
CREATE INDEX districts_area ON districts USING gist (area);

-- The districts in force, for joins by ref.
CREATE VIEW districts_active AS
SELECT d.ref,
       d.name,
       d.area
  FROM districts d
 WHERE d.set_id = (SELECT s.id FROM district_sets s WHERE s.activated_at IS NOT NULL ORDER BY s.activated_at DESC, s.id DESC LIMIT 1);

-- A row without a house number is a street's middle or a known place; each street has one. The district is not kept here:
-- it follows from the point, and sets are replaced.
CREATE TABLE addresses (
  id       uuid PRIMARY KEY,
  street   text NOT NULL CHECK (street <> ''),
  house_no text NOT NULL DEFAULT '',
  postcode text NOT NULL DEFAULT '',
  place    text NOT NULL DEFAULT '',
  norm     text NOT NULL GENERATED ALWAYS AS (geo_norm(street)) STORED,
  point    geometry(Point, 4326) NOT NULL,
  -- House numbers of a street: sqlHouses.
  CONSTRAINT addresses_once UNIQUE (street, place, house_no, postcode)
);
-- Streets by parts of their name and with typing errors: sqlStreets.
CREATE INDEX addresses_norm ON addresses USING gin (norm gin_trgm_ops) WHERE house_no = '';
-- The nearest address in metres: sqlNearest.
CREATE INDEX addresses_point ON addresses USING gist ((point::geography));

-- Who is in charge where the city is not. No category_keys: of everything there.
CREATE TABLE responsibilities (
  id            uuid PRIMARY KEY,
  body_key      text NOT NULL CHECK (body_key <> ''),
  area          geometry(MultiPolygon, 4326) NOT NULL,
  category_keys text[] NOT NULL DEFAULT '{}',
  name          jsonb NOT NULL,
  phrase        jsonb NOT NULL DEFAULT '{}',
  text          jsonb NOT NULL DEFAULT '{}',
  link          text NOT NULL DEFAULT '',
  forward       text NOT NULL CHECK (forward IN ('mail', 'link', 'none')),
  CONSTRAINT responsibilities_link CHECK (forward <> 'link' OR link <> '')
);
-- Who is in charge at a point: sqlResponsible.
CREATE INDEX responsibilities_area ON responsibilities USING gist (area);

-- A plain picture of the city under the map, for where no tile server can be reached. Always read as a whole.
CREATE TABLE basemap_features (
  id    uuid PRIMARY KEY,
  kind  text NOT NULL CHECK (kind IN ('water', 'park', 'road', 'rail')),
  name  text NOT NULL DEFAULT '',
  shape geometry(Geometry, 4326) NOT NULL
);
