package app

import (
	"github.com/mitwirk/mitwirk/accounts"
)

// signIns are the other sign-ins of the settings.
func (a *App) signIns() ([]accounts.Provider, error) {
	set, err := a.cfg.Settings.SignIns()
	if err != nil {
		return nil, err
	}
	list := make([]accounts.Provider, len(set))
	for i, s := range set {
		list[i] = accounts.Provider(s)
	}
	return list, nil
}
