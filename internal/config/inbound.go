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

func checkIMAP(raw string) error {
	if raw == "" {
		return nil
	}
	const expected = "imaps://USER:PASSWORD@HOST:993/INBOX or imap://USER:PASSWORD@HOST:143/INBOX" //nolint:gosec // no password, the word
	u, err := checkURL(raw, expected, "imap", "imaps")
	if err == nil && (u.Hostname() == "" || u.User.Username() == "" || u.RawQuery != "" || u.Fragment != "") {
		err = errors.New("names no host or no user; expected " + expected)
	}
	return err
}

func checkIMAPDone(folder, box string) error {
	if folder != "" && box == "" {
		return errors.New("needs MITWIRK_IMAP_URL")
	}
	return nil
}

// where is the maildir or the mailbox; "": mails that come in are not read.
func checkInbound(address, where string) error {
	if address == "" {
		return nil
	}
	a, err := mail.ParseAddress(address)
	switch {
	case err != nil || a.Address != address || strings.Contains(address, "+"):
		return errors.New("expected a plain address without +, e.g. meldung@example.org")
	case where == "":
		return errors.New("needs MITWIRK_INBOUND_DIR or MITWIRK_IMAP_URL, or answers would reach nobody")
	case strings.LastIndex(address, "@") > 18: // 64 signs before the @ (RFC 5321), 46 of them ours
		return errors.New("the part before the @ may have 18 signs")
	}
	return nil
}

func checkBounce(address, where string) error {
	if address == "" {
		return nil
	}
	a, err := mail.ParseAddress(address)
	switch {
	case err != nil || a.Address != address:
		return errors.New("expected a plain address, e.g. zurueck@example.org")
	case where == "":
		return errors.New("needs MITWIRK_INBOUND_DIR or MITWIRK_IMAP_URL, or nobody would read what comes back")
	}
	return nil
}
