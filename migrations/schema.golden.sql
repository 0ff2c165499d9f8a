-- What the migrations make, in the words of pg_dump. Written by: go test ./internal/archtest -run TestSchema -update

CREATE FUNCTION public.case_facts_of_case() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE public.case_facts SET department_id = NEW.department_id
   WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id AND department_id IS DISTINCT FROM NEW.department_id;
  RETURN NULL;
END $$;

CREATE FUNCTION public.case_facts_of_report() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  INSERT INTO public.case_facts (subject_kind, subject_id, category_id, district_ref, status, public, street, created_at, closed_at, target_at, reopened)
  VALUES ('report', NEW.id, NEW.category_id, NEW.district_ref, NEW.status, NEW.visibility = 'public',
          CASE WHEN NEW.publish IN ('A', 'B') THEN NEW.street_norm ELSE '' END, NEW.created_at, NEW.closed_at, NEW.first_due_at, NEW.reopened)
  ON CONFLICT (subject_kind, subject_id) DO UPDATE
  SET category_id = excluded.category_id, district_ref = excluded.district_ref, status = excluded.status, public = excluded.public,
      street = excluded.street, closed_at = excluded.closed_at, target_at = excluded.target_at, reopened = excluded.reopened;
  RETURN NULL;
END $$;

CREATE FUNCTION public.case_facts_of_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE public.case_facts SET answered_at = NEW.at
   WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id AND (answered_at IS NULL OR answered_at > NEW.at);
  RETURN NULL;
END $$;

CREATE FUNCTION public.comments_two_levels() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM comments p WHERE p.id = NEW.parent_id AND p.parent_id IS NULL
                 AND p.subject_kind = NEW.subject_kind AND p.subject_id = NEW.subject_id) THEN
    RAISE EXCEPTION 'an answer answers a comment of the same discussion' USING ERRCODE = 'check_violation', CONSTRAINT = 'comments_two_levels';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.geo_norm(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
  SELECT regexp_replace(
           regexp_replace(
             regexp_replace(
               regexp_replace(public.mitwirk_fold($1), 'str(a{1,2}(s{1,3}e?)?)?\M', 'str', 'g'),
               'pl\M', 'platz', 'g'),
             '\msankt\M', 'st', 'g'),
           '[^[:alnum:]]+', '', 'g')
$_$;

CREATE FUNCTION public.geo_street(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
  SELECT public.geo_norm(
           regexp_replace(split_part($1, ',', 1), '\s+\d+\s*[a-zA-Z]?(\s*[-/–]\s*\d+\s*[a-zA-Z]?)?\s*$', ''))
$_$;

CREATE FUNCTION public.mitwirk_audit_chain() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  last audit_log;
BEGIN
  -- one writer at a time until its commit: the order of the chain is the order of the commits
  PERFORM pg_advisory_xact_lock(hashtext('mitwirk_audit_log'));
  SELECT * INTO last FROM audit_log ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.prev_hash := coalesce(last.hash, '\x'::bytea);
  NEW.at := mitwirk_now();
  NEW.hash := mitwirk_audit_hash(NEW);
  RETURN NEW;
END
$$;

CREATE TABLE public.audit_log (
    seq bigint NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    actor uuid,
    action text NOT NULL,
    subject_kind text,
    subject_id uuid,
    fields text[] DEFAULT '{}'::text[] NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE FUNCTION public.mitwirk_audit_hash(r public.audit_log) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
  SELECT sha256(r.prev_hash || convert_to(string_agg(char_length(v) || ':' || v, ',' ORDER BY n), 'UTF8'))
  FROM unnest(ARRAY[
    r.seq::text,
    coalesce(r.actor::text, ''),
    r.action,
    coalesce(r.subject_kind, ''),
    coalesce(r.subject_id::text, ''),
    array_to_string(r.fields, chr(31)),
    r.reason,
    (extract(epoch FROM r.at) * 1000000)::bigint::text
  ]) WITH ORDINALITY AS x(v, n)
$$;

CREATE FUNCTION public.mitwirk_audit_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION public.mitwirk_decision_stated() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.mitwirk_fold(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
  SELECT replace(replace(replace(lower(public.unaccent('public.unaccent', $1)), 'ae', 'a'), 'oe', 'o'), 'ue', 'u')
$_$;

CREATE FUNCTION public.mitwirk_now() RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  SELECT coalesce(nullif(current_setting('mitwirk.now', true), '')::timestamptz, clock_timestamp())
$$;

CREATE FUNCTION public.mitwirk_unaccent(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
  SELECT public.unaccent('public.unaccent', $1)
$_$;

CREATE FUNCTION public.vote_ledger_sealed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP <> 'INSERT' OR EXISTS (SELECT FROM vote_seals s WHERE s.scope = NEW.scope AND s.day >= NEW.day) THEN
    RAISE EXCEPTION 'the ledger of votes is only ever added to, and never on a sealed day';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.vote_scope_open() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF EXISTS (SELECT FROM voters v JOIN vote_scopes s ON s.scope = v.scope WHERE v.id = NEW.voter_id) THEN
    RAISE EXCEPTION 'the votes of this process are closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'votes_open';
  END IF;
  RETURN NEW;
END $$;

CREATE TEXT SEARCH CONFIGURATION public.mitwirk_de (
    PARSER = pg_catalog."default" );

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR asciiword WITH german_stem;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR word WITH public.unaccent, german_stem;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR numword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR email WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR url WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR host WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR sfloat WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR version WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR hword_numpart WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR hword_part WITH public.unaccent, german_stem;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR hword_asciipart WITH german_stem;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR numhword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR asciihword WITH german_stem;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR hword WITH public.unaccent, german_stem;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR url_path WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR file WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR "float" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR "int" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.mitwirk_de
    ADD MAPPING FOR uint WITH simple;

CREATE TABLE public.absences (
    person_id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL,
    deputy_id uuid NOT NULL,
    CONSTRAINT absences_days CHECK ((to_day >= from_day)),
    CONSTRAINT absences_deputy CHECK ((deputy_id <> person_id))
);

CREATE TABLE public.addresses (
    id uuid NOT NULL,
    street text NOT NULL,
    house_no text DEFAULT ''::text NOT NULL,
    postcode text DEFAULT ''::text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    norm text GENERATED ALWAYS AS (public.geo_norm(street)) STORED NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    CONSTRAINT addresses_street_check CHECK ((street <> ''::text))
);

CREATE TABLE public.amendments (
    id uuid NOT NULL,
    idea_id uuid NOT NULL,
    person_id uuid,
    edition integer NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    why text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT amendments_state_check CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'rejected'::text, 'withdrawn'::text, 'hidden'::text])))
);

CREATE TABLE public.api_tokens (
    token_hash bytea NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    department_id uuid,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    revoked_at timestamp with time zone,
    personal boolean DEFAULT false NOT NULL,
    proved boolean DEFAULT false NOT NULL,
    CONSTRAINT api_tokens_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT api_tokens_scopes_check CHECK (((cardinality(scopes) > 0) AND (array_to_string(scopes, ','::text) ~ '^[a-z]+:[a-z]+(,[a-z]+:[a-z]+)*$'::text))),
    CONSTRAINT api_tokens_status CHECK ((personal OR (department_id IS NOT NULL) OR (NOT (scopes && ARRAY['reports:status'::text, 'desk:read'::text, 'desk:write'::text]))))
);

CREATE TABLE public.appeals (
    id uuid NOT NULL,
    decision_id uuid NOT NULL,
    by_whom text NOT NULL,
    appellant_key uuid NOT NULL,
    person_id uuid,
    flag_id uuid,
    text text NOT NULL,
    lang text DEFAULT 'de'::text NOT NULL,
    filed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    deadline timestamp with time zone NOT NULL,
    first_by uuid NOT NULL,
    first_second uuid,
    handler uuid,
    outcome text,
    reasons text DEFAULT ''::text NOT NULL,
    decided_at timestamp with time zone,
    informed_at timestamp with time zone,
    restored_at timestamp with time zone,
    CONSTRAINT appeals_by_whom_check CHECK ((by_whom = ANY (ARRAY['author'::text, 'notifier'::text]))),
    CONSTRAINT appeals_decided CHECK ((((outcome IS NULL) = (decided_at IS NULL)) AND ((outcome IS NULL) OR ((handler IS NOT NULL) AND (btrim(reasons) <> ''::text))))),
    CONSTRAINT appeals_other_person CHECK (((handler IS NULL) OR ((handler <> first_by) AND (handler IS DISTINCT FROM first_second)))),
    CONSTRAINT appeals_outcome_check CHECK ((outcome = ANY (ARRAY['upheld'::text, 'partly'::text, 'reversed'::text, 'inadmissible'::text]))),
    CONSTRAINT appeals_reasons_check CHECK ((char_length(reasons) <= 4000)),
    CONSTRAINT appeals_text_check CHECK ((char_length(text) <= 4000))
);

CREATE TABLE public.attachment_sealed (
    id uuid NOT NULL,
    attachment_id uuid NOT NULL,
    n integer NOT NULL,
    redactions jsonb NOT NULL,
    blob text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT attachment_sealed_secret_check CHECK ((octet_length(secret) = 32))
);

CREATE TABLE public.attachment_versions (
    attachment_id uuid NOT NULL,
    n integer NOT NULL,
    redactions jsonb DEFAULT '[]'::jsonb NOT NULL,
    blob text NOT NULL,
    small_blob text NOT NULL,
    made_by uuid,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.attachments (
    id uuid NOT NULL,
    subject_kind text,
    subject_id uuid,
    draft_id uuid,
    owner_id uuid,
    blob text NOT NULL,
    small_blob text NOT NULL,
    type text NOT NULL,
    size integer NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    sha256 bytea NOT NULL,
    alt text DEFAULT ''::text NOT NULL,
    ord integer NOT NULL,
    state text DEFAULT 'held'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT attachments_alt CHECK ((char_length(alt) <= 300)),
    CONSTRAINT attachments_belongs CHECK ((((draft_id IS NOT NULL) AND (subject_kind IS NULL) AND (subject_id IS NULL)) OR ((draft_id IS NULL) AND (subject_kind IS NOT NULL) AND (subject_id IS NOT NULL)))),
    CONSTRAINT attachments_draft_held CHECK (((draft_id IS NULL) OR (state <> 'released'::text))),
    CONSTRAINT attachments_size CHECK (((size > 0) AND ((width >= 1) AND (width <= 2048)) AND ((height >= 1) AND (height <= 2048)))),
    CONSTRAINT attachments_state CHECK ((state = ANY (ARRAY['held'::text, 'released'::text, 'removed'::text]))),
    CONSTRAINT attachments_type CHECK ((type = 'image/jpeg'::text))
);

CREATE TABLE public.audit_checks (
    one boolean DEFAULT true NOT NULL,
    upto bigint NOT NULL,
    broken bigint NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT audit_checks_one_check CHECK (one)
);

CREATE TABLE public.barrier_reports (
    id uuid NOT NULL,
    number bigint NOT NULL,
    page text DEFAULT ''::text NOT NULL,
    text text NOT NULL,
    contact text DEFAULT ''::text NOT NULL,
    lang text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    done_at timestamp with time zone,
    done_by uuid
);

CREATE TABLE public.basemap_features (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    shape public.geometry(Geometry,4326) NOT NULL,
    CONSTRAINT basemap_features_kind_check CHECK ((kind = ANY (ARRAY['water'::text, 'park'::text, 'road'::text, 'rail'::text])))
);

CREATE TABLE public.batch_items (
    batch_id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    state text DEFAULT 'todo'::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    before jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer NOT NULL,
    CONSTRAINT batch_items_state_check CHECK ((state = ANY (ARRAY['todo'::text, 'done'::text, 'refused'::text, 'undone'::text, 'stays'::text])))
);

CREATE TABLE public.batches (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    action jsonb NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    undone_at timestamp with time zone
);

CREATE TABLE public.call_eids (
    call_id uuid NOT NULL,
    mark bytea NOT NULL,
    person_id uuid
);

CREATE TABLE public.call_keys (
    call_id uuid NOT NULL,
    key bytea NOT NULL
);

CREATE TABLE public.call_phases (
    call_id uuid NOT NULL,
    phase text NOT NULL,
    from_day date NOT NULL,
    to_day date,
    CONSTRAINT call_phases_order CHECK (((to_day IS NULL) OR (to_day >= from_day))),
    CONSTRAINT call_phases_phase_check CHECK ((phase = ANY (ARRAY['collect'::text, 'check'::text, 'support'::text, 'decide'::text, 'implement'::text])))
);

CREATE TABLE public.call_proofs (
    call_id uuid NOT NULL,
    person_id uuid NOT NULL,
    rule text NOT NULL,
    yes boolean NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE public.calls (
    id uuid NOT NULL,
    number bigint NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    audience text DEFAULT 'public'::text NOT NULL,
    kind text DEFAULT 'ideas'::text NOT NULL,
    department_id uuid NOT NULL,
    title jsonb NOT NULL,
    lead jsonb DEFAULT '{}'::jsonb NOT NULL,
    text jsonb DEFAULT '{}'::jsonb NOT NULL,
    rules jsonb DEFAULT '{}'::jsonb NOT NULL,
    criteria jsonb DEFAULT '[]'::jsonb NOT NULL,
    districts text[] DEFAULT '{}'::text[] NOT NULL,
    topics text[] DEFAULT '{}'::text[] NOT NULL,
    participation text DEFAULT 'consultation'::text NOT NULL,
    who text DEFAULT 'all'::text NOT NULL,
    min_level smallint DEFAULT 0 NOT NULL,
    threshold integer DEFAULT 0 NOT NULL,
    triggers jsonb DEFAULT '{}'::jsonb NOT NULL,
    budget_cents bigint,
    prize jsonb DEFAULT '{}'::jsonb NOT NULL,
    need_place boolean DEFAULT false NOT NULL,
    answer_by date,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    published_at timestamp with time zone,
    proof jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT calls_audience_check CHECK ((audience = ANY (ARRAY['public'::text, 'staff'::text]))),
    CONSTRAINT calls_kind_check CHECK ((kind = ANY (ARRAY['ideas'::text, 'places'::text, 'contest'::text]))),
    CONSTRAINT calls_min_level_check CHECK (((min_level >= 0) AND (min_level <= 3))),
    CONSTRAINT calls_participation_check CHECK ((participation = ANY (ARRAY['information'::text, 'consultation'::text, 'cooperation'::text, 'decision'::text]))),
    CONSTRAINT calls_proof CHECK (((who = 'proved'::text) = (proof <> '{}'::jsonb))),
    CONSTRAINT calls_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'ended'::text]))),
    CONSTRAINT calls_threshold_check CHECK ((threshold >= 0)),
    CONSTRAINT calls_who_check CHECK ((who = ANY (ARRAY['all'::text, 'mail'::text, 'residents'::text, 'proved'::text])))
);

CREATE TABLE public.case_facts (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    category_id uuid NOT NULL,
    district_ref text DEFAULT ''::text NOT NULL,
    department_id uuid,
    status text NOT NULL,
    public boolean NOT NULL,
    street text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    target_at timestamp with time zone,
    reopened smallint DEFAULT 0 NOT NULL
);

CREATE TABLE public.case_log (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    actor uuid,
    change jsonb NOT NULL,
    batch_id uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.cases (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    department_id uuid NOT NULL,
    person_id uuid,
    priority text DEFAULT 'normal'::text NOT NULL,
    due_at timestamp with time zone,
    paused_at timestamp with time zone,
    missed_at timestamp with time zone,
    state text DEFAULT 'open'::text NOT NULL,
    category_id uuid,
    district_ref text DEFAULT ''::text NOT NULL,
    point public.geometry(Point,4326),
    status_class text DEFAULT 'open'::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    titles jsonb DEFAULT '{}'::jsonb NOT NULL,
    status text DEFAULT ''::text NOT NULL,
    status_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    quiet boolean DEFAULT false NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    channel text DEFAULT 'web'::text NOT NULL,
    object_id uuid,
    held_text boolean DEFAULT false NOT NULL,
    held_photo boolean DEFAULT false NOT NULL,
    has_photo boolean DEFAULT false NOT NULL,
    objection boolean DEFAULT false NOT NULL,
    reopened smallint DEFAULT 0 NOT NULL,
    metoo integer DEFAULT 0 NOT NULL,
    fixed_yes integer DEFAULT 0 NOT NULL,
    fixed_no integer DEFAULT 0 NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    answered_at timestamp with time zone,
    gone boolean DEFAULT false NOT NULL,
    raised_at timestamp with time zone,
    sort_at timestamp with time zone GENERATED ALWAYS AS (
CASE
    WHEN ((raised_at IS NOT NULL) AND (state = 'open'::text)) THEN '2000-01-01 00:00:00+00'::timestamp with time zone
    WHEN (paused_at IS NOT NULL) THEN '9998-01-01 00:00:00+00'::timestamp with time zone
    ELSE COALESCE(due_at, '9999-01-01 00:00:00+00'::timestamp with time zone)
END) STORED,
    tsv tsvector GENERATED ALWAYS AS (to_tsvector('public.mitwirk_de'::regconfig, words)) STORED,
    norm text GENERATED ALWAYS AS (public.mitwirk_fold(words)) STORED,
    moves smallint DEFAULT 0 NOT NULL,
    missed_n smallint DEFAULT 0 NOT NULL,
    CONSTRAINT cases_priority_check CHECK ((priority = ANY (ARRAY['normal'::text, 'high'::text]))),
    CONSTRAINT cases_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);

CREATE TABLE public.categories (
    id uuid NOT NULL,
    key text NOT NULL,
    group_id uuid NOT NULL,
    department_id uuid NOT NULL,
    name jsonb NOT NULL,
    "position" integer NOT NULL,
    kinds text[] DEFAULT '{report}'::text[] NOT NULL,
    publish text NOT NULL,
    photo text NOT NULL,
    target_days integer,
    target_on boolean DEFAULT true NOT NULL,
    near_m integer DEFAULT 0 NOT NULL,
    near_days integer DEFAULT 0 NOT NULL,
    object_kind text DEFAULT ''::text NOT NULL,
    season text DEFAULT ''::text NOT NULL,
    words jsonb DEFAULT '{}'::jsonb NOT NULL,
    sample jsonb DEFAULT '{}'::jsonb NOT NULL,
    ready jsonb DEFAULT '{}'::jsonb NOT NULL,
    quiet_result boolean DEFAULT false NOT NULL,
    wish boolean DEFAULT false NOT NULL,
    retain_text_days integer NOT NULL,
    retain_photo_days integer NOT NULL,
    retain_contact_days integer NOT NULL,
    share integer DEFAULT 0 NOT NULL,
    optional boolean DEFAULT false NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT categories_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT categories_near_days_check CHECK (((near_days >= 0) AND (near_days <= 999))),
    CONSTRAINT categories_near_m_check CHECK (((near_m >= 0) AND (near_m <= 5000))),
    CONSTRAINT categories_photo_check CHECK ((photo = ANY (ARRAY['e'::text, 'o'::text, 'n'::text]))),
    CONSTRAINT categories_publish_check CHECK ((publish = ANY (ARRAY['A'::text, 'B'::text, 'C'::text, 'P'::text]))),
    CONSTRAINT categories_retain_contact_days_check CHECK ((retain_contact_days > 0)),
    CONSTRAINT categories_retain_photo_days_check CHECK ((retain_photo_days > 0)),
    CONSTRAINT categories_retain_text_days_check CHECK ((retain_text_days > 0)),
    CONSTRAINT categories_season_check CHECK (((season = ''::text) OR (season ~ '^\d\d-\d\d\.\.\d\d-\d\d$'::text))),
    CONSTRAINT categories_share_check CHECK (((share >= 0) AND (share <= 1000))),
    CONSTRAINT categories_target_days_check CHECK (((target_days >= 1) AND (target_days <= 999)))
);

CREATE TABLE public.category_bodies (
    key text NOT NULL,
    name jsonb NOT NULL,
    area text DEFAULT ''::text NOT NULL,
    forward text NOT NULL,
    link text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT category_bodies_forward_check CHECK ((forward = ANY (ARRAY['mail'::text, 'link'::text, 'none'::text]))),
    CONSTRAINT category_bodies_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text))
);

CREATE TABLE public.category_groups (
    id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    "position" integer NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT category_groups_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text))
);

CREATE TABLE public.category_totals (
    category_id uuid NOT NULL,
    reports bigint NOT NULL,
    texts bigint NOT NULL
);

CREATE TABLE public.category_words (
    word text NOT NULL,
    category_id uuid NOT NULL,
    n bigint NOT NULL
);

CREATE TABLE public.comment_mentions (
    comment_id uuid NOT NULL,
    person_id uuid NOT NULL
);

