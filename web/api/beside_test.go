package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/internal/preview/previewtest"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/api"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// besideCases tells whether an operation is of those that TestBeside sends:
// moderation, dialogue, partners, routing, events and own data.
func besideCases(path string) bool {
	for _, in := range []string{"/moderation/", "/flags", "/decisions", "/messages", "/satisfaction", "/handovers", "/partners", "/route-sheets", "/captures", "/routing/", "/me/", "/admin/"} {
		if strings.Contains(path+"/", in+"/") || strings.Contains(path+"/", in) && strings.HasSuffix(in, "/") {
			return !onDesk(path) && !inIdeas(path) && !beyondReports(path)
		}
	}
	if path == "/feedback" || strings.HasPrefix(path, "/barriers") {
		return true
	}
	return path == "/figures/cases" || path == "/events" || strings.HasPrefix(path, "/events/")
}

// letters keeps what would be sent.
type letters struct {
	mu   sync.Mutex
	list []mail.Message
}

func (l *letters) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, m)
	return nil
}

func (*letters) ForgetContact(context.Context, pgx.Tx, uuid.UUID) error { return nil }
func (*letters) ForgetAbout(context.Context, pgx.Tx, subject.Ref) error { return nil }

func withBeside(t testing.TB, b *bundle, d *api.Deps) {
	t.Helper()
	b.post = &letters{}
	words := b.site.Catalogue
	var err error
	b.about = map[subject.Kind]moderation.Target{subject.Report: b.Reports.Moderated()} // ideas and comments come later
	d.Moderation, err = moderation.New(moderation.Config{
		DB: b.Pool, Accounts: b.Accounts, Targets: b.about, Outbox: b.post, Messages: words,
		BaseURL: kittest.Base, Calendar: b.Categories, Files: b.Files, Photos: b.City.Photos,
		Active: func(_ context.Context, _ db.Queryer, edges []time.Time) ([]int, error) {
			return make([]int, len(edges)-1), nil
		},
	})
	must(t, err)
	d.Routing, err = casework.NewRouting(casework.RoutingConfig{DB: b.Pool, Catalogue: b.Categories, Past: b.Reports})
	must(t, err)
	d.Umbrella, err = casework.NewUmbrella(casework.UmbrellaConfig{
		DB: b.Pool, Jobs: b.Events.Jobs, Outbox: b.post, Messages: words, BaseURL: kittest.Base,
		Domains: map[subject.Kind]casework.EventDomain{subject.Report: b.Reports},
	})
	must(t, err)
	d.Files, err = casework.NewFiles(casework.FilesConfig{DB: b.Pool, Store: b.Files, Pictures: b.Photos, Drawer: previewtest.Drawer{}, Jobs: b.Events.Jobs})
	must(t, err)
	post, err := reports.NewPost(reports.PostConfig{Outbox: b.post, Messages: words, BaseURL: kittest.Base})
	must(t, err)
	b.Reports.UseTalk(reports.Talk{Files: d.Files, Post: post})
	d.Own, err = owndata.New(owndata.Config{DB: b.Pool, Jobs: b.Events.Jobs, Reports: b.Reports, Drafts: b.Drafts, Photos: b.Photos, Mails: b.post})
	must(t, err)
	d.Geo = b.Geo
	d.Notices, err = notify.New(notify.Config{
		DB: b.Pool, Bus: b.Events.Bus, Jobs: b.Events.Jobs, Outbox: b.post, Messages: words, BaseURL: kittest.Base, Zone: time.UTC,
		Domains: map[subject.Kind]notify.Domain{subject.Report: b.Reports.Noticed()},
	})
	must(t, err)
	b.Reports.UseNotices(d.Notices)
	work, err := jobs.New(jobs.Config{})
	must(t, err)
	d.Accounts, err = accounts.New(accounts.Config{DB: b.Pool, Letters: &accounts.Letters{
		Jobs: work, Mail: b.post, Catalogue: words, URL: func(path string) string { return kittest.Base + path },
	}})
	must(t, err)
	d.Exports, err = accounts.NewExports(b.Pool, reports.CasesExport{})
	must(t, err)
	d.Site, err = site.New(site.Config{DB: b.Pool, Bus: b.Events.Bus})
	must(t, err)
	d.Districts, err = site.NewDistricts(b.Pool, b.Geo)
	must(t, err)
	d.Films = site.NewFilms(d.Site, fstest.MapFS{"gruss.mp4": {}, "gruss.vtt": {}, "Liesmich.txt": {}})
}

