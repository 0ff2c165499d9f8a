-- +goose Up
-- The dialogue: what the other side has not looked at yet (whether, never when or who), and questions that were reminded of.
ALTER TABLE messages ADD COLUMN unread boolean NOT NULL DEFAULT false;
ALTER TABLE messages ADD COLUMN reminded boolean NOT NULL DEFAULT false;
ALTER TABLE messages DROP CONSTRAINT messages_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_kind_check
  CHECK (kind IN ('question', 'answer', 'addition', 'objection', 'withdrawal_hint', 'message'));
-- cases with something new from the person who reported (Unread)
CREATE INDEX messages_unread ON messages (subject_kind, subject_id) WHERE unread AND direction = 'in';
-- questions whose date comes near (TakeReminders)
CREATE INDEX messages_remind ON messages (question_deadline) WHERE kind = 'question' AND NOT reminded;

-- Files of a message. Nobody opens one before the scanner has passed it; pictures are encoded anew before they are kept.
CREATE TABLE message_files (
  id           uuid PRIMARY KEY,
  message_id   uuid NOT NULL REFERENCES messages (id),
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  ord          integer NOT NULL,
  name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  type         text NOT NULL CHECK (type IN ('application/pdf', 'image/jpeg')),
  size         integer NOT NULL CHECK (size > 0),
  sha256       bytea NOT NULL,
  blob         text NOT NULL, -- '' once the bytes are gone
  state        text NOT NULL DEFAULT 'quarantined' CHECK (state IN ('quarantined', 'clean', 'infected')),
  scanned      boolean NOT NULL DEFAULT false, -- false and clean: no scanner is set up
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- FilesOf: the files of a dialogue
CREATE INDEX message_files_subject ON message_files (subject_kind, subject_id, created_at, ord);
-- the file of a message, for the foreign key
CREATE INDEX message_files_message ON message_files (message_id);
-- RescanOld: what waits for the scanner
CREATE INDEX message_files_waiting ON message_files (created_at) WHERE state = 'quarantined';
-- SweepFiles: does any row still name these bytes?
CREATE INDEX message_files_blob ON message_files (blob) WHERE blob <> '';

-- "Waren Sie zufrieden?", asked of the person who reported once the case is closed; one answer, which may be changed.
CREATE TABLE satisfaction (
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  value         smallint NOT NULL CHECK (value BETWEEN 1 AND 3), -- 1 unhappy, 2 so-so, 3 happy
  text          text NOT NULL DEFAULT '' CHECK (char_length(text) <= 1000),
  department_id uuid NOT NULL REFERENCES departments (id),
  at            timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (subject_kind, subject_id)
);
-- Thanks: what happy people wrote to a team, newest first
CREATE INDEX satisfaction_thanks ON satisfaction (department_id, at DESC, subject_id) WHERE value = 3 AND text <> '';

-- Offices that have no desk here and answer by a link in a mail.
CREATE TABLE partners (
  id          uuid PRIMARY KEY,
  name        jsonb NOT NULL,
  mail        text NOT NULL CHECK (char_length(mail) BETWEEN 3 AND 254),
  remind_days integer NOT NULL DEFAULT 5 CHECK (remind_days BETWEEN 1 AND 60), -- working days
  active      boolean NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- For which categories a partner is proposed first.
CREATE TABLE partner_categories (
  partner_id  uuid NOT NULL REFERENCES partners (id),
  category_id uuid NOT NULL REFERENCES categories (id),
  PRIMARY KEY (partner_id, category_id)
);

CREATE TABLE handovers (
  id            uuid PRIMARY KEY,
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  partner_id    uuid REFERENCES partners (id),
  department_id uuid REFERENCES departments (id), -- a department whose door is mail
  name          jsonb NOT NULL,                   -- as it was called then
  mail          text NOT NULL,
  need          text NOT NULL DEFAULT '' CHECK (char_length(need) <= 2000), -- what is asked of the partner
  state         text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'question', 'taken', 'done', 'not_ours', 'revoked')),
  remind_days   integer NOT NULL,
  remind_at     timestamptz,                      -- NULL: not again
  reminded      integer NOT NULL DEFAULT 0,
  sent_at       timestamptz NOT NULL DEFAULT mitwirk_now(),
  answered_at   timestamptz,
  expires_at    timestamptz NOT NULL,
  CONSTRAINT handovers_to CHECK ((partner_id IS NULL) <> (department_id IS NULL))
);
-- the hand-overs of a case, newest first
CREATE INDEX handovers_subject ON handovers (subject_kind, subject_id, sent_at DESC);
-- one that is not over, at most, for each partner of a case
CREATE UNIQUE INDEX handovers_open ON handovers (subject_kind, subject_id, coalesce(partner_id, department_id))
  WHERE state IN ('sent', 'question', 'taken');
-- TakeRemindable: who is to be reminded
CREATE INDEX handovers_remind ON handovers (remind_at) WHERE remind_at IS NOT NULL;

CREATE TABLE handover_answers (
  id          uuid PRIMARY KEY,
  handover_id uuid NOT NULL REFERENCES handovers (id),
  direction   text NOT NULL DEFAULT 'in' CHECK (direction IN ('in', 'out')),
  kind        text NOT NULL CHECK (kind IN ('taken', 'done', 'not_ours', 'question', 'reply')),
  text        text NOT NULL DEFAULT '' CHECK (char_length(text) <= 2000),
  at          timestamptz NOT NULL DEFAULT mitwirk_now()
);
CREATE INDEX handover_answers_handover ON handover_answers (handover_id, at);

-- One case for a firm or crew without an account: the page behind a QR code, good for a day.
CREATE TABLE outside_orders (
  id           uuid PRIMARY KEY,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  sheet_id     uuid NOT NULL, -- those of one route sheet
  position     integer NOT NULL,
  crew         text NOT NULL CHECK (char_length(crew) BETWEEN 1 AND 100), -- a firm or crew, no person
  state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'revoked')),
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  expires_at   timestamptz NOT NULL,
  done_at      timestamptz
);
-- the orders of a case
CREATE INDEX outside_orders_subject ON outside_orders (subject_kind, subject_id, created_at DESC);
CREATE INDEX outside_orders_sheet ON outside_orders (sheet_id, position);

-- Mails that came in, by the hash of their Message-ID: each is taken once.
CREATE TABLE inbound_mails (
  message_id_hash bytea PRIMARY KEY,
  subject_kind    text,
  subject_id      uuid,
  outcome         text NOT NULL CHECK (outcome IN ('case', 'message', 'dropped')),
  at              timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- ForgetInbound: what is old
CREATE INDEX inbound_mails_at ON inbound_mails (at);

-- What signs the addresses for answers by mail (accounts.ReplySignature).
INSERT INTO server_keys (name, key)
VALUES ('reply', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
