package ideas

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// WhoProved is the rule of calls in which only those take part of whom an eID has
// said yes: residents of an area, people of an age.
const WhoProved = "proved"

// Proof is what such a call asks of an eID. Nothing that the eID says is kept: a
// yes or a no is.
type Proof struct {
	City      bool     `json:"city,omitempty"`      // who lives in the city
	Districts []string `json:"districts,omitempty"` // in one of these, by ref
	Postcodes []string `json:"postcodes,omitempty"` // or has one of these
	AgeFrom   int      `json:"age_from,omitempty"`  // in full years, included; 0: none
	AgeTo     int      `json:"age_to,omitempty"`    // included; 0: none
	Talk      bool     `json:"talk,omitempty"`      // comments need it too
}

// Area tells whether it asks where somebody lives.
func (p *Proof) Area() bool { return p.City || len(p.Districts)+len(p.Postcodes) > 0 }

// Age tells whether it asks how old somebody is.
func (p *Proof) Age() bool { return p.AgeFrom > 0 || p.AgeTo > 0 }

// Rule is the fingerprint of the question: an answer counts for this one only.
func (p *Proof) Rule() string {
	q := *p
	q.Talk = false
	body, _ := json.Marshal(q) //nolint:errchkjson // numbers and words: it can't fail
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:12])
}

