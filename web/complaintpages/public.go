package complaintpages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/receipt"
	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/web/kit"
)

type verifyView struct {
	kit.Page
	Asked   bool
	OK      bool
	Said    string
	Receipt receipt.Receipt
	At      string
	Content string // "", "fits", "differs"
}

func (p *pages) askReceipt(c kit.Context) error {
	page := p.page(c, "complaint.verify.title")
	page.Robots = ""
	return kit.Render(c, http.StatusOK, verifyPage(verifyView{Page: page}))
}

// checkReceipt tells whether a file is a receipt of ours as it was handed out.
// Nothing of it is kept, and nothing is said of the case.
func (p *pages) checkReceipt(c kit.Context) error {
	var in struct {
		Text string `form:"text" lines:"true" max:"5000"`
	}
	if err := kit.Bind(c, &in); err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	v := verifyView{Page: p.page(c, "complaint.verify.title"), Asked: true}
	file, err := formFile(c, "receipt")
	if err != nil {
		return err
	}
	if len(file) == 0 && in.Text != "" {
		file = []byte(in.Text + "\n") // pasted: the form takes the last line break away
	}
	keys, err := p.Complaints.Keys(c.Request().Context())
	if err != nil {
		return err
	}
	v.Receipt, err = receipt.Verify(file, keys)
	v.OK = err == nil
	v.Said = v.T("complaint.verify." + verdict(err))
	if v.OK {
		at, _ := v.Receipt.Time()
		v.At = v.Loc.DateTime(at, at.AddDate(1, 0, 0))
		content, err := formFile(c, "content")
		if err != nil {
			return err
		}
		if len(content) > 0 {
			v.Content = "fits"
			if v.Receipt.Fits(content) != nil {
				v.Content = "differs"
			}
		}
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, verifyPage(v))
}

func verdict(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, receipt.ErrKey):
		return "key"
	case errors.Is(err, receipt.ErrSignature):
		return "signature"
	}
	return "form"
}

// formFile is a small file of a bound form; nil for none.
func formFile(c kit.Context, name string) ([]byte, error) {
	m := c.Request().MultipartForm
	if m == nil || len(m.File[name]) == 0 {
		return nil, nil
	}
	f, err := m.File[name][0].Open()
	if err != nil {
		return nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	defer func(f multipart.File) { _ = f.Close() }(f) // it was read
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	return data, nil
}

// keys are the public halves, at an address that stays.
func (p *pages) keys(c kit.Context) error {
	keys, err := p.Complaints.Keys(c.Request().Context())
	if err != nil {
		return err
	}
	doc, err := keys.Encode()
	if err != nil {
		return err
	}
	kit.Public(c, time.Hour)
	return kit.Send(c, http.StatusOK, "application/json", doc)
}

type statsView struct {
	kit.Page
	P         complaints.Published
	Learnings []complaints.Learning
}

func (p *pages) statistics(c kit.Context) error {
	ctx := c.Request().Context()
	v := statsView{Page: p.page(c, "complaint.stats.title")}
	v.Robots = ""
	var err error
	if v.P, err = p.Complaints.Statistics(ctx); err != nil {
		return err
	}
	if v.Learnings, err = p.Complaints.Learnings(ctx); err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, statsPage(v))
}

// cellName is a cell in words.
func (v statsView) cellName(by, key string) string { return v.P.Label(v.Loc, by, key) }

func (v statsView) months(p complaints.Period) string {
	if p.From == p.To {
		return v.cellName("month", p.From)
	}
	return v.T("complaint.stats.months", "from", v.cellName("month", p.From), "to", v.cellName("month", p.To))
}

// share is the width of a bar of 100.
func share(n, of int) int {
	if of == 0 {
		return 0
	}
	return n * 100 / of
}

func (p *pages) statisticsJSON(c kit.Context) error {
	f, err := p.Complaints.Statistics(c.Request().Context())
	if err != nil {
		return err
	}
	return sendFigures(c, "application/json; charset=utf-8", func(out io.Writer) error {
		return json.NewEncoder(out).Encode(map[string]any{"smallest_group": complaints.K, "language": kit.Loc(c).Lang(), "periods": f.Labelled(kit.Loc(c))})
	})
}

func (p *pages) statisticsCSV(c kit.Context) error {
	f, err := p.Complaints.Statistics(c.Request().Context())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="beschwerden.csv"`)
	return sendFigures(c, "text/csv; charset=utf-8", func(out io.Writer) error { return writeCSV(out, f.Labelled(kit.Loc(c))) })
}

// sendFigures sends a file whose labels are in the reader's language.
func sendFigures(c kit.Context, kind string, write func(io.Writer) error) error {
	var file bytes.Buffer
	if err := write(&file); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	kit.Public(c, time.Hour)
	return kit.Send(c, http.StatusOK, kind, file.Bytes())
}

func writeCSV(out io.Writer, periods []complaints.LabelledPeriod) error {
	w := sheet.NewWriter(out)
	if err := w.Row("from", "to", "by", "key", "n", "by_label", "label"); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	for _, p := range periods {
		for _, t := range p.Tables {
			for _, cell := range t.Cells {
				if err := w.Row(p.From, p.To, t.By, sheet.Text(cell.Key), strconv.Itoa(cell.N), t.Label, sheet.Text(cell.Label)); err != nil {
					return fmt.Errorf("write figures: %w", err)
				}
			}
		}
	}
	return w.Flush()
}
