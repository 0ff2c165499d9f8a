package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
)

// buffer takes the log of all goroutines.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.buf.Bytes())
}

// secret is something that stands nowhere: only those it is for may see it.
type secret struct {
	value  string
	owners []uuid.UUID
}

// town is the whole product with people in it.
type town struct {
	t      testing.TB
	app    *App
	pool   *pgxpool.Pool
	server *httptest.Server
	folder string
	log    *buffer

	viewers []*viewer
	by      map[string]*viewer
	actors  map[string]accounts.Actor
	secrets map[string]secret
	params  map[string][]string // what fills a route's parameter
	numbers map[string]subject.Number
	sockets map[string]*listener
}

const base = "http://127.0.0.1:8080"

// product is what start makes: the App, its database, its log, the folder of its files.
type product struct {
	*App

	pool   *pgxpool.Pool
	log    *buffer
	folder string
}

// startWith is start with other sign-ins (MITWIRK_OIDC_PROVIDERS).
func startWith(t testing.TB, work bool, signIns ...string) product {
	t.Helper()
	return start(t, work, func(c *Config) { c.Settings.OIDCProviders = signIns })
}

// start makes the product on a database of the test's own, with a catalogue.
func start(t testing.TB, work bool, change ...func(*Config)) product {
	t.Helper()
	pool, err := db.Open(context.Background(), db.Config{URL: dbtest.DB(t).Config().ConnString(), MaxConns: 16, AppName: "mitwirk canary"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	log, folder := &buffer{}, filepath.Join(t.TempDir(), "files")
	rules := []string{"report", "upload", "signin", "code", "post", "visit", "link", "file"}
	for i := range rules {
		rules[i] += "=1000000/1m"
	}
	cfg := Config{
		Settings: config.Settings{
			Store:  config.Store{FilesURL: "file://" + folder},
			Server: config.Server{Addr: "127.0.0.1:8080", BaseURL: base, Timezone: "Europe/Berlin", CityName: "Vogelstadt", Limits: rules, TrustedProxies: []string{"192.0.2.1"}},
		},
		Pool: pool, Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Work: work,
	}
	for _, f := range change {
		f(&cfg)
	}
	a, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := categories.Parse(demo.Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.categories.Import(t.Context(), accounts.System, parsed); err != nil {
		t.Fatal(err)
	}
	if err := a.categories.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		defer stop()
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return product{App: a, pool: pool, log: log, folder: folder}
}

func newTown(t testing.TB) *town {
	t.Helper()
	c := &town{
		t: t, by: map[string]*viewer{}, actors: map[string]accounts.Actor{}, secrets: map[string]secret{}, params: map[string][]string{},
		numbers: map[string]subject.Number{}, sockets: map[string]*listener{},
	}
	p := start(t, true)
	c.app, c.pool, c.log, c.folder = p.App, p.pool, p.log, p.folder
	c.server = httptest.NewServer(c.app.Handler())
	t.Cleanup(c.server.Close)

	c.join("anonymous", "", "")
	c.join("owner", "", "")
	c.join("owner by code", "", "")
	c.join("other resident", "", "")
	c.join("admin", subject.Admin, "")
	c.join("clerk in charge", subject.Caseworker, "bau-lic")
	c.join("clerk elsewhere", subject.Caseworker, "awm")
	c.join("team lead elsewhere", subject.TeamLead, "rku")
	c.join("moderator", subject.Moderator, "")
	c.join("member of the firm", "", "")
	c.system()
	// who acts, but is never asked for: their ids stand in columns of their own
	c.person("first decider", subject.TeamLead, "bau-lic")
	c.person("second decider", subject.TeamLead, "bau-lic")
	c.person("assigned", subject.Caseworker, "bau-lic")
	c.person("merger", subject.Caseworker, "bau-lic")
	c.person("editor", subject.Admin, "")
	return c
}

func (c *town) do(fn func(tx pgx.Tx) error) {
	c.t.Helper()
	if err := pgx.BeginFunc(c.t.Context(), c.pool, fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c *town) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *town) exec(sql string, args ...any) {
	c.t.Helper()
	tag, err := c.pool.Exec(c.t.Context(), sql, args...)
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	if tag.RowsAffected() == 0 {
		c.t.Fatalf("%s: no row", sql)
	}
}

// person makes somebody with a session: a visitor, a resident or staff.
func (c *town) person(name string, role subject.Role, department string) (token string) {
	c.t.Helper()
	ctx := c.t.Context()
	var a accounts.Actor
	c.do(func(tx pgx.Tx) error {
		if name == "owner by code" {
			var err error
			token, _, a, err = accounts.NewVisitor(ctx, tx, "de")
			return err
		}
		person, err := accounts.NewPerson(ctx, tx, accounts.L1, "de")
		if err != nil {
			return err
		}
		slug := strings.ReplaceAll(name, " ", "")
		if _, _, err := accounts.OwnContact(ctx, tx, accounts.System, person, "kanarimail"+slug+"0@beispiel.example"); err != nil {
			return err
		}
		if role != "" {
			var limits []accounts.GrantLimit
			if department != "" {
				d, err := accounts.DepartmentByKey(ctx, tx, department)
				if err != nil {
					return err
				}
				limits = append(limits, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: d.ID.String()})
			}
			if err := accounts.GrantRole(ctx, tx, accounts.System, person, role, limits...); err != nil {
				return err
			}
		} else if err := accounts.SetPseudonym(ctx, tx, accounts.System, person, "kanariname"+slug+"0"); err != nil {
			return err
		}
		token, _, a, err = accounts.StartSession(ctx, tx, person, accounts.ByPasskey)
		return err
	})
	c.actors[name] = a
	c.secrets["session of "+name] = secret{value: token}
	return token
}

// join makes a viewer with an address of their own.
func (c *town) join(name string, role subject.Role, department string) {
	c.t.Helper()
	v := &viewer{name: name, remote: fmt.Sprintf("198.51.100.%d", 201+len(c.viewers))}
	if name != "anonymous" {
		v.session = c.person(name, role, department)
		a := c.actors[name]
		v.person, v.roles, v.departments = a.Person, a.Roles, a.Departments
	}
	c.secrets["network address of "+name] = secret{value: v.remote}
	c.viewers, c.by[name] = append(c.viewers, v), v
}

// system makes a viewer that is another program with a token to read.
func (c *town) system() {
	c.t.Helper()
	v := &viewer{name: "another system", remote: "198.51.100.199"}
	c.do(func(tx pgx.Tx) error {
		token, made, err := accounts.CreateAPIToken(c.t.Context(), tx, accounts.System, accounts.APIToken{Name: "Rufsystem", Scopes: []accounts.Scope{accounts.ScopeRead}}, 24*time.Hour)
		v.bearer, v.person = token, made.Person
		c.secrets["token of another system"] = secret{value: token}
		return err
	})
	c.viewers, c.by[v.name] = append(c.viewers, v), v
}

// photo is a JPEG with somebody's words behind its first marker.
func photo(t testing.TB, words string, shade uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range 64 * 48 {
		img.Set(i%64, i/64, color.RGBA{R: shade, G: uint8(i), B: uint8(i / 64), A: 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	comment := append([]byte{0xff, 0xfe, byte((len(words) + 2) >> 8), byte(len(words) + 2)}, words...)
	return append(append(bytes.Clone(raw[:2]), comment...), raw[2:]...)
}

// report sends one as a person, with a photo where alt is given.
func (c *town) report(name, who string, sub reports.Submission, alt string) subject.Number {
	c.t.Helper()
	ctx, actor := c.t.Context(), c.actors[who]
	sub.Draft, sub.Lang, sub.Channel = subject.NewID(), "de", "web"
	c.do(func(tx pgx.Tx) error {
		_, err := drafts.Create(ctx, tx, actor, sub.Draft, "report", drafts.Body{"text": []byte(`"kanaridraft` + fmt.Sprint(len(c.numbers)) + `x0"`)})
		return err
	})
	if alt != "" {
		_, err := c.app.photos.Upload(ctx, actor, sub.Draft, bytes.NewReader(photo(c.t, "kanariexif0", uint8(40*len(c.numbers)))), alt)
		c.must(err)
	}
	r, err := c.app.reports.Submit(ctx, actor, sub)
	if err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	c.numbers[name] = r.Number
	c.secrets["access code of "+name] = secret{value: r.Code, owners: []uuid.UUID{actor.Person}}
	c.params["draft"] = append(c.params["draft"], sub.Draft.String())
	return r.Number
}

func (c *town) status(who, name string, ch reports.Change) {
	c.t.Helper()
	if err := c.app.reports.SetStatus(c.t.Context(), c.actors[who], c.numbers[name], ch); err != nil {
		c.t.Fatalf("%s: %s: %v", name, ch.To, err)
	}
}

func (c *town) category(question string) *categories.Category {
	c.t.Helper()
	cat, err := c.app.categories.Catalogue(c.t.Context())
	c.must(err)
	for i := range cat.Categories {
		for _, q := range cat.Categories[i].Questions {
			if q.Key == question {
				return &cat.Categories[i]
			}
		}
	}
	c.t.Fatalf("no category asks %q any more: choose another one for the canary", question)
	return nil
}

// tell is what happens in the city: everything that people can write somewhere
// is written, and each text is a sign.
func (c *town) tell() {
	t, ctx, r := c.t, c.t.Context(), c.app.reports
	later := time.Now().AddDate(0, 0, 20) // a deadline that lies ahead
	at := func(dx, dy float64, street string, note string) reports.Place {
		return reports.Place{Point: subject.Point{Lon: 11.571357 + dx, Lat: 48.137531 + dy}, Address: street, Note: note}
	}
	file, err := geo.ReadObjects(strings.NewReader("number,lon,lat,place\nL 7,11.572468,48.138642,Vogelweg\n"), "lamp")
	c.must(err)
	_, err = c.app.geo.ImportObjects(ctx, file, false, nil)
	c.must(err)

	lamp := func(text string, place reports.Place) reports.Submission {
		return reports.Submission{Category: "laterne", Text: text, Place: place, Answers: categories.Answers{"art": {"eine"}, "mast": {"kanarianswerheld0"}}}
	}
	held := lamp("Dunkel: kanaritextheld0.", at(0, 0, "Kanarigasse0 7", "kanarinoteheld0"))
	held.Mail = "kanaricontactheld0@beispiel.example"
	c.report("held", "owner", held, "kanarialtheld0")
	shown := lamp("Dunkel: kanaritextshown0 kanaritextcovered0.", at(0.002, 0.001, "Kanariweg0 3", "kanarinoteshown0"))
	shown.Answers["mast"] = []string{"kanarianswershown0"}
	shown.Mail = "kanaricontactshown0@beispiel.example"
	c.report("shown", "owner", shown, "kanarialtshown0")
	never := reports.Submission{Category: c.category("kz").Key, Text: "kanaritextnever0", Place: at(0.004, 0.002, "Kanariplatz0 1", "kanarinotenever0"), Answers: categories.Answers{"was": {"ohne"}, "kz": {"kanarikz0"}}}
	c.report("never", "owner", never, "kanarialtnever0")
	private := reports.Submission{Category: "laerm", Text: "kanaritextprivate0", Place: at(0.012345, 0.006789, "Kanaristill0 9", "kanarinoteprivate0"), Answers: categories.Answers{"wann": {"kanariwann0"}}}
	c.report("private", "owner", private, "")
	c.report("double", "other resident", lamp("kanaritextdouble0", at(0.002, 0.001, "Kanariweg0 3", "kanarinotedouble0")), "")
	c.report("refused", "owner", lamp("kanaritextrefused0", at(0.006, 0.003, "Kanaribogen0 5", "")), "")
	c.exec(`UPDATE hold_rules SET scope = 'whole' WHERE kind = 'link'`)
	c.report("hidden", "owner", lamp("kanaritexthidden0: https://beispiel.example/x", at(0.008, 0.004, "Kanarihof0 2", "kanarinotehidden0")), "kanarialthidden0")
	c.hide("hidden") // before anybody could read it

	c.confirm()
	c.openByCode()

	// release with a part covered, in text and photo
	v, err := r.Get(ctx, c.actors["clerk in charge"], c.numbers["shown"])
	c.must(err)
	photos := map[uuid.UUID]bool{}
	for _, p := range v.Photos {
		photos[p.ID] = true
		c.do(func(tx pgx.Tx) error {
			_, err := c.app.photos.Redact(ctx, tx, c.actors["merger"], p.ID, []attachments.Rect{{X: 0.1, Y: 0.1, W: 0.3, H: 0.3}})
			return err
		})
	}
	c.must(r.Release(ctx, c.actors["clerk in charge"], c.numbers["shown"], reports.Release{
		TextState: reports.TextReleased, TextPublic: "Dunkel: kanaritextshown0 …", Photos: photos, Reason: "kanariauditreason0",
	}))
	c.must(r.AddStep(ctx, c.actors["clerk in charge"], c.numbers["shown"], reports.Step{Kind: reports.StepVisited, Reason: "kanaripublicreason0"}))
	_, err = r.MeToo(ctx, c.actors["other resident"], c.numbers["shown"], true)
	c.must(err)
	c.must(r.Follow(ctx, c.actors["other resident"], c.numbers["shown"], "kanarimailotherresident0@beispiel.example", "de"))
	c.must(r.Hint(ctx, c.actors["other resident"], c.numbers["shown"], true))

	// the dialogue about what is held
	c.status("clerk in charge", "held", reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "kanariquestion0?", Until: &later}})
	c.must(r.Answer(ctx, c.actors["owner"], c.numbers["held"], "kanarianswer0"))
	c.must(r.Add(ctx, c.actors["owner"], c.numbers["held"], "kanariaddition0"))

	// another one joins, one is refused and objected to
	c.status("merger", "double", reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: c.numbers["shown"]}})
	c.status("first decider", "refused", reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "kanarirefusal0"}})
	c.must(r.Object(ctx, c.actors["owner"], c.numbers["refused"], "kanariobjection0"))
	c.must(r.DecideObjection(ctx, c.actors["second decider"], c.numbers["refused"], false, "kanaridecision0"))

	c.talk()
	c.casework()
	c.admin()
	c.moderation()
	c.desk()
	c.signIn()
	c.organisations()
	c.complained()
	c.proposed()
	c.competed()
	c.practice()
	c.radar()
	c.notices()
	c.comments()
	c.begun()
	c.site()
	if _, err := c.app.accounts.NewVisitorToken(ctx, "kanari-key-kanari-key", "de"); err != nil {
		t.Fatal(err)
	}
	// the last thing that everybody hears of
	c.status("clerk in charge", "shown", reports.Change{To: reports.InProgress})

	for name, n := range c.numbers {
		_ = name
		c.params["number"] = append(c.params["number"], n.Format(subject.PrefixReport))
	}
}

