package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// saveAnswers stores the answers with the question as it was asked, so that
// they stay readable when the catalogue changes.
func saveAnswers(ctx context.Context, tx pgx.Tx, report uuid.UUID, c *categories.Category, answers []categories.Answer) error {
	rows, err := answerRows(report, c, answers)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := tx.Exec(ctx, sqlSaveAnswer, row...); err != nil {
			return fmt.Errorf("save answer: %w", err)
		}
	}
	return nil
}

// answerRows are the rows of answers, in the order of sqlSaveAnswer.
func answerRows(report uuid.UUID, c *categories.Category, answers []categories.Answer) ([][]any, error) {
	rows := make([][]any, 0, len(answers))
	for ord, a := range answers {
		q, ok := c.Question(a.Question)
		if !ok || len(a.Values) == 0 {
			continue
		}
		value, err := json.Marshal(a.Values)
		if err != nil {
			return nil, fmt.Errorf("save answer: %w", err)
		}
		rows = append(rows, []any{report, q.ID, ord, q.Name, value, shownAnswer(&q, a.Values), q.TeamOnly})
	}
	return rows, nil
}

const sqlSaveAnswer = `
INSERT INTO report_answers (report_id, question_id, ord, question, value, shown, team_only)
VALUES ($1, $2, $3, $4, $5, $6, $7)`

// shownAnswer is the answer as people read it, in both languages.
func shownAnswer(q *categories.Question, values []string) i18n.Text {
	text := i18n.Text{}
	for _, lang := range []string{i18n.German, i18n.English} {
		parts := make([]string, 0, len(values))
		for _, v := range values {
			if o, ok := q.Option(v); ok {
				parts = append(parts, o.Name.In(lang))
			} else {
				parts = append(parts, v)
			}
		}
		text[lang] = strings.Join(parts, ", ")
	}
	return text
}

// answersOf lists the answers that may be shown: those that were chosen are
// public with the kind, typed ones only with the text.
func answersOf(ctx context.Context, q db.Queryer, report uuid.UUID) ([]Answer, error) {
	rows, err := q.Query(ctx, sqlAnswers, report)
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Answer, error) {
		var a Answer
		return a, row.Scan(&a.Question, &a.Shown, &a.TeamOnly, &a.typed)
	})
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	return list, nil
}

const sqlAnswers = `
SELECT a.question, a.shown, a.team_only, coalesce(q.type IN ('short', 'long', 'date', 'number'), true)
FROM report_answers a
LEFT JOIN questions q ON q.id = a.question_id
WHERE a.report_id = $1
ORDER BY a.ord`