CREATE TABLE public.comment_versions (
    comment_id uuid NOT NULL,
    version integer NOT NULL,
    stance text NOT NULL,
    text text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.comments (
    id uuid NOT NULL,
    number bigint NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    parent_id uuid,
    author_id uuid,
    author_name text DEFAULT ''::text NOT NULL,
    stance text DEFAULT ''::text NOT NULL,
    text text NOT NULL,
    lang text DEFAULT 'de'::text NOT NULL,
    visibility text NOT NULL,
    before text DEFAULT ''::text NOT NULL,
    redacted_from text,
    version integer DEFAULT 1 NOT NULL,
    official boolean DEFAULT false NOT NULL,
    department_id uuid,
    role text DEFAULT ''::text NOT NULL,
    pinned boolean DEFAULT false NOT NULL,
    helpful integer DEFAULT 0 NOT NULL,
    unhelpful integer DEFAULT 0 NOT NULL,
    score double precision DEFAULT 0 NOT NULL,
    answers integer DEFAULT 0 NOT NULL,
    held_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    public_at timestamp with time zone,
    edited_at timestamp with time zone,
    was_pinned boolean DEFAULT false NOT NULL,
    CONSTRAINT comments_author_name_check CHECK ((char_length(author_name) <= 100)),
    CONSTRAINT comments_before_check CHECK ((before = ANY (ARRAY[''::text, 'held'::text, 'public'::text]))),
    CONSTRAINT comments_check CHECK (((NOT official) OR (department_id IS NOT NULL))),
    CONSTRAINT comments_check1 CHECK (((NOT pinned) OR official)),
    CONSTRAINT comments_stance_check CHECK ((stance = ANY (ARRAY[''::text, 'pro'::text, 'contra'::text, 'question'::text]))),
    CONSTRAINT comments_text_check CHECK ((char_length(text) <= 4000)),
    CONSTRAINT comments_visibility_check CHECK ((visibility = ANY (ARRAY['held'::text, 'public'::text, 'hidden'::text, 'removed'::text])))
);

CREATE TABLE public.complaint_answers (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    stage text NOT NULL,
    text text NOT NULL,
    outcome text NOT NULL,
    forwarded_to text DEFAULT ''::text NOT NULL,
    state text NOT NULL,
    four_eyes boolean NOT NULL,
    written_by uuid,
    released_by uuid,
    department_id uuid NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    released_at timestamp with time zone,
    CONSTRAINT complaint_answers_forwarded_to_check CHECK ((char_length(forwarded_to) <= 200)),
    CONSTRAINT complaint_answers_four_eyes CHECK (((NOT four_eyes) OR (released_by IS NULL) OR (released_by <> written_by))),
    CONSTRAINT complaint_answers_note_check CHECK ((char_length(note) <= 1000)),
    CONSTRAINT complaint_answers_outcome_check CHECK ((outcome = ANY (ARRAY['helped'::text, 'explained'::text, 'not_helped'::text, 'forwarded'::text]))),
    CONSTRAINT complaint_answers_released CHECK (((state = 'released'::text) = (released_at IS NOT NULL))),
    CONSTRAINT complaint_answers_stage_check CHECK ((stage = ANY (ARRAY['first'::text, 'second'::text]))),
    CONSTRAINT complaint_answers_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'released'::text, 'returned'::text, 'replaced'::text]))),
    CONSTRAINT complaint_answers_text_check CHECK ((char_length(text) <= 10000))
);

CREATE TABLE public.complaint_files (
    id uuid NOT NULL,
    draft_id uuid,
    complaint_id uuid,
    message_id uuid,
    owner_id uuid,
    ord integer NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    size integer NOT NULL,
    sha256 bytea NOT NULL,
    blob text NOT NULL,
    state text DEFAULT 'quarantined'::text NOT NULL,
    scanned boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT complaint_files_belongs CHECK (((draft_id IS NULL) <> (complaint_id IS NULL))),
    CONSTRAINT complaint_files_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT complaint_files_size_check CHECK ((size > 0)),
    CONSTRAINT complaint_files_state_check CHECK ((state = ANY (ARRAY['quarantined'::text, 'clean'::text, 'infected'::text]))),
    CONSTRAINT complaint_files_type_check CHECK ((type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text])))
);

CREATE TABLE public.complaint_holds (
    complaint_id uuid NOT NULL,
    reason text NOT NULL,
    set_by uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT complaint_holds_reason_check CHECK (((char_length(reason) >= 3) AND (char_length(reason) <= 500)))
);

CREATE TABLE public.complaint_learnings (
    id uuid NOT NULL,
    department_id uuid NOT NULL,
    topic text NOT NULL,
    text jsonb NOT NULL,
    written_by uuid,
    published_at timestamp with time zone,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.complaint_offices (
    department_key text NOT NULL,
    ord integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.complaint_opinions (
    complaint_id uuid NOT NULL,
    value smallint NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT complaint_opinions_text_check CHECK ((char_length(text) <= 1000)),
    CONSTRAINT complaint_opinions_value_check CHECK (((value >= 1) AND (value <= 3)))
);

CREATE TABLE public.complaint_owners (
    complaint_id uuid NOT NULL,
    person_id uuid NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.complaint_periods (
    from_month text NOT NULL,
    to_month text NOT NULL,
    n integer NOT NULL,
    tables jsonb NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT complaint_periods_check CHECK (((to_month ~ '^[0-9]{4}-[0-9]{2}$'::text) AND (to_month >= from_month))),
    CONSTRAINT complaint_periods_from_month_check CHECK ((from_month ~ '^[0-9]{4}-[0-9]{2}$'::text)),
    CONSTRAINT complaint_periods_n_check CHECK ((n > 0))
);

CREATE TABLE public.complaint_reads (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    department_id uuid NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT complaint_reads_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 300)))
);

CREATE TABLE public.complaint_reviews (
    complaint_id uuid NOT NULL,
    text text NOT NULL,
    asked_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    first_handler uuid,
    first_department uuid NOT NULL,
    department_id uuid NOT NULL,
    reviewer uuid,
    due_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    outcome text DEFAULT ''::text NOT NULL,
    CONSTRAINT complaint_reviews_other_department CHECK ((department_id <> first_department)),
    CONSTRAINT complaint_reviews_other_person CHECK (((reviewer IS NULL) OR (first_handler IS NULL) OR (reviewer <> first_handler))),
    CONSTRAINT complaint_reviews_outcome_check CHECK ((outcome = ANY (ARRAY[''::text, 'helped'::text, 'explained'::text, 'not_helped'::text, 'forwarded'::text]))),
    CONSTRAINT complaint_reviews_text_check CHECK ((char_length(text) <= 4000))
);

CREATE TABLE public.complaint_rules (
    kind text NOT NULL,
    interim_days integer NOT NULL,
    answer_days integer NOT NULL,
    review_days integer NOT NULL,
    keep_days integer NOT NULL,
    CONSTRAINT complaint_rules_check CHECK ((((answer_days >= 1) AND (answer_days <= 120)) AND (answer_days >= interim_days))),
    CONSTRAINT complaint_rules_interim_days_check CHECK (((interim_days >= 1) AND (interim_days <= 60))),
    CONSTRAINT complaint_rules_keep_days_check CHECK (((keep_days >= 30) AND (keep_days <= 3650))),
    CONSTRAINT complaint_rules_kind_check CHECK ((kind = ANY (ARRAY['complaint'::text, 'praise'::text, 'question'::text, 'request'::text]))),
    CONSTRAINT complaint_rules_review_days_check CHECK (((review_days >= 1) AND (review_days <= 120)))
);

CREATE TABLE public.complaint_topics (
    key text NOT NULL,
    name jsonb NOT NULL,
    department_key text DEFAULT ''::text NOT NULL,
    four_eyes boolean DEFAULT false NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    ord integer DEFAULT 0 NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT complaint_topics_key_check CHECK ((key ~ '^[a-z][a-z0-9_]{1,39}$'::text))
);

CREATE TABLE public.complaints (
    id uuid NOT NULL,
    number bigint NOT NULL,
    person_id uuid,
    contact_id uuid,
    kind text NOT NULL,
    topic text NOT NULL,
    text text NOT NULL,
    wanted text DEFAULT ''::text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    happened text DEFAULT ''::text NOT NULL,
    earlier text DEFAULT ''::text NOT NULL,
    wish_key text DEFAULT ''::text NOT NULL,
    lang text DEFAULT 'de'::text NOT NULL,
    help text[] DEFAULT '{}'::text[] NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    on_behalf text DEFAULT ''::text NOT NULL,
    name_kind text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    contact_kind text NOT NULL,
    postal text DEFAULT ''::text NOT NULL,
    notice boolean DEFAULT false NOT NULL,
    about_person boolean DEFAULT false NOT NULL,
    about_department uuid,
    status text NOT NULL,
    status_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    visibility text DEFAULT 'private'::text NOT NULL,
    outcome text DEFAULT ''::text NOT NULL,
    forwarded_to text DEFAULT ''::text NOT NULL,
    interim_due_at timestamp with time zone,
    question_due_at timestamp with time zone,
    question text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    reopened smallint DEFAULT 0 NOT NULL,
    first_answer_at timestamp with time zone,
    answer_days integer,
    first_outcome text DEFAULT ''::text NOT NULL,
    first_department uuid,
    first_topic text DEFAULT ''::text NOT NULL,
    first_kind text DEFAULT ''::text NOT NULL,
    content bytea NOT NULL,
    content_sha256 bytea NOT NULL,
    receipt bytea NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    closed_at timestamp with time zone,
    archive text DEFAULT ''::text NOT NULL,
    erase_at timestamp with time zone,
    CONSTRAINT complaints_archive_check CHECK ((archive = ANY (ARRAY[''::text, 'offered'::text, 'taken'::text, 'declined'::text]))),
    CONSTRAINT complaints_contact_kind_check CHECK ((contact_kind = ANY (ARRAY['mail'::text, 'letter'::text, 'code'::text]))),
    CONSTRAINT complaints_earlier_check CHECK ((char_length(earlier) <= 300)),
    CONSTRAINT complaints_forwarded_to_check CHECK ((char_length(forwarded_to) <= 200)),
    CONSTRAINT complaints_happened_check CHECK ((char_length(happened) <= 100)),
    CONSTRAINT complaints_kind_check CHECK ((kind = ANY (ARRAY['complaint'::text, 'praise'::text, 'question'::text, 'request'::text]))),
    CONSTRAINT complaints_name_check CHECK ((char_length(name) <= 200)),
    CONSTRAINT complaints_name_kind_check CHECK ((name_kind = ANY (ARRAY['anonymous'::text, 'pseudonym'::text, 'name'::text]))),
    CONSTRAINT complaints_on_behalf_check CHECK ((char_length(on_behalf) <= 200)),
    CONSTRAINT complaints_outcome_check CHECK ((outcome = ANY (ARRAY[''::text, 'helped'::text, 'explained'::text, 'not_helped'::text, 'forwarded'::text, 'withdrawn'::text]))),
    CONSTRAINT complaints_phone_check CHECK ((char_length(phone) <= 60)),
    CONSTRAINT complaints_place_check CHECK ((char_length(place) <= 300)),
    CONSTRAINT complaints_postal_check CHECK ((char_length(postal) <= 500)),
    CONSTRAINT complaints_reason_check CHECK ((char_length(reason) <= 1000)),
    CONSTRAINT complaints_status_check CHECK ((status = ANY (ARRAY['arrived'::text, 'with'::text, 'question'::text, 'interim'::text, 'answered'::text, 'second'::text, 'closed'::text]))),
    CONSTRAINT complaints_text_check CHECK ((char_length(text) <= 10000)),
    CONSTRAINT complaints_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'erased'::text]))),
    CONSTRAINT complaints_wanted_check CHECK ((char_length(wanted) <= 2000)),
    CONSTRAINT complaints_wish_key_check CHECK ((char_length(wish_key) <= 40))
);

CREATE TABLE public.contacts (
    id uuid NOT NULL,
    person_id uuid,
    kind text NOT NULL,
    address text NOT NULL,
    address_hash bytea NOT NULL,
    locale text DEFAULT 'de'::text NOT NULL,
    confirmed_at timestamp with time zone,
    joined_id uuid,
    stopped_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT contacts_address_check CHECK ((char_length(address) <= 254)),
    CONSTRAINT contacts_check CHECK (((person_id IS NULL) OR (confirmed_at IS NOT NULL))),
    CONSTRAINT contacts_check1 CHECK (((joined_id IS NULL) OR (confirmed_at IS NULL))),
    CONSTRAINT contacts_check2 CHECK ((joined_id <> id)),
    CONSTRAINT contacts_kind_check CHECK ((kind = 'mail'::text))
);

CREATE VIEW public.confirmed_contacts AS
 SELECT c.id,
    k.id AS contact_id,
    k.person_id,
    k.kind,
    k.address,
    k.address_hash,
    c.locale,
    COALESCE(c.stopped_at, k.stopped_at) AS stopped_at
   FROM (public.contacts c
     JOIN public.contacts k ON ((k.id = COALESCE(c.joined_id, c.id))))
  WHERE (k.confirmed_at IS NOT NULL);

CREATE TABLE public.contest_challenges (
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    ord integer NOT NULL,
    title jsonb NOT NULL,
    text jsonb DEFAULT '{}'::jsonb NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    contact text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.contest_entries (
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    team_id uuid NOT NULL,
    challenge_id uuid,
    state text DEFAULT 'draft'::text NOT NULL,
    stage text DEFAULT ''::text NOT NULL,
    ord smallint DEFAULT 0 NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    plan text DEFAULT ''::text NOT NULL,
    needs text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    win_reason text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT contest_entries_stage_check CHECK ((stage = ANY (ARRAY[''::text, 'out'::text, 'finalist'::text, 'winner'::text]))),
    CONSTRAINT contest_entries_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'sent'::text, 'withdrawn'::text, 'erased'::text])))
);

CREATE TABLE public.contest_invitations (
    token_hash bytea NOT NULL,
    call_id uuid NOT NULL,
    team_id uuid,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.contest_jury (
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    person_id uuid,
    shown_name text DEFAULT ''::text NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.contest_members (
    call_id uuid NOT NULL,
    person_id uuid NOT NULL,
    team_id uuid NOT NULL,
    lead boolean DEFAULT false NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.contest_pilots (
    entry_id uuid NOT NULL,
    partner text NOT NULL,
    tests text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    outcome text DEFAULT ''::text NOT NULL,
    report text DEFAULT ''::text NOT NULL,
    reported_at timestamp with time zone,
    CONSTRAINT contest_pilots_days CHECK ((ends_on >= starts_on)),
    CONSTRAINT contest_pilots_outcome_check CHECK ((outcome = ANY (ARRAY[''::text, 'stays'::text, 'changes'::text, 'ends'::text])))
);

CREATE TABLE public.contest_reviews (
    entry_id uuid NOT NULL,
    juror_id uuid NOT NULL,
    conflict boolean NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    declared_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    scored_at timestamp with time zone,
    CONSTRAINT contest_reviews_conflict CHECK (((NOT conflict) OR (scored_at IS NULL)))
);

CREATE TABLE public.contest_scores (
    entry_id uuid NOT NULL,
    juror_id uuid NOT NULL,
    criterion integer NOT NULL,
    value smallint NOT NULL,
    CONSTRAINT contest_scores_criterion_check CHECK ((criterion >= 0)),
    CONSTRAINT contest_scores_value_check CHECK (((value >= 0) AND (value <= 10)))
);

CREATE TABLE public.contest_teams (
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.contests (
    call_id uuid NOT NULL,
    series text DEFAULT ''::text NOT NULL,
    opened_at timestamp with time zone,
    named_at timestamp with time zone,
    won_at timestamp with time zone,
    announced_at timestamp with time zone
);

CREATE TABLE public.deadline_pauses (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone
);

CREATE TABLE public.decisions (
    id uuid NOT NULL,
    puid text NOT NULL,
    batch_id uuid NOT NULL,
    item_id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    part text NOT NULL,
    part_id uuid NOT NULL,
    content_version integer NOT NULL,
    content_hash bytea NOT NULL,
    author_id uuid,
    action text NOT NULL,
    visibility text,
    account text,
    ground text,
    legal_ground text DEFAULT ''::text NOT NULL,
    rule_no smallint,
    explanation text NOT NULL,
    facts text DEFAULT ''::text NOT NULL,
    source text NOT NULL,
    automated_detection boolean DEFAULT false NOT NULL,
    automated_decision text DEFAULT 'NOT'::text NOT NULL,
    category text NOT NULL,
    content_type text[] NOT NULL,
    content_language text DEFAULT 'de'::text NOT NULL,
    content_date timestamp with time zone NOT NULL,
    application_date timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    end_date timestamp with time zone,
    territorial_scope text[] DEFAULT '{DE}'::text[] NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    decided_by uuid NOT NULL,
    second_by uuid,
    supersedes uuid,
    reversed_by uuid,
    decided_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    appeal_until timestamp with time zone NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    was_public boolean DEFAULT false NOT NULL,
    CONSTRAINT decisions_account CHECK (((account IS NULL) OR (second_by IS NOT NULL))),
    CONSTRAINT decisions_account_check CHECK ((account = ANY (ARRAY['SUSPENDED'::text, 'TERMINATED'::text]))),
    CONSTRAINT decisions_action_check CHECK ((action = ANY (ARRAY['keep'::text, 'hide'::text, 'redact'::text, 'label'::text, 'restrict'::text, 'restore'::text]))),
    CONSTRAINT decisions_automated_decision_check CHECK ((automated_decision = ANY (ARRAY['NOT'::text, 'PARTIALLY'::text]))),
    CONSTRAINT decisions_explanation_check CHECK (((char_length(btrim(explanation)) >= 1) AND (char_length(btrim(explanation)) <= 2000))),
    CONSTRAINT decisions_facts_check CHECK ((char_length(facts) <= 5000)),
    CONSTRAINT decisions_ground CHECK (((action = ANY (ARRAY['keep'::text, 'restore'::text])) OR (ground IS NOT NULL))),
    CONSTRAINT decisions_ground_check CHECK ((ground = ANY (ARRAY['ILLEGAL'::text, 'INCOMPATIBLE'::text]))),
    CONSTRAINT decisions_law CHECK (((ground IS DISTINCT FROM 'ILLEGAL'::text) OR (btrim(legal_ground) <> ''::text))),
    CONSTRAINT decisions_legal_ground_check CHECK ((char_length(legal_ground) <= 500)),
    CONSTRAINT decisions_puid_check CHECK (((puid ~ '^[A-Za-z0-9_-]+$'::text) AND (char_length(puid) <= 500))),
    CONSTRAINT decisions_rule CHECK (((ground IS DISTINCT FROM 'INCOMPATIBLE'::text) OR (rule_no IS NOT NULL))),
    CONSTRAINT decisions_rule_no_check CHECK (((rule_no >= 1) AND (rule_no <= 99))),
    CONSTRAINT decisions_source_check CHECK ((source = ANY (ARRAY['ARTICLE_16'::text, 'TRUSTED_FLAGGER'::text, 'OTHER_NOTIFICATION'::text, 'VOLUNTARY'::text]))),
    CONSTRAINT decisions_two_people CHECK (((second_by IS NULL) OR (second_by <> decided_by))),
    CONSTRAINT decisions_visibility_check CHECK ((visibility = ANY (ARRAY['REMOVED'::text, 'DISABLED'::text, 'DEMOTED'::text, 'INTERACTION_RESTRICTED'::text, 'LABELLED'::text, 'OTHER'::text])))
);

CREATE TABLE public.deliveries (
    id uuid NOT NULL,
    event_id bigint NOT NULL,
    contact_id uuid NOT NULL,
    follow_id uuid,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    what text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    lang text NOT NULL,
    cadence text NOT NULL,
    at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    done_at timestamp with time zone,
    to_person boolean DEFAULT false NOT NULL,
    CONSTRAINT deliveries_cadence_check CHECK ((cadence = ANY (ARRAY['each'::text, 'daily'::text, 'weekly'::text]))),
    CONSTRAINT deliveries_kind_check CHECK ((kind = ANY (ARRAY['own'::text, 'followed'::text, 'area'::text, 'search'::text]))),
    CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'mailed'::text, 'dropped'::text]))),
    CONSTRAINT deliveries_what_check CHECK ((what = ANY (ARRAY['new'::text, 'status'::text, 'step'::text, 'message'::text])))
);

CREATE TABLE public.departments (
    id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    parent_id uuid,
    door text DEFAULT 'desk'::text NOT NULL,
    does jsonb DEFAULT '{}'::jsonb NOT NULL,
    mail text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT departments_door_check CHECK ((door = ANY (ARRAY['desk'::text, 'mail'::text]))),
    CONSTRAINT departments_key_check CHECK ((key ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text))
);

CREATE TABLE public.district_sets (
    id uuid NOT NULL,
    source text NOT NULL,
    imported_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    activated_at timestamp with time zone,
    filled_at timestamp with time zone
);

CREATE TABLE public.districts (
    set_id uuid NOT NULL,
    ref text NOT NULL,
    name text NOT NULL,
    area public.geometry(MultiPolygon,4326) NOT NULL,
    CONSTRAINT districts_name_check CHECK ((name <> ''::text)),
    CONSTRAINT districts_ref_check CHECK ((ref <> ''::text))
);

CREATE VIEW public.districts_active AS
 SELECT d.ref,
    d.name,
    d.area
   FROM public.districts d
  WHERE (d.set_id = ( SELECT s.id
           FROM public.district_sets s
          WHERE (s.activated_at IS NOT NULL)
          ORDER BY s.activated_at DESC, s.id DESC
         LIMIT 1));

