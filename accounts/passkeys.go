package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// challengeTTL is how long somebody has for fingerprint, face or PIN.
const challengeTTL = 5 * time.Minute

// maxPasskeys is how many passkeys somebody may have.
const maxPasskeys = 20

// Passkey is a device or a password manager that signs somebody in.
type Passkey struct {
	ID        uuid.UUID
	Name      string
	CreatedAt time.Time
	UsedAt    *time.Time
}

// Challenge is a question to a browser: Options go to navigator.credentials as
// JSON (WebAuthn level 3), ID comes back with the answer.
type Challenge struct {
	ID      uuid.UUID `json:"id"`
	Options any       `json:"options"`
}

// passkeysFor makes the relying party of a site's address. A browser knows no
// passkeys for an IP address: on this machine they belong to "localhost".
func passkeysFor(base string) (*webauthn.WebAuthn, error) {
	if base == "" {
		return nil, nil //nolint:nilnil // no passkeys
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("accounts: base address: %w", err)
	}
	host := u.Hostname()
	origins := []string{u.Scheme + "://" + u.Host}
	if ip := net.ParseIP(host); ip != nil {
		if !ip.IsLoopback() {
			return nil, nil //nolint:nilnil // no passkeys
		}
		host = "localhost"
		origin := u.Scheme + "://localhost"
		if u.Port() != "" {
			origin += ":" + u.Port()
		}
		origins = append(origins, origin)
	}
	within := webauthn.TimeoutConfig{Enforce: true, Timeout: challengeTTL, TimeoutUVD: challengeTTL}
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Mitwirk", RPOrigins: origins,
		AttestationPreference: protocol.PreferNoAttestation, // which maker's device it is, is nobody's business
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: within, Registration: within},
	})
	if err != nil {
		return nil, fmt.Errorf("accounts: passkeys: %w", err)
	}
	return w, nil
}

// HasPasskeys tells whether this installation can use passkeys at all.
func (s *Service) HasPasskeys() bool { return s.passkeys != nil }

// keyOwner is a person as the library wants to see them.
type keyOwner struct {
	person      uuid.UUID
	name        string
	credentials []webauthn.Credential
}

func (o *keyOwner) WebAuthnID() []byte                         { return o.person[:] }
func (o *keyOwner) WebAuthnName() string                       { return o.name }
func (o *keyOwner) WebAuthnDisplayName() string                { return o.name }
func (o *keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }

func loadKeyOwner(ctx context.Context, q db.Queryer, person uuid.UUID) (*keyOwner, error) {
	rows, err := q.Query(ctx, sqlCredentials, person)
	if err != nil {
		return nil, fmt.Errorf("load credentials: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[webauthn.Credential])
	if err != nil {
		return nil, fmt.Errorf("load credentials: %w", err)
	}
	return &keyOwner{person: person, credentials: list}, nil
}

func askChallenge(ctx context.Context, tx pgx.Tx, person uuid.UUID, data *webauthn.SessionData, options any) (Challenge, error) {
	id := subject.NewID()
	if _, err := tx.Exec(ctx, sqlInsertChallenge, id, db.OrNull(person), data, challengeTTL.Microseconds()); err != nil {
		return Challenge{}, fmt.Errorf("insert challenge: %w", err)
	}
	return Challenge{ID: id, Options: options}, nil
}

// takeChallenge uses a challenge up: it is asked once.
func takeChallenge(ctx context.Context, tx pgx.Tx, id, person uuid.UUID) (webauthn.SessionData, error) {
	var data webauthn.SessionData
	err := tx.QueryRow(ctx, sqlTakeChallenge, id, db.OrNull(person)).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return data, errPasskey()
	}
	if err != nil {
		return data, fmt.Errorf("take challenge: %w", err)
	}
	return data, nil
}

// errPasskey is the one answer to everything that a passkey can get wrong.
func errPasskey() *fault.Error { return fault.New(fault.Forbidden, "signin.err.passkey") }

// BeginPasskey asks the actor's browser to make a passkey. name is what the
// device lists it under, e.g. their mail address. fault.Forbidden for a further
// factor without a second one.
func (s *Service) BeginPasskey(ctx context.Context, tx pgx.Tx, actor Actor, name string) (Challenge, error) {
	if s.passkeys == nil {
		return Challenge{}, fault.Missing("passkeys")
	}
	if err := mayAddFactor(ctx, tx, actor); err != nil {
		return Challenge{}, err
	}
	owner, err := loadKeyOwner(ctx, tx, actor.Person)
	if err != nil {
		return Challenge{}, err
	}
	if len(owner.credentials) >= maxPasskeys {
		return Challenge{}, fault.New(fault.Forbidden, "err.403").With("why", "signin.why.passkeys")
	}
	owner.name = name
	options, data, err := s.passkeys.BeginRegistration(owner,
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
		webauthn.WithExclusions(webauthn.Credentials(owner.credentials).CredentialDescriptors()))
	if err != nil {
		return Challenge{}, fmt.Errorf("begin passkey: %w", err)
	}
	return askChallenge(ctx, tx, actor.Person, data, options.Response)
}

// FinishPasskey takes the new passkey and makes the session one with a second
// factor. With the first one come recovery codes, shown this once.
func (s *Service) FinishPasskey(ctx context.Context, tx pgx.Tx, actor Actor, challenge uuid.UUID, name string, answer json.RawMessage) (SignedIn, []string, error) {
	if s.passkeys == nil {
		return SignedIn{}, nil, fault.Missing("passkeys")
	}
	if err := mayAddFactor(ctx, tx, actor); err != nil {
		return SignedIn{}, nil, err
	}
	data, err := takeChallenge(ctx, tx, challenge, actor.Person)
	if err != nil {
		return SignedIn{}, nil, err
	}
	owner, err := loadKeyOwner(ctx, tx, actor.Person)
	if err != nil {
		return SignedIn{}, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return SignedIn{}, nil, errPasskey().Because(err)
	}
	credential, err := s.passkeys.CreateCredential(owner, data, parsed)
	if err != nil {
		return SignedIn{}, nil, errPasskey().Because(err)
	}
	if name = strings.TrimSpace(name); name == "" {
		name = actor.Device
	}
	name = shorten(name, 60)
	if name == "" {
		name = "Passkey"
	}
	if _, err := tx.Exec(ctx, sqlInsertPasskey, credential.ID, subject.NewID(), actor.Person, name, credential); err != nil {
		return SignedIn{}, nil, fmt.Errorf("insert passkey: %w", err)
	}
	f, err := FactorsOf(ctx, tx, actor)
	if err != nil {
		return SignedIn{}, nil, err
	}
	var recovery []string
	if f.Recovery == 0 {
		if recovery, err = newRecovery(ctx, tx, actor); err != nil {
			return SignedIn{}, nil, err
		}
	}
	in, err := s.strengthen(ctx, tx, actor, ByPasskey)
	if err != nil {
		return SignedIn{}, nil, err
	}
	return in, recovery, Audit(ctx, tx, actor, Entry{Action: "factor.add", Person: actor.Person, Fields: []string{"passkeys"}})
}

func shorten(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}

// AskPasskey asks a browser to sign in with any passkey it has for this site.
func (s *Service) AskPasskey(ctx context.Context, tx pgx.Tx) (Challenge, error) {
	if s.passkeys == nil {
		return Challenge{}, fault.Missing("passkeys")
	}
	options, data, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, fmt.Errorf("ask for passkey: %w", err)
	}
	return askChallenge(ctx, tx, uuid.Nil, data, options.Response)
}

