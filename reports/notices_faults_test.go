package reports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

func (c noticed) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := c.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// due makes what waits for its time be due, and mails it.
func (c noticed) due(t *testing.T) {
	t.Helper()
	c.exec(t, `UPDATE deliveries SET due_at = mitwirk_now() - interval '1 minute' WHERE state = 'waiting'`)
	if err := c.n.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// typed makes a contact of an address, confirmed where that is said.
func (c noticed) typed(t *testing.T, address string, confirmed bool) (id uuid.UUID) {
	t.Helper()
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) (err error) {
		if id, err = accounts.AddContact(t.Context(), tx, accounts.Actor{}, address); err == nil && confirmed {
			_, err = accounts.ConfirmContact(t.Context(), tx, id)
		}
		return err
	})
	return id
}

func (c noticed) set(t *testing.T, n subject.Number, list ...reports.Change) {
	t.Helper()
	clerk := c.Clerk(t, "bau-lic")
	for _, ch := range list {
		if err := c.Reports.SetStatus(t.Context(), clerk, n, ch); err != nil {
			t.Fatal(err)
		}
	}
	c.Events.Work(t)
	later(t, c.City)
}

func solved() []reports.Change {
	return []reports.Change{
		{To: reports.InReview},
		{To: reports.InProgress},
		{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Die Laterne brennt wieder.", SeenBy: "crew"}},
	}
}

// What moderation lets through or brings back is new to those whose area it lies in.
func TestAlertsAfterModeration(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Each})
	r, _ := c.Create(t)
	c.exec(t, `UPDATE reports SET visibility = 'held' WHERE id = $1`, r.Report) // before any job ran
	c.Events.Work(t)
	c.inbox(t, reader, 0)
	whole := subject.Part{Ref: subject.Ref{Kind: subject.Report, ID: r.Report}, Part: subject.Whole}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return c.Reports.Moderated().Publish(t.Context(), tx, whole) })
	c.Events.Work(t)
	c.inbox(t, reader, 1)
	if n := len(c.box.to(c.address(t, reader))); n != 1 {
		t.Errorf("%d mails after the release", n)
	}
	for _, step := range []func(context.Context, pgx.Tx, subject.Part) error{c.Reports.Moderated().Hide, c.Reports.Moderated().Restore} {
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return step(t.Context(), tx, whole) })
		c.Events.Work(t)
	}
	c.inbox(t, reader, 1)
	if n := len(c.box.to(c.address(t, reader))); n != 1 {
		t.Errorf("%d mails after it came back", n)
	}
}

// An old report whose text changes is no new one, also when nobody remembers any
// more that it was told.
func TestOldIsNotNew(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Each})
	r, _ := c.Create(t)
	c.exec(t, `UPDATE follows SET created_at = created_at - interval '1 year'`)
	for days, want := range map[int]int{149: 1, 151: 0} {
		c.exec(t, `DELETE FROM notices`)
		c.exec(t, `UPDATE reports SET created_at = mitwirk_now() - make_interval(days => $2) WHERE id = $1`, r.Report, days)
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return c.Events.Bus.Append(t.Context(), tx, reports.Released{Report: r.Report}) })
		c.Events.Work(t)
		c.inbox(t, reader, want)
	}
}

