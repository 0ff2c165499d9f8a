package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// TalkParam names what is discussed.
type TalkParam struct {
	Kind string `path:"kind" maxLength:"20" doc:"Of what is discussed: idea, and others; the links of a thing lead here." example:"idea"`
	ID   string `path:"id" maxLength:"40" doc:"Of what is discussed." example:"0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"`
}

func (p TalkParam) ref() (subject.Ref, error) {
	id, err := thing(p.ID, "discussion")
	return subject.Ref{Kind: subject.Kind(p.Kind), ID: id}, err
}

// CommentParam is in every path of a comment.
type CommentParam struct {
	Number string `path:"number" maxLength:"40" doc:"The public number of the comment." example:"K-2026-7K3QX9"`
}

func (p CommentParam) comment() (subject.Number, error) {
	return numbered(p.Number, subject.PrefixComment, "comment")
}

// comment is one comment without the answers to it.
type comment struct {
	Number     string `json:"number" example:"K-2026-7K3QX9"`
	Author     string `json:"author,omitempty" doc:"As others read it; absent: the city, or an account that is gone."`
	Stance     string `json:"stance,omitempty" enum:"pro,contra,question" doc:"Absent: none of these."`
	Text       string `json:"text,omitempty" doc:"Plain; absent where only a stub is left."`
	Language   string `json:"language"`
	State      string `json:"state" enum:"public,held,hidden,removed" doc:"held: only its author reads it, until moderation has; hidden: by moderation; removed: by its author."`
	Official   bool   `json:"official" doc:"An answer of the city."`
	Department string `json:"department,omitempty" doc:"Of an official answer; never who."`
	Pinned     bool   `json:"pinned"`
	Helpful    int    `json:"helpful" doc:"How many find it helpful."`
	Answers    int    `json:"answers"`
	Version    int    `json:"version" doc:"Send it along when you change it."`
	HeldUntil  string `json:"held_until,omitempty" format:"date-time"`
	CreatedAt  string `json:"created_at" format:"date-time"`
	EditedAt   string `json:"edited_at,omitempty" format:"date-time"`
	Mine       bool   `json:"mine"`
	MayEdit    bool   `json:"may_edit"`
	MayRemove  bool   `json:"may_remove"`
	MyVote     int    `json:"my_vote" doc:"1: you find it helpful, -1: not, 0: nothing."`
	Page       string `json:"page" format:"uri" doc:"Leads to it wherever it stands."`
}

// thread is a comment with answers.
type thread struct {
	Comment comment   `json:"comment"`
	Answers []comment `json:"answers" nullable:"false" doc:"The first ones, oldest first."`
	More    int       `json:"more_answers" doc:"Beyond these; getComment has all."`
}

// talk is what is discussed.
type talkAbout struct {
	Title  string `json:"title"`
	Page   string `json:"page" format:"uri"`
	Write  bool   `json:"may_write"`
	Answer bool   `json:"may_answer_officially" doc:"For the city (writeOfficialAnswer)."`
}

// talkPage is a page of a discussion.
type talkPage struct {
	About    talkAbout `json:"about"`
	Pinned   []thread  `json:"pinned" nullable:"false" doc:"Official answers above all others; on the first page only."`
	Items    []thread  `json:"items" nullable:"false"`
	All      int       `json:"total" doc:"Public comments, answers among them."`
	Threads  int       `json:"threads" doc:"Those that answer none."`
	Pro      int       `json:"pro"`
	Contra   int       `json:"contra"`
	Question int       `json:"questions"`
	At       string    `json:"at" format:"date-time" doc:"What is newer is not on it: since of countNewComments."`
}

// offices are the names of departments that answer officially.
type offices map[uuid.UUID]string

