-- +goose Up
-- A personal token brings the rights of staff only when it was made in a session with a second factor (accounts). Who had a role then had one.
ALTER TABLE api_tokens ADD COLUMN proved boolean NOT NULL DEFAULT false;
UPDATE api_tokens t SET proved = NOT t.personal OR EXISTS (
  SELECT FROM role_grants g
  WHERE g.person_id = t.person_id AND g.granted_at <= t.created_at AND g.role NOT IN ('resident', 'council')
);
