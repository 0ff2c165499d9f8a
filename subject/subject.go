package subject

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Kind names a sort of thing that has a page, a timeline and an audience.
type Kind string

// The kinds of the product. The database stores these words.
const (
	Report    Kind = "report"
	Complaint Kind = "complaint"
	Idea      Kind = "idea"
	Call      Kind = "call"
	Measure   Kind = "measure"
	Comment   Kind = "comment"
)

// Ref points to one thing: a kind and the UUIDv7 that is its key inside.
type Ref struct {
	Kind Kind      `json:"kind"`
	ID   uuid.UUID `json:"id"`
}

// IsZero tells whether r points to nothing.
func (r Ref) IsZero() bool { return r.Kind == "" && r.ID == uuid.Nil }

// String is "kind/uuid", for logs.
func (r Ref) String() string { return string(r.Kind) + "/" + r.ID.String() }

// NewID returns a fresh UUIDv7. It panics only when the system has no
// randomness left, which no caller could handle better.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Point is a place: WGS 84 longitude and latitude in degrees.
type Point struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// Valid tells whether both degrees are within the range of WGS 84.
func (p Point) Valid() bool {
	return p.Lon >= -180 && p.Lon <= 180 && p.Lat >= -90 && p.Lat <= 90 && p.Lon == p.Lon && p.Lat == p.Lat
}

// BBox is an area between two corners, in degrees of WGS 84.
type BBox struct {
	West  float64 `json:"West"` // named as settings have it stored
	South float64 `json:"South"`
	East  float64 `json:"East"`
	North float64 `json:"North"`
}

// Holds tells whether p lies in the area or on its edge.
func (b BBox) Holds(p Point) bool {
	return p.Lon >= b.West && p.Lon <= b.East && p.Lat >= b.South && p.Lat <= b.North
}

// Audience says who may see a thing or one step of its timeline. Each one
// includes those after it in the list below.
type Audience string

// The audiences, from the widest to the narrowest.
const (
	Public     Audience = "public"     // everybody
	Owner      Audience = "owner"      // its author and the department in charge
	Department Audience = "department" // the department in charge only
)

// Role is a key of what somebody may do.
type Role string

// The roles. Residents need no grant.
const (
	Resident   Role = "resident"
	Caseworker Role = "caseworker"
	TeamLead   Role = "team_lead"
	Moderator  Role = "moderator"
	Editor     Role = "editor"
	Analyst    Role = "analyst"
	Council    Role = "council" // Bezirksausschuss
	Admin      Role = "admin"
)

// Roles lists every role that can be granted.
func Roles() []Role {
	return []Role{Resident, Caseworker, TeamLead, Moderator, Editor, Analyst, Council, Admin}
}

// Remit is where one role counts. An empty list limits nothing.
type Remit struct {
	Role        Role        `json:"role"`
	Departments []uuid.UUID `json:"departments"`
	Categories  []uuid.UUID `json:"categories"`
	Districts   []string    `json:"districts"` // their refs
}

// Covers tells whether a thing of a department, category and district lies in
// the remit: in all three at once.
func (r Remit) Covers(department, category uuid.UUID, district string) bool {
	return in(r.Departments, department) && in(r.Categories, category) && in(r.Districts, district)
}

func in[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// Equal tells whether both say the same, in the same order.
func (r Remit) Equal(o Remit) bool {
	return r.Role == o.Role && slices.Equal(r.Departments, o.Departments) &&
		slices.Equal(r.Categories, o.Categories) && slices.Equal(r.Districts, o.Districts)
}

// Viewer is whoever looks: the part of an actor that queries and live
// subscriptions need. The zero value is an anonymous visitor.
type Viewer struct {
	Person      uuid.UUID
	Departments []uuid.UUID // those in which the person works
	Roles       []Role
	Remits      []Remit // where the roles count; none where Roles and Departments say it all
}

// Has tells whether the viewer holds one of the roles.
func (v Viewer) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(v.Roles, r) })
}

// IsStaff tells whether the viewer works for the city in any role.
func (v Viewer) IsStaff() bool {
	return v.Has(Caseworker, TeamLead, Moderator, Editor, Analyst, Admin)
}

// Card is how a thing introduces itself anywhere in the product: in a queue, a
// mail, a search hit, a live message.
type Card struct {
	Ref
	Number   Number
	Title    string // made by the system, never a person's text
	Excerpt  string // released text only
	Path     string // the page's path, without host
	Point    *Point
	Status   string
	Audience Audience
	At       time.Time
}

// Describer is the one contract across the product: a domain tells what the
// things with these ids are. Ids that do not exist are left out.
type Describer interface {
	Describe(ctx context.Context, ids []uuid.UUID) ([]Card, error)
}
