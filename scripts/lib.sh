# Shared by the setup scripts; sourced, not run.
# shellcheck shell=sh

fail() {
	echo "setup: $*" >&2
	exit 1
}

# need_go ends the script when Go 1.26 is not there.
need_go() {
	PATH=$PATH:/usr/local/go/bin
	export PATH
	how="download it from https://go.dev/dl/ and unpack it: tar -C /usr/local -xzf go1.26.*.linux-*.tar.gz && export PATH=\$PATH:/usr/local/go/bin"
	command -v go >/dev/null 2>&1 || fail "Go is missing (1.26 or later is needed; Debian 12 has 1.19): $how"
	version=$(go env GOVERSION)
	minor=$(echo "$version" | sed -nE 's/^go1\.([0-9]+).*/\1/p')
	if [ "${minor:-999}" -lt 26 ]; then
		fail "Go is $version, but 1.26 or later is needed: $how"
	fi
}

# announce says what will be installed and finds out as whom.
announce() {
	command -v apt-get >/dev/null 2>&1 ||
		fail "this machine has no apt-get; install by its own means:$1"
	if [ "$(id -u)" = 0 ]; then
		SUDO=
	elif command -v sudo >/dev/null 2>&1; then
		SUDO=sudo
	else
		fail "neither root nor sudo: let root run  apt-get install$1"
	fi
	echo "setup: will install by apt${SUDO:+, with sudo}:$1"
	apt_get update -qq || fail "apt-get update failed; check the network and /etc/apt/sources.list"
}

apt_get() {
	# "env" because sudo drops the caller's environment.
	$SUDO env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@"
}

# apt_install shows apt's words only when it fails.
apt_install() {
	log=$(mktemp)
	if ! apt_get install -y -qq --no-install-recommends "$@" >"$log" 2>&1; then
		tail -n 30 "$log" >&2
		rm -f "$log"
		fail "could not be installed: $*. Try by hand: apt-get install $*"
	fi
	rm -f "$log"
	echo "setup: installed $*"
}
