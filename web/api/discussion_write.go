package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newComment is what somebody says.
type newComment struct {
	Text     string `json:"text" minLength:"1" maxLength:"4000" doc:"Plain. Addresses become links; @Name speaks to somebody who takes part." example:"Der Brunnen gehört in den Schatten."`
	Stance   string `json:"stance,omitempty" enum:"pro,contra,question" doc:"Absent: none of these. An answer has none."`
	Language string `json:"language,omitempty" maxLength:"3" doc:"Code of ISO 639; absent: by Accept-Language." example:"de"`
	Answers  string `json:"answers,omitempty" maxLength:"40" doc:"Number of the comment that this one answers."`
}

// wroteComment is what became of it.
type wroteComment struct {
	Number    string `json:"number" example:"K-2026-7K3QX9"`
	Held      bool   `json:"held" doc:"Moderation reads it first."`
	HeldUntil string `json:"held_until,omitempty" format:"date-time" doc:"Until when somebody has read it."`
	Page      string `json:"page" format:"uri"`
}

func (a *api) wroteOf(w discussion.Written) wroteComment {
	c := discussion.Comment{Number: w.Number}
	return wroteComment{Number: c.PublicNumber(), Held: w.Held, HeldUntil: stampOf(w.Until), Page: a.router.URL(c.Path())}
}

// writing is what was sent in the domain's words.
func (c *newComment) writing(k *call, ref subject.Ref) (discussion.Writing, error) {
	w := discussion.Writing{Ref: ref, Stance: discussion.Stance(c.Stance), Text: kit.Clean(c.Text, true), Lang: c.Language}
	if w.Lang == "" {
		w.Lang = i18n.German
		if k.loc().Lang() == i18n.English {
			w.Lang = i18n.English
		}
	}
	if c.Answers == "" {
		return w, nil
	}
	n, err := numbered(c.Answers, subject.PrefixComment, "comment")
	w.Parent = n
	return w, err
}

func (a *api) commentWrites() {
	type writeIn struct {
		TalkParam
		OnceParam
		Body newComment
	}
	write := func(o op, official bool) {
		o.status = http.StatusCreated
		writes(a, o, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *writeIn) (wroteComment, error) {
			ref, err := in.ref()
			if err != nil {
				return wroteComment{}, err
			}
			w, err := in.Body.writing(k, ref)
			if err != nil {
				return wroteComment{}, err
			}
			w.Official = official
			done, err := a.Discussion.Within(tx).Write(ctx, actor, w, "") // the key of the request is held outside
			return a.wroteOf(done), commentFault(err)
		})
	}
	o := talkOp("writeComment", http.MethodPost, "/discussions/{kind}/{id}/comments", "Write a comment",
		"Or an answer to one: two levels, so that an answer to an answer stands beside it.").byPeople()
	o.rule = accounts.RuleReport
	write(o, false)
	official := talkOp("writeOfficialAnswer", http.MethodPost, "/desk/discussions/{kind}/{id}/answers", "Answer for the city",
		"By whoever works on the thing; the department answers, no clerk is named.")
	official.open, official.scope = false, accounts.ScopeDeskWrite
	write(official, true)

	type editIn struct {
		CommentParam
		OnceParam
		Body editedComment
	}
	writes(a, talkOp("editComment", http.MethodPut, "/comments/{number}", "Change your comment", "Within 15 minutes; what it said before stays readable.").byPeople(),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *editIn) (wroteComment, error) {
			n, err := in.comment()
			if err != nil {
				return wroteComment{}, err
			}
			body := newComment{Text: in.Body.Text, Stance: in.Body.Stance, Language: in.Body.Language}
			w, err := body.writing(k, subject.Ref{})
			if err != nil {
				return wroteComment{}, err
			}
			done, err := a.Discussion.Within(tx).Edit(ctx, actor, n, in.Body.Version, w)
			return a.wroteOf(done), commentFault(err)
		})
	a.commentMarks()
}

// editedComment is a comment as it should read.
type editedComment struct {
	Text     string `json:"text" minLength:"1" maxLength:"4000"`
	Stance   string `json:"stance,omitempty" enum:"pro,contra,question"`
	Language string `json:"language,omitempty" maxLength:"3"`
	Version  int    `json:"version" minimum:"1" doc:"As you read it."`
}

// commentFault gives wrong entries their names in the body.
func commentFault(err error) error { return renamed(err, map[string]string{"lang": "/language"}) }

// OnComment is a comment and a key, for what needs no more.
type OnComment struct {
	CommentParam
	OnceParam
}

func (a *api) commentMarks() {
	writes(a, talkOp("removeComment", http.MethodDelete, "/comments/{number}", "Take your comment back", "Its words are deleted; a stub stays where somebody has answered.").byPeople(),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *OnComment) (nothing, error) {
			n, err := in.comment()
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Discussion.Within(tx).Remove(ctx, actor, n)
		})
	type helpfulMark struct {
		Value int `json:"value" minimum:"-1" maximum:"1" doc:"1: helpful, -1: not, 0: take it back."`
	}
	type markIn struct {
		CommentParam
		OnceParam
		Body helpfulMark
	}
	type helpfulMarked struct {
		Helpful int `json:"helpful" doc:"How many find it helpful now."`
	}
	writes(a, talkOp("markHelpful", http.MethodPut, "/comments/{number}/helpful", "Say whether a comment is helpful", "Not one's own.").byPeople(),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *markIn) (helpfulMarked, error) {
			n, err := in.comment()
			if err != nil {
				return helpfulMarked{}, err
			}
			up, err := a.Discussion.Within(tx).Vote(ctx, actor, n, int16(in.Body.Value))
			return helpfulMarked{up}, err
		})
	type commentPin struct {
		On bool `json:"on"`
	}
	type pinIn struct {
		CommentParam
		OnceParam
		Body commentPin
	}
	p := talkOp("pinComment", http.MethodPut, "/desk/comments/{number}/pin", "Pin an official answer", "Above all others, or no longer; only one that answers no comment.")
	p.open, p.scope = false, accounts.ScopeDeskWrite
	writes(a, p, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *pinIn) (nothing, error) {
		n, err := in.comment()
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Discussion.Within(tx).Pin(ctx, actor, n, in.Body.On)
	})
	type talkIn struct {
		TalkParam
		OnceParam
	}
	for _, one := range []struct {
		method, id, summary string
		on                  bool
	}{{http.MethodPut, "followDiscussion", "Follow a discussion", true}, {http.MethodDelete, "unfollowDiscussion", "No longer follow a discussion", false}} {
		writes(a, talkOp(one.id, one.method, "/discussions/{kind}/{id}/follow", one.summary, "Every new comment comes into your inbox (listNotices).").byPeople(),
			func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *talkIn) (nothing, error) {
				ref, err := in.ref()
				if err != nil {
					return nothing{}, err
				}
				return nothing{true}, a.Discussion.Within(tx).Follow(ctx, actor, ref, one.on)
			})
	}
}
