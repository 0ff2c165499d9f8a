package radar_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
)

// TestFileLimits: a file that is too long is refused as a whole, in each format,
// and with one sentence.
func TestFileLimits(t *testing.T) {
	t.Parallel()
	var wide strings.Builder
	for i := range 300 {
		wide.WriteString(`"k` + strconv.Itoa(i) + `":1,`)
	}
	for name, f := range map[string]struct {
		format radar.Format
		text   string
	}{
		"rows":    {radar.CSV, "title_de;field;status\n" + strings.Repeat("Ein Vorhaben;klima;planned\n", 2001)},
		"json":    {radar.JSON, `{"measures":[` + strings.Repeat("{},", 2000) + `{}]}`},
		"entries": {radar.JSON, `[` + strings.Repeat("{},", 2000) + `{}]`},
		"columns": {radar.JSON, `[{` + wide.String() + `"name":"x"}]`},
	} {
		_, err := radar.ReadFile(strings.NewReader(f.text), f.format, radartest.Programme(), true)
		file, ok := errors.AsType[*radar.FileError](err)
		if !ok || len(file.Rows) != 1 || file.Rows[0].Key != "radar.err.rows" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
