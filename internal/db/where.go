package db

import (
	"strconv"
	"strings"
)

// Where builds the dynamic part of a list query. Conditions are constants of
// the calling store with a ? for each argument; values only ever travel as
// parameters.
type Where struct {
	conds []string
	args  []any
}

// And adds a condition; each ? in it stands for the next of args.
func (w *Where) And(cond string, args ...any) {
	var b strings.Builder
	for _, r := range cond {
		if r == '?' && len(args) > 0 {
			w.args = append(w.args, args[0])
			args = args[1:]
			b.WriteString("$" + strconv.Itoa(len(w.args)))
			continue
		}
		b.WriteRune(r)
	}
	w.conds = append(w.conds, b.String())
}

// Arg adds a parameter outside the conditions and returns its placeholder.
func (w *Where) Arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// SQL is "WHERE a AND b", or "" without conditions.
func (w *Where) SQL() string {
	if len(w.conds) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.conds, "\n  AND ")
}

// Args are the parameters in the order of their placeholders.
func (w *Where) Args() []any { return w.args }
