-- +goose Up
-- A call of the kind contest has rooms of its own: what is sent in is seen by the
-- team, the jury and the office that calls, until finalists are named.
CREATE TABLE contests (
  call_id      uuid PRIMARY KEY REFERENCES calls (id),
  series       text NOT NULL DEFAULT '',      -- contests of one name follow each other; '': a single one
  opened_at    timestamptz,                   -- when the last score was in
  named_at     timestamptz,                   -- finalists are public from here on
  won_at       timestamptz,
  announced_at timestamptz                    -- whoever wanted to hear of the next one was told
);
-- the contests whose beginning nobody was told of yet
CREATE INDEX contests_announce ON contests (call_id) WHERE announced_at IS NULL AND series <> '';

CREATE TABLE contest_challenges (
  id      uuid PRIMARY KEY,
  call_id uuid NOT NULL REFERENCES contests (call_id),
  ord     integer NOT NULL,
  title   jsonb NOT NULL,                     -- {"de","en"}
  text    jsonb NOT NULL DEFAULT '{}',
  data    jsonb NOT NULL DEFAULT '{}',        -- what the city gives to work with
  contact text NOT NULL DEFAULT ''            -- an office, never a person
);
-- the challenges of a contest in their order
CREATE INDEX contest_challenges_call ON contest_challenges (call_id, ord, id);

CREATE TABLE contest_teams (
  id         uuid PRIMARY KEY,
  call_id    uuid NOT NULL REFERENCES contests (call_id),
  name       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the teams of a contest
CREATE INDEX contest_teams_call ON contest_teams (call_id, created_at, id);

CREATE TABLE contest_members (
  call_id   uuid NOT NULL REFERENCES contests (call_id),
  person_id uuid NOT NULL REFERENCES persons (id),
  team_id   uuid NOT NULL REFERENCES contest_teams (id),
  lead      boolean NOT NULL DEFAULT false,
  since     timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (call_id, person_id)            -- one team per person and contest
);
-- who is in a team; one leads
CREATE INDEX contest_members_team ON contest_members (team_id, since);
CREATE UNIQUE INDEX contest_members_lead ON contest_members (team_id) WHERE lead;
CREATE INDEX contest_members_person ON contest_members (person_id);

CREATE TABLE contest_jury (
  id         uuid PRIMARY KEY,
  call_id    uuid NOT NULL REFERENCES contests (call_id),
  person_id  uuid REFERENCES persons (id),    -- NULL: erased
  shown_name text NOT NULL DEFAULT '',        -- as the page of the contest names them; '': not at all
  since      timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- once in a jury
CREATE UNIQUE INDEX contest_jury_person ON contest_jury (call_id, person_id) WHERE person_id IS NOT NULL;

-- A link by which somebody comes into a team or, without one, into the jury; once.
CREATE TABLE contest_invitations (
  token_hash bytea PRIMARY KEY,
  call_id    uuid NOT NULL REFERENCES contests (call_id),
  team_id    uuid REFERENCES contest_teams (id),
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
-- the open links of a contest
CREATE INDEX contest_invitations_call ON contest_invitations (call_id, team_id, expires_at);

-- What a team sends in. Title and summary become public when it is a finalist.
CREATE TABLE contest_entries (
  id           uuid PRIMARY KEY,
  call_id      uuid NOT NULL REFERENCES contests (call_id),
  team_id      uuid NOT NULL REFERENCES contest_teams (id),
  challenge_id uuid REFERENCES contest_challenges (id),
  state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent', 'withdrawn', 'erased')),
  stage        text NOT NULL DEFAULT '' CHECK (stage IN ('', 'out', 'finalist', 'winner')),
  ord          smallint NOT NULL DEFAULT 0,   -- of a finalist: the value of the votes for it
  title        text NOT NULL DEFAULT '',
  summary      text NOT NULL DEFAULT '',
  plan         text NOT NULL DEFAULT '',      -- stays confidential
  needs        text NOT NULL DEFAULT '',      -- stays confidential
  reason       text NOT NULL DEFAULT '',      -- the office's, for or against the final
  win_reason   text NOT NULL DEFAULT '',
  version      integer NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  sent_at      timestamptz,
  CONSTRAINT contest_entries_team UNIQUE (team_id)
);
-- the entries of a contest
CREATE INDEX contest_entries_call ON contest_entries (call_id, sent_at, id);

-- What a member of the jury declares about an entry and, without a conflict, says.
CREATE TABLE contest_reviews (
  entry_id    uuid NOT NULL REFERENCES contest_entries (id),
  juror_id    uuid NOT NULL REFERENCES contest_jury (id) ON DELETE CASCADE,
  conflict    boolean NOT NULL,
  why         text NOT NULL DEFAULT '',       -- the conflict, for the office
  reason      text NOT NULL DEFAULT '',       -- of the scores
  declared_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  scored_at   timestamptz,
  PRIMARY KEY (entry_id, juror_id),
  CONSTRAINT contest_reviews_conflict CHECK (NOT conflict OR scored_at IS NULL)
);
CREATE INDEX contest_reviews_juror ON contest_reviews (juror_id);

CREATE TABLE contest_scores (
  entry_id  uuid NOT NULL,
  juror_id  uuid NOT NULL,
  criterion integer NOT NULL CHECK (criterion >= 0), -- its place among those of the call
  value     smallint NOT NULL CHECK (value BETWEEN 0 AND 10),
  PRIMARY KEY (entry_id, juror_id, criterion),
  FOREIGN KEY (entry_id, juror_id) REFERENCES contest_reviews (entry_id, juror_id) ON DELETE CASCADE
);

-- What is tried out with a winner, and what came of it.
CREATE TABLE contest_pilots (
  entry_id    uuid PRIMARY KEY REFERENCES contest_entries (id),
  partner     text NOT NULL,
  tests       text NOT NULL,
  starts_on   date NOT NULL,
  ends_on     date NOT NULL,
  outcome     text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'stays', 'changes', 'ends')),
  report      text NOT NULL DEFAULT '',
  reported_at timestamptz,
  CONSTRAINT contest_pilots_days CHECK (ends_on >= starts_on)
);
