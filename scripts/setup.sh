#!/bin/sh
# Installs what `make run` needs on Debian 12 or 13: PostgreSQL with PostGIS,
# from the distribution and without a cluster on port 5432. As root, or as a
# user with sudo. Says what it will install; silent when nothing is missing.
# Go itself is not installed here (Debian 12 has 1.19): the script says how.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"

need_go

# The same rule as internal/pgdev: a server version that has PostGIS.
have_postgis() {
	for f in /usr/share/postgresql/*/extension/postgis.control; do
		[ -e "$f" ] || continue
		v=${f#/usr/share/postgresql/}
		[ -x "/usr/lib/postgresql/${v%%/*}/bin/initdb" ] && return 0
	done
	return 1
}

install_postgis() {
	servers=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sed -E 's,^/usr/lib/postgresql/([0-9]+)/.*,\1,' | sort -n || true)
	if [ -z "$servers" ]; then
		apt_install postgresql-common
		# Else the package makes and starts a cluster of its own on 5432.
		conf=/etc/postgresql-common/createcluster.d/mitwirk-no-main.conf
		if [ ! -e "$conf" ]; then
			$SUDO mkdir -p "${conf%/*}"
			echo "create_main_cluster = false" | $SUDO tee "$conf" >/dev/null
		fi
	fi
	offered=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sed -E 's/^postgresql-([0-9]+)-.*/\1/' | sort -n)
	version=$(echo "$offered" | tail -n 1)
	for v in $servers; do # rather a server that is there already
		if echo "$offered" | grep -qx "$v"; then version=$v; fi
	done
	if [ -z "$version" ]; then
		fail "apt offers no PostGIS. Add Debian's \"main\" component to /etc/apt/sources.list and run: apt-get update && apt-get install postgresql-postgis"
	fi
	apt_install "postgresql-$version" "postgresql-$version-postgis-3"
	have_postgis || fail "PostGIS is still missing after: apt-get install postgresql-$version-postgis-3"
}

packages=
have_postgis || packages="$packages postgresql postgresql-postgis"
[ -e /etc/ssl/certs/ca-certificates.crt ] || packages="$packages ca-certificates"
[ -n "$packages" ] || exit 0

announce "$packages"
have_postgis || install_postgis
[ -e /etc/ssl/certs/ca-certificates.crt ] || apt_install ca-certificates
