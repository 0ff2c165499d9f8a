#!/bin/sh
# Builds the Debian package into dist/: deb.sh BINARY. Needs dpkg-deb only.
set -eu
cd "$(dirname -- "$0")/.."
binary=$1

command -v dpkg-deb >/dev/null 2>&1 || {
	echo "deb: dpkg-deb is missing; on Debian it is part of dpkg" >&2
	exit 1
}

# There is no release yet: the version is the last commit's time and name, which grows.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH="$epoch"
commit=$(git rev-parse --short=8 HEAD 2>/dev/null || echo unknown)
version=${VERSION:-0~git$(date -u -d "@$epoch" +%Y%m%d%H%M%S).$commit}
arch=$(dpkg --print-architecture)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/mitwirk
install -d -m 0755 "$root/DEBIAN" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/etc/mitwirk" "$doc/examples" "$root/usr/share/lintian/overrides"
install -m 0755 "$binary" "$root/usr/bin/mitwirk"
for unit in mitwirk.service mitwirk-work.service mitwirk-backup.service mitwirk-backup.timer; do
	install -m 0644 "deploy/$unit" "$root/usr/lib/systemd/system/$unit"
done
install -m 0644 packaging/mitwirk.env "$root/etc/mitwirk/mitwirk.env"
install -m 0644 packaging/copyright "$doc/copyright"
install -m 0644 doc/operations.md doc/configuration.md "$doc/"
install -m 0644 deploy/nginx.conf deploy/Caddyfile demo/catalogue.yaml "$doc/examples/"
gzip -9 -n <LICENSE >"$doc/LICENSE.gz"
gzip -9 -n <THIRD_PARTY.md >"$doc/THIRD_PARTY.md.gz"
gzip -9 -n <CHANGELOG.md >"$doc/CHANGELOG.md.gz"
printf 'mitwirk (%s) unstable; urgency=medium\n\n  * Built from commit %s; what changed is in CHANGELOG.md.gz.\n\n -- The Mitwirk project <mitwirk@example.org>  %s\n' \
	"$version" "$commit" "$(LC_ALL=C date -R -u -d "@$epoch")" | gzip -9 -n >"$doc/changelog.gz"
chmod 0644 "$doc"/*.gz
install -m 0644 packaging/lintian-overrides "$root/usr/share/lintian/overrides/mitwirk"

size=$(du -sk --apparent-size "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$size/" packaging/control.in >"$root/DEBIAN/control"
echo /etc/mitwirk/mitwirk.env >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do
	install -m 0755 "packaging/$script" "$root/DEBIAN/$script"
done
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$root" -depth -exec touch --no-dereference --date="@$epoch" {} +

mkdir -p dist
package=dist/mitwirk_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
