#!/bin/sh
# Runs checks and says how long each took: test.sh all|quick|lint|format|generate|web|e2e|e2e-all
set -u
cd "$(dirname -- "$0")/.." || exit 1
top=$PWD
PATH=$top/web/node_modules/.bin:$top/bin:$PATH:/usr/local/go/bin
export PATH

results=$(mktemp)
trap 'rm -f "$results" "$results".*' EXIT
failed=0
browser=

# step NAME COMMAND… runs a check, goes on when it fails and remembers both.
step() {
	name=$1
	shift
	echo "── $name"
	began=$(date +%s)
	if "$@"; then verdict=ok; else verdict=FAILED failed=1; fi
	printf '%-44s %6s %4d s\n' "$name" "$verdict" $(($(date +%s) - began)) >>"$results"
	[ "$verdict" = ok ]
}

# need is a step without which the others make no sense.
need() { step "$@" || finish; }

finish() {
	echo
	cat "$results"
	printf '%-44s %6s %4d s\n' together "$([ $failed = 0 ] && echo ok || echo FAILED)" $(($(date +%s) - all_began))
	[ -z "$browser" ] || echo "$browser"
	exit $failed
}
all_began=$(date +%s)

# The tools have a module of their own, so that the product's go.mod stays small.
tools() {
	stamp=bin/.tools
	if [ -e $stamp ] && [ ! tools/go.mod -nt $stamp ] && [ ! tools/go.sum -nt $stamp ]; then return 0; fi
	echo "building gofumpt, templ and golangci-lint into bin/ (once, 1 to 3 minutes)"
	mkdir -p bin &&
		(cd tools && go build -o ../bin/ mvdan.cc/gofumpt github.com/a-h/templ/cmd/templ github.com/golangci/golangci-lint/v2/cmd/golangci-lint) &&
		touch $stamp
}

# Packages of npm; "node" among them brings the Node that the tests run on. Not
# "npm ci": npm 11 refuses with it when the registry in use does not offer the
# optional packages of other platforms, for which the lock file has no entry.
# It runs a second time, with that Node: an older one leaves out the optional
# packages that it can't run itself.
npm_install() { npm install --no-save --ignore-scripts --no-audit --no-fund; }
modules() {
	have=web/node_modules/.package-lock.json
	if [ -e $have ] && [ ! web/package-lock.json -nt $have ]; then return 0; fi
	(cd web && npm_install && if [ -d node_modules/node ]; then npm rebuild node && npm_install; fi)
}

go_files() { find . -name '*.go' -not -name '*_templ.go' -not -path '*/node_modules/*' -not -path './var/*'; }

format_check() {
	wrong=$(go_files | xargs gofumpt -l) || return 1
	[ -z "$wrong" ] && return 0
	echo "not formatted (make format):" "$wrong"
	return 1
}

format_all() {
	go_files | xargs gofumpt -w && templ fmt -log-level error . && (cd web && npm run --silent format) && golangci-lint run --fix
}

generate() {
	templ generate -log-level error && go run ./internal/config/gen && web_build
}

web_build() { (cd web && npm run --silent build); }

generated_files() {
	find . \( -name '*_templ.go' -o -path './web/dist/*' -o -path ./doc/configuration.md \) -type f -not -path '*/node_modules/*' \
		-exec sha256sum {} + | sort -k 2
}

generated_check() {
	generated_files >"$results.before"
	generate || return 1
	generated_files >"$results.after"
	diff "$results.before" "$results.after" >"$results.diff" && return 0
	echo "these were old (they are new now; commit them):"
	sed -nE 's/^[<>] [0-9a-f]+ +//p' "$results.diff" | sort -u
	return 1
}

# demo/pictures draws every scene several times, in one goroutine: minutes with
# the race detector, seconds without.
go_tests() {
	packages=$(go list ./... | grep -v /demo/pictures$) || return 1
	# shellcheck disable=SC2086 # a list of names
	CGO_ENABLED=1 go test -race -timeout 25m $packages && go test ./demo/pictures
}
types() { (cd web && npm run --silent check); }
web_tests() { (cd web && npm test --silent); }

# browser_tests e2e|e2e:all
browser_tests() {
	report=$results.json
	rm -f "$report"
	(cd web && MITWIRK_E2E_BIN="$top/bin/mitwirk" PLAYWRIGHT_JSON_OUTPUT_NAME="$report" npm run --silent "$1" -- --reporter=list,json)
	code=$?
	browser=$(node -e '
		const s = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).stats;
		console.log(`${s.expected + s.flaky} passed, ${s.unexpected} failed` + (s.flaky ? `, ${s.flaky} of them only at the second try` : "") + (s.skipped ? `, ${s.skipped} skipped` : ""));
		process.exit(s.expected > 0 ? 0 : 1);
	' "$report" 2>/dev/null) || code=1
	[ -n "$browser" ] || browser="0 passed, 0 failed (the browser tests did not run)"
	return $code
}

setup() { scripts/setup-test.sh && go version && tools && modules; }
build() { make --no-print-directory build; }

need "set-up" setup
case ${1-} in
all)
	step "Go format" format_check
	step "generated files are current" generated_check
	need "build" build
	step "Go lint" golangci-lint run
	step "Go tests with -race" go_tests
	step "TypeScript and CSS check" types
	step "TypeScript tests" web_tests
	step "browser tests" browser_tests e2e
	;;
quick)
	step "Go format" format_check
	step "generated files are current" generated_check
	step "Go lint" golangci-lint run
	step "TypeScript and CSS check" types
	;;
lint) step "Go lint" golangci-lint run ;;
format) step "format" format_all ;;
generate) step "generate" generate ;;
web) step "front end" web_build ;;
e2e | e2e-all)
	need "build" build
	step "browser tests" browser_tests "$(echo "$1" | tr - :)"
	;;
*)
	echo "usage: $0 all|quick|lint|format|generate|web|e2e|e2e-all" >&2
	exit 2
	;;
esac
finish