// SignInByPasskey takes the answer to AskPasskey and gives the browser a new
// session. Everything that does not fit is the same Forbidden.
func (s *Service) SignInByPasskey(ctx context.Context, tx pgx.Tx, before Actor, challenge uuid.UUID, answer json.RawMessage) (SignedIn, error) {
	if s.passkeys == nil {
		return SignedIn{}, fault.Missing("passkeys")
	}
	data, err := takeChallenge(ctx, tx, challenge, uuid.Nil)
	if err != nil {
		return SignedIn{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return SignedIn{}, errPasskey().Because(err)
	}
	user, credential, err := s.passkeys.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		person, err := uuid.FromBytes(handle)
		if err != nil {
			return nil, err
		}
		return loadKeyOwner(ctx, tx, person)
	}, data, parsed)
	if err != nil {
		return SignedIn{}, errPasskey().Because(err)
	}
	owner, ok := user.(*keyOwner)
	if !ok || credential.Authenticator.CloneWarning { // a copy counts apart from its original
		return SignedIn{}, errPasskey()
	}
	if _, err := tx.Exec(ctx, sqlUsePasskey, credential.ID, credential); err != nil {
		return SignedIn{}, fmt.Errorf("use passkey: %w", err)
	}
	return s.signInAs(ctx, tx, before, owner.person, ByPasskey)
}

// PasskeysOf lists the actor's passkeys, the newest first.
func PasskeysOf(ctx context.Context, q db.Queryer, actor Actor) ([]Passkey, error) {
	rows, err := q.Query(ctx, sqlPasskeysOf, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Passkey])
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return list, nil
}

// RemovePasskey removes one of the actor's passkeys; fault.NotFound for what is
// none of theirs. With the last factor go the recovery codes: the next one brings
// new ones.
func RemovePasskey(ctx context.Context, tx pgx.Tx, actor Actor, id uuid.UUID) error {
	if actor.NeedsFactor {
		return fault.New(fault.Forbidden, "err.403").With("why", "signin.why.factor")
	}
	tag, err := tx.Exec(ctx, sqlRemovePasskey, id, actor.Person)
	if err != nil {
		return fmt.Errorf("remove passkey: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("passkey")
	}
	if _, err := tx.Exec(ctx, sqlForgetIdleRecovery, actor.Person); err != nil {
		return fmt.Errorf("remove recovery codes: %w", err)
	}
	return Audit(ctx, tx, actor, Entry{Action: "factor.remove", Person: actor.Person, Fields: []string{"passkeys"}})
}

// SQL of passkeys.
//
//nolint:gosec // statements about credentials, none of them
const (
	sqlCredentials = `SELECT credential FROM passkeys WHERE person_id = $1 ORDER BY created_at, credential_id`

	sqlInsertChallenge = `
INSERT INTO passkey_challenges (id, person_id, data, expires_at)
VALUES ($1, $2, $3, mitwirk_now() + $4 * interval '1 microsecond')`

	sqlTakeChallenge = `
DELETE FROM passkey_challenges
WHERE id = $1
  AND person_id IS NOT DISTINCT FROM $2
  AND expires_at > mitwirk_now()
RETURNING data`

	sqlSweepChallenges = `DELETE FROM passkey_challenges WHERE expires_at < mitwirk_now()`

	sqlInsertPasskey = `
INSERT INTO passkeys (credential_id, id, person_id, name, credential)
VALUES ($1, $2, $3, $4, $5)`

	sqlUsePasskey = `UPDATE passkeys SET used_at = mitwirk_now(), credential = $2 WHERE credential_id = $1`

	sqlPasskeysOf = `
SELECT id, name, created_at, used_at
FROM passkeys
WHERE person_id = $1
ORDER BY created_at DESC, id DESC`

	sqlRemovePasskey = `DELETE FROM passkeys WHERE id = $1 AND person_id = $2`
)
