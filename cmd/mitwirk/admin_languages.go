package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// languagesCmd tells translators what is left to do.
type languagesCmd struct {
	Language   string `arg:"" optional:"" help:"A language tag, e.g. tr: list its missing messages by key."`
	LocalesDir string `name:"locales-dir" env:"MITWIRK_LOCALES_DIR" placeholder:"DIR" help:"The folder with further languages."`
}

// Run prints the languages, or what one of them lacks.
func (c *languagesCmd) Run(context.Context) error {
	var cfg i18n.Config
	if c.LocalesDir != "" {
		cfg.Added = os.DirFS(c.LocalesDir)
	}
	catalogue, err := i18n.Load(cfg)
	if err != nil {
		return err
	}
	if c.Language == "" {
		for _, l := range catalogue.Languages() {
			missing, unknown := catalogue.Missing(l.Tag)
			fmt.Printf("%-12s %-16s %4d missing, %d unknown\n", l.Tag, l.Name, len(missing), len(unknown))
		}
		return nil
	}
	if _, ok := catalogue.Language(c.Language); !ok {
		return errors.New("there is no such language: " + c.Language)
	}
	missing, unknown := catalogue.Missing(c.Language)
	for _, key := range missing {
		fmt.Println("missing", key)
	}
	for _, key := range unknown {
		fmt.Println("unknown", key)
	}
	return nil
}
