package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-isatty"
)

// progress shows how far a long command is: a bar on a terminal, a line for
// each tenth elsewhere.
type progress struct {
	out    io.Writer
	what   string
	live   bool
	tenths int
	drawn  bool
}

func newProgress(out *os.File, what string) *progress {
	return &progress{out: out, what: what, live: isatty.IsTerminal(out.Fd()), tenths: -1}
}

const barWidth = 30

// set shows that done of all are done.
func (p *progress) set(done, of int) {
	if of == 0 {
		return
	}
	if p.live {
		full := barWidth * done / of
		_, _ = fmt.Fprintf(p.out, "\r[%s%s] %s of %s %s ", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), num(done), num(of), p.what)
		p.drawn = true
		return
	}
	if tenths := 10 * done / of; tenths > p.tenths && done > 0 {
		p.tenths = tenths
		_, _ = fmt.Fprintf(p.out, "%s of %s %s\n", num(done), num(of), p.what)
	}
}

// end leaves the bar's line.
func (p *progress) end() {
	if p.drawn {
		_, _ = fmt.Fprintln(p.out)
	}
}

// num is a number with commas between thousands.
func num(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// refused is a row of a table that is not taken.
type refused struct {
	Row    int
	Reason string
	Raw    string
}

// tellRefused names the first of the refused rows.
func tellRefused(w io.Writer, list []refused) {
	if len(list) == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "%s rows are refused in all:\n", num(len(list)))
	for i, r := range list {
		if i == listed {
			_, _ = fmt.Fprintf(w, "  and %s more; --rejects FILE names each\n", num(len(list)-listed))
			break
		}
		_, _ = fmt.Fprintf(w, "  row %d: %s\n", r.Row, r.Reason)
	}
}

// writeRejects writes refused rows as they were, behind their number and the
// reason; without a name it does nothing.
func writeRejects(name string, separator rune, list []refused) (err error) {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // it may hold personal data
	if err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	defer func() {
		if e := f.Close(); e != nil && err == nil {
			err = fmt.Errorf("rejects: %w", e)
		}
	}()
	w := csv.NewWriter(f)
	w.Comma = separator
	if err := w.Write([]string{"row", "reason", "original"}); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	for _, r := range list {
		if err := w.Write([]string{strconv.Itoa(r.Row), r.Reason, r.Raw}); err != nil {
			return fmt.Errorf("rejects: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	fmt.Printf("The refused rows are in %s.\n", name)
	return nil
}
