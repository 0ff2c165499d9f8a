-- +goose Up
-- Every version of a text of the site, the one in force and the withdrawn ones included. site_texts holds what is read; an
-- empty body means: the text that the program brings.
CREATE TABLE site_text_versions (
  key        text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_.-]{0,79}$'),
  lang       text NOT NULL,
  version    integer NOT NULL CHECK (version > 0),
  body       text NOT NULL,
  changed_by uuid, -- NULL: the command line
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT site_text_versions_pkey PRIMARY KEY (key, lang, version)
);
INSERT INTO site_text_versions (key, lang, version, body, changed_by, changed_at)
SELECT key, lang, 1, body, changed_by, changed_at FROM site_texts;

-- What stands above every page for a time: a storm, a holiday, a fault.
CREATE TABLE site_messages (
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('info', 'holiday', 'storm', 'fault')),
  text       jsonb NOT NULL, -- {"de","en",…}
  from_at    timestamptz NOT NULL,
  to_at      timestamptz NOT NULL,
  version    integer NOT NULL DEFAULT 1,
  changed_by uuid,
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  CONSTRAINT site_messages_time CHECK (to_at > from_at)
);
-- what is shown now or later (sqlMessages), and the list at /desk/site
CREATE INDEX site_messages_to ON site_messages (to_at DESC, id DESC);

-- "War diese Seite hilfreich?": a page, a language and a yes or no; nobody stands behind it.
CREATE TABLE page_feedback (
  id      uuid PRIMARY KEY,
  path    text NOT NULL,
  lang    text NOT NULL,
  helpful boolean NOT NULL,
  at      timestamptz NOT NULL DEFAULT mitwirk_now()
);
-- counts by page (sqlFeedback) and retention
CREATE INDEX page_feedback_at ON page_feedback (at);

-- A barrier of this site that somebody reported.
CREATE TABLE barrier_reports (
  id       uuid PRIMARY KEY, -- chosen by the form: sent twice, it is one
  number   bigint NOT NULL,
  page     text NOT NULL DEFAULT '',
  text     text NOT NULL,
  contact  text NOT NULL DEFAULT '', -- how to reach who wrote it, as typed; may be empty
  lang     text NOT NULL,
  at       timestamptz NOT NULL DEFAULT mitwirk_now(),
  done_at  timestamptz,
  done_by  uuid,
  CONSTRAINT barrier_reports_number UNIQUE (number)
);
-- the list at /desk/site, and retention
CREATE INDEX barrier_reports_at ON barrier_reports (at DESC, id DESC);
