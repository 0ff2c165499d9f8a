package geo

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Object is something of the city that stands in the street and has a number:
// a lamp, a signal, a bin.
type Object struct {
	ID     uuid.UUID
	Kind   string // "lamp": as Category.Object names it
	Number string // the city's own, unique within the kind: "4711"
	Code   string // eight signs, public, the same for ever: what stickers carry
	Place  string // as the import says it; may be empty
	Point  subject.Point
}

// Path is the object's public page.
func (o *Object) Path() string { return "/o/" + o.Code }

// Name is kind and number in a language: "Laterne 4711".
func (o *Object) Name(loc *i18n.Localizer) string { return KindName(loc, o.Kind) + " " + o.Number }

// KindName is what a kind of object is called; one that we have no word for
// keeps its key.
func KindName(loc *i18n.Localizer, kind string) string {
	if key := "object.kind." + kind; loc.Has(key) {
		return loc.T(key)
	}
	return upperFirst(strings.ReplaceAll(kind, "-", " "))
}

// codeAlphabet is that of the public numbers: nothing that people mix up.
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

const codeSigns = 8

// newCode draws a code; uniqueness is the database's business.
func newCode() string {
	var out [codeSigns]byte
	for i := range out {
		for {
			var b [1]byte
			_, _ = rand.Read(b[:]) // never fails since Go 1.24
			if int(b[0]) < 256/len(codeAlphabet)*len(codeAlphabet) {
				out[i] = codeAlphabet[int(b[0])%len(codeAlphabet)]
				break
			}
		}
	}
	return string(out[:])
}

var codeForm = regexp.MustCompile(`^[2-9A-HJKMNP-Z]{8}$`)

// ParseCode reads a code as people type it: small letters, blanks and hyphens
// do not matter. ok is false for what can't be one.
func ParseCode(text string) (code string, ok bool) {
	if len(text) > 40 {
		return "", false
	}
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
	return code, codeForm.MatchString(code)
}

// ObjectByCode finds what a sticker names; fault.NotFound for any other code.
func (s *Service) ObjectByCode(ctx context.Context, code string) (*Object, error) {
	code, ok := ParseCode(code)
	if !ok {
		return nil, fault.Missing("object")
	}
	return oneObject(ctx, s.db, sqlObjectByCode, code)
}

// ObjectByID finds an object by its key; fault.NotFound when there is none.
func (s *Service) ObjectByID(ctx context.Context, id uuid.UUID) (*Object, error) {
	return oneObject(ctx, s.db, sqlObjectByID, id)
}

// ObjectsNear are the objects of a kind ("" of all) within metres of a place,
// nearest first, at most limit.
func (s *Service) ObjectsNear(ctx context.Context, at subject.Point, kind string, metres float64, limit int) ([]Object, error) {
	rows, err := s.db.Query(ctx, sqlObjectsNear, at.Lon, at.Lat, metres, kind, limit)
	if err != nil {
		return nil, fmt.Errorf("objects nearby: %w", err)
	}
	return collectObjects(rows)
}

// PlaceOf is where an object stands: as the city says, else the nearest address;
// "" where there is none.
func (s *Service) PlaceOf(ctx context.Context, o *Object) (string, error) {
	if o.Place != "" {
		return o.Place, nil
	}
	a, ok, err := s.Nearest(ctx, o.Point)
	if err != nil || !ok {
		return "", err
	}
	return a.Short(), nil
}

// ObjectFilter is what the list of the desk looks for.
type ObjectFilter struct {
	Kind  string // "": all
	Text  string // in number and place; "": all
	After *ObjectCursor
	Limit int // 0: 50, at most 500
}

// ObjectCursor is a place in the list, which is ordered by kind and number.
type ObjectCursor struct{ Kind, Number string }