CREATE TABLE public.documents (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    lang text DEFAULT ''::text NOT NULL,
    title jsonb NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    keywords text DEFAULT ''::text NOT NULL,
    path text NOT NULL,
    number text DEFAULT ''::text NOT NULL,
    point public.geometry(Point,4326),
    at timestamp with time zone,
    audience text NOT NULL,
    owners uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    department_id uuid,
    category_id uuid,
    district_ref text DEFAULT ''::text NOT NULL,
    facets text[] DEFAULT '{}'::text[] NOT NULL,
    tsv tsvector NOT NULL,
    CONSTRAINT documents_audience_check CHECK ((audience = ANY (ARRAY['public'::text, 'owner'::text, 'department'::text])))
);
ALTER TABLE ONLY public.documents ALTER COLUMN tsv SET STATISTICS 1000;

CREATE TABLE public.draft_handovers (
    token_hash bytea NOT NULL,
    draft_id uuid NOT NULL,
    from_person uuid NOT NULL,
    code_hash bytea NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT draft_handovers_tries CHECK (((tries >= 0) AND (tries <= 5)))
);

CREATE TABLE public.drafts (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    body jsonb DEFAULT '{}'::jsonb NOT NULL,
    past jsonb DEFAULT '[]'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    updated_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT drafts_body CHECK ((jsonb_typeof(body) = 'object'::text))
);

CREATE TABLE public.erasures (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT erasures_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['person'::text, 'report'::text, 'contact'::text])))
);

CREATE TABLE public.event_epochs (
    epoch integer NOT NULL,
    system_id bigint NOT NULL,
    timeline integer NOT NULL,
    db_oid bigint NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    pruned_xid xid8 DEFAULT '0'::xid8 NOT NULL,
    pruned_id bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.events (
    id bigint NOT NULL,
    epoch integer NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    type text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    batch boolean DEFAULT false NOT NULL,
    body jsonb NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.export_requests (
    id uuid NOT NULL,
    source text NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    contacts boolean NOT NULL,
    reason text NOT NULL,
    n integer NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    approved boolean DEFAULT false NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    fetched_at timestamp with time zone,
    CONSTRAINT export_requests_approved CHECK (((NOT approved) OR (decided_by IS NOT NULL))),
    CONSTRAINT export_requests_fetched CHECK (((fetched_at IS NULL) OR (n <= 50) OR approved)),
    CONSTRAINT export_requests_n_check CHECK ((n >= 0)),
    CONSTRAINT export_requests_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
    CONSTRAINT export_requests_two_people CHECK (((decided_by IS NULL) OR (decided_by <> asked_by)))
);

CREATE TABLE public.flags (
    id uuid NOT NULL,
    number bigint NOT NULL,
    item_id uuid NOT NULL,
    content_version integer NOT NULL,
    content_hash bytea NOT NULL,
    exact_url text NOT NULL,
    ground text NOT NULL,
    category text NOT NULL,
    explanation text NOT NULL,
    legal_ref text DEFAULT ''::text NOT NULL,
    notifier_kind text NOT NULL,
    notifier_key uuid NOT NULL,
    person_id uuid,
    contact_id uuid,
    name text DEFAULT ''::text NOT NULL,
    good_faith boolean NOT NULL,
    life_threat boolean DEFAULT false NOT NULL,
    channel text DEFAULT 'web'::text NOT NULL,
    lang text DEFAULT 'de'::text NOT NULL,
    received_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    receipt_sent_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    decision_id uuid,
    informed_at timestamp with time zone,
    CONSTRAINT flags_explanation_check CHECK ((char_length(explanation) <= 4000)),
    CONSTRAINT flags_good_faith_check CHECK (good_faith),
    CONSTRAINT flags_ground_check CHECK ((ground = ANY (ARRAY['illegal'::text, 'rule'::text]))),
    CONSTRAINT flags_legal_ref_check CHECK ((char_length(legal_ref) <= 500)),
    CONSTRAINT flags_name_check CHECK ((char_length(name) <= 200)),
    CONSTRAINT flags_notifier_kind_check CHECK ((notifier_kind = ANY (ARRAY['account'::text, 'mail'::text, 'anonymous'::text, 'trusted_flagger'::text, 'authority'::text])))
);

CREATE TABLE public.follows (
    id uuid NOT NULL,
    owner_kind text NOT NULL,
    owner_id uuid NOT NULL,
    target_kind text NOT NULL,
    target jsonb NOT NULL,
    target_hash bytea NOT NULL,
    geom public.geometry(Geometry,4326),
    cadence text DEFAULT 'each'::text NOT NULL,
    lang text DEFAULT 'de'::text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    district_ref text DEFAULT ''::text NOT NULL,
    category_id uuid,
    news text DEFAULT 'all'::text NOT NULL,
    centre public.geometry(Point,4326),
    radius_m integer,
    label text DEFAULT ''::text NOT NULL,
    anchor text DEFAULT ''::text NOT NULL,
    CONSTRAINT follows_anchor_check CHECK ((char_length(anchor) <= 60)),
    CONSTRAINT follows_anchored CHECK (((target_kind = 'search'::text) = (anchor <> ''::text))),
    CONSTRAINT follows_cadence_check CHECK ((cadence = ANY (ARRAY['each'::text, 'daily'::text, 'weekly'::text, 'never'::text]))),
    CONSTRAINT follows_circle CHECK ((((centre IS NULL) = (radius_m IS NULL)) AND ((centre IS NULL) OR (geom IS NOT NULL)))),
    CONSTRAINT follows_label_check CHECK ((char_length(label) <= 200)),
    CONSTRAINT follows_news_check CHECK ((news = ANY (ARRAY['all'::text, 'new'::text, 'done'::text]))),
    CONSTRAINT follows_one_place CHECK (((geom IS NULL) OR (district_ref = ''::text))),
    CONSTRAINT follows_owner_kind_check CHECK ((owner_kind = ANY (ARRAY['person'::text, 'contact'::text]))),
    CONSTRAINT follows_radius_m_check CHECK (((radius_m >= 50) AND (radius_m <= 20000))),
    CONSTRAINT follows_target_kind_check CHECK ((target_kind = ANY (ARRAY['subject'::text, 'area'::text, 'search'::text]))),
    CONSTRAINT follows_valid CHECK (((geom IS NULL) OR public.st_isvalid(geom)))
);

CREATE TABLE public.handover_answers (
    id uuid NOT NULL,
    handover_id uuid NOT NULL,
    direction text DEFAULT 'in'::text NOT NULL,
    kind text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT handover_answers_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT handover_answers_kind_check CHECK ((kind = ANY (ARRAY['taken'::text, 'done'::text, 'not_ours'::text, 'question'::text, 'reply'::text]))),
    CONSTRAINT handover_answers_text_check CHECK ((char_length(text) <= 2000))
);

CREATE TABLE public.handovers (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    partner_id uuid,
    department_id uuid,
    name jsonb NOT NULL,
    mail text NOT NULL,
    need text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'sent'::text NOT NULL,
    remind_days integer NOT NULL,
    remind_at timestamp with time zone,
    reminded integer DEFAULT 0 NOT NULL,
    sent_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    answered_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT handovers_need_check CHECK ((char_length(need) <= 2000)),
    CONSTRAINT handovers_state_check CHECK ((state = ANY (ARRAY['sent'::text, 'question'::text, 'taken'::text, 'done'::text, 'not_ours'::text, 'revoked'::text]))),
    CONSTRAINT handovers_to CHECK (((partner_id IS NULL) <> (department_id IS NULL)))
);

CREATE TABLE public.help_messages (
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    text jsonb NOT NULL,
    written_by uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.help_offers (
    request_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.help_requests (
    id uuid NOT NULL,
    measure_id uuid NOT NULL,
    kind text NOT NULL,
    wanted jsonb NOT NULL,
    until_on date NOT NULL,
    outcome jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    asked_by uuid,
    approved_at timestamp with time zone,
    outcome_draft jsonb DEFAULT '{}'::jsonb NOT NULL,
    outcome_by uuid,
    CONSTRAINT help_requests_kind_check CHECK ((kind = ANY (ARRAY['testers'::text, 'data'::text, 'places'::text, 'partners'::text])))
);

CREATE TABLE public.hold_rules (
    id uuid NOT NULL,
    kind text NOT NULL,
    category text DEFAULT ''::text NOT NULL,
    words text[] DEFAULT '{}'::text[] NOT NULL,
    scope text DEFAULT 'text'::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    changed_by uuid,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT hold_rules_kind_check CHECK ((kind = ANY (ARRAY['category'::text, 'new_author'::text, 'phone'::text, 'mail'::text, 'link'::text, 'words'::text]))),
    CONSTRAINT hold_rules_scope_check CHECK ((scope = ANY (ARRAY['text'::text, 'whole'::text])))
);

CREATE TABLE public.holds (
    id uuid NOT NULL,
    item_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    rule_kind text NOT NULL,
    scope text NOT NULL,
    held_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    told_until timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    CONSTRAINT holds_end CHECK (((ended_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT holds_outcome_check CHECK ((outcome = ANY (ARRAY['covered'::text, 'released'::text, 'refused'::text]))),
    CONSTRAINT holds_scope_check CHECK ((scope = ANY (ARRAY['text'::text, 'whole'::text])))
);

CREATE TABLE public.holiday_years (
    region text NOT NULL,
    year integer NOT NULL,
    CONSTRAINT holiday_years_year_check CHECK (((year >= 1900) AND (year <= 2200)))
);

CREATE TABLE public.holidays (
    region text NOT NULL,
    day date NOT NULL,
    name jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE public.idea_answers (
    id uuid NOT NULL,
    idea_id uuid NOT NULL,
    department_id uuid NOT NULL,
    decision text NOT NULL,
    reasons text NOT NULL,
    cost_cents bigint,
    period text DEFAULT ''::text NOT NULL,
    criteria integer[] DEFAULT '{}'::integer[] NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT idea_answers_decision_check CHECK ((decision = ANY (ARRAY['accepted'::text, 'partly'::text, 'declined'::text, 'done'::text, 'elsewhere'::text, 'linked'::text])))
);

CREATE TABLE public.idea_authors (
    idea_id uuid NOT NULL,
    person_id uuid NOT NULL,
    shown_name text DEFAULT ''::text NOT NULL,
    founder boolean DEFAULT false NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.idea_checks (
    idea_id uuid NOT NULL,
    kind text NOT NULL,
    department_id uuid NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT idea_checks_kind_check CHECK ((kind = ANY (ARRAY['formal'::text, 'cost'::text, 'responsibility'::text]))),
    CONSTRAINT idea_checks_state_check CHECK ((state = ANY (ARRAY['open'::text, 'ok'::text, 'problem'::text])))
);

CREATE TABLE public.idea_hidden (
    idea_id uuid NOT NULL,
    part text NOT NULL,
    part_id uuid NOT NULL,
    visibility text DEFAULT ''::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    photo_state text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.idea_invitations (
    token_hash bytea NOT NULL,
    idea_id uuid NOT NULL,
    made_by uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    used_by uuid
);

CREATE TABLE public.idea_merges (
    id uuid NOT NULL,
    from_id uuid NOT NULL,
    into_id uuid NOT NULL,
    state text DEFAULT 'asked'::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    from_yes boolean DEFAULT false NOT NULL,
    into_yes boolean DEFAULT false NOT NULL,
    moved integer DEFAULT 0 NOT NULL,
    status text DEFAULT ''::text NOT NULL,
    voters uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    comments uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    asked_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    merged_at timestamp with time zone,
    leave_until timestamp with time zone,
    undone_at timestamp with time zone,
    carried jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT idea_merges_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'declined'::text, 'withdrawn'::text, 'merged'::text, 'undone'::text]))),
    CONSTRAINT idea_merges_two CHECK ((from_id <> into_id))
);

CREATE TABLE public.idea_splits (
    id uuid NOT NULL,
    idea_id uuid NOT NULL,
    new_id uuid,
    state text DEFAULT 'asked'::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    rest_title text DEFAULT ''::text NOT NULL,
    rest_text text DEFAULT ''::text NOT NULL,
    edition integer NOT NULL,
    asked_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    split_at timestamp with time zone,
    leave_until timestamp with time zone,
    undone_at timestamp with time zone,
    CONSTRAINT idea_splits_done CHECK (((state = ANY (ARRAY['split'::text, 'undone'::text])) = (new_id IS NOT NULL))),
    CONSTRAINT idea_splits_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'declined'::text, 'split'::text, 'undone'::text])))
);

CREATE TABLE public.idea_topics (
    key text NOT NULL,
    name jsonb NOT NULL,
    department text DEFAULT ''::text NOT NULL,
    ord integer NOT NULL
);

CREATE TABLE public.idea_versions (
    idea_id uuid NOT NULL,
    n integer NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    kind text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT idea_versions_kind_check CHECK ((kind = ANY (ARRAY['first'::text, 'correction'::text, 'change'::text, 'amendment'::text])))
);

CREATE TABLE public.ideas (
    id uuid NOT NULL,
    number bigint NOT NULL,
    call_id uuid,
    topic text DEFAULT 'anderes'::text NOT NULL,
    department_id uuid NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    lang text DEFAULT 'de'::text NOT NULL,
    visibility text NOT NULL,
    status text NOT NULL,
    status_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    edition integer DEFAULT 1 NOT NULL,
    geom public.geometry(Geometry,4326),
    point public.geometry(Point,4326),
    address text DEFAULT ''::text NOT NULL,
    district_ref text DEFAULT ''::text NOT NULL,
    cost_cents bigint,
    supports integer DEFAULT 0 NOT NULL,
    goal integer DEFAULT 0 NOT NULL,
    reached_at timestamp with time zone,
    ends_at timestamp with time zone,
    answer_by timestamp with time zone,
    decides text DEFAULT ''::text NOT NULL,
    decides_who text DEFAULT ''::text NOT NULL,
    decides_at timestamp with time zone,
    merged_into uuid,
    report_id uuid,
    channel text DEFAULT 'web'::text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    closed_at timestamp with time zone,
    tsv tsvector GENERATED ALWAYS AS (to_tsvector('public.mitwirk_de'::regconfig, ((((title || ' '::text) || text) || ' '::text) || address))) STORED,
    CONSTRAINT ideas_visibility_check CHECK ((visibility = ANY (ARRAY['held'::text, 'public'::text, 'hidden'::text, 'erased'::text])))
);

CREATE TABLE public.idempotency_keys (
    route text NOT NULL,
    key_hash bytea NOT NULL,
    body_hash bytea NOT NULL,
    status integer,
    answer bytea,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_keys_check CHECK (((status IS NULL) = (answer IS NULL)))
);

CREATE TABLE public.identities (
    issuer text NOT NULL,
    sub text NOT NULL,
    provider text NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    used_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT identities_sub_check CHECK (((char_length(sub) >= 1) AND (char_length(sub) <= 255)))
);

CREATE TABLE public.inbound_mails (
    message_id_hash bytea NOT NULL,
    subject_kind text,
    subject_id uuid,
    outcome text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT inbound_mails_outcome_check CHECK ((outcome = ANY (ARRAY['case'::text, 'message'::text, 'dropped'::text, 'bounce'::text])))
);

CREATE TABLE public.inquiries (
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    title text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    year smallint NOT NULL,
    due_on date NOT NULL,
    fields text[] DEFAULT '{}'::text[] NOT NULL,
    questions text[] DEFAULT '{}'::text[] NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    made_by uuid,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT inquiries_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text]))),
    CONSTRAINT inquiries_title_check CHECK ((title <> ''::text)),
    CONSTRAINT inquiries_year_check CHECK (((year >= 1990) AND (year <= 2100)))
);

CREATE TABLE public.inquiry_answers (
    id uuid NOT NULL,
    inquiry_id uuid NOT NULL,
    measure_id uuid NOT NULL,
    department_id uuid,
    mail text DEFAULT ''::text NOT NULL,
    head_mail text DEFAULT ''::text NOT NULL,
    body jsonb DEFAULT '{}'::jsonb NOT NULL,
    state text DEFAULT 'asked'::text NOT NULL,
    remark text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    reminded smallint DEFAULT 0 NOT NULL,
    reminded_at timestamp with time zone,
    handed_in_at timestamp with time zone,
    handed_in_by uuid,
    released_at timestamp with time zone,
    released_by uuid,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT inquiry_answers_check CHECK (((department_id IS NOT NULL) OR (mail <> ''::text))),
    CONSTRAINT inquiry_answers_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'draft'::text, 'returned'::text, 'handed_in'::text, 'released'::text, 'taken'::text])))
);

CREATE TABLE public.invitations (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    contact_id uuid NOT NULL,
    pseudonym text DEFAULT ''::text NOT NULL,
    role text NOT NULL,
    limits jsonb DEFAULT '[]'::jsonb NOT NULL,
    reason text NOT NULL,
    invited_by uuid,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    used_by uuid,
    revoked_at timestamp with time zone,
    CONSTRAINT invitations_check CHECK (((used_at IS NULL) OR (revoked_at IS NULL))),
    CONSTRAINT invitations_pseudonym_check CHECK ((char_length(pseudonym) <= 100)),
    CONSTRAINT invitations_reason_check CHECK ((char_length(reason) <= 500))
);

CREATE TABLE public.links (
    from_kind text NOT NULL,
    from_id uuid NOT NULL,
    to_kind text NOT NULL,
    to_id uuid NOT NULL,
    relation text NOT NULL,
    made_by uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT links_relation_check CHECK ((relation = ANY (ARRAY['duplicate_of'::text, 'became'::text, 'belongs_to'::text, 'proposed_to'::text])))
);

CREATE TABLE public.mails (
    id uuid NOT NULL,
    contact_id uuid,
    recipient text,
    kind text NOT NULL,
    about_kind text DEFAULT ''::text NOT NULL,
    about_id uuid,
    lang text NOT NULL,
    content jsonb,
    state text DEFAULT 'queued'::text NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    claimed_until timestamp with time zone,
    smtp_code integer,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    done_at timestamp with time zone,
    bounced_at timestamp with time zone,
    bounce_status text DEFAULT ''::text NOT NULL,
    CONSTRAINT mails_bounce_status_check CHECK ((bounce_status ~ '^([245]\.\d{1,3}\.\d{1,3})?$'::text)),
    CONSTRAINT mails_check CHECK (((contact_id IS NOT NULL) OR (recipient IS NOT NULL) OR (done_at IS NOT NULL))),
    CONSTRAINT mails_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'dropped'::text])))
);

CREATE TABLE public.measure_edits (
    id uuid NOT NULL,
    measure_id uuid NOT NULL,
    content jsonb NOT NULL,
    base integer NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    remark text DEFAULT ''::text NOT NULL,
    proposed_by uuid,
    reviewed_by uuid,
    publish_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    takes_out boolean DEFAULT false NOT NULL,
    CONSTRAINT measure_edits_check CHECK (((reviewed_by IS NULL) OR (reviewed_by <> proposed_by))),
    CONSTRAINT measure_edits_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'review'::text, 'approved'::text, 'published'::text, 'dropped'::text])))
);

CREATE TABLE public.measure_spots (
    measure_id uuid NOT NULL,
    ring smallint NOT NULL,
    sector smallint NOT NULL,
    angle double precision NOT NULL,
    radius double precision NOT NULL,
    grouped boolean DEFAULT false NOT NULL
);

CREATE TABLE public.measure_versions (
    measure_id uuid NOT NULL,
    n integer NOT NULL,
    content jsonb NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.measure_waits (
    comment_id uuid NOT NULL,
    told_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.measures (
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    number bigint NOT NULL,
    no integer NOT NULL,
    visibility text DEFAULT 'draft'::text NOT NULL,
    content jsonb NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    published_at timestamp with time zone,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT measures_no_check CHECK ((no > 0)),
    CONSTRAINT measures_visibility_check CHECK ((visibility = ANY (ARRAY['draft'::text, 'public'::text, 'past'::text, 'hidden'::text])))
);

CREATE TABLE public.merges (
    id uuid NOT NULL,
    from_kind text NOT NULL,
    from_id uuid NOT NULL,
    to_kind text NOT NULL,
    to_id uuid NOT NULL,
    moved jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    undone_at timestamp with time zone
);

CREATE TABLE public.message_files (
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    ord integer NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    size integer NOT NULL,
    sha256 bytea NOT NULL,
    blob text NOT NULL,
    state text DEFAULT 'quarantined'::text NOT NULL,
    scanned boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT message_files_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT message_files_size_check CHECK ((size > 0)),
    CONSTRAINT message_files_state_check CHECK ((state = ANY (ARRAY['quarantined'::text, 'clean'::text, 'infected'::text]))),
    CONSTRAINT message_files_type_check CHECK ((type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text])))
);

CREATE TABLE public.messages (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    direction text NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    question_deadline timestamp with time zone,
    department_id uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    unread boolean DEFAULT false NOT NULL,
    reminded boolean DEFAULT false NOT NULL,
    CONSTRAINT messages_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT messages_kind_check CHECK ((kind = ANY (ARRAY['question'::text, 'answer'::text, 'addition'::text, 'objection'::text, 'withdrawal_hint'::text, 'message'::text])))
);

