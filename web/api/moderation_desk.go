package api

import (
	"context"
	"encoding/hex"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// judgedContent is what a moderator judges.
type judgedContent struct {
	Number  string          `json:"number" example:"M-2026-7K3QX9"`
	Part    string          `json:"part" example:"text"`
	Photo   string          `json:"photo,omitempty"`
	Title   string          `json:"title"`
	Text    string          `json:"text,omitempty" doc:"Absent where you may not decide about it."`
	Photos  []judgedPicture `json:"photos,omitempty" nullable:"false"`
	Version int             `json:"version"`
	At      string          `json:"written_at" format:"date-time"`
	Public  bool            `json:"public" doc:"Everybody sees it now."`
	Hidden  bool            `json:"hidden" doc:"Moderation has hidden it."`
}

type judgedPicture struct {
	ID  string `json:"id"`
	Alt string `json:"alt,omitempty"`
}

// queueItem is a line of the queue.
type queueItem struct {
	ID        string        `json:"id"`
	N         int           `json:"n" doc:"How often it was decided about. Send it along with a decision."`
	Hash      string        `json:"hash" doc:"Of the content as it is. Send it along with a decision: one about another version is refused."`
	Harm      string        `json:"harm" doc:"life, crime, personal or rule: the order of the queue."`
	Opened    string        `json:"opened_at" format:"date-time"`
	Due       string        `json:"due_at" format:"date-time"`
	Flags     int           `json:"flags"`
	Holds     []string      `json:"held_by" nullable:"false" doc:"Rules that hold it."`
	Category  string        `json:"category,omitempty" doc:"Of the first notice."`
	Content   judgedContent `json:"content"`
	MayDecide bool          `json:"may_decide"`
	Why       string        `json:"why_not,omitempty" doc:"In words, where you may not decide."`
}

type moderationQueue struct {
	Items   []queueItem `json:"items" nullable:"false" doc:"The worst first, then what is due first; at most 50."`
	More    bool        `json:"more"`
	Next    string      `json:"next,omitempty" doc:"Send it as after for the next page; missing at the end."`
	Appeals int         `json:"appeals" doc:"That wait."`
	Seconds int         `json:"seconds" doc:"Restrictions and sealed copies that wait for a second person."`
}

type queueIn struct {
	After string `query:"after" maxLength:"36" doc:"next of the page before."`
}

// after is the item behind which the page begins; what is none is the beginning.
func (in *queueIn) after() uuid.UUID {
	id, err := uuid.Parse(in.After)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// itemSheet is everything about one item.
type itemSheet struct {
	Item     queueItem       `json:"item"`
	Notices  []noticeLine    `json:"notices" nullable:"false"`
	Around   []judgedContent `json:"around" nullable:"false" doc:"The other parts of the same thing."`
	Past     []pastDecision  `json:"past" nullable:"false" doc:"Of the last twelve months: about this content, and about others of its author."`
	Warnings []restriction   `json:"warnings" nullable:"false" doc:"Of the author."`
	Open     bool            `json:"open"`
	Label    string          `json:"label,omitempty"`
}

type noticeLine struct {
	Number      string `json:"number"`
	Category    string `json:"category"`
	Explanation string `json:"explanation"`
	LegalRef    string `json:"legal_ref,omitempty"`
	Name        string `json:"name,omitempty"`
	At          string `json:"received_at" format:"date-time"`
}

type pastDecision struct {
	Action      string `json:"action"`
	Ground      string `json:"ground,omitempty"`
	Explanation string `json:"explanation"`
	At          string `json:"decided_at" format:"date-time"`
	Reversed    bool   `json:"reversed"`
}

// newItem names a content that a moderator wants to look at.
type newItem struct {
	Number string `json:"number" maxLength:"40" doc:"Of a report, an idea or a comment." example:"M-2026-7K3QX9"`
	Part   string `json:"part" enum:"whole,text,photo"`
	Photo  string `json:"photo,omitempty" format:"uuid"`
}

type itemID struct {
	ID string `json:"id"`
}

// seenItem is an item as the moderator has seen it.
type seenItem struct {
	ID   string `json:"id" format:"uuid"`
	N    int    `json:"n" minimum:"0"`
	Hash string `json:"hash" maxLength:"128"`
}

// newDecision is one act over one or more items.
type newDecision struct {
	Items       []seenItem `json:"items" nullable:"false" minItems:"1" maxItems:"100"`
	Action      string     `json:"action" enum:"keep,hide,redact,label"`
	Ground      string     `json:"ground,omitempty" enum:"illegal,rule" doc:"Not needed to keep."`
	RuleNo      int        `json:"rule_no,omitempty" minimum:"1" maximum:"5"`
	LegalGround string     `json:"legal_ground,omitempty" maxLength:"500"`
	Explanation string     `json:"explanation" maxLength:"2000" doc:"The reasons. Goes into the statement to the author."`
	Facts       string     `json:"facts,omitempty" maxLength:"5000"`
	Text        string     `json:"text,omitempty" maxLength:"4000" doc:"To redact a text: what everybody reads from now on."`
	Cover       []rect     `json:"cover,omitempty" nullable:"false" maxItems:"50" doc:"To redact a photo: the parts that are covered for good, as parts of its width and height."`
	Label       string     `json:"label,omitempty" enum:"disputed,upsetting,commercial"`
}

type madeDecisions struct {
	Decisions []string `json:"decisions" nullable:"false" doc:"Their ids, in the order of the items' ids."`
}

func contentOf(c *subject.Content) judgedContent {
	out := judgedContent{
		Number: c.PublicNumber(), Part: string(c.Part.Part), Title: c.Title, Text: c.Text, Version: c.Version, At: stamp(c.At), Public: c.Public, Hidden: c.Hidden,
	}
	if c.Part.Part == subject.Photo {
		out.Photo = idText(c.Part.Of)
	}
	for _, p := range c.Photos {
		out.Photos = append(out.Photos, judgedPicture{ID: p.ID.String(), Alt: p.Alt})
	}
	return out
}

func itemOf(k *call, e *moderation.Entry) queueItem {
	out := queueItem{
		ID: e.Item.String(), N: e.N, Hash: hex.EncodeToString(e.Content.Hash), Harm: harmOf(e.Harm), Opened: stamp(e.Opened), Due: stamp(e.Due), Flags: e.Flags,
		Holds: []string{}, Category: e.Category, Content: contentOf(&e.Content), MayDecide: e.Why == "",
	}
	for _, h := range e.Holds {
		out.Holds = append(out.Holds, string(h))
	}
	if e.Why != "" {
		out.Why = k.loc().T(e.Why)
		out.Content.Photos = nil
	}
	return out
}

func harmOf(h moderation.Harm) string {
	switch h {
	case moderation.Life:
		return "life"
	case moderation.Crime:
		return "crime"
	case moderation.Personal:
		return "personal"
	case moderation.Rule:
	}
	return "rule"
}

// order turns what was sent into what the domain takes.
func (d *newDecision) order() (moderation.Order, error) {
	o := moderation.Order{
		Action: moderation.Action(d.Action), Ground: d.Ground, RuleNo: d.RuleNo, LegalGround: kit.Clean(d.LegalGround, false),
		Explanation: kit.Clean(d.Explanation, true), Facts: kit.Clean(d.Facts, true), Text: kit.Clean(d.Text, true), Label: d.Label,
	}
	for _, r := range d.Cover {
		o.Cover = append(o.Cover, attachments.Rect(r))
	}
	for _, i := range d.Items {
		id, err := idIn(i.ID, "/items")
		if err != nil {
			return o, err
		}
		hash, err := hex.DecodeString(i.Hash)
		if err != nil {
			return o, fault.OnField("/items", "moderation.err.items").Because(err)
		}
		o.Picks = append(o.Picks, moderation.Pick{Item: id, N: i.N, Hash: hash})
	}
	return o, nil
}

// moderationDesk holds what moderators do: look and decide.
func (a *api) moderationDesk() {
	desk := func(id, method, path, summary, detail string) op {
		o := op{id: id, method: method, path: path, tag: tagModeration, scope: accounts.ScopeModerationWrite, summary: summary, detail: detail, hidden: true}
		if method == http.MethodGet {
			o.scope = accounts.ScopeModerationRead
		}
		return o
	}
	reads(a, desk("getModerationQueue", http.MethodGet, "/moderation/queue", "Read the moderators' queue", "What is flagged or held, by harm, 50 on a page. For moderators only."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *queueIn) (moderationQueue, error) {
			q, err := a.Moderation.Queue(ctx, actor, in.after())
			if err != nil {
				return moderationQueue{}, err
			}
			out := moderationQueue{Items: make([]queueItem, len(q.Entries)), More: q.More, Appeals: q.Appeals, Seconds: q.Seconds}
			for i := range q.Entries {
				out.Items[i] = itemOf(k, &q.Entries[i])
			}
			if q.More {
				out.Next = q.Next.String()
			}
			return out, nil
		})

	type addIn struct {
		OnceParam
		Body newItem
	}
	add := desk("openModerationItem", http.MethodPost, "/moderation/items", "Put a content into the queue", "One that a moderator wants to look at by themselves. What is in it already has its id.")
	add.status = http.StatusCreated
	writes(a, add, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *addIn) (itemID, error) {
		prefix, n, err := flaggable(in.Body.Number)
		if err != nil {
			return itemID{}, err
		}
		kind, photo, err := partIn(in.Body.Part, in.Body.Photo)
		if err != nil {
			return itemID{}, err
		}
		id, err := a.Moderation.Within(tx).ItemOf(ctx, actor, prefix, n, kind, photo)
		return itemID{id.String()}, err
	})

	reads(a, desk("getModerationItem", http.MethodGet, "/moderation/items/{id}", "Read an item", "With its notices, what stands around it, and past decisions. 403 says why you may not decide about it."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *ThingParam) (itemSheet, error) {
			id, err := thing(in.ID, "item")
			if err != nil {
				return itemSheet{}, err
			}
			s, err := a.Moderation.Sheet(ctx, actor, id)
			if err != nil {
				return itemSheet{}, err
			}
			return sheetOf(k, s), nil
		})

	type decideIn struct {
		OnceParam
		Body newDecision
	}
	decide := desk("decideContent", http.MethodPost, "/moderation/decisions", "Decide about contents",
		"One act over one or more items: all or none. The authors get their statement of reasons in the same transaction. "+
			"403: not about your own department's content, your own, or on your own notice. 409: it was edited or decided about since you read it.")
	decide.status = http.StatusCreated
	writes(a, decide, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *decideIn) (madeDecisions, error) {
		o, err := in.Body.order()
		if err != nil {
			return madeDecisions{}, err
		}
		list, err := a.Moderation.Within(tx).Decide(ctx, actor, o)
		return madeDecisions{append([]string{}, list...)}, err
	})
	a.covering(desk)
	a.hearings(desk)
	a.holdRules(desk)
	a.restrictions(desk)
	a.sealedCopies(desk)
}

