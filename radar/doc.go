// Package radar is the city's programmes: what it has announced, how far each
// measure is, what changed since, and what residents think of it.
//
// Invariants:
//   - a measure is one document (Content). Publishing writes a new version of
//     it; a release holds the documents of a day. None of them is ever changed;
//   - the first promised end is kept for good from the first publication on;
//   - progress is results reached of results planned, in per cent; anything
//     else is marked as an estimate;
//   - what is public of measures was written by one person and approved by another:
//     changes, taking out, releases with their notes, files about the past, help
//     requests; imports and the demo aside, which only the product itself makes.
//     Programmes themselves are changed by one: it is logged, others are told;
//   - a mark moves only when its ring or sector changes: its spot is stored;
//   - single ratings can't be read from anything that is shown: figures come
//     from the published batches of package votes;
//   - what a department says of its measure changes nothing by itself: its head
//     releases it, an editor takes it over field by field, another approves.
//
// Tables: programmes, programme_fields, rating_questions, measures,
// measure_versions, measure_edits, measure_spots, releases, release_items,
// help_requests, help_offers, help_messages, inquiries, inquiry_answers, measure_waits, release_drafts.
//
// Events: MeasureChanged, ReleaseMade, InquiryNews, QuestionWaits, ProgrammeEdited, HelpNews.
package radar
