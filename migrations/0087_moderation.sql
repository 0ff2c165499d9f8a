-- +goose Up
-- Notices, holds, decisions with their statements of reasons, appeals and what is told of them in public.

-- A piece of content that moderation has looked at or has to look at: a whole thing, its text, or one photo.
CREATE TABLE mod_items (
  id           uuid PRIMARY KEY,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  part         text NOT NULL CHECK (part IN ('whole', 'text', 'photo')),
  part_id      uuid NOT NULL,                      -- the photo, else the thing itself
  harm         smallint NOT NULL CHECK (harm BETWEEN 0 AND 3), -- 0 life, 1 crime, 2 personal data, 3 rule
  state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
  n            integer NOT NULL DEFAULT 0,         -- decisions so far: whoever decides names the one they have seen
  label        text NOT NULL DEFAULT '',           -- what a label in force says
  opened_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  due_at       timestamptz NOT NULL,
  CONSTRAINT mod_items_part UNIQUE (subject_kind, subject_id, part, part_id)
);
-- the queue: the worst first, then what is due first
CREATE INDEX mod_items_queue ON mod_items (harm, due_at, id) WHERE state = 'open';

-- A notice (Art. 16 DSA). One per person and version of the content.
CREATE TABLE flags (
  id              uuid PRIMARY KEY,
  number          bigint NOT NULL CONSTRAINT flags_number UNIQUE,
  item_id         uuid NOT NULL REFERENCES mod_items (id),
  content_version integer NOT NULL,
  content_hash    bytea NOT NULL,
  exact_url       text NOT NULL,
  ground          text NOT NULL CHECK (ground IN ('illegal', 'rule')),
  category        text NOT NULL,
  explanation     text NOT NULL CHECK (char_length(explanation) <= 4000),
  legal_ref       text NOT NULL DEFAULT '' CHECK (char_length(legal_ref) <= 500),
  notifier_kind   text NOT NULL CHECK (notifier_kind IN ('account', 'mail', 'anonymous', 'trusted_flagger', 'authority')),
  notifier_key    uuid NOT NULL,                   -- the person; after erasure anything that is not
  person_id       uuid REFERENCES persons (id) ON DELETE SET NULL,
  contact_id      uuid REFERENCES contacts (id) ON DELETE SET NULL,
  name            text NOT NULL DEFAULT '' CHECK (char_length(name) <= 200),
  good_faith      boolean NOT NULL CHECK (good_faith),
  life_threat     boolean NOT NULL DEFAULT false,
  channel         text NOT NULL DEFAULT 'web',
  lang            text NOT NULL DEFAULT 'de',
  received_at     timestamptz NOT NULL DEFAULT mitwirk_now(),
  receipt_sent_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  decision_id     uuid,
  informed_at     timestamptz,
  CONSTRAINT flags_once UNIQUE (item_id, content_hash, notifier_key)
);
-- the notices of an item that wait for a decision
CREATE INDEX flags_open ON flags (item_id, received_at) WHERE decision_id IS NULL;
-- the figures of a period
CREATE INDEX flags_received ON flags (received_at);
-- sign-in, erasure
CREATE INDEX flags_person ON flags (person_id) WHERE person_id IS NOT NULL;

-- What holds a text back until somebody has read it.
CREATE TABLE hold_rules (
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('category', 'new_author', 'phone', 'mail', 'link', 'words')),
  category   text NOT NULL DEFAULT '',             -- key, of kind category
  words      text[] NOT NULL DEFAULT '{}',         -- of kind words
  scope      text NOT NULL DEFAULT 'text' CHECK (scope IN ('text', 'whole')),
  active     boolean NOT NULL DEFAULT true,
  changed_by uuid REFERENCES persons (id),
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT hold_rules_one UNIQUE (kind, category)
);
INSERT INTO hold_rules (id, kind, active)
VALUES (gen_random_uuid(), 'phone', true), (gen_random_uuid(), 'mail', true), (gen_random_uuid(), 'link', true),
       (gen_random_uuid(), 'words', false), (gen_random_uuid(), 'new_author', false);

