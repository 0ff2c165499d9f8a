package kit

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
)

// unreadKey is where a request keeps who counts unread notices.
const unreadKey = "kit.unread"

type unreadFunc = func(ctx context.Context, actor accounts.Actor) (int, error)

// CountUnread makes the head of every page say how many notices of theirs a
// signed-in person has not read.
func (r *Router) CountUnread(count unreadFunc) {
	r.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(unreadKey, count)
			return next(c)
		}
	})
}

// unread is the number for a page; none when it can't be read, since an error
// page asks for it too.
func unread(c echo.Context) int {
	count, ok := c.Get(unreadKey).(unreadFunc)
	if !ok || !SignedIn(c) {
		return 0
	}
	n, err := count(c.Request().Context(), Actor(c))
	if err != nil {
		of(c).router.log.WarnContext(c.Request().Context(), "unread notices", "request", of(c).id, "err", err)
		return 0
	}
	return n
}

// unreadWord is what stands behind the number.
func unreadWord(p Page) string {
	switch p.Unread {
	case 0:
		return ""
	case 1:
		return p.T("inbox.word.one")
	}
	return p.T("inbox.word.other")
}
