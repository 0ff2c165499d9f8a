package accounts

// SQL of the tokens of other systems.
const (
	sqlInsertAPIToken = `
INSERT INTO api_tokens (token_hash, id, person_id, name, personal, scopes, department_id, expires_at, proved)
VALUES ($1, $2, $3, $4, $5, $6, $7, mitwirk_now() + $8 * interval '1 microsecond', $9)
RETURNING created_at, expires_at`

	sqlAPITokens = `
SELECT t.id, t.person_id, t.name, t.personal, t.scopes, t.department_id, coalesce(d.key, ''), t.created_at, t.expires_at, t.seen_at, t.revoked_at
FROM api_tokens t
LEFT JOIN departments d ON d.id = t.department_id
ORDER BY t.created_at DESC, t.id DESC`

	sqlAPITokenByHash = `
SELECT t.id, t.person_id, t.name, t.personal, t.scopes, t.department_id, coalesce(d.key, ''), t.created_at, t.expires_at, t.seen_at, t.revoked_at,
       t.proved, p.level,
       coalesce((SELECT jsonb_agg(jsonb_build_object('role', g.role, 'departments', l.departments, 'categories', l.categories, 'districts', l.districts) ORDER BY g.role)
                 FROM role_grants g,
                      LATERAL (SELECT coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'department'), '[]') AS departments,
                                      coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'category'), '[]') AS categories,
                                      coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'district'), '[]') AS districts
                               FROM role_grant_limits
                               WHERE grant_id = g.id) l
                 WHERE t.personal AND g.person_id = t.person_id), '[]'),
       t.seen_at IS NULL OR t.seen_at < mitwirk_now() - interval '1 minute'
FROM api_tokens t
JOIN persons p ON p.id = t.person_id
LEFT JOIN departments d ON d.id = t.department_id
WHERE t.token_hash = $1
  AND p.erased_at IS NULL
  AND t.expires_at > mitwirk_now()
  AND t.revoked_at IS NULL`

	sqlTouchAPIToken = `UPDATE api_tokens SET seen_at = mitwirk_now() WHERE id = $1`

	sqlLockAPIToken = `SELECT person_id, revoked_at FROM api_tokens WHERE id = $1 FOR UPDATE`

	// Revoking waits for whoever writes by the token; noting its use does not.
	sqlHoldAPIToken = `
SELECT personal
FROM api_tokens
WHERE id = $1
  AND person_id = $2
  AND revoked_at IS NULL
  AND expires_at > mitwirk_now()
FOR KEY SHARE`

	sqlRevokeAPIToken = `UPDATE api_tokens SET revoked_at = mitwirk_now() WHERE id = $1`
)
