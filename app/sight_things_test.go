package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// stays is a report that nothing happens to: it shows that mails are sent at all.
func (c *sightCity) stays() {
	c.t.Helper()
	c.subscribers()
	sub := reportstest.Submission()
	sub.Place.Address = "Balanstraße 5"
	r, err := c.reports.Submit(c.t.Context(), accountstest.Resident(c.t, c.pool), sub)
	c.must(err)
	ref := subject.Ref{Kind: subject.Report, ID: r.Report}
	for _, column := range []string{onDigest, onAreaMail, onSearchMail} {
		c.becomes("what stays: "+column, 1, settle, func() int { return c.waiting(column, ref) })
	}
}

// watch is whoever follows the city and the sign, and hears of the thing in their inbox.
func (c *sightCity) watch() {
	c.t.Helper()
	c.one = c.person()
	c.follow(c.one.actor.Person, "", follows.Never)
	c.follow(c.one.actor.Person, sign, follows.Never)
}

func makeReport(c *sightCity) *thing {
	c.stays()
	c.watch()
	sub := reportstest.Submission()
	sub.Text = "Neben der Laterne liegt ein " + sign + "."
	c.author = accountstest.Resident(c.t, c.pool)
	r, err := c.reports.Submit(c.t.Context(), c.author, sub)
	c.must(err)
	c.must(c.reports.Release(c.t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased}))
	number := r.Number.Format(subject.PrefixReport)
	return &thing{ref: subject.Ref{Kind: subject.Report, ID: r.Report}, number: number, title: number}
}

func makeIdea(c *sightCity) *thing {
	c.stays()
	c.watch()
	at := reportstest.Marienplatz
	c.author = accountstest.Resident(c.t, c.pool)
	r, err := c.ideas.Submit(c.t.Context(), c.author, ideas.Submission{
		Title: "Ein " + sign + " am Markt", Text: "Aus Bronze.", Lang: "de", Topic: "gruen", Point: &at, Address: "Marienplatz 8",
	})
	c.must(err)
	number := r.Number.Format(subject.PrefixIdea)
	return &thing{ref: subject.Ref{Kind: subject.Idea, ID: r.Idea}, number: number, title: number}
}

// say writes a comment with the sign; who has written one before hears of it where that
// is what it answers.
func (c *sightCity) say(about subject.Ref, to subject.Number) *thing {
	c.t.Helper()
	w, err := c.discussion.Write(c.t.Context(), accountstest.Resident(c.t, c.pool), discussion.Writing{Ref: about, Text: "Lieber ein " + sign + ".", Lang: "de", Parent: to}, "")
	c.must(err)
	_, said, err := c.discussion.Get(c.t.Context(), accounts.Actor{}, w.Number)
	c.must(err)
	return &thing{ref: subject.Ref{Kind: subject.Comment, ID: said.ID}, path: "/comments/", title: w.Number.Format(subject.PrefixComment)}
}

func makeComment(c *sightCity) *thing {
	c.subscribers()
	c.one = c.person()
	r, err := c.ideas.Submit(c.t.Context(), c.one.actor, ideas.Submission{Title: "Ein Brunnen am Markt", Text: "Aus Stein.", Lang: "de", Topic: "gruen"})
	c.must(err)
	return c.say(subject.Ref{Kind: subject.Idea, ID: r.Idea}, 0)
}

// makeAnswer is a comment on the idea of others: its author would still see all of it.
func makeAnswer(c *sightCity) *thing {
	c.subscribers()
	r, err := c.ideas.Submit(c.t.Context(), accountstest.Resident(c.t, c.pool), ideas.Submission{Title: "Ein Brunnen am Markt", Text: "Aus Stein.", Lang: "de", Topic: "gruen"})
	c.must(err)
	c.one = c.person()
	ref := subject.Ref{Kind: subject.Idea, ID: r.Idea}
	w, err := c.discussion.Write(c.t.Context(), c.one.actor, discussion.Writing{Ref: ref, Text: "Mit Fischen?", Lang: "de"}, "")
	c.must(err)
	return c.say(ref, w.Number)
}

