package accounts

const (
	sqlOrganisationsOf = `
SELECT o.id,
       o.name,
       o.shown,
       o.created_at,
       m.role,
       (SELECT count(*)::int FROM organisation_members a WHERE a.organisation_id = o.id)
FROM organisation_members m
JOIN organisations o ON o.id = m.organisation_id
WHERE m.person_id = $1
  AND ($2::uuid IS NULL OR o.id = $2)
ORDER BY lower(o.name), o.id
LIMIT 50`

	sqlMembers = `
SELECT person_id, name, role, since
FROM organisation_members
WHERE organisation_id = $1
ORDER BY since, person_id`

	sqlOpenInvitations = `
SELECT i.id, c.address, i.role, i.expires_at
FROM organisation_invitations i
JOIN contacts c ON c.id = i.contact_id
WHERE i.organisation_id = $1
  AND i.used_at IS NULL
  AND i.expires_at > mitwirk_now()
ORDER BY i.created_at, i.id`

	// NO KEY UPDATE lets rows that point to it be written; whoever changes who
	// belongs to it comes here first.
	sqlLockOrganisation  = `SELECT name FROM organisations WHERE id = $1 FOR NO KEY UPDATE`
	sqlShareOrganisation = `SELECT name FROM organisations WHERE id = $1 FOR SHARE`
	sqlRoleIn            = `SELECT role FROM organisation_members WHERE organisation_id = $1 AND person_id = $2`

	sqlCountOrganisations = `SELECT count(*)::int FROM organisation_members WHERE person_id = $1`
	sqlCountMembers       = `SELECT count(*)::int FROM organisation_members WHERE organisation_id = $1`
	sqlCountOwners        = `SELECT count(*)::int FROM organisation_members WHERE organisation_id = $1 AND role = 'owner'`

	sqlInsertOrganisation = `INSERT INTO organisations (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`
	sqlChangeOrganisation = `UPDATE organisations SET name = $2, shown = $3 WHERE id = $1 AND (name, shown) IS DISTINCT FROM ($2, $3)`
	sqlDeleteOrganisation = `DELETE FROM organisations WHERE id = $1`
	sqlInsertMember       = `
INSERT INTO organisation_members (organisation_id, person_id, role, name)
VALUES ($1, $2, $3, $4)
ON CONFLICT (organisation_id, person_id) DO NOTHING`
	sqlSetMemberRole = `UPDATE organisation_members SET role = $3 WHERE organisation_id = $1 AND person_id = $2`
	sqlDeleteMember  = `DELETE FROM organisation_members WHERE organisation_id = $1 AND person_id = $2`
	sqlPromoteOldest = `
UPDATE organisation_members
SET role = 'owner'
WHERE organisation_id = $1
  AND person_id = (SELECT person_id FROM organisation_members WHERE organisation_id = $1 ORDER BY since, person_id LIMIT 1)
RETURNING person_id`

	sqlOrganisationInvited  = `SELECT EXISTS (SELECT FROM organisation_invitations WHERE id = $1)`
	sqlCountOpenInvitations = `
SELECT count(*)::int
FROM organisation_invitations
WHERE organisation_id = $1
  AND used_at IS NULL
  AND expires_at > mitwirk_now()`
	sqlInsertOrganisationInvitation = `
INSERT INTO organisation_invitations (id, token_hash, organisation_id, contact_id, role, invited_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, mitwirk_now() + $7::bigint * interval '1 microsecond')`
	sqlDropInvitation  = `DELETE FROM organisation_invitations WHERE id = $1 AND organisation_id = $2 AND used_at IS NULL RETURNING contact_id`
	sqlDropInvitations = `DELETE FROM organisation_invitations WHERE organisation_id = $1 AND invited_by = $2 RETURNING contact_id`

	// The link is worth what whoever sent it may do now.
	sqlPeekOrganisationInvitation = `
SELECT o.id, o.name, i.role, i.expires_at
FROM organisation_invitations i
JOIN organisations o ON o.id = i.organisation_id
JOIN organisation_members m ON m.organisation_id = o.id AND m.person_id = i.invited_by AND m.role = 'owner'
WHERE i.token_hash = $1
  AND i.used_at IS NULL
  AND i.expires_at > mitwirk_now()`
	sqlTakeOrganisationInvitation = `
UPDATE organisation_invitations
SET used_at = mitwirk_now()
WHERE token_hash = $1
  AND used_at IS NULL
  AND expires_at > mitwirk_now()
RETURNING contact_id, role`

	sqlSweepOrganisationInvitations = `
DELETE FROM organisation_invitations
WHERE coalesce(used_at, expires_at) < mitwirk_now() - $1::bigint * interval '1 microsecond'
RETURNING contact_id`
)
