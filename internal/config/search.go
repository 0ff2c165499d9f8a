package config

import (
	"errors"
	"strings"
)

func checkMeili(raw string) error {
	if raw == "" {
		return nil
	}
	const expected = "the address of a Meilisearch server, e.g. http://127.0.0.1:7700"
	u, err := checkURL(raw, expected, "http", "https")
	if err == nil && (u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		err = errors.New("is not understood; expected " + expected)
	}
	return err
}

// checkMeiliIndex: what Meilisearch takes as the name of an index.
func checkMeiliIndex(name string) error {
	const most = 100
	const signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if len(name) > most || strings.Trim(name, signs) != "" {
		return errors.New("is not understood; expected up to 100 letters, digits, - and _")
	}
	return nil
}
