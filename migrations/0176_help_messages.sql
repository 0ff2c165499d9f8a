-- +goose Up
-- What the city writes to those who take part in what a measure asks for: nobody else reads it.
CREATE TABLE help_messages (
  id         uuid PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES help_requests (id),
  text       jsonb NOT NULL,
  written_by uuid REFERENCES persons (id),
  at         timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- those of one request
CREATE INDEX help_messages_request ON help_messages (request_id, at, id);
