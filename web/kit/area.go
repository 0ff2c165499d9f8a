package kit

// areaMap is the map that draws into the field of an area.
func areaMap(f FieldProps, centre MapView) MapProps {
	m := centre.Map("area")
	m.Class, m.For = "areamap", FieldID(f.Name)
	return m
}

// lineMap is the map that draws a line or an area.
func lineMap(f FieldProps, centre MapView, line string) MapProps {
	m := areaMap(f, centre)
	m.Line = line
	return m
}
