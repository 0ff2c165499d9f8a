package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// reachIn says that a milestone is reached, perhaps with a picture.
type reachIn struct {
	IdeaParam
	OnceParam
	ThingParam
	Body reached

	up *ideas.Upload
}

type reached struct {
	Alt  string `json:"alt,omitempty" maxLength:"300" doc:"What the picture shows, in words; needed with one."`
	File []byte `json:"file,omitempty" doc:"Base64 of a JPEG, PNG or WebP up to 12 MB; public at once."`
}

func (in *reachIn) before(ctx context.Context, a *api, k *call, actor accounts.Actor) error {
	v, err := a.idea(ctx, actor, in.IdeaParam)
	if err == nil && !v.May.Work {
		err = fault.Missing("idea")
	}
	if err != nil || len(in.Body.File) == 0 {
		return err
	}
	p := newPicture(in.Body)
	if p.Alt = kit.Clean(p.Alt, false); p.Alt == "" {
		return fault.OnField("/alt", "idea.err.alt")
	}
	in.up, err = a.prepared(ctx, k, &p)
	return err
}

// PhotoOfIdea is a picture of an idea on the desk.
type PhotoOfIdea struct {
	IdeaParam

	Photo string `path:"photo" maxLength:"40" doc:"As the idea names it."`
}

func (a *api) ideaDeskMore() {
	type newIdeaMilestone struct {
		Title string `json:"title" minLength:"1" maxLength:"100"`
		Note  string `json:"note,omitempty" maxLength:"1000"`
		DueOn string `json:"due_on" format:"date"`
	}
	type milestoneIn struct {
		IdeaParam
		OnceParam
		Body newIdeaMilestone
	}
	o := ideaDeskOp("addMilestone", http.MethodPost, "/desk/ideas/{number}/milestones", "Announce a milestone", "Public.")
	o.status = http.StatusCreated
	ideaDeskWrites(a, o, func(ctx context.Context, w *ideaWork, in *milestoneIn) error {
		due, err := cityDay("/due_on", in.Body.DueOn, a.Zone)
		if err != nil {
			return err
		}
		m := ideas.NewMilestone{Title: kit.Clean(in.Body.Title, false), Note: kit.Clean(in.Body.Note, true), Due: due}
		return renamed(w.ideas.AddMilestone(ctx, w.actor, w.n, m), map[string]string{"due": "/due_on", "note": "/note"})
	})
	r := ideaDeskOp("reachMilestone", http.MethodPut, "/desk/ideas/{number}/milestones/{id}/reached", "Say that a milestone is reached", "Today; a second time changes nothing.")
	r.long = pictureBody
	ideaDeskWrites(a, r, func(ctx context.Context, w *ideaWork, in *reachIn) error {
		id, err := thing(in.ID, "milestone")
		if err != nil {
			return err
		}
		return renamed(w.ideas.ReachMilestone(ctx, w.actor, w.n, id, in.up), map[string]string{"photo": "/file"})
	})
	a.ideaMerges()
	a.ideaMeasures()
	a.ideaDeskPhotos()
	type newIdeaTeam struct {
		Department string `json:"department" minLength:"1" maxLength:"60" doc:"Key of the department that takes over."`
	}
	type moveIn struct {
		IdeaParam
		OnceParam
		Body newIdeaTeam
	}
	ideaDrop(a, ideaDeskOp("handOverIdea", http.MethodPut, "/desk/ideas/{number}/department", "Hand an idea over to another department", "Who has it is public."),
		func(ctx context.Context, w *ideaWork, in *moveIn) error {
			d, err := accounts.DepartmentByKey(ctx, w.tx, in.Body.Department)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			return w.ideas.Move(ctx, w.actor, w.n, d.ID) // an unknown one is refused after the policy was asked
		})
}

func (a *api) ideaMerges() {
	type newIdeaMerge struct {
		Into string `json:"into" maxLength:"40" doc:"Number of the idea that stays, of the same call." example:"I-2026-7K3QX9"`
		Why  string `json:"why" minLength:"1" maxLength:"1000" doc:"The authors of both read it."`
	}
	type mergeIn struct {
		IdeaParam
		OnceParam
		Body newIdeaMerge
	}
	ideaDeskWrites(a, ideaDeskOp("askMerge", http.MethodPut, "/desk/ideas/{number}/merge", "Ask whether an idea may go on in another one",
		"Nothing happens before authors of both have agreed (answerMerge); never while a call's ideas are supported."),
		func(ctx context.Context, w *ideaWork, in *mergeIn) error {
			into, err := numbered(in.Body.Into, subject.PrefixIdea, "idea")
			if err != nil {
				return fault.OnField("/into", "idea.err.number_unknown").Because(err)
			}
			return w.ideas.AskMerge(ctx, w.actor, w.n, into, kit.Clean(in.Body.Why, true))
		})
	type mergeWithdrawal struct {
		Why string `json:"why,omitempty" maxLength:"1000" doc:"Those who were asked read it."`
	}
	type withdrawIn struct {
		IdeaParam
		OnceParam
		Body mergeWithdrawal
	}
	ideaDeskWrites(a, ideaDeskOp("withdrawMerge", http.MethodPost, "/desk/ideas/{number}/merge/withdrawal", "Withdraw the question whether an idea may go on in another one",
		"As long as it waits for consent; authors of both are told. 404 once it is answered."),
		func(ctx context.Context, w *ideaWork, in *withdrawIn) error {
			return w.ideas.WithdrawMerge(ctx, w.actor, w.n, kit.Clean(in.Body.Why, true))
		})
	ideaDeskWrites(a, ideaDeskOp("undoMerge", http.MethodDelete, "/desk/ideas/{number}/merge", "Take a merge back",
		"Of the idea that went on in another one: supports and comments that moved go home, but for those withdrawn since."),
		func(ctx context.Context, w *ideaWork, _ *OnIdea) error { return w.ideas.UndoMerge(ctx, w.actor, w.n) })
}

func (a *api) ideaDeskPhotos() {
	type photoShown struct {
		Public bool `json:"public"`
	}
	type showIn struct {
		PhotoOfIdea
		OnceParam
		Body photoShown
	}
	ideaDeskWrites(a, ideaDeskOp("releaseIdeaPhoto", http.MethodPut, "/desk/ideas/{number}/photos/{photo}", "Make a picture public, or no longer", "409 where moderation has hidden it."),
		func(ctx context.Context, w *ideaWork, in *showIn) error {
			id, err := thing(in.Photo, "photo")
			if err != nil {
				return err
			}
			return w.ideas.ReleasePhoto(ctx, w.actor, w.n, id, in.Body.Public)
		})
	type read struct {
		PhotoOfIdea
		Size string `query:"size" enum:"large,small" default:"large" doc:"2048 or 640 pixels."`
	}
	see := ideaDeskOp("getDeskIdeaPhoto", http.MethodGet, "/desk/ideas/{number}/photos/{photo}", "See a picture of an idea", "Also one that is not public yet.")
	pictureReads(a, see, func(ctx context.Context, actor accounts.Actor, in *read) (photo attachments.Attachment, size string, err error) {
		v, err := a.idea(ctx, actor, in.IdeaParam)
		if err == nil && !v.May.Work {
			err = fault.Missing("idea")
		}
		if err != nil {
			return photo, "", err
		}
		for i := range v.Photos {
			if p := &v.Photos[i]; p.ID.String() == in.Photo {
				return p.Attachment, in.Size, nil
			}
		}
		return photo, "", fault.Missing("photo")
	})
}
