-- +goose Up
-- Supports and ratings: what is held for a moderator, receipts, days under seal, ratings in batches.

ALTER TABLE votes
  ADD COLUMN receipt bytea; -- hash of the code that proves "counted"; of a voter's first support
-- a receipt is looked up by its hash
CREATE UNIQUE INDEX votes_receipt ON votes (receipt) WHERE receipt IS NOT NULL;
-- the supports of a day, for its seal
CREATE INDEX votes_at ON votes (aspect, at) WHERE receipt IS NOT NULL;

-- A process whose votes are over: nothing changes any more.
CREATE TABLE vote_scopes (
  scope     text PRIMARY KEY,
  closed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  untied_at timestamptz -- 30 days later nobody knows any more who voted
);

-- +goose StatementBegin
CREATE FUNCTION vote_scope_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM voters v JOIN vote_scopes s ON s.scope = v.scope WHERE v.id = NEW.voter_id) THEN
    RAISE EXCEPTION 'the votes of this process are closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'votes_open';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER votes_open BEFORE INSERT OR UPDATE ON votes
FOR EACH ROW WHEN (NEW.aspect = 'support') EXECUTE FUNCTION vote_scope_open();

-- What the detectors look at, for 7 days: when, from which net and mail domain, as hashes under a secret of the day.
CREATE TABLE vote_keys (
  day date PRIMARY KEY,
  key bytea NOT NULL
);
CREATE TABLE vote_traces (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  aspect       text NOT NULL,
  voter_id     uuid NOT NULL REFERENCES voters (id),
  value        smallint NOT NULL,
  at           timestamptz NOT NULL DEFAULT mitwirk_now(),
  net          bytea,   -- NULL: unknown
  domain       bytea,   -- NULL: without a confirmed address
  fresh        boolean NOT NULL, -- the account is younger than a day, or there is none
  PRIMARY KEY (subject_kind, subject_id, aspect, voter_id)
);
-- what has come in since the last look, and what is too old to keep
CREATE INDEX vote_traces_at ON vote_traces (at);

-- Votes that came in a pattern and wait for a moderator.
CREATE TABLE vote_holds (
  id           uuid PRIMARY KEY,
  scope        text NOT NULL,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  aspect       text NOT NULL,
  pattern      text NOT NULL CHECK (pattern IN ('clockwork', 'one_source', 'one_domain', 'one_sided')),
  net          bytea, -- of the pattern one_source: what comes from there later is held at once
  from_at      timestamptz NOT NULL,
  to_at        timestamptz NOT NULL,
  state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'released', 'void')),
  opened_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  decided_by   uuid REFERENCES persons (id) ON DELETE SET NULL,
  decided_at   timestamptz,
  reason       text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 2000),
  CONSTRAINT vote_holds_decided CHECK ((state = 'open') = (decided_at IS NULL) AND (state = 'open' OR reason <> ''))
);
-- one open hold for a pattern on a thing: what follows joins it
CREATE UNIQUE INDEX vote_holds_open ON vote_holds (subject_kind, subject_id, aspect, pattern) WHERE state = 'open';
-- the moderators' list, newest first
CREATE INDEX vote_holds_at ON vote_holds (opened_at DESC, id DESC);
CREATE TABLE vote_hold_items (
  hold_id      uuid NOT NULL REFERENCES vote_holds (id),
  voter_id     uuid NOT NULL REFERENCES voters (id),
  PRIMARY KEY (hold_id, voter_id)
);
-- whether a vote is in a hold that is still open
CREATE INDEX vote_hold_items_voter ON vote_hold_items (voter_id);

-- Every change of a support as an anonymous row: anybody can recount them by day.
CREATE TABLE vote_ledger (
  scope        text NOT NULL,
  day          date NOT NULL,
  id           uuid NOT NULL DEFAULT gen_random_uuid(), -- random: the order tells nothing
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  aspect       text NOT NULL,
  value        smallint NOT NULL,
  delta        smallint NOT NULL CHECK (delta IN (-1, 1)),
  PRIMARY KEY (scope, day, id)
);
-- The seal of a day holds that of the day before: no row can be changed later.
CREATE TABLE vote_seals (
  scope     text NOT NULL,
  day       date NOT NULL,
  n         integer NOT NULL,
  prev      bytea NOT NULL,
  hash      bytea NOT NULL,
  receipts  bytea NOT NULL, -- hash of the list of the day's receipts
  sealed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (scope, day)
);
-- The receipts of a sealed day, without what they were for.
CREATE TABLE vote_sealed_receipts (
  scope   text NOT NULL,
  day     date NOT NULL,
  receipt bytea NOT NULL,
  PRIMARY KEY (scope, day, receipt)
);
-- +goose StatementBegin
CREATE FUNCTION vote_ledger_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' OR EXISTS (SELECT FROM vote_seals s WHERE s.scope = NEW.scope AND s.day >= NEW.day) THEN
    RAISE EXCEPTION 'the ledger of votes is only ever added to, and never on a sealed day';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER vote_ledger_sealed BEFORE INSERT OR UPDATE OR DELETE ON vote_ledger
FOR EACH ROW EXECUTE FUNCTION vote_ledger_sealed();

-- Ratings as the public reads them: only ever changed by several people's ratings at once.
CREATE TABLE vote_published (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  aspect       text NOT NULL,
  n            integer NOT NULL DEFAULT 0, -- 0: too few so far
  counts       integer[] NOT NULL DEFAULT '{}', -- of the values 1, 2, 3, …
  at           timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (subject_kind, subject_id, aspect)
);
-- Who has rated anew since; gone with the next publication.
CREATE TABLE vote_pending (
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  aspect       text NOT NULL,
  voter_id     uuid NOT NULL REFERENCES voters (id),
  PRIMARY KEY (subject_kind, subject_id, aspect, voter_id)
);
