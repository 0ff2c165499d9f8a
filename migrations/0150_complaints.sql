-- +goose Up
-- Complaints, praise, questions and requests: private, answered by a date. Department, assignee and target live in cases,
-- in rows that no list of cases shows (gone); what somebody wrote lies here only.

-- What it can be about: where it goes, and whether a second person releases the answer.
CREATE TABLE complaint_topics (
  key            text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_]{1,39}$'),
  name           jsonb NOT NULL,
  department_key text NOT NULL DEFAULT '', -- '': the front desk
  four_eyes      boolean NOT NULL DEFAULT false,
  words          text NOT NULL DEFAULT '', -- by which it is guessed
  ord            integer NOT NULL DEFAULT 0,
  active         boolean NOT NULL DEFAULT true
);
INSERT INTO complaint_topics (key, name, department_key, four_eyes, words, ord) VALUES
  ('waiting', '{"de":"Warten, Termine, Erreichbarkeit","en":"Waiting, appointments, reachability"}', 'dir', false, 'warten warte wartezeit termin stunden schlange telefon erreichbar erreichen hotline waiting appointment queue', 10),
  ('conduct', '{"de":"Freundlichkeit und Umgang","en":"Friendliness and manners"}', 'dir', true, 'unfreundlich freundlich frech ton behandelt respektlos höflich beleidigt rude friendly manners', 20),
  ('letters', '{"de":"Bescheide und Briefe","en":"Decisions and letters"}', 'dir', true, 'bescheid brief schreiben formular verstehen verständlich sprache letter decision', 30),
  ('fees', '{"de":"Gebühren und Zahlungen","en":"Fees and payments"}', 'dir', true, 'gebühr gebühren kosten rechnung bezahlt zahlen mahnung fee payment bill', 40),
  ('online', '{"de":"Internetseiten und Online-Dienste","en":"Websites and online services"}', 'rit', false, 'website internet online app formular anmelden passwort login seite', 50),
  ('access', '{"de":"Barrierefreiheit","en":"Accessibility"}', 'dir', false, 'rollstuhl barriere barrierefrei aufzug gehörlos blind leichte wheelchair accessible', 60),
  ('traffic', '{"de":"Verkehr und Parken","en":"Traffic and parking"}', 'mor', false, 'parken parkplatz strafzettel ampel baustelle verkehr radweg parking traffic', 70),
  ('cleaning', '{"de":"Sauberkeit und Grün","en":"Cleanliness and green spaces"}', 'awm', false, 'müll schmutz park spielplatz reinigung tonne abfall rubbish playground', 80),
  ('children', '{"de":"Kinder, Schule, Betreuung","en":"Children, school, childcare"}', 'rbs', false, 'kita kindergarten schule hort betreuung kind nursery school', 90),
  ('social', '{"de":"Wohnen und Soziales","en":"Housing and social services"}', 'soz', true, 'wohnung wohngeld sozial jobcenter unterstützung miete housing', 100),
  ('privacy', '{"de":"Datenschutz","en":"Data protection"}', 'dir', true, 'datenschutz daten auskunft löschen privacy', 110),
  ('other', '{"de":"Etwas anderes","en":"Something else"}', '', false, '', 900);

-- Deadlines in working days and how long things are kept after closing, for each kind.
CREATE TABLE complaint_rules (
  kind         text PRIMARY KEY CHECK (kind IN ('complaint', 'praise', 'question', 'request')),
  interim_days integer NOT NULL CHECK (interim_days BETWEEN 1 AND 60),
  answer_days  integer NOT NULL CHECK (answer_days BETWEEN 1 AND 120 AND answer_days >= interim_days),
  review_days  integer NOT NULL CHECK (review_days BETWEEN 1 AND 120),
  keep_days    integer NOT NULL CHECK (keep_days BETWEEN 30 AND 3650)
);
INSERT INTO complaint_rules (kind, interim_days, answer_days, review_days, keep_days) VALUES
  ('complaint', 5, 10, 15, 365),
  ('praise', 5, 10, 15, 90),
  ('question', 5, 10, 15, 180),
  ('request', 5, 10, 15, 365);

