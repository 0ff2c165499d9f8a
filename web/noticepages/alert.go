package noticepages

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// alertInput is the form in which somebody follows an area.
type alertInput struct {
	Where    string `form:"where" max:"10"` // all, district, address, area
	District string `form:"district" max:"20"`
	Address  string `form:"address" max:"200"`
	Radius   string `form:"radius" max:"6"`
	Area     string `form:"area" lines:"true" max:"20000"`
	Category string `form:"category" max:"40"`
	News     string `form:"news" max:"10"`
	Cadence  string `form:"cadence" max:"10"`
	Mail     string `form:"mail" max:"254"`
}

type alertView struct {
	kit.Page
	In         alertInput
	Wrong      kit.Errors
	Places     []kit.Option
	Districts  []kit.Option
	Radii      []kit.Option
	Categories []kit.Option
	News       []kit.Option
	Cadences   []kit.Option
	Centre     kit.MapView
	Account    bool // the mails go to the address of whoever is signed in
}

// radii are the circles that the form offers, in metres.
func radii() []int { return []int{200, 500, 1000, 2000, 5000} }

func (p *pages) askArea(c kit.Context) error {
	in := alertInput{Where: "district", Radius: "500", News: string(follows.All), Cadence: string(follows.Each)}
	if c.QueryParam("district") != "" {
		in.District = kit.Clean(c.QueryParam("district"), false)
	}
	if c.QueryParam("category") != "" { // a kind alone, unless a place is chosen, too
		in.Category = kit.Clean(c.QueryParam("category"), false)
		if in.District == "" {
			in.Where = "all"
		}
	}
	return p.alertForm(c, http.StatusOK, in, nil)
}

