-- +goose Up
-- What other systems prove themselves with at the API (accounts). Only the hash of a token is stored.
CREATE TABLE api_tokens (
  token_hash    bytea PRIMARY KEY,
  id            uuid NOT NULL UNIQUE,
  person_id     uuid NOT NULL UNIQUE REFERENCES persons (id),   -- stands for the system: what it uploads and reports hangs on it
  name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  scopes        text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['reports:read', 'reports:write', 'reports:status']),
  department_id uuid REFERENCES departments (id),
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  expires_at    timestamptz NOT NULL,
  seen_at       timestamptz,
  revoked_at    timestamptz,
  -- a status is set for a team, never for the whole city
  CHECK (NOT scopes @> ARRAY['reports:status'] OR department_id IS NOT NULL)
);
