package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// AdminSignpost is a short answer to what people search for and is no report;
// exported for huma.
type AdminSignpost struct {
	Words   map[string][]string `json:"words" doc:"By which it is found, for each language; all words of one entry must be there. German is needed."`
	Text    *easyText           `json:"text,omitempty" doc:"Needed without a stop page; {link} stands where the link goes."`
	Stop    string              `json:"stop,omitempty" maxLength:"40" doc:"Key of a stop page that is shown in place of the text."`
	Link    *signpostLink       `json:"link,omitempty"`
	Door    *signpostDoor       `json:"door,omitempty" doc:"A part of this product."`
	Version string              `json:"version,omitempty" maxLength:"64" doc:"Of the signpost as you read it: 409 when somebody has changed it since. Missing: a new one."`
}

type signpostLink struct {
	URL   string   `json:"url" minLength:"1" maxLength:"500" format:"uri" doc:"Begins with https://."`
	Label easyText `json:"label"`
}

type signpostDoor struct {
	To   string   `json:"to" enum:"report,complaint,idea"`
	Text easyText `json:"text"`
}

type signpostLine struct {
	Key string `json:"key"`
	AdminSignpost
}

type signpostLines struct {
	Signposts []signpostLine `json:"signposts" nullable:"false" doc:"In their order."`
}

func signpostOf(s *categories.Signpost) signpostLine {
	out := signpostLine{Key: s.Key, AdminSignpost: AdminSignpost{Words: s.Words, Stop: s.Stop, Version: s.Fingerprint()}}
	if s.Body[i18n.German] != "" {
		text := easyTextOf(s.Body)
		out.Text = &text
	}
	if s.Link.URL != "" {
		out.Link = &signpostLink{s.Link.URL, easyTextOf(s.Link.Label)}
	}
	if s.Door.To != "" {
		out.Door = &signpostDoor{s.Door.To, easyTextOf(s.Door.Text)}
	}
	return out
}

func (in *AdminSignpost) onto(s *categories.Signpost) error {
	s.Words, s.Body, s.Stop, s.Link, s.Door = map[string][]string{}, i18n.Text{}, in.Stop, categories.Link{}, categories.Door{}
	for lang, list := range in.Words {
		if words := cleaned(list); len(words) > 0 {
			s.Words[lang] = words
		}
	}
	if in.Text != nil {
		s.Body = in.Text.text(true)
	}
	if in.Link != nil {
		s.Link = categories.Link{URL: kit.Clean(in.Link.URL, false), Label: in.Link.Label.text(false)}
	}
	if in.Door != nil {
		s.Door = categories.Door{To: in.Door.To, Text: in.Door.Text.text(false)}
	}
	return nil
}

func (a *api) signpostSetup() {
	reads(a, adminOp("listSignposts", http.MethodGet, "/admin/signposts", "List the signposts", "Short answers to what people search for and is no report. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (signpostLines, error) {
			all, err := a.adminCatalogue(ctx, actor)
			if err != nil {
				return signpostLines{}, err
			}
			out := signpostLines{Signposts: make([]signpostLine, len(all.Signposts))}
			for i := range all.Signposts {
				out.Signposts[i] = signpostOf(&all.Signposts[i])
			}
			return out, nil
		})
	type putIn struct {
		SetupKeyParam
		Body AdminSignpost
	}
	names := map[string]string{
		"words": "/words", "text_de": "/text/de", "text_en": "/text/en", "stop": "/stop", "link": "/link/url", "link_de": "/link/label/de", "link_en": "/link/label/en",
		"door": "/door/to", "door_de": "/door/text/de", "door_en": "/door/text/en", "key": "/key",
	}
	setsUp(a, adminOp("putSignpost", http.MethodPut, "/admin/signposts/{key}", "Add or change a signpost", "A new one comes last; one that was removed comes back under its key. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *putIn) (nothing, error) {
			var err error
			if in.Body.Version == "" {
				s := categories.Signpost{Key: in.Key}
				_ = in.Body.onto(&s)
				err = a.Categories.AddSignpost(ctx, actor, s)
			} else {
				err = a.Categories.ChangeSignpost(ctx, actor, in.Key, in.Body.Version, in.Body.onto)
			}
			return nothing{err == nil}, renamed(err, names)
		})
	drop := adminOp("removeSignpost", http.MethodDelete, "/admin/signposts/{key}", "Remove a signpost", "Nobody is sent its way any more. For admins.")
	drop.plain = true
	setsUp(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, in *SetupKeyParam) (nothing, error) {
		err := a.Categories.RemoveSignpost(ctx, actor, in.Key)
		return nothing{err == nil}, err
	})
}
