-- +goose Up
-- An idea is proposed to a measure by its authors; that it belongs to it, the city says.
ALTER TABLE links DROP CONSTRAINT links_relation_check;
ALTER TABLE links ADD CONSTRAINT links_relation_check CHECK (relation IN ('duplicate_of', 'became', 'belongs_to', 'proposed_to'));