// What waits to be mailed is not mailed after the wish for it has ended.
func TestEndedWishesMailNothing(t *testing.T) {
	t.Parallel()
	ref := func(r reports.Receipt) subject.Ref { return subject.Ref{Kind: subject.Report, ID: r.Report} }
	for name, end := range map[string]func(ctx context.Context, c noticed, tx pgx.Tx, who accounts.Actor, contact, area uuid.UUID, r reports.Receipt) error{
		"link of an area": func(ctx context.Context, _ noticed, tx pgx.Tx, _ accounts.Actor, _, area uuid.UUID, _ reports.Receipt) error {
			return follows.StopArea(ctx, tx, area)
		},
		"area, never": func(ctx context.Context, _ noticed, tx pgx.Tx, who accounts.Actor, _, area uuid.UUID, _ reports.Receipt) error {
			return follows.SetCadence(ctx, tx, follows.Person, who.Person, area, follows.Never)
		},
		"area, ended": func(ctx context.Context, _ noticed, tx pgx.Tx, who accounts.Actor, _, area uuid.UUID, _ reports.Receipt) error {
			return follows.EndArea(ctx, tx, follows.Person, who.Person, area)
		},
		"followed, never": func(ctx context.Context, c noticed, tx pgx.Tx, who accounts.Actor, _, _ uuid.UUID, _ reports.Receipt) error {
			return c.n.SetWishes(ctx, tx, who, notify.Wishes{Own: follows.Daily, Followed: follows.Never})
		},
		"report, ended": func(ctx context.Context, _ noticed, tx pgx.Tx, _ accounts.Actor, contact, _ uuid.UUID, r reports.Receipt) error {
			return follows.Unfollow(ctx, tx, follows.Contact, contact, ref(r))
		},
		"": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := withNotices(t)
			reader := accountstest.Resident(t, c.Pool)
			contact, area := c.address(t, reader), uuid.Nil
			if strings.HasPrefix(name, "area") || strings.HasSuffix(name, "area") {
				area = c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Daily})
			}
			r, _ := c.Create(t)
			if area == uuid.Nil {
				accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
					if err := c.n.SetWishes(t.Context(), tx, reader, notify.Wishes{Own: follows.Daily, Followed: follows.Daily}); err != nil {
						return err
					}
					return follows.Subject(t.Context(), tx, follows.Contact, contact, ref(r), "de")
				})
				c.set(t, r.Number, reports.Change{To: reports.InReview})
			}
			c.Events.Work(t)
			want := 1
			if end != nil {
				want = 0
				accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return end(t.Context(), c, tx, reader, contact, area, r) })
			}
			c.due(t)
			if n := len(c.box.to(contact)); n != want {
				t.Errorf("%d mails, want %d", n, want)
			}
		})
	}
}

// Whoever follows a report and its place gets one mail of an event, and two entries
// in no inbox; whoever wants no mails about reports gets that of the place.
func TestOneEventOneMail(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	for followed, kind := range map[follows.Cadence]string{follows.Each: "report.status", follows.Never: "notice.area"} {
		reader := accountstest.Resident(t, c.Pool)
		contact := c.address(t, reader)
		c.follow(t, follows.AreaFollow{Area: follows.Area{News: follows.Done}, Kind: follows.Person, Owner: reader.Person, Cadence: follows.Each})
		r, _ := c.Create(t)
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			if err := c.n.SetWishes(t.Context(), tx, reader, notify.Wishes{Own: follows.Each, Followed: followed}); err != nil {
				return err
			}
			return follows.Subject(t.Context(), tx, follows.Contact, contact, subject.Ref{Kind: subject.Report, ID: r.Report}, "de")
		})
		steps := solved()
		c.set(t, r.Number, steps[:2]...)
		before := len(c.box.to(contact))
		c.set(t, r.Number, steps[2])
		got := c.box.to(contact)[before:]
		if len(got) != 1 || got[0].Kind != kind {
			t.Errorf("%s: %d mails, want one %s: %+v", followed, len(got), kind, got)
		}
	}
}

// Whoever reports without an account is not told of their own report as of one in
// their area, whether they have confirmed the address again or not; others are.
func TestReporterIsNotAlerted(t *testing.T) {
	t.Parallel()
	for _, confirm := range []bool{true, false} {
		c := withNotices(t)
		address := accountstest.Address()
		mine, other := c.typed(t, address, true), c.typed(t, accountstest.Address(), true)
		for _, contact := range []uuid.UUID{mine, other} {
			c.follow(t, follows.AreaFollow{Kind: follows.Contact, Owner: contact, Cadence: follows.Each})
		}
		r, _ := c.Create(t)
		c.exec(t, `UPDATE reports SET contact_id = $2 WHERE id = $1`, r.Report, c.typed(t, address, confirm))
		c.Events.Work(t)
		if n := len(c.box.to(mine)); n != 0 {
			t.Errorf("confirmed %t: %d mails about their own report", confirm, n)
		}
		if n := len(c.box.to(other)); n != 1 {
			t.Errorf("confirmed %t: %d mails to somebody else", confirm, n)
		}
	}
}

