-- +goose Up
-- How long a programme runs, and who edits it: nobody named is everybody with the role.
ALTER TABLE programmes
  ADD COLUMN starts_on date,
  ADD COLUMN ends_on date,
  ADD CONSTRAINT programmes_days CHECK (starts_on <= ends_on);

CREATE TABLE programme_editors (
  programme_id uuid NOT NULL REFERENCES programmes (id),
  person_id    uuid NOT NULL REFERENCES persons (id),
  PRIMARY KEY (programme_id, person_id)
);
-- those of a person, when they leave
CREATE INDEX programme_editors_person ON programme_editors (person_id);
