package app

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// sign is the word that only the thing of a row has.
const sign = "Quastenflosser"

// The surfaces: the columns of the matrix.
const (
	onSearchPage  = "search page"
	onSearchAPI   = "search API"
	onProposals   = "proposals"
	onProposalAPI = "proposals API"
	onInbox       = "inbox"
	onInboxAPI    = "inbox API"
	onCount       = "unread number"
	onLive        = "live unread number"
	onPush        = "push"
	onDigest      = "digest"
	onAreaMail    = "area alert"
	onSearchMail  = "search alert"
	onAreaFeed    = "feed of an area"
	onSearchFeed  = "feed of a search"
)

func columns() []string {
	return []string{
		onSearchPage, onSearchAPI, onProposals, onProposalAPI, onInbox, onInboxAPI, onCount, onLive, onPush, onDigest, onAreaMail, onSearchMail, onAreaFeed, onSearchFeed,
	}
}

// sightRow is a row of the matrix.
type sightRow struct {
	name string
	// without are the columns in which nobody is ever told of such a thing, and why.
	without map[string]string
	// make makes the thing, with c.one and the subscribers told of it.
	make func(c *sightCity) *thing
	// gone takes it away.
	gone func(c *sightCity, th *thing)
	// stays is what the mails that are due say all the same; "": nothing is due.
	stays string
}

