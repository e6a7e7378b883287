#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian package from a release, without the tools of Debian's own archive: dpkg-deb alone.
#   sh deb.sh RELEASE.tar.gz FOLDER-OF-THE-JARS TARGET-FOLDER
# SOURCE_DATE_EPOCH dates what is built: the same release makes the same package, byte for byte.
set -eu
release=$1 jars=$2 target=$3
: "${SOURCE_DATE_EPOCH:?}"
export SOURCE_DATE_EPOCH LC_ALL=C

command -v dpkg-deb >/dev/null 2>&1 || { echo "deb.sh: dpkg-deb is missing: this builds on Debian" >&2; exit 1; }
for jar in clockify-bridge-jira11.jar clockify-bridge-jira10.jar; do
    [ -f "$jars/$jar" ] || { echo "deb.sh: no $jars/$jar: build the app, or say JARS=FOLDER" >&2; exit 1; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/bridge-deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$work/source" "$root" "$target"
tar -xzf "$release" -C "$work/source" --strip-components=1
version=$(sed -n "s/^PACKAGE_VERSION='\(.*\)'/\1/p" "$work/source/configure")
architecture=$(dpkg --print-architecture)

build() {
    cd "$work/source"
    ./configure --quiet --prefix=/usr --sysconfdir=/etc --localstatedir=/var --runstatedir=/run --disable-tests \
        --without-plugin CFLAGS="-O2 -g -Wall -Werror=format-security -ffile-prefix-map=$work/source=."
    make --silent -j"$(nproc)"
    make --silent install DESTDIR="$root"
}

lay_out() {
    install -p -m 0644 "$jars/clockify-bridge-jira11.jar" "$jars/clockify-bridge-jira10.jar" \
        "$root/usr/share/clockify-bridge/"
    strip --remove-section=.comment --remove-section=.note "$root/usr/sbin"/*
    docs=$root/usr/share/doc/clockify-bridge
    mkdir -p "$docs"
    install -m 0644 "$work/source/README.md" "$work/source/bridge/ARCHITECTURE.md" "$docs"
    install -m 0644 "$work/source/LICENSE" "$docs/copyright"
    find "$root/usr/share/man" -type f -exec gzip -9n {} + 2>/dev/null || :
}

# The packages of the libraries that the programs name, in the versions they were built with or later.
depends() {
    for program in "$root/usr/sbin"/*; do
        objdump -p "$program" | sed -n 's/^ *NEEDED *//p'
    done | sort -u | while read -r library; do
        file=$(ldconfig -p | sed -n "s|^[[:space:]]*$library .* => ||p" | head -n 1)
        owner_of "$file"
    done | sort -u | while read -r package; do
        built_with=$(dpkg-query -W -f '${Version}' "$package")
        echo "${package%%:*} (>= ${built_with%-*}~)"
    done | paste -sd, - | sed 's/,/, /g'
}

# dpkg knows a library by the name under which its package laid it down, which may lack the /usr.
owner_of() { # FILE
    { dpkg-query -S "$1" || dpkg-query -S "/usr$1" || dpkg-query -S "${1#/usr}"; } 2>/dev/null | sed 's/: .*//;q'
}

control() {
    mkdir -p "$root/DEBIAN"
    cat >"$root/DEBIAN/control" <<END
Package: clockify-bridge
Version: $version-1
Architecture: $architecture
Maintainer: Clockify bridge <clockify-bridge@example.com>
Installed-Size: $(du -sk --apparent-size "$root/usr" "$root/etc" | awk '{ sum += $1 } END { print sum }')
Depends: $(depends), systemd (>= 252)
Section: net
Priority: optional
Description: Clockify timers and worklogs for Jira Data Center
 Press a button on a Jira issue: a timer runs in Clockify, and when it stops
 the time stands in Clockify and as a worklog in Jira, under the name of the
 person who pressed it. This is the service that runs on every node, its
 command for administrators, and the app for Jira, for Jira 10 and Jira 11.
END
    echo /etc/clockify-bridge/bridge.conf >"$root/DEBIAN/conffiles"
    (cd "$root" && find usr -type f -exec md5sum {} + | sort -k 2) >"$root/DEBIAN/md5sums"
    for script in postinst prerm postrm; do
        install -m 0755 "$work/source/packaging/debian/$script" "$root/DEBIAN/$script"
    done
}

(build)
lay_out
control
chmod -R u=rwX,go=rX "$root"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$target/clockify-bridge_$version-1_$architecture.deb" >/dev/null
