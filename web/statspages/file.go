package statspages

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"github.com/xuri/excelize/v2"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/web/kit"
)

type fileKind string

const (
	csvFile  fileKind = "csv"
	xlsxFile fileKind = "xlsx"
)

// file is the table of the page as a file.
func (p *pages) file(desk bool, kind fileKind) func(kit.Context) error {
	return func(c kit.Context) error {
		if desk {
			if err := casework.MayRoute(kit.Actor(c), casework.SeeFigures); err != nil {
				return err
			}
		}
		q, f, err := p.ask(c)
		if err != nil {
			return err
		}
		rows, _, err := p.rows(c, desk, q, f)
		if err != nil {
			return err
		}
		page := kit.NewPage(c, "stats.title")
		name, err := p.names(c.Request().Context(), page.Lang)
		if err != nil {
			return err
		}
		table := [][]cell{header(page, q.By)}
		for i := range rows {
			table = append(table, cells(name(page, q.By, rows[i].Key), &rows[i]))
		}
		body, contentType, err := write(kind, table)
		if err != nil {
			return err
		}
		kit.NoStore(c)
		c.Response().Header().Set("Content-Disposition", `attachment; filename="statistics-`+string(q.By)+"-"+f.From.Format("20060102")+"."+string(kind)+`"`)
		return kit.Send(c, http.StatusOK, contentType, body)
	}
}

// cell is a text, a number or nothing.
type cell struct {
	text   string
	number float64
	digits int
	is     byte // 't', 'n', or 0: empty
}

func text(s string) cell { return cell{text: sheet.Text(s), is: 't'} }

func count(n int) cell { return cell{number: float64(n), is: 'n'} }

func days(x *float64) cell {
	if x == nil {
		return cell{}
	}
	return cell{number: *x, digits: 2, is: 'n'}
}

func header(p kit.Page, by casework.By) []cell {
	keys := []string{
		"stats.by." + string(by), "stats.in", "stats.out", "stats.open", "stats.first", "stats.first90", "stats.solved", "stats.solved90",
		"stats.share", "stats.reopened", "stats.happy", "stats.soso", "stats.unhappy",
	}
	row := make([]cell, len(keys))
	for i, k := range keys {
		row[i] = text(p.T(k))
	}
	return row
}

func cells(name string, r *casework.FigureRow) []cell {
	row := []cell{
		text(name), count(r.In), count(r.Out), count(r.Open), days(r.FirstMedian), days(r.First90), days(r.SolvedMedian), days(r.Solved90),
		{},
		count(r.Reopened),
		{},
		{},
		{},
	}
	if percent, ok := r.Share(); ok {
		row[8] = count(percent)
	}
	if r.Rated() > 0 {
		row[10], row[11], row[12] = count(r.Happy), count(r.SoSo), count(r.Unhappy)
	}
	return row
}

func write(kind fileKind, table [][]cell) (body []byte, contentType string, err error) {
	var out bytes.Buffer
	if kind == csvFile {
		out.WriteString(sheet.BOM)
		w := sheet.NewWriter(&out)
		for _, row := range table {
			texts := make([]string, len(row))
			for i, c := range row {
				switch c.is {
				case 't':
					texts[i] = c.text
				case 'n':
					texts[i] = strconv.FormatFloat(c.number, 'f', c.digits, 64)
				}
			}
			if err := w.Row(texts...); err != nil {
				return nil, "", fmt.Errorf("write csv: %w", err)
			}
		}
		if err := w.Flush(); err != nil {
			return nil, "", fmt.Errorf("write csv: %w", err)
		}
		return out.Bytes(), "text/csv; charset=utf-8", nil
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // nothing lies on disk
	for y, row := range table {
		for x, c := range row {
			at, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err != nil {
				return nil, "", fmt.Errorf("write xlsx: %w", err)
			}
			switch c.is {
			case 't':
				err = f.SetCellStr("Sheet1", at, c.text)
			case 'n':
				err = f.SetCellFloat("Sheet1", at, c.number, c.digits, 64)
			}
			if err != nil {
				return nil, "", fmt.Errorf("write xlsx: %w", err)
			}
		}
	}
	if err := f.Write(&out); err != nil {
		return nil, "", fmt.Errorf("write xlsx: %w", err)
	}
	return out.Bytes(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", nil
}
