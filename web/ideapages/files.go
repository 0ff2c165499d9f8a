package ideapages

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/feeds"
	"github.com/xuri/excelize/v2"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// The files hold what the list shows and nothing else, with its filters.
const (
	fileRows = 20_000
	feedRows = 50
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// all walks the ideas that a request's filter finds, page by page, newest first
// where the list would be at random.
func (p *pages) all(c kit.Context, most int, each func(i *ideas.Item) error) error {
	f, err := ideas.ParseFilter(c.QueryParams())
	if err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleFile); err != nil {
		return err
	}
	if f.Sort == ideas.Random {
		f.Sort = ideas.Newest
	}
	page := ideas.Page{Limit: min(most, 500)}
	for n := 0; n < most; {
		l, err := p.Ideas.List(c.Request().Context(), kit.Actor(c), f, page)
		if err != nil {
			return err
		}
		for i := range l.Items {
			n++
			if n > most {
				return nil
			}
			if err := each(&l.Items[i]); err != nil {
				return err
			}
		}
		if l.Next == "" {
			return nil
		}
		page.After = l.Next
	}
	return nil
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func heads() []string {
	return []string{
		"number", "title", "text", "topic_key", "status_key", "status", "status_since", "proposed", "supports", "goal", "comments",
		"support_until", "answer_by", "address", "district_ref", "longitude", "latitude", "url",
	}
}

func (p *pages) cells(loc *i18n.Localizer, i *ideas.Item) []string {
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return instant(*t)
	}
	lon, lat := "", ""
	if i.Point != nil {
		lon, lat = sheet.Number(i.Point.Lon, 6), sheet.Number(i.Point.Lat, 6)
	}
	return []string{
		ideaNumber(i.Number), sheet.Text(i.Title), sheet.Text(i.Excerpt), i.Topic, string(i.Status), sheet.Text(label(loc, i.Status)), instant(i.StatusAt),
		instant(i.CreatedAt), strconv.Itoa(i.Supports), strconv.Itoa(i.Goal), strconv.Itoa(i.Comments), at(i.EndsAt), at(i.AnswerBy),
		sheet.Text(i.Address), sheet.Text(i.District), lon, lat, p.url(i.Path()),
	}
}

func (p *pages) csv(c kit.Context) error {
	var b bytes.Buffer
	if c.QueryParam("bom") == "1" {
		b.WriteString(sheet.BOM)
	}
	w := sheet.NewWriter(&b)
	if err := w.Row(heads()...); err != nil {
		return err
	}
	loc := kit.Loc(c)
	if err := p.all(c, fileRows, func(i *ideas.Item) error { return w.Row(p.cells(loc, i)...) }); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	kit.Public(c, keepPublic)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+loc.T("idea.file")+`.csv"`)
	return kit.Send(c, http.StatusOK, "text/csv; charset=utf-8; header=present", b.Bytes())
}

func (p *pages) xlsx(c kit.Context) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // in memory
	w, err := f.NewStreamWriter(f.GetSheetName(0))
	if err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	line := 0
	put := func(cells []string) error {
		line++
		row := make([]any, len(cells))
		for k, s := range cells {
			row[k] = s
			if line > 1 && (k == 8 || k == 9 || k == 10 || k == 15 || k == 16) && s != "" {
				if x, err := strconv.ParseFloat(s, 64); err == nil {
					row[k] = x
				}
			}
		}
		return w.SetRow("A"+strconv.Itoa(line), row)
	}
	if err := put(heads()); err != nil {
		return err
	}
	loc := kit.Loc(c)
	if err := p.all(c, fileRows, func(i *ideas.Item) error { return put(p.cells(loc, i)) }); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	kit.Public(c, keepPublic)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+loc.T("idea.file")+`.xlsx"`)
	return kit.Send(c, http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b.Bytes())
}

// properties are an idea as programs read it.
func (p *pages) properties(loc *i18n.Localizer, i *ideas.Item) map[string]any {
	out := map[string]any{
		"number": ideaNumber(i.Number), "title": i.Title, "excerpt": i.Excerpt, "language": i.Lang, "topic_key": i.Topic, "status_key": i.Status,
		"status": label(loc, i.Status), "status_since": instant(i.StatusAt), "proposed": instant(i.CreatedAt), "supports": i.Supports, "goal": i.Goal,
		"comments": i.Comments, "url": p.url(i.Path()),
	}
	if i.Address != "" {
		out["address"] = i.Address
	}
	if i.District != "" {
		out["district_ref"] = i.District
	}
	if i.EndsAt != nil {
		out["support_until"] = instant(*i.EndsAt)
	}
	if i.AnswerBy != nil {
		out["answer_by"] = instant(*i.AnswerBy)
	}
	return out
}

