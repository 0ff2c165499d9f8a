-- +goose Up
-- People, how to reach them, how they sign in, what they may do.

-- Secrets of the installation: what is hashed with them can't be tried out with a list of addresses or codes alone.
CREATE TABLE server_keys (
  name    text PRIMARY KEY,
  key     bytea NOT NULL CHECK (octet_length(key) >= 32),
  made_at timestamptz NOT NULL DEFAULT mitwirk_now()
);
INSERT INTO server_keys (name, key)
SELECT n, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
FROM unnest(ARRAY['contact', 'receipt']) AS n;

CREATE TABLE persons (
  id         uuid PRIMARY KEY,
  level      smallint NOT NULL CHECK (level BETWEEN 0 AND 3),
  pseudonym  text NOT NULL DEFAULT '' CHECK (char_length(pseudonym) <= 100),
  locale     text NOT NULL DEFAULT 'de',
  created_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  erased_at  timestamptz
);

CREATE TABLE contacts (
  id           uuid PRIMARY KEY,
  person_id    uuid REFERENCES persons (id),
  kind         text NOT NULL CHECK (kind IN ('mail')),
  address      text NOT NULL CHECK (char_length(address) <= 254),
  address_hash bytea NOT NULL,
  locale       text NOT NULL DEFAULT 'de',
  confirmed_at timestamptz,
  joined_id    uuid REFERENCES contacts (id),
  stopped_at   timestamptz,
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  -- nobody's until it is confirmed; a joined one leans on the confirmed one of the same address
  CHECK (person_id IS NULL OR confirmed_at IS NOT NULL),
  CHECK (joined_id IS NULL OR confirmed_at IS NULL),
  CHECK (joined_id <> id)
);
-- One confirmed contact per address; also the look-up at sign-in (sqlConfirmedByHash).
CREATE UNIQUE INDEX contacts_confirmed_address ON contacts (kind, address_hash) WHERE confirmed_at IS NOT NULL;
-- The contacts of a person (sqlContactsOf).
CREATE INDEX contacts_person ON contacts (person_id) WHERE person_id IS NOT NULL;
-- Those that lean on a contact which is removed (sqlJoinedTo).
CREATE INDEX contacts_joined ON contacts (joined_id) WHERE joined_id IS NOT NULL;

-- Whom mails may reach: each confirmed contact under its own id, and each one joined to it.
CREATE VIEW confirmed_contacts AS
SELECT c.id, k.id AS contact_id, k.person_id, k.kind, k.address, k.address_hash, c.locale, coalesce(c.stopped_at, k.stopped_at) AS stopped_at
FROM contacts c
JOIN contacts k ON k.id = coalesce(c.joined_id, c.id)
WHERE k.confirmed_at IS NOT NULL;

