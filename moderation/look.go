package moderation

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// MaySeePhoto lets a moderator see a photo that nobody else sees, because a rule
// holds it or a decision took it away: as long as a decision or an appeal about
// it is theirs to make. Whoever judges a picture has to see it. A notice about
// the whole thing does not open what only the team sees of it. fault.NotFound for
// everybody else.
func (s *Service) MaySeePhoto(ctx context.Context, actor accounts.Actor, of subject.Ref, photo uuid.UUID) error {
	if err := MayModerate(actor); err != nil {
		return err
	}
	waits, err := db.Exists(ctx, s.db, sqlPhotoWaits, of.Kind, of.ID, photo)
	if err != nil {
		return err
	}
	if !waits {
		return fault.Missing("photo")
	}
	part := subject.PartOf(of, subject.Photo, photo)
	c, err := s.content(ctx, s.db, part, false)
	if err != nil {
		return err
	}
	cs, err := s.caseOf(ctx, s.db, actor, uuid.Nil, c)
	if err != nil {
		return err
	}
	if MayDecide(actor, cs) != nil {
		return fault.Missing("photo")
	}
	return nil
}

const sqlPhotoWaits = `
SELECT EXISTS (
  SELECT FROM mod_items i
  WHERE i.subject_kind = $1 AND i.subject_id = $2 AND (i.part = 'whole' OR i.part = 'photo' AND i.part_id = $3)
    AND (i.part = 'photo' AND i.state = 'open'
      OR EXISTS (SELECT FROM holds h WHERE h.item_id = i.id AND h.ended_at IS NULL)
      OR EXISTS (SELECT FROM decisions d JOIN appeals a ON a.decision_id = d.id WHERE d.item_id = i.id AND a.outcome IS NULL))
)`
