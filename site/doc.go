// Package site holds what the operator sets: the city with its name, place and
// contacts, other settings, and texts of the site.
//
// Invariants:
//   - settings and texts are read as one immutable snapshot, refreshed after an
//     own change and by Service.Reload on SettingsChanged;
//   - what nobody has set has the default of the configuration;
//   - only admins and the product itself change anything.
//
// Owned tables: settings, site_texts. It emits SettingsChanged.
package site
