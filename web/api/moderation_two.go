package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// deskOp makes an operation of the moderators.
type deskOp func(id, method, path, summary, detail string) op

// hearing is an appeal as moderators see it.
type hearing struct {
	ID       string         `json:"id"`
	By       string         `json:"by" doc:"author or notifier."`
	Text     string         `json:"text"`
	FiledAt  string         `json:"filed_at" format:"date-time"`
	DecideBy string         `json:"decide_by" format:"date-time"`
	Outcome  string         `json:"outcome,omitempty"`
	Decision pastDecision   `json:"decision" doc:"The one it is about."`
	Content  *judgedContent `json:"content,omitempty" doc:"Absent: it is gone, or you may not decide."`
	Why      string         `json:"why_not,omitempty" doc:"In words, where you may not decide."`
}

type hearingList struct {
	Appeals []hearing `json:"appeals" nullable:"false" doc:"Those that wait, by their date."`
}

type newOutcome struct {
	Outcome string `json:"outcome" enum:"upheld,partly,reversed,inadmissible"`
	Reasons string `json:"reasons" maxLength:"2000" doc:"Told to whoever appealed."`
}

func hearingOf(k *call, h *moderation.Hearing) hearing {
	d := &h.Of
	out := hearing{
		ID: h.ID.String(), By: h.By, Text: h.Text, FiledAt: stamp(h.FiledAt), DecideBy: stamp(h.Deadline), Outcome: string(h.Outcome),
		Decision: pastDecision{Action: string(d.Action), Ground: moderation.GroundText(k.loc(), d), Explanation: d.Explanation, At: stamp(d.At), Reversed: d.Reversed},
	}
	if h.Why != "" {
		out.Why = k.loc().T(h.Why)
	} else if !h.Gone {
		c := contentOf(&h.Content)
		out.Content = &c
	}
	return out
}