CREATE TABLE one_time_tokens (
  token_hash   bytea PRIMARY KEY,
  purpose      text NOT NULL,
  person_id    uuid REFERENCES persons (id) ON DELETE CASCADE,
  contact_id   uuid REFERENCES contacts (id) ON DELETE CASCADE,
  subject_kind text,
  subject_id   uuid,
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  expires_at   timestamptz NOT NULL,
  used_at      timestamptz,
  CHECK ((subject_kind IS NULL) = (subject_id IS NULL))
);
-- What is over and can go (sqlSweepTokens).
CREATE INDEX one_time_tokens_expires ON one_time_tokens (expires_at);
-- The tokens that go with a contact or a person (foreign keys, sqlVoidTokens).
CREATE INDEX one_time_tokens_contact ON one_time_tokens (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX one_time_tokens_person ON one_time_tokens (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE sessions (
  token_hash     bytea PRIMARY KEY,
  id             uuid NOT NULL UNIQUE,
  person_id      uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  assurance      text NOT NULL CHECK (assurance IN ('visitor', 'mail')),
  created_at     timestamptz NOT NULL DEFAULT mitwirk_now(),
  seen_at        timestamptz NOT NULL DEFAULT mitwirk_now(),
  idle_until     timestamptz NOT NULL,
  absolute_until timestamptz NOT NULL
);
-- The sessions of a person: to list and to end them (sqlEndSessionsOf).
CREATE INDEX sessions_person ON sessions (person_id);
-- What is over and can go (sqlSweepSessions).
CREATE INDEX sessions_absolute ON sessions (absolute_until);

-- Number and access code: what opens a case later, without an account.
CREATE TABLE receipts (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  code_hash    bytea NOT NULL,
  tries        int NOT NULL DEFAULT 0,
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (subject_kind, subject_id)
);

CREATE TABLE departments (
  id        uuid PRIMARY KEY,
  key       text NOT NULL UNIQUE CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  name      jsonb NOT NULL,
  parent_id uuid REFERENCES departments (id),
  door      text NOT NULL DEFAULT 'desk' CHECK (door IN ('desk', 'mail')),
  does      jsonb NOT NULL DEFAULT '{}',
  mail      text NOT NULL DEFAULT '',
  active    boolean NOT NULL DEFAULT true
);

CREATE TABLE role_grants (
  id         uuid PRIMARY KEY,
  person_id  uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  role       text NOT NULL CHECK (role IN ('resident', 'caseworker', 'team_lead', 'moderator', 'editor', 'analyst', 'council', 'admin')),
  granted_by uuid,
  granted_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT role_grants_person_role UNIQUE (person_id, role)
);

-- Where a role counts. Without a row it counts everywhere. ref_id is the uuid of a department or category, or a district's ref.
CREATE TABLE role_grant_limits (
  grant_id uuid NOT NULL REFERENCES role_grants (id) ON DELETE CASCADE,
  kind     text NOT NULL CHECK (kind IN ('department', 'category', 'district')),
  ref_id   text NOT NULL,
  PRIMARY KEY (grant_id, kind, ref_id)
);
-- Who works in a department (sqlStaffOf).
CREATE INDEX role_grant_limits_ref ON role_grant_limits (kind, ref_id);

-- Who did what to which thing: field names, never values. Append-only; each row carries the hash of the one before.
CREATE TABLE audit_log (
  seq          bigint PRIMARY KEY,
  prev_hash    bytea NOT NULL,
  hash         bytea NOT NULL,
  actor        uuid,
  action       text NOT NULL,
  subject_kind text,
  subject_id   uuid,
  fields       text[] NOT NULL DEFAULT '{}',
  reason       text NOT NULL DEFAULT '',
  at           timestamptz NOT NULL
);
-- What was done to one thing (sqlAuditOf).
CREATE INDEX audit_log_subject ON audit_log (subject_kind, subject_id, seq) WHERE subject_id IS NOT NULL;

-- The text that is hashed: every value with its length, so that no two rows can be told apart wrongly.
-- +goose StatementBegin
CREATE FUNCTION mitwirk_audit_hash(r audit_log) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(r.prev_hash || convert_to(string_agg(char_length(v) || ':' || v, ',' ORDER BY n), 'UTF8'))
  FROM unnest(ARRAY[
    r.seq::text,
    coalesce(r.actor::text, ''),
    r.action,
    coalesce(r.subject_kind, ''),
    coalesce(r.subject_id::text, ''),
    array_to_string(r.fields, chr(31)),
    r.reason,
    (extract(epoch FROM r.at) * 1000000)::bigint::text
  ]) WITH ORDINALITY AS x(v, n)
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION mitwirk_audit_chain() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  last audit_log;
BEGIN
  -- one writer at a time until its commit: the order of the chain is the order of the commits
  PERFORM pg_advisory_xact_lock(hashtext('mitwirk_audit_log'));
  SELECT * INTO last FROM audit_log ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.prev_hash := coalesce(last.hash, '\x'::bytea);
  NEW.at := mitwirk_now();
  NEW.hash := mitwirk_audit_hash(NEW);
  RETURN NEW;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION mitwirk_audit_refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER audit_log_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION mitwirk_audit_chain();
CREATE TRIGGER audit_log_keep BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION mitwirk_audit_refuse();
CREATE TRIGGER audit_log_keep_all BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION mitwirk_audit_refuse();

-- How often somebody did something in a window of time; the key is an HMAC whose secret lives a day.
CREATE TABLE rate_buckets (
  rule         text NOT NULL,
  key_hmac     bytea NOT NULL,
  window_start timestamptz NOT NULL,
  n            int NOT NULL,
  PRIMARY KEY (rule, key_hmac, window_start)
);
-- What is over and can go (sqlSweepRates).
CREATE INDEX rate_buckets_window ON rate_buckets (window_start);

-- What was deleted when and by which rule, without its content.
CREATE TABLE retention_records (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL,
  category_key text NOT NULL DEFAULT '',
  what         text NOT NULL,
  rule         text NOT NULL,
  n            int NOT NULL DEFAULT 1 CHECK (n > 0),
  batch        uuid NOT NULL,
  deleted_at   timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- The records by day (sqlRetentionSince).
CREATE INDEX retention_records_at ON retention_records (deleted_at, id);
