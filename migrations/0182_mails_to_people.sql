-- +goose Up
-- Mails about ideas, measures and comments go to people, not to an address that was
-- given with the thing: whether they are still wanted is asked of the person.
ALTER TABLE deliveries ADD COLUMN to_person boolean NOT NULL DEFAULT false;

-- What is said in discussions has a cadence of its own.
ALTER TABLE notice_preferences DROP CONSTRAINT notice_preferences_kind_check;
ALTER TABLE notice_preferences ADD CONSTRAINT notice_preferences_kind_check CHECK (kind IN ('own', 'followed', 'comment'));

-- what a person has ended the mails about
CREATE INDEX follows_muted ON follows (owner_id, target_hash) WHERE cadence = 'never' AND target_kind = 'subject' AND owner_kind = 'person';
