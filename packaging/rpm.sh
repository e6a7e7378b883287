#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the packages for RHEL from a release: source, programs and policy. On Debian too, where the dependencies of the
# build are those of install-deps.sh and not known to rpm.
#   sh rpm.sh RELEASE.tar.gz FOLDER-OF-THE-JARS TARGET-FOLDER [RPMBUILD-OPTION]...
# SOURCE_DATE_EPOCH dates what is built: the same release makes the same packages, byte for byte, where TARGET-FOLDER is
# the same, too, because rpm writes down where it built.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
release=$1 jars=$2 target=$3
shift 3

command -v rpmbuild >/dev/null 2>&1 || { echo "rpm.sh: rpmbuild is missing (Debian: rpm, RHEL: rpm-build)" >&2; exit 1; }
for jar in clockify-bridge-jira11.jar clockify-bridge-jira10.jar; do
    [ -f "$jars/$jar" ] || { echo "rpm.sh: no $jars/$jar: build the app, or say JARS=FOLDER" >&2; exit 1; }
done

mkdir -p "$target"
work=$(cd "$target" && pwd)/rpmbuild
trap 'rm -rf "$work"' EXIT
rm -rf "$work"
mkdir -p "$work/SOURCES" "$work/SPECS"
cp "$release" "$jars/clockify-bridge-jira11.jar" "$jars/clockify-bridge-jira10.jar" "$work/SOURCES"
tar -xzf "$release" -C "$work/SPECS" --strip-components=2 --wildcards '*/packaging/clockify-bridge.spec'
touch -d "@${SOURCE_DATE_EPOCH:?}" "$work/SPECS/clockify-bridge.spec" "$work/SOURCES"/*

if [ "$(rpm --eval '%{?_unitdir}')" = "" ]; then
    set -- --nodeps --load="$here/rpm-elsewhere.macros" "$@"
fi
rpmbuild -ba --quiet "$@" \
    --define "_topdir $work" \
    --define "_buildhost reproducible" \
    --define "use_source_date_epoch_as_buildtime 1" \
    --define "clamp_mtime_to_source_date_epoch 1" \
    "$work/SPECS/clockify-bridge.spec"
find "$work/RPMS" "$work/SRPMS" -name '*.rpm' -exec mv -f {} "$target" \;
