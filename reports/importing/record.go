package importing

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// Reject is a row that is not imported.
type Reject struct {
	Row    int // the header is row 1
	Reason string
	Raw    string
}

// record is one row, understood.
type record struct {
	row      int
	raw      string
	key      string // identity within the source
	hash     []byte
	created  time.Time
	category string // its name in the file
	address  string
	point    subject.Point
	text     string
	title    string
	status   string
	closed   *time.Time
	cut      bool // the text was too long
}

const (
	maxAddress  = 200 // signs
	maxCategory = 100
	maxID       = 200
	oldest      = 1970
)

// mapper turns rows of one file into records.
type mapper struct {
	*ready

	column map[Field]int
	now    time.Time
	equal  map[string]int // how often a hash was there
}

// newMapper finds the columns.
func newMapper(r *ready, t *table.Table, now time.Time) (*mapper, error) {
	m := &mapper{ready: r, column: map[Field]int{}, now: now, equal: map[string]int{}}
	for f, name := range r.Map {
		if name == "" {
			continue
		}
		i := t.Column(name)
		if i < 0 {
			return nil, fmt.Errorf("there is no column %q (for %s); the file has: %s", clip(name), f, strings.Join(clipAll(t.Header), ", "))
		}
		m.column[f] = i
	}
	return m, nil
}

func clipAll(list []string) []string {
	const most = 40
	out := make([]string, 0, len(list))
	for i, s := range list {
		if i == most {
			return append(out, "…")
		}
		out = append(out, clip(s))
	}
	return out
}

// field is a row's text in the column of a field; "" without one.
func (m *mapper) field(row table.Row, f Field) string {
	i, ok := m.column[f]
	if !ok {
		return ""
	}
	return table.Text(row.Fields[i])
}

// read understands a row, or says why it can't.
func (m *mapper) read(row table.Row) (record, error) {
	if row.Err != nil {
		return record{}, row.Err
	}
	r := record{row: row.No, raw: row.Raw, hash: hashOf(row.Fields)}
	var err error
	if r.created, _, err = table.Time(m.field(row, Created), m.zone, m.Dates); err != nil {
		return r, fmt.Errorf("created: %w", err)
	}
	switch {
	case r.created.Year() < oldest:
		return r, fmt.Errorf("created: lies before %d", oldest)
	case r.created.After(m.now):
		return r, errors.New("created: lies in the future")
	}
	if r.category = oneLine(m.field(row, Category)); r.category == "" {
		return r, errors.New("category: is empty")
	}
	if n := utf8.RuneCountInString(r.category); n > maxCategory {
		return r, fmt.Errorf("category: has %d signs; at most %d", n, maxCategory)
	}
	if r.point, err = table.Point(m.field(row, Lon), m.field(row, Lat)); err != nil {
		return r, err
	}
	r.address, _ = cut(oneLine(m.field(row, Address)), maxAddress)
	r.title = oneLine(m.field(row, Title))
	r.text = strings.TrimSpace(r.title + "\n\n" + m.field(row, Description))
	r.text, r.cut = cut(r.text, reports.MaxText)
	r.status = m.field(row, StatusWord)
	if text := m.field(row, Closed); text != "" {
		at, day, err := table.Time(text, m.zone, m.Dates)
		if err != nil {
			return r, fmt.Errorf("closed: %w", err)
		}
		if at.Before(r.created) && (day && at.AddDate(0, 0, 1).After(r.created)) { // the same day, without a time
			at = r.created
		}
		switch {
		case at.Before(r.created):
			return r, errors.New("closed: lies before the row was created")
		case at.After(m.now):
			return r, errors.New("closed: lies in the future")
		}
		r.closed = &at
	}
	err = m.identify(&r, row)
	return r, err
}

// identify gives a row its key: the source's id, else the hash and the ordinal
// among equal rows.
func (m *mapper) identify(r *record, row table.Row) error {
	if _, ok := m.column[ID]; ok {
		id := oneLine(m.field(row, ID))
		if id == "" {
			return errors.New("id: is empty")
		}
		if n := utf8.RuneCountInString(id); n > maxID {
			return fmt.Errorf("id: has %d signs; at most %d", n, maxID)
		}
		r.key = "id:" + id
		return nil
	}
	h := hex.EncodeToString(r.hash)
	m.equal[h]++
	r.key = h + ":" + strconv.Itoa(m.equal[h])
	return nil
}

// hashOf tells rows apart by all of their fields.
func hashOf(fields []string) []byte {
	h := sha256.New()
	for _, f := range fields {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	return h.Sum(nil)[:16]
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// cut shortens a text to so many signs.
func cut(s string, most int) (string, bool) {
	if utf8.RuneCountInString(s) <= most {
		return s, false
	}
	return string([]rune(s)[:most-1]) + "…", true
}
