-- +goose Up
-- Comments on any subject, two levels deep.

CREATE TABLE comments (
  id            uuid PRIMARY KEY,
  number        bigint NOT NULL CONSTRAINT comments_number UNIQUE,
  subject_kind  text NOT NULL,
  subject_id    uuid NOT NULL,
  parent_id     uuid REFERENCES comments (id), -- of an answer; answers have none (checked below)
  author_id     uuid REFERENCES persons (id) ON DELETE SET NULL, -- NULL: the account is gone
  author_name   text NOT NULL DEFAULT '' CHECK (char_length(author_name) <= 100), -- as shown: a pseudonym or a name made for this discussion
  stance        text NOT NULL DEFAULT '' CHECK (stance IN ('', 'pro', 'contra', 'question')),
  text          text NOT NULL CHECK (char_length(text) <= 4000),
  lang          text NOT NULL DEFAULT 'de',
  visibility    text NOT NULL CHECK (visibility IN ('held', 'public', 'hidden', 'removed')),
  before        text NOT NULL DEFAULT '' CHECK (before IN ('', 'held', 'public')), -- of a hidden one: what it was
  redacted_from text, -- the words before moderation covered some
  version       integer NOT NULL DEFAULT 1,
  official      boolean NOT NULL DEFAULT false,
  department_id uuid REFERENCES departments (id), -- of an official answer
  role          text NOT NULL DEFAULT '',         -- in which somebody answered for the city
  pinned        boolean NOT NULL DEFAULT false,
  helpful       integer NOT NULL DEFAULT 0,       -- copies of the totals of the votes
  unhelpful     integer NOT NULL DEFAULT 0,
  score         double precision NOT NULL DEFAULT 0, -- lower bound of the share that finds it helpful
  answers       integer NOT NULL DEFAULT 0,       -- public ones
  held_until    timestamptz,                      -- what its author was told
  created_at    timestamptz NOT NULL DEFAULT mitwirk_now(),
  public_at     timestamptz,                      -- since when everybody can read it
  edited_at     timestamptz,
  CHECK (NOT official OR department_id IS NOT NULL),
  CHECK (NOT pinned OR official)
);
-- the threads of a discussion in each of the three orders
CREATE INDEX comments_newest ON comments (subject_kind, subject_id, created_at DESC, id DESC) WHERE parent_id IS NULL;
CREATE INDEX comments_answered ON comments (subject_kind, subject_id, answers DESC, created_at DESC, id DESC) WHERE parent_id IS NULL;
CREATE INDEX comments_best ON comments (subject_kind, subject_id, score DESC, created_at DESC, id DESC) WHERE parent_id IS NULL;
-- the counts of a discussion, by stance
CREATE INDEX comments_count ON comments (subject_kind, subject_id, visibility, stance) INCLUDE (parent_id);
-- what is new in a discussion, answers too
CREATE INDEX comments_latest ON comments (subject_kind, subject_id, public_at) WHERE visibility = 'public';
-- the answers of a comment, oldest first
CREATE INDEX comments_answers ON comments (parent_id, created_at, id) WHERE parent_id IS NOT NULL;
-- erasure, export, sign-in, one's own that wait
CREATE INDEX comments_author ON comments (author_id, subject_id) WHERE author_id IS NOT NULL;
-- questions without an official answer
CREATE INDEX comments_open ON comments (created_at) WHERE parent_id IS NULL AND stance = 'question' AND visibility = 'public';

-- +goose StatementBegin
CREATE FUNCTION comments_two_levels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM comments p WHERE p.id = NEW.parent_id AND p.parent_id IS NULL
                 AND p.subject_kind = NEW.subject_kind AND p.subject_id = NEW.subject_id) THEN
    RAISE EXCEPTION 'an answer answers a comment of the same discussion' USING ERRCODE = 'check_violation', CONSTRAINT = 'comments_two_levels';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER comments_two_levels BEFORE INSERT OR UPDATE OF parent_id, subject_id ON comments
FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION comments_two_levels();

-- What a comment said before its author edited it.
CREATE TABLE comment_versions (
  comment_id uuid NOT NULL REFERENCES comments (id),
  version    integer NOT NULL,
  stance     text NOT NULL,
  text       text NOT NULL,
  at         timestamptz NOT NULL, -- when it was written
  PRIMARY KEY (comment_id, version)
);

-- Who is spoken to in a comment, of those who take part in the discussion.
CREATE TABLE comment_mentions (
  comment_id uuid NOT NULL REFERENCES comments (id),
  person_id  uuid NOT NULL REFERENCES persons (id),
  PRIMARY KEY (comment_id, person_id)
);
-- erasure, sign-in
CREATE INDEX comment_mentions_person ON comment_mentions (person_id);