// Question is what the eID is asked on a day of the city.
func (p *Proof) Question(now time.Time, zone *time.Location) accounts.Question {
	y, m, d := now.In(zone).Date()
	return accounts.Question{City: p.City, Districts: p.Districts, Postcodes: p.Postcodes, AgeFrom: p.AgeFrom, AgeTo: p.AgeTo, On: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

const (
	maxAge       = 120
	maxPostcodes = 100
)

var postcodeText = regexp.MustCompile(`^\d{5}$`)

func (p *Proof) check(wrong *fault.Fields) {
	if !p.Area() && !p.Age() {
		wrong.Add("who", "idea.err.proof_none")
	}
	if len(p.Postcodes) > maxPostcodes || slices.ContainsFunc(p.Postcodes, func(c string) bool { return !postcodeText.MatchString(c) }) {
		wrong.Add("proof_postcodes", "idea.err.proof_postcodes")
	}
	if p.AgeFrom < 0 || p.AgeFrom > maxAge {
		wrong.Add("age_from", "idea.err.proof_age")
	}
	if p.AgeTo < 0 || p.AgeTo > maxAge || p.AgeTo > 0 && p.AgeTo < p.AgeFrom {
		wrong.Add("age_to", "idea.err.proof_age")
	}
}

// tidy leaves out what says nothing, so that equal questions are equal.
func (p *Proof) tidy() {
	if p.City { // all of it
		p.Districts, p.Postcodes = nil, nil
	}
	for _, list := range []*[]string{&p.Districts, &p.Postcodes} {
		one := slices.Clone(*list)
		slices.Sort(one)
		*list = slices.Compact(one)
	}
}

// knownHomes refuses districts that the city does not have: nobody could live there.
func (s *Service) knownHomes(ctx context.Context, c *Call) error {
	if c.Who != WhoProved || len(c.Proof.Districts) == 0 {
		return nil
	}
	all, err := s.places.Districts(ctx)
	if err != nil {
		return err
	}
	for _, ref := range c.Proof.Districts {
		if !slices.ContainsFunc(all, func(l geo.Label) bool { return l.Ref == ref }) {
			return fault.OnField("proof_district", "idea.err.choice")
		}
	}
	return nil
}

// Proved is what an eID has answered about somebody for a call.
type Proved struct {
	Yes   bool
	Until time.Time
	rule  string
}

// TakesPart tells whether actor may do something in a call that asks for a proof,
// nil when it does not ask or the proof is there; p is nil where there is none. It
// is pure; entitled asks it in each transaction in which somebody takes part.
// Taking something back, reading and the city's own work need no proof.
func TakesPart(actor accounts.Actor, action Action, c *Call, p *Proved, now time.Time) error {
	if c == nil || c.Who != WhoProved || actor.System {
		return nil
	}
	switch action {
	case ActSupport, ActPropose, ActAmend:
	case ActDiscuss:
		if !c.Proof.Talk {
			return nil
		}
	case ActView, ActEdit, ActWithdraw, ActWork:
		return nil
	}
	if p != nil && p.Yes && p.rule == c.Proof.Rule() && now.Before(p.Until) {
		return nil
	}
	return fault.New(fault.Forbidden, "err.403").With("why", WhyProof)
}

// WhyProof is the reason of a refusal that a proof would lift.
const WhyProof = "idea.why.proof"

// NeedsProof tells whether an error is such a refusal.
func NeedsProof(err error) bool {
	f := fault.As(err)
	return f != nil && f.Kind == fault.Forbidden && f.Params["why"] == WhyProof
}

// Entitled asks TakesPart with what is kept about the actor, in the transaction in
// which they take part: the one place that lets somebody in or not.
func Entitled(ctx context.Context, q db.Queryer, actor accounts.Actor, action Action, c *Call, now time.Time) error {
	if c == nil || c.Who != WhoProved {
		return nil
	}
	p, err := provedOf(ctx, q, actor.Person, c.ID)
	if err != nil {
		return err
	}
	return TakesPart(actor, action, c, p, now)
}

func provedOf(ctx context.Context, q db.Queryer, person, call uuid.UUID) (*Proved, error) {
	var p Proved
	err := q.QueryRow(ctx, sqlProved, call, db.OrNull(person)).Scan(&p.Yes, &p.Until, &p.rule)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // most people have none
	}
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	return &p, nil
}

// ProofOf is what an eID has said about the actor for a call; nil: nothing that
// counts today. Nobody is told about anybody else.
func (s *Service) ProofOf(ctx context.Context, actor accounts.Actor, c *Call) (*Proved, error) {
	if c.Who != WhoProved || actor.Person == uuid.Nil {
		return nil, nil //nolint:nilnil // as provedOf
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	p, err := provedOf(ctx, s.db, actor.Person, c.ID)
	if err != nil || p == nil || p.rule != c.Proof.Rule() || !now.Before(p.Until) {
		return nil, err
	}
	return p, nil
}

// CanProve tells whether any sign-in can be asked about people.
func (s *Service) CanProve() bool {
	return slices.ContainsFunc(s.accounts.Providers(), func(p accounts.Provider) bool { return !p.Claims.IsZero() })
}

// WaysToProve lists the sign-ins that can answer the question of a call; none when
// there is nothing left to prove it for.
func (s *Service) WaysToProve(ctx context.Context, c *Call) ([]accounts.Provider, error) {
	now, err := db.Now(ctx, s.db)
	if err != nil || !c.Asks(now, s.zone) {
		return nil, err
	}
	return s.accounts.Provers(c.Proof.Question(now, s.zone)), nil
}

// Asked is the question of a call, by its number as it stands in addresses.
// NotFound for one that asks for no proof, is no longer on or is not the actor's to
// know. Whoever is back from an eID has their question also when the last phase
// ended meanwhile: they are signed in all the same.
func (s *Service) Asked(ctx context.Context, actor accounts.Actor, number string, back bool) (accounts.Question, error) {
	c, now, err := s.asking(ctx, s.db, actor, number)
	if err == nil && !back && !c.Asks(now, s.zone) {
		err = fault.Missing("call")
	}
	if err != nil {
		return accounts.Question{}, err
	}
	return c.Proof.Question(now, s.zone), nil
}

func (s *Service) asking(ctx context.Context, q db.Queryer, actor accounts.Actor, number string) (*Call, time.Time, error) {
	prefix, n, err := subject.ParseNumber(number)
	if err != nil || prefix != subject.PrefixCall {
		return nil, time.Time{}, fault.Missing("call")
	}
	c, err := oneCall(ctx, q, sqlCallPlain, int64(n))
	if err != nil {
		return nil, time.Time{}, err
	}
	now, err := db.Now(ctx, q)
	if err == nil && (c.Who != WhoProved || c.State != CallPublished || !maySeeCall(actor, c)) {
		err = fault.Missing("call")
	}
	return c, now, err
}

// Asks tells whether a call asks for a proof and something is left that needs one: a
// phase that runs or comes. Wordings are proposed and split ideas chosen between
// while ideas are checked and decided, too.
func (c *Call) Asks(now time.Time, zone *time.Location) bool {
	if c.Who != WhoProved || c.State != CallPublished {
		return false
	}
	last, open := c.lastDay(zone)
	return open || now.Before(last)
}

// lastDay is when the last phase of a call ends; open: one has no end.
func (c *Call) lastDay(zone *time.Location) (last time.Time, open bool) {
	for i := range c.Spans {
		end, ok := c.Spans[i].ends(zone)
		if !ok {
			return time.Time{}, true
		}
		if end.After(last) {
			last = end
		}
	}
	return last, false
}

// How long an answer is kept at most: people move and grow older. A no is kept
// until somebody has read it.
const (
	provedFor  = 365 * 24 * time.Hour
	refusedFor = 30 * 24 * time.Hour
)

// NoteProof keeps the answer of an eID to the question of a call, in the
// transaction of the sign-in: yes or no, and nothing else. The last answer counts.
// An answer that could not be told (accounts.Untold) leaves what is. mine is false
// for the yes of an eID that has taken part as somebody else, or in an account that
// is gone: then nothing is kept.
func (s *Service) NoteProof(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id accounts.Identity, number string, asked accounts.Question, a accounts.Answer) (mine bool, err error) {
	c, now, err := s.asking(ctx, tx, actor, number)
	if err != nil || a.Verdict == accounts.Untold {
		return true, err
	}
	was := Proof{City: asked.City, Districts: asked.Districts, Postcodes: asked.Postcodes, AgeFrom: asked.AgeFrom, AgeTo: asked.AgeTo}
	if was.Rule() != c.Proof.Rule() {
		return false, fault.New(fault.Conflict, "idea.err.version")
	}
	var on bool
	if err := tx.QueryRow(ctx, sqlHoldAsking, c.ID).Scan(&on); err != nil {
		return false, fmt.Errorf("note proof: %w", err)
	}
	if !on { // it ended meanwhile, and what was kept for it is gone
		return false, fault.Missing("call")
	}
	until := now.Add(refusedFor)
	if a.Verdict == accounts.Yes {
		until = c.provedUntil(now, s.zone)
		if mine, err = takeEID(ctx, tx, c.ID, actor.Person, id); err != nil || !mine {
			return false, err
		}
	}
	if _, err := tx.Exec(ctx, sqlNoteProof, c.ID, actor.Person, c.Proof.Rule(), a.Verdict == accounts.Yes, until); err != nil {
		return false, fmt.Errorf("note proof: %w", err)
	}
	return true, nil
}

// provedUntil is until when a yes counts: as long as the call goes on, and then as
// long as supporters of an idea that was split on its last day may choose.
func (c *Call) provedUntil(now time.Time, zone *time.Location) time.Time {
	most := now.Add(provedFor)
	last, open := c.lastDay(zone)
	if last = last.Add(leaveFor); open || last.After(most) {
		return most
	}
	return last
}

// DropProofs deletes answers whose time is over, and what is kept for calls that
// have ended.
func (s *Service) DropProofs(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, sql := range []string{sqlDropProofs, sqlDropEIDs, sqlDropKeys} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("drop proofs: %w", err)
			}
		}
		return nil
	})
}

// endProofs deletes what is kept for a call that ends: nobody takes part any more.
func endProofs(ctx context.Context, tx pgx.Tx, call uuid.UUID) error {
	for _, sql := range []string{sqlEndProofs, sqlEndEIDs, sqlEndKey} {
		if _, err := tx.Exec(ctx, sql, call); err != nil {
			return fmt.Errorf("end proofs: %w", err)
		}
	}
	return nil
}

const (
	sqlProved    = `SELECT yes, until, rule FROM call_proofs WHERE call_id = $1 AND person_id = $2`
	sqlNoteProof = `
INSERT INTO call_proofs (call_id, person_id, rule, yes, until) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (call_id, person_id) DO UPDATE SET rule = excluded.rule, yes = excluded.yes, at = mitwirk_now(), until = excluded.until`
	sqlDropProofs   = `DELETE FROM call_proofs p USING calls c WHERE c.id = p.call_id AND (p.until < mitwirk_now() OR c.state = 'ended')`
	sqlHoldAsking   = `SELECT state = 'published' FROM calls WHERE id = $1 FOR SHARE`
	sqlEndProofs    = `DELETE FROM call_proofs WHERE call_id = $1`
	sqlForgetProofs = `DELETE FROM call_proofs WHERE person_id = $1`
)