// Objects is a part of the list with what comes after it (nil: nothing), and
// how many there are of the filter.
func (s *Service) Objects(ctx context.Context, f ObjectFilter) (list []Object, next *ObjectCursor, total int, err error) {
	limit := min(cmp.Or(max(f.Limit, 0), 50), 500)
	text := strings.TrimSpace(f.Text)
	if err := s.db.QueryRow(ctx, sqlCountObjects, f.Kind, text).Scan(&total); err != nil {
		return nil, nil, 0, fmt.Errorf("count objects: %w", err)
	}
	after := ObjectCursor{}
	if f.After != nil {
		after = *f.After
	}
	rows, err := s.db.Query(ctx, sqlObjects, f.Kind, text, after.Kind, after.Number, limit+1)
	if err != nil {
		return nil, nil, 0, fmt.Errorf("list objects: %w", err)
	}
	if list, err = collectObjects(rows); err != nil {
		return nil, nil, 0, err
	}
	if len(list) > limit {
		list = list[:limit]
		next = &ObjectCursor{list[limit-1].Kind, list[limit-1].Number}
	}
	return list, next, total, nil
}

// ObjectKind is a kind that is there, with how many.
type ObjectKind struct {
	Key string
	N   int
}

// ObjectKinds are the kinds that are there, in the order of their keys.
func (s *Service) ObjectKinds(ctx context.Context) ([]ObjectKind, error) {
	rows, err := s.db.Query(ctx, sqlObjectKinds)
	if err != nil {
		return nil, fmt.Errorf("kinds of objects: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ObjectKind])
	if err != nil {
		return nil, fmt.Errorf("kinds of objects: %w", err)
	}
	return list, nil
}

// ObjectImport is what became of the rows of a file.
type ObjectImport struct {
	Read, New, Changed, Same int
	Rejects                  []ObjectReject
}

// ObjectReject is a row that was not taken.
type ObjectReject struct {
	Row    int // counted from 1: the line of a table (its head included), the feature of a GeoJSON file
	Kind   string
	Number string
	Reason string // English, for the one who runs the import
}

// ImportObjects brings objects in. One that is there (kind and number) keeps
// its id and code and takes over place and point; none is removed. Rows outside
// the city's districts are rejected, as are those that Read rejected already.
// With dry nothing stays. progress is told how many rows are done; it may be nil.
func (s *Service) ImportObjects(ctx context.Context, file *ObjectFile, dry bool, progress func(done int)) (ObjectImport, error) {
	out := ObjectImport{Read: len(file.Rows) + len(file.Rejects), Rejects: slices.Clone(file.Rejects)}
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return out, err
	}
	rows := make([]ObjectRow, 0, len(file.Rows))
	for _, r := range file.Rows {
		if len(ix.districts) > 0 {
			if _, ok := ix.at(r.Point); !ok {
				out.Rejects = append(out.Rejects, r.reject("the place is outside the city's districts"))
				continue
			}
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(out.Rejects, func(a, b ObjectReject) int { return cmp.Compare(a.Row, b.Row) })
	done := 0
	for piece := range slices.Chunk(rows, batchRows) {
		if err := s.importPiece(ctx, piece, dry, &out); err != nil {
			return out, err
		}
		if done += len(piece); progress != nil {
			progress(done)
		}
	}
	return out, nil
}

var errDry = errors.New("nothing is to stay")

// importPiece writes one batch; a code that is taken is drawn again with all
// others of the batch.
func (s *Service) importPiece(ctx context.Context, piece []ObjectRow, dry bool, out *ObjectImport) error {
	for try := 0; ; try++ {
		var fresh, changed int
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
			if fresh, changed, err = upsertObjects(ctx, tx, piece); err == nil && dry {
				return errDry
			}
			return err
		})
		switch {
		case db.IsUnique(err, "objects_code") && try < 5:
			continue
		case err != nil && !errors.Is(err, errDry):
			return fmt.Errorf("import objects: %w", err)
		}
		out.New += fresh
		out.Changed += changed
		out.Same += len(piece) - fresh - changed
		return nil
	}
}