-- The independent offices, the first one first: departments by key.
CREATE TABLE complaint_offices (
  department_key text PRIMARY KEY,
  ord            integer NOT NULL DEFAULT 0
);
INSERT INTO complaint_offices (department_key, ord) VALUES ('dir', 1), ('lotse', 2);

CREATE TABLE complaints (
  id               uuid PRIMARY KEY,
  number           bigint NOT NULL CONSTRAINT complaints_number UNIQUE,
  person_id        uuid REFERENCES persons (id),
  contact_id       uuid REFERENCES contacts (id),
  kind             text NOT NULL CHECK (kind IN ('complaint', 'praise', 'question', 'request')),
  topic            text NOT NULL REFERENCES complaint_topics (key),
  text             text NOT NULL CHECK (char_length(text) <= 10000),
  wanted           text NOT NULL DEFAULT '' CHECK (char_length(wanted) <= 2000),
  place            text NOT NULL DEFAULT '' CHECK (char_length(place) <= 300),
  happened         text NOT NULL DEFAULT '' CHECK (char_length(happened) <= 100), -- the day, in their own words
  earlier          text NOT NULL DEFAULT '' CHECK (char_length(earlier) <= 300),  -- earlier case numbers
  wish_key         text NOT NULL DEFAULT '', -- the department that they think is in charge
  lang             text NOT NULL DEFAULT 'de',
  help             text[] NOT NULL DEFAULT '{}', -- easy, sign, call
  phone            text NOT NULL DEFAULT '' CHECK (char_length(phone) <= 60),
  on_behalf        text NOT NULL DEFAULT '' CHECK (char_length(on_behalf) <= 200), -- "Ich schreibe für …"
  name_kind        text NOT NULL CHECK (name_kind IN ('anonymous', 'pseudonym', 'name')),
  name             text NOT NULL DEFAULT '' CHECK (char_length(name) <= 200),
  contact_kind     text NOT NULL CHECK (contact_kind IN ('mail', 'letter', 'code')),
  postal           text NOT NULL DEFAULT '' CHECK (char_length(postal) <= 500),
  notice           boolean NOT NULL DEFAULT false, -- about an official decision; the warning was confirmed
  about_person     boolean NOT NULL DEFAULT false,
  about_department uuid REFERENCES departments (id), -- whose people never see it
  status           text NOT NULL CHECK (status IN ('arrived', 'with', 'question', 'interim', 'answered', 'second', 'closed')),
  status_at        timestamptz NOT NULL DEFAULT mitwirk_now(),
  visibility       text NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'erased')),
  outcome          text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'helped', 'explained', 'not_helped', 'forwarded')),
  forwarded_to     text NOT NULL DEFAULT '' CHECK (char_length(forwarded_to) <= 200),
  interim_due_at   timestamptz,               -- NULL: not needed any more
  question_due_at  timestamptz,
  question         text NOT NULL DEFAULT '',
  reason           text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 1000), -- why it takes longer
  reopened         smallint NOT NULL DEFAULT 0,
  first_answer_at  timestamptz,               -- figures: never changed afterwards
  answer_days      integer,                   -- working days to the first answer
  first_outcome    text NOT NULL DEFAULT '',
  first_department uuid REFERENCES departments (id),
  first_topic      text NOT NULL DEFAULT '',
  first_kind       text NOT NULL DEFAULT '',
  content          bytea NOT NULL,            -- the canonical form as it was sent: what the receipt is about
  content_sha256   bytea NOT NULL,
  receipt          bytea NOT NULL,            -- the signed file as it was handed out
  version          integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL DEFAULT mitwirk_now(),
  changed_at       timestamptz NOT NULL DEFAULT mitwirk_now(),
  closed_at        timestamptz,
  archive          text NOT NULL DEFAULT '' CHECK (archive IN ('', 'offered', 'taken', 'declined')), -- before it is deleted
  erase_at         timestamptz                -- its person was deleted while it had to be kept
);
-- what is over and can be deleted (sqlOver)
CREATE INDEX complaints_closed ON complaints (closed_at) WHERE closed_at IS NOT NULL AND visibility <> 'erased';
-- interim answers that are due (sqlInterimDue)
CREATE INDEX complaints_interim ON complaints (interim_due_at) WHERE interim_due_at IS NOT NULL;
-- the figures (sqlFigures)
CREATE INDEX complaints_first_answer ON complaints (first_answer_at) WHERE first_answer_at IS NOT NULL;
-- export and erasure of a person
CREATE INDEX complaints_person ON complaints (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX complaints_contact ON complaints (contact_id) WHERE contact_id IS NOT NULL;

-- Who may act as the one who wrote: the session that sent it, and whoever opened it with number and code.
CREATE TABLE complaint_owners (
  complaint_id uuid NOT NULL REFERENCES complaints (id),
  person_id    uuid NOT NULL REFERENCES persons (id),
  since        timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (complaint_id, person_id)
);
-- my letters to the city
CREATE INDEX complaint_owners_person ON complaint_owners (person_id, since DESC);

-- Files of a draft, of a complaint, or of one message or answer about it. Nobody but the owner opens one before the scanner has passed it.
CREATE TABLE complaint_files (
  id           uuid PRIMARY KEY,
  draft_id     uuid,
  complaint_id uuid REFERENCES complaints (id),
  message_id   uuid, -- of the dialogue; NULL: came with the complaint
  owner_id     uuid,
  ord          integer NOT NULL,
  name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  type         text NOT NULL CHECK (type IN ('application/pdf', 'image/jpeg')),
  size         integer NOT NULL CHECK (size > 0),
  sha256       bytea NOT NULL,
  blob         text NOT NULL, -- '' once the bytes are gone
  state        text NOT NULL DEFAULT 'quarantined' CHECK (state IN ('quarantined', 'clean', 'infected')),
  scanned      boolean NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT complaint_files_belongs CHECK ((draft_id IS NULL) <> (complaint_id IS NULL))
);
-- the files of a draft and of a complaint
CREATE INDEX complaint_files_draft ON complaint_files (draft_id, ord) WHERE draft_id IS NOT NULL;
CREATE INDEX complaint_files_complaint ON complaint_files (complaint_id, created_at, ord) WHERE complaint_id IS NOT NULL;
-- what waits for the scanner; which bytes have a row
CREATE INDEX complaint_files_waiting ON complaint_files (created_at) WHERE state = 'quarantined';
CREATE INDEX complaint_files_blob ON complaint_files (blob) WHERE blob <> '';

-- Answers of the city: written by one person, released by another where the topic asks for it.
CREATE TABLE complaint_answers (
  id            uuid PRIMARY KEY,
  complaint_id  uuid NOT NULL REFERENCES complaints (id),
  stage         text NOT NULL CHECK (stage IN ('first', 'second')),
  text          text NOT NULL CHECK (char_length(text) <= 10000),
  outcome       text NOT NULL CHECK (outcome IN ('helped', 'explained', 'not_helped', 'forwarded')),
  forwarded_to  text NOT NULL DEFAULT '' CHECK (char_length(forwarded_to) <= 200),
  state         text NOT NULL CHECK (state IN ('waiting', 'released', 'returned', 'replaced')),
  four_eyes     boolean NOT NULL,
  written_by    uuid REFERENCES persons (id),
  released_by   uuid REFERENCES persons (id),
  department_id uuid NOT NULL REFERENCES departments (id),
  note          text NOT NULL DEFAULT '' CHECK (char_length(note) <= 1000), -- why it was returned
  at            timestamptz NOT NULL DEFAULT mitwirk_now(),
  released_at   timestamptz,
  CONSTRAINT complaint_answers_four_eyes CHECK (NOT four_eyes OR released_by IS NULL OR released_by <> written_by),
  CONSTRAINT complaint_answers_released CHECK ((state = 'released') = (released_at IS NOT NULL))
);
-- the answers of a complaint; at most one waits
CREATE INDEX complaint_answers_complaint ON complaint_answers (complaint_id, at);
CREATE UNIQUE INDEX complaint_answers_waiting ON complaint_answers (complaint_id) WHERE state = 'waiting';

-- The second review, once for each complaint, by somebody who did not write the first answer.
CREATE TABLE complaint_reviews (
  complaint_id     uuid PRIMARY KEY REFERENCES complaints (id),
  text             text NOT NULL CHECK (char_length(text) <= 4000),
  asked_at         timestamptz NOT NULL DEFAULT mitwirk_now(),
  first_handler    uuid REFERENCES persons (id),
  first_department uuid NOT NULL REFERENCES departments (id),
  department_id    uuid NOT NULL REFERENCES departments (id),
  reviewer         uuid REFERENCES persons (id),
  due_at           timestamptz NOT NULL,
  decided_at       timestamptz,
  outcome          text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'helped', 'explained', 'not_helped', 'forwarded')),
  CONSTRAINT complaint_reviews_other_person CHECK (reviewer IS NULL OR first_handler IS NULL OR reviewer <> first_handler),
  CONSTRAINT complaint_reviews_other_department CHECK (department_id <> first_department)
);