// house is everybody who might try.
type house struct {
	bundle

	bearer map[string]string
	people map[string]accounts.Actor
}

// all holds every role, so that its token can have every scope.
func newHouse(t testing.TB) house {
	t.Helper()
	h := house{bundle: setup(t), people: map[string]accounts.Actor{}}
	own := []accounts.Scope{accounts.ScopeRead, accounts.ScopeWrite, accounts.ScopeOwnRead, accounts.ScopeOwnWrite}
	desk := []accounts.Scope{accounts.ScopeDeskRead, accounts.ScopeDeskWrite}
	h.people["resident"] = accountstest.Resident(t, h.Pool)
	h.people["clerk"], h.people["clerk elsewhere"] = h.Clerk(t, lamps), h.Clerk(t, garden)
	h.people["lead"] = h.Clerk(t, lamps, subject.TeamLead)
	h.people["moderator"], h.people["second"] = accountstest.Staff(t, h.Pool, subject.Moderator), accountstest.Staff(t, h.Pool, subject.Moderator)
	h.people["admin"], h.people["all"], h.people["former"] = accountstest.Admin(t, h.Pool), accountstest.Admin(t, h.Pool), accountstest.Admin(t, h.Pool)
	for _, who := range []string{"all", "former"} {
		h.grant(t, h.people[who], subject.Moderator)
		h.grant(t, h.people[who], subject.Caseworker, lamps)
	}
	h.bearer = map[string]string{
		"anonymous": "", "visitor": h.visitor(t), "system": h.token(t, lamps, append(desk, accounts.ScopeRead, accounts.ScopeWrite)...),
		"resident": h.personal(t, h.people["resident"], own...), "clerk": h.personal(t, h.people["clerk"], append(desk, own...)...),
		"clerk elsewhere": h.personal(t, h.people["clerk elsewhere"], append(desk, own...)...), "lead": h.personal(t, h.people["lead"], append(desk, own...)...),
		"moderator": h.personal(t, h.people["moderator"], append(desk, accounts.ScopeModerationRead, accounts.ScopeModerationWrite)...),
		"second":    h.personal(t, h.people["second"], accounts.ScopeModerationRead, accounts.ScopeModerationWrite),
		"admin":     h.personal(t, h.people["admin"], append(desk, accounts.ScopeAdminRead, accounts.ScopeAdminWrite)...),
		"narrow":    h.personal(t, h.people["all"], accounts.ScopeStatus),
	}
	for _, who := range []string{"all", "former"} {
		every := append(append([]accounts.Scope{}, own...), desk...)
		every = append(every, accounts.ScopeModerationRead, accounts.ScopeModerationWrite, accounts.ScopeAdminRead, accounts.ScopeAdminWrite)
		h.bearer[who] = h.personal(t, h.renewed(t, h.people[who]), every...)
	}
	_, err := h.Pool.Exec(t.Context(), `DELETE FROM role_grants WHERE person_id = $1`, h.people["former"].Person)
	must(t, err)
	h.watched(t)
	return h
}

