package tiles

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	// MaxZoom is the deepest zoom that is served.
	MaxZoom = 22
	// ContentType is that of the Mapbox Vector Tile specification, version 2.
	ContentType = "application/vnd.mapbox-vector-tile"
	// What was hidden must be gone soon, also from caches.
	cacheControl = "public, max-age=5"
	maxQuery     = 2000 // bytes
)

// Source makes the tiles of a layer.
type Source interface {
	// Tile returns the tile z/x/y (0 <= x, y < 2^z) of what everybody may see
	// and the list's filters let through, as MVT; empty where there is nothing.
	// Filters that it does not understand are fault.BadRequest.
	Tile(ctx context.Context, filter url.Values, z, x, y int) ([]byte, error)
}

// Deps are what the handler needs.
type Deps struct {
	Layers map[string]Source // by their name in the path
}

// Register adds the route.
func Register(e *kit.Router, deps Deps) {
	e.GET("/tiles/:layer/:z/:x/:y", deps.tile)
}

func (d Deps) tile(c echo.Context) error {
	source, ok := d.Layers[c.Param("layer")]
	y, isTile := strings.CutSuffix(c.Param("y"), ".mvt")
	if !ok || !isTile {
		return fault.Missing("layer of tiles")
	}
	at, err := parse(c.Param("z"), c.Param("x"), y)
	if err != nil {
		return fault.New(fault.BadRequest, "geo.err.tile").Because(err)
	}
	if len(c.Request().URL.RawQuery) > maxQuery {
		return fault.New(fault.BadRequest, "err.400").Because(errors.New("query too long"))
	}
	body, err := source.Tile(c.Request().Context(), c.QueryParams(), at.z, at.x, at.y)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", cacheControl)
	if len(body) == 0 {
		return c.NoContent(http.StatusNoContent)
	}
	return kit.Send(c, http.StatusOK, ContentType, body)
}

type address struct{ z, x, y int }

var errAddress = errors.New("no tile has this address")

// parse reads a tile's address. Each tile has one spelling.
func parse(z, x, y string) (address, error) {
	var n [3]int
	for i, text := range []string{z, x, y} {
		v, err := strconv.Atoi(text)
		if err != nil || strconv.Itoa(v) != text || v < 0 {
			return address{}, errAddress
		}
		n[i] = v
	}
	if n[0] > MaxZoom || n[1] >= 1<<n[0] || n[2] >= 1<<n[0] {
		return address{}, errAddress
	}
	return address{z: n[0], x: n[1], y: n[2]}, nil
}