func (p *pages) alertForm(c kit.Context, status int, in alertInput, wrong error) error {
	ctx := c.Request().Context()
	v := alertView{Page: page(c, "alert.title"), In: in, Centre: p.Centre.View(ctx), Account: kit.SignedIn(c)}
	v.Wrong = kit.ErrorsOf(v.Page, wrong)
	districts, err := p.Places.Districts(ctx)
	if err != nil {
		return err
	}
	for _, l := range districts {
		v.Districts = append(v.Districts, kit.Option{Value: l.Ref, Label: strings.TrimSpace(l.Ref + " " + l.Name), On: l.Ref == in.District})
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	v.Categories = []kit.Option{{Label: v.T("alert.category.all"), On: in.Category == ""}}
	for i := range cat.Categories {
		if k := &cat.Categories[i]; k.Active && k.Publish != categories.PublishNever {
			v.Categories = append(v.Categories, kit.Option{Value: k.Key, Label: k.Name.In(v.Loc.Lang()), On: k.Key == in.Category})
		}
	}
	for _, where := range []string{"district", "address", "area", "all"} {
		if where == "district" && len(districts) == 0 {
			continue
		}
		v.Places = append(v.Places, kit.Option{Value: where, Label: v.T("alert.where." + where), On: where == in.Where})
	}
	for _, m := range radii() {
		v.Radii = append(v.Radii, kit.Option{Value: strconv.Itoa(m), Label: metres(v.Loc, m), On: strconv.Itoa(m) == in.Radius})
	}
	for _, n := range follows.NewsKinds() {
		v.News = append(v.News, kit.Option{Value: string(n), Label: v.T("alert.news." + string(n)), On: string(n) == in.News})
	}
	v.Cadences = cadences(v.Page, in.Cadence, v.Account)
	return kit.Render(c, status, alertPage(v))
}

// cadences are the choices of how often; never is for those who have an inbox.
func cadences(p kit.Page, on string, never bool) []kit.Option {
	var out []kit.Option
	for _, c := range follows.Cadences() {
		if c != follows.Never || never {
			out = append(out, kit.Option{Value: string(c), Label: p.T("notice.cadence." + string(c)), On: string(c) == on})
		}
	}
	return out
}

func metres(loc *i18n.Localizer, m int) string {
	if m >= 1000 && m%1000 == 0 {
		return loc.T("alert.km", "km", m/1000)
	}
	return loc.T("alert.m", "m", m)
}

// areaOf makes an area of the form; label is what the place is called.
func (p *pages) areaOf(ctx context.Context, in alertInput) (a follows.Area, label string, err error) {
	a.News = follows.News(in.News)
	var wrong fault.Fields
	switch in.Where {
	case "all":
	case "district":
		l, ok, err := p.Places.DistrictByRef(ctx, in.District)
		if err != nil {
			return a, "", err
		}
		if !ok {
			wrong.Add("district", "alert.err.district")
		}
		a.District = l.Ref
	case "address":
		hits, err := p.Places.SearchAddress(ctx, in.Address, nil, 1)
		if err != nil {
			return a, "", err
		}
		if len(hits) == 0 {
			wrong.Add("address", "alert.err.address")
			break
		}
		a.Centre, label = &hits[0].Point, hits[0].Short()
		if a.Radius, err = strconv.Atoi(in.Radius); err != nil {
			wrong.Add("radius", "alert.err.radius")
		}
	case "area":
		if a.Ring, err = casework.ParseArea(in.Area); err != nil {
			return a, "", err
		}
		if len(a.Ring) == 0 {
			wrong.Add("area", "routing.err.area")
		}
	default:
		wrong.Add("where", "field.choice")
	}
	if in.Category != "" {
		cat, err := p.Categories.Catalogue(ctx)
		if err != nil {
			return a, "", err
		}
		if k := cat.ByKey(in.Category); k != nil && k.Active {
			a.Category = k.ID
		} else {
			wrong.Add("category", "field.choice")
		}
	}
	return a, label, wrong.Err()
}

// follow makes an area followed: by the person who is signed in, else by the
// address, which has to say yes by mail. The answer is the same whether the
// address is known or not.
func (p *pages) follow(c kit.Context) error {
	var in alertInput
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	ctx, loc := c.Request().Context(), kit.Loc(c)
	a, label, err := p.areaOf(ctx, in)
	f := follows.AreaFollow{Area: a, Label: label, Cadence: follows.Cadence(in.Cadence), Lang: i18n.Match(loc.Lang())}
	if err == nil && kit.SignedIn(c) {
		actor := kit.Actor(c)
		f.Kind, f.Owner = follows.Person, actor.Person
		err = p.tx(c, func(ctx context.Context, tx pgx.Tx) error {
			_, err := follows.FollowArea(ctx, tx, f)
			return err
		})
	} else if err == nil {
		err = p.followByMail(c, in.Mail, f)
	}
	if fault.Is(err, fault.Invalid) {
		return p.alertForm(c, http.StatusUnprocessableEntity, in, err)
	}
	if err != nil {
		return err
	}
	if kit.SignedIn(c) {
		kit.Flash(c, "success", "alert.done")
		return kit.Redirect(c, "/account/notices")
	}
	return kit.Render(c, http.StatusOK, alertSaid(page(c, "alert.mailed.title"), "alert.mailed"))
}

func (p *pages) followByMail(c kit.Context, typed string, f follows.AreaFollow) error {
	what, err := p.describe(c.Request().Context(), kit.Loc(c), f)
	if err != nil {
		return err
	}
	return p.byMail(c, typed, f.Cadence, f.Lang, func(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
		f.Kind, f.Owner = follows.Contact, contact
		id, err := follows.FollowArea(ctx, tx, f)
		if err != nil {
			return err
		}
		return p.Notices.ConfirmArea(ctx, tx, contact, id, what, f.Lang)
	})
}

// describe says what a follow is about: "Laternen, 500 m um Marienplatz 8, neue Meldungen".
func (p *pages) describe(ctx context.Context, loc *i18n.Localizer, f follows.AreaFollow) (string, error) {
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return "", err
	}
	what := loc.T("alert.category.all")
	if k := cat.ByID(f.Category); k != nil {
		what = k.Name.In(loc.Lang())
	}
	where := loc.T("alert.where.all")
	switch {
	case f.District != "":
		where = f.District
		if l, ok, err := p.Places.DistrictByRef(ctx, f.District); err != nil {
			return "", err
		} else if ok {
			where = strings.TrimSpace(l.Ref + " " + l.Name)
		}
	case f.Centre != nil:
		at := f.Label
		if at == "" {
			at = fmt.Sprintf("%.5f, %.5f", f.Centre.Lat, f.Centre.Lon)
		}
		where = loc.T("alert.around", "radius", metres(loc, f.Radius), "place", at)
	case len(f.Ring) > 0:
		where = loc.T("alert.drawn", "corners", len(f.Ring))
	}
	return what + " · " + where + " · " + loc.T("alert.news."+string(f.News)), nil
}

// parseID reads the id of a follow; what is none does not exist.
func parseID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.Missing("follow")
	}
	return id, nil
}
