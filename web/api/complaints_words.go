package api

import (
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newComplaint is what somebody writes to the city.
type newComplaint struct {
	Text        string   `json:"text" minLength:"1" maxLength:"5000" example:"Ich hatte einen Termin und habe trotzdem drei Stunden gewartet."`
	Kind        string   `json:"kind,omitempty" enum:"complaint,praise,question,request" doc:"Absent: guessed by the words."`
	Topic       string   `json:"topic,omitempty" maxLength:"40" doc:"Key of getComplaintForm. Absent: guessed by the words."`
	Wanted      string   `json:"wanted,omitempty" maxLength:"1000" doc:"What should come of it."`
	Place       string   `json:"place,omitempty" maxLength:"200"`
	Happened    string   `json:"happened,omitempty" maxLength:"100" doc:"When, in your own words."`
	Earlier     string   `json:"earlier,omitempty" maxLength:"200" doc:"Earlier case numbers."`
	Department  string   `json:"department,omitempty" maxLength:"40" doc:"Key of the department that you think is in charge. You need not know."`
	Language    string   `json:"language,omitempty" enum:"de,en" doc:"Of the answer; absent: by Accept-Language."`
	Help        []string `json:"help,omitempty" nullable:"false" maxItems:"3" enum:"easy,sign,call" doc:"easy: plain language. sign: sign language. call: call back, needs a phone number."`
	Phone       string   `json:"phone,omitempty" maxLength:"60"`
	OnBehalf    string   `json:"on_behalf,omitempty" maxLength:"200" doc:"For whom you write, if not for yourself."`
	NameKind    string   `json:"name_kind,omitempty" enum:"anonymous,pseudonym,name"`
	Name        string   `json:"name,omitempty" maxLength:"200"`
	Contact     string   `json:"contact,omitempty" enum:"mail,letter,code" doc:"How the answer reaches you; code: with number and access code only."`
	Mail        string   `json:"mail,omitempty" maxLength:"254"`
	Postal      string   `json:"postal,omitempty" maxLength:"400" doc:"Address for a letter."`
	Notice      bool     `json:"notice,omitempty" doc:"It is about an official decision."`
	NoticeRead  bool     `json:"notice_read,omitempty" doc:"You have read: this replaces no objection and no lawsuit, and your time limit runs on. Needed with notice."`
	Person      bool     `json:"person,omitempty" doc:"It is about a certain person of the city: an independent office gets it."`
	PersonWorks string   `json:"person_at,omitempty" maxLength:"40" doc:"Key of the department that this person works in: its people never see it."`
	TipRead     bool     `json:"tip_read,omitempty" doc:"You have read: tips about corruption or the like are not taken here, this is none. Needed where the text sounds like one."`
	CodeRead    bool     `json:"code_read,omitempty" doc:"You have read: without contact a lost code can't be replaced. Needed with contact code."`
	Draft       string   `json:"draft,omitempty" format:"uuid" doc:"Of uploadComplaintFile: its files come along."`
}

func (n *newComplaint) submission(locale string) (complaints.Submission, error) {
	draft, err := idIn(n.Draft, "/draft")
	s := complaints.Submission{
		Text: kit.Clean(n.Text, true), Kind: complaints.Kind(n.Kind), Topic: n.Topic, Wanted: kit.Clean(n.Wanted, true), Place: kit.Clean(n.Place, false),
		Happened: kit.Clean(n.Happened, false), Earlier: kit.Clean(n.Earlier, false), Wish: kit.Clean(n.Department, false), Lang: n.Language, Help: n.Help,
		Phone: kit.Clean(n.Phone, false), OnBehalf: kit.Clean(n.OnBehalf, false), NameKind: n.NameKind, Name: kit.Clean(n.Name, false), Contact: n.Contact,
		Mail: kit.Clean(n.Mail, false), Postal: kit.Clean(n.Postal, true), Notice: n.Notice, NoticeRead: n.NoticeRead, Person: n.Person, PersonAt: n.PersonWorks,
		CodeRead: n.CodeRead, TipRead: n.TipRead, Draft: draft,
	}
	if s.Lang == "" {
		s.Lang = locale
	}
	return s, err
}

type complaintForm struct {
	Topics      []namedPart    `json:"topics" nullable:"false"`
	Departments []namedPart    `json:"departments" nullable:"false"`
	Days        map[string]int `json:"answer_days" doc:"Working days until the answer, by kind."`
}

type newComplaintFile struct {
	File  sentFile `json:"file"`
	Draft string   `json:"draft,omitempty" format:"uuid" doc:"Of the first file; absent for that one."`
}

type complaintFile struct {
	File  talkFile `json:"file"`
	Draft string   `json:"draft"`
}

type caseLinks struct {
	Self    string `json:"self" format:"uri"`
	Page    string `json:"page" format:"uri" doc:"The page for people."`
	Receipt string `json:"receipt" format:"uri"`
}

func (a *api) caseLinks(n subject.Number) caseLinks {
	self := a.router.URL(Root + "/complaints/" + n.Format(subject.PrefixComplaint))
	return caseLinks{Self: self, Page: a.router.URL(complaints.Path(n)), Receipt: self + "/receipt"}
}

// sentComplaint is the receipt in short.
type sentComplaint struct {
	Number     string    `json:"number" example:"B-2026-7K3QX9"`
	AccessCode string    `json:"access_code" doc:"Shown this once. Whoever has it reads and answers in your place."`
	ArrivedAt  string    `json:"arrived_at" format:"date-time" doc:"By the city's clock; the signed receipt says the same."`
	DueAt      string    `json:"due_at" format:"date-time" doc:"An answer by then."`
	Links      caseLinks `json:"links"`
}

type signedReceipt struct {
	Receipt string `json:"receipt" minLength:"1" maxLength:"5000" doc:"The signed file, byte for byte."`
	Content string `json:"content,omitempty" maxLength:"60000" doc:"What it is about: the words and the sums of the files, byte for byte."`
}

type verifiedReceipt struct {
	Genuine   bool   `json:"genuine" doc:"Ours, and not one byte is changed."`
	Number    string `json:"number,omitempty"`
	ArrivedAt string `json:"arrived_at,omitempty"`
	Key       string `json:"key,omitempty" doc:"That it was signed with."`
	Fits      *bool  `json:"content_fits,omitempty" doc:"Where a content was sent."`
}

// ComplaintLine is one of a list; huma reads exported parts only.
type ComplaintLine struct {
	Number    string `json:"number"`
	Kind      string `json:"kind" enum:"complaint,praise,question,request"`
	Topic     string `json:"topic"`
	Status    string `json:"status" enum:"arrived,with,question,interim,answered,second,closed"`
	CreatedAt string `json:"created_at" format:"date-time"`
	DueAt     string `json:"due_at,omitempty" format:"date-time"`
}

type complaintList struct {
	Items []ComplaintLine `json:"items" nullable:"false"`
}

func (a *api) lineOf(c *complaints.Complaint) ComplaintLine {
	l := ComplaintLine{
		Number: c.Number.Format(subject.PrefixComplaint), Kind: string(c.Kind), Topic: c.Topic, Status: string(c.Status), CreatedAt: stamp(c.CreatedAt),
	}
	if c.Status.IsOpen() {
		l.DueAt = stampOf(c.Due)
	}
	return l
}

// complaintView is one complaint, as whoever asks may see it.
type complaintView struct {
	ComplaintLine

	TopicName  string            `json:"topic_name"`
	Department namedPart         `json:"department" doc:"Who has it now."`
	Text       string            `json:"text"`
	Wanted     string            `json:"wanted,omitempty"`
	Place      string            `json:"place,omitempty"`
	Happened   string            `json:"happened,omitempty"`
	Earlier    string            `json:"earlier,omitempty"`
	OnBehalf   string            `json:"on_behalf,omitempty"`
	Language   string            `json:"language"`
	Help       []string          `json:"help" nullable:"false"`
	Pseudonym  string            `json:"name,omitempty" doc:"For the team only a pseudonym: a name is a contact detail."`
	Contact    string            `json:"contact" enum:"mail,letter,code"`
	Notice     bool              `json:"notice"`
	Person     bool              `json:"person" doc:"About a certain person: an independent office has it."`
	FourEyes   bool              `json:"four_eyes" doc:"A second person releases the answer."`
	Question   string            `json:"question,omitempty" doc:"Of the team; the clock stands."`
	AnswerBy   string            `json:"answer_by,omitempty" format:"date-time" doc:"Of the question."`
	Reason     string            `json:"reason,omitempty" doc:"Why it takes longer."`
	Outcome    string            `json:"outcome,omitempty" enum:"helped,explained,not_helped,forwarded,withdrawn" doc:"withdrawn: taken back by whoever wrote it."`
	ForwardTo  string            `json:"forwarded_to,omitempty"`
	ClosedAt   string            `json:"closed_at,omitempty" format:"date-time"`
	Files      []talkFile        `json:"files" nullable:"false" doc:"That came with it."`
	Steps      []complaintStep   `json:"steps" nullable:"false" doc:"Oldest first."`
	Messages   []talkMessage     `json:"messages" nullable:"false" doc:"Oldest first."`
	Answers    []complaintAnswer `json:"answers" nullable:"false" doc:"Of the city. For the team those that wait or were returned, too."`
	Second     *secondReview     `json:"second_review,omitempty"`
	Reads      []contactRead     `json:"contact_reads" nullable:"false" doc:"When the contact details were looked at, by which department and why; never by whom."`
	Opinion    *opinion          `json:"opinion,omitempty"`
	May        []string          `json:"may" nullable:"false" doc:"What you may do now: add, answer, second, reopen, rate, withdraw; for the team work, reply, release, move, close, hold."`
}

type complaintStep struct {
	At         string `json:"at" format:"date-time"`
	Key        string `json:"key" doc:"Stable name of the step." example:"complaint.step.arrived"`
	Title      string `json:"title"`
	Department string `json:"department,omitempty"`
}

type complaintAnswer struct {
	ID         string `json:"id"`
	Stage      string `json:"stage" enum:"first,second"`
	Text       string `json:"text"`
	Outcome    string `json:"outcome"`
	ForwardTo  string `json:"forwarded_to,omitempty"`
	State      string `json:"state" enum:"waiting,released,returned"`
	Note       string `json:"note,omitempty" doc:"Why it was returned; for the team."`
	Department string `json:"department"`
	At         string `json:"at" format:"date-time"`
}

type secondReview struct {
	Text       string `json:"text"`
	AskedAt    string `json:"asked_at" format:"date-time"`
	DueAt      string `json:"due_at" format:"date-time"`
	DecidedAt  string `json:"decided_at,omitempty" format:"date-time"`
	Department string `json:"department"`
}

type contactRead struct {
	At         string `json:"at" format:"date-time"`
	Department string `json:"department"`
	Reason     string `json:"reason"`
}

func (a *api) complaintOf(loc *i18n.Localizer, v *complaints.View) complaintView {
	lang := loc.Lang()
	out := complaintView{
		ComplaintLine: a.lineOf(&v.Complaint), TopicName: v.TopicName.In(lang), Department: namedPart{v.TeamKey, v.Team.In(lang)}, Text: v.Text, Wanted: v.Wanted,
		Place: v.Place, Happened: v.Happened, Earlier: v.Earlier, OnBehalf: v.OnBehalf, Language: v.Lang, Help: slices.Clone(v.Help), Pseudonym: v.Name, Contact: v.ContactBy,
		Notice: v.Notice, Person: v.AboutHuman, FourEyes: v.FourEyes, Question: v.Asked, AnswerBy: stampOf(v.AnswerAsk), Reason: v.Reason, Outcome: string(v.Outcome),
		ForwardTo: v.ForwardTo, ClosedAt: stampOf(v.ClosedAt), Files: complaintFilesOf(v.Files[uuid.Nil]), Steps: []complaintStep{}, Answers: []complaintAnswer{},
		Reads: []contactRead{}, May: mayDo(&v.May),
	}
	if out.Help == nil {
		out.Help = []string{}
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, complaintStep{At: stamp(s.At), Key: s.Key, Title: loc.T(s.Key + ".title"), Department: s.Team.In(lang)})
	}
	files := map[uuid.UUID][]casework.File{}
	for id, list := range v.Files {
		files[id] = plainFiles(list)
	}
	out.Messages = messagesOf(v.Talk, files)
	for _, r := range v.Answers {
		out.Answers = append(out.Answers, complaintAnswer{
			ID: r.ID.String(), Stage: r.Stage, Text: r.Text, Outcome: string(r.Outcome), ForwardTo: r.ForwardTo, State: r.State, Note: r.Note, Department: r.Team.In(lang), At: stamp(r.At),
		})
	}
	if r := v.Review; r != nil {
		out.Second = &secondReview{Text: r.Text, AskedAt: stamp(r.AskedAt), DueAt: stamp(r.Due), DecidedAt: stampOf(r.Decided), Department: r.Team.In(lang)}
	}
	for _, r := range v.Reads {
		out.Reads = append(out.Reads, contactRead{At: stamp(r.At), Department: r.Team.In(lang), Reason: r.Reason})
	}
	if o := v.Opinion; o.Value > 0 && o.Value < len(opinionValues()) {
		out.Opinion = &opinion{Value: opinionValues()[o.Value], Text: o.Text}
	}
	return out
}

