package photopages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/web/kit"
)

// edit is what the forms without a script send.
type edit struct {
	Alt  string `form:"alt"`
	Next string `form:"next"`
}

// remove takes a photo out of the actor's draft.
func (d Deps) remove(c kit.Context) error {
	id, err := photoID(c)
	if err != nil {
		return err
	}
	var in edit
	if c.Request().Method == http.MethodPost {
		if err := kit.Bind(c, &in); err != nil {
			return err
		}
	}
	err = d.Photos.Discard(c.Request().Context(), kit.Actor(c), id)
	if in.Next != "" && !kit.WantsJSON(c) {
		return back(c, in.Next, "photo.deleted", err)
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// alt changes the alternative text of a photo in the actor's draft.
func (d Deps) alt(c kit.Context) error {
	id, err := photoID(c)
	if err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	var in edit
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	a, err := d.Photos.Describe(c.Request().Context(), kit.Actor(c), id, in.Alt)
	switch {
	case in.Next != "" && !kit.WantsJSON(c):
		return back(c, in.Next, "photo.alt.saved", err)
	case err != nil:
		return err
	}
	kit.NoStore(c)
	return c.JSON(http.StatusOK, answer(a))
}
