package kit

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/subject"
)

// TestDrawingMovesNothing: the buttons below a map for drawing are part of the
// page, switched off until the map is there. A script that brought them pushed
// down what somebody was about to press.
func TestDrawingMovesNothing(t *testing.T) {
	t.Parallel()
	p := testPage(t, "de")
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(render(t,
		AreaField(p, FieldProps{Name: "area", Label: "Gebiet"}, MapView{Point: subject.Point{Lon: 11.57, Lat: 48.13}}))))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("[data-map] + [data-areabar] button[type=button][disabled]").Length(); n != 3 {
		t.Errorf("%d buttons below the map, want 3", n)
	}
	if doc.Find("[data-areabar] [role=status]").Length() != 1 {
		t.Error("no place for what is said about the area")
	}
	if got := receiptNumber("B-2026-7K3QX9") + " " + receiptNumber("M-2026-7K3QX9"); got != "ui.receipt.number.private ui.receipt.number" {
		t.Errorf("the numbers of receipts are %s", got)
	}
}
