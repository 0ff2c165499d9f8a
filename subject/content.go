package subject

import (
	"time"

	"github.com/google/uuid"
)

// PartKind says how much of a thing a decision is about.
type PartKind string

// The parts of content.
const (
	Whole PartKind = "whole" // all of it
	Text  PartKind = "text"  // the words of its author
	Photo PartKind = "photo" // one picture
)

// Part is a piece of content that people may object to.
type Part struct {
	Ref

	Part PartKind  `json:"part"`
	Of   uuid.UUID `json:"of"` // the photo, else the thing itself
}

// PartOf names a part of a thing; a zero photo is none.
func PartOf(ref Ref, kind PartKind, photo uuid.UUID) Part {
	if kind != Photo {
		photo = ref.ID
	}
	return Part{Ref: ref, Part: kind, Of: photo}
}

// Content is a piece of content as it stands now, for those who judge it. It
// holds what is not public.
type Content struct {
	Part

	Version    int
	Hash       []byte // changes with every change of the content or of its being shown
	Number     Number
	Prefix     Prefix
	Path       string // of the page
	Title      string // made by the system
	Text       string // what the public reads or would read
	Around     string // what it answers, as the public reads it; "": it stands by itself
	Photos     []ContentPhoto
	Lang       string
	At         time.Time
	Author     uuid.UUID // zero: unknown
	Contact    uuid.UUID // of the author; zero: none
	Department uuid.UUID
	Category   uuid.UUID
	District   string
	Public     bool // everybody sees this part now
	Hidden     bool // moderation has hidden this part
}

// ContentPhoto is one picture of a content.
type ContentPhoto struct {
	ID            uuid.UUID
	Alt           string
	Version       int
	Width, Height int
	Public        bool // everybody sees it now
}

// PublicNumber is the number with its prefix.
func (c *Content) PublicNumber() string { return c.Number.Format(c.Prefix) }
