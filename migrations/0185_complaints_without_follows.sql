-- +goose Up
-- Unsubscribing from mails about a complaint kept the person beside it, and so did what was taken back: who complained is known by nothing.
DELETE FROM follows f
WHERE f.target_kind = 'subject' AND f.target ->> 'kind' = 'complaint'
  AND (f.owner_kind = 'person' OR NOT EXISTS (SELECT FROM complaints c WHERE c.id = (f.target ->> 'id')::uuid AND c.contact_id = f.owner_id));