func (p *pages) json(c kit.Context) error {
	loc := kit.Loc(c)
	list := []map[string]any{}
	err := p.all(c, fileRows, func(i *ideas.Item) error {
		row := p.properties(loc, i)
		if i.Point != nil {
			row["longitude"], row["latitude"] = i.Point.Lon, i.Point.Lat
		}
		list = append(list, row)
		return nil
	})
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"licence": loc.T("feed.licence"), "ideas": list})
	if err != nil {
		return err
	}
	kit.Public(c, keepPublic)
	return kit.Send(c, http.StatusOK, "application/json", body)
}

func (p *pages) geojson(c kit.Context) error {
	loc := kit.Loc(c)
	list := []map[string]any{}
	err := p.all(c, fileRows, func(i *ideas.Item) error {
		if i.Point == nil {
			return nil
		}
		list = append(list, map[string]any{
			"type": "Feature", "id": ideaNumber(i.Number), "properties": p.properties(loc, i),
			"geometry": map[string]any{"type": "Point", "coordinates": [2]float64{i.Point.Lon, i.Point.Lat}},
		})
		return nil
	})
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"type": "FeatureCollection", "license": loc.T("feed.licence"), "features": list})
	if err != nil {
		return err
	}
	kit.Public(c, keepPublic)
	return kit.Send(c, http.StatusOK, "application/geo+json", body)
}

func (p *pages) atom(c kit.Context) error {
	loc := kit.Loc(c)
	feed := &feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Title: loc.T("idea.list.title"), Id: p.url("/ideas.atom"), Subtitle: loc.T("idea.list.lead"), Rights: loc.T("feed.licence"),
		Link: &feeds.AtomLink{Href: p.url("/ideas"), Rel: "alternate", Type: "text/html"}, Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: "Mitwirk"}},
	}
	updated := time.Unix(0, 0)
	err := p.all(c, feedRows, func(i *ideas.Item) error {
		if i.StatusAt.After(updated) {
			updated = i.StatusAt
		}
		feed.Entries = append(feed.Entries, &feeds.AtomEntry{
			Title: clean(i.Title) + " (" + ideaNumber(i.Number) + ")", Id: p.url(i.Path()), Updated: instant(i.StatusAt), Published: instant(i.CreatedAt),
			Links:   []feeds.AtomLink{{Href: p.url(i.Path()), Rel: "alternate", Type: "text/html"}},
			Summary: &feeds.AtomSummary{Type: "text", Content: label(loc, i.Status) + ". " + clean(i.Excerpt)},
		})
		return nil
	})
	if err != nil {
		return err
	}
	feed.Updated = instant(updated)
	body, err := xml.MarshalIndent(feed, "", " ")
	if err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	kit.Public(c, keepPublic)
	return kit.Send(c, http.StatusOK, "application/atom+xml; charset=utf-8", append([]byte(xml.Header), body...))
}

// clean leaves out what XML 1.0 can't hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, s)
}

// ledger is the anonymous rows of a call that is over, day by day in an order
// that tells nothing: their sums are the result. They hold what the seals are
// computed from, in the order of the file; the page of the results says how.
func (p *pages) ledger(c kit.Context, call *ideas.Call) error {
	if call.State != ideas.CallEnded {
		return fault.Missing("ledger of a call that goes on")
	}
	if err := kit.Limit(c, accounts.RuleFile); err != nil {
		return err
	}
	ctx := c.Request().Context()
	numbers := map[string]string{}
	if err := p.Ideas.NumbersOf(ctx, call, func(id string, n subject.Number) { numbers[id] = ideaNumber(n) }); err != nil {
		return err
	}
	var b bytes.Buffer
	w := sheet.NewWriter(&b)
	if err := w.Row("day", "row", "idea", "value", "delta", "kind", "thing", "aspect"); err != nil {
		return err
	}
	err := votes.Ledger(ctx, p.DB, ideas.Scope(call), func(e votes.Entry) error {
		return w.Row(e.Day.Format(time.DateOnly), e.ID.String(), numbers[e.Ref.ID.String()], strconv.Itoa(int(e.Value)), strconv.Itoa(int(e.Delta)),
			string(e.Ref.Kind), e.Ref.ID.String(), string(e.Aspect))
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+call.Number.Format(subject.PrefixCall)+`.csv"`)
	return kit.Send(c, http.StatusOK, "text/csv; charset=utf-8; header=present", b.Bytes())
}
