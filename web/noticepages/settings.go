package noticepages

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// settingsInput is the form of how often somebody is mailed.
type settingsInput struct {
	Own      string `form:"own" max:"10"`
	Followed string `form:"followed" max:"10"`
	Comments string `form:"comments" max:"10"`
	From     string `form:"quiet_from" max:"5"`
	To       string `form:"quiet_to" max:"5"`
}

type settingsView struct {
	kit.Page
	In            settingsInput
	Wrong         kit.Errors
	Own, Followed []kit.Option
	Comments      []kit.Option
	Muted         []subject.Card
	Areas         []areaRow
	Searches      []areaRow
	Browsers      []browserRow
	PushKey       string    // of the server, for the browser's script
	Now           time.Time // of the database
	NoMail        bool      // no address that may be written to
}

type areaRow struct {
	ID, Says, Feed string
	URL            string // of what a search finds now
	Cadences       []kit.Option
}

func (p *pages) settings(c kit.Context) error {
	w, err := p.Notices.WishesOf(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	in := settingsInput{Own: string(w.Own), Followed: string(w.Followed), Comments: string(w.Comments)}
	if !w.Quiet.IsZero() {
		in.From, in.To = clock(w.Quiet.From), clock(w.Quiet.To)
	}
	return p.settingsForm(c, http.StatusOK, in, nil)
}

func (p *pages) settingsForm(c kit.Context, status int, in settingsInput, wrong error) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v := settingsView{Page: page(c, "notice.settings"), In: in}
	v.Scripts = []string{"notice-settings"}
	v.Wrong = kit.ErrorsOf(v.Page, wrong)
	v.Own, v.Followed = cadences(v.Page, in.Own, true), cadences(v.Page, in.Followed, true)
	v.Comments = cadences(v.Page, in.Comments, true)
	list, err := follows.Areas(ctx, p.DB, follows.Person, actor.Person)
	if err != nil {
		return err
	}
	for _, f := range list {
		says, err := p.describe(ctx, v.Loc, f)
		if err != nil {
			return err
		}
		id := f.ID.String()
		v.Areas = append(v.Areas, areaRow{ID: id, Says: says, Feed: "/alerts/" + id + "/feed.atom", Cadences: cadences(v.Page, string(f.Cadence), true)})
	}
	searches, err := follows.Searches(ctx, p.DB, follows.Person, actor.Person)
	if err != nil {
		return err
	}
	for _, f := range searches {
		says, err := p.describeSearch(ctx, v.Loc, f.Saved)
		if err != nil {
			return err
		}
		id := f.ID.String()
		v.Searches = append(v.Searches, areaRow{
			ID: id, Says: says, Feed: "/alerts/" + id + "/feed.atom", URL: searchURL(f.Saved), Cadences: cadences(v.Page, string(f.Cadence), true),
		})
	}
	if v.Muted, err = p.Notices.Muted(ctx, actor, v.Loc.Lang()); err != nil {
		return err
	}
	if v.Now, err = db.Now(ctx, p.DB); err != nil {
		return err
	}
	if err := p.browsers(c, &v); err != nil {
		return err
	}
	contacts, err := accounts.ContactsOf(ctx, p.DB, actor.Person)
	if err != nil {
		return err
	}
	v.NoMail = true
	for _, k := range contacts {
		v.NoMail = v.NoMail && !k.Reachable()
	}
	return kit.Render(c, status, settingsPage(v))
}

func (p *pages) saveSettings(c kit.Context) error {
	var in settingsInput
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	actor := kit.Actor(c)
	w := notify.Wishes{Own: follows.Cadence(in.Own), Followed: follows.Cadence(in.Followed), Comments: follows.Cadence(in.Comments)}
	var err error
	if w.Quiet, err = readQuiet(in.From, in.To); err == nil {
		err = p.tx(c, func(ctx context.Context, tx pgx.Tx) error { return p.Notices.SetWishes(ctx, tx, actor, w) })
	}
	if fault.Is(err, fault.Invalid) {
		return p.settingsForm(c, http.StatusUnprocessableEntity, in, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "notice.saved")
	return kit.Redirect(c, "/account/notices")
}

// changeArea changes how often an area is mailed, or ends it.
func (p *pages) changeArea(c kit.Context) error {
	var in struct {
		Cadence string `form:"cadence" max:"10"`
		End     bool   `form:"end"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	actor, said := kit.Actor(c), "notice.saved"
	err = p.tx(c, func(ctx context.Context, tx pgx.Tx) error {
		if in.End {
			said = "alert.ended"
			return follows.EndArea(ctx, tx, follows.Person, actor.Person, id)
		}
		return follows.SetCadence(ctx, tx, follows.Person, actor.Person, id, follows.Cadence(in.Cadence))
	})
	if err != nil {
		return err
	}
	kit.Flash(c, "success", said)
	return kit.Redirect(c, "/account/notices")
}

// unmute has somebody follow a thing again whose mails they had ended.
func (p *pages) unmute(c kit.Context) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	actor, ref := kit.Actor(c), subject.Ref{Kind: subject.Kind(c.Param("kind")), ID: id}
	if err := p.tx(c, func(ctx context.Context, tx pgx.Tx) error { return p.Notices.Unmute(ctx, tx, actor, ref) }); err != nil {
		return err
	}
	kit.Flash(c, "success", "notice.unmuted")
	return kit.Redirect(c, "/account/notices")
}

// clock writes minutes of a day as <input type="time"> does.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// readQuiet reads two times of the day; both empty are no quiet hours.
func readQuiet(from, to string) (notify.Quiet, error) {
	if from == "" && to == "" {
		return notify.Quiet{}, nil
	}
	a, okA := readClock(from)
	b, okB := readClock(to)
	if !okA || !okB || a == b {
		return notify.Quiet{}, fault.OnField("quiet_from", "notice.err.quiet")
	}
	return notify.Quiet{From: a, To: b}, nil
}

func readClock(text string) (int, bool) {
	h, m, ok := strings.Cut(text, ":")
	hour, errH := strconv.Atoi(h)
	minute, errM := strconv.Atoi(m)
	return hour*60 + minute, ok && errH == nil && errM == nil && hour >= 0 && hour < 24 && minute >= 0 && minute < 60
}