// News of a private report that somebody made without signing in, at the address of
// their account, comes with the digest, too: only that there is news, and a link that
// opens it once.
func TestHeldPrivateNews(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	contact := c.address(t, reader)
	list, err := accounts.ContactsOf(t.Context(), c.Pool, reader.Person)
	if err != nil {
		t.Fatal(err)
	}
	given := c.typed(t, list[0].Address, true)
	r, _ := c.Create(t) // as a visitor
	ref := subject.Ref{Kind: subject.Report, ID: r.Report}
	c.exec(t, `UPDATE reports SET contact_id = $2, visibility = 'private' WHERE id = $1`, r.Report, given)
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		if err := c.n.SetWishes(t.Context(), tx, reader, notify.Wishes{Own: follows.Daily, Followed: follows.Each}); err != nil {
			return err
		}
		return follows.Subject(t.Context(), tx, follows.Contact, given, ref, "de")
	})
	c.set(t, r.Number, reports.Change{To: reports.InReview})
	if n := len(c.box.to(contact)) + len(c.box.to(given)); n != 0 {
		t.Fatalf("%d mails before their time", n)
	}
	c.due(t)
	mails := c.box.to(contact)
	if len(mails) != 1 || len(mails[0].Parts) != 1 {
		t.Fatalf("%+v", mails)
	}
	text := mails[0].Parts[0].Text
	if !strings.Contains(text, "https://mitwirk.example/reports/open/") || strings.Contains(text, "Laterne") {
		t.Errorf("%s", text)
	}
	token := text[strings.LastIndex(text, "/")+1:]
	visitor := accountstest.Visitor(t, c.Pool)
	if n, err := c.Reports.OpenByToken(t.Context(), visitor, token); err != nil || n != r.Number {
		t.Errorf("opens %v, %v", n, err)
	}
}

// What is hidden or erased is mailed to nobody, what is private to its owners only;
// what moderation writes goes out.
func TestMayMail(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	address := accountstest.Address()
	owner, again, stranger := c.typed(t, address, true), c.typed(t, address, true), c.typed(t, accountstest.Address(), true)
	member := accountstest.Resident(t, c.Pool)
	r, _ := c.Create(t)
	c.exec(t, `UPDATE reports SET contact_id = $2 WHERE id = $1`, r.Report, owner)
	c.exec(t, `INSERT INTO report_owners (report_id, person_id) VALUES ($1, $2)`, r.Report, member.Person)
	readers := map[string]uuid.UUID{"owner": owner, "same address": again, "their account": c.address(t, member), "stranger": stranger, "office": uuid.Nil}
	for _, tt := range []struct {
		visibility, kind string
		want             string
	}{
		{"public", "report.status", "office owner same address stranger their account"},
		{"public", "notice.daily", "office owner same address stranger their account"},
		{"private", "report.status", "office owner same address their account"},
		{"held", "notice.own", "office owner same address their account"},
		{"hidden", "report.status", "office"},
		{"hidden", "notice.area", "office"},
		{"hidden", "report.message", "office owner same address their account"},
		{"hidden", "moderation.statement", "office owner same address stranger their account"},
		{"hidden", "report.confirm", "office owner same address stranger their account"},
		{"erased", "report.status", ""},
		{"erased", "partner.remind", ""},
	} {
		c.exec(t, `UPDATE reports SET visibility = $2 WHERE id = $1`, r.Report, tt.visibility)
		var got []string
		for _, name := range []string{"office", "owner", "same address", "stranger", "their account"} {
			ok, err := c.Reports.MayMail(t.Context(), c.Pool, readers[name], tt.kind, subject.Ref{Kind: subject.Report, ID: r.Report})
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				got = append(got, name)
			}
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s, %s: %q, want %q", tt.visibility, tt.kind, s, tt.want)
		}
	}
	if ok, err := c.Reports.MayMail(t.Context(), c.Pool, owner, "report.status", subject.Ref{Kind: subject.Report, ID: subject.NewID()}); ok || err != nil {
		t.Errorf("of nothing: %t, %v", ok, err)
	}
}

// Sending needs one connection: a second one inside of the transaction would wait for
// ever where all are in use.
func TestSendsWithOneConnection(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Daily})
	c.Create(t)
	c.Events.Work(t)
	c.exec(t, `UPDATE deliveries SET due_at = mitwirk_now() - interval '1 minute'`)
	cfg := c.Pool.Config()
	cfg.MaxConns = 1
	narrow, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer narrow.Close()
	n := c.over(t, narrow)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if err := n.SendDue(ctx); err != nil {
		t.Fatal(err)
	}
	if mails := c.box.to(c.address(t, reader)); len(mails) != 1 {
		t.Errorf("%d mails", len(mails))
	}
}

