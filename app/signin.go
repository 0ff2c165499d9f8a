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
		list[i] = accounts.Provider{
			Key: s.Key, Issuer: s.Issuer, Client: s.Client, Secret: s.Secret, Label: s.Label, Staff: s.Staff, Level: s.Level, Claims: accounts.Claims(s.Claims),
		}
	}
	return list, nil
}