func (a *api) hearings(desk deskOp) {
	reads(a, desk("listAppeals", http.MethodGet, "/moderation/appeals", "List the appeals that wait", "For moderators. Who decided first may not decide again."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (hearingList, error) {
			list, err := a.Moderation.Appeals(ctx, actor)
			out := hearingList{Appeals: make([]hearing, len(list))}
			for i := range list {
				out.Appeals[i] = hearingOf(k, &list[i])
			}
			return out, err
		})
	reads(a, desk("getAppeal", http.MethodGet, "/moderation/appeals/{id}", "Read an appeal", "With the decision and the content it is about."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *ThingParam) (hearing, error) {
			id, err := thing(in.ID, "appeal")
			if err != nil {
				return hearing{}, err
			}
			h, err := a.Moderation.AppealByID(ctx, actor, id)
			if err != nil {
				return hearing{}, err
			}
			return hearingOf(k, h), nil
		})
	type decideIn struct {
		ThingParam
		OnceParam
		Body newOutcome
	}
	writes(a, desk("decideAppeal", http.MethodPost, "/moderation/appeals/{id}/decision", "Decide an appeal",
		"By somebody who had no hand in the decision. Reversed for the author brings back exactly what was."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *decideIn) (nothing, error) {
			id, err := thing(in.ID, "appeal")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Moderation.Within(tx).DecideAppeal(ctx, actor, id, moderation.Outcome(in.Body.Outcome), kit.Clean(in.Body.Reasons, true))
		})
}

// holdRule is what is held until somebody has read it.
type holdRule struct {
	Kind     string   `json:"kind" enum:"category,new_author,phone,mail,link,words"`
	Category string   `json:"category,omitempty" maxLength:"60" doc:"Key; of kind category."`
	Words    []string `json:"words,omitempty" nullable:"false" maxItems:"2000" doc:"Of kind words."`
	Scope    string   `json:"scope" enum:"text,whole" doc:"What is held: the text, or all of it."`
	Active   bool     `json:"active"`
}

type holdRuleList struct {
	Rules []holdRule `json:"rules" nullable:"false"`
}

func (a *api) holdRules(desk deskOp) {
	reads(a, desk("listHoldRules", http.MethodGet, "/moderation/rules", "List the rules that hold contents", "For moderators."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (holdRuleList, error) {
			list, err := a.Moderation.HoldRules(ctx, actor)
			out := holdRuleList{Rules: make([]holdRule, len(list))}
			for i, r := range list {
				out.Rules[i] = holdRule{Kind: string(r.Kind), Category: r.Category, Words: r.Words, Scope: string(r.Scope), Active: r.Active}
			}
			return out, err
		})
	type setIn struct {
		OnceParam
		Body holdRule
	}
	writes(a, desk("setHoldRule", http.MethodPut, "/moderation/rules", "Change a rule that holds contents", "Or add the one of a category. It counts for what arrives from now on."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *setIn) (holdRule, error) {
			b := in.Body
			r := moderation.HoldRule{Kind: moderation.RuleKind(b.Kind), Category: b.Category, Scope: subject.PartKind(b.Scope), Active: b.Active}
			for _, w := range b.Words {
				if w = kit.Clean(w, false); w != "" {
					r.Words = append(r.Words, w)
				}
			}
			b.Words = r.Words
			return b, a.Moderation.Within(tx).SetHoldRule(ctx, actor, r)
		})
}

// restriction is a warning of an account and what became of it.
type restriction struct {
	ID       string `json:"id"`
	State    string `json:"state" doc:"warned, proposed, active, refused or ended."`
	Kind     string `json:"kind"`
	Item     string `json:"item" doc:"The item for which it was warned."`
	Reason   string `json:"reason"`
	WarnedAt string `json:"warned_at" format:"date-time"`
	Days     int    `json:"days,omitempty"`
	Until    string `json:"until,omitempty" format:"date-time"`
}

type restrictionList struct {
	Restrictions []restriction `json:"restrictions" nullable:"false" doc:"Those that wait for a second person."`
}

type newReason struct {
	Reason string `json:"reason" maxLength:"2000" doc:"Told to the author."`
}

type newProposal struct {
	Days   int    `json:"days" minimum:"1" maximum:"180"`
	Reason string `json:"reason" maxLength:"2000" doc:"Goes into the statement of reasons."`
}

type yesOrNo struct {
	Approve bool `json:"approve"`
}

func restrictionOf(r *moderation.Restriction) restriction {
	return restriction{
		ID: r.ID.String(), State: r.State, Kind: r.Kind, Item: idText(r.Item), Reason: r.Reason, WarnedAt: stamp(r.WarnedAt), Days: r.Days, Until: stampOf(r.Until),
	}
}

func (a *api) restrictions(desk deskOp) {
	type warnIn struct {
		ThingParam
		OnceParam
		Body newReason
	}
	warn := desk("warnAuthor", http.MethodPost, "/moderation/items/{id}/warnings", "Warn the author of a content",
		"The first step towards a restriction. 409: nobody is known as its author.")
	warn.status = http.StatusCreated
	writes(a, warn, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *warnIn) (nothing, error) {
		id, err := thing(in.ID, "item")
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Moderation.Within(tx).Warn(ctx, actor, id, kit.Clean(in.Body.Reason, true))
	})
	reads(a, desk("listRestrictions", http.MethodGet, "/moderation/restrictions", "List the restrictions that wait", "For a second person's yes or no."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (restrictionList, error) {
			list, err := a.Moderation.Proposed(ctx, actor)
			out := restrictionList{Restrictions: make([]restriction, len(list))}
			for i := range list {
				out.Restrictions[i] = restrictionOf(&list[i])
			}
			return out, err
		})
	type proposeIn struct {
		ThingParam
		OnceParam
		Body newProposal
	}
	propose := desk("proposeRestriction", http.MethodPost, "/moderation/restrictions/{id}/proposal", "Propose the restriction of an account",
		"Of one that was warned at least a day ago. A second person decides.")
	writes(a, propose, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *proposeIn) (nothing, error) {
		id, err := thing(in.ID, "restriction")
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Moderation.Within(tx).Propose(ctx, actor, id, in.Body.Days, kit.Clean(in.Body.Reason, true))
	})
	type secondIn struct {
		ThingParam
		OnceParam
		Body yesOrNo
	}
	second := desk("decideRestriction", http.MethodPost, "/moderation/restrictions/{id}/decision", "Decide as the second person",
		"Never by whoever proposed it. With yes it begins, with its statement of reasons.")
	writes(a, second, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *secondIn) (nothing, error) {
		id, err := thing(in.ID, "restriction")
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Moderation.Within(tx).Second(ctx, actor, id, in.Body.Approve)
	})
}

