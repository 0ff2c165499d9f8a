package config

import (
	"fmt"
	"os"
	"strings"
)

// SignIn is another place where people can sign in; accounts.Provider explains
// the fields.
type SignIn struct {
	Key, Issuer, Client, Secret, Label string
	Staff                              bool
	Level                              int
	Claims                             Claims
}

// Claims are what a sign-in can be asked about people; accounts.Claims explains
// the fields.
type Claims struct {
	Birthdate, Street, Postcode, Locality, Resident, Over string
	Scopes                                                []string
}

// SignIns reads MITWIRK_OIDC_PROVIDERS and the files with the secrets.
func (s *Server) SignIns() ([]SignIn, error) {
	list := make([]SignIn, 0, len(s.OIDCProviders))
	for _, text := range s.OIDCProviders {
		if strings.TrimSpace(text) == "" {
			continue
		}
		in, file, err := parseSignIn(text)
		if err != nil {
			return nil, err
		}
		if file != "" {
			raw, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("the secret of %q can't be read: %w", in.Key, err)
			}
			in.Secret = strings.TrimSpace(string(raw))
		}
		list = append(list, in)
	}
	return list, nil
}

// parseSignIn reads one provider and the name of the file with its secret.
func parseSignIn(text string) (in SignIn, secretFile string, err error) {
	key, rest, ok := strings.Cut(strings.TrimSpace(text), "=")
	parts := strings.Split(rest, "|")
	if !ok || len(parts) < 4 || len(parts) > 5 {
		return SignIn{}, "", fmt.Errorf("%q is no sign-in; expected KEY=ISSUER|CLIENT|SECRET-FILE|LABEL|FLAGS", text)
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	in = SignIn{Key: strings.TrimSpace(key), Issuer: parts[0], Client: parts[1], Label: parts[3], Level: 1}
	if in.Key == "" || in.Issuer == "" || in.Client == "" || in.Label == "" {
		return SignIn{}, "", fmt.Errorf("%q: key, issuer, client and label are needed", text)
	}
	if len(parts) < 5 {
		return in, parts[2], nil
	}
	for flag := range strings.SplitSeq(parts[4], ",") {
		if err := in.flag(strings.TrimSpace(flag)); err != nil {
			return SignIn{}, "", fmt.Errorf("%q: %w", text, err)
		}
	}
	return in, parts[2], nil
}

// flag reads one of the flags. "proof" is the standard's names; each can be told
// otherwise, with nothing behind the sign it is not asked for.
func (s *SignIn) flag(text string) error {
	switch text {
	case "":
		return nil
	case "staff":
		s.Staff = true
		return nil
	case "level=1", "level=2", "level=3":
		s.Level = int(text[len(text)-1] - '0')
		return nil
	case "proof":
		s.Claims = Claims{Birthdate: "birthdate", Street: "address.street_address", Postcode: "address.postal_code", Locality: "address.locality"}
		return nil
	}
	name, value, _ := strings.Cut(text, "=")
	c := &s.Claims
	to, ok := map[string]*string{
		"birthdate": &c.Birthdate, "street": &c.Street, "postcode": &c.Postcode, "locality": &c.Locality, "resident": &c.Resident, "over": &c.Over,
	}[strings.TrimSpace(name)]
	switch value = strings.TrimSpace(value); {
	case strings.TrimSpace(name) == "scope":
		c.Scopes = strings.Fields(value)
	case ok:
		*to = value
	default:
		return fmt.Errorf("unknown flag %q; expected staff, level=1, 2 or 3, proof, or birthdate=, street=, postcode=, locality=, resident=, over=, scope=", text)
	}
	return nil
}
