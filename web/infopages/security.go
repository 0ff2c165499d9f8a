package infopages

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// securityLasts is how far ahead the file says it expires; RFC 9116 wants less
// than a year.
const securityLasts = 180 * 24 * time.Hour

// security is security.txt by RFC 9116. Without a contact there is none: the
// file must name one.
func (p *pages) security(c kit.Context) error {
	ctx := c.Request().Context()
	d, err := p.Site.Details(ctx)
	if err != nil {
		return err
	}
	city, err := p.Site.City(ctx)
	if err != nil {
		return err
	}
	contact := d.Security
	if contact == "" && city.Contacts.Mail != "" {
		contact = "mailto:" + city.Contacts.Mail
	}
	if contact == "" {
		contact = p.url("/contact") // a page that says how to reach the operator
	}
	if !strings.HasPrefix(contact, "mailto:") && !strings.HasPrefix(contact, "https://") && !strings.HasPrefix(contact, "http://") {
		return fault.Missing("security contact")
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	expires := now.UTC().Truncate(24 * time.Hour).Add(securityLasts)
	body := fmt.Sprintf("Contact: %s\nExpires: %s\nPreferred-Languages: de, en\nCanonical: %s\n",
		contact, expires.Format(time.RFC3339), p.url("/.well-known/security.txt"))
	kit.Public(c, time.Hour)
	return kit.Send(c, http.StatusOK, "text/plain; charset=utf-8", []byte(body))
}