// newCopy asks for a sealed copy.
type newCopy struct {
	Authority  string `json:"authority" maxLength:"200" example:"Polizeipräsidium München"`
	FileNumber string `json:"file_number,omitempty" maxLength:"100"`
	Reason     string `json:"reason" maxLength:"2000"`
}

// keyHalf is half of the key of a sealed copy.
type keyHalf struct {
	Half string `json:"half" doc:"Half of the key, shown this once. Nothing that is kept opens the copy."`
}

type sealedCopy struct {
	ID         string `json:"id"`
	Item       string `json:"item"`
	Authority  string `json:"authority"`
	FileNumber string `json:"file_number,omitempty"`
	Reason     string `json:"reason"`
	SHA256     string `json:"sha256"`
	AskedAt    string `json:"asked_at" format:"date-time"`
	ApprovedAt string `json:"approved_at,omitempty" format:"date-time"`
	OpenedAt   string `json:"opened_at,omitempty" format:"date-time"`
	Mine       bool   `json:"mine" doc:"You have asked for it: somebody else approves."`
}

type sealedCopyList struct {
	Copies []sealedCopy `json:"copies" nullable:"false" doc:"Newest first."`
}

type bothHalves struct {
	First  string `json:"first" maxLength:"100"`
	Second string `json:"second" maxLength:"100"`
}

func (a *api) sealedCopies(desk deskOp) {
	type askIn struct {
		ThingParam
		OnceParam
		Body newCopy
	}
	ask := desk("askSealedCopy", http.MethodPost, "/moderation/items/{id}/copies", "Seal a copy for the police",
		"Of the content as it is. Gives you the first half of its key; a second person gets the other one.")
	ask.status = http.StatusCreated
	writes(a, ask, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *askIn) (keyHalf, error) {
		id, err := thing(in.ID, "item")
		if err != nil {
			return keyHalf{}, err
		}
		half, err := a.Moderation.Within(tx).AskCopy(ctx, actor, moderation.CopyOrder{
			Item: id, Authority: kit.Clean(in.Body.Authority, false), FileNumber: kit.Clean(in.Body.FileNumber, false), Reason: kit.Clean(in.Body.Reason, true),
		})
		return keyHalf{half}, err
	})
	reads(a, desk("listSealedCopies", http.MethodGet, "/moderation/copies", "List the sealed copies", "Without their content."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (sealedCopyList, error) {
			list, err := a.Moderation.Copies(ctx, actor)
			out := sealedCopyList{Copies: make([]sealedCopy, len(list))}
			for i, c := range list {
				out.Copies[i] = sealedCopy{
					ID: c.ID.String(), Item: idText(c.Item), Authority: c.Authority, FileNumber: c.FileNumber, Reason: c.Reason,
					SHA256: hex.EncodeToString(c.SHA256), AskedAt: stamp(c.AskedAt), ApprovedAt: stampOf(c.ApprovedAt), OpenedAt: stampOf(c.OpenedAt), Mine: actor.Is(c.AskedBy),
				}
			}
			return out, err
		})
	type approveIn struct {
		ThingParam
		OnceParam
	}
	writes(a, desk("approveSealedCopy", http.MethodPost, "/moderation/copies/{id}/approval", "Approve a sealed copy", "By a second person, who gets the other half of the key. No body."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *approveIn) (keyHalf, error) {
			id, err := thing(in.ID, "copy")
			if err != nil {
				return keyHalf{}, err
			}
			half, err := a.Moderation.Within(tx).ApproveCopy(ctx, actor, id)
			return keyHalf{half}, err
		})
	type openIn struct {
		ThingParam
		Body bothHalves
	}
	type content struct {
		Content json.RawMessage `json:"content" doc:"The content, its photos as base64, and what the notices were about."`
	}
	writes(a, desk("openSealedCopy", http.MethodPost, "/moderation/copies/{id}/content", "Open a sealed copy", "With both halves of its key. Each opening is in the audit log."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *openIn) (content, error) {
			id, err := thing(in.ID, "copy")
			if err != nil {
				return content{}, err
			}
			raw, err := a.Moderation.Within(tx).OpenCopy(ctx, actor, id, in.Body.First, in.Body.Second)
			return content{raw}, err
		})
}
