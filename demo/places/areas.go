package places

import (
	"math"
	"slices"
	"strings"

	"github.com/mitwirk/mitwirk/subject"
)

// band is the area within some metres of a line, as one ring: its right side
// there, its left side back. Corners are cut at the bisector, which is good
// enough for lines that bend gently.
func band(line []subject.Point, metres float64) []subject.Point {
	half := metres / 2 / metresLat
	side := func(sign float64) []subject.Point {
		out := make([]subject.Point, len(line))
		for i, p := range line {
			before, after := flat(line[max(i-1, 0)]), flat(line[min(i+1, len(line)-1)])
			dx, dy := after.x-before.x, after.y-before.y
			long := math.Hypot(dx, dy)
			at := flat(p)
			out[i] = spot{at.x + sign*half*dy/long, at.y - sign*half*dx/long}.point()
		}
		return out
	}
	ring := side(1)
	left := side(-1)
	for _, l := range slices.Backward(left) {
		ring = append(ring, l)
	}
	return ring
}

// circle is a regular polygon round a point.
func circle(centre subject.Point, metres float64) []subject.Point {
	const corners = 16
	out := make([]subject.Point, corners)
	at := flat(centre)
	for i := range out {
		a := 2 * math.Pi * float64(i) / corners
		out[i] = spot{at.x + metres/metresLat*math.Cos(a), at.y + metres/metresLat*math.Sin(a)}.point()
	}
	return out
}

// shape is a named line or ring of the tables below.
type shape struct {
	name   string
	points []subject.Point
}

// shapes reads lines "name;lon,lat lon,lat …".
func shapes(table string) []shape {
	var out []shape
	for line := range strings.Lines(strings.TrimSpace(table)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ";")
		out = append(out, shape{name: name, points: points(rest)})
	}
	return out
}

// isar is the river from south to north.
const isar = `11.5330,48.0560 11.5385,48.0660 11.5420,48.0760 11.5460,48.0880 11.5490,48.0990 11.5550,48.1075 11.5625,48.1135 ` +
	`11.5680,48.1200 11.5745,48.1255 11.5800,48.1290 11.5850,48.1322 11.5895,48.1365 11.5935,48.1415 11.5985,48.1470 ` +
	`11.6030,48.1535 11.6090,48.1615 11.6130,48.1690 11.6190,48.1770 11.6270,48.1860 11.6370,48.1970 11.6470,48.2110 11.6560,48.2300`

// parks that the palace department looks after stand first (see palaceParks).
const parks = `
Hofgarten;11.5778,48.1438 11.5815,48.1442 11.5820,48.1420 11.5788,48.1416
Englischer Garten;11.5835,48.1455 11.5880,48.1450 11.5935,48.1475 11.5975,48.1530 11.6035,48.1600 11.6075,48.1650 11.6025,48.1665 11.5960,48.1660 11.5910,48.1620 11.5880,48.1550 11.5850,48.1490
Englischer Garten Nord;11.6020,48.1680 11.6090,48.1670 11.6120,48.1720 11.6180,48.1800 11.6260,48.1880 11.6340,48.1980 11.6290,48.2000 11.6190,48.1900 11.6110,48.1810
Schlosspark Nymphenburg;11.4830,48.1600 11.4860,48.1645 11.4960,48.1640 11.5020,48.1620 11.5030,48.1560 11.4990,48.1545 11.4880,48.1550
Olympiapark;11.5380,48.1760 11.5480,48.1790 11.5600,48.1775 11.5610,48.1720 11.5540,48.1680 11.5430,48.1700
Luitpoldpark;11.5660,48.1730 11.5720,48.1730 11.5720,48.1685 11.5665,48.1690
Hirschgarten;11.5050,48.1500 11.5170,48.1500 11.5160,48.1455 11.5060,48.1460
Westpark;11.5060,48.1240 11.5190,48.1250 11.5330,48.1215 11.5320,48.1185 11.5180,48.1205 11.5060,48.1215
Ostpark;11.6340,48.1140 11.6430,48.1140 11.6450,48.1080 11.6350,48.1075
Riemer Park;11.6780,48.1300 11.7100,48.1300 11.7080,48.1240 11.6800,48.1230
Ostfriedhof;11.5870,48.1200 11.5960,48.1195 11.5940,48.1155 11.5860,48.1160
Waldfriedhof;11.4900,48.1120 11.5060,48.1120 11.5050,48.1040 11.4910,48.1040
Alter Südfriedhof;11.5640,48.1310 11.5665,48.1305 11.5650,48.1265 11.5625,48.1270
Flaucher;11.5500,48.1090 11.5590,48.1120 11.5620,48.1110 11.5540,48.1050
Tierpark Hellabrunn;11.5500,48.1010 11.5565,48.1030 11.5600,48.0960 11.5530,48.0930
Perlacher Forst;11.5680,48.0880 11.5880,48.0860 11.5830,48.0785 11.5665,48.0690 11.5560,48.0710
Forstenrieder Park;11.4640,48.0880 11.4800,48.0850 11.4930,48.0760 11.4960,48.0670 11.4760,48.0765
Aubinger Lohe;11.3980,48.1730 11.4100,48.1760 11.4120,48.1680 11.4010,48.1650
Allacher Lohe;11.4700,48.2120 11.4830,48.2120 11.4860,48.2020 11.4740,48.2020
Panzerwiese;11.5650,48.2240 11.5900,48.2250 11.5890,48.2170 11.5680,48.2160
Pasinger Stadtpark;11.4520,48.1460 11.4560,48.1460 11.4530,48.1340 11.4490,48.1350
Durchblickpark;11.4560,48.1610 11.4690,48.1600 11.4690,48.1575 11.4560,48.1580
Denninger Anger;11.6180,48.1490 11.6370,48.1520 11.6370,48.1490 11.6180,48.1465
Maximiliansanlagen;11.5910,48.1340 11.5950,48.1400 11.6000,48.1470 11.5985,48.1480 11.5940,48.1420 11.5895,48.1350
Alter Botanischer Garten;11.5620,48.1425 11.5655,48.1420 11.5650,48.1405 11.5620,48.1412
`

