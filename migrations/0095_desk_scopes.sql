-- +goose Up
-- Scopes of the desk for API tokens. Which scopes exist is said by accounts.Scopes; the table holds to their form.
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_scopes_check;
ALTER TABLE api_tokens ADD CONSTRAINT api_tokens_scopes_check
  CHECK (cardinality(scopes) > 0 AND array_to_string(scopes, ',') ~ '^[a-z]+:[a-z]+(,[a-z]+:[a-z]+)*$');
-- What a system does as staff it does for a team, never for the whole city.
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_status;
ALTER TABLE api_tokens ADD CONSTRAINT api_tokens_status
  CHECK (personal OR department_id IS NOT NULL OR NOT scopes && ARRAY['reports:status', 'desk:read', 'desk:write']);
