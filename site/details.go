package site

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Details are what the operator says about itself beyond the city's contacts.
type Details struct {
	Security    string    `json:"security"`    // for security.txt: mailto:… or https://…
	Enforcement i18n.Text `json:"enforcement"` // the body that enforces accessibility, lines
	EasyBy      string    `json:"easy_by"`     // who has read the texts in Leichte Sprache
}

// keyDetails and keyFilms are settings.
const (
	keyDetails = "pages"
	keyFilms   = "films"
)

// Details reads what the operator has set; empty fields where nobody has.
func (s *Service) Details(ctx context.Context) (Details, error) {
	return Setting(ctx, s, keyDetails, Details{})
}

// Validate says what is wrong with details, as one Invalid fault. RFC 9116 wants
// a mail address or a page as the contact of security.
func (d *Details) Validate() error {
	if d.Security == "" {
		return nil
	}
	if address, ok := strings.CutPrefix(d.Security, "mailto:"); ok {
		if a, err := mail.ParseAddress(address); err == nil && a.Address == address {
			return nil
		}
	}
	if u, err := url.Parse(d.Security); err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil {
		return nil
	}
	return fault.OnField("security", "sitedesk.err.security")
}

func (d *Details) same(o Details) bool {
	return d.Security == o.Security && d.EasyBy == o.EasyBy && maps.Equal(d.Enforcement, o.Enforcement)
}

// SetDetails changes how the city is reached and what it says about itself, both
// or neither. Only admins and the product itself may; it is in the audit log.
func (s *Service) SetDetails(ctx context.Context, actor accounts.Actor, contacts Contacts, d Details) error {
	if err := May(actor); err != nil {
		return err
	}
	if err := d.Validate(); err != nil {
		return err
	}
	return s.change(ctx, actor, May, keyDetails, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		changed, err := s.changeCity(ctx, tx, actor, func(c *City) { c.Contacts = contacts })
		if err != nil {
			return err
		}
		raw, err := holdSetting(ctx, tx, keyDetails)
		if err != nil {
			return err
		}
		var was Details
		if err := json.Unmarshal(raw, &was); err != nil {
			return fmt.Errorf("setting %s: %w", keyDetails, err)
		}
		if !changed && was.same(d) { // sent twice
			return nil
		}
		if err := putSetting(ctx, tx, actor, keyDetails, d); err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "city.change", Fields: []string{"contacts"}})
	})
}

func putSetting(ctx context.Context, tx pgx.Tx, actor accounts.Actor, key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", key, err)
	}
	if _, err := tx.Exec(ctx, sqlPutSetting, key, raw, changedBy(actor.Person)); err != nil {
		return fmt.Errorf("put setting %s: %w", key, err)
	}
	return nil
}
