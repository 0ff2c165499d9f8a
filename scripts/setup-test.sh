#!/bin/sh
# Installs what `make test` needs beside scripts/setup.sh: Chromium and fonts
# for the browser tests, a C compiler for Go's race detector, git, Node's npm.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
"$here/setup.sh"
. "$here/lib.sh"

have() { command -v "$1" >/dev/null 2>&1; }
have_fonts() { [ -n "$(find /usr/share/fonts -name '*.ttf' -o -name '*.otf' 2>/dev/null | head -n 1)" ]; }

packages=
# Chromium without its windows runs the browser tests a third quicker; a whole one does as well.
have chromium-headless-shell || have chromium || packages="$packages chromium-headless-shell"
have_fonts || packages="$packages fonts-dejavu-core"
have gcc || packages="$packages gcc"
[ -e /usr/include/stdio.h ] || packages="$packages libc6-dev"
have git || packages="$packages git"
# Node 18 of Debian 12 is enough to run npm; the tests run on the Node of web/package.json.
have node || packages="$packages nodejs"
have npm || packages="$packages npm"
[ -n "$packages" ] || exit 0

announce "$packages"
if ! apt-cache show chromium-headless-shell >/dev/null 2>&1; then
	packages=$(echo "$packages" | sed 's/chromium-headless-shell/chromium/')
fi
# shellcheck disable=SC2086 # a list of names
apt_install $packages
have chromium-headless-shell || have chromium || fail "Chromium is still missing; install a chromium package and put it into PATH"
have npm || fail "npm is still missing; install Node 18 or later from https://nodejs.org"