CREATE TABLE holds (
  id           uuid PRIMARY KEY,
  item_id      uuid NOT NULL REFERENCES mod_items (id),
  content_hash bytea NOT NULL,
  rule_kind    text NOT NULL,
  scope        text NOT NULL CHECK (scope IN ('text', 'whole')),
  held_at      timestamptz NOT NULL DEFAULT mitwirk_now(),
  told_until   timestamptz NOT NULL,               -- when the author was told that somebody reads it
  ended_at     timestamptz,
  outcome      text CHECK (outcome IN ('covered', 'released', 'refused')),
  CONSTRAINT holds_once UNIQUE (item_id, content_hash, rule_kind),
  CONSTRAINT holds_end CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
-- what holds an item now
CREATE INDEX holds_open ON holds (item_id) WHERE ended_at IS NULL;

-- A decision (Art. 17 DSA and the Commission's transparency database). "Keep" is one too.
CREATE TABLE decisions (
  id                  uuid PRIMARY KEY,
  puid                text NOT NULL CONSTRAINT decisions_puid UNIQUE CHECK (puid ~ '^[A-Za-z0-9_-]+$' AND char_length(puid) <= 500),
  batch_id            uuid NOT NULL,               -- decided in one act
  item_id             uuid NOT NULL REFERENCES mod_items (id),
  subject_kind        text NOT NULL,
  subject_id          uuid NOT NULL,
  part                text NOT NULL,
  part_id             uuid NOT NULL,
  content_version     integer NOT NULL,
  content_hash        bytea NOT NULL,
  author_id           uuid REFERENCES persons (id) ON DELETE SET NULL,
  action              text NOT NULL CHECK (action IN ('keep', 'hide', 'redact', 'label', 'restrict', 'restore')),
  visibility          text CHECK (visibility IN ('REMOVED', 'DISABLED', 'DEMOTED', 'INTERACTION_RESTRICTED', 'LABELLED', 'OTHER')),
  account             text CHECK (account IN ('SUSPENDED', 'TERMINATED')),
  ground              text CHECK (ground IN ('ILLEGAL', 'INCOMPATIBLE')),
  legal_ground        text NOT NULL DEFAULT '' CHECK (char_length(legal_ground) <= 500),
  rule_no             smallint CHECK (rule_no BETWEEN 1 AND 99),
  explanation         text NOT NULL CHECK (char_length(btrim(explanation)) BETWEEN 1 AND 2000),
  facts               text NOT NULL DEFAULT '' CHECK (char_length(facts) <= 5000),
  source              text NOT NULL CHECK (source IN ('ARTICLE_16', 'TRUSTED_FLAGGER', 'OTHER_NOTIFICATION', 'VOLUNTARY')),
  automated_detection boolean NOT NULL DEFAULT false,
  automated_decision  text NOT NULL DEFAULT 'NOT' CHECK (automated_decision IN ('NOT', 'PARTIALLY')), -- never FULLY
  category            text NOT NULL,
  content_type        text[] NOT NULL,
  content_language    text NOT NULL DEFAULT 'de',
  content_date        timestamptz NOT NULL,
  application_date    timestamptz NOT NULL DEFAULT mitwirk_now(),
  end_date            timestamptz,
  territorial_scope   text[] NOT NULL DEFAULT '{DE}',
  asked_at            timestamptz NOT NULL,        -- the first notice or hold it answers, else its own time
  decided_by          uuid NOT NULL REFERENCES persons (id),
  second_by           uuid REFERENCES persons (id),
  supersedes          uuid REFERENCES decisions (id),
  reversed_by         uuid REFERENCES decisions (id),
  decided_at          timestamptz NOT NULL DEFAULT mitwirk_now(),
  appeal_until        timestamptz NOT NULL,
  label               text NOT NULL DEFAULT '',
  was_public          boolean NOT NULL DEFAULT false, -- everybody saw it: a stub takes its place
  CONSTRAINT decisions_ground CHECK (action IN ('keep', 'restore') OR ground IS NOT NULL),
  CONSTRAINT decisions_rule CHECK (ground IS DISTINCT FROM 'INCOMPATIBLE' OR rule_no IS NOT NULL),
  CONSTRAINT decisions_law CHECK (ground IS DISTINCT FROM 'ILLEGAL' OR btrim(legal_ground) <> ''),
  CONSTRAINT decisions_two_people CHECK (second_by IS NULL OR second_by <> decided_by),
  CONSTRAINT decisions_account CHECK (account IS NULL OR second_by IS NOT NULL)
);
-- the decisions about an item, and about a thing, the newest first
CREATE INDEX decisions_item ON decisions (item_id, decided_at DESC);
CREATE INDEX decisions_subject ON decisions (subject_kind, subject_id, decided_at DESC);
-- past decisions about one author
CREATE INDEX decisions_author ON decisions (author_id, decided_at DESC) WHERE author_id IS NOT NULL;
-- register and figures of a period
CREATE INDEX decisions_at ON decisions (decided_at, id);
ALTER TABLE flags ADD CONSTRAINT flags_decision FOREIGN KEY (decision_id) REFERENCES decisions (id) ON DELETE SET NULL;

-- The statement of reasons as it was sent: one per person and act.
CREATE TABLE statements (
  id            uuid PRIMARY KEY,
  batch_id      uuid NOT NULL,
  recipient     text NOT NULL CHECK (recipient IN ('author', 'notifier')),
  recipient_key uuid NOT NULL,                     -- person, contact, or the thing of an unknown author; of a notifier the notice
  flag_id       uuid REFERENCES flags (id) ON DELETE CASCADE,
  person_id     uuid REFERENCES persons (id) ON DELETE SET NULL,
  contact_id    uuid REFERENCES contacts (id) ON DELETE SET NULL,
  contact_known boolean NOT NULL,
  lang          text NOT NULL,
  body          text NOT NULL,
  rendered_hash bytea NOT NULL,
  channel       text NOT NULL CHECK (channel IN ('mail', 'page')),
  sent_at       timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT statements_once UNIQUE (batch_id, recipient, recipient_key)
);
CREATE TABLE statement_decisions (
  statement_id uuid NOT NULL REFERENCES statements (id) ON DELETE CASCADE,
  decision_id  uuid NOT NULL REFERENCES decisions (id) ON DELETE CASCADE,
  PRIMARY KEY (statement_id, decision_id)
);
-- the statements of a decision
CREATE INDEX statement_decisions_decision ON statement_decisions (decision_id);

-- Nothing is restricted without a statement to its author, whatever the program does.
-- +goose StatementBegin
CREATE FUNCTION mitwirk_decision_stated() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM statement_decisions d JOIN statements s ON s.id = d.statement_id
    WHERE d.decision_id = NEW.id AND s.recipient = 'author'
  ) THEN
    RAISE EXCEPTION 'decision % has no statement of reasons', NEW.id USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'decisions_stated';
  END IF;
  RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER decisions_stated AFTER INSERT ON decisions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.action IN ('hide', 'redact', 'label', 'restrict'))
