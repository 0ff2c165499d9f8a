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
