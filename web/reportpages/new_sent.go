package reportpages

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// What becomes of requests about a draft that was sent already: in another tab,
// by a second click, or by an answer that got lost.

// sentView offers what came too late as an addition.
type sentView struct {
	kit.Page
	Number  string
	Action  string // where an addition goes
	Text    string // what was typed since
	Receipt string
}

// sentBefore leads whoever opens a form that was sent to its receipt.
func (p *newPages) sentBefore(c kit.Context, notFound error) error {
	id, _, err := p.sent(c, notFound)
	if err != nil {
		return p.elsewhere(c, id, err)
	}
	return kit.Redirect(c, pathOf(id, "receipt"))
}

// elsewhere leads to where a draft went that this person gave to another device.
func (p *newPages) elsewhere(c kit.Context, draft uuid.UUID, notFound error) error {
	if !fault.Is(notFound, fault.NotFound) {
		return notFound
	}
	taken, err := drafts.TakenAway(c.Request().Context(), p.DB, kit.Actor(c), draft)
	if err != nil {
		return err
	}
	if !taken {
		return notFound
	}
	if c.Request().Header.Get("X-Autosave") != "" {
		return fault.New(fault.Conflict, "device.moved.title")
	}
	return kit.Redirect(c, pathOf(draft, "device"))
}

// sent finds the receipt of the draft in the address, or returns notFound.
func (p *newPages) sent(c kit.Context, notFound error) (uuid.UUID, reports.Receipt, error) {
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return id, reports.Receipt{}, notFound
	}
	got, ok, err := p.Reports.Resubmitted(c.Request().Context(), kit.Actor(c), id)
	if err == nil && !ok {
		err = notFound
	}
	return id, got, err
}

// sentMeanwhile answers a page of a form that was sent since it was opened, e.g.
// in another tab: words that were typed since are offered as an addition.
func (p *newPages) sentMeanwhile(c kit.Context, notFound error) error {
	id, got, err := p.sent(c, notFound)
	if err != nil {
		return p.elsewhere(c, id, err)
	}
	if c.Request().Header.Get("X-Autosave") != "" { // the words stay in the page, and the page says so
		return fault.New(fault.Conflict, "device.sent.autosave")
	}
	in, err := values(c)
	if err != nil {
		return err
	}
	report, err := p.Reports.Get(c.Request().Context(), kit.Actor(c), got.Number)
	if err != nil {
		return err
	}
	text := typedSince(in, report)
	if text == "" || !report.Actor.Add {
		return kit.Redirect(c, pathOf(id, "receipt"))
	}
	page := kit.NewPage(c, "device.sent.title")
	page.Nav, page.Robots = "report", "noindex"
	kit.NoStore(c)
	return kit.Render(c, http.StatusConflict, sentPage(sentView{
		Page: page, Number: got.Number.Format(subject.PrefixReport), Action: report.Path() + "/add", Text: text, Receipt: pathOf(id, "receipt"),
	}))
}

// typedSince are the words of a page that the report does not have.
func typedSince(in url.Values, report *reports.View) string {
	var list []string
	for _, f := range []struct{ name, had string }{{"text", report.Text}, {"note", report.PlaceNote}} {
		if typed := clean(in.Get(f.name), f.name == "text"); typed != "" && typed != strings.TrimSpace(f.had) {
			list = append(list, typed)
		}
	}
	return strings.Join(list, "\n")
}

// keyHeader is what a script sends with the id of its form when it must not go
// on with another one.
const keyHeader = "Idempotency-Key"

// unsent is the id that a new form gets: the one that it asks for, or, where a
// report was made of that one, this person's next one, the same for a second click.
// Whoever insists on the id by keyHeader gets uuid.Nil then.
func (p *newPages) unsent(c kit.Context, id uuid.UUID) (uuid.UUID, error) {
	for {
		sent, err := p.Reports.Sent(c.Request().Context(), id)
		if err != nil || !sent {
			return id, err
		}
		if c.Request().Header.Get(keyHeader) == id.String() {
			return uuid.Nil, nil
		}
		person := kit.Actor(c).Person
		id = uuid.NewSHA1(id, person[:])
	}
}

// sentOffline answers the script that sends what a device kept, when its report
// is here already because an answer got lost: the receipt, if it is this person's.
func (p *newPages) sentOffline(c kit.Context, in url.Values) error {
	id, err := uuid.Parse(in.Get("draft"))
	if err != nil {
		return fault.Missing("draft")
	}
	answer := map[string]any{"sent": true}
	if _, ok, err := p.Reports.Resubmitted(c.Request().Context(), kit.Actor(c), id); err != nil {
		return err
	} else if ok {
		answer["next"] = pathOf(id, "receipt")
	}
	kit.NoStore(c)
	return c.JSON(http.StatusOK, answer)
}
