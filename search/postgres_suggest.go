package search

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// completions is how many words are offered at most.
const completions = 4

// Suggest implements Index: the last word is a beginning unless a space follows
// it. Words come first, then things.
func (p *Postgres) Suggest(ctx context.Context, text, lang string, limit int) ([]Proposal, error) {
	list := tokens(text)
	if len(list) == 0 || len(list) > maxTerms {
		return nil, nil
	}
	last := list[len(list)-1]
	open := last.to == len(strings.TrimRightFunc(text, unicode.IsPunct)) || !endsWithSpace(text)
	tx, err := p.db.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it only read
	var out []Proposal
	if prefix, n, err := subject.ParseNumber(text); err == nil {
		return things(ctx, tx, sqlNumbered, n.Format(prefix), lang, 1)
	}
	if open && utf8.RuneCountInString(last.folded) >= 2 {
		if out, err = complete(ctx, tx, text[:last.from], last.folded, min(completions, limit)); err != nil {
			return nil, err
		}
	}
	q, err := beginning(ctx, tx, list, open)
	if err != nil {
		return nil, err
	}
	if q != "" {
		found, err := things(ctx, tx, sqlBegun, q, lang, limit-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	if len(out) == 0 {
		c, ok, err := alike(ctx, tx, last.folded)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, Proposal{Text: text[:last.from] + c.shown})
		}
	}
	return out, nil
}

func endsWithSpace(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsSpace(r)
}

// complete offers the commonest words that begin so.
func complete(ctx context.Context, tx pgx.Tx, before, begin string, limit int) ([]Proposal, error) {
	rows, err := tx.Query(ctx, sqlComplete, planned, strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(begin)+"%", limit)
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	words, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	out := make([]Proposal, len(words))
	for i, w := range words {
		out[i] = Proposal{Text: before + w}
	}
	return out, nil
}

// beginning is the query of what was typed so far.
func beginning(ctx context.Context, tx pgx.Tx, list []token, open bool) (string, error) {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.folded
	}
	rows, err := tx.Query(ctx, sqlStems, words)
	if err != nil {
		return "", fmt.Errorf("suggest: %w", err)
	}
	stems, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", fmt.Errorf("suggest: %w", err)
	}
	var need []string
	for i, s := range stems {
		begins := open && i == len(stems)-1
		switch {
		case begins && s == "":
			need = append(need, quoteLexeme(words[i])+":*")
		case begins:
			need = append(need, "("+quoteLexeme(s)+" | "+quoteLexeme(words[i])+":*)")
		case s != "" && !isFiller(words[i]):
			need = append(need, quoteLexeme(s))
		}
	}
	return strings.Join(need, " & "), nil
}

func things(ctx context.Context, tx pgx.Tx, sql, q, lang string, limit int) ([]Proposal, error) {
	rows, err := tx.Query(ctx, sql, planned, q, lang, max(limit, 1))
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Proposal, error) {
		var o Proposal
		var title map[string]string
		err := row.Scan(&o.Kind, &o.ID, &title, &o.Path)
		o.Text = i18n.Text(title).In(lang)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return list, nil
}

const (
	sqlComplete = `SELECT shown FROM vocabulary WHERE word LIKE $1 ORDER BY n DESC, length(word), word LIMIT $2`
	// Kinds of reports before streets and pages.
	sqlBegun = `
SELECT d.subject_kind, d.subject_id, d.title, d.path
FROM documents d
WHERE d.at IS NULL AND d.audience = 'public' AND d.tsv @@ $1::tsquery AND d.lang IN ('', $2)
ORDER BY ts_rank('{0, 0.1, 0.5, 1}', d.tsv, $1::tsquery, 1) * CASE d.subject_kind WHEN 'category' THEN 2 ELSE 1 END DESC, d.subject_id
LIMIT $3`
	sqlNumbered = `SELECT d.subject_kind, d.subject_id, d.title, d.path FROM documents d WHERE d.number = $1 AND d.audience = 'public' AND d.lang IN ('', $2) LIMIT $3`
)
