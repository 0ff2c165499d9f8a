// Command gen writes doc/configuration.md; run it in the project's folder.
package main

import (
	"fmt"
	"os"

	"github.com/mitwirk/mitwirk/internal/config"
)

func main() {
	text, err := config.Reference()
	if err == nil {
		err = os.WriteFile("doc/configuration.md", []byte(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
