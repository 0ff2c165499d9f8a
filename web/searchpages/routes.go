package searchpages

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Search     *search.Service
	Categories *categories.Service
	Geo        *geo.Service
}

type pages struct{ Deps }

const (
	// keepPublic is how long anybody may keep a page: what was hidden must be gone within two seconds.
	keepPublic = time.Second
	proposals  = 8
)

// Register adds the routes.
func Register(r *kit.Router, d Deps) error {
	if d.DB == nil || d.Search == nil || d.Categories == nil || d.Geo == nil {
		return errors.New("searchpages: something of the pages is missing")
	}
	p := &pages{d}
	r.GET("/search", p.show)
	r.GET("/search/suggestions", p.suggest)
	return nil
}

// Proposal is one line below the search box.
type Proposal struct {
	Text string `json:"text"`
	Kind string `json:"kind,omitempty"` // in words; "" for words to search for
	Path string `json:"path,omitempty"`
}

// suggest answers the search box.
func (p *pages) suggest(c kit.Context) error {
	c.Request().Header.Set("Accept", "application/json") // errors are no page here
	loc := kit.Loc(c)
	list, err := p.Search.Suggest(c.Request().Context(), c.QueryParam("q"), loc.Lang(), proposals)
	if err != nil {
		return err
	}
	out := make([]Proposal, len(list))
	for i, s := range list {
		out[i] = Proposal{Text: s.Text, Path: s.Path}
		if s.Kind != "" {
			out[i].Kind = loc.T("search.kind." + string(s.Kind))
		}
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("write proposals: %w", err)
	}
	kit.Public(c, keepPublic)
	return kit.Send(c, http.StatusOK, "application/json; charset=utf-8", raw)
}
