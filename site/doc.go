// Package site holds what the operator sets: the city with its name, place and
// contacts, other settings, texts of the site and messages above every page;
// and what people say about the site: whether a page helped, and barriers.
//
// Invariants:
//   - settings, texts and messages are read as one immutable snapshot, refreshed
//     after an own change and by Service.Reload on SettingsChanged;
//   - what nobody has set has the default of the configuration;
//   - settings are changed by admins and the product itself, texts and messages
//     by editors too;
//   - a text is changed only from the version that its editor has read; every
//     version stays in site_text_versions;
//   - nobody stands behind a row of page_feedback; a barrier that is sent twice
//     is one, and its contact goes 90 days after it is done.
//
// Owned tables: settings, site_texts, site_text_versions, site_messages,
// page_feedback, barrier_reports. It emits SettingsChanged.
package site
