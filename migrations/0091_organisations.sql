-- +goose Up
-- Firms, clubs, house managements: several people act for one (accounts).
CREATE TABLE organisations (
  id         uuid PRIMARY KEY,
  name       text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 80),
  shown      boolean NOT NULL DEFAULT false, -- the name may stand beside its reports
  created_at timestamptz NOT NULL DEFAULT mitwirk_now()
);

-- Who acts for it. There is always an owner, or no organisation.
CREATE TABLE organisation_members (
  organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  person_id       uuid NOT NULL REFERENCES persons (id),
  role            text NOT NULL CHECK (role IN ('owner', 'member')),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60), -- as the others there know them
  since           timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (organisation_id, person_id)
);
-- Whom somebody acts for (sqlOrganisationsOf, report_parties).
CREATE INDEX organisation_members_person ON organisation_members (person_id);

-- Who was asked by mail to act for it. The link's token is stored as a hash only.
CREATE TABLE organisation_invitations (
  id              uuid PRIMARY KEY,
  token_hash      bytea NOT NULL CONSTRAINT organisation_invitations_token UNIQUE,
  organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  contact_id      uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  role            text NOT NULL CHECK (role IN ('owner', 'member')),
  invited_by      uuid NOT NULL REFERENCES persons (id),
  created_at      timestamptz NOT NULL DEFAULT mitwirk_now(),
  expires_at      timestamptz NOT NULL,
  used_at         timestamptz
);
-- Those of one organisation, and those that somebody sent who leaves it.
CREATE INDEX organisation_invitations_of ON organisation_invitations (organisation_id, invited_by);
-- Those that go with a contact (foreign key).
CREATE INDEX organisation_invitations_contact ON organisation_invitations (contact_id);

-- Reports that were made for an organisation (reports), with its name as the team read it then.
CREATE TABLE report_organisations (
  report_id       uuid PRIMARY KEY REFERENCES reports (id),
  organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  name            text NOT NULL
);
-- What belongs to an organisation (report_parties, LeftOrganisation).
CREATE INDEX report_organisations_of ON report_organisations (organisation_id);

-- Who may act as the one who reported: one question for pages, lists and policies.
CREATE VIEW report_parties AS
SELECT o.report_id, o.person_id
FROM report_owners o
UNION ALL
SELECT r.report_id, m.person_id
FROM report_organisations r
JOIN organisation_members m ON m.organisation_id = r.organisation_id;