var confirmLink = regexp.MustCompile(`/confirm/[^"\\ ]+`)

// confirm presses the button of the mails that ask for it.
func (c *town) confirm() {
	c.t.Helper()
	rows, err := c.pool.Query(c.t.Context(), "SELECT content::text FROM mails WHERE content::text LIKE '%/confirm/%'")
	c.must(err)
	mails, err := pgx.CollectRows(rows, pgx.RowTo[string])
	c.must(err)
	if len(mails) == 0 {
		c.t.Fatal("no mail asks for a confirmation")
	}
	for _, m := range mails {
		path := confirmLink.FindString(m)
		c.secrets["token of a link "+path[len(path)-4:]] = secret{value: path[len("/confirm/"):], owners: []uuid.UUID{c.actors["owner"].Person}}
		if a := c.post(c.by["anonymous"], path, nil); a.Code >= 400 {
			c.t.Fatalf("%s: %d", "/confirm/…", a.Code)
		}
	}
}

// openByCode lets somebody with number and code in.
func (c *town) openByCode() {
	c.t.Helper()
	code := c.secrets["access code of held"]
	c.by["owner by code"].code = code.value
	a := c.actors["owner by code"]
	_, err := c.app.reports.OpenByCode(c.t.Context(), a, c.numbers["held"].Format(subject.PrefixReport), code.value)
	c.must(err)
	_, err = c.app.reports.OpenByCode(c.t.Context(), a, c.numbers["private"].Format(subject.PrefixReport), c.secrets["access code of private"].value)
	c.must(err)
	// wrong tries leave their traces too
	c.post(c.by["other resident"], "/reports/open", map[string]string{"number": c.numbers["held"].Format(subject.PrefixReport), "code": "KANA-RIWR-ONG0"})
}

