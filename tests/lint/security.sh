#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SECURITY.md names the test that holds each promise: every one of them exists. Speaks TAP; reads, changes nothing.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 99

# FILE::NAME, or FILE alone, of everything in backquotes that begins with tests/
named=$(grep -o '`tests/[^`]*`' SECURITY.md | tr -d '`' | sort -u)

is_there() { # FILE::NAME
    file=${1%%::*}
    [ -f "$file" ] || return 1
    case $1 in
    *.py::*) grep -qE "^def ${1#*::}\(" "$file" ;;
    *.c::*) grep -qE "^static void ${1#*::}\(" "$file" ;;
    *::*) grep -qF -e "${1#*::}" "$file" ;;
    esac
}

missing=$(printf '%s\n' "$named" | while read -r test; do is_there "$test" || echo "$test"; done)
without=$(grep -E '^\| [A-Z]' SECURITY.md | grep -v '`tests/' | cut -c1-60)

echo 1..2
if [ -z "$missing" ] && [ -n "$named" ]; then
    echo "ok 1 - every test that SECURITY.md names exists"
else
    echo "not ok 1 - every test that SECURITY.md names exists"
    printf '%s\n' "$missing" | sed 's/^/# /'
fi
if [ -z "$without" ]; then
    echo "ok 2 - each threat names a test"
else
    echo "not ok 2 - each threat names a test"
    printf '%s\n' "$without" | sed 's/^/# /'
fi
[ -z "$missing$without" ]
