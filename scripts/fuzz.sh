#!/bin/sh
# Runs every fuzz test for a while: go test takes one at a time.
set -eu
cd "$(dirname -- "$0")/.."
grep -rlE '^func Fuzz[A-Za-z0-9_]+\(' --include='*_test.go' --exclude-dir=node_modules . | while read -r file; do
	for name in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$file"); do
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-20s}" "$(dirname "$file")"
	done
done
