package app

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// proposed fills a call and four ideas with everything that can be known of them:
// one that all may read, one that a rule holds, one that moderation has hidden,
// one of somebody else's with whom wordings, authors and a merge are exchanged.
func (c *town) proposed() {
	c.t.Helper()
	ctx, s := c.t.Context(), c.app.ideas
	owner, other, clerk := c.actors["owner"], c.actors["other resident"], c.actors["clerk in charge"]
	call := ideas.Blueprint("ideas", time.Now())
	call.Department, call.Title, call.Text = clerk.Departments[0], i18n.Text{"de": "Ideen für den Platz"}, i18n.Text{"de": "Wir fragen alle."}
	n, err := s.SaveCall(ctx, accounts.System, call)
	c.must(err)
	c.must(s.PublishCall(ctx, accounts.System, n))
	c.params["call"] = []string{n.Format(subject.PrefixCall)}

	// a call that asks an eID, which has said yes to one and no to another
	asks, today := call, time.Now().UTC().Truncate(24*time.Hour)
	asks.Title, asks.Who, asks.Proof = i18n.Text{"de": "Ideen der Erwachsenen"}, ideas.WhoProved, ideas.Proof{AgeFrom: 18}
	for i := range asks.Spans {
		asks.Spans[i].From = asks.Spans[i].From.AddDate(0, 0, -8)
	}
	made, err := s.ImportCall(ctx, asks, today.AddDate(0, 0, -9))
	c.must(err)
	c.params["call"] = append(c.params["call"], made.Number.Format(subject.PrefixCall))
	for i, who := range []accounts.Actor{owner, other} {
		c.exec(`INSERT INTO call_proofs (call_id, person_id, rule, yes, at, until)
			VALUES ($1, $2, $3, $4, '2031-12-03 12:00Z'::timestamptz + $5::int * interval '1 day', '2031-12-13 12:00Z'::timestamptz + $5::int * interval '1 day')`, made.ID, who.Person, made.Proof.Rule(), i == 0, i)
	}
	c.exec(`INSERT INTO call_keys (call_id, key) VALUES ($1, 'kanaricallkey0kanaricallkey0kana'::bytea)`, made.ID)
	c.exec(`INSERT INTO call_eids (call_id, mark, person_id) VALUES ($1, 'kanaricalleid0kanaricalleid0kana'::bytea, $2)`, made.ID, owner.Person)

	send := func(who accounts.Actor, sub ideas.Submission) ideas.Receipt {
		sub.Topic = "verkehr"
		r, err := s.Submit(ctx, who, sub)
		c.must(err)
		c.secrets["access code of an idea "+sub.Title] = secret{value: r.Code, owners: []uuid.UUID{who.Person}}
		c.params["idea"] = append(c.params["idea"], r.Number.Format(subject.PrefixIdea))
		c.params["idea_id"] = append(c.params["idea_id"], r.Idea.String())
		return r
	}
	shown := send(owner, ideas.Submission{Title: "Kanariideafirst0", Text: "kanariideafirsttext0"})
	held := send(owner, ideas.Submission{Title: "Kanariideaheld0", Text: "kanariideaheldtext0: https://beispiel.example/x", Address: "Kanariideaheldweg0 1"})
	if !held.Held {
		c.t.Fatal("a rule for links holds no idea any more")
	}
	hidden := send(owner, ideas.Submission{Title: "Kanariideahidden0", Text: "kanariideahiddentext0", Address: "Kanariideahiddenweg0 1"})
	c.do(func(tx pgx.Tx) error {
		return s.Moderated().Hide(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: hidden.Idea}, subject.Whole, uuid.Nil))
	})
	their := send(other, ideas.Submission{Title: "Kanariideatheir0", Text: "kanariideatheirtext0"})
	c.exec(`UPDATE ideas SET department_id = $1`, clerk.Departments[0])

	// another wording by its author, details, a name
	c.must(s.SetText(ctx, owner, shown.Number, ideas.Edit{Title: "Kanariideatitle0", Text: "kanariideatext0", Why: "kanariideawhy0"}))
	cost := int64(7_654_321)
	c.must(s.SetDetails(ctx, owner, shown.Number, ideas.Details{
		Topic: "verkehr", CostCents: &cost, Name: "Kanariideaname0",
	}))
	// the test's city has no districts, outside of which nothing has a place
	for id, x := range map[uuid.UUID]float64{shown.Idea: 11, held.Idea: 22, hidden.Idea: 33} {
		c.exec(`UPDATE ideas SET geom = p.at, point = p.at, address = CASE address WHEN '' THEN 'Kanariideaweg0 1' ELSE address END
			FROM (SELECT ST_SetSRID(ST_MakePoint(11.5718 + $2 * 0.00001, 48.1378 + $2 * 0.00001), 4326) AS at) AS p WHERE id = $1`, id, x)
	}

	// wordings of others, refused; who becomes an author by a link
	for _, x := range []struct {
		of, from accounts.Actor
		at       ideas.Receipt
		sign     string
	}{{owner, other, shown, "theirs"}, {other, owner, their, "mine"}} {
		c.must(s.Propose(ctx, x.from, x.at.Number, ideas.Edit{Title: "Kanariamendtitle" + x.sign + "0", Text: "kanariamendtext" + x.sign + "0", Why: "kanariamendwhy" + x.sign + "0"}))
		id := uuid.MustParse(c.column(`SELECT id::text FROM amendments ORDER BY at DESC, id DESC LIMIT 1`)[0])
		c.must(s.DecideAmendment(ctx, x.of, x.at.Number, id, false, "kanariamendanswer"+x.sign+"0"))
		token, err := s.Invite(ctx, x.of, x.at.Number)
		c.must(err)
		c.secrets["link to become an author "+x.sign] = secret{value: token}
		if x.of.Person == other.Person {
			_, err := s.Join(ctx, c.actors["member of the firm"], token, "Kanariideajoined0")
			c.must(err)
		}
	}

	// a file of each: held ones, and one that is public
	for _, x := range []struct {
		who accounts.Actor
		at  ideas.Receipt
		sig string
	}{{owner, shown, "shown"}, {owner, held, "held"}, {owner, hidden, "hidden"}, {other, their, "their"}} {
		file, err := c.app.talkFiles.PreparePDF(ctx, "kanariideafile"+x.sig+"0.pdf", strings.NewReader("%PDF-1.4 kanariideabytes0 "+x.sig+"\n%%EOF\n"))
		c.must(err)
		if x.sig == "hidden" {
			c.exec(`UPDATE ideas SET visibility = 'public' WHERE id = $1`, x.at.Idea)
		}
		c.must(s.AddFile(ctx, x.who, x.at.Number, file))
		if x.sig == "hidden" {
			c.exec(`UPDATE ideas SET visibility = 'hidden' WHERE id = $1`, x.at.Idea)
		}
	}
	c.exec(`UPDATE subject_files SET released = true WHERE subject_id = $1 OR subject_id = $2`, their.Idea, hidden.Idea)

	// what the team finds out, and a merge whose supports moved
	c.exec(`INSERT INTO idea_checks (idea_id, kind, department_id, note) SELECT id, 'cost', department_id, 'kanariideacheck0' FROM ideas WHERE id = $1`, shown.Idea)
	c.must(s.AskMerge(ctx, clerk, shown.Number, their.Number, "Beide wollen dasselbe."))
	c.exec(`UPDATE idea_merges SET voters = ARRAY[gen_random_uuid()]`)
	c.must(s.AskSplit(ctx, clerk, shown.Number, ideas.Parts{
		Title: "Kanariideaparttitle0", Text: "kanariideaparttext0", RestTitle: "Kanariidearesttitle0", RestText: "kanariidearesttext0", Why: "Das sind zwei Ideen.",
	}))
}

