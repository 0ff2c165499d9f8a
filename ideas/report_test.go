package ideas_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// reported is a report of one person.
type reported struct{ by uuid.UUID }

func (r reported) Holds(_ context.Context, _ db.Queryer, person, _ uuid.UUID) (bool, error) {
	return person == r.by, nil
}

func (reported) BecameIdea(context.Context, uuid.UUID, subject.Ref, subject.Number) error { return nil }

// A report becomes one idea, by its reporter, however often and parallel they click.
func TestIdeaOfReport(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	who, report := accountstest.Visitor(t, c.Pool), subject.NewID()
	c.Ideas.UseReports(reported{who.Person})
	sub := ideastest.Submission()
	sub.Report = report
	if _, err := c.Ideas.Submit(t.Context(), accountstest.Visitor(t, c.Pool), sub); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's report: %v", err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for range 64 {
		wg.Go(func() {
			_, err := c.Ideas.Submit(t.Context(), who, sub)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				made++
			case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	i, err := c.Ideas.OfReport(t.Context(), report)
	if err != nil || made != 1 || i == nil || i.Supports != 0 {
		t.Errorf("%d ideas of one report, %+v, %v", made, i, err)
	}
	if i, err := c.Ideas.OfReport(t.Context(), subject.NewID()); err != nil || i != nil {
		t.Errorf("another report: %+v, %v", i, err)
	}
	if v, err := c.Ideas.List(t.Context(), who, ideas.Filter{}, ideas.Page{}); err != nil || len(v.Items) != 1 {
		t.Errorf("%d in the list, %v", len(v.Items), err)
	}
}
