package reports_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// to gives the mails to a contact.
func (b *box) to(contact uuid.UUID) (list []mail.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.mails {
		if m.ToContact == contact {
			list = append(list, m)
		}
	}
	return list
}

type noticed struct {
	*reportstest.City
	n   *notify.Service
	box *box
	loc *i18n.Localizer
	cfg notify.Config
}

// over is the same service on another pool.
func (c noticed) over(t *testing.T, pool *pgxpool.Pool) *notify.Service {
	t.Helper()
	cfg := c.cfg
	cfg.DB = pool
	b := eventstest.New(t, pool)
	cfg.Bus, cfg.Jobs = b.Bus, b.Jobs
	n, err := notify.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func withNotices(t *testing.T, edit ...func(*notify.Config)) noticed {
	t.Helper()
	c := reportstest.New(t)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	messages, err := i18n.New(zone)
	if err != nil {
		t.Fatal(err)
	}
	b := &box{}
	cfg := notify.Config{
		DB: c.Pool, Bus: c.Events.Bus, Jobs: c.Events.Jobs, Outbox: b, Messages: messages, BaseURL: "https://mitwirk.example", Zone: zone,
		Domains: map[subject.Kind]notify.Domain{subject.Report: c.Reports.Noticed()},
	}
	for _, f := range edit {
		f(&cfg)
	}
	n, err := notify.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	post, err := reports.NewPost(reports.PostConfig{Outbox: b, Messages: messages, BaseURL: "https://mitwirk.example"})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.SubscribeMails(post)
	c.Reports.UseNotices(n)
	return noticed{c, n, b, messages.For("de"), cfg}
}

func (c noticed) follow(t *testing.T, f follows.AreaFollow) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	f.Lang = "de"
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) (err error) {
		id, err = follows.FollowArea(t.Context(), tx, f)
		return err
	})
	return id
}

func (c noticed) inbox(t *testing.T, who accounts.Actor, want int) []notify.Notice {
	t.Helper()
	p, err := c.n.Inbox(t.Context(), who, c.loc, uuid.Nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Notices) != want {
		t.Fatalf("%d notices, want %d: %+v", len(p.Notices), want, p.Notices)
	}
	return p.Notices
}

func (c noticed) unread(t *testing.T, who accounts.Actor, want int) {
	t.Helper()
	if n, err := c.n.Unread(t.Context(), who.Viewer()); err != nil || n != want {
		t.Errorf("%d unread, want %d, %v", n, want, err)
	}
}

func (c noticed) address(t *testing.T, who accounts.Actor) uuid.UUID {
	t.Helper()
	list, err := accounts.ContactsOf(t.Context(), c.Pool, who.Person)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	return list[0].ID
}

