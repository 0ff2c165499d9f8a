package live

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

// Source is how a domain tells what an event means to those who look.
type Source interface {
	// Live returns the messages of an event for one viewer: none when the event
	// isn't this domain's or the viewer may not see the thing. Rights are those
	// of now, not those of the event. Data holds only what the viewer's page
	// would show too.
	Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]Message, error)
}

// SourceFunc is a function as a Source.
type SourceFunc func(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]Message, error)

// Live implements Source.
func (f SourceFunc) Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]Message, error) {
	return f(ctx, viewer, e)
}

// Message goes to all sessions that follow its topic. A message on "reports"
// with a point goes also to those whose "reports:bbox=…" holds the point; one
// without a point goes to every bbox.
type Message struct {
	Topic string         // e.g. ReportTopic(n), Reports
	Type  string         // what happened, e.g. "report.status_changed"
	Point *subject.Point // for bbox topics
	Data  any            // becomes JSON; nil is left out
}

// Reports is the topic of all public reports.
const Reports = "reports"

// Inbox is the topic of a viewer's own inbox: a message on it is made for the one
// person that gets it.
const Inbox = "inbox"

// Holds is the topic of votes that wait for a moderator; moderators get it only.
const Holds = "holds"

// CommentsTopic is the topic of all comments on a thing: "comments:idea/UUID".
func CommentsTopic(ref subject.Ref) string { return "comments:" + ref.String() }

// ReportTopic is the topic of one report: "report:M-2026-7K3QX9".
func ReportTopic(n subject.Number) string { return "report:" + n.Format(subject.PrefixReport) }

// IdeaTopic is the topic of one idea: "idea:I-2026-7K3QX9".
func IdeaTopic(n subject.Number) string { return "idea:" + n.Format(subject.PrefixIdea) }

// MeasureTopic is the topic of one measure: "measure:R-2026-7K3QX9".
func MeasureTopic(n subject.Number) string { return "measure:" + n.Format(subject.PrefixMeasure) }

// ProgrammeTopic is the topic of all measures of a programme: "programme:digital".
func ProgrammeTopic(slug string) string { return "programme:" + slug }

// Topic is a parsed topic.
type Topic struct {
	Name string        // "reports", "report:M-2026-7K3QX9"
	Area *subject.BBox // nil: everywhere
}

// ErrTopic says that a text is no topic.
var ErrTopic = errors.New("not a topic")

// ParseTopic reads a topic as a client names it: "report:NUMBER", "inbox",
// "holds", "idea:NUMBER", "measure:NUMBER", "programme:SLUG", "comments:KIND/UUID", "reports" or "reports:bbox=west,south,east,north" in degrees of WGS 84.
func ParseTopic(text string) (Topic, error) {
	if len(text) > 120 {
		return Topic{}, ErrTopic
	}
	kind, rest, has := strings.Cut(text, ":")
	switch {
	case text == Reports, text == Inbox, text == Holds:
		return Topic{Name: text}, nil
	case kind == Reports && has:
		area, err := parseArea(rest)
		if err != nil {
			return Topic{}, err
		}
		return Topic{Name: Reports, Area: &area}, nil
	case kind == "comments":
		of, text, _ := strings.Cut(rest, "/")
		id, err := uuid.Parse(text)
		if err != nil || of == "" || strings.ContainsAny(of, " :") {
			return Topic{}, fmt.Errorf("%w: %q", ErrTopic, rest)
		}
		return Topic{Name: CommentsTopic(subject.Ref{Kind: subject.Kind(of), ID: id})}, nil
	case kind == "report":
		prefix, n, err := subject.ParseNumber(rest)
		if err != nil || prefix != subject.PrefixReport {
			return Topic{}, fmt.Errorf("%w: %q", ErrTopic, text)
		}
		return Topic{Name: ReportTopic(n)}, nil
	case kind == "idea":
		prefix, n, err := subject.ParseNumber(rest)
		if err != nil || prefix != subject.PrefixIdea {
			return Topic{}, fmt.Errorf("%w: %q", ErrTopic, text)
		}
		return Topic{Name: IdeaTopic(n)}, nil
	case kind == "measure":
		prefix, n, err := subject.ParseNumber(rest)
		if err != nil || prefix != subject.PrefixMeasure {
			return Topic{}, fmt.Errorf("%w: %q", ErrTopic, text)
		}
		return Topic{Name: MeasureTopic(n)}, nil
	case kind == "programme" && rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-") == "":
		return Topic{Name: ProgrammeTopic(rest)}, nil
	}
	return Topic{}, fmt.Errorf("%w: %q", ErrTopic, text)
}

func parseArea(text string) (subject.BBox, error) {
	list, ok := strings.CutPrefix(text, "bbox=")
	parts := strings.Split(list, ",")
	if !ok || len(parts) != 4 {
		return subject.BBox{}, fmt.Errorf("%w: an area is bbox=west,south,east,north", ErrTopic)
	}
	var v [4]float64
	for i, p := range parts {
		f, err := strconv.ParseFloat(p, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return subject.BBox{}, fmt.Errorf("%w: %q is no degree", ErrTopic, p)
		}
		v[i] = f
	}
	b := subject.BBox{West: v[0], South: v[1], East: v[2], North: v[3]}
	if b.West > b.East || b.South > b.North || b.West < -180 || b.East > 180 || b.South < -90 || b.North > 90 {
		return subject.BBox{}, fmt.Errorf("%w: west before east, south before north, in degrees", ErrTopic)
	}
	return b, nil
}

// wants tells whether a session that follows t gets m.
func (t Topic) wants(m Message) bool {
	if t.Name != m.Topic {
		return false
	}
	if t.Area == nil || m.Point == nil {
		return true
	}
	p := *m.Point
	return p.Lon >= t.Area.West && p.Lon <= t.Area.East && p.Lat >= t.Area.South && p.Lat <= t.Area.North
}
