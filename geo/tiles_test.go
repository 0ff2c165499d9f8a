package geo_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

const sqlPins = `CREATE TEMP TABLE pins (id bigint, point geometry(Point, 4326), kind text, status text, category text, shown boolean);
CREATE INDEX ON pins USING gist (point)`

var tileSQL = geo.TileSQL("reports", `SELECT id, point, kind, status, category FROM pins WHERE shown = $4`)

func addPin(t testing.TB, tx pgx.Tx, id int64, lon, lat float64, kind string) {
	t.Helper()
	_, err := tx.Exec(t.Context(), `INSERT INTO pins VALUES ($1, ST_SetSRID(ST_Point($2, $3), 4326), $4, $4 || '!', 'laterne', true)`, id, lon, lat, kind)
	if err != nil {
		t.Fatal(err)
	}
}

// tile returns the decoded layer, nil for an empty tile.
func tile(t testing.TB, tx pgx.Tx, z, x, y int) *mvt.Layer {
	t.Helper()
	var raw []byte
	if err := tx.QueryRow(t.Context(), tileSQL, z, x, y, true).Scan(&raw); err != nil {
		t.Fatal(err)
	}
	if len(raw) == 0 {
		return nil
	}
	layers, err := mvt.Unmarshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1 || layers[0].Version != 2 || layers[0].Extent != geo.TileExtent {
		t.Fatalf("%d layers, %+v", len(layers), layers[0])
	}
	return layers[0]
}

func TestTileSQLGolden(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	if _, err := tx.Exec(t.Context(), sqlPins); err != nil {
		t.Fatal(err)
	}
	addPin(t, tx, 2026<<30|1, 11.5755, 48.1374, "open")
	addPin(t, tx, 2026<<30|2, 11.5756, 48.1374, "work")
	addPin(t, tx, 2026<<30|3, 11.5757, 48.1375, "done")
	addPin(t, tx, 2026<<30|4, 11.5758, 48.1375, "other")
	addPin(t, tx, 2026<<30|5, 11.5700, 48.1390, "open")
	at := orb.Point{11.5756, 48.1375}
	var out strings.Builder
	for _, z := range []maptile.Zoom{5, 13, 16} {
		id := maptile.At(at, z)
		layer := tile(t, tx, int(z), int(id.X), int(id.Y))
		fmt.Fprintf(&out, "%d/%d/%d\n", z, id.X, id.Y)
		var lines []string
		for _, f := range layer.Features {
			props, err := json.Marshal(f.Properties)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("  id %v at %v: %s\n", f.ID, f.Geometry, props))
		}
		slices.Sort(lines)
		out.WriteString(strings.Join(lines, ""))
	}
	golden(t, "tiles.golden", out.String())
	if l := tile(t, tx, 13, 0, 0); l != nil {
		t.Errorf("an empty tile holds %v", l)
	}
}

// Whatever the zoom, the points of all tiles add up: none is lost and none is
// counted twice, on the borders of tiles neither.
func TestTilesAddUp(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	if _, err := tx.Exec(t.Context(), sqlPins); err != nil {
		t.Fatal(err)
	}
	n := 0
	add := func(lon, lat float64) {
		n++
		addPin(t, tx, int64(n), lon, lat, []string{"open", "work", "done", "other"}[n%4])
	}
	corner := maptile.At(orb.Point{11.57, 48.14}, 14)
	b := corner.Bound()
	for i := range 40 {
		share := float64(i) / 39
		add(b.Min[0]+share*(b.Max[0]-b.Min[0]), b.Min[1]) // along the lower border of a tile
		add(b.Min[0], b.Min[1]+share*(b.Max[1]-b.Min[1])) // along its left border
		add(b.Min[0]+share*0.05, b.Min[1]+share*share*0.03)
	}
	// what is filtered out is in no tile
	if _, err := tx.Exec(t.Context(), `INSERT INTO pins SELECT id + 100000, point, kind, status, category, false FROM pins`); err != nil {
		t.Fatal(err)
	}
	for z := range 18 {
		total, kinds := 0, 0
		from, to := maptile.At(orb.Point{b.Min[0] - 0.001, b.Max[1] + 0.06}, maptile.Zoom(z)), maptile.At(orb.Point{b.Max[0] + 0.06, b.Min[1] - 0.001}, maptile.Zoom(z))
		if (to.X-from.X+1)*(to.Y-from.Y+1) > 400 {
			continue
		}
		for x := from.X; x <= to.X; x++ {
			for y := from.Y; y <= to.Y; y++ {
				layer := tile(t, tx, z, int(x), int(y))
				if layer == nil {
					continue
				}
				for _, f := range layer.Features {
					if c, ok := f.Properties["n"].(float64); ok {
						total += int(c)
						for _, k := range []string{"open", "work", "done", "other"} {
							kinds += int(f.Properties[k].(float64))
						}
						if f.ID != nil || z >= geo.ClusterBelow {
							t.Errorf("z %d: a cluster with id %v", z, f.ID)
						}
						continue
					}
					total++
					kinds++
					if f.ID == nil || f.Properties["status"] == nil {
						t.Errorf("z %d: a point without id or status: %v", z, f.Properties)
					}
				}
			}
		}
		if total != n || kinds != n {
			t.Errorf("z %d: %d points, %d by kind, want %d", z, total, kinds, n)
		}
	}
}

func TestTileSQLUsesIndex(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	if _, err := tx.Exec(t.Context(), sqlPins+`; INSERT INTO pins SELECT i, ST_SetSRID(ST_Point(11 + i / 10000.0, 48), 4326), 'open', 'x', 'y', true FROM generate_series(1, 10000) i; ANALYZE pins`); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(t.Context(), "EXPLAIN "+tileSQL, 14, 8718, 5700, true)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "pins_point_idx") {
		t.Errorf("the index is not used:\n%s", text)
	}
}
