package demo

import _ "embed"

// Catalogue is the demo city's catalogue: departments, groups, categories,
// questions, stop pages and signposts, as "mitwirk import categories" reads it.
// It is plausible, not official.
//
//go:embed catalogue.yaml
var Catalogue []byte
