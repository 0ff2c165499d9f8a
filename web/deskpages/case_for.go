package deskpages

// forNote says whether everybody will read for which organisation a report was
// made: the release of the text is the release of that name, too.
func forNote(v caseView) string {
	if v.R.Organisation.Shown {
		return v.T("report.for.shown")
	}
	return v.T("report.for.hidden")
}