// An inbox goes on behind many notices that may not be seen any more, and counts
// behind them.
func TestInboxBehindTheInvisible(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	seen, _ := c.Create(t)
	gone, _ := c.Create(t)
	c.exec(t, `UPDATE reports SET visibility = 'hidden' WHERE id = $1`, gone.Report)
	insert := func(report uuid.UUID, from, to, hours int) {
		t.Helper()
		c.exec(t, fmt.Sprintf(`INSERT INTO notices (id, person_id, event_id, subject_kind, subject_id, kind, what, at)
			SELECT gen_random_uuid(), $1, n, 'report', $2, 'followed', 'status', mitwirk_now() - interval '%d hours' - make_interval(secs => n)
			FROM generate_series($3::int, $4::int) n`, hours), reader.Person, report, from, to)
	}
	insert(gone.Report, 1, 450, 1)
	insert(seen.Report, 1001, 1030, 2)
	insert(gone.Report, 2001, 2300, 3)
	insert(seen.Report, 3001, 3001, 4)
	c.unread(t, reader, 31)
	total, before := 0, uuid.Nil
	for page := range 5 {
		p, err := c.n.Inbox(t.Context(), reader, c.loc, before, 25)
		if err != nil {
			t.Fatal(err)
		}
		total += len(p.Notices)
		if before = p.Older; before == uuid.Nil {
			break
		}
		if page == 4 {
			t.Error("never ends")
		}
	}
	if total != 31 {
		t.Errorf("%d notices, want 31", total)
	}
}

