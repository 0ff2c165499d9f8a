-- +goose Up
CREATE TABLE settings (
  key        text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_.-]{0,79}$'),
  value      jsonb NOT NULL,
  changed_by uuid, -- NULL: the command line
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now()
);

CREATE TABLE site_texts (
  key        text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_.-]{0,79}$'),
  lang       text NOT NULL,
  body       text NOT NULL,
  changed_by uuid,
  changed_at timestamptz NOT NULL DEFAULT mitwirk_now(),
  PRIMARY KEY (key, lang)
);
