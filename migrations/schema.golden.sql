-- What the migrations make, in the words of pg_dump. Written by: go test ./internal/archtest -run TestSchema -update

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
    CONSTRAINT api_tokens_check CHECK (((NOT (scopes @> ARRAY['reports:status'::text])) OR (department_id IS NOT NULL))),
    CONSTRAINT api_tokens_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT api_tokens_scopes_check CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['reports:read'::text, 'reports:write'::text, 'reports:status'::text])))
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

CREATE TABLE public.deadline_pauses (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone
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
    activated_at timestamp with time zone
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
    CONSTRAINT follows_cadence_check CHECK ((cadence = ANY (ARRAY['each'::text, 'daily'::text, 'weekly'::text, 'never'::text]))),
    CONSTRAINT follows_owner_kind_check CHECK ((owner_kind = ANY (ARRAY['person'::text, 'contact'::text]))),
    CONSTRAINT follows_target_kind_check CHECK ((target_kind = ANY (ARRAY['subject'::text, 'area'::text, 'search'::text])))
);

CREATE TABLE public.holidays (
    region text NOT NULL,
    day date NOT NULL,
    name jsonb DEFAULT '{}'::jsonb NOT NULL
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

CREATE TABLE public.links (
    from_kind text NOT NULL,
    from_id uuid NOT NULL,
    to_kind text NOT NULL,
    to_id uuid NOT NULL,
    relation text NOT NULL,
    made_by uuid,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT links_relation_check CHECK ((relation = ANY (ARRAY['duplicate_of'::text, 'became'::text, 'belongs_to'::text])))
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
    CONSTRAINT mails_check CHECK (((contact_id IS NOT NULL) OR (recipient IS NOT NULL) OR (done_at IS NOT NULL))),
    CONSTRAINT mails_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'dropped'::text])))
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
    CONSTRAINT messages_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT messages_kind_check CHECK ((kind = ANY (ARRAY['question'::text, 'answer'::text, 'addition'::text, 'objection'::text, 'withdrawal_hint'::text])))
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

