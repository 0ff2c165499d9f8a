// Package events tells the product what happened: a row per event, written in
// the transaction of the thing itself, and two kinds of subscription.
//
//   - OnJob: once per installation, as a job that is retried (mail, search rows,
//     webhooks). The job is inserted in the same transaction as the event.
//   - OnEach: in every process, in order, by cursor (live, tile index, caches).
//
// Invariants:
//   - an event exists exactly when what it tells of was committed;
//   - bodies hold ids and enums, never texts or personal data; kept 90 days;
//   - the cursor (epoch, xid, id) never passes pg_snapshot_xmin: ids are given
//     out before the commit, and a cursor by id alone loses what commits late;
//   - the epoch grows when the database's history of transaction numbers is
//     another one (restore, failover, copy); a cursor of an older epoch, or one
//     older than the retention, gets ErrResync;
//   - order is that of (epoch, xid, id), which agrees with the order of commits
//     for everything that touches the same row;
//   - handlers may see an event twice after a crash, always with the same id;
//   - imports append one batch event per 500 rows (see Many).
//
// Tables it alone writes: events, event_epochs.
package events