// palaceParks are those of the Free State.
var palaceParks = []string{"Hofgarten", "Englischer Garten", "Englischer Garten Nord", "Schlosspark Nymphenburg"}

const lakes = `
Kleinhesseloher See;11.5935,48.1610 11.5975,48.1620 11.5985,48.1595 11.5950,48.1590
Olympiasee;11.5470,48.1730 11.5530,48.1738 11.5580,48.1725 11.5535,48.1715 11.5480,48.1718
Feldmochinger See;11.5120,48.2160 11.5170,48.2165 11.5180,48.2130 11.5130,48.2120
Fasaneriesee;11.5270,48.2040 11.5320,48.2045 11.5325,48.2015 11.5275,48.2010
Lerchenauer See;11.5360,48.1990 11.5400,48.1990 11.5395,48.1965 11.5365,48.1965
Riemer See;11.6990,48.1265 11.7060,48.1275 11.7065,48.1255 11.6990,48.1250
Langwieder See;11.4150,48.1985 11.4190,48.1990 11.4200,48.1965 11.4160,48.1960
Ostparksee;11.6380,48.1115 11.6410,48.1115 11.6410,48.1100 11.6385,48.1100
Westparksee;11.5150,48.1228 11.5180,48.1230 11.5180,48.1220 11.5152,48.1220
`

const motorways = `
A 8 West;11.4640,48.1660 11.4500,48.1720 11.4300,48.1830 11.4120,48.1935
A 8 Ost;11.6120,48.1130 11.6180,48.1060 11.6260,48.0960 11.6340,48.0870
A 9;11.5985,48.1745 11.6060,48.1850 11.6140,48.1980 11.6230,48.2130 11.6310,48.2300
A 94;11.6180,48.1400 11.6350,48.1420 11.6600,48.1420 11.6850,48.1430 11.7080,48.1450
A 95;11.5205,48.1105 11.5100,48.1040 11.4980,48.0940 11.4850,48.0810 11.4790,48.0760
A 96;11.5235,48.1230 11.5080,48.1260 11.4880,48.1285 11.4600,48.1275 11.4460,48.1270
A 99;11.3800,48.1420 11.3860,48.1580 11.3950,48.1730 11.4100,48.1900 11.4350,48.2030 11.4600,48.2080 11.4850,48.2130 11.5100,48.2230 11.5350,48.2280 11.5700,48.2260 11.6000,48.2250 11.6250,48.2200 11.6420,48.2230
A 995;11.5890,48.1030 11.5920,48.0950 11.5960,48.0890
`

const railways = `
Hauptbahnhof–Pasing;11.5575,48.1403 11.5480,48.1420 11.5365,48.1427 11.5180,48.1437 11.5030,48.1445 11.4800,48.1475 11.4615,48.1500
Pasing–Lochhausen;11.4615,48.1500 11.4380,48.1560 11.4200,48.1700 11.4070,48.1770 11.3900,48.1850
Pasing–Aubing;11.4615,48.1500 11.4380,48.1520 11.4135,48.1560 11.3800,48.1590
Pasing–Neuaubing;11.4615,48.1500 11.4430,48.1470 11.4250,48.1410 11.3990,48.1370 11.3840,48.1350
Laim–Allach;11.5030,48.1445 11.4870,48.1560 11.4700,48.1660 11.4560,48.1790 11.4580,48.1930 11.4680,48.2070
Laim–Moosach–Feldmoching;11.5180,48.1437 11.5110,48.1600 11.5060,48.1797 11.5150,48.1900 11.5265,48.1970 11.5390,48.2110 11.5440,48.2350
Hauptbahnhof–Ostbahnhof;11.5365,48.1427 11.5330,48.1330 11.5370,48.1200 11.5480,48.1180 11.5600,48.1215 11.5720,48.1195 11.5850,48.1190 11.5960,48.1230 11.6042,48.1275
Ostbahnhof–Trudering;11.6042,48.1275 11.6165,48.1335 11.6335,48.1340 11.6500,48.1290 11.6630,48.1260 11.6900,48.1190 11.7080,48.1125
Ostbahnhof–Giesing–Perlach;11.6042,48.1275 11.6030,48.1180 11.5965,48.1108 11.6060,48.1000 11.6200,48.0940 11.6450,48.0890
Giesing–Fasangarten;11.5965,48.1108 11.6030,48.1010 11.6090,48.0950 11.6110,48.0850
Leuchtenbergring–Johanneskirchen;11.6165,48.1335 11.6310,48.1430 11.6480,48.1510 11.6530,48.1600 11.6510,48.1700 11.6470,48.1840
Heimeranplatz–Solln;11.5330,48.1330 11.5360,48.1180 11.5350,48.1085 11.5320,48.0950 11.5280,48.0800 11.5240,48.0640
Nordring;11.5060,48.1797 11.5200,48.1880 11.5450,48.1920 11.5700,48.1900 11.5950,48.1890 11.6150,48.1880 11.6260,48.1810 11.6450,48.1750
`

