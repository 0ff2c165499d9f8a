package pictures

// scenes are all kinds that take photos; the keys are those of the catalogue.
func scenes() map[string]scene {
	return map[string]scene{
		"schlagloch": {
			pothole, "Ein tiefes Loch im Asphalt, in dem Wasser steht.", "A deep hole in the asphalt with water in it.",
			[2]string{"Das Loch ist mit frischem Asphalt geschlossen.", "The hole is filled with fresh asphalt."},
		},
		"gehweg": {
			pavementSlab, "Gehwegplatten stehen hoch, eine ist zerbrochen.", "Pavement slabs stick up, one is broken.",
			[2]string{"Die Gehwegplatten liegen wieder eben.", "The pavement slabs are level again."},
		},
		"radweg": {
			cyclePath, "Auf dem roten Radweg liegen Scherben und ein Ast.", "Broken glass and a branch lie on the red cycle path.",
			[2]string{"Der rote Radweg ist wieder frei.", "The red cycle path is clear again."},
		},
		"gully": {
			drain, "Ein Gully ist mit Laub verstopft, davor steht Wasser.", "A drain is blocked by leaves, water stands in front of it.",
			[2]string{"Der Gully ist frei, die Straße ist trocken.", "The drain is clear, the road is dry."},
		},
		"winter": {
			snow, "Ein verschneiter Gehweg mit einer Eisfläche.", "A snowy pavement with a sheet of ice.",
			[2]string{"Der Gehweg ist geräumt und gestreut.", "The pavement is cleared and gritted."},
		},
		"baustelle": {
			roadworks, "Eine Baugrube auf dem Gehweg, eine Absperrung ist umgefallen.", "A pit in the pavement, one barrier has fallen over.",
			[2]string{"Die Baugrube ist rundum abgesperrt.", "The pit is closed off on all sides."},
		},
		"laterne": {
			lamp, "Eine dunkle Laterne in einer Straße bei Nacht.", "A dark street light in a street at night.",
			[2]string{"Die Laterne leuchtet wieder.", "The street light is on again."},
		},
		"ampel": {
			signal, "Eine Ampel, an der kein Licht brennt.", "A traffic signal without any light on.",
			[2]string{"Die Ampel zeigt Grün.", "The traffic signal shows green."},
		},
		"schild": {
			sign, "Ein Verkehrsschild steht schief, der Mast ist verbogen.", "A traffic sign leans over, its post is bent.",
			[2]string{"Das Verkehrsschild steht wieder gerade.", "The traffic sign stands straight again."},
		},
		"haltestelle": {
			stop, "Ein Wartehäuschen mit zersprungener Scheibe.", "A bus shelter with a shattered pane.",
			[2]string{"Das Wartehäuschen hat eine neue Scheibe.", "The bus shelter has a new pane."},
		},
		"wildermuell": {
			dumped, "Müllsäcke und eine Matratze stehen auf dem Gehweg.", "Rubbish bags and a mattress stand on the pavement.",
			[2]string{"Der Gehweg ist wieder sauber.", "The pavement is clean again."},
		},
		"muelleimer": {
			binFull, "Ein Mülleimer läuft über, Abfall liegt daneben.", "A litter bin overflows, rubbish lies next to it.",
			[2]string{"Der Mülleimer ist geleert.", "The litter bin has been emptied."},
		},
		"wertstoffinsel": {
			containers, "Flaschen und Kartons stehen vor vollen Containern.", "Bottles and boxes stand in front of full containers.",
			[2]string{"Der Platz vor den Containern ist frei.", "The place in front of the containers is clear."},
		},
		"strassenschmutz": {
			dirt, "Becher, Papier und Dosen liegen auf der Straße.", "Cups, paper and cans lie in the street.",
			[2]string{"Die Straße ist gekehrt.", "The street has been swept."},
		},
		"graffiti": {
			graffiti, "Eine Mauer ist mit Farbe beschmiert.", "A wall is smeared with paint.",
			[2]string{"Die Mauer ist gereinigt.", "The wall has been cleaned."},
		},
		"baum": {
			branch, "Ein großer Ast ist abgebrochen und liegt auf dem Weg.", "A large branch has broken off and lies on the path.",
			[2]string{"Der Ast ist weg, der Weg ist frei.", "The branch is gone, the path is clear."},
		},
		"hecke": {
			hedge, "Eine Hecke ragt weit in den Gehweg.", "A hedge reaches far into the pavement.",
			[2]string{"Die Hecke ist geschnitten.", "The hedge has been cut."},
		},
		"spielplatz": {
			swing, "Eine Schaukel, bei der eine Kette gerissen ist.", "A swing with one chain broken.",
			[2]string{"Die Schaukel hängt wieder an beiden Ketten.", "The swing hangs on both chains again."},
		},
		"parkmoebel": {
			parkBench, "Eine Parkbank mit zerbrochenen Brettern.", "A park bench with broken boards.",
			[2]string{"Die Parkbank hat neue Bretter.", "The park bench has new boards."},
		},
		"brunnen": {
			fountain, "Ein Brunnen ohne Wasser, im Becken liegt Laub.", "A fountain without water, leaves lie in the basin.",
			[2]string{"Der Brunnen läuft wieder.", "The fountain is running again."},
		},
		"schrottrad": {
			wreckedBike, "Ein Fahrrad mit verbogenem Rad lehnt an einem Bügel.", "A bicycle with a bent wheel leans on a stand.",
			[2]string{"Der Fahrradbügel ist wieder frei.", "The bicycle stand is free again."},
		},
		"schrottauto": {
			wreckedCar, "Ein verstaubtes Auto mit einem platten Reifen am Straßenrand.", "A dusty car with a flat tyre at the roadside.",
			[2]string{"Der Parkplatz ist wieder frei.", "The parking space is free again."},
		},
		"scooter": {
			scooter, "Ein E-Scooter liegt quer auf dem Gehweg.", "An e-scooter lies across the pavement.",
			[2]string{"Der E-Scooter steht am Rand.", "The e-scooter stands at the side."},
		},
		"ratten": {
			rats, "Eine Ratte an Müllsäcken vor einer Hauswand.", "A rat near rubbish bags at the wall of a house.",
			[2]string{"Der Platz an der Hauswand ist sauber.", "The place at the wall is clean."},
		},
		"hygiene": {
			backyard, "Offene Mülltonnen und Essensreste in einem Hof.", "Open bins and food waste in a yard.",
			[2]string{"Die Tonnen im Hof sind geschlossen.", "The bins in the yard are closed."},
		},
		"gewaesser": {
			stream, "Ein Bach mit Schaum und einem schillernden Film.", "A stream with foam and a shimmering film.",
			[2]string{"Das Wasser im Bach ist klar.", "The water in the stream is clear."},
		},
		"schulesport": {
			goal, "Ein Fußballtor mit zerrissenem Netz auf einem Sportplatz.", "A football goal with a torn net on a sports ground.",
			[2]string{"Das Fußballtor hat ein neues Netz.", "The football goal has a new net."},
		},
		"barriere": {
			barrierSteps, "Drei Stufen ohne Rampe vor einem Eingang.", "Three steps without a ramp in front of an entrance.",
			[2]string{"Neben den Stufen gibt es jetzt eine Rampe.", "There is a ramp beside the steps now."},
		},
		"plakat": {
			poster, "Ein umgefallener Plakatständer liegt auf dem Gehweg.", "A poster stand has fallen over on the pavement.",
			[2]string{"Der Gehweg ist wieder frei.", "The pavement is clear again."},
		},
		"fehlt": {
			missingThing, "Fahrräder stehen an einem Zaun, weil es keinen Radständer gibt.", "Bicycles stand at a fence as there are no bike stands.",
			[2]string{"Fahrräder stehen an neuen Bügeln.", "Bicycles stand at new bike stands."},
		},
		"queren": {
			crossing, "Eine breite Straße ohne Übergang, am Rand parken Autos.", "A wide street without a crossing, cars are parked at the side.",
			[2]string{"Ein Zebrastreifen führt über die Straße.", "A zebra crossing leads across the street."},
		},
		"sonstiges": {
			quiet, "Eine ruhige Straße mit Häusern und Bäumen.", "A quiet street with houses and trees.",
			[2]string{"Eine ruhige Straße mit Häusern und Bäumen.", "A quiet street with houses and trees."},
		},
	}
}
