package accounts

// SQL of people, contacts, departments, roles, audit and retention.
const (
	sqlServerKey = `SELECT key FROM server_keys WHERE name = $1`

	sqlInsertPerson = `
INSERT INTO persons (id, level, locale)
VALUES ($1, $2, $3)`

	sqlPersonByID = `
SELECT id, level, pseudonym, locale, created_at, erased_at
FROM persons
WHERE id = $1`

	sqlSetPseudonym = `UPDATE persons SET pseudonym = $2 WHERE id = $1 AND erased_at IS NULL`

	sqlInsertContact = `
INSERT INTO contacts (id, kind, address, address_hash, locale)
VALUES ($1, 'mail', $2, $3, $4)`

	sqlContactByID = `
SELECT c.id,
       k.person_id,
       c.address,
       c.locale,
       k.confirmed_at,
       coalesce(c.stopped_at, k.stopped_at)
FROM contacts c
JOIN contacts k ON k.id = coalesce(c.joined_id, c.id)
WHERE c.id = $1`

	sqlContactsOf = `
SELECT id, person_id, address, locale, confirmed_at, stopped_at
FROM contacts
WHERE person_id = $1
ORDER BY created_at, id`

	sqlLockContact = `
SELECT address_hash, joined_id, confirmed_at IS NOT NULL
FROM contacts
WHERE id = $1
FOR UPDATE`

	sqlLockAddress = `SELECT pg_advisory_xact_lock(hashtextextended('contacts:' || encode($1::bytea, 'hex'), 0))`

	sqlConfirmedByHash = `
SELECT id
FROM contacts
WHERE kind = 'mail' AND address_hash = $1 AND confirmed_at IS NOT NULL`

	sqlPersonByHash = `
SELECT person_id
FROM contacts
WHERE kind = 'mail' AND address_hash = $1 AND confirmed_at IS NOT NULL`

	sqlJoinContact    = `UPDATE contacts SET joined_id = $2 WHERE id = $1`
	sqlConfirmContact = `UPDATE contacts SET confirmed_at = mitwirk_now() WHERE id = $1`
	sqlStopContact    = `UPDATE contacts SET stopped_at = mitwirk_now() WHERE (id = $1 OR id = (SELECT joined_id FROM contacts WHERE id = $1)) AND stopped_at IS NULL`
	sqlResumeContact  = `UPDATE contacts SET stopped_at = NULL WHERE id = $1 OR id = (SELECT joined_id FROM contacts WHERE id = $1)`
	sqlForgetTyped    = `DELETE FROM contacts WHERE id = $1 AND confirmed_at IS NULL AND joined_id IS NULL`
	sqlDeleteContact  = `DELETE FROM contacts WHERE id = $1 AND person_id IS NULL`
	sqlJoinedTo       = `SELECT id FROM contacts WHERE joined_id = $1 ORDER BY created_at, id FOR UPDATE`
	sqlFreeJoined     = `UPDATE contacts SET joined_id = NULL WHERE id = $1`
	sqlJoinToHeir     = `UPDATE contacts SET joined_id = $2 WHERE joined_id = $1`

	sqlInheritConfirmed = `
UPDATE contacts
SET confirmed_at = $2,
    stopped_at = coalesce(stopped_at, $3)
WHERE id = $1`

	sqlClaimContact = `
UPDATE contacts
SET person_id = coalesce(person_id, $2)
WHERE id = $1
RETURNING person_id`

	sqlDepartments = `
SELECT id, key, name, parent_id, door, does, mail, active
FROM departments
ORDER BY key`

	sqlDepartmentByID = `
SELECT id, key, name, parent_id, door, does, mail, active
FROM departments
WHERE id = $1`

	sqlDepartmentByKey = `
SELECT id, key, name, parent_id, door, does, mail, active
FROM departments
WHERE key = $1`

	sqlPutDepartment = `
INSERT INTO departments (id, key, name, parent_id, door, does, mail, active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (key) DO UPDATE
SET name = excluded.name,
    parent_id = excluded.parent_id,
    door = excluded.door,
    does = excluded.does,
    mail = excluded.mail,
    active = excluded.active
RETURNING id`

	sqlGrantRole = `
INSERT INTO role_grants (id, person_id, role, granted_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT role_grants_person_role DO UPDATE
SET role = excluded.role
RETURNING id`

	sqlLimitGrant = `
INSERT INTO role_grant_limits (grant_id, kind, ref_id)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING`

	sqlRevokeRole = `DELETE FROM role_grants WHERE person_id = $1 AND role = $2`

	sqlGrants = `
SELECT g.id,
       g.role,
       coalesce((SELECT jsonb_agg(jsonb_build_object('kind', l.kind, 'ref', l.ref_id) ORDER BY l.kind, l.ref_id)
                 FROM role_grant_limits l
                 WHERE l.grant_id = g.id), '[]')
FROM role_grants g
WHERE g.person_id = $1
ORDER BY g.role`

	sqlRights = `
SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'departments', l.departments, 'categories', l.categories, 'districts', l.districts) ORDER BY g.role), '[]')
FROM role_grants g,
     LATERAL (SELECT coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'department'), '[]') AS departments,
                     coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'category'), '[]') AS categories,
                     coalesce(jsonb_agg(ref_id ORDER BY ref_id) FILTER (WHERE kind = 'district'), '[]') AS districts
              FROM role_grant_limits
              WHERE grant_id = g.id) l
WHERE g.person_id = $1`

	sqlStaffOf = `
SELECT DISTINCT p.id, p.level, p.pseudonym, p.locale, p.created_at, p.erased_at
FROM role_grant_limits l
JOIN role_grants g ON g.id = l.grant_id
JOIN persons p ON p.id = g.person_id
WHERE l.kind = 'department'
  AND l.ref_id = $1
  AND g.role IN ('caseworker', 'team_lead', 'moderator', 'editor', 'analyst', 'admin')
  AND p.erased_at IS NULL
ORDER BY p.pseudonym, p.id`

	sqlInsertAudit = `
INSERT INTO audit_log (actor, action, subject_kind, subject_id, fields, reason)
VALUES ($1, $2, $3, $4, $5, $6)`

	sqlAuditOf = `
SELECT seq, actor, action, fields, reason, at
FROM audit_log
WHERE subject_kind = $1 AND subject_id = $2
ORDER BY seq
LIMIT 500`

	sqlVerifyAudit = `
SELECT seq
FROM (SELECT l.seq,
             l.hash = mitwirk_audit_hash(l) AS own,
             l.prev_hash = coalesce(lag(l.hash) OVER w, l.prev_hash) AS chained,
             l.seq = coalesce(lag(l.seq) OVER w + 1, l.seq) AS next
      FROM audit_log l
      WINDOW w AS (ORDER BY l.seq)) x
WHERE NOT (own AND chained AND next)
ORDER BY seq
LIMIT 1`

	sqlInsertRetention = `
INSERT INTO retention_records (id, kind, category_key, what, rule, n, batch)
VALUES ($1, $2, $3, $4, $5, $6, $7)`
)