func officesOf(ctx context.Context, q db.Queryer, lang string, list ...[]discussion.Comment) (offices, error) {
	official := false
	for _, part := range list {
		for i := range part {
			official = official || part[i].Official
			for j := range part[i].Replies {
				official = official || part[i].Replies[j].Official
			}
		}
	}
	if !official {
		return nil, nil //nolint:nilnil // no names are needed
	}
	all, err := accounts.Departments(ctx, q)
	out := offices{}
	for _, d := range all {
		out[d.ID] = d.Name.In(lang)
	}
	return out, err
}

func (a *api) commentOf(c *discussion.Comment, names offices) comment {
	return comment{
		Number: c.PublicNumber(), Author: c.AuthorName, Stance: string(c.Stance), Text: c.Text, Language: c.Lang, State: string(c.Visibility),
		Official: c.Official, Department: names[c.Department], Pinned: c.Pinned, Helpful: c.Helpful, Answers: c.Answers, Version: c.Version,
		HeldUntil: stampOf(c.HeldUntil), CreatedAt: stamp(c.CreatedAt), EditedAt: stampOf(c.EditedAt), Mine: c.Mine, MayEdit: c.MayEdit,
		MayRemove: c.MayRemove, MyVote: int(c.MyVote), Page: a.router.URL(c.Path()),
	}
}

func (a *api) threadOf(c *discussion.Comment, names offices) thread {
	out := thread{Comment: a.commentOf(c, names), Answers: make([]comment, len(c.Replies)), More: c.MoreReplies}
	for i := range c.Replies {
		out.Answers[i] = a.commentOf(&c.Replies[i], names)
	}
	return out
}

func (a *api) threadsOf(list []discussion.Comment, names offices) []thread {
	out := make([]thread, len(list))
	for i := range list {
		out[i] = a.threadOf(&list[i], names)
	}
	return out
}

func (a *api) aboutOf(s *discussion.Subject) talkAbout {
	return talkAbout{Title: s.Title, Page: a.router.URL(s.Path), Write: s.Write, Answer: s.Official}
}

// talkOp is an operation of a discussion.
func talkOp(id, method, path, summary, detail string) op {
	o := ideaOp(id, method, path, summary, detail)
	o.tag = tagDiscussion
	return o
}

func (a *api) discussions() {
	type query struct {
		TalkParam
		Sort   string `query:"sort" enum:"newest,answered,best" default:"newest" doc:"answered: most answers first; best: those that are found helpful."`
		Stance string `query:"stance" enum:"pro,contra,question" doc:"Only these."`
		After  string `query:"after" maxLength:"400" doc:"Where the page before ends, as the Link header says."`
		Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Comments on a page, their first answers not counted."`
	}
	type output struct {
		Link string `header:"Link" doc:"Address of the next page (rel=\"next\"); absent on the last."`
		Body talkPage
	}
	add(a, operation{Operation: huma.Operation{
		OperationID: "listComments", Method: http.MethodGet, Path: "/discussions/{kind}/{id}/comments", Tags: []string{tagDiscussion},
		Summary: "Read a discussion", Description: "Two levels: comments with their first answers. Follow the Link header with rel=\"next\" for more.",
	}, need: need{scope: accounts.ScopeRead}, fails: []int{404, 422}}, func(ctx context.Context, k *call, in *query) (*output, error) {
		ref, err := in.ref()
		if err != nil {
			return nil, err
		}
		f := discussion.Filter{Sort: discussion.Sort(in.Sort), After: in.After, Limit: in.Limit}
		if in.Stance != "" {
			s := discussion.Stance(in.Stance)
			f.Stance = &s
		}
		about, page, err := a.Discussion.List(ctx, k.actor(accounts.ScopeRead), ref, f)
		if fault.Is(err, fault.BadRequest) {
			err = fault.OnField("after", "api.field.cursor").Because(err)
		}
		if err != nil {
			return nil, err
		}
		body, err := a.talkPageOf(ctx, k.loc(), &about, &page)
		if err != nil {
			return nil, err
		}
		out := &output{Body: body}
		if page.Next != "" {
			values := url.Values{"sort": {in.Sort}, "after": {page.Next}, "limit": {strconv.Itoa(in.Limit)}}
			if in.Stance != "" {
				values.Set("stance", in.Stance)
			}
			out.Link = "<" + a.router.URL(Root+"/discussions/"+string(ref.Kind)+"/"+ref.ID.String()+"/comments?"+values.Encode()) + `>; rel="next"`
		}
		return out, nil
	})
	type since struct {
		TalkParam
		Since string `query:"since" required:"true" maxLength:"40" doc:"A moment, as at of listComments." example:"2026-03-14T09:26:53Z"`
	}
	type newCommentCount struct {
		Count int `json:"count"`
	}
	reads(a, talkOp("countNewComments", http.MethodGet, "/discussions/{kind}/{id}/new", "Count new comments", "Those that became public after a moment."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *since) (newCommentCount, error) {
			ref, err := in.ref()
			if err != nil {
				return newCommentCount{}, err
			}
			at, err := time.Parse(time.RFC3339Nano, in.Since)
			if err != nil {
				return newCommentCount{}, fault.OnField("since", "api.field.wrong").Because(err)
			}
			n, err := a.Discussion.CountSince(ctx, actor, ref, at)
			return newCommentCount{n}, err
		})
	a.commentReads()
}

