// Package geom carries go-geom values through pgx's binary protocol (EWKB).
//
// Invariants: every geometry that we bind is WGS 84 (EPSG:4326) and lies in
// its range. PostGIS takes SRID 0 silently for the column's, so Point and
// MultiPolygon check both before anything is sent.
package geom