// A feed of an area has its reports whatever its place is made of, and nothing beside.
func TestInArea(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	at := reportstest.Marienplatz
	r, _ := c.Create(t)
	far, _ := c.Create(t, func(s *reports.Submission) { s.Place.Point = subject.Point{Lon: at.Lon + 0.05, Lat: at.Lat} })
	c.exec(t, `UPDATE reports SET district_ref = CASE id WHEN $1 THEN '01' ELSE '02' END`, r.Report)
	var kind uuid.UUID
	if err := c.Pool.QueryRow(t.Context(), `SELECT category_id FROM reports WHERE id = $1`, r.Report).Scan(&kind); err != nil {
		t.Fatal(err)
	}
	ring := []subject.Point{{Lon: at.Lon, Lat: at.Lat}, {Lon: at.Lon + 0.01, Lat: at.Lat}, {Lon: at.Lon, Lat: at.Lat + 0.01}} // the report lies on its corner
	for name, tt := range map[string]struct {
		area follows.Area
		want []uuid.UUID
	}{
		"city":     {follows.Area{}, []uuid.UUID{far.Report, r.Report}},
		"circle":   {follows.Area{Centre: &at, Radius: 300}, []uuid.UUID{r.Report}},
		"drawn":    {follows.Area{Ring: ring}, []uuid.UUID{r.Report}},
		"district": {follows.Area{District: "02"}, []uuid.UUID{far.Report}},
		"category": {follows.Area{Category: kind}, []uuid.UUID{far.Report, r.Report}},
		"done":     {follows.Area{News: follows.Done}, nil},
	} {
		id := c.follow(t, follows.AreaFollow{Area: tt.area, Kind: follows.Person, Owner: reader.Person, Cadence: follows.Never})
		cards, err := c.Reports.InArea(t.Context(), id, "de", 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []uuid.UUID
		for _, k := range cards {
			got = append(got, k.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// A digest about one report of one's own can be answered into its dialogue, as the mail
// at once can; one about several things, or about what is followed only, can't.
func TestReplyInDigests(t *testing.T) {
	t.Parallel()
	c := withNotices(t, func(cfg *notify.Config) {
		cfg.ReplyTo = func(_ context.Context, _ pgx.Tx, about subject.Ref, _ uuid.UUID) (string, error) {
			return "meldung+r" + about.ID.String() + "@mitwirk.example", nil
		}
	})
	for name, tt := range map[string]struct {
		own, area bool
		want      bool
	}{
		"own":          {own: true, want: true},
		"own and area": {own: true, area: true},
		"followed":     {},
	} {
		reader := accountstest.Resident(t, c.Pool)
		contact := c.address(t, reader)
		r, _ := c.Create(t)
		ref := subject.Ref{Kind: subject.Report, ID: r.Report}
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			if err := c.n.SetWishes(t.Context(), tx, reader, notify.Wishes{Own: follows.Daily, Followed: follows.Daily}); err != nil {
				return err
			}
			return follows.Subject(t.Context(), tx, follows.Contact, contact, ref, "de")
		})
		if tt.own {
			c.exec(t, `UPDATE reports SET contact_id = $2 WHERE id = $1`, r.Report, contact)
		}
		c.set(t, r.Number, reports.Change{To: reports.InReview})
		if tt.area {
			c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Daily})
			c.Create(t)
			c.Events.Work(t)
		}
		c.due(t)
		mails := c.box.to(contact)
		if len(mails) != 1 {
			t.Fatalf("%s: %d mails", name, len(mails))
		}
		want := ""
		if tt.want {
			want = "meldung+r" + r.Report.String() + "@mitwirk.example"
		}
		if mails[0].ReplyTo != want {
			t.Errorf("%s: answers to %q, want %q", name, mails[0].ReplyTo, want)
		}
	}
}

// What is due and not yet mailed goes first: a mail at once about the same thing to the
// same address waits behind it.
func TestNewsGoBehindOlderNews(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	to := c.address(t, reader)
	r, _ := c.Create(t)
	ref := subject.Ref{Kind: subject.Report, ID: r.Report}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		return follows.Subject(t.Context(), tx, follows.Contact, to, ref, "de")
	})
	c.Events.Work(t)
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { // as it is in the minute after quiet hours
		_, err := tx.Exec(t.Context(), `INSERT INTO deliveries (id, event_id, contact_id, subject_kind, subject_id, kind, what, detail, lang, cadence, at, due_at)
			VALUES (gen_random_uuid(), 1, $1, 'report', $2, 'followed', 'status', 'in_review', 'de', 'each', mitwirk_now() - interval '3 hours', mitwirk_now() - interval '20 seconds')`, to, r.Report)
		return err
	})
	news := notify.News{Event: 2, At: time.Now(), About: ref, What: notify.Status, Detail: "in_progress"}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		held, err := c.n.Hold(t.Context(), tx, news, to, false, "de")
		if !held {
			t.Error("it overtakes what is due")
		}
		return err
	})
	if err := c.n.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	mails := c.box.to(to)
	if len(mails) != 2 || mails[0].Subject == mails[1].Subject || mails[0].Lead != c.cfg.Domains[subject.Report].Says(c.loc, notify.Status, "in_review")+"." {
		t.Errorf("%+v", mails)
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		news.Event = 3
		held, err := c.n.Hold(t.Context(), tx, news, to, false, "de")
		if held {
			t.Error("held with nothing before it")
		}
		return err
	})
}

// What was due before and could not be mailed waits for the end of quiet hours.
func TestQuietHoursAreAskedAgain(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	reader := accountstest.Resident(t, c.Pool)
	to := c.address(t, reader)
	c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Daily})
	c.Create(t)
	c.Events.Work(t)
	wish := func(quiet notify.Quiet) {
		t.Helper()
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			return c.n.SetWishes(t.Context(), tx, reader, notify.Wishes{Own: follows.Each, Followed: follows.Each, Quiet: quiet})
		})
	}
	send := func(want int) {
		t.Helper()
		if err := c.n.SendDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(c.box.to(to)); n != want {
			t.Errorf("%d mails, want %d", n, want)
		}
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE deliveries SET due_at = mitwirk_now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	local := time.Now().In(c.cfg.Zone)
	minute := local.Hour()*60 + local.Minute()
	const day = 24 * 60
	wish(notify.Quiet{From: (minute + day - 60) % day, To: (minute + 60) % day})
	send(0)
	var later bool
	if err := c.Pool.QueryRow(t.Context(), `SELECT bool_and(state = 'waiting' AND due_at > mitwirk_now() + interval '30 minutes') FROM deliveries WHERE contact_id = $1`, to).Scan(&later); err != nil || !later {
		t.Errorf("not put off, %v", err)
	}
	wish(notify.Quiet{})
	if _, err := c.Pool.Exec(t.Context(), `UPDATE deliveries SET due_at = mitwirk_now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	send(1)
}
