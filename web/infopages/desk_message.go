package infopages

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// minute is how browsers write a field of type datetime-local.
const minute = "2006-01-02T15:04"

// messageInput is the form of a message; its texts are text_<language>.
type messageInput struct {
	Version int    `form:"version"`
	Kind    string `form:"kind" max:"20"`
	From    string `form:"from" max:"30"`
	To      string `form:"to" max:"30"`
	Do      string `form:"do" max:"10"` // save, preview
}

type messageView struct {
	kit.Page
	Action   string
	In       messageInput
	Langs    []messageText
	Zone     string
	Preview  []kit.Notice
	Conflict bool
	Stored   bool
	Errors   kit.Errors
}

type messageText struct{ Lang, Name, Value string }

// newMessage is an empty form; the message has its id from here on, so that it
// is one however often it is sent.
func (p *pages) newMessage(c kit.Context) error {
	if err := site.MayEdit(kit.Actor(c)); err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	zone := p.Messages.Zone()
	m := site.Message{ID: subject.NewID(), Kind: site.Info, From: now, To: now.In(zone).AddDate(0, 0, 1)}
	return p.renderMessage(c, http.StatusOK, p.messageForm(c, &m))
}

func (p *pages) editMessage(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("message")
	}
	m, err := p.Site.MessageByID(c.Request().Context(), kit.Actor(c), id)
	if err != nil {
		return err
	}
	return p.renderMessage(c, http.StatusOK, p.messageForm(c, &m))
}

// messageForm fills the form with a message.
func (p *pages) messageForm(c kit.Context, m *site.Message) *messageView {
	zone := p.Messages.Zone()
	v := &messageView{
		Page: deskPage(c, "sitedesk.message"), Action: "/desk/site/messages/" + m.ID.String(), Zone: zone.String(), Stored: m.Version > 0,
		In: messageInput{Version: m.Version, Kind: string(m.Kind), From: m.From.In(zone).Format(minute), To: m.To.In(zone).Format(minute)},
	}
	for _, l := range p.Messages.Languages() {
		v.Langs = append(v.Langs, messageText{Lang: l.Tag, Name: l.Name, Value: m.Text[l.Tag]})
	}
	return v
}

// saveMessage previews or stores a message.
func (p *pages) saveMessage(c kit.Context) error {
	if err := site.MayEdit(kit.Actor(c)); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("message")
	}
	var in messageInput
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	m := site.Message{ID: id, Kind: site.MessageKind(in.Kind), Text: i18n.Text{}, Version: in.Version}
	m.From, m.To = p.moment(in.From), p.moment(in.To)
	for _, l := range p.Messages.Languages() {
		if text := kit.Clean(c.FormValue("text_"+l.Tag), false); text != "" {
			m.Text[l.Tag] = text
		}
	}
	v := p.messageForm(c, &m)
	v.In = in
	wrong := m.Validate()
	if wrong == nil && in.Do != "preview" {
		wrong = p.Site.PutMessage(c.Request().Context(), kit.Actor(c), m)
		if wrong == nil {
			kit.Flash(c, "success", "sitedesk.saved")
			return kit.Redirect(c, "/desk/site#hinweise")
		}
	}
	if wrong == nil {
		v.Preview = p.preview(&m)
	}
	return p.messageAgain(c, v, id, wrong)
}

// messageAgain shows the form once more with what was typed.
func (p *pages) messageAgain(c kit.Context, v *messageView, id uuid.UUID, wrong error) error {
	status := http.StatusOK
	switch {
	case wrong == nil:
	case fault.Is(wrong, fault.Conflict):
		last, err := p.Site.MessageByID(c.Request().Context(), kit.Actor(c), id)
		if err != nil {
			return err
		}
		v.Conflict, v.In.Version, v.Preview, status = true, last.Version, p.preview(&last), http.StatusConflict
	case fault.Is(wrong, fault.Invalid):
		v.Errors, status = kit.ErrorsOf(v.Page, wrong), http.StatusUnprocessableEntity
	default:
		return wrong
	}
	return p.renderMessage(c, status, v)
}

func (p *pages) renderMessage(c kit.Context, status int, v *messageView) error {
	return kit.Render(c, status, messagePage(*v))
}

// preview is a message in each language in which it differs.
func (p *pages) preview(m *site.Message) []kit.Notice {
	var out []kit.Notice
	for _, l := range p.Messages.Languages() {
		if m.Text[l.Tag] != "" {
			out = append(out, notice(m, p.Messages.For(l.Tag), m.From))
			out[len(out)-1].Lang = l.Tag
		}
	}
	return out
}

// notice is a message as a page shows it.
func notice(m *site.Message, loc *i18n.Localizer, now time.Time) kit.Notice {
	n := kit.Notice{Kind: string(m.Kind), Text: m.Text.In(loc.Lang()), Until: loc.T("msg.until", "until", loc.DateTime(m.To, now))}
	if m.Text[loc.Lang()] == "" {
		n.Lang = i18n.German // the language that stands in
	}
	return n
}

// Notices are the messages of the site for a page; none when they can't be
// read, since an error page needs them too.
func Notices(list []site.Message, loc *i18n.Localizer, now time.Time) []kit.Notice {
	out := make([]kit.Notice, 0, len(list))
	for i := range list {
		out = append(out, notice(&list[i], loc, now))
	}
	return out
}

// moment reads a day and a time in the city's zone; zero when it is none.
func (p *pages) moment(text string) time.Time {
	for _, layout := range []string{minute, minute + ":05", "2.1.2006 15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, p.Messages.Zone()); err == nil {
			return t
		}
	}
	return time.Time{}
}

func (p *pages) endMessage(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("message")
	}
	if err := p.Site.EndMessage(c.Request().Context(), kit.Actor(c), id); err != nil {
		return err
	}
	kit.Flash(c, "success", "sitedesk.saved")
	return kit.Redirect(c, "/desk/site#hinweise")
}

func kindOptions(p kit.Page, chosen string) []kit.Option {
	var out []kit.Option
	for _, k := range site.MessageKinds() {
		out = append(out, kit.Option{Value: string(k), Label: p.T("msg.kind." + string(k)), On: string(k) == chosen})
	}
	return out
}
