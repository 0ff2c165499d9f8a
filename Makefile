# What people type. Everything that takes a thought is a script of scripts/.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# Go as its own page installs it, also where nobody has put it into PATH.
export PATH := $(PATH):/usr/local/go/bin
export CGO_ENABLED ?= 0

COMMIT := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
ARGS ?=

.PHONY: help run build test check race lint format fuzz bench generate web e2e e2e-all faults deb db-reset

help: ## list the targets
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

run: ## set up what is missing and start a demo city at http://127.0.0.1:8080 (ARGS="--demo=none ...")
	@scripts/setup.sh
	@$(MAKE) --no-print-directory build
	@exec bin/mitwirk dev $(ARGS)

build: ## build bin/mitwirk (needs Go only: the built front end is part of the repository)
	@mkdir -p bin
	@[ -e bin/mitwirk ] || echo "Building bin/mitwirk: the first time takes a few minutes, later seconds."
	go build -trimpath -buildvcs=false -ldflags "-X main.commit=$(COMMIT)" -o bin/mitwirk ./cmd/mitwirk

test: ## set up what is missing and run every check
	@scripts/test.sh all

check: ## the quick checks: format, lint, generated files, types; no tests
	@scripts/test.sh quick

race: ## Go tests with the race detector, on a real PostGIS
	CGO_ENABLED=1 go test -race -timeout 25m ./...

lint: ## golangci-lint
	@scripts/test.sh lint

format: ## format Go, templates, TypeScript and CSS, and let the linter fix what it can
	@scripts/test.sh format

fuzz: ## run each fuzz test for FUZZTIME (20s), one after the other
	@scripts/fuzz.sh

bench: ## Go benchmarks
	go test -run '^$$' -bench . -benchmem ./...

generate: ## make templ's Go files, doc/configuration.md and the front end anew
	@scripts/test.sh generate

web: ## build web/dist from the TypeScript and CSS sources
	@scripts/test.sh web

e2e: ## browser tests in two opposite corners of the looks
	@scripts/test.sh e2e

e2e-all: ## browser tests in all looks
	@scripts/test.sh e2e-all

faults: build ## prove reliability: kill -9 200 times, 10,000 cut sockets, a full disk, no database, no mail server (10 minutes; root mounts small file systems)
	MITWIRK_FAULTS=long MITWIRK_FAULTS_BIN=$(CURDIR)/bin/mitwirk go test -count=1 -timeout 60m -v -parallel 1 ./internal/faults

deb: ## build the Debian package into dist/
	@mkdir -p dist
	go build -trimpath -buildvcs=false -ldflags "-s -w -X main.commit=$(COMMIT)" -o dist/mitwirk ./cmd/mitwirk
	@scripts/deb.sh dist/mitwirk

db-reset: ## delete the demo city in var/dev and the databases of the tests
	go run ./internal/dbtest/reset var/dev
