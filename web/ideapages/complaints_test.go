package ideapages_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/ideapages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// knownTo is one complaint that an idea belongs to, for one clerk.
type knownTo struct {
	clerk  uuid.UUID
	idea   *uuid.UUID
	number subject.Number
}

func (k knownTo) Beside(_ context.Context, actor accounts.Actor, of subject.Ref) ([]complaints.Complaint, error) {
	if !actor.Is(k.clerk) || of != (subject.Ref{Kind: subject.Idea, ID: *k.idea}) {
		return nil, nil
	}
	return []complaints.Complaint{{Number: k.number}}, nil
}

// TestComplaintBeside: the desk's page of an idea leads to a complaint that it
// belongs to, for who works on it; for everybody else there is none.
func TestComplaintBeside(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	sent, _ := c.Create(t)
	team := c.Idea(t, accounts.System, sent.Number).Department
	knows, other := accountstest.Staff(t, c.Pool, subject.Caseworker, team), accountstest.Staff(t, c.Pool, subject.Caseworker, team)
	number := subject.NewNumber(2026)
	site := kittest.New(t, c.Pool, nil)
	if err := ideapages.Register(site.Router, ideapages.Deps{
		DB: c.Pool, Ideas: c.Ideas, Geo: c.Geo, Photos: c.Photos, Forms: c.Drafts, Centre: kit.CentreAt(reportstest.Marienplatz), Zone: c.Zone,
		Complaints: knownTo{clerk: knows.Person, idea: &sent.Idea, number: number},
	}); err != nil {
		t.Fatal(err)
	}
	at := sent.Number.Format(subject.PrefixIdea)
	link := "[data-complaint] a[href='/desk/complaints/" + number.Format(subject.PrefixComplaint) + "']"
	if site.As(knows).Get("/desk/ideas/"+at).Want(http.StatusOK).WantClean().Doc().Find(link).Length() != 1 {
		t.Error("who works on the complaint does not find it")
	}
	if site.As(other).Get("/desk/ideas/"+at).Want(http.StatusOK).Doc().Find("[data-complaint]").Length() != 0 {
		t.Error("a colleague learns that there is a complaint")
	}
	if site.As(knows).Get("/ideas/"+at+"?stay=1").Want(http.StatusOK).Doc().Find("[data-complaint]").Length() != 0 {
		t.Error("the public page shows it")
	}
}