// TestOutOfSight is the matrix: what is hidden, may no longer be known of or belongs to
// somebody who had everything deleted is out of search, inbox, digests and alerts within
// two seconds, by the real workers. Each cell shows it first.
func TestOutOfSight(t *testing.T) { //nolint:tparallel // two seconds are two seconds only with no other test beside it
	for _, row := range sightRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := newSightCity(t)
			th := row.make(c)
			reads := c.reads(th)
			for _, column := range columns() {
				if why := row.without[column]; why != "" {
					delete(reads, column)
					continue
				}
				c.becomes(column, 1, settle, reads[column])
			}
			c.pushed.Store(0)
			c.busy.Store(false)
			row.gone(c, th)
			later := map[string]bool{onPush: true, onDigest: true, onAreaMail: true, onSearchMail: true} // what they do when it is time
			began := time.Now()
			for _, column := range slices.Sorted(maps.Keys(reads)) {
				if !later[column] {
					c.becomes(column+" without it", 0, max(time.Millisecond, hideWithin-time.Since(began)), reads[column])
				}
			}
			c.due()
			c.becomes("browsers to be told", 0, settle, func() int { // a try that was under way puts its job off once more
				c.do(func(ctx context.Context, tx pgx.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE river.river_job SET scheduled_at = clock_timestamp() WHERE kind = 'notify_push' AND state IN ('scheduled', 'retryable')`)
					return err
				})
				return c.count(`SELECT count(*) FROM river.river_job WHERE kind = 'notify_push' AND state NOT IN ('completed', 'cancelled', 'discarded')`)
			})
			if n := c.pushed.Load(); n != 0 && reads[onPush] != nil {
				t.Errorf("push: %d browsers told", n)
			}
			for column := range c.mailed {
				if n := c.mails(column, th.title) + c.mails(column, sign); n != 0 {
					t.Errorf("%s: %d mails about it", column, n)
				}
				if row.stays != "" && reads[column] != nil && c.mails(column, row.stays) == 0 {
					t.Errorf("%s: no mail about what stays", column)
				}
			}
		})
	}
}

func sightRows() []sightRow {
	const (
		noPlace  = "it has no place"
		noAlert  = "comments are in the inbox of those they concern only"
		noOthers = "it concerns one person only"
		noWords  = "proposals are made of what is public only"
		staff    = "mails and feeds are about what is public only"
		fact     = "that there is such a report stays, without a word of theirs"
		list     = "the feed of an area is one of reports"
	)
	talk := map[string]string{onDigest: noAlert, onAreaMail: noAlert, onSearchMail: noAlert, onAreaFeed: list}
	place := map[string]string{onAreaMail: noPlace, onAreaFeed: list}
	desk := map[string]string{
		onProposals: noWords, onProposalAPI: noWords, onDigest: staff, onAreaMail: staff, onSearchMail: staff, onAreaFeed: staff, onSearchFeed: staff,
	}
	mine := map[string]string{onProposals: noWords, onProposalAPI: noWords, onDigest: noOthers, onAreaMail: noOthers, onSearchMail: noOthers, onAreaFeed: noOthers, onSearchFeed: noOthers}
	words := map[string]string{
		onInbox: fact, onInboxAPI: fact, onCount: fact, onLive: fact, onPush: fact, onDigest: fact, onAreaMail: fact, onSearchMail: fact, onAreaFeed: fact,
	}
	with := func(m map[string]string, column, why string) map[string]string {
		m = maps.Clone(m)
		m[column] = why
		return m
	}
	return []sightRow{
		{name: "a hidden report", make: makeReport, gone: func(c *sightCity, th *thing) {
			c.do(func(ctx context.Context, tx pgx.Tx) error {
				return c.reports.Moderated().Hide(ctx, tx, subject.PartOf(th.ref, subject.Whole, uuid.Nil))
			})
		}, stays: "Balanstraße"},
		{name: "a hidden idea", without: map[string]string{onAreaFeed: list}, make: makeIdea, gone: func(c *sightCity, th *thing) {
			c.do(func(ctx context.Context, tx pgx.Tx) error {
				return c.ideas.Moderated().Hide(ctx, tx, subject.PartOf(th.ref, subject.Whole, uuid.Nil))
			})
		}, stays: "Balanstraße"},
		{name: "a hidden comment", without: talk, make: makeComment, gone: func(c *sightCity, th *thing) {
			c.do(func(ctx context.Context, tx pgx.Tx) error {
				return c.discussion.Moderated().Hide(ctx, tx, subject.PartOf(th.ref, subject.Whole, uuid.Nil))
			})
		}},
		{name: "a comment on a hidden idea", without: talk, make: makeAnswer, gone: func(c *sightCity, th *thing) {
			var idea uuid.UUID
			c.must(c.pool.QueryRow(c.t.Context(), `SELECT subject_id FROM comments WHERE id = $1`, th.ref.ID).Scan(&idea))
			c.do(func(ctx context.Context, tx pgx.Tx) error {
				return c.ideas.Moderated().Hide(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: idea}, subject.Whole, uuid.Nil))
			})
		}},
		{name: "a measure of a programme that is no longer public", without: place, make: makeMeasure, gone: closeProgramme},
		{name: "a comment on such a measure", without: talk, make: makeMeasureComment, gone: closeProgramme},
		{
			name: "a report of a department, for who is no clerk of it any more", without: with(with(with(with(with(desk, onInbox, noOthers), onInboxAPI, noOthers), onCount, noOthers), onLive, noOthers), onPush, noOthers),
			make: makeClosed, gone: loseRole(subject.Caseworker),
		},
		{
			name: "a notice of the desk, for who is no editor any more", without: with(with(desk, onSearchPage, "edits are not in the search"), onSearchAPI, "edits are not in the search"),
			make: makeEdit, gone: loseRole(subject.Editor),
		},
		{name: "what somebody who is erased wrote about a report", without: words, make: func(c *sightCity) *thing {
			th := makeReport(c)
			th.title = sign
			return th
		}, gone: func(c *sightCity, _ *thing) {
			c.must(c.own.Ask(c.t.Context(), c.author))
		}, stays: "Balanstraße"},
		{name: "an idea of somebody who is erased", without: map[string]string{onAreaFeed: list}, make: makeIdea, gone: func(c *sightCity, _ *thing) {
			c.must(c.own.Ask(c.t.Context(), c.author))
		}, stays: "Balanstraße"},
		{name: "what somebody who is erased was told, and their own report", without: mine, make: makeOwn, gone: func(c *sightCity, _ *thing) {
			c.must(c.own.Ask(c.t.Context(), c.one.actor))
		}},
	}
}
