-- +goose Up
-- Whether the team has read the name of the organisation and released the text with
-- it (reports): a text that moderation lets through is no word about the name.
ALTER TABLE report_organisations ADD COLUMN name_read boolean NOT NULL DEFAULT false;
UPDATE report_organisations o
SET name_read = true
FROM reports r
WHERE r.id = o.report_id
  AND r.text_state = 'released'
  AND EXISTS (SELECT FROM audit_log a WHERE a.action = 'report.release' AND a.subject_kind = 'report' AND a.subject_id = r.id);

-- What somebody tries in the practice mode of the desk (practice): invented cases, in
-- one value that nothing else reads. It is empty again after half a day.
CREATE TABLE practice_desks (
  person_id  uuid PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
  cases      jsonb NOT NULL DEFAULT '{}',
  expires_at timestamptz NOT NULL
);
-- Those that are over (sqlDropOld).
CREATE INDEX practice_desks_expires ON practice_desks (expires_at);
