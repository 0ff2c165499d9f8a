package owndata

// hang says which rows of a table are about a person ($1).
type hang struct {
	table string
	rows  string // condition on t
	order string // of the rows; "": by nothing
	// also are columns that are not personal and tell people which row it is.
	also []string
	// masked replaces a column where its value is not always for the person.
	masked map[string]string
}

// The ids that other conditions build on.
const (
	sqlPartReports    = `(SELECT id FROM reports WHERE person_id = $1 UNION SELECT report_id FROM report_owners WHERE person_id = $1)`
	sqlPartIdeas      = `(SELECT idea_id FROM idea_authors WHERE person_id = $1)`
	sqlPartTeams      = `(SELECT team_id FROM contest_members WHERE person_id = $1)`
	sqlPartTold       = `CASE WHEN EXISTS (SELECT FROM contests c WHERE c.call_id = t.call_id AND c.named_at IS NOT NULL) THEN`
	sqlPartComplaints = `(SELECT id FROM complaints WHERE person_id = $1 UNION SELECT complaint_id FROM complaint_owners WHERE person_id = $1)`
	sqlPartAddress    = `(SELECT id FROM contacts WHERE person_id = $1
  UNION SELECT j.id FROM contacts j JOIN contacts k ON k.id = j.joined_id WHERE k.person_id = $1
  UNION SELECT contact_id FROM reports WHERE person_id = $1 AND contact_id IS NOT NULL
  UNION SELECT contact_id FROM complaints WHERE person_id = $1 AND contact_id IS NOT NULL)`
	sqlPartPhotos = `(t.owner_id = $1 OR t.subject_kind = 'report' AND t.subject_id IN ` + sqlPartReports + `)`
	sqlPartCase   = `(t.subject_kind = 'report' AND t.subject_id IN ` + sqlPartReports + ` OR t.subject_kind = 'complaint' AND t.subject_id IN ` + sqlPartComplaints + `)`
	sqlPartOwner  = `(t.owner_kind = 'person' AND t.owner_id = $1 OR t.owner_kind = 'contact' AND t.owner_id IN ` + sqlPartAddress + `)`
	sqlPartAudit  = `(t.actor = $1 OR t.subject_kind = 'person' AND t.subject_id = $1 OR ` + sqlPartCase + `)`
	sqlPartMine   = `t.person_id = $1`
	// who of the city acted is not said: a person of the city is no data of the reader.
	sqlPartActor   = `CASE WHEN t.actor = $1 THEN t.actor END`
	sqlPartAsker   = `CASE WHEN t.asked_by = $1 THEN t.asked_by END`
	sqlPartDecider = `CASE WHEN t.decided_by = $1 THEN t.decided_by END`
)

