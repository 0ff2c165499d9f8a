package contests

import (
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// Action is something that somebody may want to do in a contest.
type Action string

// The actions. Those from ActHead to ActSend are about one entry.
const (
	ActSetUp   Action = "set_up"  // challenges, jury; name finalists and winners; pilots
	ActFound   Action = "found"   // a team, or come into one
	ActJury    Action = "jury"    // come into the jury
	ActVote    Action = "vote"    //
	ActHead    Action = "head"    // know of an entry: its title and team
	ActRead    Action = "read"    // all of it
	ActScores  Action = "scores"  // see what the jury says
	ActDeclare Action = "declare" // a conflict, or that there is none
	ActScore   Action = "score"   //
	ActWrite   Action = "write"   // change an entry
	ActSend    Action = "send"    // send it in, withdraw it, invite into its team
)

// Actions lists all of them, for the matrix.
func Actions() []Action {
	return []Action{ActSetUp, ActFound, ActJury, ActVote, ActHead, ActRead, ActScores, ActDeclare, ActScore, ActWrite, ActSend}
}

// Stand is how somebody stands to a contest and to one of its entries. Whoever
// may not see the call (a draft, one for staff) has none.
type Stand struct {
	Office   bool // sets the contest up
	InTeam   bool // of some team of the contest
	Member   bool // of the entry's team
	Lead     bool // of the entry's team
	Juror    uuid.UUID
	Declared bool // what holds for the entry, as a member of the jury
	Conflict bool
	Known    bool // a person with a confirmed address
}

func (s Stand) isJuror() bool { return s.Juror != uuid.Nil }

// Allowed tells whether somebody may do action; nil means yes. What they may not
// know of is NotFound, all else Forbidden with a reason that can be shown. e is
// nil for actions that are about no entry.
func Allowed(action Action, c *Contest, e *Entry, s Stand, now time.Time, zone *time.Location) error {
	if e != nil && !knows(c, e, s) {
		return fault.Missing("entry")
	}
	if action == ActSetUp && !s.Office {
		return fault.Missing("call")
	}
	if why := refused(action, c, e, s, now, zone); why != "" {
		return fault.New(fault.Forbidden, "err.403").With("why", why)
	}
	return nil
}

// knows tells whether somebody may know that an entry exists.
func knows(c *Contest, e *Entry, s Stand) bool {
	switch e.State {
	case Erased:
		return s.Office && e.Stage != Open
	case Draft, Withdrawn:
		return s.Member
	case Sent:
	}
	return s.Member || s.Office || s.isJuror() || public(c, e)
}

// public tells whether everybody who may see the contest may know of an entry.
func public(c *Contest, e *Entry) bool {
	return c.NamedAt != nil && e.State == Sent && (e.Stage == Finalist || e.Stage == Winner)
}

func refused(action Action, c *Contest, e *Entry, s Stand, now time.Time, zone *time.Location) string {
	switch action {
	case ActSetUp:
		return ""
	case ActFound, ActJury, ActVote:
		return refusedJoin(action, c, s, now, zone)
	case ActHead, ActRead, ActScores, ActDeclare, ActScore, ActWrite, ActSend:
	}
	if e == nil {
		return "contest.why.none"
	}
	impartial := s.isJuror() && s.Declared && !s.Conflict
	switch action {
	case ActRead:
		if s.Member || impartial || s.Office && !s.Conflict && (!s.isJuror() || s.Declared) {
			return ""
		}
		return "contest.why.declare"
	case ActScores:
		switch {
		case c.sealed(now, zone):
			return "contest.why.sealed"
		case s.Conflict:
			return "contest.why.conflict"
		case !impartial && (!s.Office || s.isJuror()):
			return "contest.why.declare"
		}
	case ActDeclare:
		if !s.isJuror() || e.State != Sent || c.NamedAt != nil {
			return "contest.why.jury"
		}
	case ActScore:
		return refusedScore(c, e, s, now, zone)
	case ActWrite, ActSend:
		switch {
		case !s.Member || action == ActSend && !s.Lead:
			return "contest.why.lead"
		case !c.runs(ideas.Collect, now, zone):
			return "contest.why.collect"
		}
	case ActSetUp, ActFound, ActJury, ActVote, ActHead:
	}
	return ""
}

func refusedJoin(action Action, c *Contest, s Stand, now time.Time, zone *time.Location) string {
	switch {
	case !s.Known && action != ActVote:
		return "contest.why.known"
	case action == ActVote:
		if c.NamedAt == nil || !c.runs(ideas.Support, now, zone) {
			return "contest.why.vote"
		}
	case s.InTeam || s.isJuror():
		return "contest.why.already"
	case action == ActFound && s.Office:
		return "contest.why.office"
	case action == ActFound && !c.runs(ideas.Collect, now, zone):
		return "contest.why.collect"
	case action == ActJury && !c.sealed(now, zone):
		return "contest.why.opened"
	}
	return ""
}

func refusedScore(c *Contest, e *Entry, s Stand, now time.Time, zone *time.Location) string {
	switch {
	case !s.isJuror():
		return "contest.why.jury"
	case s.Conflict:
		return "contest.why.conflict"
	case !s.Declared:
		return "contest.why.declare"
	case e.State != Sent || !c.runs(ideas.Check, now, zone):
		return "contest.why.check"
	case !c.sealed(now, zone):
		return "contest.why.opened"
	}
	return ""
}