func (a *api) talkPageOf(ctx context.Context, loc *i18n.Localizer, about *discussion.Subject, p *discussion.Page) (talkPage, error) {
	names, err := officesOf(ctx, a.DB, loc.Lang(), p.Pinned, p.List)
	by := p.Counts.ByStance
	return talkPage{
		About: a.aboutOf(about), Pinned: a.threadsOf(p.Pinned, names), Items: a.threadsOf(p.List, names), All: p.Counts.All, Threads: p.Counts.Threads,
		Pro: by[discussion.Pro], Contra: by[discussion.Contra], Question: by[discussion.Question], At: p.At.UTC().Format(time.RFC3339Nano),
	}, err
}

func (a *api) commentReads() {
	type input struct{ CommentParam }
	reads(a, talkOp("getComment", http.MethodGet, "/comments/{number}", "Read a comment", "With all answers. Of an answer its whole thread."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (oneTalk, error) {
			n, err := in.comment()
			if err != nil {
				return oneTalk{}, err
			}
			return a.talkNow(ctx, a.DB, a.Discussion, k.loc().Lang(), actor, n)
		})
	type commentVersion struct {
		N      int    `json:"version"`
		Stance string `json:"stance,omitempty"`
		Text   string `json:"text"`
		At     string `json:"at" format:"date-time"`
	}
	type commentVersions struct {
		Items []commentVersion `json:"items" nullable:"false" doc:"Oldest first."`
	}
	reads(a, talkOp("listCommentVersions", http.MethodGet, "/comments/{number}/versions", "Read what a comment said before",
		"Not found where it was never edited, or where moderation has covered some of it."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (commentVersions, error) {
			n, err := in.comment()
			if err != nil {
				return commentVersions{}, err
			}
			_, _, list, err := a.Discussion.Versions(ctx, actor, n)
			out := commentVersions{Items: make([]commentVersion, len(list))}
			for i, v := range list {
				out.Items[i] = commentVersion{N: v.N, Stance: string(v.Stance), Text: v.Text, At: stamp(v.At)}
			}
			return out, err
		})
}

// oneTalk is a thread and what it is about.
type oneTalk struct {
	About  talkAbout `json:"about"`
	Thread thread    `json:"thread"`
}

func (a *api) talkNow(ctx context.Context, q db.Queryer, s *discussion.Service, lang string, actor accounts.Actor, n subject.Number) (oneTalk, error) {
	about, one, err := s.Thread(ctx, actor, n)
	if err != nil {
		return oneTalk{}, err
	}
	names, err := officesOf(ctx, q, lang, []discussion.Comment{one})
	return oneTalk{About: a.aboutOf(&about), Thread: a.threadOf(&one, names)}, err
}