CREATE TABLE public.milestones (
    id uuid NOT NULL,
    idea_id uuid NOT NULL,
    title text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    due_on date NOT NULL,
    reached_on date,
    photo_id uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.missed_digests (
    person_id uuid NOT NULL,
    day date NOT NULL
);

CREATE TABLE public.mod_exports (
    period text NOT NULL,
    csv text NOT NULL,
    json text NOT NULL,
    sha256 bytea NOT NULL,
    pii_scan text NOT NULL,
    published_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    returned uuid,
    CONSTRAINT mod_exports_period_check CHECK ((period ~ '^[0-9]{4}-H[12]$'::text)),
    CONSTRAINT mod_exports_pii_scan_check CHECK ((pii_scan = 'clean'::text))
);

CREATE TABLE public.mod_items (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    part text NOT NULL,
    part_id uuid NOT NULL,
    harm smallint NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    n integer DEFAULT 0 NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    opened_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    due_at timestamp with time zone NOT NULL,
    CONSTRAINT mod_items_harm_check CHECK (((harm >= 0) AND (harm <= 3))),
    CONSTRAINT mod_items_part_check CHECK ((part = ANY (ARRAY['whole'::text, 'text'::text, 'photo'::text]))),
    CONSTRAINT mod_items_state_check CHECK ((state = ANY (ARRAY['open'::text, 'done'::text])))
);

CREATE TABLE public.mod_openers (
    subject_id uuid NOT NULL,
    person_id uuid NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.note_files (
    id uuid NOT NULL,
    note_id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    ord integer NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    size integer NOT NULL,
    sha256 bytea NOT NULL,
    blob text NOT NULL,
    state text DEFAULT 'quarantined'::text NOT NULL,
    scanned boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT note_files_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT note_files_size_check CHECK ((size > 0)),
    CONSTRAINT note_files_state_check CHECK ((state = ANY (ARRAY['quarantined'::text, 'clean'::text, 'infected'::text]))),
    CONSTRAINT note_files_type_check CHECK ((type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text])))
);

CREATE TABLE public.notes (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    department_id uuid NOT NULL,
    author uuid NOT NULL,
    text text NOT NULL,
    mentions uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT notes_text_check CHECK ((char_length(text) <= 4000))
);

CREATE TABLE public.notice_preferences (
    person_id uuid NOT NULL,
    kind text NOT NULL,
    cadence text NOT NULL,
    CONSTRAINT notice_preferences_cadence_check CHECK ((cadence = ANY (ARRAY['each'::text, 'daily'::text, 'weekly'::text, 'never'::text]))),
    CONSTRAINT notice_preferences_kind_check CHECK ((kind = ANY (ARRAY['own'::text, 'followed'::text, 'comment'::text])))
);

CREATE TABLE public.notices (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    event_id bigint NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    what text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    CONSTRAINT notices_kind_check CHECK ((kind = ANY (ARRAY['own'::text, 'followed'::text, 'area'::text, 'search'::text]))),
    CONSTRAINT notices_what_check CHECK ((what = ANY (ARRAY['new'::text, 'status'::text, 'step'::text, 'message'::text])))
);

CREATE TABLE public.objections (
    report_id uuid NOT NULL,
    text text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    first_by uuid,
    decided_by uuid,
    outcome text,
    CONSTRAINT objections_other_person CHECK (((decided_by IS NULL) OR (first_by IS NULL) OR (decided_by <> first_by)))
);

CREATE TABLE public.objects (
    id uuid NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    code text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT objects_code_check CHECK ((code ~ '^[2-9A-HJKMNP-Z]{8}$'::text)),
    CONSTRAINT objects_kind_check CHECK ((kind ~ '^[a-z][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT objects_number_check CHECK ((number <> ''::text))
);

CREATE TABLE public.one_time_tokens (
    token_hash bytea NOT NULL,
    purpose text NOT NULL,
    person_id uuid,
    contact_id uuid,
    subject_kind text,
    subject_id uuid,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    code_hash bytea,
    tries smallint DEFAULT 0 NOT NULL,
    CONSTRAINT one_time_tokens_check CHECK (((subject_kind IS NULL) = (subject_id IS NULL)))
);

CREATE TABLE public.opening_hours (
    department_id uuid NOT NULL,
    weekday smallint NOT NULL,
    opens smallint NOT NULL,
    closes smallint NOT NULL,
    CONSTRAINT opening_hours_closes_check CHECK (((closes >= 1) AND (closes <= 1440))),
    CONSTRAINT opening_hours_opens_check CHECK (((opens >= 0) AND (opens <= 1439))),
    CONSTRAINT opening_hours_order CHECK ((closes > opens)),
    CONSTRAINT opening_hours_weekday_check CHECK (((weekday >= 0) AND (weekday <= 6)))
);

CREATE TABLE public.organisation_invitations (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    organisation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    role text NOT NULL,
    invited_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT organisation_invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'member'::text])))
);

CREATE TABLE public.organisation_members (
    organisation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT organisation_members_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60))),
    CONSTRAINT organisation_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'member'::text])))
);

CREATE TABLE public.organisations (
    id uuid NOT NULL,
    name text NOT NULL,
    shown boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT organisations_name_check CHECK (((char_length(name) >= 2) AND (char_length(name) <= 80)))
);

CREATE TABLE public.outside_orders (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    sheet_id uuid NOT NULL,
    "position" integer NOT NULL,
    crew text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT outside_orders_crew_check CHECK (((char_length(crew) >= 1) AND (char_length(crew) <= 100))),
    CONSTRAINT outside_orders_state_check CHECK ((state = ANY (ARRAY['open'::text, 'done'::text, 'revoked'::text])))
);

CREATE TABLE public.page_feedback (
    id uuid NOT NULL,
    path text NOT NULL,
    lang text NOT NULL,
    helpful boolean NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.partner_categories (
    partner_id uuid NOT NULL,
    category_id uuid NOT NULL
);

CREATE TABLE public.partners (
    id uuid NOT NULL,
    name jsonb NOT NULL,
    mail text NOT NULL,
    remind_days integer DEFAULT 5 NOT NULL,
    active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT partners_mail_check CHECK (((char_length(mail) >= 3) AND (char_length(mail) <= 254))),
    CONSTRAINT partners_remind_days_check CHECK (((remind_days >= 1) AND (remind_days <= 60)))
);

CREATE TABLE public.passkey_challenges (
    id uuid NOT NULL,
    person_id uuid,
    data jsonb NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.passkeys (
    credential_id bytea NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    name text NOT NULL,
    credential jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT passkeys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60)))
);

CREATE TABLE public.persons (
    id uuid NOT NULL,
    level smallint NOT NULL,
    pseudonym text DEFAULT ''::text NOT NULL,
    locale text DEFAULT 'de'::text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    erased_at timestamp with time zone,
    CONSTRAINT persons_level_check CHECK (((level >= 0) AND (level <= 3))),
    CONSTRAINT persons_pseudonym_check CHECK ((char_length(pseudonym) <= 100))
);

CREATE TABLE public.practice_desks (
    person_id uuid NOT NULL,
    cases jsonb DEFAULT '{}'::jsonb NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE UNLOGGED TABLE public.presence (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    seen_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.programme_editors (
    programme_id uuid NOT NULL,
    person_id uuid NOT NULL
);

CREATE TABLE public.programme_fields (
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    key text NOT NULL,
    ord smallint NOT NULL,
    name jsonb NOT NULL,
    intro jsonb DEFAULT '{}'::jsonb NOT NULL,
    core jsonb DEFAULT '{}'::jsonb NOT NULL,
    weight real DEFAULT 1 NOT NULL,
    CONSTRAINT programme_fields_key_check CHECK ((key ~ '^[a-z0-9][a-z0-9-]{0,40}$'::text)),
    CONSTRAINT programme_fields_weight_check CHECK ((weight > (0)::double precision))
);

CREATE TABLE public.programmes (
    id uuid NOT NULL,
    slug text NOT NULL,
    name jsonb NOT NULL,
    intro jsonb DEFAULT '{}'::jsonb NOT NULL,
    rings text DEFAULT 'status'::text NOT NULL,
    sectors text DEFAULT 'field'::text NOT NULL,
    public boolean DEFAULT false NOT NULL,
    ord smallint DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    starts_on date,
    ends_on date,
    CONSTRAINT programmes_days CHECK ((starts_on <= ends_on)),
    CONSTRAINT programmes_rings_check CHECK ((rings = ANY (ARRAY['status'::text, 'horizon'::text, 'stage'::text]))),
    CONSTRAINT programmes_sectors_check CHECK ((sectors = ANY (ARRAY['field'::text, 'core'::text]))),
    CONSTRAINT programmes_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,40}$'::text))
);

CREATE TABLE public.push_subscriptions (
    endpoint_hash bytea NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    endpoint text NOT NULL,
    p256dh bytea NOT NULL,
    auth bytea NOT NULL,
    lang text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT push_subscriptions_auth_check CHECK ((octet_length(auth) = 16)),
    CONSTRAINT push_subscriptions_endpoint_check CHECK ((char_length(endpoint) <= 1000)),
    CONSTRAINT push_subscriptions_p256dh_check CHECK ((octet_length(p256dh) = 65))
);

CREATE TABLE public.question_options (
    question_id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    effects jsonb DEFAULT '{}'::jsonb NOT NULL,
    "position" integer NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT question_options_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text))
);

CREATE TABLE public.questions (
    id uuid NOT NULL,
    category_id uuid NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    name jsonb NOT NULL,
    "position" integer NOT NULL,
    required boolean DEFAULT false NOT NULL,
    shown_if jsonb DEFAULT '[]'::jsonb NOT NULL,
    min integer,
    max integer,
    team_only boolean DEFAULT false NOT NULL,
    common boolean DEFAULT false NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT questions_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT questions_type_check CHECK ((type = ANY (ARRAY['short'::text, 'long'::text, 'number'::text, 'one'::text, 'several'::text, 'date'::text, 'yesno'::text, 'notice'::text])))
);

CREATE TABLE public.quiet_hours (
    person_id uuid NOT NULL,
    from_minute smallint NOT NULL,
    to_minute smallint NOT NULL,
    CONSTRAINT quiet_hours_check CHECK ((from_minute <> to_minute)),
    CONSTRAINT quiet_hours_from_minute_check CHECK (((from_minute >= 0) AND (from_minute <= 1439))),
    CONSTRAINT quiet_hours_to_minute_check CHECK (((to_minute >= 0) AND (to_minute <= 1439)))
);

CREATE TABLE public.rate_buckets (
    rule text NOT NULL,
    key_hmac bytea NOT NULL,
    window_start timestamp with time zone NOT NULL,
    n integer NOT NULL
);

CREATE TABLE public.rating_questions (
    programme_id uuid NOT NULL,
    key text NOT NULL,
    ord smallint NOT NULL,
    text jsonb NOT NULL,
    low jsonb NOT NULL,
    high jsonb NOT NULL,
    CONSTRAINT rating_questions_key_check CHECK ((key ~ '^[a-z0-9_]{1,30}$'::text))
);

CREATE TABLE public.receipt_keys (
    id text NOT NULL,
    public_key bytea NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT receipt_keys_id_check CHECK ((id ~ '^[0-9a-f]{16}$'::text)),
    CONSTRAINT receipt_keys_public_key_check CHECK ((octet_length(public_key) = 32))
);

CREATE TABLE public.receipts (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.recovery_codes (
    person_id uuid NOT NULL,
    code_hash bytea NOT NULL
);

CREATE TABLE public.release_drafts (
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    decided_on date NOT NULL,
    notes jsonb DEFAULT '{}'::jsonb NOT NULL,
    rows jsonb,
    state text DEFAULT 'review'::text NOT NULL,
    made_by uuid,
    reviewed_by uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT release_drafts_check CHECK (((state <> 'made'::text) OR (reviewed_by IS NULL) OR (reviewed_by <> made_by))),
    CONSTRAINT release_drafts_state_check CHECK ((state = ANY (ARRAY['review'::text, 'made'::text, 'dropped'::text])))
);

CREATE TABLE public.release_items (
    release_id uuid NOT NULL,
    measure_id uuid NOT NULL,
    ring smallint NOT NULL,
    sector smallint NOT NULL,
    angle double precision NOT NULL,
    radius double precision NOT NULL,
    grouped boolean DEFAULT false NOT NULL,
    snapshot jsonb NOT NULL
);

CREATE TABLE public.releases (
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    decided_on date NOT NULL,
    notes jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.report_answers (
    report_id uuid NOT NULL,
    question_id uuid NOT NULL,
    ord integer DEFAULT 0 NOT NULL,
    question jsonb NOT NULL,
    value jsonb NOT NULL,
    shown jsonb NOT NULL,
    team_only boolean DEFAULT false NOT NULL
);

CREATE TABLE public.report_decisions (
    report_id uuid NOT NULL,
    decided_by uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.report_hidden (
    report_id uuid NOT NULL,
    part text NOT NULL,
    part_id uuid NOT NULL,
    visibility text DEFAULT ''::text NOT NULL,
    text_state text DEFAULT ''::text NOT NULL,
    text_public text DEFAULT ''::text NOT NULL,
    photo_state text DEFAULT ''::text NOT NULL,
    hidden_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT report_hidden_part_check CHECK ((part = ANY (ARRAY['whole'::text, 'text'::text, 'photo'::text])))
);

CREATE TABLE public.report_mailings (
    entry_id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.report_organisations (
    report_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    name_read boolean DEFAULT false NOT NULL
);

CREATE TABLE public.report_owners (
    report_id uuid NOT NULL,
    person_id uuid NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE VIEW public.report_parties AS
 SELECT o.report_id,
    o.person_id
   FROM public.report_owners o
UNION ALL
 SELECT r.report_id,
    m.person_id
   FROM (public.report_organisations r
     JOIN public.organisation_members m ON ((m.organisation_id = r.organisation_id)));

CREATE TABLE public.report_sources (
    source text NOT NULL,
    source_key text NOT NULL,
    report_id uuid NOT NULL,
    row_hash bytea NOT NULL
);

CREATE TABLE public.report_undos (
    entry_id uuid NOT NULL,
    report_id uuid NOT NULL,
    before jsonb NOT NULL,
    version integer NOT NULL,
    by_id uuid,
    until timestamp with time zone NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT report_undos_state_check CHECK ((state = ANY (ARRAY['open'::text, 'sent'::text, 'undone'::text])))
);

CREATE TABLE public.reports (
    id uuid NOT NULL,
    number bigint NOT NULL,
    person_id uuid,
    contact_id uuid,
    category_id uuid NOT NULL,
    title jsonb NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    text_public text DEFAULT ''::text NOT NULL,
    text_state text DEFAULT 'held'::text NOT NULL,
    lang text DEFAULT 'de'::text NOT NULL,
    publish text NOT NULL,
    visibility text NOT NULL,
    status text NOT NULL,
    status_class text NOT NULL,
    status_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    status_params jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    place_note text DEFAULT ''::text NOT NULL,
    district_ref text DEFAULT ''::text NOT NULL,
    wish boolean DEFAULT false NOT NULL,
    quiet boolean DEFAULT false NOT NULL,
    outside_body text DEFAULT ''::text NOT NULL,
    target_days integer,
    first_due_at timestamp with time zone,
    reopened smallint DEFAULT 0 NOT NULL,
    objected boolean DEFAULT false NOT NULL,
    channel text DEFAULT 'web'::text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    closed_at timestamp with time zone,
    decided_at timestamp with time zone,
    words text DEFAULT ''::text NOT NULL,
    tsv tsvector GENERATED ALWAYS AS (to_tsvector('public.mitwirk_de'::regconfig, words)) STORED,
    norm text GENERATED ALWAYS AS (public.mitwirk_fold(words)) STORED,
    object_id uuid,
    street_norm text GENERATED ALWAYS AS (public.geo_street(address)) STORED NOT NULL,
    CONSTRAINT reports_publish_check CHECK ((publish = ANY (ARRAY['A'::text, 'B'::text, 'C'::text, 'P'::text]))),
    CONSTRAINT reports_status_class_check CHECK ((status_class = ANY (ARRAY['open'::text, 'work'::text, 'done'::text, 'other'::text]))),
    CONSTRAINT reports_text_state_check CHECK ((text_state = ANY (ARRAY['held'::text, 'released'::text, 'withheld'::text]))),
    CONSTRAINT reports_visibility_check CHECK ((visibility = ANY (ARRAY['draft'::text, 'held'::text, 'public'::text, 'private'::text, 'hidden'::text, 'erased'::text])))
);

CREATE TABLE public.responsibilities (
    id uuid NOT NULL,
    body_key text NOT NULL,
    area public.geometry(MultiPolygon,4326) NOT NULL,
    category_keys text[] DEFAULT '{}'::text[] NOT NULL,
    name jsonb NOT NULL,
    phrase jsonb DEFAULT '{}'::jsonb NOT NULL,
    text jsonb DEFAULT '{}'::jsonb NOT NULL,
    link text DEFAULT ''::text NOT NULL,
    forward text NOT NULL,
    CONSTRAINT responsibilities_body_key_check CHECK ((body_key <> ''::text)),
    CONSTRAINT responsibilities_forward_check CHECK ((forward = ANY (ARRAY['mail'::text, 'link'::text, 'none'::text]))),
    CONSTRAINT responsibilities_link CHECK (((forward <> 'link'::text) OR (link <> ''::text)))
);

CREATE TABLE public.restrictions (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    item_id uuid NOT NULL,
    warned_at timestamp with time zone NOT NULL,
    warned_by uuid NOT NULL,
    reason text NOT NULL,
    days integer,
    asked_by uuid,
    second_by uuid,
    from_at timestamp with time zone,
    until_at timestamp with time zone,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT restrictions_active CHECK (((state <> 'active'::text) OR ((second_by IS NOT NULL) AND (asked_by IS NOT NULL) AND (from_at IS NOT NULL) AND (until_at > from_at) AND (warned_at < from_at)))),
    CONSTRAINT restrictions_days_check CHECK (((days >= 1) AND (days <= 180))),
    CONSTRAINT restrictions_kind_check CHECK ((kind = ANY (ARRAY['content'::text, 'notices'::text]))),
    CONSTRAINT restrictions_reason_check CHECK (((char_length(btrim(reason)) >= 1) AND (char_length(btrim(reason)) <= 2000))),
    CONSTRAINT restrictions_state_check CHECK ((state = ANY (ARRAY['warned'::text, 'proposed'::text, 'active'::text, 'refused'::text, 'ended'::text]))),
    CONSTRAINT restrictions_two_people CHECK (((second_by IS NULL) OR (second_by <> asked_by)))
);

CREATE TABLE public.resubmissions (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    person_id uuid NOT NULL,
    due_on date NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    made_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    raised_at timestamp with time zone,
    done_at timestamp with time zone,
    CONSTRAINT resubmissions_note_check CHECK ((char_length(note) <= 300))
);

CREATE TABLE public.retention_records (
    id uuid NOT NULL,
    kind text NOT NULL,
    category_key text DEFAULT ''::text NOT NULL,
    what text NOT NULL,
    rule text NOT NULL,
    n integer DEFAULT 1 NOT NULL,
    batch uuid NOT NULL,
    deleted_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT retention_records_n_check CHECK ((n > 0))
);

CREATE TABLE public.role_grant_limits (
    grant_id uuid NOT NULL,
    kind text NOT NULL,
    ref_id text NOT NULL,
    CONSTRAINT role_grant_limits_kind_check CHECK ((kind = ANY (ARRAY['department'::text, 'category'::text, 'district'::text])))
);

CREATE TABLE public.role_grants (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid,
    granted_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT role_grants_role_check CHECK ((role = ANY (ARRAY['resident'::text, 'caseworker'::text, 'team_lead'::text, 'moderator'::text, 'editor'::text, 'analyst'::text, 'council'::text, 'admin'::text])))
);

CREATE TABLE public.routing_rule_versions (
    rule_id uuid NOT NULL,
    n integer NOT NULL,
    change text NOT NULL,
    rule jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    changed_by uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT routing_rule_versions_change_check CHECK ((change = ANY (ARRAY['added'::text, 'changed'::text, 'moved'::text, 'removed'::text, 'switched_off'::text])))
);

CREATE TABLE public.routing_rules (
    stage text NOT NULL,
    id uuid NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL,
    expr jsonb NOT NULL,
    department_id uuid,
    person_id uuid,
    priority text DEFAULT ''::text NOT NULL,
    target_days integer,
    active boolean DEFAULT true NOT NULL,
    off_reason text DEFAULT ''::text NOT NULL,
    off_at timestamp with time zone,
    CONSTRAINT routing_rules_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120))),
    CONSTRAINT routing_rules_stage_check CHECK ((stage = ANY (ARRAY['live'::text, 'draft'::text]))),
    CONSTRAINT routing_rules_target_days_check CHECK (((target_days >= 1) AND (target_days <= 999)))
);

CREATE TABLE public.routing_state (
    one boolean DEFAULT true NOT NULL,
    live_version integer DEFAULT 1 NOT NULL,
    draft_version integer DEFAULT 0 NOT NULL,
    tried_version integer DEFAULT 0 NOT NULL,
    live_at timestamp with time zone,
    draft_at timestamp with time zone,
    CONSTRAINT routing_state_one_check CHECK (one)
);

CREATE TABLE public.satisfaction (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    value smallint NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    department_id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT satisfaction_text_check CHECK ((char_length(text) <= 1000)),
    CONSTRAINT satisfaction_value_check CHECK (((value >= 1) AND (value <= 3)))
);

CREATE TABLE public.saved_views (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    department_id uuid,
    name text NOT NULL,
    query text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT saved_views_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60))),
    CONSTRAINT saved_views_query_check CHECK ((char_length(query) <= 1500))
);

