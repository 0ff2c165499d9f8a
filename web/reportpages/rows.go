package reportpages

import (
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Row is a report as a row of a list: the same everywhere. now is the
// database's time.
func Row(loc *i18n.Localizer, i *reports.Item, now time.Time) kit.Row {
	r := kit.Row{
		URL: i.Path(), Title: i.Title.In(loc.Lang()), Shape: string(i.Status), Status: reports.StatusLabel(loc, i.Status, i.Quiet),
		Number: i.Number.Format(subject.PrefixReport), Level: 2,
	}
	r.Late, r.Say = rowSay(loc, i, now)
	var meta []string
	if i.Address != "" {
		meta = append(meta, i.Address)
	}
	if i.Distance > 0 {
		meta = append(meta, loc.T("list.metres", "m", loc.Int(max(10, int(i.Distance/10+0.5)*10))))
	}
	meta = append(meta, loc.T("list.reported", "date", loc.NearDate(i.CreatedAt, now)))
	if i.MeToo > 0 {
		meta = append(meta, loc.T("list.affected", "n", i.MeToo))
	}
	r.Meta = strings.Join(meta, " · ")
	if i.Photo != [16]byte{} {
		r.Image = "/photos/" + i.Photo.String() + "/small"
	}
	return r
}

// rowSay is the rest of the sentence after the status word: a missed aim, then
// what comes next in few words.
func rowSay(loc *i18n.Localizer, i *reports.Item, now time.Time) (late, say string) {
	if i.Status.IsOpen() && i.Status != reports.Waiting {
		switch {
		case i.Due != nil && i.Due.Before(now):
			return loc.T("list.late"), ""
		case i.Missed && i.Due != nil:
			return loc.T("list.late"), loc.T("list.late_new", "date", loc.Date(*i.Due, now))
		}
	}
	key := "list.say." + string(i.Status)
	params := map[string]any{"body": i.Params.Body, "date": ""}
	until := i.Params.Until
	switch i.Status {
	case reports.Received, reports.InReview, reports.InProgress, reports.Reopened:
		until = i.Due
	case reports.Resolved:
		until = &i.StatusAt
		if i.Quiet {
			return "", ""
		}
	case reports.Duplicate:
		params["number"] = i.Params.Other.Format(subject.PrefixReport)
	}
	if until == nil && loc.Has(key+".open") {
		key += ".open"
	}
	if until != nil {
		params["date"] = loc.NearDate(*until, now)
	}
	return "", loc.TMap(key, params)
}