// A new report reaches those whose area it lies in, once, however often its jobs
// run; those beside it, its own author and unconfirmed addresses hear nothing.
func TestAlertsReachOnce(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	near, far, author := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	at := reportstest.Marienplatz
	beside := subject.Point{Lon: at.Lon + 0.1, Lat: at.Lat}
	for _, who := range []accounts.Actor{near, author} {
		c.follow(t, follows.AreaFollow{Area: follows.Area{Centre: &at, Radius: 200}, Kind: follows.Person, Owner: who.Person, Cadence: follows.Each})
	}
	c.follow(t, follows.AreaFollow{Area: follows.Area{}, Kind: follows.Person, Owner: near.Person, Cadence: follows.Daily}) // two reasons, one notice
	c.follow(t, follows.AreaFollow{Area: follows.Area{Centre: &beside, Radius: 200}, Kind: follows.Person, Owner: far.Person, Cadence: follows.Each})
	var open uuid.UUID
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) (err error) {
		open, err = accounts.AddContact(t.Context(), tx, accounts.Actor{}, accountstest.Address())
		return err
	})
	c.follow(t, follows.AreaFollow{Kind: follows.Contact, Owner: open, Cadence: follows.Each})

	r, err := c.Reports.Submit(t.Context(), author, reportstest.Submission())
	if err != nil {
		t.Fatal(err)
	}
	c.Events.Work(t)
	got := c.inbox(t, near, 1)
	if got[0].What != notify.Arrived || got[0].Kind != notify.Area || got[0].Card.Path != "/reports/"+r.Number.Format(subject.PrefixReport) {
		t.Errorf("%+v", got[0])
	}
	c.inbox(t, far, 0)
	c.inbox(t, author, 0)
	mails := c.box.to(c.address(t, near))
	if len(mails) != 1 || mails[0].StopURL == "" || mails[0].About.ID != r.Report {
		t.Fatalf("%+v", mails)
	}
	if len(c.box.to(open)) != 0 || len(c.box.to(c.address(t, far))) != 0 || len(c.box.to(c.address(t, author))) != 0 {
		t.Error("mailed to those it is not for")
	}
	// the same event once more, and the same report released
	for _, event := range []int64{1 << 40, 1 << 41} {
		place := &follows.Thing{Point: at, News: follows.New, Before: time.Now().Add(time.Hour)}
		for range 2 {
			if err := c.n.Tell(t.Context(), notify.News{Event: event, At: time.Now(), About: subject.Ref{Kind: subject.Report, ID: r.Report}, What: notify.Arrived, Place: place}); err != nil {
				t.Fatal(err)
			}
			if err := c.n.SendDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.Events.Work(t)
	c.inbox(t, near, 1)
	if n := len(c.box.to(c.address(t, near))); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// What happens to a report reaches its owner and its followers; what was read is
// read once, by nobody else; what was hidden is gone from inbox and count at once.
func TestInboxReadAndHidden(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	author, fan, other := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	r, err := c.Reports.Submit(t.Context(), author, reportstest.Submission())
	if err != nil {
		t.Fatal(err)
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		return follows.Subject(t.Context(), tx, follows.Person, fan.Person, subject.Ref{Kind: subject.Report, ID: r.Report}, "de")
	})
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), r.Number, reports.Change{To: reports.InReview}); err != nil {
		t.Fatal(err)
	}
	c.Events.Work(t)
	later(t, c.City)
	mine := c.inbox(t, author, 1)
	if mine[0].Kind != notify.Own || mine[0].Says == "" || strings.Contains(mine[0].Says, "status.") {
		t.Errorf("%+v", mine[0])
	}
	theirs := c.inbox(t, fan, 1)
	c.inbox(t, other, 0)
	c.unread(t, fan, 1)

	read := func(who accounts.Actor) (err error) {
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			err = c.n.MarkRead(t.Context(), tx, who, theirs[0].ID)
			return nil
		})
		return err
	}
	for _, who := range []accounts.Actor{other, author, {}} {
		if err := read(who); !fault.Is(err, fault.NotFound) {
			t.Errorf("reads another's notice: %v", err)
		}
	}
	changed := func(viewer subject.Viewer) int {
		t.Helper()
		list, err := c.n.Live(t.Context(), viewer, events.Envelope{Type: notify.Changed{}.EventType(), Ref: subject.Ref{ID: theirs[0].ID}})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	for range 2 {
		if err := read(fan); err != nil {
			t.Fatal(err)
		}
	}
	c.unread(t, fan, 0)
	if changed(fan.Viewer()) != 1 || changed(other.Viewer()) != 0 || changed(subject.Viewer{}) != 0 {
		t.Error("the wrong people hear of it")
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE reports SET visibility = 'hidden' WHERE id = $1`, r.Report); err != nil {
		t.Fatal(err)
	}
	c.inbox(t, fan, 0)
	if _, err := c.Pool.Exec(t.Context(), `UPDATE reports SET visibility = 'erased' WHERE id = $1`, r.Report); err != nil {
		t.Fatal(err)
	}
	c.inbox(t, author, 0)
	c.unread(t, author, 0)
}

// A digest goes out once, however many workers want to send it, in the order of
// what happened, without what was hidden since; and one click ends it.
func TestDigestOnce(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Daily})
	var numbers []string
	for range 3 {
		r, _ := c.Create(t)
		numbers = append(numbers, r.Number.Format(subject.PrefixReport))
	}
	c.Events.Work(t)
	to := c.address(t, reader)
	if n := len(c.box.to(to)); n != 0 {
		t.Fatalf("%d mails before their time", n)
	}
	for _, sql := range []string{
		`UPDATE deliveries SET due_at = mitwirk_now() - interval '1 minute'`,
		`UPDATE reports SET visibility = 'hidden' WHERE id = (SELECT subject_id FROM deliveries ORDER BY at LIMIT 1)`,
	} {
		if _, err := c.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := c.n.SendDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	mails := c.box.to(to)
	if len(mails) != 1 {
		t.Fatalf("%d mails, want 1", len(mails))
	}
	var text string
	for _, p := range mails[0].Parts {
		text += p.Text + "\n"
	}
	if strings.Contains(text, numbers[0]) || !strings.Contains(text, numbers[1]) || strings.Index(text, numbers[1]) > strings.Index(text, numbers[2]) {
		t.Errorf("digest of %v:\n%s", numbers, text)
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return notify.StopDigests(t.Context(), tx, to) })
	list, err := follows.Areas(t.Context(), c.Pool, follows.Person, reader.Person)
	if err != nil || len(list) != 1 || list[0].Cadence != follows.Never {
		t.Errorf("%+v, %v", list, err)
	}
}

// Whoever wants news once a day gets no mail at once, and whoever wants none gets
// none; others do.
func TestWishesHoldMails(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	for _, test := range []struct {
		cadence follows.Cadence
		mails   int
		waiting int
	}{{follows.Each, 1, 0}, {follows.Daily, 0, 1}, {follows.Never, 0, 0}} {
		reader := accountstest.Resident(t, c.Pool)
		to := c.address(t, reader)
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			return c.n.SetWishes(t.Context(), tx, reader, notify.Wishes{Own: follows.Each, Followed: test.cadence})
		})
		r, _ := c.Create(t)
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			return follows.Subject(t.Context(), tx, follows.Contact, to, subject.Ref{Kind: subject.Report, ID: r.Report}, "de")
		})
		if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), r.Number, reports.Change{To: reports.InReview}); err != nil {
			t.Fatal(err)
		}
		c.Events.Work(t)
		later(t, c.City)
		var waiting int
		if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM deliveries WHERE contact_id = $1 AND state = 'waiting'`, to).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if n := len(c.box.to(to)); n != test.mails || waiting != test.waiting {
			t.Errorf("%s: %d mails and %d waiting, want %d and %d", test.cadence, n, waiting, test.mails, test.waiting)
		}
		c.inbox(t, reader, 1)
	}
}