func mayDo(m *complaints.May) []string {
	out := []string{}
	for _, w := range []struct {
		may  bool
		name string
	}{
		{m.Add, "add"},
		{m.Answer, "answer"},
		{m.Second, "second"},
		{m.Reopen, "reopen"},
		{m.Rate, "rate"},
		{m.Withdraw, "withdraw"},
		{m.Work, "work"},
		{m.Reply, "reply"},
		{m.Release, "release"},
		{m.Move, "move"},
		{m.Close, "close"},
		{m.Hold, "hold"},
	} {
		if w.may {
			out = append(out, w.name)
		}
	}
	return out
}

// plainFiles are files as the parts of the dialogue print them.
func plainFiles(list []complaints.File) []casework.File {
	out := make([]casework.File, len(list))
	for i, f := range list {
		out[i] = casework.File{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, State: f.State, Scanned: f.Scanned, At: f.At}
	}
	return out
}

func complaintFilesOf(list []complaints.File) []talkFile { return filesOf(plainFiles(list)) }

// ownFields turns the names of entries of a complaint into JSON pointers: its
// note, mail and place lie where their names say.
func ownFields(err error) error {
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		return err
	}
	e := *f
	e.Fields = slices.Clone(f.Fields)
	for i := range e.Fields {
		if name := e.Fields[i].Name; name != "" && name[0] != '/' && name != idempotencyKey {
			e.Fields[i].Name = "/" + name
		}
	}
	return &e
}
