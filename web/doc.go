// Package web holds the built front end: styles, scripts, fonts and the map's
// worker, made by build.mjs from assets, islands and the page folders and
// committed under dist. This package imports none of ours, so that kit and the
// pages can ask it for addresses.
//
// Invariants: every file but the manifest has a hash of its content in its
// name and may be cached for ever; what is not in the manifest or beside it is
// a 404; nothing is read from disk at run time.
//
// It owns no tables.
package web
