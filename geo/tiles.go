package geo

import (
	"strconv"
	"strings"
)

// How points become tiles.
const (
	// TileExtent is the number of units along a tile's side.
	TileExtent = 4096
	// ClusterBelow is the first zoom at which every point stands for itself.
	ClusterBelow = 15
	// clusterCells is the number of cells along a tile's side: 64 pixels each,
	// since maps draw vector tiles at 512 pixels.
	clusterCells = 8
	// maxTilePoints bounds what a tile can hold where points lie on each other.
	maxTilePoints = 5000
)

// TileSQL makes the statement of a vector tile (MVT version 2, one layer) from
// points, a SELECT with exactly these columns:
//
//	id bigint                     the public number, becomes the feature's id
//	point geometry(Point, 4326)   a plain indexed column, so that the index is used
//	kind text                     'open', 'work', 'done' or 'other'
//	status text
//	category text
//
// $1, $2, $3 of the statement are z, x, y; the parameters of points begin with
// $4. Both texts must be constants of the calling store. The statement gives
// one row with one bytea, empty where there is nothing.
//
// Features: below zoom ClusterBelow points of one grid cell become a cluster at
// their middle with n, open, work, done and other; a point that is alone, and
// every point from that zoom on, has number, kind, status and category. Cells
// never cross the border of a tile and points on it belong to one tile only, so
// the clusters of a map add up to its points.
func TileSQL(layer, points string) string {
	return strings.NewReplacer(
		"{layer}", strings.ReplaceAll(layer, "'", "''"),
		"{points}", points,
		"{extent}", strconv.Itoa(TileExtent),
		"{cell}", strconv.Itoa(TileExtent/clusterCells),
		"{cells}", strconv.Itoa(clusterCells),
		"{below}", strconv.Itoa(ClusterBelow),
		"{most}", strconv.Itoa(maxTilePoints),
	).Replace(tileTemplate)
}

// The plane is that of EPSG:3857, whose half side is 20037508.342789244 m. A
// metre of margin makes up for the rounding of the two transformations (added
// in degrees: beyond the plane's edge longitudes would wrap round), and the
// exact decision follows in "inside".
const tileTemplate = `
WITH found AS (
  SELECT p.id,
         p.kind,
         p.status,
         p.category,
         ((ST_X(m.at) + 20037508.342789244) / 40075016.685578488 * (1::bigint << $1::int) - $2::int) * {extent} AS px,
         ((20037508.342789244 - ST_Y(m.at)) / 40075016.685578488 * (1::bigint << $1::int) - $3::int) * {extent} AS py
    FROM ({points}) AS p
   CROSS JOIN LATERAL (SELECT ST_Transform(p.point, 3857) AS at) AS m
   WHERE p.point && ST_Expand(ST_Transform(ST_TileEnvelope($1::int, $2::int, $3::int), 4326), 0.00001)
), inside AS (
  SELECT *,
         CASE WHEN $1::int < {below} THEN (floor(py / {cell}) * {cells} + floor(px / {cell}))::bigint ELSE id END AS cell
    FROM found
   WHERE px >= 0 AND px < {extent}
     AND py >= 0 AND py < {extent}
), features AS (
  SELECT count(*) AS n,
         count(*) FILTER (WHERE kind = 'open') AS open,
         count(*) FILTER (WHERE kind = 'work') AS work,
         count(*) FILTER (WHERE kind = 'done') AS done,
         count(*) FILTER (WHERE kind NOT IN ('open', 'work', 'done')) AS other,
         min(id) AS number,
         min(kind) AS kind,
         min(status) AS status,
         min(category) AS category,
         ST_Point(round(avg(px)), round(avg(py))) AS geom
    FROM inside
   GROUP BY cell
   ORDER BY cell
   LIMIT {most}
), shown AS (
  SELECT geom,
         CASE WHEN n = 1 THEN number END AS fid,
         CASE WHEN n > 1 THEN n END AS n,
         CASE WHEN n > 1 THEN open END AS open,
         CASE WHEN n > 1 THEN work END AS work,
         CASE WHEN n > 1 THEN done END AS done,
         CASE WHEN n > 1 THEN other END AS other,
         CASE WHEN n = 1 THEN number END AS number,
         CASE WHEN n = 1 THEN kind END AS kind,
         CASE WHEN n = 1 THEN status END AS status,
         CASE WHEN n = 1 THEN category END AS category
    FROM features
)
SELECT coalesce(ST_AsMVT(shown, '{layer}', {extent}, 'geom', 'fid'), ''::bytea) FROM shown`
