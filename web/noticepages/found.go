package noticepages

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// foundInput is the form in which somebody follows a search: the search as /search has
// it in its address, and how often.
type foundInput struct {
	Text     string   `form:"q" max:"200"`
	Kinds    []string `form:"kind" max:"20"`
	Category []string `form:"category" max:"40"`
	Status   []string `form:"status" max:"20"`
	District []string `form:"district" max:"20"`
	Cadence  string   `form:"cadence" max:"10"`
	Mail     string   `form:"mail" max:"254"`
}

func (in *foundInput) saved() search.Saved {
	s := search.Saved{Text: in.Text, Facets: map[string][]string{"category": in.Category, "status": in.Status, "district": in.District}}
	for _, k := range in.Kinds {
		s.Kinds = append(s.Kinds, subject.Kind(k))
	}
	return s
}

// searchURL is the page that shows what a search finds now.
func searchURL(s search.Saved) string {
	v := url.Values{"q": {s.Text}}
	for _, k := range s.Kinds {
		v.Add("kind", string(k))
	}
	maps.Copy(v, s.Facets)
	return "/search?" + v.Encode()
}

type foundView struct {
	kit.Page
	In       foundInput
	Says     string
	Back     string
	Keep     [][2]string
	Wrong    kit.Errors
	Cadences []kit.Option
	Account  bool
}

func (p *pages) askFound(c kit.Context) error {
	var in foundInput
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	in.Cadence = string(follows.Daily)
	if _, err := in.saved().Tidy(); err != nil { // nothing to follow: to where words are typed
		return kit.Redirect(c, "/search")
	}
	return p.foundForm(c, http.StatusOK, in, nil)
}

func (p *pages) foundForm(c kit.Context, status int, in foundInput, wrong error) error {
	v := foundView{Page: page(c, "found.title"), In: in, Account: kit.SignedIn(c)}
	v.Wrong = kit.ErrorsOf(v.Page, wrong)
	saved, err := in.saved().Tidy()
	if err != nil && wrong == nil {
		return err
	}
	if v.Says, err = p.describeSearch(c.Request().Context(), v.Loc, saved); err != nil {
		return err
	}
	v.Back = searchURL(saved)
	v.Keep = append(v.Keep, [2]string{"q", saved.Text})
	for _, k := range saved.Kinds {
		v.Keep = append(v.Keep, [2]string{"kind", string(k)})
	}
	for _, name := range []string{"category", "status", "district"} {
		for _, x := range saved.Facets[name] {
			v.Keep = append(v.Keep, [2]string{name, x})
		}
	}
	v.Cadences = cadences(v.Page, in.Cadence, v.Account)
	return kit.Render(c, status, foundPage(v))
}

// followSearch makes a search followed: by the person who is signed in, else by the
// address, which has to say yes by mail. The answer is the same whether the address is
// known or not.
func (p *pages) followSearch(c kit.Context) error {
	var in foundInput
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	f := follows.SearchFollow{Saved: in.saved(), Cadence: follows.Cadence(in.Cadence), Lang: i18n.Match(kit.Loc(c).Lang())}
	var err error
	if kit.SignedIn(c) {
		f.Kind, f.Owner = follows.Person, kit.Actor(c).Person
		err = p.tx(c, func(ctx context.Context, tx pgx.Tx) error {
			_, err := follows.FollowSearch(ctx, tx, f)
			return err
		})
	} else {
		err = p.searchByMail(c, in.Mail, f)
	}
	if fault.Is(err, fault.Invalid) {
		return p.foundForm(c, http.StatusUnprocessableEntity, in, err)
	}
	if err != nil {
		return err
	}
	if kit.SignedIn(c) {
		kit.Flash(c, "success", "found.done")
		return kit.Redirect(c, "/account/notices")
	}
	return kit.Render(c, http.StatusOK, alertSaid(page(c, "alert.mailed.title"), "found.mailed"))
}

func (p *pages) searchByMail(c kit.Context, typed string, f follows.SearchFollow) error {
	saved, err := f.Tidy()
	if err != nil {
		return err
	}
	says, err := p.describeSearch(c.Request().Context(), kit.Loc(c), saved)
	if err != nil {
		return err
	}
	return p.byMail(c, typed, f.Cadence, f.Lang, func(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
		f.Kind, f.Owner = follows.Contact, contact
		id, err := follows.FollowSearch(ctx, tx, f)
		if err != nil {
			return err
		}
		return p.Notices.ConfirmSearch(ctx, tx, contact, id, says, f.Lang)
	})
}

// byMail has follow done for a contact of a typed address; whether it is known is never
// said, nor whether it has had enough of these mails.
func (p *pages) byMail(c kit.Context, typed string, cadence follows.Cadence, lang string, follow func(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error) error {
	address, err := accounts.ParseAddress(typed)
	if err != nil {
		return err
	}
	if cadence == follows.Never {
		return fault.OnField("cadence", "field.choice")
	}
	if err := p.Accounts.Allow(c.Request().Context(), accounts.RuleConfirm, address); err != nil {
		if fault.Is(err, fault.TooMany) {
			return nil
		}
		return err
	}
	actor := kit.Actor(c)
	actor.Locale = lang
	return p.tx(c, func(ctx context.Context, tx pgx.Tx) error {
		contact, err := accounts.AddContact(ctx, tx, actor, address)
		if err != nil {
			return err
		}
		return follow(ctx, tx, contact)
	})
}

// describeSearch says what a search looks for: "„Laterne“ · Meldungen · Altstadt".
func (p *pages) describeSearch(ctx context.Context, loc *i18n.Localizer, s search.Saved) (string, error) {
	parts := []string{loc.T("found.words", "text", s.Text)}
	for _, k := range s.Kinds {
		switch k {
		case subject.Report, subject.Idea, subject.Measure, subject.Comment, search.Category, search.Place, search.Page:
			parts = append(parts, loc.T("search.kinds."+string(k)))
		}
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return "", err
	}
	for _, key := range s.Facets["category"] {
		if k := cat.ByKey(key); k != nil {
			parts = append(parts, k.Name.In(loc.Lang()))
		}
	}
	for _, class := range s.Facets["status"] {
		switch class {
		case "open", "work", "done", "other":
			parts = append(parts, loc.T("class."+class))
		}
	}
	for _, ref := range s.Facets["district"] {
		l, ok, err := p.Places.DistrictByRef(ctx, ref)
		if err != nil {
			return "", err
		}
		if ok {
			parts = append(parts, strings.TrimSpace(l.Ref+" "+l.Name))
		}
	}
	return strings.Join(parts, " · "), nil
}