// hangs lists the tables in the order of the export.
func hangs() []hang {
	return []hang{
		{table: "persons", rows: `t.id = $1`, also: []string{"created_at"}},
		{table: "contacts", rows: `t.id IN ` + sqlPartAddress, order: "t.created_at", also: []string{"created_at"}},
		{table: "reports", rows: `t.id IN ` + sqlPartReports, order: "t.created_at", also: []string{"number", "status", "visibility", "created_at", "closed_at"}},
		{table: "report_answers", rows: `t.report_id IN ` + sqlPartReports, order: "t.report_id, t.ord", also: []string{"question"}},
		{table: "report_owners", rows: sqlPartMine, order: "t.since", also: []string{"since"}},
		{table: "report_organisations", rows: `t.report_id IN ` + sqlPartReports, order: "t.report_id"},
		{table: "organisation_members", rows: sqlPartMine, order: "t.since", also: []string{"role", "since"}},
		{table: "organisations", rows: `t.id IN (SELECT m.organisation_id FROM organisation_members m WHERE m.person_id = $1)`, order: "t.created_at", also: []string{"created_at"}},
		{table: "organisation_invitations", rows: `t.invited_by = $1`, order: "t.created_at", also: []string{"role", "created_at"}},
		{table: "attachments", rows: sqlPartPhotos, order: "t.created_at", also: []string{"id", "state", "created_at"}},
		{table: "attachment_versions", rows: `t.attachment_id IN (SELECT t.id FROM attachments t WHERE ` + sqlPartPhotos + `)`, order: "t.attachment_id, t.n", also: []string{"n", "created_at"}},
		{table: "messages", rows: sqlPartCase, order: "t.at", also: []string{"direction", "kind", "at"}},
		{table: "message_files", rows: sqlPartCase, order: "t.created_at", also: []string{"created_at"}},
		{table: "satisfaction", rows: sqlPartCase, also: []string{"value", "at"}},
		{table: "objections", rows: `t.report_id IN ` + sqlPartReports, also: []string{"at", "outcome"}},
		{table: "complaints", rows: `t.id IN ` + sqlPartComplaints, order: "t.created_at", also: []string{"number", "kind", "topic", "status", "outcome", "created_at", "closed_at"}},
		{table: "complaint_owners", rows: sqlPartMine, order: "t.since", also: []string{"since"}},
		{table: "complaint_files", rows: `(t.owner_id = $1 OR t.complaint_id IN ` + sqlPartComplaints + `)`, order: "t.created_at", also: []string{"type", "created_at"}},
		{table: "complaint_answers", rows: `t.state = 'released' AND t.complaint_id IN ` + sqlPartComplaints, order: "t.at", also: []string{"stage", "outcome", "released_at"}},
		{table: "complaint_reviews", rows: `t.complaint_id IN ` + sqlPartComplaints, also: []string{"asked_at", "due_at", "outcome"}},
		{table: "complaint_reads", rows: `t.complaint_id IN ` + sqlPartComplaints, order: "t.at", also: []string{"at"}},
		{table: "complaint_opinions", rows: `t.complaint_id IN ` + sqlPartComplaints, also: []string{"value", "at"}},
		{table: "cases", rows: sqlPartCase, also: []string{"created_at"}},
		{table: "help_offers", rows: sqlPartMine, order: "t.at", also: []string{"at"}},
		{table: "votes", rows: `t.voter_id IN (SELECT p.voter_id FROM voter_persons p WHERE p.person_id = $1)`, order: "t.at", also: []string{"aspect", "at"}},
		{table: "ideas", rows: `t.id IN ` + sqlPartIdeas, order: "t.created_at", also: []string{"number", "status", "visibility", "created_at"}},
		{table: "call_proofs", rows: sqlPartMine, order: "t.at"},
		{table: "call_eids", rows: sqlPartMine, order: "t.call_id"},
		{table: "idea_authors", rows: sqlPartMine, order: "t.since", also: []string{"founder", "since"}},
		{table: "idea_versions", rows: `t.idea_id IN ` + sqlPartIdeas, order: "t.idea_id, t.n", also: []string{"n", "kind", "at"}},
		{table: "subject_files", rows: `(t.owner_id = $1 OR t.subject_kind = 'idea' AND t.subject_id IN ` + sqlPartIdeas + `)`, order: "t.created_at", also: []string{"type", "size", "released", "created_at"}, masked: map[string]string{"owner_id": `CASE WHEN t.owner_id = $1 THEN t.owner_id END`}},
		{table: "idea_invitations", rows: `(t.made_by = $1 OR t.used_by = $1)`, order: "t.expires_at", also: []string{"expires_at", "used_at"}, masked: map[string]string{"made_by": `CASE WHEN t.made_by = $1 THEN t.made_by END`, "used_by": `CASE WHEN t.used_by = $1 THEN t.used_by END`}},
		{table: "idea_splits", rows: `t.idea_id IN ` + sqlPartIdeas, order: "t.asked_at", also: []string{"why", "state", "asked_at", "split_at", "undone_at"}},
		{table: "idea_hidden", rows: `t.idea_id IN ` + sqlPartIdeas},
		{table: "amendments", rows: sqlPartMine, order: "t.at", also: []string{"state", "at", "decided_at"}},
		{table: "contest_members", rows: sqlPartMine, order: "t.since", also: []string{"lead", "since"}},
		{table: "contest_teams", rows: `t.id IN ` + sqlPartTeams, order: "t.created_at", also: []string{"created_at"}},
		{table: "contest_entries", rows: `t.team_id IN ` + sqlPartTeams, order: "t.created_at", also: []string{"state", "created_at", "sent_at"}, masked: map[string]string{"reason": sqlPartTold + " t.reason ELSE '' END", "win_reason": sqlPartTold + " t.win_reason ELSE '' END"}},
		{table: "contest_jury", rows: sqlPartMine, order: "t.since", also: []string{"since"}},
		{table: "contest_reviews", rows: `t.juror_id IN (SELECT j.id FROM contest_jury j WHERE j.person_id = $1)`, order: "t.declared_at", also: []string{"conflict", "declared_at", "scored_at"}},
		{table: "comments", rows: `t.author_id = $1`, order: "t.created_at", also: []string{"number", "stance", "visibility", "created_at", "edited_at"}},
		{table: "comment_versions", rows: `t.comment_id IN (SELECT c.id FROM comments c WHERE c.author_id = $1)`, order: "t.comment_id, t.version", also: []string{"version", "at"}},
		{table: "comment_mentions", rows: sqlPartMine, order: "t.comment_id"},
		{table: "voter_persons", rows: sqlPartMine, also: []string{"scope"}},
		{table: "follows", rows: sqlPartOwner, order: "t.created_at", also: []string{"cadence", "created_at"}},
		{table: "notices", rows: sqlPartMine, order: "t.at", also: []string{"kind", "what", "at"}},
		{table: "notice_preferences", rows: sqlPartMine, order: "t.kind", also: []string{"kind"}},
		{table: "quiet_hours", rows: sqlPartMine},
		{table: "push_subscriptions", rows: sqlPartMine, order: "t.created_at", also: []string{"created_at"}},
		{table: "deliveries", rows: `t.contact_id IN ` + sqlPartAddress, order: "t.at", also: []string{"what", "cadence", "at", "state"}},
		{table: "drafts", rows: sqlPartMine, order: "t.updated_at", also: []string{"kind", "updated_at", "expires_at"}},
		{table: "draft_handovers", rows: `t.from_person = $1`, order: "t.created_at", also: []string{"created_at"}},
		{table: "mails", rows: `t.contact_id IN ` + sqlPartAddress, order: "t.created_at", also: []string{"kind", "state", "created_at"}},
		{table: "sessions", rows: sqlPartMine, order: "t.created_at"},
		{table: "report_hidden", rows: `t.report_id IN ` + sqlPartReports},
		{table: "decisions", rows: `t.author_id = $1`, order: "t.decided_at", also: []string{"action", "ground", "decided_at"}},
		{table: "statements", rows: `(t.person_id = $1 OR t.contact_id IN ` + sqlPartAddress + `)`, order: "t.sent_at", also: []string{"channel", "sent_at"}},
		{table: "appeals", rows: sqlPartMine, order: "t.filed_at", also: []string{"outcome", "filed_at", "decided_at"}},
		{table: "flags", rows: sqlPartMine},
		{table: "restrictions", rows: sqlPartMine},
		{table: "passkeys", rows: sqlPartMine, order: "t.created_at"},
		{table: "totp", rows: sqlPartMine},
		{table: "identities", rows: sqlPartMine, order: "t.created_at", also: []string{"created_at", "used_at"}},
		{table: "api_tokens", rows: `t.person_id = $1 AND t.personal`, order: "t.created_at", also: []string{"name", "scopes", "created_at", "expires_at"}},
		{table: "invitations", rows: `(t.used_by = $1 OR t.contact_id IN ` + sqlPartAddress + `)`, order: "t.created_at", also: []string{"role", "created_at"}},
		{table: "role_grants", rows: sqlPartMine},
		{table: "role_grant_limits", rows: `t.grant_id IN (SELECT g.id FROM role_grants g WHERE g.person_id = $1)`, also: []string{"kind"}},
		{table: "practice_desks", rows: sqlPartMine, also: []string{"expires_at"}},
		{table: "export_requests", rows: `(t.asked_by = $1 OR t.decided_by = $1)`, order: "t.asked_at", also: []string{"asked_at"}, masked: map[string]string{"asked_by": sqlPartAsker, "decided_by": sqlPartDecider}},
		{table: "audit_log", rows: sqlPartAudit, order: "t.seq", masked: map[string]string{"actor": sqlPartActor}},
	}
}
