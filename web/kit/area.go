package kit

// areaMap is the map that draws into the field of an area.
func areaMap(f FieldProps, centre MapView) MapProps {
	m := centre.Map("area")
	m.Class, m.For = "areamap", FieldID(f.Name)
	return m
}
