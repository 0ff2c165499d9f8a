package discussion

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// Filter is which comments of a discussion are read.
type Filter struct {
	Sort   Sort    // "": newest
	Stance *Stance // nil: all
	After  string  // Page.Next of the page before; "": the first
	Limit  int     // 0: PageSize
}

// Page is a page of comments with their first answers.
type Page struct {
	Pinned []Comment // official answers above all others; on the first page only
	List   []Comment
	Next   string // "" on the last
	Counts Counts
	At     time.Time // what is newer than this is not on it
}

// Counts is how many public comments a discussion has, answers among them.
type Counts struct {
	All      int
	Threads  int
	ByStance map[Stance]int // of comments that are no answers
}

// key is where a page ends.
type key struct {
	Answers int       `json:"n"`
	Score   float64   `json:"s"`
	At      time.Time `json:"t"`
	ID      uuid.UUID `json:"i"`
}

func (c *Comment) key() string {
	raw, err := json.Marshal(key{Answers: c.Answers, Score: c.score, At: c.CreatedAt, ID: c.ID})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func parseKey(text string) (key, error) {
	var k key
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &k)
	}
	if err != nil {
		return key{}, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	return k, nil
}

// List is a page of the discussion of a thing, as the actor may read it.
func (s *Service) List(ctx context.Context, actor accounts.Actor, ref subject.Ref, f Filter) (Subject, Page, error) {
	about, err := s.about(ctx, s.db, actor, ref)
	if err != nil {
		return Subject{}, Page{}, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return Subject{}, Page{}, err
	}
	p := Page{At: now}
	limit := f.Limit
	if limit <= 0 || limit > 100 {
		limit = PageSize
	}
	if !f.Sort.Valid() {
		f.Sort = Newest
	}
	var w db.Where
	w.And("c.subject_kind = ?", string(ref.Kind))
	w.And("c.subject_id = ?", ref.ID)
	w.And("c.parent_id IS NULL")
	w.And("NOT c.pinned")
	w.And(sqlPartShown, db.OrNull(actor.Person))
	if f.Stance != nil {
		w.And("c.stance = ?", string(*f.Stance))
	}
	if f.After != "" {
		k, err := parseKey(f.After)
		if err != nil {
			return Subject{}, Page{}, err
		}
		switch f.Sort {
		case Answered:
			w.And("(c.answers, c.created_at, c.id) < (?, ?, ?)", k.Answers, k.At, k.ID)
		case Best:
			w.And("(c.score, c.created_at, c.id) < (?, ?, ?)", k.Score, k.At, k.ID)
		case Newest:
			w.And("(c.created_at, c.id) < (?, ?)", k.At, k.ID)
		}
	}
	order := map[Sort]string{
		Newest: "c.created_at DESC, c.id DESC", Answered: "c.answers DESC, c.created_at DESC, c.id DESC", Best: "c.score DESC, c.created_at DESC, c.id DESC",
	}[f.Sort]
	p.List, err = query(ctx, s.db, sqlPartColumns+w.SQL()+" ORDER BY "+order+" LIMIT "+w.Arg(limit+1), w.Args()...)
	if err != nil {
		return Subject{}, Page{}, err
	}
	if len(p.List) > limit {
		p.List = p.List[:limit]
		p.Next = p.List[limit-1].key()
	}
	if f.After == "" {
		if p.Pinned, err = query(ctx, s.db, sqlPinned, string(ref.Kind), ref.ID); err != nil {
			return Subject{}, Page{}, err
		}
	}
	if p.Counts, err = s.counts(ctx, ref); err != nil {
		return Subject{}, Page{}, err
	}
	all := append(pointers(p.Pinned), pointers(p.List)...)
	if err := s.withReplies(ctx, actor, all, FirstAnswers); err != nil {
		return Subject{}, Page{}, err
	}
	return about, p, s.dress(ctx, actor, about, all, now)
}