// ideaSources tell whose the rows about an idea are. What is held is the team's
// work too; what moderation has hidden is not.
func ideaSources() map[string]source {
	of := func(id, column, where string) string {
		return "(SELECT " + column + " FROM ideas i WHERE i.id = " + id + where + ")"
	}
	about := func(id string) source {
		return source{
			people: "ARRAY(SELECT a.person_id FROM idea_authors a WHERE a.idea_id = " + id + ")",
			narrow: of(id, "i.visibility <> 'public'", ""),
			team:   of(id, "i.department_id", " AND i.visibility <> 'hidden'"),
		}
	}
	list := map[string]source{"ideas": about("t.id")}
	for _, table := range []string{"idea_versions", "idea_hidden", "idea_checks", "idea_authors", "idea_splits", "amendments"} {
		list[table] = about("t.idea_id")
	}
	one := list["idea_authors"]
	one.people = "ARRAY[t.person_id]"
	list["idea_authors"] = one
	one = list["amendments"]
	one.people, one.narrow = "ARRAY[t.person_id]", "t.state = 'hidden' OR "+one.narrow
	list["amendments"] = one
	one = about("t.subject_id")
	one.people, one.narrow = one.people+" || t.owner_id", "NOT t.released OR "+one.narrow
	list["subject_files"] = one
	list["call_proofs"], list["call_eids"] = source{people: "ARRAY[t.person_id]"}, source{people: "ARRAY[t.person_id]"}
	list["idea_invitations"] = source{people: "ARRAY[t.made_by, t.used_by]"}
	return list
}