CREATE TABLE public.sealed_copies (
    id uuid NOT NULL,
    item_id uuid NOT NULL,
    authority text NOT NULL,
    file_number text DEFAULT ''::text NOT NULL,
    reason text NOT NULL,
    blob text NOT NULL,
    sha256 bytea NOT NULL,
    second_half bytea,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    approved_by uuid,
    approved_at timestamp with time zone,
    opened_at timestamp with time zone,
    CONSTRAINT sealed_copies_authority_check CHECK (((char_length(btrim(authority)) >= 1) AND (char_length(btrim(authority)) <= 200))),
    CONSTRAINT sealed_copies_file_number_check CHECK ((char_length(file_number) <= 100)),
    CONSTRAINT sealed_copies_half CHECK (((approved_by IS NULL) = (second_half IS NOT NULL))),
    CONSTRAINT sealed_copies_reason_check CHECK (((char_length(btrim(reason)) >= 1) AND (char_length(btrim(reason)) <= 2000))),
    CONSTRAINT sealed_copies_two_people CHECK (((approved_by IS NULL) OR (approved_by <> asked_by)))
);

CREATE TABLE public.search_mirrors (
    name text NOT NULL,
    made_by text NOT NULL,
    ready boolean DEFAULT false NOT NULL,
    building boolean DEFAULT true NOT NULL,
    builder uuid NOT NULL,
    after_kind text DEFAULT ''::text NOT NULL,
    after_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    failed text DEFAULT ''::text NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.search_walks (
    kind text NOT NULL,
    after uuid NOT NULL,
    done_at timestamp with time zone
);

CREATE TABLE public.server_keys (
    name text NOT NULL,
    key bytea NOT NULL,
    made_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT server_keys_key_check CHECK ((octet_length(key) >= 32))
);

CREATE TABLE public.sessions (
    token_hash bytea NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    assurance text NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    seen_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    idle_until timestamp with time zone NOT NULL,
    absolute_until timestamp with time zone NOT NULL,
    device text DEFAULT ''::text NOT NULL,
    CONSTRAINT sessions_assurance_check CHECK ((assurance = ANY (ARRAY['visitor'::text, 'mail'::text, 'totp'::text, 'recovery'::text, 'passkey'::text, 'oidc'::text, 'oidc_staff'::text, 'demo'::text]))),
    CONSTRAINT sessions_device_check CHECK ((char_length(device) <= 60))
);

CREATE TABLE public.settings (
    key text NOT NULL,
    value jsonb NOT NULL,
    changed_by uuid,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT settings_key_check CHECK ((key ~ '^[a-z][a-z0-9_.-]{0,79}$'::text))
);

CREATE TABLE public.shortlist_items (
    person_id uuid NOT NULL,
    day date NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    "position" integer NOT NULL,
    done_at timestamp with time zone
);

CREATE TABLE public.shortlists (
    person_id uuid NOT NULL,
    day date NOT NULL,
    start_at public.geometry(Point,4326),
    start text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.signposts (
    id uuid NOT NULL,
    key text NOT NULL,
    words jsonb NOT NULL,
    text jsonb DEFAULT '{}'::jsonb NOT NULL,
    stop_key text,
    link_url text DEFAULT ''::text NOT NULL,
    link_label jsonb DEFAULT '{}'::jsonb NOT NULL,
    door text DEFAULT ''::text NOT NULL,
    door_text jsonb DEFAULT '{}'::jsonb NOT NULL,
    "position" integer NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT signposts_door_check CHECK ((door = ANY (ARRAY[''::text, 'report'::text, 'complaint'::text, 'idea'::text]))),
    CONSTRAINT signposts_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text))
);

CREATE TABLE public.site_messages (
    id uuid NOT NULL,
    kind text NOT NULL,
    text jsonb NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    changed_by uuid,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT site_messages_kind_check CHECK ((kind = ANY (ARRAY['info'::text, 'holiday'::text, 'storm'::text, 'fault'::text]))),
    CONSTRAINT site_messages_time CHECK ((to_at > from_at))
);

CREATE TABLE public.site_text_versions (
    key text NOT NULL,
    lang text NOT NULL,
    version integer NOT NULL,
    body text NOT NULL,
    changed_by uuid,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT site_text_versions_key_check CHECK ((key ~ '^[a-z][a-z0-9_.-]{0,79}$'::text)),
    CONSTRAINT site_text_versions_version_check CHECK ((version > 0))
);

CREATE TABLE public.site_texts (
    key text NOT NULL,
    lang text NOT NULL,
    body text NOT NULL,
    changed_by uuid,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT site_texts_key_check CHECK ((key ~ '^[a-z][a-z0-9_.-]{0,79}$'::text))
);

CREATE TABLE public.statement_decisions (
    statement_id uuid NOT NULL,
    decision_id uuid NOT NULL
);

CREATE TABLE public.statements (
    id uuid NOT NULL,
    batch_id uuid NOT NULL,
    recipient text NOT NULL,
    recipient_key uuid NOT NULL,
    flag_id uuid,
    person_id uuid,
    contact_id uuid,
    contact_known boolean NOT NULL,
    lang text NOT NULL,
    body text NOT NULL,
    rendered_hash bytea NOT NULL,
    channel text NOT NULL,
    sent_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT statements_channel_check CHECK ((channel = ANY (ARRAY['mail'::text, 'page'::text]))),
    CONSTRAINT statements_recipient_check CHECK ((recipient = ANY (ARRAY['author'::text, 'notifier'::text])))
);

CREATE TABLE public.stop_pages (
    key text NOT NULL,
    hard boolean NOT NULL,
    tel text[] DEFAULT '{}'::text[] NOT NULL,
    title jsonb NOT NULL,
    text jsonb NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT stop_pages_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text))
);

CREATE TABLE public.subject_files (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    owner_id uuid,
    name text NOT NULL,
    type text NOT NULL,
    size integer NOT NULL,
    sha256 bytea NOT NULL,
    blob text NOT NULL,
    state text DEFAULT 'quarantined'::text NOT NULL,
    scanned boolean DEFAULT false NOT NULL,
    released boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT subject_files_check CHECK (((NOT released) OR (state = 'clean'::text))),
    CONSTRAINT subject_files_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT subject_files_size_check CHECK ((size > 0)),
    CONSTRAINT subject_files_state_check CHECK ((state = ANY (ARRAY['quarantined'::text, 'clean'::text, 'infected'::text]))),
    CONSTRAINT subject_files_type_check CHECK ((type = 'application/pdf'::text))
);

CREATE TABLE public.templates (
    id uuid NOT NULL,
    department_id uuid,
    category_id uuid,
    status text DEFAULT ''::text NOT NULL,
    lang text NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    gone_at timestamp with time zone,
    CONSTRAINT templates_lang_check CHECK ((lang = ANY (ARRAY['de'::text, 'en'::text]))),
    CONSTRAINT templates_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
    CONSTRAINT templates_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 2000)))
);

CREATE TABLE public.timeline_entries (
    id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    key text NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    audience text DEFAULT 'public'::text NOT NULL,
    department_id uuid,
    CONSTRAINT timeline_entries_audience_check CHECK ((audience = ANY (ARRAY['public'::text, 'owner'::text, 'department'::text])))
);

CREATE TABLE public.totp (
    person_id uuid NOT NULL,
    secret text,
    pending text,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    CONSTRAINT totp_check CHECK (((secret IS NULL) = (confirmed_at IS NULL)))
);

CREATE TABLE public.umbrella_answered (
    answer_id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    outcome text NOT NULL,
    CONSTRAINT umbrella_answered_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'skipped'::text])))
);

CREATE TABLE public.umbrella_answers (
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    department_id uuid,
    made_by uuid,
    answer jsonb NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    done_at timestamp with time zone
);

