package minepages

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/web/kit"
)

// OwnData exports and erases (owndata.Service).
type OwnData interface {
	Fresh(ctx context.Context, actor accounts.Actor) (bool, error)
	Export(ctx context.Context, actor accounts.Actor, photos bool) (*owndata.Export, error)
	Ask(ctx context.Context, actor accounts.Actor) error
}

// dataView asks in which form.
type dataView struct {
	kit.Page
	Stale   bool // a sign-in first
	Nobody  bool
	Visitor bool
	SignIn  string // path of the sign-in that leads back here
	Errors  kit.Errors
}

func (p *pages) dataView(c kit.Context, titleKey, path string) (dataView, error) {
	actor := kit.Actor(c)
	v := dataView{Page: page(c, titleKey), Nobody: actor.Person == uuid.Nil, SignIn: "/login?next=" + path}
	v.Visitor = !v.Nobody && actor.Level == accounts.L0
	fresh, err := p.Data.Fresh(c.Request().Context(), actor)
	v.Stale = !v.Nobody && !fresh
	return v, err
}

func (p *pages) askData(c kit.Context) error {
	v, err := p.dataView(c, "mine.data.title", "/mine/data")
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, dataPage(v))
}

// The forms of an export.
const (
	formZIP  = "zip"
	formJSON = "json"
	formHTML = "html"
)

// takeData sends everything about the actor. It is a POST: what it reads is
// written down, and no link anywhere can cause it.
func (p *pages) takeData(c kit.Context) error {
	var in struct {
		Form string `form:"form" max:"10"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if !slices.Contains([]string{formZIP, formJSON, formHTML}, in.Form) {
		return fault.New(fault.BadRequest, "err.400")
	}
	if err := kit.Limit(c, accounts.RuleFile); err != nil {
		return err
	}
	e, err := p.Data.Export(c.Request().Context(), kit.Actor(c), in.Form == formZIP)
	if fault.Is(err, fault.Unauthenticated) {
		return p.signInAgain(c, "/mine/data")
	}
	if err != nil {
		return err
	}
	d := documentOf(page(c, "mine.data.doc"), e)
	if in.Form == formHTML {
		return kit.Render(c, http.StatusOK, shownPage(d))
	}
	var body []byte
	kind := "application/json"
	if in.Form == formZIP {
		body, err = archive(c.Request().Context(), d, e)
		kind = "application/zip"
	} else {
		body, err = json.MarshalIndent(e, "", "  ")
	}
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	name := "mitwirk-" + e.MadeAt.Format("2006-01-02") + "." + in.Form
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return kit.Send(c, http.StatusOK, kind, body)
}

// signInAgain leads to the sign-in and back.
func (p *pages) signInAgain(c kit.Context, back string) error {
	kit.SetNext(c, back)
	kit.Flash(c, "info", "mine.fresh.flash", "n", int(accounts.FreshFor.Minutes()))
	return kit.Redirect(c, "/login")
}

// archive is a ZIP with the export for people and for machines, and the photos.
func archive(ctx context.Context, d document, e *owndata.Export) ([]byte, error) {
	var html, out bytes.Buffer
	if err := filePage(d).Render(ctx, &html); err != nil { //nolint:contextcheck // a template takes its context in Render
		return nil, err
	}
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, err
	}
	z := zip.NewWriter(&out)
	put := func(name string, data []byte, method uint16) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: e.MadeAt})
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	if err := put(d.T("mine.data.file")+".html", html.Bytes(), zip.Deflate); err != nil {
		return nil, err
	}
	if err := put(d.T("mine.data.file")+".json", raw, zip.Deflate); err != nil {
		return nil, err
	}
	for _, ph := range e.Photos {
		if ph.Bytes == nil {
			continue
		}
		if err := put(ph.File, ph.Bytes, zip.Store); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// document is an export in words.
type document struct {
	kit.Page
	Made     string
	Sections []section
	Photos   []owndata.Photo
}

// section is one table, with what is in it explained once.
type section struct {
	ID, Title string
	Rows      [][]entry
}

// entry is one value with what it is.
type entry struct{ Name, Value string }

func documentOf(p kit.Page, e *owndata.Export) document {
	d := document{Page: p, Made: p.Loc.Day(e.MadeAt) + ", " + p.Loc.Clock(e.MadeAt), Photos: e.Photos}
	for _, t := range e.Tables {
		s := section{ID: t.Name, Title: word(p.Loc, "data.table."+t.Name, t.Name)}
		for _, r := range t.Rows {
			var list []entry
			for _, col := range t.Columns {
				value := plain(p.Loc, r[col.Name])
				if value == "" {
					continue
				}
				name := word(p.Loc, "data.name."+slug(col.Field), col.Field)
				if col.Field == "" {
					name = word(p.Loc, "data.col."+col.Name, col.Name)
				}
				list = append(list, entry{name, value})
			}
			s.Rows = append(s.Rows, list)
		}
		d.Sections = append(d.Sections, s)
	}
	return d
}

// word is a message where there is one: a column of tomorrow has none yet.
func word(loc *i18n.Localizer, key, otherwise string) string {
	if loc.Has(key) {
		return loc.T(key)
	}
	return otherwise
}

// slug makes a key of what fields.yaml calls a field.
func slug(field string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(field))
}

// plain writes a value as people read it; what is nested stands as it is.
func plain(loc *i18n.Localizer, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return loc.T("mine.data.yes")
		}
		return loc.T("mine.data.no")
	case json.Number:
		return v.String()
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}
