package config

import (
	"errors"
	"net/mail"
	"net/url"
	"strings"
)

func checkScanner(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "icap" && u.Scheme != "clamd" {
		return errors.New("expected icap://HOST:1344/SERVICE, clamd://HOST:3310 or clamd:///SOCKET")
	}
	return nil
}

func checkInbound(address, dir string) error {
	if address == "" {
		return nil
	}
	a, err := mail.ParseAddress(address)
	switch {
	case err != nil || a.Address != address || strings.Contains(address, "+"):
		return errors.New("expected a plain address without +, e.g. meldung@example.org")
	case dir == "":
		return errors.New("needs MITWIRK_INBOUND_DIR, or answers would reach nobody")
	case strings.LastIndex(address, "@") > 18: // 64 signs before the @ (RFC 5321), 46 of them ours
		return errors.New("the part before the @ may have 18 signs")
	}
	return nil
}

func checkBounce(address, dir string) error {
	if address == "" {
		return nil
	}
	a, err := mail.ParseAddress(address)
	switch {
	case err != nil || a.Address != address:
		return errors.New("expected a plain address, e.g. zurueck@example.org")
	case dir == "":
		return errors.New("needs MITWIRK_INBOUND_DIR, or nobody would read what comes back")
	}
	return nil
}
