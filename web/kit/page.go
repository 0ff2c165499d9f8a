package kit

import (
	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// City is what every page says about the place it is for.
type City struct {
	Name  string // "München"
	Demo  bool   // shows the banner of a demonstration
	Phone string // as people dial it; may be empty
	// EasyBy is who has read the texts in Leichte Sprache; "": nobody yet, and
	// the pages say that they are drafts.
	EasyBy string
}

// Notice is a message of the site above every page.
type Notice struct {
	Kind  string // "storm", "fault", "holiday" or "info"
	Text  string
	Lang  string // of the text, when it is not the page's
	Until string // "Gilt bis …"; may be empty
}

// Page is what the layout needs of a page. NewPage fills everything but Nav,
// Scripts and what only the handler knows.
type Page struct {
	Title       string // in the user's language, without the city's name
	Description string // for search engines and previews; may be empty
	Lang        string // of the html element
	Dir         string // "rtl", or "" for left to right
	Loc         *i18n.Localizer
	Path        string // of this page, without the query
	Nav         string // the menu entry that is on: "report", "map", "ideas", "radar", "complaint", "mine", "help", "desk" or ""
	Actor       accounts.Actor
	City        City
	Flash       *FlashMessage // said once, after a redirect
	Scripts     []string      // islands of this page, by name and without ending: "report-new"
	Alternates  []Alternate   // the same page in the other languages
	Robots      string        // "" lets everybody index; "noindex"
	Canonical   string        // absolute address of this page without filters; may be empty
	Theme       string        // "light", "dark", or "" for the system's
	Feed        string        // path of an Atom feed of this page; may be empty
	Notices     []Notice      // messages of the site, the most urgent first
	SignedIn    bool          // somebody with a confirmed address is signed in
	Unread      int           // notices in the inbox of whoever is signed in
}

// T is the message of a key in the page's language.
func (p Page) T(key string, params ...any) string { return p.Loc.T(key, params...) }

// Alternate is the same page in another language.
type Alternate struct {
	Lang string // "en"
	Name string // "English", in its own language
	Dir  string // of the name: "ltr" or "rtl"
	URL  string // own path with the query and ?lang=
}

// FlashMessage is said once, on the page that follows a redirect.
type FlashMessage struct {
	Kind string // "success", "info", "warning" or "danger", as kern-alert names them
	Text string
}
