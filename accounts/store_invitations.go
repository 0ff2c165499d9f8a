package accounts

const (
	sqlLockInvitation   = `SELECT pg_advisory_xact_lock(hashtextextended('invitation:' || $1::uuid::text, 0))`
	sqlInvitationExists = `SELECT EXISTS (SELECT FROM invitations WHERE id = $1)`

	sqlContactHash = `SELECT address_hash FROM contacts WHERE id = $1`

	sqlReplaceInvitations = `
UPDATE invitations i
SET revoked_at = mitwirk_now()
FROM contacts c
WHERE c.id = i.contact_id
  AND c.address_hash = $1
  AND i.used_at IS NULL
  AND i.revoked_at IS NULL`

	sqlInsertInvitation = `
INSERT INTO invitations (id, token_hash, contact_id, pseudonym, role, limits, reason, invited_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, mitwirk_now() + $9::bigint * interval '1 microsecond')`

	sqlInvitations = `
SELECT i.id,
       c.address,
       i.pseudonym,
       i.role,
       i.limits,
       i.reason,
       i.created_at,
       i.expires_at,
       i.used_at,
       i.used_by,
       i.revoked_at,
       i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > mitwirk_now()
FROM invitations i
JOIN contacts c ON c.id = i.contact_id
ORDER BY i.created_at DESC, i.id DESC
LIMIT 200`

	// The outer query sees the row as it was before the update.
	sqlRevokeInvitation = `
WITH done AS (UPDATE invitations
              SET revoked_at = mitwirk_now()
              WHERE id = $1
                AND used_at IS NULL
                AND revoked_at IS NULL
                AND expires_at > mitwirk_now()
              RETURNING id)
SELECT EXISTS (SELECT FROM done)
FROM invitations
WHERE id = $1`

	sqlPeekInvitation = `
SELECT role, limits, expires_at
FROM invitations
WHERE token_hash = $1
  AND used_at IS NULL
  AND revoked_at IS NULL
  AND expires_at > mitwirk_now()`

	sqlTakeInvitation = `
UPDATE invitations
SET used_at = mitwirk_now()
WHERE token_hash = $1
  AND used_at IS NULL
  AND revoked_at IS NULL
  AND expires_at > mitwirk_now()
RETURNING id, contact_id, invited_by, pseudonym, role, limits, reason`

	sqlInvitationUsedBy = `UPDATE invitations SET used_by = $2 WHERE id = $1`

	sqlNameInvited = `UPDATE persons SET pseudonym = $2 WHERE id = $1 AND pseudonym = '' AND $2 <> ''`

	sqlSweepInvitations = `
DELETE FROM invitations
WHERE coalesce(used_at, revoked_at, expires_at) < mitwirk_now() - $1::bigint * interval '1 microsecond'
RETURNING contact_id`
)
