package accounts

// SQL of the tokens of other systems.
const (
	sqlInsertAPIToken = `
INSERT INTO api_tokens (token_hash, id, person_id, name, scopes, department_id, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, mitwirk_now() + $7 * interval '1 microsecond')
RETURNING created_at, expires_at`

	sqlAPITokens = `
SELECT t.id, t.person_id, t.name, t.scopes, t.department_id, coalesce(d.key, ''), t.created_at, t.expires_at, t.seen_at, t.revoked_at
FROM api_tokens t
LEFT JOIN departments d ON d.id = t.department_id
ORDER BY t.created_at DESC, t.id DESC`

	sqlAPITokenByHash = `
SELECT t.id, t.person_id, t.name, t.scopes, t.department_id, coalesce(d.key, ''), t.created_at, t.expires_at, t.seen_at, t.revoked_at,
       t.seen_at IS NULL OR t.seen_at < mitwirk_now() - interval '1 minute'
FROM api_tokens t
LEFT JOIN departments d ON d.id = t.department_id
WHERE t.token_hash = $1
  AND t.expires_at > mitwirk_now()
  AND t.revoked_at IS NULL`

	sqlTouchAPIToken = `UPDATE api_tokens SET seen_at = mitwirk_now() WHERE id = $1`

	sqlLockAPIToken = `SELECT person_id, revoked_at FROM api_tokens WHERE id = $1 FOR UPDATE`

	sqlRevokeAPIToken = `UPDATE api_tokens SET revoked_at = mitwirk_now() WHERE id = $1`
)
