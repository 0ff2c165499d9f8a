package offlinepages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mitwirk/mitwirk/web"
)

// largest is the size of a file that the worker still keeps: the map is larger,
// and without network there is no map.
const largest = 200 << 10

// worker is the script with the files of this build in front. Its bytes change
// with any of them, which is what browsers look at.
func worker() ([]byte, error) {
	script, err := web.Read("sw.js")
	if err != nil {
		return nil, fmt.Errorf("service worker: %w", err)
	}
	files, err := web.Files()
	if err != nil {
		return nil, fmt.Errorf("service worker: %w", err)
	}
	var keep []string
	for _, f := range files {
		switch {
		case f.Size > largest, strings.HasPrefix(f.Path, web.StaticPrefix+"desk-"), f.Path == web.Asset("sw.js"):
		default:
			keep = append(keep, f.Path)
		}
	}
	keep = append(keep, "/icons/mitwirk-192.png")
	slices.Sort(keep)
	sum := sha256.New()
	sum.Write(script)
	for _, k := range keep {
		sum.Write([]byte(k))
	}
	config, err := json.Marshal(map[string]any{"build": hex.EncodeToString(sum.Sum(nil))[:12], "files": keep})
	if err != nil {
		return nil, fmt.Errorf("service worker: %w", err)
	}
	return slices.Concat([]byte("self.mitwirk="), config, []byte(";\n"), script), nil
}
