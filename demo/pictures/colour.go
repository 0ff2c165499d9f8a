package pictures

import "image/color"

// colour is how scenes name a colour with opacity.
type colour = color.NRGBA
