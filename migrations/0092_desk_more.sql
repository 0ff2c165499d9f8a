-- +goose Up
-- figures of streets and of places where the same comes back: sqlStreetFigures, sqlRecurringPlaces; index-only
CREATE INDEX case_facts_street ON case_facts (street, created_at) INCLUDE (category_id, status) WHERE public AND street <> '';