-- Contact details that staff looked at: shown to the person as function and day.
CREATE TABLE complaint_reads (
  id            uuid PRIMARY KEY,
  complaint_id  uuid NOT NULL REFERENCES complaints (id),
  department_id uuid NOT NULL REFERENCES departments (id),
  reason        text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 300),
  at            timestamptz NOT NULL DEFAULT mitwirk_now()
);
CREATE INDEX complaint_reads_complaint ON complaint_reads (complaint_id, at);

-- What was asked once it was answered: whether it helped.
CREATE TABLE complaint_opinions (
  complaint_id uuid PRIMARY KEY REFERENCES complaints (id),
  value        smallint NOT NULL CHECK (value BETWEEN 1 AND 3), -- 1 unhappy, 2 so-so, 3 happy
  text         text NOT NULL DEFAULT '' CHECK (char_length(text) <= 1000),
  at           timestamptz NOT NULL DEFAULT mitwirk_now()
);

-- A reason not to delete a complaint although its time is over.
CREATE TABLE complaint_holds (
  complaint_id uuid PRIMARY KEY REFERENCES complaints (id),
  reason       text NOT NULL CHECK (char_length(reason) BETWEEN 3 AND 500),
  set_by       uuid REFERENCES persons (id),
  at           timestamptz NOT NULL DEFAULT mitwirk_now()
);

-- "Was wir geändert haben": notes without anybody's data, beside the figures.
CREATE TABLE complaint_learnings (
  id            uuid PRIMARY KEY,
  department_id uuid NOT NULL REFERENCES departments (id),
  topic         text NOT NULL REFERENCES complaint_topics (key),
  text          jsonb NOT NULL,
  written_by    uuid REFERENCES persons (id),
  published_at  timestamptz, -- NULL: a draft of the team
  at            timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- the public list, newest first
CREATE INDEX complaint_learnings_published ON complaint_learnings (published_at DESC) WHERE published_at IS NOT NULL;

-- Public keys that receipts were ever signed with.
CREATE TABLE receipt_keys (
  id         text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),
  public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
  since      timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- Signs receipts where no folder of keys is set up (MITWIRK_RECEIPT_KEYS).
INSERT INTO server_keys (name, key)
VALUES ('receipt_signature', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