// begun is a draft that is not sent, on its way to another device.
func (c *town) begun() {
	c.t.Helper()
	ctx, actor, id := c.t.Context(), c.actors["owner"], subject.NewID()
	c.do(func(tx pgx.Tx) error {
		if _, err := drafts.Create(ctx, tx, actor, id, "report", drafts.Body{"text": []byte(`"kanariunsentold0"`), "category": []byte(`"laterne"`)}); err != nil {
			return err
		}
		h, err := drafts.HandOver(ctx, tx, actor, id)
		c.secrets["link to another device"] = secret{value: h.Token}
		return err
	})
	_, err := c.pool.Exec(ctx, `UPDATE drafts SET body = '{"text": "kanariunsent0", "category": "laterne", "mail": "kanariunsentmail0@beispiel.example",
	"note": "kanariunsentnote0", "lon": 11.577777, "lat": 48.131111, "label": "Kanariunsentweg0 1", "source": "map", "sure": true,
	"answers": {"laterne": {"art": ["eine"], "mast": ["kanariunsentanswer0"]}}}', past = '[{"version": 1, "old": {"text": "kanariunsentold0"}}]' WHERE id = $1`, id)
	c.must(err)
	_, err = c.app.photos.Upload(ctx, actor, id, bytes.NewReader(photo(c.t, "kanariexif0", 9)), "kanarialtunsent0")
	c.must(err)
	c.params["draft"] = append(c.params["draft"], id.String())
}

