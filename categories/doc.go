// Package categories holds what can be reported: departments' categories in
// groups, their questions and the evaluation of the answers, targets in
// working days, stop pages, signposts and the guess which category a sentence
// belongs to.
//
// Invariants:
//   - the catalogue is read as one immutable snapshot; nobody changes what
//     Service.Catalogue returns;
//   - Evaluate is pure, and web/islands/questions.ts does exactly the same:
//     testdata/questions holds the cases that both must pass;
//   - an import is checked whole before anything is written, and is one
//     transaction; what is gone from the file becomes inactive, never deleted,
//     since reports point to it;
//   - an editor changes one category as a whole (ChangeCategory), checked as a
//     file is; questions and options that are taken out become inactive, and
//     reports keep what was asked and answered;
//   - a photo is never required, a target is never a promise.
//
// Owned tables: category_groups, categories, questions, question_options,
// stop_pages, signposts, category_bodies, holidays,
// holiday_years, opening_hours. It emits
// CatalogueChanged. It reads departments (accounts).
package categories
