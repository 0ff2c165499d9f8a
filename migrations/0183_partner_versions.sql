-- +goose Up
-- Of two who change a partner at once the second hears of the first.
ALTER TABLE partners ADD COLUMN version integer NOT NULL DEFAULT 1;
