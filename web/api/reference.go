package api

import "github.com/mitwirk/mitwirk/web/kit"

func (a *api) reference(c kit.Context) error { return nil }
