package programme

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
)

// said is what people say about measures, a line each: number in the chart,
// stance, words, and the city's answer if there is one.
//
//go:embed comments.txt
var said string

// remark is one line of the table.
type remark struct {
	no           int
	stance       discussion.Stance
	text, answer string
}

func remarks() ([]remark, error) {
	var list []remark
	for i, line := range strings.Split(strings.TrimSpace(said), "\n") {
		p := strings.Split(line, "|")
		if len(p) != 4 {
			return nil, fmt.Errorf("demo comment %d has %d parts", i+1, len(p))
		}
		no, err := strconv.Atoi(p[0])
		if err != nil {
			return nil, fmt.Errorf("demo comment %d: %w", i+1, err)
		}
		list = append(list, remark{no, discussion.Stance(p[1]), p[2], p[3]})
	}
	return list, nil
}

// Talk fills the discussions of measures: what residents say, each a person of
// their own, and what the city answers. A second time it changes nothing.
func Talk(ctx context.Context, d db.DB, s *radar.Service, talk *discussion.Service) error {
	list, err := remarks()
	if err != nil {
		return err
	}
	p, err := s.Programme(ctx, accounts.System, Programme().Slug)
	if err != nil {
		return err
	}
	st, err := s.Now(ctx, p)
	if err != nil {
		return err
	}
	at := map[int]*radar.Placed{}
	for i := range st.Items {
		at[st.Items[i].No] = &st.Items[i]
	}
	departments, err := accounts.Departments(ctx, d)
	if err != nil {
		return err
	}
	quiet := map[uuid.UUID]bool{} // nobody had said anything before
	for n, r := range list {
		m := at[r.no]
		if m == nil {
			continue
		}
		if _, asked := quiet[m.ID]; !asked {
			before, err := talk.Counts(ctx, m.Ref())
			if err != nil {
				return err
			}
			quiet[m.ID] = before.All == 0
		}
		if !quiet[m.ID] {
			continue
		}
		person, err := newcomer(ctx, d)
		if err != nil {
			return err
		}
		key := func(what string) string {
			return uuid.NewSHA1(uuid.NameSpaceURL, []byte("demo measure "+what+strconv.Itoa(n)+m.ID.String())).String()
		}
		c, err := talk.Write(ctx, person, discussion.Writing{Ref: m.Ref(), Stance: r.stance, Text: r.text, Lang: i18n.German}, key("comment "))
		if fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return err
		}
		city, role := answers(departments, m.Content.Lead)
		if r.answer == "" || city == uuid.Nil {
			continue
		}
		clerk, err := newcomer(ctx, d)
		if err != nil {
			return err
		}
		clerk.Roles, clerk.Departments = []subject.Role{role}, []uuid.UUID{city}
		if _, err := talk.Write(ctx, clerk, discussion.Writing{Ref: m.Ref(), Parent: c.Number, Text: r.answer, Lang: i18n.German, Official: true}, key("answer ")); err != nil {
			return err
		}
	}
	return nil
}

// newcomer is a person nobody knows.
func newcomer(ctx context.Context, d db.DB) (a accounts.Actor, err error) {
	err = db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		id, err := accounts.NewPerson(ctx, tx, accounts.L1, i18n.German)
		a = accounts.Actor{Person: id, Level: accounts.L1}
		return err
	})
	return a, err
}

// answers is the department that answers for a measure: the one in charge, else
// the one in charge of the programme.
func answers(list []accounts.Department, lead string) (uuid.UUID, subject.Role) {
	var other uuid.UUID
	for i := range list {
		if list[i].Name[i18n.German] == lead {
			return list[i].ID, subject.TeamLead
		}
		if list[i].Key == "rit" {
			other = list[i].ID
		}
	}
	return other, subject.Editor
}
