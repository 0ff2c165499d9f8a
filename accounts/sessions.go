package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Assurance says how somebody came to a session.
type Assurance string

// How sessions begin. For staff the first two and ByOIDC are not enough.
const (
	ByVisit     Assurance = "visitor"    // at a visitor's first act
	ByMail      Assurance = "mail"       // by a one-time link or code
	ByTOTP      Assurance = "totp"       // by mail, then by a code of an app
	ByRecovery  Assurance = "recovery"   // by mail, then by a recovery code
	ByPasskey   Assurance = "passkey"    // by a passkey that knows its user
	ByOIDC      Assurance = "oidc"       // at another sign-in
	ByStaffOIDC Assurance = "oidc_staff" // at the city's own sign-in, which asks for a second factor
	ByDemo      Assurance = "demo"       // by a link of a demonstration
)

// Lifetimes of sessions: without a click, and at most. Staff have the short ones.
const (
	residentIdle     = 30 * 24 * time.Hour
	residentAbsolute = 180 * 24 * time.Hour
	staffIdle        = 30 * time.Minute
	staffAbsolute    = 12 * time.Hour
)

// Session is one device somebody is signed in on.
type Session struct {
	ID        uuid.UUID
	Assurance Assurance
	Device    string // "Firefox, Windows"; may be empty
	CreatedAt time.Time
	SeenAt    time.Time
	Until     time.Time
}

// StartSession makes a session of a person and returns the cookie's value, of
// which only the hash is stored, how long the cookie may live, and the actor.
// fault.NotFound for a person that does not exist or was erased.
func StartSession(ctx context.Context, tx pgx.Tx, person uuid.UUID, by Assurance) (token string, lives time.Duration, a Actor, err error) {
	return startSession(ctx, tx, person, by, "")
}

func startSession(ctx context.Context, tx pgx.Tx, person uuid.UUID, by Assurance, device string) (token string, lives time.Duration, a Actor, err error) {
	p, err := PersonByID(ctx, tx, person)
	if err != nil {
		return "", 0, Actor{}, err
	}
	if p.ErasedAt != nil {
		return "", 0, Actor{}, fault.Missing("person")
	}
	a = Actor{Person: p.ID, Session: subject.NewID(), Level: p.Level, Locale: p.Locale}
	if err := loadRights(ctx, tx, &a); err != nil {
		return "", 0, Actor{}, err
	}
	idle, lives := residentIdle, residentAbsolute
	if a.IsStaff() {
		idle, lives = staffIdle, staffAbsolute
	}
	token, hash := newToken()
	if _, err := tx.Exec(ctx, sqlInsertSession, hash, a.Session, person, by, device, idle.Microseconds(), lives.Microseconds()); err != nil {
		return "", 0, Actor{}, fmt.Errorf("insert session: %w", err)
	}
	return token, lives, a, nil
}

// NewVisitor makes the person of level L0 and the session that a visitor's
// first vote, draft, upload or report needs.
func NewVisitor(ctx context.Context, tx pgx.Tx, locale string) (token string, lives time.Duration, a Actor, err error) {
	person, err := NewPerson(ctx, tx, L0, locale)
	if err != nil {
		return "", 0, Actor{}, err
	}
	return StartSession(ctx, tx, person, ByVisit)
}

// ActorByToken finds whose session a cookie is. It reads roles and departments
// anew each time and notes the visit at most once a minute. fault.Unauthenticated
// for a session that is unknown, ended or over.
func (s *Service) ActorByToken(ctx context.Context, token string) (Actor, error) {
	a, stale, err := s.look(ctx, token)
	if err != nil || !stale {
		return a, err
	}
	idle := residentIdle
	if a.IsStaff() || a.NeedsFactor {
		idle = staffIdle
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlTouchSession, a.Session, idle.Microseconds())
		return err
	})
	if err != nil {
		return Actor{}, fmt.Errorf("touch session: %w", err)
	}
	return a, nil
}

// Look is ActorByToken without noting a visit: an open page that asks whether
// its rights still hold must not keep an idle session alive.
func (s *Service) Look(ctx context.Context, token string) (Actor, error) {
	a, _, err := s.look(ctx, token)
	return a, err
}

