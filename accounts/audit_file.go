package accounts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/sheet"
)

// AuditCSV writes a table without formulas; its last line says when it is not all.
func AuditCSV(file *bytes.Buffer) (row func(AuditLine) error, end func(more bool) error) {
	file.WriteString(sheet.BOM)
	w := sheet.NewWriter(file)
	head := w.Row("seq", "at", "actor", "actor_name", "action", "object_kind", "object_id", "fields", "reason")
	row = func(l AuditLine) error {
		return w.Row(strconv.FormatInt(l.Seq, 10), l.At.UTC().Format(time.RFC3339), auditID(l.Actor), sheet.Text(l.Pseudonym), sheet.Text(l.Action),
			sheet.Text(string(l.Kind)), auditID(l.ID), sheet.Text(strings.Join(l.Fields, " ")), sheet.Text(l.Reason))
	}
	return row, func(more bool) error {
		if head != nil {
			return head
		}
		if more {
			if err := w.Row("more"); err != nil {
				return fmt.Errorf("audit csv: %w", err)
			}
		}
		return w.Flush()
	}
}

func auditID(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// AuditJSON writes {"entries": […], "more": false}.
func AuditJSON(file *bytes.Buffer) (row func(AuditLine) error, end func(more bool) error) {
	type entry struct {
		Seq    int64      `json:"seq"`
		At     time.Time  `json:"at"`
		Actor  *uuid.UUID `json:"actor"`
		Name   string     `json:"actor_name,omitempty"`
		Action string     `json:"action"`
		Kind   string     `json:"object_kind,omitempty"`
		ID     *uuid.UUID `json:"object_id,omitempty"`
		Fields []string   `json:"fields"`
		Reason string     `json:"reason,omitempty"`
	}
	list := []entry{}
	row = func(l AuditLine) error {
		list = append(list, entry{l.Seq, l.At.UTC(), l.Actor, l.Pseudonym, l.Action, string(l.Kind), l.ID, l.Fields, l.Reason})
		return nil
	}
	return row, func(more bool) error {
		return json.NewEncoder(file).Encode(map[string]any{"entries": list, "more": more})
	}
}
