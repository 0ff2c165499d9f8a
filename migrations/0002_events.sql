-- +goose Up
-- One row per history of transaction numbers: another cluster, another timeline after a restore or a failover, another
-- database. Within one epoch xid only grows; between epochs it may start again, so cursors carry the epoch.
CREATE TABLE event_epochs (
  epoch      integer PRIMARY KEY,
  system_id  bigint NOT NULL,
  timeline   integer NOT NULL,
  db_oid     bigint NOT NULL,
  since      timestamptz NOT NULL DEFAULT mitwirk_now(),
  -- the last event that retention has deleted in this epoch: a cursor before it can't be continued
  pruned_xid xid8 NOT NULL DEFAULT '0',
  pruned_id  bigint NOT NULL DEFAULT 0
);

INSERT INTO event_epochs (epoch, system_id, timeline, db_oid)
SELECT 1,
       (SELECT system_identifier FROM pg_control_system()),
       ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer,
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database());

-- What happened, in bodies of ids and enums; kept 90 days.
CREATE TABLE events (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  epoch        integer NOT NULL,
  xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  type         text NOT NULL,
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  batch        boolean NOT NULL DEFAULT false,
  body         jsonb NOT NULL,
  at           timestamptz NOT NULL DEFAULT mitwirk_now()
);

-- for the readers' next page: (epoch, xid, id) > cursor
CREATE UNIQUE INDEX events_cursor ON events (epoch, xid, id);
-- for retention: at < 90 days ago
CREATE INDEX events_at ON events (at);
-- for what happened to one subject, newest first
CREATE INDEX events_subject ON events (subject_id, subject_kind, id);