// site is what editors and people who met a barrier leave.
func (c *town) site() {
	c.t.Helper()
	ctx, editor := c.t.Context(), c.actors["editor"]
	now := time.Now()
	c.must(c.app.site.PutMessage(ctx, editor, site.Message{Kind: site.Info, Text: i18n.Text{"de": "Heute Sturm.", "en": "Storm today."}, From: now.Add(-time.Hour), To: now.Add(time.Hour)}))
	c.must(c.app.site.SetText(ctx, editor, "page.impressum", "de", "Stadt der Vögel"))
	place := site.DefaultCity()
	place.Name = i18n.Text{"de": "Vogelstadt", "en": "Bird City"}
	c.must(c.app.site.SetCity(ctx, editor, place))
	n, err := c.app.site.ReportBarrier(ctx, site.Barrier{ID: subject.NewID(), Page: "/map", Text: "kanaribarrier0", Contact: "kanaribarriercontact0@beispiel.example", Lang: "de"})
	c.must(err)
	c.must(c.app.site.FinishBarrier(ctx, editor, n, true))
	c.must(c.app.site.Feedback(ctx, "/map", "de", true))
	c.params["barrier"] = []string{n.Format(site.PrefixBarrier)}
}

// mark sets what use can't: times that are like no other, and columns for
// which there is no page yet.
func (c *town) mark() {
	c.t.Helper()
	assigned := c.actors["assigned"].Person
	_, err := c.app.reports.Here(c.t.Context(), c.actors["clerk in charge"], c.numbers["held"]) // it lasts a minute only
	c.must(err)
	c.exec(`UPDATE cases SET person_id = $1 WHERE department_id = (SELECT id FROM departments WHERE key = 'bau-lic')`, assigned)
	c.exec(`UPDATE contacts SET confirmed_at = '2031-02-03 12:00Z' WHERE person_id = $1`, c.actors["owner"].Person)
	c.exec(`UPDATE contacts SET stopped_at = '2031-03-04 12:00Z' WHERE address = 'kanaricontactshown0@beispiel.example'`)
	c.exec(`UPDATE sessions SET created_at = '2031-04-05 12:00Z', seen_at = '2031-05-06 12:00Z' WHERE person_id = $1`, c.actors["owner"].Person)
	c.exec(`UPDATE one_time_tokens SET used_at = '2031-06-07 12:00Z' WHERE token_hash = (SELECT token_hash FROM one_time_tokens LIMIT 1)`)
	c.exec(`UPDATE one_time_tokens SET person_id = $1 WHERE person_id IS NULL AND token_hash = (SELECT token_hash FROM one_time_tokens WHERE person_id IS NULL LIMIT 1)`, c.actors["owner"].Person)
	c.exec(`UPDATE role_grants SET granted_by = $1, granted_at = '2031-07-08 12:00Z'`, c.actors["editor"].Person)
	c.exec(`INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, anchor) VALUES (gen_random_uuid(), 'person', $1, 'search', '{"q": "kanarifollow0"}', '\x00', 'kanarifollow0')`, c.actors["other resident"].Person)
}