EXECUTE FUNCTION mitwirk_decision_stated();

-- "Ich sehe das anders" (Art. 20 DSA): decided by somebody who had no hand in the decision.
CREATE TABLE appeals (
  id            uuid PRIMARY KEY,
  decision_id   uuid NOT NULL REFERENCES decisions (id) ON DELETE CASCADE,
  by_whom       text NOT NULL CHECK (by_whom IN ('author', 'notifier')),
  appellant_key uuid NOT NULL,                     -- the author's person or the thing; of a notifier the notice
  person_id     uuid REFERENCES persons (id) ON DELETE SET NULL,
  flag_id       uuid REFERENCES flags (id) ON DELETE CASCADE,
  text          text NOT NULL CHECK (char_length(text) <= 4000),
  lang          text NOT NULL DEFAULT 'de',
  filed_at      timestamptz NOT NULL DEFAULT mitwirk_now(),
  deadline      timestamptz NOT NULL,
  first_by      uuid NOT NULL,
  first_second  uuid,
  handler       uuid REFERENCES persons (id),
  outcome       text CHECK (outcome IN ('upheld', 'partly', 'reversed', 'inadmissible')),
  reasons       text NOT NULL DEFAULT '' CHECK (char_length(reasons) <= 4000),
  decided_at    timestamptz,
  informed_at   timestamptz,
  restored_at   timestamptz,
  CONSTRAINT appeals_once UNIQUE (decision_id, by_whom, appellant_key),
  CONSTRAINT appeals_other_person CHECK (handler IS NULL OR (handler <> first_by AND handler IS DISTINCT FROM first_second)),
  CONSTRAINT appeals_decided CHECK ((outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL OR (handler IS NOT NULL AND btrim(reasons) <> '')))
);
-- the appeals that wait, by their date
CREATE INDEX appeals_open ON appeals (deadline, id) WHERE outcome IS NULL;

