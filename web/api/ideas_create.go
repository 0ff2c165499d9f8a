package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newIdea is what somebody proposes.
type newIdea struct {
	Title    string   `json:"title" minLength:"1" maxLength:"100" doc:"5 to 100 characters." example:"Trinkbrunnen am Harras"`
	Text     string   `json:"text" minLength:"1" maxLength:"6000" doc:"What should be better." example:"Auf dem Platz gibt es kein Wasser."`
	Topic    string   `json:"topic,omitempty" maxLength:"40" doc:"Key; absent: another one."`
	Call     string   `json:"call,omitempty" maxLength:"40" doc:"Number of the call; absent: the open box."`
	Lon      *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"With lat: where. WGS 84."`
	Lat      *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Address  string   `json:"address,omitempty" maxLength:"200" doc:"As people say it."`
	Language string   `json:"language,omitempty" enum:"de,en" doc:"Of title and text; absent: by Accept-Language."`
	Measure  string   `json:"measure,omitempty" maxLength:"40" doc:"Number of a public measure that it is proposed to."`
	Report   string   `json:"report,omitempty" maxLength:"40" doc:"Number of a report of yours that becomes this idea. Supports begin at 0."`
}

// ideaReceipt is what whoever proposed takes along.
type ideaReceipt struct {
	Number     string    `json:"number" example:"I-2026-7K3QX9"`
	AccessCode string    `json:"access_code" doc:"Shown this once: with number and code anybody becomes an author of the idea (claimIdea)."`
	Held       bool      `json:"held" doc:"Somebody of the city reads it first."`
	Visitor    *visitor  `json:"visitor,omitempty" doc:"Of whoever sent no token: by it they are the same person, the idea's author, again."`
	Links      ideaLinks `json:"links"`
}

// createIdeaIn is an idea on its way.
type createIdeaIn struct {
	OnceParam
	Body newIdea

	sub     ideas.Submission
	visitor *visitor
}

// before finds out what the idea refers to, and makes a visitor of whoever sent
// no token: an idea has an author, as on the page.
func (in *createIdeaIn) before(ctx context.Context, a *api, k *call, actor accounts.Actor) error {
	b := &in.Body
	in.sub = ideas.Submission{
		Title: kit.Clean(b.Title, false), Text: kit.Clean(b.Text, true), Topic: b.Topic, Lang: b.Language, Address: kit.Clean(b.Address, false), Channel: "api",
	}
	if in.sub.Lang == "" {
		in.sub.Lang = i18n.German
		if k.loc().Lang() == i18n.English {
			in.sub.Lang = i18n.English
		}
	}
	if b.Lon != nil && b.Lat != nil {
		in.sub.Point = &subject.Point{Lon: *b.Lon, Lat: *b.Lat}
	}
	if err := in.sub.Validate(); err != nil {
		return err
	}
	if err := a.warm(ctx); err != nil {
		return err
	}
	if b.Call != "" {
		n, err := numbered(b.Call, subject.PrefixCall, "call")
		if err == nil {
			var c *ideas.Call
			if c, err = a.Ideas.Call(ctx, actor, n); err == nil {
				in.sub.Call = c.ID
			}
		}
		if fault.Is(err, fault.NotFound) {
			return fault.OnField("/call", "idea.err.number_unknown").Because(err)
		}
		if err != nil {
			return err
		}
	}
	if b.Measure != "" {
		m, err := a.Ideas.MeasureOf(ctx, b.Measure)
		if fault.Is(err, fault.NotFound) {
			return fault.OnField("/measure", "idea.err.measure_number").Because(err)
		}
		if err != nil {
			return err
		}
		in.sub.Measure = m.Number
	}
	if b.Report != "" {
		if err := in.report(ctx, a, actor); err != nil {
			return err
		}
	}
	if k.known {
		return nil
	}
	if err := a.limit(ctx, k, accounts.RuleVisit); err != nil {
		return err
	}
	t, err := a.Accounts.NewVisitorToken(ctx, in.Key, k.loc().Lang())
	if err != nil {
		return err
	}
	in.visitor = &visitor{Token: t.Token, ExpiresAt: stamp(t.ExpiresAt)}
	k.bearer, err = a.Accounts.ByBearer(ctx, t.Token)
	return err
}

// warm loads what processes hold in memory, so that nothing in a transaction
// takes another connection for it.
func (a *api) warm(ctx context.Context) error {
	if _, err := a.Categories.Calendar(ctx); err != nil {
		return err
	}
	_, err := a.Geo.Districts(ctx)
	return err
}

func (in *createIdeaIn) report(ctx context.Context, a *api, actor accounts.Actor) error {
	n, err := number(in.Body.Report)
	if err == nil {
		v, gerr := a.Reports.Get(ctx, actor, n)
		switch {
		case gerr == nil && v.Actor.Owner:
			in.sub.Report = v.ID
			return nil
		case gerr != nil && !fault.Is(gerr, fault.NotFound):
			return gerr
		}
	}
	return fault.OnField("/report", "idea.err.number_unknown")
}

func (a *api) ideaCreate() {
	o := ideaOp("createIdea", http.MethodPost, "/ideas", "Propose an idea",
		"Three things are enough: title, text, and a place if it has one. Without a token the answer holds a visitor's: you are the idea's author by it. "+
			"The access code can't be had again.")
	o.status, o.rule = http.StatusCreated, accounts.RuleReport
	writes(a, o, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *createIdeaIn) (ideaReceipt, error) {
		r, err := a.Ideas.Within(tx).Submit(ctx, actor, in.sub)
		if err != nil {
			return ideaReceipt{}, renamed(err, map[string]string{"place": "/lon"})
		}
		return ideaReceipt{
			Number: r.Number.Format(subject.PrefixIdea), AccessCode: r.Code, Held: r.Held, Visitor: in.visitor, Links: a.ideaLinksOf(r.Number, r.Idea),
		}, nil
	})

	type claim struct {
		IdeaParam
		OnceParam
		Code string `header:"Mitwirk-Access-Code" required:"true" maxLength:"40" doc:"The access code of the idea." example:"7K3Q-X9MA-2BCD"`
	}
	c := ideaOp("claimIdea", http.MethodPost, "/ideas/{number}/claim", "Become an author by the access code",
		"For whoever proposed it and comes by another token. A wrong code and an unknown number answer alike. No body.").byPeople()
	c.rule = accounts.RuleCode
	reads(a, c, func(ctx context.Context, k *call, actor accounts.Actor, in *claim) (oneIdea, error) { // its service has a transaction of its own
		n, err := a.Ideas.OpenByCode(ctx, actor, in.Number, in.Code)
		if fault.Is(err, fault.Invalid) {
			return oneIdea{}, fault.New(fault.Forbidden, "err.code").Because(err)
		}
		if err != nil {
			return oneIdea{}, err
		}
		v, err := a.Ideas.Get(ctx, actor, n)
		if err != nil {
			return oneIdea{}, err
		}
		return a.oneIdeaOf(ctx, a.DB, k.loc(), v)
	})
}

// newWords is another wording.
type newWords struct {
	Title   string `json:"title" minLength:"1" maxLength:"100"`
	Text    string `json:"text" minLength:"1" maxLength:"6000"`
	Why     string `json:"why,omitempty" maxLength:"1000" doc:"Public. Needed for an amendment, and for one's own idea after its first day."`
	Edition int    `json:"edition,omitempty" minimum:"1" doc:"As you read it: 409 when the words have changed since."`
}

func (w *newWords) edit() ideas.Edit {
	return ideas.Edit{Title: kit.Clean(w.Title, false), Text: kit.Clean(w.Text, true), Why: kit.Clean(w.Why, true), Edition: w.Edition}
}

// newDetails is what authors add beside the words.
type newDetails struct {
	Topic     string    `json:"topic" maxLength:"40" doc:"Key."`
	CostCents *int64    `json:"cost_cents,omitempty" minimum:"0" doc:"As you estimate, in cents of a euro; absent: nothing is said."`
	Name      string    `json:"name,omitempty" maxLength:"60" doc:"Yours, shown with the idea; absent: none."`
	Place     *newWhere `json:"place,omitempty" doc:"Absent: it stays as it is."`
}

type newWhere struct {
	Address  string    `json:"address,omitempty" maxLength:"200"`
	Geometry *geometry `json:"geometry,omitempty" doc:"A point, a line or an area; absent: none."`
}

// geometry is GeoJSON in as much as ideas have it.
type geometry struct {
	Type        string `json:"type" enum:"Point,LineString,Polygon"`
	Coordinates any    `json:"coordinates" doc:"As GeoJSON has them: degrees of WGS 84, longitude first, at most 200 corners, one ring."`
}

// detailsIn is what stands beside the words, on its way.
type detailsIn struct {
	IdeaParam
	OnceParam
	Body newDetails
}

func (*detailsIn) before(ctx context.Context, a *api, _ *call, _ accounts.Actor) error {
	return a.warm(ctx)
}

func (a *api) ideaEdits() {
	type words struct {
		IdeaParam
		OnceParam
		Body newWords
	}
	ideaWrites(a, ideaOp("changeIdeaText", http.MethodPut, "/ideas/{number}/text", "Change the words of your idea",
		"By its authors, until the city works on it. Within the first day freely, then with an explanation that supporters are told.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *words) (oneIdea, error) {
			if err := w.ideas.SetText(ctx, w.actor, w.n, in.Body.edit()); err != nil {
				return oneIdea{}, err
			}
			return a.ideaNow(ctx, w)
		})
	ideaWrites(a, ideaOp("changeIdeaDetails", http.MethodPut, "/ideas/{number}/details", "Change what stands beside the words",
		"By its authors: topic, cost, your name and the place.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *detailsIn) (oneIdea, error) {
			d, err := in.Body.details()
			if err == nil {
				err = w.ideas.SetDetails(ctx, w.actor, w.n, d)
			}
			if err != nil {
				return oneIdea{}, renamed(err, map[string]string{"cost": "/cost_cents", "place": "/place/geometry"})
			}
			return a.ideaNow(ctx, w)
		})
	type withdrawal struct {
		IdeaParam
		OnceParam
	}
	ideaDrop(a, ideaOp("withdrawIdea", http.MethodPost, "/ideas/{number}/withdrawal", "Withdraw your idea", "It stays readable, with its label. No body.").byPeople(),
		func(ctx context.Context, w *ideaWork, _ *withdrawal) error {
			return w.ideas.Withdraw(ctx, w.actor, w.n)
		})
	a.ideaPhotos()
	a.ideaFiles()
}

// ideaNow is the idea as its actor sees it after something was done.
func (a *api) ideaNow(ctx context.Context, w *ideaWork) (oneIdea, error) {
	v, err := w.ideas.Get(ctx, w.actor, w.n)
	if err != nil {
		return oneIdea{}, err
	}
	return a.oneIdeaOf(ctx, w.tx, w.k.loc(), v)
}

// newPicture is a picture with what it shows.
type newPicture struct {
	Alt  string `json:"alt" minLength:"1" maxLength:"300" doc:"What it shows, in words."`
	File []byte `json:"file" doc:"Base64 of a JPEG, PNG or WebP up to 12 MB. It is re-encoded; place and device are deleted from it."`
}

// pictureBody lets a picture in, as base64.
const pictureBody = 16<<20 + maxBody

// prepared checks a picture before any transaction.
func (a *api) prepared(ctx context.Context, k *call, p *newPicture) (*ideas.Upload, error) {
	if err := a.limit(ctx, k, accounts.RuleUpload); err != nil {
		return nil, err
	}
	done, err := a.Photos.Prepare(ctx, bytes.NewReader(p.File))
	if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.BadRequest) {
		return nil, fault.OnField("/file", fault.As(err).Key).Because(err)
	}
	return &ideas.Upload{Prepared: done, Alt: kit.Clean(p.Alt, false)}, err
}

// addIdeaPhotoIn is a picture of an author.
type addIdeaPhotoIn struct {
	IdeaParam
	OnceParam
	Body newPicture

	up *ideas.Upload
}

func (in *addIdeaPhotoIn) before(ctx context.Context, a *api, k *call, actor accounts.Actor) error {
	v, err := a.idea(ctx, actor, in.IdeaParam)
	if err != nil {
		return err
	}
	if !v.May.Edit {
		return fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_author")
	}
	in.up, err = a.prepared(ctx, k, &in.Body)
	return err
}

func (a *api) ideaPhotos() {
	o := ideaOp("addIdeaPhoto", http.MethodPost, "/ideas/{number}/photos", "Add a picture to your idea",
		"By its authors. It becomes public when somebody of the city has looked at it.").byPeople()
	o.status, o.long = http.StatusCreated, pictureBody
	ideaDrop(a, o, func(ctx context.Context, w *ideaWork, in *addIdeaPhotoIn) error {
		return renamed(w.ideas.AddPhoto(ctx, w.actor, w.n, *in.up), map[string]string{"photo": "/file"})
	})
	type gone struct {
		IdeaParam
		OnceParam
		Photo string `path:"photo" maxLength:"40" doc:"As the idea names it."`
	}
	ideaDrop(a, ideaOp("removeIdeaPhoto", http.MethodDelete, "/ideas/{number}/photos/{photo}", "Remove a picture from your idea", "By its authors, for good.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *gone) error {
			id, err := thing(in.Photo, "photo")
			if err != nil {
				return err
			}
			return w.ideas.RemovePhoto(ctx, w.actor, w.n, id)
		})
}

func (d *newDetails) details() (ideas.Details, error) {
	out := ideas.Details{Topic: d.Topic, CostCents: d.CostCents, Name: kit.Clean(d.Name, false)}
	if d.Place == nil {
		return out, nil
	}
	out.SetPlace, out.Address = true, kit.Clean(d.Place.Address, false)
	if d.Place.Geometry == nil {
		return out, nil
	}
	raw, err := json.Marshal(d.Place.Geometry)
	if err != nil {
		return out, fault.OnField("place", "idea.err.place").Because(err)
	}
	out.Place = string(raw)
	return out, nil
}
