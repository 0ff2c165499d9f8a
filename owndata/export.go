package owndata

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/privacy"
	"github.com/mitwirk/mitwirk/subject"
)

// Export is everything about one person that is for them to know.
type Export struct {
	MadeAt time.Time `json:"made_at"`
	Person uuid.UUID `json:"person"`
	Tables []Table   `json:"tables"`
	Photos []Photo   `json:"photos"`
}

// Table is what stands in one table.
type Table struct {
	Name    string   `json:"name"` // of the table, e.g. "reports"
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
}

// Column says what a value is, why it is kept and how long.
type Column struct {
	Name      string `json:"name"`
	Field     string `json:"field,omitempty"` // in words; "" for what only tells which row it is
	Purpose   string `json:"purpose,omitempty"`
	Retention string `json:"retention,omitempty"`
}

// Row is one row by the names of its columns.
type Row map[string]any

// Photo is a picture of the person's, by the name that it has in an archive.
type Photo struct {
	ID    uuid.UUID `json:"id"`
	Alt   string    `json:"alt,omitempty"`
	File  string    `json:"file"` // "photos/….jpg"
	Bytes []byte    `json:"-"`
}

// Export gathers what the actor may take along. It needs a fresh sign-in, and is
// written into the audit log. With photos their bytes are read too; one whose
// bytes are lost is named without them.
func (s *Service) Export(ctx context.Context, actor accounts.Actor, photos bool) (*Export, error) {
	if actor.Person == uuid.Nil {
		return nil, fault.New(fault.Unauthenticated, "err.401")
	}
	e := &Export{Person: actor.Person, Photos: []Photo{}}
	var list []attachments.Attachment
	err := db.Transact(ctx, s.cfg.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		if err := accounts.NeedFresh(ctx, tx, actor); err != nil {
			return err
		}
		if e.MadeAt, err = db.Now(ctx, tx); err != nil {
			return err
		}
		if e.Tables, err = s.tables(ctx, tx, actor.Person); err != nil {
			return err
		}
		if list, err = s.photosOf(ctx, tx, actor.Person); err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "person.export", Person: actor.Person})
	})
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		p := Photo{ID: a.ID, Alt: a.Alt, File: "photos/" + a.ID.String() + ".jpg"}
		if photos {
			p.Bytes, err = s.cfg.Photos.Bytes(ctx, a, false)
			if err != nil && !fault.Is(err, fault.Gone) {
				return nil, err
			}
		}
		e.Photos = append(e.Photos, p)
	}
	return e, nil
}

// photosOf are the pictures that the person uploaded and those of their reports.
func (s *Service) photosOf(ctx context.Context, q db.Queryer, person uuid.UUID) ([]attachments.Attachment, error) {
	list, err := attachments.ForPerson(ctx, q, person)
	if err != nil {
		return nil, err
	}
	have := map[uuid.UUID]bool{}
	for _, a := range list {
		have[a.ID] = true
	}
	ids, err := ownReports(ctx, q, person)
	if err != nil {
		return nil, err
	}
	of, err := attachments.ForSubjects(ctx, q, subject.Report, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		for _, a := range of[id] {
			if !have[a.ID] {
				list = append(list, a)
			}
		}
	}
	return list, nil
}

// tables reads all rows that hang on the person.
func (s *Service) tables(ctx context.Context, q db.Queryer, person uuid.UUID) ([]Table, error) {
	out := []Table{}
	for _, h := range hangs() {
		t := Table{Name: h.table, Rows: []Row{}}
		sql, columns := h.selection(s.fields)
		t.Columns = columns
		rows, err := q.Query(ctx, sql, person)
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", h.table, err)
		}
		raw, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", h.table, err)
		}
		for _, line := range raw {
			r, err := readRow(h.table, line)
			if err != nil {
				return nil, err
			}
			t.Rows = append(t.Rows, r)
		}
		if len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out, nil
}

// exportRows is the most that one table gives: more than anybody has, and a
// bound all the same.
const exportRows = 20000

// selection is the query of a table; its names come from fields.yaml and
// tables.go, which are part of the program.
func (h *hang) selection(fields privacy.Fields) (sql string, columns []Column) {
	var parts []string
	add := func(column, expr string, c Column) {
		c.Name = column
		columns = append(columns, c)
		parts = append(parts, `'`+column+`', `+expr)
	}
	for _, name := range h.also {
		add(name, "t."+name, Column{})
	}
	for _, f := range fields.Own(h.table) {
		expr := "t." + f.Column
		if m, ok := h.masked[f.Column]; ok {
			expr = m
		}
		if f.Column == "point" {
			expr = "jsonb_build_object('lon', ST_X(" + expr + "), 'lat', ST_Y(" + expr + "))"
		}
		add(f.Column, expr, Column{Field: f.Name, Purpose: f.Purpose, Retention: f.Retention})
	}
	sql = "SELECT jsonb_build_object(" + strings.Join(parts, ", ") + ")::text\nFROM " + h.table + " t\nWHERE " + h.rows
	if h.order != "" {
		sql += "\nORDER BY " + h.order
	}
	return sql + fmt.Sprintf("\nLIMIT %d", exportRows), columns
}

// readRow makes a public number out of the one that the database keeps.
func readRow(table string, line []byte) (Row, error) {
	var r Row
	dec := json.NewDecoder(strings.NewReader(string(line)))
	dec.UseNumber()
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("export %s: %w", table, err)
	}
	if n, ok := r["number"].(json.Number); ok && table == "reports" {
		v, err := n.Int64()
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", table, err)
		}
		r["number"] = subject.Number(v).Format(subject.PrefixReport)
	}
	return r, nil
}