func (s *Service) look(ctx context.Context, token string) (a Actor, stale bool, err error) {
	var limits []subject.Remit
	var by Assurance
	err = s.db.QueryRow(ctx, sqlActorByToken, hashToken(token)).
		Scan(&a.Session, &a.Person, &a.Level, &a.Locale, &limits, &by, &stale)
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, false, fault.New(fault.Unauthenticated, "err.401")
	}
	if err != nil {
		return Actor{}, false, fmt.Errorf("find session: %w", err)
	}
	setRights(&a, limits)
	s.hold(&a, by)
	return a, stale, nil
}

// EndSession ends the actor's own session; without one it does nothing.
func EndSession(ctx context.Context, tx pgx.Tx, actor Actor) error {
	if _, err := tx.Exec(ctx, sqlEndSession, actor.Session); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndSessionsOf ends every session of a person: their own doing, or an admin's.
func EndSessionsOf(ctx context.Context, tx pgx.Tx, actor Actor, person uuid.UUID) error {
	if !actor.Is(person) {
		if err := May(actor, ManagePeople); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, sqlEndSessionsOf, person); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// EndOneSession ends one of the actor's own sessions; fault.NotFound for what is
// none of theirs.
func EndOneSession(ctx context.Context, tx pgx.Tx, actor Actor, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, sqlEndOneSession, id, actor.Person)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("session")
	}
	return nil
}

// EndOtherSessions ends all of the actor's sessions but this one; it returns
// how many there were.
func EndOtherSessions(ctx context.Context, tx pgx.Tx, actor Actor) (int, error) {
	tag, err := tx.Exec(ctx, sqlEndOtherSessions, actor.Session, actor.Person)
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// SessionsOf lists the actor's sessions that still run, the latest first.
func SessionsOf(ctx context.Context, q db.Queryer, actor Actor) ([]Session, error) {
	rows, err := q.Query(ctx, sqlSessionsOf, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Session])
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// SignedIn is what a sign-in brought about.
type SignedIn struct {
	Token   string        // the new cookie
	Lives   time.Duration // of the cookie
	Actor   Actor
	Visitor uuid.UUID // who the browser was before, if only a visitor: their things move over
}

// SignIn exchanges a sign-in link's token for a session. The session that the
// browser had before ends in any case. An address that was confirmed without an
// account gets its person (L1) now. fault.Gone for a token that is not valid.
func (s *Service) SignIn(ctx context.Context, tx pgx.Tx, before Actor, token string) (SignedIn, error) {
	t, err := UseToken(ctx, tx, PurposeSignIn, token)
	if err != nil {
		return SignedIn{}, err
	}
	person := t.Target.Person
	if person == uuid.Nil {
		if person, err = ownerOf(ctx, tx, t.Target.Contact, before); err != nil {
			return SignedIn{}, err
		}
	}
	by, err := s.byMail(ctx, tx, person)
	if err != nil {
		return SignedIn{}, err
	}
	return s.signInAs(ctx, tx, before, person, by)
}

// signInAs gives the browser a new session of the person. The one before ends,
// so that a token which somebody knew before is worth nothing afterwards.
func (s *Service) signInAs(ctx context.Context, tx pgx.Tx, before Actor, person uuid.UUID, by Assurance) (SignedIn, error) {
	out := SignedIn{}
	if before.Person != uuid.Nil && before.Person != person && before.Level == L0 {
		out.Visitor = before.Person
	}
	if err := EndSession(ctx, tx, before); err != nil {
		return SignedIn{}, err
	}
	var err error
	out.Token, out.Lives, out.Actor, err = startSession(ctx, tx, person, by, before.Device)
	s.hold(&out.Actor, by)
	return out, err
}

// ownerOf is the person of a confirmed contact, made if there is none yet.
func ownerOf(ctx context.Context, tx pgx.Tx, contact uuid.UUID, before Actor) (uuid.UUID, error) {
	c, err := ContactByID(ctx, tx, contact)
	if err != nil {
		return uuid.Nil, err
	}
	if c.Person != nil {
		return *c.Person, nil
	}
	if c.ConfirmedAt == nil {
		return uuid.Nil, LinkGone(PurposeSignIn)
	}
	person, err := NewPerson(ctx, tx, L1, before.Locale)
	if err != nil {
		return uuid.Nil, err
	}
	return claim(ctx, tx, contact, person)
}
