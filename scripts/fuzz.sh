#!/bin/sh
# Runs every fuzz test for FUZZTIME (20s), one after the other, goes on after a
# finding, prints a table and ends with 1 if there was one. With a word, only the
# targets whose "package Name" has it: scripts/fuzz.sh ./geo, scripts/fuzz.sh Cursor.
# A finding lies as a seed in the package's testdata/fuzz: go test runs it from then on.
#
# FUZZTIME=30m       how long each runs
# FUZZPARALLEL=1     how many workers; all processors unless set
# FUZZTABLE=FILE     the table goes there too, line by line
set -eu
cd "$(dirname -- "$0")/.."
only="${1:-}"
time="${FUZZTIME:-20s}"
found=0

out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
trap 'exit 130' INT TERM
say() {
	printf '%s\n' "$1"
	if [ -n "${FUZZTABLE:-}" ]; then printf '%s\n' "$1" >>"$FUZZTABLE"; fi
}
line() { printf '%-26s %-28s %-9s %8s %12s  %s' "$@"; }

# go test -list builds a package, so only those that have a target are asked.
packages="$(grep -rlE '^func Fuzz[A-Za-z0-9_]*\(' --include='*_test.go' --exclude-dir=node_modules --exclude-dir=testdata . | xargs -n 1 dirname | sort -u)"
case "$only" in ./*) packages="$(printf '%s\n' "$packages" | grep -F -- "${only%% *}" || true)" ;; esac
: >"$out/targets"
say "$(line package target result seconds executions remarks)"
for p in $packages; do
	if ! go test -list '^Fuzz' "$p" >"$out/list" 2>&1; then
		say "$(line "$p" '(does not build)' BROKEN - - "$(head -n 1 "$out/list")")"
		found=1
		continue
	fi
	grep '^Fuzz' "$out/list" | sed "s|^|$p |" >>"$out/targets" || true
done
if ! grep -F -- "$only" "$out/targets" >"$out/chosen"; then
	echo "no fuzz test to run${only:+ with \"$only\"}" >&2
	exit 1
fi

while read -r package name; do
	started="$(date +%s)"
	result=ok
	remark=
	if ! go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" ${FUZZPARALLEL:+-parallel="$FUZZPARALLEL"} "$package" >"$out/log" 2>&1 </dev/null; then
		if grep -q 'Failing input written to' "$out/log"; then
			result=FINDING
			remark="$(sed -nE 's/^ *Failing input written to (.*)/\1/p' "$out/log" | head -n 1)"
		elif grep -qE '^ +context deadline exceeded$' "$out/log" && ! grep -qE 'panic|fuzzing process' "$out/log"; then
			remark="the time ended while a worker was busy" # Go's own end of -fuzztime, no input failed
		else
			result=BROKEN
			remark="$(grep -vE '^(fuzz: elapsed|ok |FAIL|exit status)' "$out/log" | head -n 1)"
		fi
	fi
	execs="$(sed -nE 's/.*execs: ([0-9]+).*/\1/p' "$out/log" | tail -n 1)"
	say "$(line "$package" "$name" "$result" "$(($(date +%s) - started))" "${execs:--}" "$remark")"
	if [ "$result" != ok ]; then
		found=1
		sed 's/^/    /' "$out/log" | tail -n 40
	fi
done <"$out/chosen"
exit "$found"
