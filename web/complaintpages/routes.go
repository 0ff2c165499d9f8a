package complaintpages

import (
	"errors"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Complaints *complaints.Service
	Drafts     *drafts.Service
	Reports    *reports.Service // for links; nil: none
	Ideas      *ideas.Service   // for links; nil: none
}

type pages struct {
	Deps
	url func(path string) string
}

// uploads lets a form with its files in.
const uploads = complaints.MaxFiles*complaints.MaxFileBytes + 1<<20

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Complaints == nil || deps.Drafts == nil {
		return errors.New("complaintpages: DB, Complaints and Drafts are needed")
	}
	p := &pages{deps, r.URL}
	r.GET("/complaints/new", p.begin)
	r.POST("/complaints/new", p.create)
	r.POST("/complaints/new/:draft/delete", p.discard)
	r.GET("/complaints/new/:draft", p.resume)
	r.GET("/complaints/new/:draft/receipt", p.receipt, kit.Secret)
	r.POST("/complaints/new/:draft/files/:file/delete", p.removeFile)
	r.GET("/complaints/new/:draft/:step", p.show)
	r.POST("/complaints/new/:draft/:step", p.save, kit.BodyLimit(uploads))
	r.GET("/complaints/statistics", p.statistics)
	r.GET("/complaints/statistics.csv", p.statisticsCSV)
	r.GET("/complaints/statistics.json", p.statisticsJSON)

	r.GET("/receipts", p.askReceipt)
	r.POST("/receipts", p.checkReceipt)
	r.GET("/receipts/keys.json", p.keys)

	r.GET("/cases/open", p.askCode, kit.Secret)
	r.POST("/cases/open", p.openByCode, kit.Secret)
	r.GET("/cases/:number", p.one, kit.Secret)
	r.GET("/cases/:number/receipt.json", p.proof, kit.Secret)
	r.GET("/cases/:number/content.json", p.content, kit.Secret)
	r.GET("/cases/:number/files/:file", p.file, kit.Secret)
	kit.ViewRoutes(r, "/cases/:number/files/:file", p.viewFile, kit.Secret)
	r.POST("/cases/:number/add", p.add, kit.BodyLimit(uploads))
	r.POST("/cases/:number/answer", p.answer, kit.BodyLimit(uploads))
	r.POST("/cases/:number/second", p.second)
	r.POST("/cases/:number/reopen", p.reopen)
	r.POST("/cases/:number/rate", p.rate)
	r.POST("/cases/:number/withdraw", p.withdraw)
	p.registerDesk(r)
	return nil
}
