-- +goose Up
-- Who was asked by mail to work here, in which role and where (accounts). The link's token is stored as a hash only.
CREATE TABLE invitations (
  id         uuid PRIMARY KEY,
  token_hash bytea NOT NULL CONSTRAINT invitations_token UNIQUE,
  contact_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  pseudonym  text NOT NULL DEFAULT '' CHECK (char_length(pseudonym) <= 100),
  role       text NOT NULL,
  limits     jsonb NOT NULL DEFAULT '[]', -- as grants have them: [{"kind", "ref"}]
  reason     text NOT NULL CHECK (char_length(reason) <= 500),
  invited_by uuid REFERENCES persons (id) ON DELETE SET NULL, -- NULL: the product itself
  created_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  used_by    uuid REFERENCES persons (id) ON DELETE SET NULL,
  revoked_at timestamptz,
  CHECK (used_at IS NULL OR revoked_at IS NULL)
);
-- The list, the latest first (sqlInvitations).
CREATE INDEX invitations_created ON invitations (created_at DESC, id DESC);
-- Those that go with a contact, and older ones to the same address (sqlReplaceInvitations).
CREATE INDEX invitations_contact ON invitations (contact_id);

-- Personal data of many people leave the house only when a second person has said yes (trust.md, 17).
CREATE TABLE export_requests (
  id         uuid PRIMARY KEY,
  source     text NOT NULL,
  params     jsonb NOT NULL DEFAULT '{}',
  contacts   boolean NOT NULL, -- mail addresses too
  reason     text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
  n          integer NOT NULL CHECK (n >= 0), -- people whose data are in it, when it was asked for
  asked_by   uuid NOT NULL REFERENCES persons (id),
  asked_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  decided_by uuid REFERENCES persons (id),
  decided_at timestamptz,
  approved   boolean NOT NULL DEFAULT false,
  expires_at timestamptz NOT NULL,
  fetched_at timestamptz,
  CONSTRAINT export_requests_two_people CHECK (decided_by IS NULL OR decided_by <> asked_by),
  CONSTRAINT export_requests_approved CHECK (NOT approved OR decided_by IS NOT NULL),
  CONSTRAINT export_requests_fetched CHECK (fetched_at IS NULL OR n <= 50 OR approved)
);
-- The list, the latest first (sqlExports).
CREATE INDEX export_requests_asked ON export_requests (asked_at DESC, id DESC);

-- The last time the chain of the audit log was walked, one row: up to which entry, and the first one that is wrong (0: none).
CREATE TABLE audit_checks (
  one    boolean PRIMARY KEY DEFAULT true CHECK (one),
  upto   bigint NOT NULL,
  broken bigint NOT NULL,
  at     timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- What one person did, the latest first (sqlPartAudit).
CREATE INDEX audit_log_actor ON audit_log (actor, seq DESC);
-- One sort of act, the latest first (sqlPartAudit).
CREATE INDEX audit_log_action ON audit_log (action, seq DESC);
-- A stretch of time (sqlPartAudit).
CREATE INDEX audit_log_at ON audit_log (at, seq);

-- Years whose days without work are exactly those in holidays; in the others the law's rules hold, and holidays adds to them.
CREATE TABLE holiday_years (
  region text NOT NULL,
  year   integer NOT NULL CHECK (year BETWEEN 1900 AND 2200),
  PRIMARY KEY (region, year)
);

-- A set that is whole but not in force waits to be looked at and switched to.
ALTER TABLE district_sets ADD COLUMN filled_at timestamptz;
UPDATE district_sets SET filled_at = activated_at WHERE activated_at IS NOT NULL;
