package site

import "github.com/mitwirk/mitwirk/subject"

// SettingsChanged says that a setting or a text is another one now: every
// process reads them anew (Service.Reload).
type SettingsChanged struct {
	Key string `json:"key"` // of the setting or text
}

// EventType implements events.Event.
func (SettingsChanged) EventType() string { return "settings.changed" }

// Subject implements events.Event: settings have no id.
func (SettingsChanged) Subject() subject.Ref { return subject.Ref{Kind: "settings"} }