// stations are lines "name;position;radius in metres".
const stations = `
Hauptbahnhof;11.5583,48.1402;230
Ostbahnhof;11.6042,48.1275;180
Pasing;11.4615,48.1500;160
Laim;11.5030,48.1445;110
Donnersbergerbrücke;11.5365,48.1427;100
Hackerbrücke;11.5485,48.1420;100
Heimeranplatz;11.5325,48.1330;80
Moosach;11.5060,48.1797;100
Feldmoching;11.5400,48.2140;100
Giesing;11.5965,48.1108;100
Trudering;11.6630,48.1260;100
Leuchtenbergring;11.6165,48.1335;90
Berg am Laim;11.6335,48.1340;90
Daglfing;11.6480,48.1510;80
Johanneskirchen;11.6510,48.1700;80
Solln;11.5280,48.0800;80
Allach;11.4580,48.1930;80
Aubing;11.4135,48.1560;80
Lochhausen;11.4070,48.1770;80
Neuperlach Süd;11.6450,48.0890;80
`

// ring is the Mittlerer Ring, clockwise from the west.
const ring = `11.5375,48.1430 11.5385,48.1560 11.5405,48.1690 11.5450,48.1755 11.5560,48.1785 11.5720,48.1775 11.5860,48.1745 11.5965,48.1705 ` +
	`11.6090,48.1640 11.6140,48.1535 11.6165,48.1440 11.6165,48.1340 11.6185,48.1240 11.6175,48.1130 11.6020,48.1080 11.5880,48.1060 11.5790,48.1110 ` +
	`11.5695,48.1140 11.5600,48.1125 11.5480,48.1125 11.5360,48.1105 11.5215,48.1115 11.5230,48.1210 11.5290,48.1320 11.5345,48.1375 11.5375,48.1430`

// oldTownRing is the Altstadtring, clockwise from Karlsplatz.
const oldTownRing = `11.5658,48.1392 11.5660,48.1410 11.5720,48.1428 11.5775,48.1432 11.5835,48.1436 11.5838,48.1395 11.5830,48.1355 11.5760,48.1336 11.5675,48.1332 11.5658,48.1392`

// mainRoads are streets of the table that the plain map shows.
var mainRoads = []string{
	"Landsberger Straße", "Leopoldstraße", "Ludwigstraße", "Rosenheimer Straße", "Dachauer Straße", "Nymphenburger Straße",
	"Arnulfstraße", "Fürstenrieder Straße", "Lindwurmstraße", "Plinganserstraße", "Boschetsrieder Straße", "Tegernseer Landstraße",
	"Grünwalder Straße", "Wasserburger Landstraße", "Berg-am-Laim-Straße", "Kreillerstraße", "Einsteinstraße", "Prinzregentenstraße",
	"Effnerstraße", "Ungererstraße", "Freisinger Landstraße", "Frankfurter Ring", "Moosacher Straße", "Schleißheimer Straße",
	"Lerchenauer Straße", "Feldmochinger Straße", "Verdistraße", "Bodenseestraße", "Lochhausener Straße", "Pippinger Straße",
	"Planegger Straße", "Putzbrunner Straße", "Ottobrunner Straße", "Chiemgaustraße", "Forstenrieder Allee", "Waldfriedhofstraße",
	"Allacher Straße", "Riemer Straße", "Englschalkinger Straße", "Oberföhringer Straße", "Cosimastraße", "Ismaninger Straße",
	"Maximilianstraße", "Bayerstraße", "Thalkirchner Straße", "Balanstraße", "Truderinger Straße", "Barer Straße",
	"Theresienstraße", "Hohenzollernstraße", "Knorrstraße", "Westendstraße", "Agnes-Bernauer-Straße", "Säbener Straße", "Belgradstraße",
}