func sheetOf(k *call, s *moderation.Sheet) itemSheet {
	out := itemSheet{
		Item: itemOf(k, &s.Entry), Notices: make([]noticeLine, len(s.Flagged)), Around: []judgedContent{}, Past: []pastDecision{},
		Warnings: []restriction{}, Open: s.Open, Label: s.Label,
	}
	for _, h := range s.Held {
		out.Item.Holds = append(out.Item.Holds, string(h.Kind))
	}
	for i, f := range s.Flagged {
		out.Notices[i] = noticeLine{
			Number: f.Number.Format(moderation.PrefixFlag), Category: f.Category, Explanation: f.Explanation, LegalRef: f.LegalRef, Name: f.Name, At: stamp(f.At),
		}
	}
	for i := range s.Parts {
		out.Around = append(out.Around, contentOf(&s.Parts[i]))
	}
	for i := range s.Past {
		d := &s.Past[i]
		out.Past = append(out.Past, pastDecision{
			Action: string(d.Action), Ground: moderation.GroundText(k.loc(), d), Explanation: d.Explanation, At: stamp(d.At), Reversed: d.Reversed,
		})
	}
	for i := range s.Warned {
		out.Warnings = append(out.Warnings, restrictionOf(&s.Warned[i]))
	}
	return out
}
