-- +goose Up
-- Signing in: codes, passkeys, one-time passwords, other sign-ins, personal tokens (accounts).

INSERT INTO server_keys (name, key)
VALUES ('signin', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- The six digits that stand in the same mail as a sign-in link, and how often somebody tried them.
ALTER TABLE one_time_tokens ADD COLUMN code_hash bytea;
ALTER TABLE one_time_tokens ADD COLUMN tries smallint NOT NULL DEFAULT 0;

-- How somebody proved who they are. "demo" counts as two factors only where a demonstration is served.
ALTER TABLE sessions DROP CONSTRAINT sessions_assurance_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_assurance_check
  CHECK (assurance IN ('visitor', 'mail', 'totp', 'recovery', 'passkey', 'oidc', 'oidc_staff', 'demo'));
-- The kind of device in words ("Firefox, Windows"), never what the browser sent.
ALTER TABLE sessions ADD COLUMN device text NOT NULL DEFAULT '' CHECK (char_length(device) <= 60);

CREATE TABLE passkeys (
  credential_id bytea PRIMARY KEY,
  id            uuid NOT NULL UNIQUE,
  person_id     uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
  credential    jsonb NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  used_at       timestamptz
);
-- The passkeys of a person: to list them, and at sign-in (sqlPasskeysOf).
CREATE INDEX passkeys_person ON passkeys (person_id);

-- A question that a device's authenticator is to answer, once and within minutes.
CREATE TABLE passkey_challenges (
  id         uuid PRIMARY KEY,
  person_id  uuid REFERENCES persons (id) ON DELETE CASCADE,
  data       jsonb NOT NULL,
  expires_at timestamptz NOT NULL
);
-- What is over and can go (sqlSweepChallenges).
CREATE INDEX passkey_challenges_expires ON passkey_challenges (expires_at);

-- The second factor of an app. pending waits for its first right code.
CREATE TABLE totp (
  person_id    uuid PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
  secret       text,
  pending      text,
  confirmed_at timestamptz,
  last_step    bigint NOT NULL DEFAULT 0,
  CHECK ((secret IS NULL) = (confirmed_at IS NULL))
);

CREATE TABLE recovery_codes (
  person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  PRIMARY KEY (person_id, code_hash)
);

-- Who somebody is elsewhere: at the city's own sign-in, or at a portal of the state.
CREATE TABLE identities (
  issuer     text NOT NULL,
  sub        text NOT NULL CHECK (char_length(sub) BETWEEN 1 AND 255),
  provider   text NOT NULL,
  person_id  uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  used_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (issuer, sub)
);
-- The other sign-ins of a person (sqlIdentitiesOf).
CREATE INDEX identities_person ON identities (person_id);

-- A personal token acts as the person who made it, a system's as one of its own.
ALTER TABLE api_tokens ADD COLUMN personal boolean NOT NULL DEFAULT false;
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_person_id_key;
CREATE UNIQUE INDEX api_tokens_system ON api_tokens (person_id) WHERE NOT personal;
-- The tokens of a person (sqlPersonalTokens).
CREATE INDEX api_tokens_personal ON api_tokens (person_id) WHERE personal;
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_check;
ALTER TABLE api_tokens ADD CONSTRAINT api_tokens_status CHECK (personal OR NOT scopes @> ARRAY['reports:status'] OR department_id IS NOT NULL);