-- Who has opened a notice or a decision with number and code, or by the link of a mail.
CREATE TABLE mod_openers (
  subject_id uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  since      timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (subject_id, person_id)
);

-- Misuse (Art. 23 DSA): warned first, then for a time, by two people.
CREATE TABLE restrictions (
  id         uuid PRIMARY KEY,
  person_id  uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
  kind       text NOT NULL CHECK (kind IN ('content', 'notices')),
  state      text NOT NULL CHECK (state IN ('warned', 'proposed', 'active', 'refused', 'ended')),
  item_id    uuid NOT NULL REFERENCES mod_items (id),
  warned_at  timestamptz NOT NULL,
  warned_by  uuid NOT NULL REFERENCES persons (id),
  reason     text NOT NULL CHECK (char_length(btrim(reason)) BETWEEN 1 AND 2000),
  days       integer CHECK (days BETWEEN 1 AND 180),
  asked_by   uuid REFERENCES persons (id),
  second_by  uuid REFERENCES persons (id),
  from_at    timestamptz,
  until_at   timestamptz,
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT restrictions_two_people CHECK (second_by IS NULL OR second_by <> asked_by),
  CONSTRAINT restrictions_active CHECK (state <> 'active' OR (second_by IS NOT NULL AND asked_by IS NOT NULL AND from_at IS NOT NULL AND until_at > from_at AND warned_at < from_at)),
  CONSTRAINT restrictions_one UNIQUE (person_id, kind, warned_at)
);
-- is somebody restricted now?
CREATE INDEX restrictions_person ON restrictions (person_id, kind, until_at) WHERE state = 'active';

-- What is kept for the police: sealed at the request, opened only with the words of two people.
CREATE TABLE sealed_copies (
  id          uuid PRIMARY KEY,
  item_id     uuid NOT NULL REFERENCES mod_items (id),
  authority   text NOT NULL CHECK (char_length(btrim(authority)) BETWEEN 1 AND 200),
  file_number text NOT NULL DEFAULT '' CHECK (char_length(file_number) <= 100),
  reason      text NOT NULL CHECK (char_length(btrim(reason)) BETWEEN 1 AND 2000),
  blob        text NOT NULL,
  sha256      bytea NOT NULL,                      -- of the sealed file
  second_half bytea,                               -- of the key, until the second person has it
  asked_by    uuid NOT NULL REFERENCES persons (id),
  asked_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  approved_by uuid REFERENCES persons (id),
  approved_at timestamptz,
  opened_at   timestamptz,
  CONSTRAINT sealed_copies_two_people CHECK (approved_by IS NULL OR approved_by <> asked_by),
  CONSTRAINT sealed_copies_half CHECK ((approved_by IS NULL) = (second_half IS NOT NULL))
);
CREATE INDEX sealed_copies_at ON sealed_copies (asked_at DESC, id);

-- The half-yearly report as it was published.
CREATE TABLE mod_exports (
  period       text PRIMARY KEY CHECK (period ~ '^[0-9]{4}-H[12]$'),
  csv          text NOT NULL,
  json         text NOT NULL,
  sha256       bytea NOT NULL,                     -- of csv and json
  pii_scan     text NOT NULL CHECK (pii_scan = 'clean'),
  published_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  returned     uuid
);

-- What a report was before moderation hid it or a part of it (package reports), so that it comes back exactly so.
CREATE TABLE report_hidden (
  report_id   uuid NOT NULL REFERENCES reports (id),
  part        text NOT NULL CHECK (part IN ('whole', 'text', 'photo')),
  part_id     uuid NOT NULL,
  visibility  text NOT NULL DEFAULT '',
  text_state  text NOT NULL DEFAULT '',
  text_public text NOT NULL DEFAULT '',
  photo_state text NOT NULL DEFAULT '',
  hidden_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (report_id, part, part_id)
);