CREATE TABLE public.page_feedback (
    id uuid NOT NULL,
    path text NOT NULL,
    lang text NOT NULL,
    helpful boolean NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
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

CREATE UNLOGGED TABLE public.presence (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    seen_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
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

CREATE TABLE public.rate_buckets (
    rule text NOT NULL,
    key_hmac bytea NOT NULL,
    window_start timestamp with time zone NOT NULL,
    n integer NOT NULL
);

CREATE TABLE public.receipts (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
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

CREATE TABLE public.report_mailings (
    entry_id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

CREATE TABLE public.report_owners (
    report_id uuid NOT NULL,
    person_id uuid NOT NULL,
    since timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL
);

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
    CONSTRAINT sessions_assurance_check CHECK ((assurance = ANY (ARRAY['visitor'::text, 'mail'::text])))
);

CREATE TABLE public.settings (
    key text NOT NULL,
    value jsonb NOT NULL,
    changed_by uuid,
    changed_at timestamp with time zone DEFAULT public.mitwirk_now() NOT NULL,
    CONSTRAINT settings_key_check CHECK ((key ~ '^[a-z][a-z0-9_.-]{0,79}$'::text))
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

CREATE TABLE public.stop_pages (
    key text NOT NULL,
    hard boolean NOT NULL,
    tel text[] DEFAULT '{}'::text[] NOT NULL,
    title jsonb NOT NULL,
    text jsonb NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT stop_pages_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,39}$'::text))
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

CREATE TABLE public.vote_totals (
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    aspect text NOT NULL,
    level smallint NOT NULL,
    value smallint NOT NULL,
    n integer NOT NULL
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

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_id_key UNIQUE (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_person_id_key UNIQUE (person_id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.attachment_versions
    ADD CONSTRAINT attachment_versions_pkey PRIMARY KEY (attachment_id, n);

ALTER TABLE ONLY public.attachments
    ADD CONSTRAINT attachments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.barrier_reports
    ADD CONSTRAINT barrier_reports_number UNIQUE (number);

ALTER TABLE ONLY public.barrier_reports
    ADD CONSTRAINT barrier_reports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.basemap_features
    ADD CONSTRAINT basemap_features_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.deadline_pauses
    ADD CONSTRAINT deadline_pauses_pkey PRIMARY KEY (subject_kind, subject_id, from_at);

ALTER TABLE ONLY public.departments
    ADD CONSTRAINT departments_key_key UNIQUE (key);

ALTER TABLE ONLY public.departments
    ADD CONSTRAINT departments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.district_sets
    ADD CONSTRAINT district_sets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.districts
    ADD CONSTRAINT districts_pkey PRIMARY KEY (set_id, ref);

ALTER TABLE ONLY public.draft_handovers
    ADD CONSTRAINT draft_handovers_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event_epochs
    ADD CONSTRAINT event_epochs_pkey PRIMARY KEY (epoch);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.follows
    ADD CONSTRAINT follows_once UNIQUE (owner_kind, owner_id, target_hash);

ALTER TABLE ONLY public.follows
    ADD CONSTRAINT follows_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.holidays
    ADD CONSTRAINT holidays_pkey PRIMARY KEY (region, day);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (route, key_hash);

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (from_kind, from_id, to_kind, to_id, relation);

ALTER TABLE ONLY public.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.merges
    ADD CONSTRAINT merges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY public.page_feedback
    ADD CONSTRAINT page_feedback_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.persons
    ADD CONSTRAINT persons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (subject_kind, subject_id, session_id);

ALTER TABLE ONLY public.question_options
    ADD CONSTRAINT question_options_pkey PRIMARY KEY (question_id, key);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_key UNIQUE (category_id, key);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rate_buckets
    ADD CONSTRAINT rate_buckets_pkey PRIMARY KEY (rule, key_hmac, window_start);

ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (subject_kind, subject_id);

ALTER TABLE ONLY public.report_answers
    ADD CONSTRAINT report_answers_pkey PRIMARY KEY (report_id, question_id);

ALTER TABLE ONLY public.report_decisions
    ADD CONSTRAINT report_decisions_pkey PRIMARY KEY (report_id);

ALTER TABLE ONLY public.report_mailings
    ADD CONSTRAINT report_mailings_pkey PRIMARY KEY (entry_id);

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

ALTER TABLE ONLY public.server_keys
    ADD CONSTRAINT server_keys_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_id_key UNIQUE (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);

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

ALTER TABLE ONLY public.stop_pages
    ADD CONSTRAINT stop_pages_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.timeline_entries
    ADD CONSTRAINT timeline_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.vote_totals
    ADD CONSTRAINT vote_totals_pkey PRIMARY KEY (subject_kind, subject_id, aspect, level, value);

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

CREATE INDEX attachment_versions_age ON public.attachment_versions USING btree (created_at);

CREATE INDEX attachment_versions_blob ON public.attachment_versions USING btree (blob);

CREATE INDEX attachment_versions_small_blob ON public.attachment_versions USING btree (small_blob);

CREATE INDEX attachments_age ON public.attachments USING btree (subject_kind, created_at, id) WHERE (state <> 'removed'::text);

CREATE INDEX attachments_draft ON public.attachments USING btree (draft_id, ord) WHERE (draft_id IS NOT NULL);

CREATE INDEX attachments_owner ON public.attachments USING btree (owner_id) WHERE (owner_id IS NOT NULL);

CREATE INDEX attachments_subject ON public.attachments USING btree (subject_kind, subject_id, ord) WHERE (draft_id IS NULL);

CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject_kind, subject_id, seq) WHERE (subject_id IS NOT NULL);

CREATE INDEX barrier_reports_at ON public.barrier_reports USING btree (at DESC, id DESC);

CREATE INDEX case_log_batch ON public.case_log USING btree (batch_id) WHERE (batch_id IS NOT NULL);

CREATE INDEX case_log_subject ON public.case_log USING btree (subject_kind, subject_id, at DESC, id DESC);

CREATE INDEX cases_missed ON public.cases USING btree (due_at) WHERE ((state = 'open'::text) AND (missed_at IS NULL) AND (paused_at IS NULL));

CREATE INDEX cases_queue ON public.cases USING btree (department_id, state, due_at, created_at, subject_id);

CREATE UNIQUE INDEX contacts_confirmed_address ON public.contacts USING btree (kind, address_hash) WHERE (confirmed_at IS NOT NULL);

CREATE INDEX contacts_joined ON public.contacts USING btree (joined_id) WHERE (joined_id IS NOT NULL);

CREATE INDEX contacts_person ON public.contacts USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX district_sets_active ON public.district_sets USING btree (activated_at DESC, id DESC) WHERE (activated_at IS NOT NULL);

CREATE INDEX districts_area ON public.districts USING gist (area);

CREATE INDEX draft_handovers_draft ON public.draft_handovers USING btree (draft_id, created_at DESC);

CREATE INDEX draft_handovers_expires ON public.draft_handovers USING btree (expires_at);

CREATE INDEX draft_handovers_person ON public.draft_handovers USING btree (from_person);

CREATE INDEX drafts_expires ON public.drafts USING btree (expires_at, id);

CREATE INDEX drafts_person ON public.drafts USING btree (person_id, updated_at DESC, id DESC);

CREATE INDEX events_at ON public.events USING btree (at);

CREATE UNIQUE INDEX events_cursor ON public.events USING btree (epoch, xid, id);

CREATE INDEX events_subject ON public.events USING btree (subject_id, subject_kind, id);

CREATE INDEX follows_target ON public.follows USING btree (target_hash);

CREATE INDEX idempotency_keys_expiry ON public.idempotency_keys USING btree (expires_at);

CREATE INDEX links_to ON public.links USING btree (to_kind, to_id, relation);

CREATE INDEX mails_contact ON public.mails USING btree (contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX mails_created ON public.mails USING btree (created_at DESC, id DESC);

CREATE INDEX mails_done ON public.mails USING btree (done_at) WHERE (done_at IS NOT NULL);

CREATE INDEX merges_from ON public.merges USING btree (from_kind, from_id) WHERE (undone_at IS NULL);

CREATE INDEX messages_subject ON public.messages USING btree (subject_kind, subject_id, at, id);

CREATE INDEX notes_mentions ON public.notes USING gin (mentions);

CREATE INDEX notes_subject ON public.notes USING btree (subject_kind, subject_id, at, id);

CREATE INDEX objects_point ON public.objects USING gist (((point)::public.geography));

CREATE INDEX one_time_tokens_contact ON public.one_time_tokens USING btree (contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX one_time_tokens_expires ON public.one_time_tokens USING btree (expires_at);

CREATE INDEX one_time_tokens_person ON public.one_time_tokens USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX page_feedback_at ON public.page_feedback USING btree (at);

CREATE INDEX presence_seen ON public.presence USING btree (seen_at);

CREATE INDEX rate_buckets_window ON public.rate_buckets USING btree (window_start);

CREATE INDEX report_owners_person ON public.report_owners USING btree (person_id, since DESC);

CREATE INDEX report_undos_report ON public.report_undos USING btree (report_id, at DESC);

CREATE INDEX report_undos_until ON public.report_undos USING btree (until);

CREATE INDEX reports_category ON public.reports USING btree (category_id, created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_closed ON public.reports USING btree (closed_at) WHERE ((closed_at IS NOT NULL) AND (visibility <> 'erased'::text));

CREATE INDEX reports_district ON public.reports USING btree (district_ref, created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_geography ON public.reports USING gist (((point)::public.geography));

CREATE INDEX reports_newest ON public.reports USING btree (created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_norm ON public.reports USING gin (norm public.gin_trgm_ops);

CREATE INDEX reports_object ON public.reports USING btree (object_id, created_at DESC, id DESC) WHERE (object_id IS NOT NULL);

CREATE INDEX reports_point ON public.reports USING gist (point);

CREATE INDEX reports_status_at ON public.reports USING btree (status_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_street ON public.reports USING btree (street_norm, created_at DESC, id DESC) WHERE (visibility = 'public'::text);

CREATE INDEX reports_tsv ON public.reports USING gin (tsv);

CREATE INDEX responsibilities_area ON public.responsibilities USING gist (area);

CREATE INDEX resubmissions_due ON public.resubmissions USING btree (due_on) WHERE ((done_at IS NULL) AND (raised_at IS NULL));

CREATE UNIQUE INDEX resubmissions_open ON public.resubmissions USING btree (subject_kind, subject_id, person_id) WHERE (done_at IS NULL);

CREATE INDEX resubmissions_person ON public.resubmissions USING btree (person_id, due_on) WHERE (done_at IS NULL);

CREATE INDEX retention_records_at ON public.retention_records USING btree (deleted_at, id);

CREATE INDEX role_grant_limits_ref ON public.role_grant_limits USING btree (kind, ref_id);

CREATE INDEX sessions_absolute ON public.sessions USING btree (absolute_until);

CREATE INDEX sessions_person ON public.sessions USING btree (person_id);

CREATE INDEX site_messages_to ON public.site_messages USING btree (to_at DESC, id DESC);

CREATE INDEX templates_fit ON public.templates USING btree (department_id, status) WHERE (gone_at IS NULL);

CREATE INDEX timeline_entries_subject ON public.timeline_entries USING btree (subject_kind, subject_id, at, id);

CREATE TRIGGER audit_log_chain BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.mitwirk_audit_chain();

CREATE TRIGGER audit_log_keep BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.mitwirk_audit_refuse();

CREATE TRIGGER audit_log_keep_all BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.mitwirk_audit_refuse();

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_deputy_id_fkey FOREIGN KEY (deputy_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.absences
    ADD CONSTRAINT absences_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.attachment_versions
    ADD CONSTRAINT attachment_versions_attachment_id_fkey FOREIGN KEY (attachment_id) REFERENCES public.attachments(id) ON DELETE CASCADE;

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

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_joined_id_fkey FOREIGN KEY (joined_id) REFERENCES public.contacts(id);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.departments
    ADD CONSTRAINT departments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.districts
    ADD CONSTRAINT districts_set_id_fkey FOREIGN KEY (set_id) REFERENCES public.district_sets(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_author_fkey FOREIGN KEY (author) REFERENCES public.persons(id);

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

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

ALTER TABLE ONLY public.question_options
    ADD CONSTRAINT question_options_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.questions(id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id);

ALTER TABLE ONLY public.report_answers
    ADD CONSTRAINT report_answers_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_decisions
    ADD CONSTRAINT report_decisions_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.persons(id);

ALTER TABLE ONLY public.report_decisions
    ADD CONSTRAINT report_decisions_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);

ALTER TABLE ONLY public.report_mailings
    ADD CONSTRAINT report_mailings_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.timeline_entries(id);

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

ALTER TABLE ONLY public.resubmissions
    ADD CONSTRAINT resubmissions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.role_grant_limits
    ADD CONSTRAINT role_grant_limits_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.role_grants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.role_grants
    ADD CONSTRAINT role_grants_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.signposts
    ADD CONSTRAINT signposts_stop_key_fkey FOREIGN KEY (stop_key) REFERENCES public.stop_pages(key);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id);

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.timeline_entries
    ADD CONSTRAINT timeline_entries_department_id_fkey FOREIGN KEY (department_id) REFERENCES public.departments(id);

ALTER TABLE ONLY public.voter_persons
    ADD CONSTRAINT voter_persons_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.persons(id);

ALTER TABLE ONLY public.voter_persons
    ADD CONSTRAINT voter_persons_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.voters(id);

ALTER TABLE ONLY public.votes
    ADD CONSTRAINT votes_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.voters(id);