// sqlPartShown lets through what the reader ($1) may see: what is public, one's own
// that waits or was hidden, and stubs of what everybody could read; removed
// comments only where somebody has answered.
const sqlPartShown = "(c.visibility = 'public' OR c.visibility = 'hidden' AND " + sqlPartWasPublic +
	" OR c.visibility = 'removed' AND c.answers > 0 OR c.visibility IN ('held', 'hidden') AND c.author_id = ?)"

func pointers(list []Comment) []*Comment {
	out := make([]*Comment, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// withReplies loads the first answers of comments, all of them for most 0.
func (s *Service) withReplies(ctx context.Context, actor accounts.Actor, list []*Comment, most int) error {
	ids := make([]uuid.UUID, 0, len(list))
	by := make(map[uuid.UUID]*Comment, len(list))
	for _, c := range list {
		ids = append(ids, c.ID)
		by[c.ID] = c
	}
	if len(ids) == 0 {
		return nil
	}
	if most == 0 {
		most = 1000
	}
	replies, err := query(ctx, s.db, sqlReplies, ids, db.OrNull(actor.Person), most)
	if err != nil {
		return err
	}
	for _, r := range replies {
		parent := by[r.Parent]
		parent.Replies = append(parent.Replies, r)
	}
	for _, c := range list {
		public := 0
		for i := range c.Replies {
			if c.Replies[i].Visibility == VisPublic {
				public++
			}
		}
		c.MoreReplies = max(0, c.Answers-public)
	}
	return nil
}

// dress says of each comment what the actor may do with it, and takes out what
// nobody reads.
func (s *Service) dress(ctx context.Context, actor accounts.Actor, about Subject, list []*Comment, now time.Time) error {
	var all []*Comment
	for _, c := range list {
		all = append(append(all, c), pointers(c.Replies)...)
	}
	ids := make([]uuid.UUID, 0, len(all))
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	mine, err := votes.MineOf(ctx, s.db, actor.Person, scope, subject.Comment, ids, votes.Helpful)
	if err != nil {
		return err
	}
	for _, c := range all {
		c.Mine = actor.Is(c.Author)
		c.MyVote = mine[c.ID]
		c.MayEdit = c.Mine && May(actor, ActEdit, about, c, now) == nil
		c.MayRemove = c.Mine && May(actor, ActRemove, about, c, now) == nil
		if c.Stub() {
			c.Text, c.AuthorName, c.Stance, c.Author = "", "", Neither, uuid.Nil
		}
	}
	return nil
}

func (s *Service) counts(ctx context.Context, ref subject.Ref) (Counts, error) {
	c := Counts{ByStance: map[Stance]int{}}
	rows, err := s.db.Query(ctx, sqlCounts, string(ref.Kind), ref.ID)
	if err != nil {
		return c, fmt.Errorf("count comments: %w", err)
	}
	var stance string
	var all, threads int
	_, err = pgx.ForEachRow(rows, []any{&stance, &all, &threads}, func() error {
		c.All += all
		c.Threads += threads
		c.ByStance[Stance(stance)] = threads
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("count comments: %w", err)
	}
	return c, nil
}

// CountOf is how many public comments many things of a kind have, for lists.
// Things without comments are left out. The caller knows that they may be seen.
func (s *Service) CountOf(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	rows, err := q.Query(ctx, sqlCountOf, string(kind), ids)
	if err != nil {
		return nil, fmt.Errorf("count comments: %w", err)
	}
	all := map[uuid.UUID]int{}
	var id uuid.UUID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		all[id] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count comments: %w", err)
	}
	return all, nil
}

// Get is one comment with all its answers, where the actor may read it.
func (s *Service) Get(ctx context.Context, actor accounts.Actor, n subject.Number) (Subject, Comment, error) {
	c, err := byNumber(ctx, s.db, n, actor.Person)
	if err != nil {
		return Subject{}, Comment{}, err
	}
	return s.get(ctx, actor, c)
}

func (s *Service) get(ctx context.Context, actor accounts.Actor, c *Comment) (Subject, Comment, error) {
	about, err := s.about(ctx, s.db, actor, c.Ref)
	if err != nil {
		return Subject{}, Comment{}, err
	}
	if c.waits() && !actor.Is(c.Author) || c.Visibility == VisRemoved && c.Answers == 0 {
		return Subject{}, Comment{}, fault.Missing("comment")
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return Subject{}, Comment{}, err
	}
	if c.Parent == uuid.Nil {
		if err := s.withReplies(ctx, actor, []*Comment{c}, 0); err != nil {
			return Subject{}, Comment{}, err
		}
	}
	return about, *c, s.dress(ctx, actor, about, []*Comment{c}, now)
}

// Thread is the comment with this number, or the one that it answers, with all
// answers.
func (s *Service) Thread(ctx context.Context, actor accounts.Actor, n subject.Number) (Subject, Comment, error) {
	c, err := byNumber(ctx, s.db, n, actor.Person)
	if err != nil {
		return Subject{}, Comment{}, err
	}
	if c.Parent == uuid.Nil {
		return s.get(ctx, actor, c)
	}
	if c.waits() && !actor.Is(c.Author) || c.Visibility == VisRemoved {
		return Subject{}, Comment{}, fault.Missing("comment")
	}
	parent, err := byID(ctx, s.db, c.Parent, actor.Person)
	if err != nil {
		return Subject{}, Comment{}, err
	}
	return s.get(ctx, actor, parent)
}

// Unanswered lists the questions on things of a kind that the city has not
// answered since a moment, oldest first: for the queue of who is in charge.
func (s *Service) Unanswered(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID, before time.Time) ([]Comment, error) {
	list, err := query(ctx, q, sqlUnanswered, string(kind), ids, before)
	return slices.Clip(list), err
}

const (
	sqlPinned = sqlPartColumns + `
WHERE c.subject_kind = $1 AND c.subject_id = $2 AND c.parent_id IS NULL AND c.pinned AND c.visibility = 'public'
ORDER BY c.created_at DESC, c.id DESC
LIMIT 10`
	sqlReplies = `
SELECT r.*
FROM unnest($1::uuid[]) AS p (id)
CROSS JOIN LATERAL (` + sqlPartColumns + `
  WHERE c.parent_id = p.id AND (c.visibility = 'public' OR c.visibility = 'hidden' AND ` + sqlPartWasPublic + ` OR c.visibility IN ('held', 'hidden') AND c.author_id = $2)
  ORDER BY c.official DESC, c.created_at, c.id
  LIMIT $3) r
ORDER BY r.parent_id, r.created_at, r.id`
	sqlCounts = `
SELECT stance, count(*)::int, count(*) FILTER (WHERE parent_id IS NULL)::int
FROM comments
WHERE subject_kind = $1 AND subject_id = $2 AND visibility = 'public'
GROUP BY stance`
	sqlCountOf = `
SELECT subject_id, count(*)::int
FROM comments
WHERE subject_kind = $1 AND subject_id = ANY ($2) AND visibility = 'public'
GROUP BY subject_id`
	sqlUnanswered = sqlPartColumns + `
WHERE c.subject_kind = $1 AND c.subject_id = ANY ($2) AND c.parent_id IS NULL AND c.stance = 'question' AND c.visibility = 'public' AND c.created_at < $3
  AND NOT EXISTS (SELECT FROM comments a WHERE a.parent_id = c.id AND a.official AND a.visibility = 'public')
ORDER BY c.created_at, c.id
LIMIT 200`
)

// Counts is how many public comments a discussion has. The caller knows that
// the actor may read it.
func (s *Service) Counts(ctx context.Context, ref subject.Ref) (Counts, error) {
	return s.counts(ctx, ref)
}