CREATE TABLE public.umbrella_events (
    id uuid NOT NULL,
    title jsonb NOT NULL,
    text jsonb NOT NULL,
    area public.geometry(Polygon,4326),
    districts text[] DEFAULT '{}'::text[] NOT NULL,
    category_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone,
    made_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    version integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.umbrella_mailed (
    answer_id uuid NOT NULL,
    contact_id uuid NOT NULL
);

CREATE TABLE public.umbrella_members (
    event_id uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.vocabulary (
    word text NOT NULL,
    shown text NOT NULL,
    lexeme text NOT NULL,
    n bigint NOT NULL
);

CREATE TABLE public.vote_floors (
    scope text NOT NULL,
    level smallint NOT NULL,
    CONSTRAINT vote_floors_level_check CHECK (((level >= 0) AND (level <= 3)))
);

CREATE TABLE public.vote_hold_items (
    hold_id uuid NOT NULL,
    voter_id uuid NOT NULL
);

CREATE TABLE public.vote_holds (
    id uuid NOT NULL,
    scope text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    pattern text NOT NULL,
    net bytea,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    opened_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT vote_holds_decided CHECK ((((state = 'open'::text) = (decided_at IS NULL)) AND ((state = 'open'::text) OR (reason <> ''::text)))),
    CONSTRAINT vote_holds_pattern_check CHECK ((pattern = ANY (ARRAY['clockwork'::text, 'one_source'::text, 'one_domain'::text, 'one_sided'::text]))),
    CONSTRAINT vote_holds_reason_check CHECK ((char_length(reason) <= 2000)),
    CONSTRAINT vote_holds_state_check CHECK ((state = ANY (ARRAY['open'::text, 'released'::text, 'void'::text])))
);

CREATE TABLE public.vote_keys (
    day date NOT NULL,
    key bytea NOT NULL
);

CREATE TABLE public.vote_ledger (
    scope text NOT NULL,
    day date NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    value smallint NOT NULL,
    delta smallint NOT NULL,
    CONSTRAINT vote_ledger_delta_check CHECK ((delta = ANY (ARRAY['-1'::integer, 1])))
);

CREATE TABLE public.vote_pending (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    voter_id uuid NOT NULL
);

CREATE TABLE public.vote_published (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    n integer DEFAULT 0 NOT NULL,
    counts integer[] DEFAULT '{}'::integer[] NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.vote_scopes (
    scope text NOT NULL,
    closed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    untied_at timestamp with time zone
);

CREATE TABLE public.vote_sealed_receipts (
    scope text NOT NULL,
    day date NOT NULL,
    receipt bytea NOT NULL
);

CREATE TABLE public.vote_seals (
    scope text NOT NULL,
    day date NOT NULL,
    n integer NOT NULL,
    prev bytea NOT NULL,
    hash bytea NOT NULL,
    receipts bytea NOT NULL,
    sealed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.vote_totals (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    level smallint NOT NULL,
    value smallint NOT NULL,
    n integer NOT NULL
);

CREATE TABLE public.vote_traces (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    voter_id uuid NOT NULL,
    value smallint NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    net bytea,
    domain bytea,
    fresh boolean NOT NULL
);

CREATE TABLE public.voter_persons (
    scope text NOT NULL,
    person_id uuid NOT NULL,
    voter_id uuid NOT NULL
);

CREATE TABLE public.voters (
    id uuid NOT NULL,
    scope text NOT NULL,
    level smallint NOT NULL,
    CONSTRAINT voters_level_check CHECK (((level >= 0) AND (level <= 3)))
);

CREATE TABLE public.votes (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    voter_id uuid NOT NULL,
    value smallint NOT NULL,
    state text DEFAULT 'counted'::text NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    receipt bytea,
    CONSTRAINT votes_state_check CHECK ((state = ANY (ARRAY['counted'::text, 'held'::text, 'void'::text])))
);

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_once EXCLUDE USING gist (person_id WITH =, daterange(from_day, to_day, '[]'::text) WITH &&);

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_pkey PRIMARY KEY (person_id, from_day);

ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_once UNIQUE (street, place, house_no, postcode);

ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.amendments
    ADD CONSTRAINT amendments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_id_key UNIQUE (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_once UNIQUE (decision_id, by_whom, appellant_key);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.attachment_sealed
    ADD CONSTRAINT attachment_sealed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.attachment_versions
    ADD CONSTRAINT attachment_versions_pkey PRIMARY KEY (attachment_id, n);

ALTER TABLE ONLY public.attachments
    ADD CONSTRAINT attachments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_checks
    ADD CONSTRAINT audit_checks_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.barrier_reports
    ADD CONSTRAINT barrier_reports_number UNIQUE (number);

ALTER TABLE ONLY public.barrier_reports
    ADD CONSTRAINT barrier_reports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.basemap_features
    ADD CONSTRAINT basemap_features_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.batch_items
    ADD CONSTRAINT batch_items_pkey PRIMARY KEY (batch_id, subject_kind, subject_id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.call_eids
    ADD CONSTRAINT call_eids_pkey PRIMARY KEY (call_id, mark);

ALTER TABLE ONLY public.call_keys
    ADD CONSTRAINT call_keys_pkey PRIMARY KEY (call_id);

ALTER TABLE ONLY public.call_phases
    ADD CONSTRAINT call_phases_pkey PRIMARY KEY (call_id, phase);

ALTER TABLE ONLY public.call_proofs
    ADD CONSTRAINT call_proofs_pkey PRIMARY KEY (call_id, person_id);

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_number UNIQUE (number);

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.case_facts
    ADD CONSTRAINT case_facts_pkey PRIMARY KEY (subject_kind, subject_id);

ALTER TABLE ONLY public.case_log
    ADD CONSTRAINT case_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT cases_pkey PRIMARY KEY (subject_kind, subject_id);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_key UNIQUE (key);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.category_bodies
    ADD CONSTRAINT category_bodies_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.category_groups
    ADD CONSTRAINT category_groups_key UNIQUE (key);

ALTER TABLE ONLY public.category_groups
    ADD CONSTRAINT category_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.category_totals
    ADD CONSTRAINT category_totals_pkey PRIMARY KEY (category_id);

ALTER TABLE ONLY public.category_words
    ADD CONSTRAINT category_words_pkey PRIMARY KEY (word, category_id);

ALTER TABLE ONLY public.comment_mentions
    ADD CONSTRAINT comment_mentions_pkey PRIMARY KEY (comment_id, person_id);

ALTER TABLE ONLY public.comment_versions
    ADD CONSTRAINT comment_versions_pkey PRIMARY KEY (comment_id, version);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_number UNIQUE (number);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.complaint_answers
    ADD CONSTRAINT complaint_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.complaint_files
    ADD CONSTRAINT complaint_files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.complaint_holds
    ADD CONSTRAINT complaint_holds_pkey PRIMARY KEY (complaint_id);

ALTER TABLE ONLY public.complaint_learnings
    ADD CONSTRAINT complaint_learnings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.complaint_offices
    ADD CONSTRAINT complaint_offices_pkey PRIMARY KEY (department_key);

ALTER TABLE ONLY public.complaint_opinions
    ADD CONSTRAINT complaint_opinions_pkey PRIMARY KEY (complaint_id);

ALTER TABLE ONLY public.complaint_owners
    ADD CONSTRAINT complaint_owners_pkey PRIMARY KEY (complaint_id, person_id);

ALTER TABLE ONLY public.complaint_periods
    ADD CONSTRAINT complaint_periods_pkey PRIMARY KEY (from_month);

ALTER TABLE ONLY public.complaint_reads
    ADD CONSTRAINT complaint_reads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.complaint_reviews
    ADD CONSTRAINT complaint_reviews_pkey PRIMARY KEY (complaint_id);

ALTER TABLE ONLY public.complaint_rules
    ADD CONSTRAINT complaint_rules_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY public.complaint_topics
    ADD CONSTRAINT complaint_topics_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_number UNIQUE (number);

ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contest_challenges
    ADD CONSTRAINT contest_challenges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contest_entries
    ADD CONSTRAINT contest_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contest_entries
    ADD CONSTRAINT contest_entries_team UNIQUE (team_id);

ALTER TABLE ONLY public.contest_invitations
    ADD CONSTRAINT contest_invitations_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.contest_jury
    ADD CONSTRAINT contest_jury_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contest_members
    ADD CONSTRAINT contest_members_pkey PRIMARY KEY (call_id, person_id);

ALTER TABLE ONLY public.contest_pilots
    ADD CONSTRAINT contest_pilots_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.contest_reviews
    ADD CONSTRAINT contest_reviews_pkey PRIMARY KEY (entry_id, juror_id);

ALTER TABLE ONLY public.contest_scores
    ADD CONSTRAINT contest_scores_pkey PRIMARY KEY (entry_id, juror_id, criterion);

ALTER TABLE ONLY public.contest_teams
    ADD CONSTRAINT contest_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contests
    ADD CONSTRAINT contests_pkey PRIMARY KEY (call_id);

ALTER TABLE ONLY public.deadline_pauses
    ADD CONSTRAINT deadline_pauses_pkey PRIMARY KEY (subject_kind, subject_id, from_at);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_puid UNIQUE (puid);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_once UNIQUE (contact_id, event_id, subject_kind, subject_id);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.departments
    ADD CONSTRAINT departments_key_key UNIQUE (key);

ALTER TABLE ONLY public.departments
    ADD CONSTRAINT departments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.district_sets
    ADD CONSTRAINT district_sets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.districts
    ADD CONSTRAINT districts_pkey PRIMARY KEY (set_id, ref);

ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (subject_kind, subject_id, lang);

ALTER TABLE ONLY public.draft_handovers
    ADD CONSTRAINT draft_handovers_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (subject_kind, subject_id);

ALTER TABLE ONLY public.event_epochs
    ADD CONSTRAINT event_epochs_pkey PRIMARY KEY (epoch);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.export_requests
    ADD CONSTRAINT export_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_number UNIQUE (number);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_once UNIQUE (item_id, content_hash, notifier_key);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.follows
    ADD CONSTRAINT follows_once UNIQUE (owner_kind, owner_id, target_hash);

ALTER TABLE ONLY public.follows
    ADD CONSTRAINT follows_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.handover_answers
    ADD CONSTRAINT handover_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.handovers
    ADD CONSTRAINT handovers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.help_messages
    ADD CONSTRAINT help_messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.help_offers
    ADD CONSTRAINT help_offers_pkey PRIMARY KEY (request_id, person_id);

ALTER TABLE ONLY public.help_requests
    ADD CONSTRAINT help_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hold_rules
    ADD CONSTRAINT hold_rules_one UNIQUE (kind, category);

ALTER TABLE ONLY public.hold_rules
    ADD CONSTRAINT hold_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_once UNIQUE (item_id, content_hash, rule_kind);

ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.holiday_years
    ADD CONSTRAINT holiday_years_pkey PRIMARY KEY (region, year);

ALTER TABLE ONLY public.holidays
    ADD CONSTRAINT holidays_pkey PRIMARY KEY (region, day);

ALTER TABLE ONLY public.idea_answers
    ADD CONSTRAINT idea_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idea_authors
    ADD CONSTRAINT idea_authors_pkey PRIMARY KEY (idea_id, person_id);

ALTER TABLE ONLY public.idea_checks
    ADD CONSTRAINT idea_checks_pkey PRIMARY KEY (idea_id, kind, department_id);

ALTER TABLE ONLY public.idea_hidden
    ADD CONSTRAINT idea_hidden_pkey PRIMARY KEY (idea_id, part, part_id);

ALTER TABLE ONLY public.idea_invitations
    ADD CONSTRAINT idea_invitations_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.idea_merges
    ADD CONSTRAINT idea_merges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idea_splits
    ADD CONSTRAINT idea_splits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idea_topics
    ADD CONSTRAINT idea_topics_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.idea_versions
    ADD CONSTRAINT idea_versions_pkey PRIMARY KEY (idea_id, n);

ALTER TABLE ONLY public.ideas
    ADD CONSTRAINT ideas_number UNIQUE (number);

ALTER TABLE ONLY public.ideas
    ADD CONSTRAINT ideas_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (route, key_hash);

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (issuer, sub);

ALTER TABLE ONLY public.inbound_mails
    ADD CONSTRAINT inbound_mails_pkey PRIMARY KEY (message_id_hash);

ALTER TABLE ONLY public.inquiries
    ADD CONSTRAINT inquiries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inquiry_answers
    ADD CONSTRAINT inquiry_answers_measure UNIQUE (inquiry_id, measure_id);

ALTER TABLE ONLY public.inquiry_answers
    ADD CONSTRAINT inquiry_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token UNIQUE (token_hash);

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (from_kind, from_id, to_kind, to_id, relation);

ALTER TABLE ONLY public.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.measure_edits
    ADD CONSTRAINT measure_edits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.measure_spots
    ADD CONSTRAINT measure_spots_pkey PRIMARY KEY (measure_id);

ALTER TABLE ONLY public.measure_versions
    ADD CONSTRAINT measure_versions_pkey PRIMARY KEY (measure_id, n);

ALTER TABLE ONLY public.measure_waits
    ADD CONSTRAINT measure_waits_pkey PRIMARY KEY (comment_id);

ALTER TABLE ONLY public.measures
    ADD CONSTRAINT measures_no UNIQUE (programme_id, no);

ALTER TABLE ONLY public.measures
    ADD CONSTRAINT measures_number UNIQUE (number);

ALTER TABLE ONLY public.measures
    ADD CONSTRAINT measures_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.merges
    ADD CONSTRAINT merges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.message_files
    ADD CONSTRAINT message_files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.milestones
    ADD CONSTRAINT milestones_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.missed_digests
    ADD CONSTRAINT missed_digests_pkey PRIMARY KEY (person_id, day);

ALTER TABLE ONLY public.mod_exports
    ADD CONSTRAINT mod_exports_pkey PRIMARY KEY (period);

ALTER TABLE ONLY public.mod_items
    ADD CONSTRAINT mod_items_part UNIQUE (subject_kind, subject_id, part, part_id);

ALTER TABLE ONLY public.mod_items
    ADD CONSTRAINT mod_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mod_openers
    ADD CONSTRAINT mod_openers_pkey PRIMARY KEY (subject_id, person_id);

ALTER TABLE ONLY public.note_files
    ADD CONSTRAINT note_files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notice_preferences
    ADD CONSTRAINT notice_preferences_pkey PRIMARY KEY (person_id, kind);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_once UNIQUE (person_id, event_id, subject_kind, subject_id);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.objections
    ADD CONSTRAINT objections_pkey PRIMARY KEY (report_id);

ALTER TABLE ONLY public.objects
    ADD CONSTRAINT objects_code UNIQUE (code);

ALTER TABLE ONLY public.objects
    ADD CONSTRAINT objects_number UNIQUE (kind, number);

ALTER TABLE ONLY public.objects
    ADD CONSTRAINT objects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.opening_hours
    ADD CONSTRAINT opening_hours_pkey PRIMARY KEY (department_id, weekday, opens);

ALTER TABLE ONLY public.organisation_invitations
    ADD CONSTRAINT organisation_invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.organisation_invitations
    ADD CONSTRAINT organisation_invitations_token UNIQUE (token_hash);

ALTER TABLE ONLY public.organisation_members
    ADD CONSTRAINT organisation_members_pkey PRIMARY KEY (organisation_id, person_id);

ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outside_orders
    ADD CONSTRAINT outside_orders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.page_feedback
    ADD CONSTRAINT page_feedback_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.partner_categories
    ADD CONSTRAINT partner_categories_pkey PRIMARY KEY (partner_id, category_id);

ALTER TABLE ONLY public.partners
    ADD CONSTRAINT partners_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.passkey_challenges
    ADD CONSTRAINT passkey_challenges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_id_key UNIQUE (id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (credential_id);

ALTER TABLE ONLY public.persons
    ADD CONSTRAINT persons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.practice_desks
    ADD CONSTRAINT practice_desks_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (subject_kind, subject_id, session_id);

ALTER TABLE ONLY public.programme_editors
    ADD CONSTRAINT programme_editors_pkey PRIMARY KEY (programme_id, person_id);

ALTER TABLE ONLY public.programme_fields
    ADD CONSTRAINT programme_fields_key UNIQUE (programme_id, key);

ALTER TABLE ONLY public.programme_fields
    ADD CONSTRAINT programme_fields_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.programmes
    ADD CONSTRAINT programmes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.programmes
    ADD CONSTRAINT programmes_slug UNIQUE (slug);

ALTER TABLE ONLY public.push_subscriptions
    ADD CONSTRAINT push_subscriptions_id_key UNIQUE (id);

ALTER TABLE ONLY public.push_subscriptions
    ADD CONSTRAINT push_subscriptions_pkey PRIMARY KEY (endpoint_hash);

ALTER TABLE ONLY public.question_options
    ADD CONSTRAINT question_options_pkey PRIMARY KEY (question_id, key);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_key UNIQUE (category_id, key);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiet_hours
    ADD CONSTRAINT quiet_hours_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.rate_buckets
    ADD CONSTRAINT rate_buckets_pkey PRIMARY KEY (rule, key_hmac, window_start);

ALTER TABLE ONLY public.rating_questions
    ADD CONSTRAINT rating_questions_pkey PRIMARY KEY (programme_id, key);

ALTER TABLE ONLY public.receipt_keys
    ADD CONSTRAINT receipt_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (subject_kind, subject_id);

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (person_id, code_hash);

ALTER TABLE ONLY public.release_drafts
    ADD CONSTRAINT release_drafts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.release_items
    ADD CONSTRAINT release_items_pkey PRIMARY KEY (release_id, measure_id);

ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_day UNIQUE (programme_id, decided_on);

ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.report_answers
    ADD CONSTRAINT report_answers_pkey PRIMARY KEY (report_id, question_id);

ALTER TABLE ONLY public.report_decisions
    ADD CONSTRAINT report_decisions_pkey PRIMARY KEY (report_id);

ALTER TABLE ONLY public.report_hidden
    ADD CONSTRAINT report_hidden_pkey PRIMARY KEY (report_id, part, part_id);

ALTER TABLE ONLY public.report_mailings
    ADD CONSTRAINT report_mailings_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.report_organisations
    ADD CONSTRAINT report_organisations_pkey PRIMARY KEY (report_id);

ALTER TABLE ONLY public.report_owners
    ADD CONSTRAINT report_owners_pkey PRIMARY KEY (report_id, person_id);

ALTER TABLE ONLY public.report_sources
    ADD CONSTRAINT report_sources_pkey PRIMARY KEY (source, source_key);

ALTER TABLE ONLY public.report_undos
    ADD CONSTRAINT report_undos_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_number UNIQUE (number);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.responsibilities
    ADD CONSTRAINT responsibilities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.restrictions
    ADD CONSTRAINT restrictions_one UNIQUE (person_id, kind, warned_at);

ALTER TABLE ONLY public.restrictions
    ADD CONSTRAINT restrictions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resubmissions
    ADD CONSTRAINT resubmissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.retention_records
    ADD CONSTRAINT retention_records_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.role_grant_limits
    ADD CONSTRAINT role_grant_limits_pkey PRIMARY KEY (grant_id, kind, ref_id);

ALTER TABLE ONLY public.role_grants
    ADD CONSTRAINT role_grants_person_role UNIQUE (person_id, role);

ALTER TABLE ONLY public.role_grants
    ADD CONSTRAINT role_grants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.routing_rule_versions
    ADD CONSTRAINT routing_rule_versions_pkey PRIMARY KEY (rule_id, n);

ALTER TABLE ONLY public.routing_rules
    ADD CONSTRAINT routing_rules_pkey PRIMARY KEY (stage, id);

ALTER TABLE ONLY public.routing_state
    ADD CONSTRAINT routing_state_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.satisfaction
    ADD CONSTRAINT satisfaction_pkey PRIMARY KEY (subject_kind, subject_id);

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sealed_copies
    ADD CONSTRAINT sealed_copies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.search_mirrors
    ADD CONSTRAINT search_mirrors_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.search_walks
    ADD CONSTRAINT search_walks_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY public.server_keys
    ADD CONSTRAINT server_keys_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_id_key UNIQUE (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.shortlist_items
    ADD CONSTRAINT shortlist_items_pkey PRIMARY KEY (person_id, day, subject_kind, subject_id);

ALTER TABLE ONLY public.shortlists
    ADD CONSTRAINT shortlists_pkey PRIMARY KEY (person_id, day);

ALTER TABLE ONLY public.signposts
    ADD CONSTRAINT signposts_key UNIQUE (key);

ALTER TABLE ONLY public.signposts
    ADD CONSTRAINT signposts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.site_messages
    ADD CONSTRAINT site_messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.site_text_versions
    ADD CONSTRAINT site_text_versions_pkey PRIMARY KEY (key, lang, version);

ALTER TABLE ONLY public.site_texts
    ADD CONSTRAINT site_texts_pkey PRIMARY KEY (key, lang);

ALTER TABLE ONLY public.statement_decisions
    ADD CONSTRAINT statement_decisions_pkey PRIMARY KEY (statement_id, decision_id);

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statements_once UNIQUE (batch_id, recipient, recipient_key);

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statements_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.stop_pages
    ADD CONSTRAINT stop_pages_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.subject_files
    ADD CONSTRAINT subject_files_once UNIQUE (subject_kind, subject_id, sha256);

ALTER TABLE ONLY public.subject_files
    ADD CONSTRAINT subject_files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.timeline_entries
    ADD CONSTRAINT timeline_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.totp
    ADD CONSTRAINT totp_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.umbrella_answered
    ADD CONSTRAINT umbrella_answered_pkey PRIMARY KEY (answer_id, subject_kind, subject_id);

ALTER TABLE ONLY public.umbrella_answers
    ADD CONSTRAINT umbrella_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.umbrella_events
    ADD CONSTRAINT umbrella_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.umbrella_mailed
    ADD CONSTRAINT umbrella_mailed_pkey PRIMARY KEY (answer_id, contact_id);

ALTER TABLE ONLY public.umbrella_members
    ADD CONSTRAINT umbrella_members_pkey PRIMARY KEY (subject_kind, subject_id);

ALTER TABLE ONLY public.vocabulary
    ADD CONSTRAINT vocabulary_pkey PRIMARY KEY (word);

ALTER TABLE ONLY public.vote_floors
    ADD CONSTRAINT vote_floors_pkey PRIMARY KEY (scope);

ALTER TABLE ONLY public.vote_hold_items
    ADD CONSTRAINT vote_hold_items_pkey PRIMARY KEY (hold_id, voter_id);

ALTER TABLE ONLY public.vote_holds
    ADD CONSTRAINT vote_holds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.vote_keys
    ADD CONSTRAINT vote_keys_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.vote_ledger
    ADD CONSTRAINT vote_ledger_pkey PRIMARY KEY (scope, day, id);

ALTER TABLE ONLY public.vote_pending
    ADD CONSTRAINT vote_pending_pkey PRIMARY KEY (subject_kind, subject_id, aspect, voter_id);

ALTER TABLE ONLY public.vote_published
    ADD CONSTRAINT vote_published_pkey PRIMARY KEY (subject_kind, subject_id, aspect);

ALTER TABLE ONLY public.vote_scopes
    ADD CONSTRAINT vote_scopes_pkey PRIMARY KEY (scope);

ALTER TABLE ONLY public.vote_sealed_receipts
    ADD CONSTRAINT vote_sealed_receipts_pkey PRIMARY KEY (scope, day, receipt);

ALTER TABLE ONLY public.vote_seals
    ADD CONSTRAINT vote_seals_pkey PRIMARY KEY (scope, day);

ALTER TABLE ONLY public.vote_totals
    ADD CONSTRAINT vote_totals_pkey PRIMARY KEY (subject_kind, subject_id, aspect, level, value);

ALTER TABLE ONLY public.vote_traces
    ADD CONSTRAINT vote_traces_pkey PRIMARY KEY (subject_kind, subject_id, aspect, voter_id);

ALTER TABLE ONLY public.voter_persons
    ADD CONSTRAINT voter_persons_pkey PRIMARY KEY (scope, person_id);

ALTER TABLE ONLY public.voter_persons
    ADD CONSTRAINT voter_persons_voter_id_key UNIQUE (voter_id);

ALTER TABLE ONLY public.voters
    ADD CONSTRAINT voters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.votes
    ADD CONSTRAINT votes_pkey PRIMARY KEY (subject_kind, subject_id, aspect, voter_id);

CREATE INDEX absences_of_deputy ON public.absences USING btree (deputy_id, to_day);

CREATE INDEX addresses_norm ON public.addresses USING gin (norm public.gin_trgm_ops) WHERE (house_no = ''::text);

CREATE INDEX addresses_point ON public.addresses USING gist (((point)::public.geography));

CREATE INDEX addresses_street ON public.addresses USING btree (norm);

CREATE INDEX amendments_idea ON public.amendments USING btree (idea_id, at DESC, id DESC);

CREATE INDEX amendments_person ON public.amendments USING btree (person_id, at DESC) WHERE (person_id IS NOT NULL);

CREATE INDEX api_tokens_personal ON public.api_tokens USING btree (person_id) WHERE personal;

CREATE UNIQUE INDEX api_tokens_system ON public.api_tokens USING btree (person_id) WHERE (NOT personal);

CREATE INDEX appeals_open ON public.appeals USING btree (deadline, id) WHERE (outcome IS NULL);

CREATE INDEX attachment_sealed_blob ON public.attachment_sealed USING btree (blob);

CREATE INDEX attachment_sealed_photo ON public.attachment_sealed USING btree (attachment_id, n);

CREATE INDEX attachment_versions_age ON public.attachment_versions USING btree (created_at);

CREATE INDEX attachment_versions_blob ON public.attachment_versions USING btree (blob);

CREATE INDEX attachment_versions_small_blob ON public.attachment_versions USING btree (small_blob);

CREATE INDEX attachments_age ON public.attachments USING btree (subject_kind, created_at, id) WHERE (state <> 'removed'::text);

CREATE INDEX attachments_draft ON public.attachments USING btree (draft_id, ord) WHERE (draft_id IS NOT NULL);

CREATE INDEX attachments_owner ON public.attachments USING btree (owner_id) WHERE (owner_id IS NOT NULL);

CREATE INDEX attachments_subject ON public.attachments USING btree (subject_kind, subject_id, ord) WHERE (draft_id IS NULL);

CREATE INDEX audit_log_action ON public.audit_log USING btree (action, seq DESC);

CREATE INDEX audit_log_actor ON public.audit_log USING btree (actor, seq DESC);

CREATE INDEX audit_log_at ON public.audit_log USING btree (at, seq);

CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject_kind, subject_id, seq) WHERE (subject_id IS NOT NULL);

CREATE INDEX barrier_reports_at ON public.barrier_reports USING btree (at DESC, id DESC);

CREATE INDEX batches_person ON public.batches USING btree (person_id, at DESC, id DESC);

CREATE INDEX call_eids_person ON public.call_eids USING btree (person_id);

CREATE INDEX call_proofs_person ON public.call_proofs USING btree (person_id);

CREATE INDEX call_proofs_until ON public.call_proofs USING btree (until);

CREATE INDEX calls_newest ON public.calls USING btree (published_at DESC, id DESC) WHERE (state <> 'draft'::text);

CREATE INDEX case_facts_category ON public.case_facts USING btree (category_id, closed_at) INCLUDE (created_at, target_at) WHERE ((status = 'resolved'::text) AND public);

CREATE INDEX case_facts_in ON public.case_facts USING btree (created_at) INCLUDE (category_id, district_ref, department_id, status, public, answered_at, closed_at, target_at, reopened);

CREATE INDEX case_facts_out ON public.case_facts USING btree (closed_at) INCLUDE (category_id, district_ref, department_id, status, public, created_at, answered_at, target_at, reopened) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_facts_stock ON public.case_facts USING btree (category_id, district_ref) WHERE (closed_at IS NULL);

CREATE INDEX case_facts_street ON public.case_facts USING btree (street, created_at) INCLUDE (category_id, status) WHERE (public AND (street <> ''::text));

CREATE INDEX case_log_batch ON public.case_log USING btree (batch_id) WHERE (batch_id IS NOT NULL);

CREATE INDEX case_log_subject ON public.case_log USING btree (subject_kind, subject_id, at DESC, id DESC);

CREATE INDEX cases_answered ON public.cases USING btree (department_id, state, sort_at, created_at, subject_id) WHERE ((answered_at IS NOT NULL) AND (NOT gone));

CREATE INDEX cases_both ON public.cases USING btree (department_id, sort_at, created_at, subject_id) WHERE (NOT gone);

CREATE INDEX cases_both_everywhere ON public.cases USING btree (sort_at, created_at, subject_id) WHERE (NOT gone);

CREATE INDEX cases_category ON public.cases USING btree (category_id, state, sort_at, created_at, subject_id) WHERE (NOT gone);

CREATE INDEX cases_district ON public.cases USING btree (district_ref, state, sort_at, created_at, subject_id) WHERE (NOT gone);

CREATE INDEX cases_everywhere ON public.cases USING btree (state, sort_at, created_at, subject_id) WHERE (NOT gone);

CREATE INDEX cases_geography ON public.cases USING gist (((point)::public.geography));

CREATE INDEX cases_held ON public.cases USING btree (department_id, state, sort_at, created_at, subject_id) WHERE ((held_text OR held_photo) AND (NOT gone));

CREATE INDEX cases_missed ON public.cases USING btree (due_at) WHERE ((state = 'open'::text) AND (missed_at IS NULL) AND (paused_at IS NULL));

CREATE INDEX cases_missed_often ON public.cases USING btree (department_id, missed_n) WHERE ((state = 'open'::text) AND (missed_n >= 3));

CREATE INDEX cases_newest ON public.cases USING btree (department_id, created_at DESC, subject_id DESC) WHERE (NOT gone);

CREATE INDEX cases_newest_everywhere ON public.cases USING btree (created_at DESC, subject_id DESC) WHERE (NOT gone);

CREATE INDEX cases_nobody ON public.cases USING btree (department_id, sort_at, created_at, subject_id) WHERE ((state = 'open'::text) AND (person_id IS NULL) AND (NOT gone));

CREATE INDEX cases_norm ON public.cases USING gin (norm public.gin_trgm_ops);

CREATE INDEX cases_number ON public.cases USING btree (subject_kind, number);

CREATE INDEX cases_objection ON public.cases USING btree (department_id, sort_at, created_at, subject_id) WHERE (objection AND (NOT gone));

CREATE INDEX cases_person ON public.cases USING btree (person_id, state, sort_at, created_at, subject_id) WHERE (person_id IS NOT NULL);

CREATE INDEX cases_point ON public.cases USING gist (point);

CREATE INDEX cases_point_open ON public.cases USING gist (point) WHERE ((state = 'open'::text) AND (NOT gone));

CREATE INDEX cases_queue ON public.cases USING btree (department_id, state, sort_at, created_at, subject_id) WHERE (NOT gone);

CREATE INDEX cases_recurring_object ON public.cases USING btree (object_id) WHERE (object_id IS NOT NULL);

CREATE INDEX cases_reopened ON public.cases USING btree (department_id, sort_at, created_at, subject_id) WHERE ((state = 'open'::text) AND (reopened >= 3) AND (NOT gone));

CREATE INDEX cases_tsv ON public.cases USING gin (tsv);

CREATE INDEX cases_tsv_open ON public.cases USING gin (tsv) WHERE ((state = 'open'::text) AND (NOT gone));

CREATE INDEX comment_mentions_person ON public.comment_mentions USING btree (person_id);

CREATE INDEX comments_answered ON public.comments USING btree (subject_kind, subject_id, answers DESC, created_at DESC, id DESC) WHERE (parent_id IS NULL);

CREATE INDEX comments_answers ON public.comments USING btree (parent_id, created_at, id) WHERE (parent_id IS NOT NULL);

CREATE INDEX comments_author ON public.comments USING btree (author_id, subject_id) WHERE (author_id IS NOT NULL);

CREATE INDEX comments_best ON public.comments USING btree (subject_kind, subject_id, score DESC, created_at DESC, id DESC) WHERE (parent_id IS NULL);

CREATE INDEX comments_count ON public.comments USING btree (subject_kind, subject_id, visibility, stance) INCLUDE (parent_id);

CREATE INDEX comments_latest ON public.comments USING btree (subject_kind, subject_id, public_at) WHERE (visibility = 'public'::text);

CREATE INDEX comments_newest ON public.comments USING btree (subject_kind, subject_id, created_at DESC, id DESC) WHERE (parent_id IS NULL);

CREATE INDEX comments_open ON public.comments USING btree (created_at) WHERE ((parent_id IS NULL) AND (stance = 'question'::text) AND (visibility = 'public'::text));

CREATE INDEX comments_pinned ON public.comments USING btree (subject_kind, subject_id, created_at DESC, id DESC) WHERE pinned;

CREATE INDEX complaint_answers_complaint ON public.complaint_answers USING btree (complaint_id, at);

CREATE UNIQUE INDEX complaint_answers_waiting ON public.complaint_answers USING btree (complaint_id) WHERE (state = 'waiting'::text);

CREATE INDEX complaint_files_blob ON public.complaint_files USING btree (blob) WHERE (blob <> ''::text);

CREATE INDEX complaint_files_complaint ON public.complaint_files USING btree (complaint_id, created_at, ord) WHERE (complaint_id IS NOT NULL);

CREATE INDEX complaint_files_draft ON public.complaint_files USING btree (draft_id, ord) WHERE (draft_id IS NOT NULL);

CREATE INDEX complaint_files_waiting ON public.complaint_files USING btree (created_at) WHERE (state = 'quarantined'::text);

CREATE INDEX complaint_learnings_published ON public.complaint_learnings USING btree (published_at DESC) WHERE (published_at IS NOT NULL);

CREATE INDEX complaint_owners_person ON public.complaint_owners USING btree (person_id, since DESC);

CREATE INDEX complaint_reads_complaint ON public.complaint_reads USING btree (complaint_id, at);

CREATE INDEX complaints_closed ON public.complaints USING btree (closed_at) WHERE ((closed_at IS NOT NULL) AND (visibility <> 'erased'::text));

CREATE INDEX complaints_contact ON public.complaints USING btree (contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX complaints_first_answer ON public.complaints USING btree (first_answer_at) WHERE (first_answer_at IS NOT NULL);

CREATE INDEX complaints_interim ON public.complaints USING btree (interim_due_at) WHERE (interim_due_at IS NOT NULL);

CREATE INDEX complaints_person ON public.complaints USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE UNIQUE INDEX contacts_confirmed_address ON public.contacts USING btree (kind, address_hash) WHERE (confirmed_at IS NOT NULL);

CREATE INDEX contacts_joined ON public.contacts USING btree (joined_id) WHERE (joined_id IS NOT NULL);

CREATE INDEX contacts_person ON public.contacts USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX contest_challenges_call ON public.contest_challenges USING btree (call_id, ord, id);

CREATE INDEX contest_entries_call ON public.contest_entries USING btree (call_id, sent_at, id);

CREATE INDEX contest_invitations_call ON public.contest_invitations USING btree (call_id, team_id, expires_at);

CREATE UNIQUE INDEX contest_jury_person ON public.contest_jury USING btree (call_id, person_id) WHERE (person_id IS NOT NULL);

CREATE UNIQUE INDEX contest_members_lead ON public.contest_members USING btree (team_id) WHERE lead;

CREATE INDEX contest_members_person ON public.contest_members USING btree (person_id);

CREATE INDEX contest_members_team ON public.contest_members USING btree (team_id, since);

CREATE INDEX contest_reviews_juror ON public.contest_reviews USING btree (juror_id);

CREATE INDEX contest_teams_call ON public.contest_teams USING btree (call_id, created_at, id);

CREATE INDEX contests_announce ON public.contests USING btree (call_id) WHERE ((announced_at IS NULL) AND (series <> ''::text));

CREATE INDEX decisions_at ON public.decisions USING btree (decided_at, id);

CREATE INDEX decisions_author ON public.decisions USING btree (author_id, decided_at DESC) WHERE (author_id IS NOT NULL);

CREATE INDEX decisions_item ON public.decisions USING btree (item_id, decided_at DESC);

CREATE INDEX decisions_subject ON public.decisions USING btree (subject_kind, subject_id, decided_at DESC);

CREATE INDEX deliveries_done ON public.deliveries USING btree (done_at) WHERE (done_at IS NOT NULL);

CREATE INDEX deliveries_due ON public.deliveries USING btree (due_at) WHERE (state = 'waiting'::text);

CREATE INDEX deliveries_follow ON public.deliveries USING btree (follow_id) WHERE (follow_id IS NOT NULL);

CREATE UNIQUE INDEX deliveries_new_once ON public.deliveries USING btree (contact_id, subject_kind, subject_id) WHERE (what = 'new'::text);

CREATE INDEX deliveries_subject ON public.deliveries USING btree (subject_id);

CREATE INDEX district_sets_active ON public.district_sets USING btree (activated_at DESC, id DESC) WHERE (activated_at IS NOT NULL);

CREATE INDEX districts_area ON public.districts USING gist (area);

CREATE INDEX documents_closed ON public.documents USING gin (tsv) WITH (fastupdate=off) WHERE (audience <> 'public'::text);

CREATE INDEX documents_department ON public.documents USING btree (department_id) WHERE (audience <> 'public'::text);

CREATE INDEX documents_newest ON public.documents USING btree (at DESC, subject_id DESC) WHERE ((at IS NOT NULL) AND (audience = 'public'::text));

CREATE INDEX documents_number ON public.documents USING btree (number) WHERE (number <> ''::text);

CREATE INDEX documents_owners ON public.documents USING gin (owners) WITH (fastupdate=off) WHERE (audience <> 'public'::text);

CREATE INDEX documents_point ON public.documents USING gist (point) WHERE ((at IS NOT NULL) AND (audience = 'public'::text));

CREATE INDEX documents_public ON public.documents USING btree (subject_kind, subject_id) WHERE (audience = 'public'::text);

CREATE INDEX documents_timeless ON public.documents USING gin (tsv) WITH (fastupdate=off) WHERE ((at IS NULL) AND (audience = 'public'::text));

CREATE INDEX documents_words ON public.documents USING gin (tsv, facets) WITH (fastupdate=off) WHERE ((at IS NOT NULL) AND (audience = 'public'::text));

CREATE INDEX draft_handovers_draft ON public.draft_handovers USING btree (draft_id, created_at DESC);

CREATE INDEX draft_handovers_expires ON public.draft_handovers USING btree (expires_at);

CREATE INDEX draft_handovers_person ON public.draft_handovers USING btree (from_person);

CREATE INDEX drafts_expires ON public.drafts USING btree (expires_at, id);

CREATE INDEX drafts_person ON public.drafts USING btree (person_id, updated_at DESC, id DESC);

CREATE INDEX erasures_open ON public.erasures USING btree (at) WHERE ((done_at IS NULL) AND (subject_kind = 'person'::text));

CREATE INDEX erasures_person ON public.erasures USING btree (person_id, subject_kind);

CREATE INDEX events_at ON public.events USING btree (at);

CREATE UNIQUE INDEX events_cursor ON public.events USING btree (epoch, xid, id);

CREATE INDEX events_subject ON public.events USING btree (subject_id, subject_kind, id);

CREATE INDEX export_requests_asked ON public.export_requests USING btree (asked_at DESC, id DESC);

CREATE INDEX flags_open ON public.flags USING btree (item_id, received_at) WHERE (decision_id IS NULL);

CREATE INDEX flags_person ON public.flags USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX flags_received ON public.flags USING btree (received_at);

CREATE INDEX follows_anchor ON public.follows USING btree (anchor) WHERE (target_kind = 'search'::text);

CREATE INDEX follows_category ON public.follows USING btree (category_id) WHERE ((target_kind = 'area'::text) AND (geom IS NULL) AND (district_ref = ''::text));

CREATE INDEX follows_district ON public.follows USING btree (district_ref, category_id) WHERE ((target_kind = 'area'::text) AND (geom IS NULL) AND (district_ref <> ''::text));

CREATE INDEX follows_geom ON public.follows USING gist (geom) WHERE ((target_kind = 'area'::text) AND (geom IS NOT NULL));

CREATE INDEX follows_muted ON public.follows USING btree (owner_id, target_hash) WHERE ((cadence = 'never'::text) AND (target_kind = 'subject'::text) AND (owner_kind = 'person'::text));

CREATE INDEX follows_target ON public.follows USING btree (target_hash);

CREATE INDEX handover_answers_handover ON public.handover_answers USING btree (handover_id, at);

CREATE UNIQUE INDEX handovers_open ON public.handovers USING btree (subject_kind, subject_id, COALESCE(partner_id, department_id)) WHERE (state = ANY (ARRAY['sent'::text, 'question'::text, 'taken'::text]));

CREATE INDEX handovers_remind ON public.handovers USING btree (remind_at) WHERE (remind_at IS NOT NULL);

CREATE INDEX handovers_subject ON public.handovers USING btree (subject_kind, subject_id, sent_at DESC);

CREATE INDEX help_messages_request ON public.help_messages USING btree (request_id, at, id);

CREATE INDEX help_offers_person ON public.help_offers USING btree (person_id);

CREATE INDEX help_requests_measure ON public.help_requests USING btree (measure_id);

CREATE INDEX holds_open ON public.holds USING btree (item_id) WHERE (ended_at IS NULL);

CREATE INDEX idea_answers_idea ON public.idea_answers USING btree (idea_id, at DESC, id DESC);

CREATE INDEX idea_authors_person ON public.idea_authors USING btree (person_id, since DESC);

CREATE INDEX idea_invitations_idea ON public.idea_invitations USING btree (idea_id, expires_at);

CREATE INDEX idea_merges_into ON public.idea_merges USING btree (into_id);

CREATE UNIQUE INDEX idea_merges_one ON public.idea_merges USING btree (from_id) WHERE (state = ANY (ARRAY['asked'::text, 'merged'::text]));

CREATE INDEX idea_splits_idea ON public.idea_splits USING btree (idea_id);

CREATE UNIQUE INDEX idea_splits_new ON public.idea_splits USING btree (new_id) WHERE (new_id IS NOT NULL);

CREATE UNIQUE INDEX idea_splits_one ON public.idea_splits USING btree (idea_id) WHERE (state = 'asked'::text);

CREATE INDEX ideas_call ON public.ideas USING btree (call_id, created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX ideas_call_ending ON public.ideas USING btree (call_id, ends_at, id) WHERE ((visibility = 'public'::text) AND (status = ANY (ARRAY['open'::text, 'checking'::text])));

CREATE INDEX ideas_call_supported ON public.ideas USING btree (call_id, supports DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX ideas_counts ON public.ideas USING btree (call_id, status) INCLUDE (id, topic, district_ref) WHERE (visibility = 'public'::text);

CREATE INDEX ideas_desk ON public.ideas USING btree (department_id, answer_by, id) WHERE (visibility <> 'erased'::text);

CREATE INDEX ideas_desk_list ON public.ideas USING btree (((decides <> ''::text)), COALESCE(answer_by, 'infinity'::timestamp with time zone), id) WHERE (visibility = ANY (ARRAY['public'::text, 'held'::text]));

CREATE INDEX ideas_ending ON public.ideas USING btree (ends_at, id) WHERE ((visibility = 'public'::text) AND (status = ANY (ARRAY['open'::text, 'checking'::text])));

CREATE INDEX ideas_geography ON public.ideas USING gist (((point)::public.geography)) WHERE (point IS NOT NULL);

CREATE INDEX ideas_merged ON public.ideas USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX ideas_newest ON public.ideas USING btree (created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX ideas_point ON public.ideas USING gist (point) WHERE (point IS NOT NULL);

CREATE UNIQUE INDEX ideas_report ON public.ideas USING btree (report_id) WHERE (report_id IS NOT NULL);

CREATE INDEX ideas_supported ON public.ideas USING btree (supports DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX ideas_tsv ON public.ideas USING gin (tsv);

CREATE INDEX idempotency_keys_expiry ON public.idempotency_keys USING btree (expires_at);

CREATE INDEX identities_person ON public.identities USING btree (person_id);

CREATE INDEX inbound_mails_at ON public.inbound_mails USING btree (at);

CREATE INDEX inquiries_programme ON public.inquiries USING btree (programme_id, due_on);

CREATE INDEX inquiry_answers_department ON public.inquiry_answers USING btree (department_id, state);

CREATE INDEX inquiry_answers_of_measure ON public.inquiry_answers USING btree (measure_id);

CREATE INDEX invitations_contact ON public.invitations USING btree (contact_id);

CREATE INDEX invitations_created ON public.invitations USING btree (created_at DESC, id DESC);

CREATE INDEX links_to ON public.links USING btree (to_kind, to_id, relation);

CREATE INDEX mails_bounced ON public.mails USING btree (bounced_at) WHERE (bounced_at IS NOT NULL);

CREATE INDEX mails_contact ON public.mails USING btree (contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX mails_created ON public.mails USING btree (created_at DESC, id DESC);

CREATE INDEX mails_done ON public.mails USING btree (done_at) WHERE (done_at IS NOT NULL);

CREATE INDEX mails_failed ON public.mails USING btree (done_at DESC, id DESC) WHERE (state = 'failed'::text);

CREATE INDEX measure_edits_due ON public.measure_edits USING btree (publish_at) WHERE (state = 'approved'::text);

CREATE UNIQUE INDEX measure_edits_open ON public.measure_edits USING btree (measure_id) WHERE (state = ANY (ARRAY['draft'::text, 'review'::text, 'approved'::text]));

CREATE INDEX merges_from ON public.merges USING btree (from_kind, from_id) WHERE (undone_at IS NULL);

CREATE INDEX message_files_blob ON public.message_files USING btree (blob) WHERE (blob <> ''::text);

CREATE INDEX message_files_message ON public.message_files USING btree (message_id);

CREATE INDEX message_files_subject ON public.message_files USING btree (subject_kind, subject_id, created_at, ord);

CREATE INDEX message_files_waiting ON public.message_files USING btree (created_at) WHERE (state = 'quarantined'::text);

CREATE INDEX messages_remind ON public.messages USING btree (question_deadline) WHERE ((kind = 'question'::text) AND (NOT reminded));

CREATE INDEX messages_subject ON public.messages USING btree (subject_kind, subject_id, at, id);

CREATE INDEX messages_unread ON public.messages USING btree (subject_kind, subject_id) WHERE (unread AND (direction = 'in'::text));

CREATE INDEX milestones_idea ON public.milestones USING btree (idea_id, due_on, id);

CREATE INDEX mod_items_queue ON public.mod_items USING btree (harm, due_at, id) WHERE (state = 'open'::text);

CREATE INDEX note_files_blob ON public.note_files USING btree (blob) WHERE (blob <> ''::text);

CREATE INDEX note_files_note ON public.note_files USING btree (note_id);

CREATE INDEX note_files_subject ON public.note_files USING btree (subject_kind, subject_id, created_at, ord);

CREATE INDEX note_files_waiting ON public.note_files USING btree (created_at) WHERE (state = 'quarantined'::text);

CREATE INDEX notes_mentions ON public.notes USING gin (mentions);

CREATE INDEX notes_subject ON public.notes USING btree (subject_kind, subject_id, at, id);

CREATE INDEX notices_at ON public.notices USING btree (at);

CREATE INDEX notices_event ON public.notices USING btree (event_id, person_id);

CREATE INDEX notices_inbox ON public.notices USING btree (person_id, at DESC, id DESC);

CREATE UNIQUE INDEX notices_new_once ON public.notices USING btree (person_id, subject_kind, subject_id) WHERE (what = 'new'::text);

CREATE INDEX notices_subject ON public.notices USING btree (subject_id);

CREATE INDEX notices_unread ON public.notices USING btree (person_id) WHERE (read_at IS NULL);

CREATE INDEX objects_point ON public.objects USING gist (((point)::public.geography));

CREATE INDEX one_time_tokens_contact ON public.one_time_tokens USING btree (contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX one_time_tokens_expires ON public.one_time_tokens USING btree (expires_at);

CREATE INDEX one_time_tokens_person ON public.one_time_tokens USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX organisation_invitations_contact ON public.organisation_invitations USING btree (contact_id);

CREATE INDEX organisation_invitations_of ON public.organisation_invitations USING btree (organisation_id, invited_by);

CREATE INDEX organisation_members_person ON public.organisation_members USING btree (person_id);

CREATE INDEX outside_orders_sheet ON public.outside_orders USING btree (sheet_id, "position");

CREATE INDEX outside_orders_subject ON public.outside_orders USING btree (subject_kind, subject_id, created_at DESC);

CREATE INDEX page_feedback_at ON public.page_feedback USING btree (at);

CREATE INDEX passkey_challenges_expires ON public.passkey_challenges USING btree (expires_at);

CREATE INDEX passkeys_person ON public.passkeys USING btree (person_id);

CREATE INDEX practice_desks_expires ON public.practice_desks USING btree (expires_at);

CREATE INDEX presence_seen ON public.presence USING btree (seen_at);

CREATE INDEX programme_editors_person ON public.programme_editors USING btree (person_id);

CREATE INDEX push_subscriptions_person ON public.push_subscriptions USING btree (person_id, created_at);

CREATE INDEX rate_buckets_window ON public.rate_buckets USING btree (window_start);

CREATE UNIQUE INDEX release_drafts_day ON public.release_drafts USING btree (programme_id, decided_on) WHERE (state = 'review'::text);

CREATE INDEX release_items_measure ON public.release_items USING btree (measure_id);

CREATE INDEX report_organisations_of ON public.report_organisations USING btree (organisation_id);

CREATE INDEX report_owners_person ON public.report_owners USING btree (person_id, since DESC);

CREATE INDEX report_undos_report ON public.report_undos USING btree (report_id, at DESC);

CREATE INDEX report_undos_until ON public.report_undos USING btree (until);

CREATE INDEX reports_category ON public.reports USING btree (category_id, created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_closed ON public.reports USING btree (closed_at) WHERE ((closed_at IS NOT NULL) AND (visibility <> 'erased'::text));

CREATE INDEX reports_contact ON public.reports USING btree (contact_id, created_at) WHERE (contact_id IS NOT NULL);

CREATE INDEX reports_district ON public.reports USING btree (district_ref, created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_geography ON public.reports USING gist (((point)::public.geography));

CREATE INDEX reports_newest ON public.reports USING btree (created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_norm ON public.reports USING gin (norm public.gin_trgm_ops);

CREATE INDEX reports_object ON public.reports USING btree (object_id, created_at DESC, id DESC) WHERE (object_id IS NOT NULL);

CREATE INDEX reports_person ON public.reports USING btree (person_id, created_at) WHERE (person_id IS NOT NULL);

CREATE INDEX reports_place_time ON public.reports USING gist (public.st_makepoint(public.st_x(point), public.st_y(point), ((EXTRACT(epoch FROM (created_at - '2000-01-01 00:00:00+00'::timestamp with time zone)))::double precision / (8640000000.0)::double precision)) public.gist_geometry_ops_nd) WHERE (visibility <> ALL (ARRAY['draft'::text, 'erased'::text]));

CREATE INDEX reports_point ON public.reports USING gist (point);

CREATE INDEX reports_status_at ON public.reports USING btree (status_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_street ON public.reports USING btree (street_norm, created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_tsv ON public.reports USING gin (tsv);

CREATE INDEX responsibilities_area ON public.responsibilities USING gist (area);

CREATE INDEX restrictions_person ON public.restrictions USING btree (person_id, kind, until_at) WHERE (state = 'active'::text);

CREATE INDEX resubmissions_due ON public.resubmissions USING btree (due_on) WHERE ((done_at IS NULL) AND (raised_at IS NULL));

CREATE UNIQUE INDEX resubmissions_open ON public.resubmissions USING btree (subject_kind, subject_id, person_id) WHERE (done_at IS NULL);

CREATE INDEX resubmissions_person ON public.resubmissions USING btree (person_id, due_on) WHERE (done_at IS NULL);

CREATE INDEX retention_records_at ON public.retention_records USING btree (deleted_at, id);

CREATE INDEX role_grant_limits_ref ON public.role_grant_limits USING btree (kind, ref_id);

CREATE INDEX routing_rule_versions_at ON public.routing_rule_versions USING btree (at DESC, rule_id, n);

CREATE INDEX routing_rules_order ON public.routing_rules USING btree (stage, "position", id);

CREATE INDEX satisfaction_thanks ON public.satisfaction USING btree (department_id, at DESC, subject_id) WHERE ((value = 3) AND (text <> ''::text));

CREATE UNIQUE INDEX saved_views_own ON public.saved_views USING btree (person_id, lower(name)) WHERE (department_id IS NULL);

CREATE UNIQUE INDEX saved_views_team ON public.saved_views USING btree (department_id, lower(name)) WHERE (department_id IS NOT NULL);

CREATE INDEX sealed_copies_at ON public.sealed_copies USING btree (asked_at DESC, id);

CREATE INDEX sessions_absolute ON public.sessions USING btree (absolute_until);

CREATE INDEX sessions_person ON public.sessions USING btree (person_id);

CREATE INDEX shortlist_items_order ON public.shortlist_items USING btree (person_id, day, "position");

CREATE INDEX site_messages_to ON public.site_messages USING btree (to_at DESC, id DESC);

CREATE INDEX statement_decisions_decision ON public.statement_decisions USING btree (decision_id);

CREATE INDEX subject_files_blob ON public.subject_files USING btree (blob) WHERE (blob <> ''::text);

CREATE INDEX subject_files_owner ON public.subject_files USING btree (owner_id) WHERE (owner_id IS NOT NULL);

CREATE INDEX subject_files_waiting ON public.subject_files USING btree (created_at) WHERE (state = 'quarantined'::text);

CREATE INDEX templates_fit ON public.templates USING btree (department_id, status) WHERE (gone_at IS NULL);

CREATE INDEX timeline_entries_subject ON public.timeline_entries USING btree (subject_kind, subject_id, at, id);

CREATE INDEX umbrella_answers_event ON public.umbrella_answers USING btree (event_id, at DESC, id);

CREATE INDEX umbrella_events_time ON public.umbrella_events USING btree (from_at, to_at);

CREATE INDEX umbrella_members_event ON public.umbrella_members USING btree (event_id, at DESC, subject_id);

CREATE INDEX vocabulary_lexeme ON public.vocabulary USING gin (lexeme public.gin_trgm_ops);

CREATE INDEX vocabulary_prefix ON public.vocabulary USING btree (word text_pattern_ops);

CREATE INDEX vocabulary_stem ON public.vocabulary USING btree (lexeme);

CREATE INDEX vocabulary_word ON public.vocabulary USING gin (word public.gin_trgm_ops);

CREATE INDEX vote_hold_items_voter ON public.vote_hold_items USING btree (voter_id);

CREATE INDEX vote_holds_at ON public.vote_holds USING btree (opened_at DESC, id DESC);

CREATE UNIQUE INDEX vote_holds_open ON public.vote_holds USING btree (subject_kind, subject_id, aspect, pattern) WHERE (state = 'open'::text);

CREATE INDEX vote_traces_at ON public.vote_traces USING btree (at);

CREATE INDEX votes_at ON public.votes USING btree (aspect, at) WHERE (receipt IS NOT NULL);

CREATE UNIQUE INDEX votes_receipt ON public.votes USING btree (receipt) WHERE (receipt IS NOT NULL);

CREATE TRIGGER audit_log_chain BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.mitwirk_audit_chain();

CREATE TRIGGER audit_log_keep BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.mitwirk_audit_refuse();

CREATE TRIGGER audit_log_keep_all BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.mitwirk_audit_refuse();

CREATE TRIGGER case_facts_of_case AFTER INSERT OR UPDATE OF department_id ON public.cases FOR EACH ROW EXECUTE FUNCTION public.case_facts_of_case();

CREATE TRIGGER case_facts_of_report AFTER INSERT OR UPDATE OF category_id, district_ref, status, visibility, closed_at, first_due_at, reopened, address ON public.reports FOR EACH ROW EXECUTE FUNCTION public.case_facts_of_report();

CREATE TRIGGER case_facts_of_step AFTER INSERT ON public.timeline_entries FOR EACH ROW WHEN (((new.key ~~ 'status.%'::text) AND (new.key <> ALL (ARRAY['status.received'::text, 'status.withdrawn'::text])))) EXECUTE FUNCTION public.case_facts_of_step();

CREATE TRIGGER comments_two_levels BEFORE INSERT OR UPDATE OF parent_id, subject_id ON public.comments FOR EACH ROW WHEN ((new.parent_id IS NOT NULL)) EXECUTE FUNCTION public.comments_two_levels();

CREATE CONSTRAINT TRIGGER decisions_stated AFTER INSERT ON public.decisions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.action = ANY (ARRAY['hide'::text, 'redact'::text, 'label'::text, 'restrict'::text]))) EXECUTE FUNCTION public.mitwirk_decision_stated();

CREATE TRIGGER vote_ledger_sealed BEFORE INSERT OR DELETE OR UPDATE ON public.vote_ledger FOR EACH ROW EXECUTE FUNCTION public.vote_ledger_sealed();

CREATE TRIGGER votes_open BEFORE INSERT OR UPDATE ON public.votes FOR EACH ROW WHEN ((new.aspect = 'support'::text)) EXECUTE FUNCTION public.vote_scope_open();

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_deputy_id_fkey FOREIGN KEY (deputy_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.amendments
    ADD CONSTRAINT amendments_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.amendments
    ADD CONSTRAINT amendments_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES public.decisions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.flags(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_handler_fkey FOREIGN KEY (handler) REFERENCES public.persons(id);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.attachment_sealed
    ADD CONSTRAINT attachment_sealed_attachment_id_fkey FOREIGN KEY (attachment_id) REFERENCES public.attachments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.attachment_versions
    ADD CONSTRAINT attachment_versions_attachment_id_fkey FOREIGN KEY (attachment_id) REFERENCES public.attachments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.batch_items
    ADD CONSTRAINT batch_items_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.batches(id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.call_eids
    ADD CONSTRAINT call_eids_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(id);

ALTER TABLE ONLY public.call_eids
    ADD CONSTRAINT call_eids_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.call_keys
    ADD CONSTRAINT call_keys_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(id);

ALTER TABLE ONLY public.call_phases
    ADD CONSTRAINT call_phases_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(id);

ALTER TABLE ONLY public.call_proofs
    ADD CONSTRAINT call_proofs_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(id);

ALTER TABLE ONLY public.call_proofs
    ADD CONSTRAINT call_proofs_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.case_log
    ADD CONSTRAINT case_log_actor_fkey FOREIGN KEY (actor) REFERENCES public.persons(id);

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT cases_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT cases_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.category_groups(id);

ALTER TABLE ONLY public.comment_mentions
    ADD CONSTRAINT comment_mentions_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);

ALTER TABLE ONLY public.comment_mentions
    ADD CONSTRAINT comment_mentions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.comment_versions
    ADD CONSTRAINT comment_versions_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.comments(id);

ALTER TABLE ONLY public.complaint_answers
    ADD CONSTRAINT complaint_answers_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);

ALTER TABLE ONLY public.complaint_answers
    ADD CONSTRAINT complaint_answers_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.complaint_answers
    ADD CONSTRAINT complaint_answers_released_by_fkey FOREIGN KEY (released_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaint_answers
    ADD CONSTRAINT complaint_answers_written_by_fkey FOREIGN KEY (written_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaint_files
    ADD CONSTRAINT complaint_files_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);

ALTER TABLE ONLY public.complaint_holds
    ADD CONSTRAINT complaint_holds_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);

ALTER TABLE ONLY public.complaint_holds
    ADD CONSTRAINT complaint_holds_set_by_fkey FOREIGN KEY (set_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaint_learnings
    ADD CONSTRAINT complaint_learnings_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.complaint_learnings
    ADD CONSTRAINT complaint_learnings_topic_fkey FOREIGN KEY (topic) REFERENCES public.complaint_topics(key);

ALTER TABLE ONLY public.complaint_learnings
    ADD CONSTRAINT complaint_learnings_written_by_fkey FOREIGN KEY (written_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaint_opinions
    ADD CONSTRAINT complaint_opinions_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);

ALTER TABLE ONLY public.complaint_owners
    ADD CONSTRAINT complaint_owners_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);

ALTER TABLE ONLY public.complaint_owners
    ADD CONSTRAINT complaint_owners_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaint_reads
    ADD CONSTRAINT complaint_reads_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);

ALTER TABLE ONLY public.complaint_reads
    ADD CONSTRAINT complaint_reads_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.complaint_reviews
    ADD CONSTRAINT complaint_reviews_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);

ALTER TABLE ONLY public.complaint_reviews
    ADD CONSTRAINT complaint_reviews_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.complaint_reviews
    ADD CONSTRAINT complaint_reviews_first_department_fkey FOREIGN KEY (first_department) REFERENCES public.departments(id);

ALTER TABLE ONLY public.complaint_reviews
    ADD CONSTRAINT complaint_reviews_first_handler_fkey FOREIGN KEY (first_handler) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaint_reviews
    ADD CONSTRAINT complaint_reviews_reviewer_fkey FOREIGN KEY (reviewer) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_about_department_fkey FOREIGN KEY (about_department) REFERENCES public.departments(id);

ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);

ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_first_department_fkey FOREIGN KEY (first_department) REFERENCES public.departments(id);

ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_topic_fkey FOREIGN KEY (topic) REFERENCES public.complaint_topics(key);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_joined_id_fkey FOREIGN KEY (joined_id) REFERENCES public.contacts(id);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.contest_challenges
    ADD CONSTRAINT contest_challenges_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.contests(call_id);

ALTER TABLE ONLY public.contest_entries
    ADD CONSTRAINT contest_entries_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.contests(call_id);

ALTER TABLE ONLY public.contest_entries
    ADD CONSTRAINT contest_entries_challenge_id_fkey FOREIGN KEY (challenge_id) REFERENCES public.contest_challenges(id);

ALTER TABLE ONLY public.contest_entries
    ADD CONSTRAINT contest_entries_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.contest_teams(id);

ALTER TABLE ONLY public.contest_invitations
    ADD CONSTRAINT contest_invitations_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.contests(call_id);

ALTER TABLE ONLY public.contest_invitations
    ADD CONSTRAINT contest_invitations_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.contest_teams(id);

ALTER TABLE ONLY public.contest_jury
    ADD CONSTRAINT contest_jury_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.contests(call_id);

ALTER TABLE ONLY public.contest_jury
    ADD CONSTRAINT contest_jury_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.contest_members
    ADD CONSTRAINT contest_members_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.contests(call_id);

ALTER TABLE ONLY public.contest_members
    ADD CONSTRAINT contest_members_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.contest_members
    ADD CONSTRAINT contest_members_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.contest_teams(id);

ALTER TABLE ONLY public.contest_pilots
    ADD CONSTRAINT contest_pilots_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.contest_entries(id);

ALTER TABLE ONLY public.contest_reviews
    ADD CONSTRAINT contest_reviews_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.contest_entries(id);

ALTER TABLE ONLY public.contest_reviews
    ADD CONSTRAINT contest_reviews_juror_id_fkey FOREIGN KEY (juror_id) REFERENCES public.contest_jury(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contest_scores
    ADD CONSTRAINT contest_scores_entry_id_juror_id_fkey FOREIGN KEY (entry_id, juror_id) REFERENCES public.contest_reviews(entry_id, juror_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contest_teams
    ADD CONSTRAINT contest_teams_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.contests(call_id);

ALTER TABLE ONLY public.contests
    ADD CONSTRAINT contests_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.mod_items(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_reversed_by_fkey FOREIGN KEY (reversed_by) REFERENCES public.decisions(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_second_by_fkey FOREIGN KEY (second_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES public.decisions(id);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_follow_id_fkey FOREIGN KEY (follow_id) REFERENCES public.follows(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.departments
    ADD CONSTRAINT departments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.districts
    ADD CONSTRAINT districts_set_id_fkey FOREIGN KEY (set_id) REFERENCES public.district_sets(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.export_requests
    ADD CONSTRAINT export_requests_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.export_requests
    ADD CONSTRAINT export_requests_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_decision FOREIGN KEY (decision_id) REFERENCES public.decisions(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.mod_items(id);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.follows
    ADD CONSTRAINT follows_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.handover_answers
    ADD CONSTRAINT handover_answers_handover_id_fkey FOREIGN KEY (handover_id) REFERENCES public.handovers(id);

ALTER TABLE ONLY public.handovers
    ADD CONSTRAINT handovers_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.handovers
    ADD CONSTRAINT handovers_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.help_messages
    ADD CONSTRAINT help_messages_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.help_requests(id);

ALTER TABLE ONLY public.help_messages
    ADD CONSTRAINT help_messages_written_by_fkey FOREIGN KEY (written_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.help_offers
    ADD CONSTRAINT help_offers_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.help_offers
    ADD CONSTRAINT help_offers_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.help_requests(id);

ALTER TABLE ONLY public.help_requests
    ADD CONSTRAINT help_requests_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.help_requests
    ADD CONSTRAINT help_requests_measure_id_fkey FOREIGN KEY (measure_id) REFERENCES public.measures(id);

ALTER TABLE ONLY public.help_requests
    ADD CONSTRAINT help_requests_outcome_by_fkey FOREIGN KEY (outcome_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.hold_rules
    ADD CONSTRAINT hold_rules_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.mod_items(id);

ALTER TABLE ONLY public.idea_answers
    ADD CONSTRAINT idea_answers_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.idea_answers
    ADD CONSTRAINT idea_answers_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_authors
    ADD CONSTRAINT idea_authors_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_authors
    ADD CONSTRAINT idea_authors_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.idea_checks
    ADD CONSTRAINT idea_checks_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.idea_checks
    ADD CONSTRAINT idea_checks_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_hidden
    ADD CONSTRAINT idea_hidden_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_invitations
    ADD CONSTRAINT idea_invitations_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_invitations
    ADD CONSTRAINT idea_invitations_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.idea_invitations
    ADD CONSTRAINT idea_invitations_used_by_fkey FOREIGN KEY (used_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.idea_merges
    ADD CONSTRAINT idea_merges_from_id_fkey FOREIGN KEY (from_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_merges
    ADD CONSTRAINT idea_merges_into_id_fkey FOREIGN KEY (into_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_splits
    ADD CONSTRAINT idea_splits_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_splits
    ADD CONSTRAINT idea_splits_new_id_fkey FOREIGN KEY (new_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.idea_versions
    ADD CONSTRAINT idea_versions_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.ideas
    ADD CONSTRAINT ideas_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(id);

ALTER TABLE ONLY public.ideas
    ADD CONSTRAINT ideas_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.ideas
    ADD CONSTRAINT ideas_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.ideas
    ADD CONSTRAINT ideas_topic_fkey FOREIGN KEY (topic) REFERENCES public.idea_topics(key);

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.inquiries
    ADD CONSTRAINT inquiries_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.inquiries
    ADD CONSTRAINT inquiries_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programmes(id);

ALTER TABLE ONLY public.inquiry_answers
    ADD CONSTRAINT inquiry_answers_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.inquiry_answers
    ADD CONSTRAINT inquiry_answers_handed_in_by_fkey FOREIGN KEY (handed_in_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.inquiry_answers
    ADD CONSTRAINT inquiry_answers_inquiry_id_fkey FOREIGN KEY (inquiry_id) REFERENCES public.inquiries(id);

ALTER TABLE ONLY public.inquiry_answers
    ADD CONSTRAINT inquiry_answers_measure_id_fkey FOREIGN KEY (measure_id) REFERENCES public.measures(id);

ALTER TABLE ONLY public.inquiry_answers
    ADD CONSTRAINT inquiry_answers_released_by_fkey FOREIGN KEY (released_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_used_by_fkey FOREIGN KEY (used_by) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.measure_edits
    ADD CONSTRAINT measure_edits_measure_id_fkey FOREIGN KEY (measure_id) REFERENCES public.measures(id);

ALTER TABLE ONLY public.measure_edits
    ADD CONSTRAINT measure_edits_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.measure_edits
    ADD CONSTRAINT measure_edits_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.measure_spots
    ADD CONSTRAINT measure_spots_measure_id_fkey FOREIGN KEY (measure_id) REFERENCES public.measures(id);

ALTER TABLE ONLY public.measure_versions
    ADD CONSTRAINT measure_versions_measure_id_fkey FOREIGN KEY (measure_id) REFERENCES public.measures(id);

ALTER TABLE ONLY public.measure_waits
    ADD CONSTRAINT measure_waits_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.measures
    ADD CONSTRAINT measures_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programmes(id);

ALTER TABLE ONLY public.message_files
    ADD CONSTRAINT message_files_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.messages(id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.milestones
    ADD CONSTRAINT milestones_idea_id_fkey FOREIGN KEY (idea_id) REFERENCES public.ideas(id);

ALTER TABLE ONLY public.missed_digests
    ADD CONSTRAINT missed_digests_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.mod_openers
    ADD CONSTRAINT mod_openers_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.note_files
    ADD CONSTRAINT note_files_note_id_fkey FOREIGN KEY (note_id) REFERENCES public.notes(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_author_fkey FOREIGN KEY (author) REFERENCES public.persons(id);

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.notice_preferences
    ADD CONSTRAINT notice_preferences_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.objections
    ADD CONSTRAINT objections_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.objections
    ADD CONSTRAINT objections_first_by_fkey FOREIGN KEY (first_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.objections
    ADD CONSTRAINT objections_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.opening_hours
    ADD CONSTRAINT opening_hours_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.organisation_invitations
    ADD CONSTRAINT organisation_invitations_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.organisation_invitations
    ADD CONSTRAINT organisation_invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.organisation_invitations
    ADD CONSTRAINT organisation_invitations_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.organisation_members
    ADD CONSTRAINT organisation_members_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.organisation_members
    ADD CONSTRAINT organisation_members_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.partner_categories
    ADD CONSTRAINT partner_categories_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id);

ALTER TABLE ONLY public.partner_categories
    ADD CONSTRAINT partner_categories_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.passkey_challenges
    ADD CONSTRAINT passkey_challenges_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.practice_desks
    ADD CONSTRAINT practice_desks_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.programme_editors
    ADD CONSTRAINT programme_editors_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.programme_editors
    ADD CONSTRAINT programme_editors_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programmes(id);

ALTER TABLE ONLY public.programme_fields
    ADD CONSTRAINT programme_fields_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programmes(id);

ALTER TABLE ONLY public.push_subscriptions
    ADD CONSTRAINT push_subscriptions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.question_options
    ADD CONSTRAINT question_options_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.questions(id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id);

ALTER TABLE ONLY public.quiet_hours
    ADD CONSTRAINT quiet_hours_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.rating_questions
    ADD CONSTRAINT rating_questions_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programmes(id);

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.release_drafts
    ADD CONSTRAINT release_drafts_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.release_drafts
    ADD CONSTRAINT release_drafts_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programmes(id);

ALTER TABLE ONLY public.release_drafts
    ADD CONSTRAINT release_drafts_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.release_items
    ADD CONSTRAINT release_items_measure_id_fkey FOREIGN KEY (measure_id) REFERENCES public.measures(id);

ALTER TABLE ONLY public.release_items
    ADD CONSTRAINT release_items_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.releases(id);

ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programmes(id);

ALTER TABLE ONLY public.report_answers
    ADD CONSTRAINT report_answers_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_decisions
    ADD CONSTRAINT report_decisions_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.report_decisions
    ADD CONSTRAINT report_decisions_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_hidden
    ADD CONSTRAINT report_hidden_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_mailings
    ADD CONSTRAINT report_mailings_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.timeline_entries(id);

ALTER TABLE ONLY public.report_organisations
    ADD CONSTRAINT report_organisations_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.report_organisations
    ADD CONSTRAINT report_organisations_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_owners
    ADD CONSTRAINT report_owners_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.report_owners
    ADD CONSTRAINT report_owners_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_sources
    ADD CONSTRAINT report_sources_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_undos
    ADD CONSTRAINT report_undos_by_id_fkey FOREIGN KEY (by_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.report_undos
    ADD CONSTRAINT report_undos_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.objects(id);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.restrictions
    ADD CONSTRAINT restrictions_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.restrictions
    ADD CONSTRAINT restrictions_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.mod_items(id);

ALTER TABLE ONLY public.restrictions
    ADD CONSTRAINT restrictions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.restrictions
    ADD CONSTRAINT restrictions_second_by_fkey FOREIGN KEY (second_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.restrictions
    ADD CONSTRAINT restrictions_warned_by_fkey FOREIGN KEY (warned_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.resubmissions
    ADD CONSTRAINT resubmissions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.role_grant_limits
    ADD CONSTRAINT role_grant_limits_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.role_grants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.role_grants
    ADD CONSTRAINT role_grants_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.routing_rule_versions
    ADD CONSTRAINT routing_rule_versions_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.routing_rules
    ADD CONSTRAINT routing_rules_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.routing_rules
    ADD CONSTRAINT routing_rules_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.satisfaction
    ADD CONSTRAINT satisfaction_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.sealed_copies
    ADD CONSTRAINT sealed_copies_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.sealed_copies
    ADD CONSTRAINT sealed_copies_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.sealed_copies
    ADD CONSTRAINT sealed_copies_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.mod_items(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.shortlist_items
    ADD CONSTRAINT shortlist_items_person_id_day_fkey FOREIGN KEY (person_id, day) REFERENCES public.shortlists(person_id, day) ON DELETE CASCADE;

ALTER TABLE ONLY public.shortlists
    ADD CONSTRAINT shortlists_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.signposts
    ADD CONSTRAINT signposts_stop_key_fkey FOREIGN KEY (stop_key) REFERENCES public.stop_pages(key);

ALTER TABLE ONLY public.statement_decisions
    ADD CONSTRAINT statement_decisions_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES public.decisions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.statement_decisions
    ADD CONSTRAINT statement_decisions_statement_id_fkey FOREIGN KEY (statement_id) REFERENCES public.statements(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statements_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statements_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.flags(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statements_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.timeline_entries
    ADD CONSTRAINT timeline_entries_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.totp
    ADD CONSTRAINT totp_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.umbrella_answered
    ADD CONSTRAINT umbrella_answered_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.umbrella_answers(id);

ALTER TABLE ONLY public.umbrella_answers
    ADD CONSTRAINT umbrella_answers_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.umbrella_answers
    ADD CONSTRAINT umbrella_answers_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.umbrella_events(id);

ALTER TABLE ONLY public.umbrella_answers
    ADD CONSTRAINT umbrella_answers_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.umbrella_mailed
    ADD CONSTRAINT umbrella_mailed_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.umbrella_answers(id);

ALTER TABLE ONLY public.umbrella_mailed
    ADD CONSTRAINT umbrella_mailed_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.umbrella_members
    ADD CONSTRAINT umbrella_members_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.umbrella_events(id);

ALTER TABLE ONLY public.vote_hold_items
    ADD CONSTRAINT vote_hold_items_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES public.vote_holds(id);

ALTER TABLE ONLY public.vote_hold_items
    ADD CONSTRAINT vote_hold_items_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.voters(id);

ALTER TABLE ONLY public.vote_holds
    ADD CONSTRAINT vote_holds_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.persons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.vote_pending
    ADD CONSTRAINT vote_pending_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.voters(id);

ALTER TABLE ONLY public.vote_traces
    ADD CONSTRAINT vote_traces_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.voters(id);

ALTER TABLE ONLY public.voter_persons
    ADD CONSTRAINT voter_persons_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.voter_persons
    ADD CONSTRAINT voter_persons_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.voters(id);

ALTER TABLE ONLY public.votes
    ADD CONSTRAINT votes_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.voters(id);
