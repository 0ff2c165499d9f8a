package deskpages

import "github.com/mitwirk/mitwirk/web/kit"

// queueRoutes are the list of cases and what hangs on it.
func (p *pages) queueRoutes(r *kit.Router) {
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	get("/desk", p.queue)
	get("/desk/tiles/:z/:x/:y", p.tile)
	post("/desk/views", p.keepView)
	post("/desk/views/:id/delete", p.dropView)

	get("/desk/bulk", p.batches)
	post("/desk/bulk", p.choose)
	post("/desk/bulk/preview", p.preview)
	post("/desk/bulk/apply", p.apply)
	get("/desk/bulk/:id", p.batch)
	post("/desk/bulk/:id/undo", p.undoBatch)
	post("/desk/bulk/:id/continue", p.goOn)

	get("/desk/today", p.today)
	post("/desk/today/add", p.todayAdd)
	post("/desk/today/route", p.todayRoute)
	get("/desk/today/copy", p.todayCopy)
	post("/desk/today/:number", p.todayStop)
}