func (b bundle) grant(t testing.TB, to accounts.Actor, role subject.Role, department ...string) {
	t.Helper()
	id := subject.NewID()
	_, err := b.Pool.Exec(t.Context(), `INSERT INTO role_grants (id, person_id, role) VALUES ($1, $2, $3)`, id, to.Person, role)
	must(t, err)
	for _, key := range department {
		d, err := accounts.DepartmentByKey(t.Context(), b.Pool, key)
		must(t, err)
		_, err = b.Pool.Exec(t.Context(), `INSERT INTO role_grant_limits (grant_id, kind, ref_id) VALUES ($1, 'department', $2)`, id, d.ID.String())
		must(t, err)
	}
}

func (b bundle) renewed(t testing.TB, actor accounts.Actor) (out accounts.Actor) {
	t.Helper()
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) (err error) {
		out, err = accounts.Renew(t.Context(), tx, actor)
		return err
	})
	return out
}

// tried is one operation, as it is sent about things that do not exist, or by
// whoever may and finds nothing to do.
type tried struct {
	method, path string
	body         any
	group        string
	all          int // for who has every role and scope
}

// The groups: what everybody else is answered.
var groups = map[string]map[string]int{
	"moderation":   {"anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "clerk": 403, "lead": 403, "admin": 403, "narrow": 403, "former": 404},
	"routing read": {"anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "clerk": 403, "moderator": 403, "narrow": 403, "former": 404},
	"routing":      {"anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "clerk": 403, "lead": 403, "moderator": 403, "narrow": 403, "former": 404},
	"events":       {"anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "clerk": 403, "moderator": 403, "narrow": 403, "former": 404},
	"desk":         {"anonymous": 401, "visitor": 403, "resident": 403, "narrow": 403},
	"works":        {"anonymous": 401, "visitor": 403, "resident": 403, "narrow": 403, "moderator": 403, "former": 403},
	"admin":        {"anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "clerk": 403, "lead": 403, "moderator": 403, "narrow": 403},
	"admins":       {"anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "clerk": 403, "lead": 403, "moderator": 403, "narrow": 403, "former": 404},
	"exports":      {"anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "clerk": 403, "moderator": 403, "narrow": 403, "former": 404},
	"own":          {"anonymous": 401, "system": 403, "narrow": 403},
	"figures":      {"anonymous": 401, "visitor": 403, "resident": 403, "moderator": 403, "narrow": 403, "former": 404},
	"people":       {"anonymous": 401, "system": 403, "narrow": 403, "resident": 404, "visitor": 404},
	"open":         {"narrow": 403, "anonymous": 404, "visitor": 404, "resident": 404, "former": 404},
	"voice":        {"narrow": 403, "anonymous": 422, "visitor": 422, "resident": 422, "former": 422},
	"public":       {"anonymous": 200, "visitor": 200, "system": 200, "narrow": 200, "former": 200},
	"one":          {"anonymous": 404, "visitor": 404, "system": 404, "narrow": 404, "former": 404},
}

func aboveBody() fields {
	return fields{"kind": "storm", "text": fields{"de": "Sturm. Bitte meiden Sie Parks."}, "from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}
}

func eventBody() fields {
	return fields{
		"title": fields{"de": "Sturm", "en": "Storm"}, "text": fields{"de": "Bitte bleiben Sie zu Hause.", "en": "Please stay at home."}, "from": "2026-01-01T00:00:00Z",
	}
}

func ruleBody() fields {
	return fields{"name": "Laternen", "when": fields{"is": "category", "in": []string{"laterne"}}, "department": garden, "active": true}
}

func partnerBody() fields {
	return fields{"name": fields{"de": "Bahn", "en": "Railway"}, "mail": "bahn@stelle.example", "remind_days": 3, "active": true}
}

func decideBody(id, hash string, n int) fields {
	return fields{
		"items": []fields{{"id": id, "n": n, "hash": hash}}, "action": "hide", "ground": "rule", "rule_no": 3,
		"explanation": "Der Satz beleidigt eine Person. Kritik an der Stadt ist erlaubt.",
	}
}

func flagBody() fields {
	return fields{"part": "text", "category": "rule3", "explanation": "Der Satz beleidigt eine bestimmte Person.", "good_faith": true}
}

// besideOps are all of them.
func besideOps() []tried {
	text, version := fields{"text": "Das sehe ich anders."}, fields{"version": "0.0"}
	return append(setupTries(), []tried{
		{"POST", "/reports/{number}/flags", flagBody(), "people", 404},
		{"GET", "/flags/{flag}", nil, "people", 404},
		{"POST", "/flags/{flag}/appeal", text, "people", 404},
		{"GET", "/reports/{number}/decisions", nil, "open", 404},
		{"GET", "/reports/{number}/decisions/{decision}", nil, "open", 404},
		{"POST", "/reports/{number}/decisions/{decision}/appeal", text, "open", 404},
		{"GET", "/moderation/decisions/{decision}", nil, "people", 404},
		{"POST", "/moderation/decisions/{decision}/appeal", text, "people", 404},
		{"GET", "/moderation/register", nil, "public", 200},
		{"GET", "/moderation/figures", nil, "public", 200},
		{"GET", "/moderation/transparency", nil, "public", 200},
		{"GET", "/moderation/queue", nil, "moderation", 200},
		{"POST", "/moderation/items", fields{"number": "{number}", "part": "text"}, "moderation", 404},
		{"GET", "/moderation/items/{id}", nil, "moderation", 404},
		{"GET", "/moderation/items/{id}/photo", nil, "moderation", 404},
		{"POST", "/moderation/items/{id}/cover", coverBody("00", 0), "moderation", 404},
		{"POST", "/moderation/decisions", decideBody(uuid.NewString(), "00", 0), "moderation", 404},
		{"GET", "/moderation/appeals", nil, "moderation", 200},
		{"GET", "/moderation/appeals/{id}", nil, "moderation", 404},
		{"POST", "/moderation/appeals/{id}/decision", fields{"outcome": "upheld", "reasons": "Es bleibt dabei."}, "moderation", 404},
		{"GET", "/moderation/rules", nil, "moderation", 200},
		{"PUT", "/moderation/rules", fields{"kind": "words", "words": []string{"Unwort"}, "scope": "text", "active": true}, "moderation", 200},
		{"POST", "/moderation/items/{id}/warnings", fields{"reason": "Bitte bleiben Sie sachlich."}, "moderation", 404},
		{"GET", "/moderation/restrictions", nil, "moderation", 200},
		{"POST", "/moderation/restrictions/{id}/proposal", fields{"days": 7, "reason": "Wiederholt."}, "moderation", 404},
		{"POST", "/moderation/restrictions/{id}/decision", fields{"approve": true}, "moderation", 404},
		{"POST", "/moderation/items/{id}/copies", fields{"authority": "Polizei", "reason": "Anfrage"}, "moderation", 404},
		{"GET", "/moderation/copies", nil, "moderation", 200},
		{"POST", "/moderation/copies/{id}/approval", nil, "moderation", 404},
		{"POST", "/moderation/copies/{id}/content", fields{"first": "A", "second": "B"}, "moderation", 404},
		{"GET", "/reports/{number}/messages", nil, "open", 404},
		{"POST", "/reports/{number}/messages", text, "desk", 404},
		{"POST", "/reports/{number}/messages/read", nil, "open", 404},
		{"PUT", "/reports/{number}/satisfaction", fields{"value": "happy"}, "open", 404},
		{"GET", "/reports/{number}/messages/files/{file}", nil, "open", 404},
		{"POST", "/captures", fields{"channel": "phone", "report": lamp()}, "works", 201},
		{"GET", "/partners", nil, "works", 200},
		{"POST", "/partners", partnerBody(), "admin", 201},
		{"PUT", "/partners/{id}", partnerBody(), "admin", 404},
		{"GET", "/reports/{number}/handovers", nil, "desk", 404},
		{"POST", "/reports/{number}/handovers", fields{"partner": uuid.NewString(), "need": "Bitte prüfen."}, "desk", 404},
		{"POST", "/reports/{number}/handovers/{id}/replies", text, "desk", 404},
		{"DELETE", "/reports/{number}/handovers/{id}", nil, "desk", 404},
		{"POST", "/route-sheets", fields{"crew": "Elektro Huber", "until": "2031-01-31", "reports": []string{"{number}"}}, "desk", 422},
		{"GET", "/routing/rules", nil, "routing read", 200},
		{"GET", "/routing/history", nil, "routing read", 200},
		{"GET", "/routing/trial", nil, "routing", 409},
		{"POST", "/routing/rules", ruleBody(), "routing", 201},
		{"PUT", "/routing/rules/{id}", ruleBody(), "routing", 404},
		{"POST", "/routing/rules/{id}/move", fields{"version": "0.0", "by": 1}, "routing", 409},
		{"DELETE", "/routing/rules/{id}?version=0.0", nil, "routing", 409},
		{"POST", "/routing/trial", version, "routing", 409},
		{"POST", "/routing/publication", version, "routing", 409},
		{"POST", "/routing/discard", version, "routing", 409},
		{"GET", "/events", nil, "public", 200},
		{"GET", "/events/{id}", nil, "one", 404},
		{"POST", "/events", eventBody(), "events", 201},
		{"PUT", "/events/{id}", eventBody(), "events", 404},
		{"POST", "/events/{id}/end", nil, "events", 404},
		{"POST", "/events/{id}/members", nil, "events", 404},
		{"POST", "/events/{id}/answers", fields{"words": fields{"de": "Wir arbeiten daran.", "en": "We are at it."}}, "events", 404},
		{"GET", "/admin/people", nil, "admins", 200},
		{"GET", "/admin/people/{id}", nil, "admins", 404},
		{"PUT", "/admin/people/{id}/roles/{role}", fields{"departments": []string{lamps}, "reason": "Neu im Team"}, "admins", 404},
		{"POST", "/admin/people/{id}/roles/{role}/removal", fields{"reason": "weg"}, "admins", 404},
		{"GET", "/admin/invitations", nil, "admins", 200},
		{"POST", "/admin/invitations", fields{"mail": "neu@stelle.example", "role": "caseworker", "grant": fields{"departments": []string{lamps}, "reason": "Neu im Team"}}, "admins", 201},
		{"DELETE", "/admin/invitations/{id}", nil, "admins", 404},
		{"GET", "/admin/audit", nil, "admins", 200},
		{"GET", "/admin/exports", nil, "exports", 200},
		{"POST", "/admin/exports", fields{"source": "cases", "department": garden, "reason": "Bericht"}, "exports", 403},
		{"POST", "/admin/exports/{id}/decision", fields{"approve": true}, "desk", 404},
		{"POST", "/admin/exports/{id}/file", nil, "desk", 404},
		{"GET", "/admin/catalogue", nil, "admins", 200},
		{"PUT", "/admin/catalogue", fields{"file": "departments: {}", "version": "0"}, "admins", 422},
		{"GET", "/admin/holidays?year=2027", nil, "admins", 200},
		{"PUT", "/admin/holidays/2027-12-24", fields{"de": "Heiligabend", "en": "Christmas Eve"}, "admins", 200},
		{"DELETE", "/admin/holidays/2027-02-03", nil, "admins", 404},
		{"GET", "/admin/opening-hours", nil, "admins", 200},
		{"PUT", "/admin/opening-hours", fields{"opening_hours": "Mo-Fr 09:00-15:00"}, "admins", 200},
		{"GET", "/admin/texts/page.impressum", nil, "admins", 200},
		{"PUT", "/admin/texts/page.impressum?lang=en", fields{"body": "Imprint", "version": 9}, "admins", 409},
		{"GET", "/admin/messages", nil, "admins", 200},
		{"PUT", "/admin/messages/{id}", aboveBody(), "admins", 200},
		{"DELETE", "/admin/messages/{id}", nil, "admins", 404},
		{"GET", "/admin/details", nil, "admins", 200},
		{"PUT", "/admin/details", detailsBody(), "admins", 200},
		{"GET", "/admin/films", nil, "admins", 200},
		{"PUT", "/admin/films/nirgends", fields{"file": "gruss.mp4", "text": fields{"de": "Guten Tag."}}, "admins", 404},
		{"DELETE", "/admin/films/nirgends", nil, "admins", 404},
		{"GET", "/admin/texts/page.impressum/versions", nil, "admins", 200},
		{"GET", "/admin/barriers", nil, "admins", 200},
		{"PUT", "/admin/barriers/H-2026-7K3QX9", fields{"done": true}, "admins", 404},
		{"GET", "/admin/feedback", nil, "admins", 200},
		{"POST", "/admin/audit/check", nil, "admins", 200},
		{"POST", "/admin/audit/export", fields{"format": "csv"}, "admins", 200},
		{"DELETE", "/admin/people/{id}/factors", nil, "admins", 404},
		{"GET", "/admin/districts", nil, "admins", 200},
		{"GET", "/admin/deliveries", nil, "admins", 200},
		{"POST", "/admin/deliveries/{id}/replay", nil, "admins", 404},
		{"GET", "/admin/departments", nil, "admins", 200},
		{"PUT", "/admin/departments/neu", fields{"name": fields{"de": "Neu"}, "door": "desk", "active": true, "version": "0"}, "admins", 404},
		{"DELETE", "/admin/departments/neu", nil, "admins", 404},
		{"GET", "/admin/categories", nil, "admins", 200},
		{"PUT", "/admin/categories/neu", fields{
			"name": fields{"de": "Neu"}, "group": "x", "department": "x", "publish": "A", "photo": "none", "target_days": 0, "target_on": false, "near_metres": 0, "near_days": 0,
			"keep_days": fields{"text": 9, "photo": 9, "contact": 9}, "active": true, "version": "0",
		}, "admins", 404},
		{"DELETE", "/admin/categories/neu", nil, "admins", 404},
		{"POST", "/admin/districts", fields{"name": "Grenzen", "geojson": "{}"}, "admins", 422},
		{"POST", "/admin/districts/{id}/switch", nil, "admins", 404},
		{"DELETE", "/admin/districts/{id}", nil, "admins", 404},
		{"GET", "/me/organisations", nil, "own", 200},
		{"POST", "/me/organisations", fields{"name": "Hausverwaltung Lindenhof", "your_name": "Anna"}, "own", 201},
		{"GET", "/me/organisations/{id}", nil, "own", 404},
		{"PUT", "/me/organisations/{id}", fields{"name": "Lindenhof", "shown": true}, "own", 404},
		{"POST", "/me/organisations/{id}/leave", nil, "own", 404},
		{"POST", "/me/organisations/{id}/invitations", fields{"mail": "neu@haus.example", "role": "member"}, "own", 404},
		{"DELETE", "/me/organisations/{id}/invitations/{file}", nil, "own", 404},
		{"PUT", "/me/organisations/{id}/members/{file}", fields{"role": "owner"}, "own", 404},
		{"DELETE", "/me/organisations/{id}/members/{file}", nil, "own", 404},
		{"GET", "/me", nil, "own", 200},
		{"GET", "/me/reports", nil, "own", 200},
		{"GET", "/me/drafts", nil, "own", 200},
		{"DELETE", "/me/drafts/{id}", nil, "own", 404},
		{"GET", "/me/export", nil, "own", 200},
		{"POST", "/me/erasure", nil, "own", 403},
		{"GET", "/me/tokens", nil, "own", 200},
		{"DELETE", "/me/tokens/{id}", nil, "own", 404},
		{"GET", "/me/sessions", nil, "own", 200},
		{"DELETE", "/me/sessions/{id}", nil, "own", 404},
		{"GET", "/me/notices", nil, "own", 200},
		{"PUT", "/me/notices/{id}/read", nil, "own", 404},
		{"PUT", "/me/notices/read", nil, "own", 200},
		{"GET", "/me/wishes", nil, "own", 200},
		{"PUT", "/me/wishes", fields{"own": "daily", "followed": "each", "quiet_from": 1320, "quiet_to": 420}, "own", 200},
		{"PUT", "/me/wishes", fields{"own": "daily", "followed": "each", "comments": "weekly", "quiet_from": 1320, "quiet_to": 420}, "own", 200},
		{"GET", "/me/muted", nil, "own", 200},
		{"POST", "/barriers", fields{"text": " "}, "voice", 422},
		{"GET", "/barriers/H-2026-7K3QX9", nil, "open", 404},
		{"POST", "/feedback", fields{"page": "https://elsewhere.example/", "helpful": false}, "voice", 422},
		{"DELETE", "/me/muted/idea/01890000-0000-7000-8000-000000000000", nil, "own", 200},
		{"DELETE", "/me/muted/idea/x", nil, "own", 404},
		{"GET", "/me/areas", nil, "own", 200},
		{"POST", "/me/areas", fields{"news": "all", "cadence": "never"}, "own", 200},
		{"PATCH", "/me/areas/{id}", fields{"cadence": "weekly"}, "own", 404},
		{"DELETE", "/me/areas/{id}", nil, "own", 404},
		{"GET", "/me/searches", nil, "own", 200},
		{"POST", "/me/searches", fields{"q": "Laterne", "cadence": "never"}, "own", 200},
		{"PATCH", "/me/searches/{id}", fields{"cadence": "weekly"}, "own", 404},
		{"DELETE", "/me/searches/{id}", nil, "own", 404},
		{"GET", "/me/browsers", nil, "own", 200},
		{"POST", "/me/browsers", fields{"endpoint": "http://push.example/1", "p256dh": "x", "auth": "x"}, "own", 422},
		{"DELETE", "/me/browsers/{id}", nil, "own", 404},
	}...)
}

// at fills in what the operation is about: number, and random ids.
func (o tried) at(number string) sent {
	s := sent{method: o.method, body: o.body}
	flag := "H" + strings.TrimPrefix(number, "M")
	s.path = strings.NewReplacer("{number}", number, "{id}", uuid.NewString(), "{flag}", flag, "{decision}", "mw-"+uuid.NewString(), "{file}", uuid.NewString(), "{role}", "caseworker").Replace(o.path)
	if f, ok := o.body.(fields); ok {
		filled := fields{}
		for k, v := range f {
			if v == "{number}" {
				v = number
			}
			if list, ok := v.([]string); ok && len(list) == 1 && list[0] == "{number}" {
				v = []string{number}
			}
			filled[k] = v
		}
		s.body = filled
	}
	return s
}

// TestBeside sends every operation as everybody, holds all answers against the
// document, and does what each is there for.
func TestBeside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, o := range besideOps() {
		for who, want := range groups[o.group] {
			t.Run(fmt.Sprintf("%s %s/%s", o.method, o.path, who), func(t *testing.T) {
				clearRates(t, h.bundle)
				s := o.at(random())
				s.bearer = h.bearer[who]
				a := h.do(t, s).want(want)
				if want >= 400 {
					a.problem()
				}
			})
		}
		t.Run(fmt.Sprintf("%s %s/all", o.method, o.path), func(t *testing.T) {
			clearRates(t, h.bundle)
			s := o.at(random())
			s.bearer = h.bearer["all"]
			h.do(t, s).want(o.all)
		})
	}
	clearRates(t, h.bundle)
	h.moderate(t)
	h.cover(t)
	h.route(t)
	h.talkOn(t)
	h.handOn(t)
	h.capture(t)
	h.storm(t)
	h.mine(t)
	h.manage(t)
	h.setUp(t)
	h.singles(t)
	h.parts(t)
	h.replayed(t)
	h.organised(t)
	h.cityItself(t)
	r := h.report(t, sent{})
	clearRates(t, h.bundle)
	h.nonsense(t, besideCases, h.bearer["all"], r.Number)
	h.watch.complete(t, besideCases)
}

// TestBesideHidden: a report that may not be known of answers as a random number
// does, whichever of these operations asks.
func TestBesideHidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, _ := h.Create(t)
	h.hide(t, r.Number)
	hidden, other := r.Number.Format(subject.PrefixReport), random()
	for _, o := range besideOps() {
		if !strings.Contains(o.path, "{number}") {
			continue
		}
		for _, who := range []string{"anonymous", "visitor", "resident", "clerk elsewhere", "admin"} {
			clearRates(t, h.bundle)
			one, two := o.at(hidden), o.at(other)
			two.path = strings.ReplaceAll(one.path, hidden, other)
			one.bearer, two.bearer = h.bearer[who], h.bearer[who]
			a, b := h.do(t, one), h.do(t, two)
			a.Header.Del("X-Request-Id")
			b.Header.Del("X-Request-Id")
			if a.Status != b.Status || string(a.Body) != string(b.Body) || fmt.Sprint(a.Header) != fmt.Sprint(b.Header) {
				t.Errorf("%s %s by %s: %d %s\nbut a random number: %d %s", o.method, o.path, who, a.Status, a.Body, b.Status, b.Body)
			}
		}
	}
}

// TestLaterStaff: a token that a resident made stays a resident's, also when they
// begin to work for the city; and one made before a lost factor was reset is over.
func TestLaterStaff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := accountstest.Resident(t, b.Pool)
	early := b.personal(t, person, accounts.ScopeRead, accounts.ScopeOwnRead)
	r, _ := b.Create(t)
	b.hide(t, r.Number)
	path := "/reports/" + r.Number.Format(subject.PrefixReport)
	b.grant(t, person, subject.Caseworker, lamps)
	b.do(t, sent{method: "GET", path: path, bearer: early}).want(404)
	late := b.personal(t, b.renewed(t, person), accounts.ScopeRead)
	b.do(t, sent{method: "GET", path: path, bearer: late}).want(200)
	admin := accountstest.Admin(t, b.Pool)
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) error { return accounts.ResetFactors(t.Context(), tx, admin, person.Person) })
	b.do(t, sent{method: "GET", path: path, bearer: late}).want(401)
}

// TestFresh: own data leave only soon after the token was made.
func TestFresh(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := accountstest.Resident(t, b.Pool)
	token := b.personal(t, person, accounts.ScopeOwnRead, accounts.ScopeOwnWrite)
	b.do(t, sent{method: "GET", path: "/me/export", bearer: token}).want(200)
	_, err := b.Pool.Exec(t.Context(), `UPDATE api_tokens SET created_at = created_at - interval '11 minutes' WHERE person_id = $1`, person.Person)
	must(t, err)
	for _, s := range []sent{{method: "GET", path: "/me/export"}, {method: "POST", path: "/me/erasure"}} {
		s.bearer = token
		if p := b.do(t, s).want(401).problem(); p.Code != "err.fresh" {
			t.Errorf("%+v", p)
		}
	}
	_, err = b.Pool.Exec(t.Context(), `UPDATE sessions SET created_at = created_at - interval '11 minutes' WHERE person_id = $1`, person.Person)
	must(t, err)
	err = func() error {
		tx, err := b.Pool.Begin(t.Context())
		must(t, err)
		defer func() { _ = tx.Rollback(t.Context()) }()
		_, _, err = accounts.CreatePersonalToken(t.Context(), tx, person, accounts.APIToken{Name: "Test", Scopes: []accounts.Scope{accounts.ScopeOwnRead}}, time.Hour)
		return err
	}()
	if err == nil {
		t.Error("a token for own data was made in an old session")
	}
}
