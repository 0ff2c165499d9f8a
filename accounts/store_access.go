package accounts

// SQL of tokens, sessions, receipts and rate limits.
const (
	sqlInsertToken = `
INSERT INTO one_time_tokens (token_hash, purpose, person_id, contact_id, subject_kind, subject_id, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, mitwirk_now() + $7 * interval '1 microsecond')`

	sqlPeekToken = `
SELECT person_id, contact_id, subject_kind, subject_id, expires_at, used_at
FROM one_time_tokens
WHERE token_hash = $1
  AND purpose = $2
  AND expires_at > mitwirk_now()
  AND (used_at IS NULL OR $3)`

	sqlUseToken = `
UPDATE one_time_tokens
SET used_at = coalesce(used_at, mitwirk_now())
WHERE token_hash = $1
  AND purpose = $2
  AND expires_at > mitwirk_now()
  AND (used_at IS NULL OR $3)
RETURNING person_id, contact_id, subject_kind, subject_id, expires_at, used_at`

	sqlVoidTokens = `
UPDATE one_time_tokens
SET used_at = mitwirk_now()
WHERE purpose = $1 AND person_id = $2 AND used_at IS NULL`

	sqlInsertSession = `
INSERT INTO sessions (token_hash, id, person_id, assurance, device, idle_until, absolute_until)
VALUES ($1, $2, $3, $4, $5, mitwirk_now() + $6 * interval '1 microsecond', mitwirk_now() + $7 * interval '1 microsecond')`

	sqlActorByToken = `
SELECT s.id,
       p.id,
       p.level,
       p.locale,
       coalesce((SELECT jsonb_agg(jsonb_build_object('role', g.role, 'departments', l.departments, 'categories', l.categories, 'districts', l.districts) ORDER BY g.role)
                 FROM role_grants g,
                      LATERAL (SELECT coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'department'), '[]') AS departments,
                                      coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'category'), '[]') AS categories,
                                      coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'district'), '[]') AS districts
                               FROM role_grant_limits
                               WHERE grant_id = g.id) l
                 WHERE g.person_id = p.id), '[]'),
       s.assurance,
       s.seen_at < mitwirk_now() - interval '1 minute'
FROM sessions s
JOIN persons p ON p.id = s.person_id
WHERE s.token_hash = $1
  AND s.idle_until > mitwirk_now()
  AND s.absolute_until > mitwirk_now()
  AND p.erased_at IS NULL`

	sqlTouchSession = `
UPDATE sessions
SET seen_at = mitwirk_now(),
    idle_until = mitwirk_now() + $2 * interval '1 microsecond'
WHERE id = $1
  AND seen_at < mitwirk_now() - interval '1 minute'`

	sqlHoldSession = `
SELECT true
FROM sessions
WHERE id = $1
  AND person_id = $2
  AND idle_until > mitwirk_now()
  AND absolute_until > mitwirk_now()
FOR SHARE`

	sqlHoldGrants = `SELECT id FROM role_grants WHERE person_id = $1 ORDER BY id FOR SHARE`

	sqlEndSession    = `DELETE FROM sessions WHERE id = $1`
	sqlEndSessionsOf = `DELETE FROM sessions WHERE person_id = $1`

	sqlEndOneSession    = `DELETE FROM sessions WHERE id = $1 AND person_id = $2`
	sqlEndOtherSessions = `DELETE FROM sessions WHERE id <> $1 AND person_id = $2`

	sqlSessionsOf = `
SELECT id, assurance, device, created_at, seen_at, least(idle_until, absolute_until)
FROM sessions
WHERE person_id = $1
  AND idle_until > mitwirk_now()
  AND absolute_until > mitwirk_now()
ORDER BY seen_at DESC, id DESC`

	sqlInsertReceipt = `
INSERT INTO receipts (subject_kind, subject_id, code_hash)
VALUES ($1, $2, $3)`

	sqlReceipt       = `SELECT code_hash FROM receipts WHERE subject_kind = $1 AND subject_id = $2`
	sqlNoteTry       = `UPDATE receipts SET tries = tries + 1 WHERE subject_kind = $1 AND subject_id = $2`
	sqlDeleteReceipt = `DELETE FROM receipts WHERE subject_kind = $1 AND subject_id = $2`

	sqlDayKey = `SELECT key FROM server_keys WHERE name = 'rate:' || (mitwirk_now() AT TIME ZONE 'UTC')::date`

	sqlMakeDayKey = `
INSERT INTO server_keys (name, key)
VALUES ('rate:' || (mitwirk_now() AT TIME ZONE 'UTC')::date + $2::int, $1)
ON CONFLICT DO NOTHING`

	sqlCountRate = `
INSERT INTO rate_buckets (rule, key_hmac, window_start, n)
VALUES ($1, $2, date_bin($3 * interval '1 microsecond', mitwirk_now(), '2000-01-01 00:00:00+00'), 1)
ON CONFLICT (rule, key_hmac, window_start) DO UPDATE
SET n = rate_buckets.n + 1
RETURNING n`

	sqlAllowRate = `
INSERT INTO rate_buckets (rule, key_hmac, window_start, n)
VALUES ($1, $2, date_bin($3 * interval '1 microsecond', mitwirk_now(), '2000-01-01 00:00:00+00'), 1)
ON CONFLICT (rule, key_hmac, window_start) DO UPDATE
SET n = rate_buckets.n + 1
WHERE rate_buckets.n < $4
RETURNING n`

	sqlWindowLeft = `
SELECT date_bin($1 * interval '1 microsecond', mitwirk_now(), '2000-01-01 00:00:00+00') + $1 * interval '1 microsecond' - mitwirk_now()`

	sqlSweepSessions = `DELETE FROM sessions WHERE absolute_until < mitwirk_now() OR idle_until < mitwirk_now()`
	sqlSweepTokens   = `DELETE FROM one_time_tokens WHERE expires_at < mitwirk_now() - interval '1 day'`
	sqlSweepRates    = `DELETE FROM rate_buckets WHERE window_start < mitwirk_now() - interval '1 day'`
	sqlSweepKeys     = `DELETE FROM server_keys WHERE name LIKE 'rate:%' AND made_at < mitwirk_now() - interval '2 days'`
)