// programme has one measure that is public.
func (c *sightCity) programme(title string) *radar.Measure {
	c.t.Helper()
	ctx, p := c.t.Context(), radartest.Programme()
	c.must(c.radar.SetProgramme(ctx, accounts.System, p))
	p, err := c.radar.Programme(ctx, accounts.System, p.Slug)
	c.must(err)
	one, two := accountstest.Staff(c.t, c.pool, subject.Editor), accountstest.Staff(c.t, c.pool, subject.Editor)
	m, err := c.radar.Draft(ctx, one, p, subject.NewID(), radartest.Content(title), "")
	c.must(err)
	e, _, err := c.radar.OpenEdit(ctx, one, m.ID)
	c.must(err)
	c.must(c.radar.HandIn(ctx, one, m.ID, e.Version))
	c.must(c.radar.Approve(ctx, two, m.ID, e.Version+1, nil))
	m, _, err = c.radar.Measure(ctx, accounts.Actor{}, m.Number)
	c.must(err)
	return m
}

func makeMeasure(c *sightCity) *thing {
	c.stays()
	c.watch()
	m := c.programme(sign + " zählen")
	return &thing{ref: m.Ref(), number: m.PublicNumber(), title: m.PublicNumber()}
}

func makeMeasureComment(c *sightCity) *thing {
	c.subscribers()
	m := c.programme("Fische zählen")
	c.one = c.person()
	w, err := c.discussion.Write(c.t.Context(), c.one.actor, discussion.Writing{Ref: m.Ref(), Text: "Welche?", Lang: "de"}, "")
	c.must(err)
	return c.say(m.Ref(), w.Number)
}

func closeProgramme(c *sightCity, _ *thing) {
	c.edit(accountstest.Staff(c.t, c.pool, subject.Editor), func(p *radar.Programme) { p.Public = false })
}

// edit changes the programme itself.
func (c *sightCity) edit(editor accounts.Actor, change func(p *radar.Programme)) *radar.Programme {
	c.t.Helper()
	p, err := c.radar.Programme(c.t.Context(), accounts.System, radartest.Programme().Slug)
	c.must(err)
	change(p)
	c.must(c.radar.EditProgramme(c.t.Context(), editor, p, p.Version))
	return p
}

func makeClosed(c *sightCity) *thing {
	sub := reportstest.Submission()
	sub.Text = "Neben der Laterne liegt ein " + sign + "."
	r, err := c.reports.Submit(c.t.Context(), accountstest.Resident(c.t, c.pool), sub)
	c.must(err)
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE reports SET visibility = 'private' WHERE id = $1`, r.Report)
		return err
	})
	c.must(c.search.Refresh(c.t.Context(), subject.Report, r.Report))
	c.one = c.person(func(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
		var department, category uuid.UUID
		if err := tx.QueryRow(ctx, `SELECT department_id, category_id FROM cases WHERE subject_id = $1`, r.Report).Scan(&department, &category); err != nil {
			return err
		}
		return accounts.GrantRole(ctx, tx, accounts.System, person, subject.Caseworker,
			accounts.GrantLimit{Kind: accounts.InDepartment, Ref: department.String()}, accounts.GrantLimit{Kind: accounts.InCategory, Ref: category.String()})
	})
	return &thing{ref: subject.Ref{Kind: subject.Report, ID: r.Report}, number: r.Number.Format(subject.PrefixReport), words: "Marienplatz", as: c.one}
}

// loseRole takes a role away; whoever had it signs in again.
func loseRole(role subject.Role) func(c *sightCity, th *thing) {
	return func(c *sightCity, _ *thing) {
		c.do(func(ctx context.Context, tx pgx.Tx) error {
			return accounts.RevokeRole(ctx, tx, accounts.System, c.one.actor.Person, role)
		})
		c.signIn(c.one)
	}
}

func makeEdit(c *sightCity) *thing {
	c.must(c.radar.SetProgramme(c.t.Context(), accounts.System, radartest.Programme()))
	c.one = c.person(func(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
		return accounts.GrantRole(ctx, tx, accounts.System, person, subject.Editor)
	})
	p := c.edit(accountstest.Staff(c.t, c.pool, subject.Editor), func(p *radar.Programme) { p.Name["de"] = sign })
	return &thing{ref: subject.Ref{Kind: radar.EditKind, ID: p.ID}, title: sign, as: c.one}
}

func makeOwn(c *sightCity) *thing {
	c.watch()
	own, err := c.reports.Submit(c.t.Context(), c.one.actor, reportstest.Submission())
	c.must(err)
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE reports SET visibility = 'private' WHERE id = $1`, own.Report)
		return err
	})
	c.must(c.search.Refresh(c.t.Context(), subject.Report, own.Report))
	other := c.report(accountstest.Resident(c.t, c.pool))
	return &thing{
		ref: subject.Ref{Kind: subject.Report, ID: other.Report}, title: other.Number.Format(subject.PrefixReport), number: own.Number.Format(subject.PrefixReport),
		words: "Marienplatz", as: c.one,
	}
}
