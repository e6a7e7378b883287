#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual pages: mandoc and groff find nothing to say, and whatever the programs know of is in them. Looks at pages
# put together for the usual folders, since a long path of some build would make long lines.
set -u
top=${SRCDIR:?} build=${BUILDDIR:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages='bridge.conf.5 clockify-bridge.7 clockify-bridged.8 clockify-bridgectl.8'

number=0
report() { # NAME STATUS; what there is to say of it stands in $work/said
    number=$((number + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        sed 's/^/# /' "$work/said"
    fi
}
silent() { # NAME: when nothing was said
    test ! -s "$work/said"
    report "$1" $?
}

# Whether the pages that are referred to are installed is no matter of ours.
mandoc_says() {
    mandoc -T lint "$work/$1" 2>&1 | grep -v -e 'referenced manual not found' -e 'outdated mandoc.db'
}
# As wide as man shows it.
groff_says() {
    groff -mdoc -Tutf8 -ww -z -rLL=78n "$work/$1" 2>&1
}
checked_by() { # PROGRAM PAGE
    if command -v "$1" >/dev/null 2>&1; then
        "$1_says" "$2" >"$work/said"
        silent "$2: $1 has nothing to say"
    else
        number=$((number + 1))
        echo "ok $number - $2 # SKIP $1 is not installed"
    fi
}

# Words of "--help", of the sample and of the table of errors, which are made apart from the manual.
knows() { # PAGE NAME WORD...
    page=$1 name=$2
    shift 2
    sed 's/\\-/-/g' "$work/$page" >"$work/plain"
    for word; do
        grep -qF -e "$word" "$work/plain" || echo "$word"
    done >"$work/said"
    [ $# -gt 0 ] || echo "there was nothing to look for" >"$work/said"
    silent "$page: every $name"
}
lines() { # FROM TO: of the help of clockify-bridgectl, the first column between two lines
    "$build/clockify-bridgectl" --help | sed -n "/^$1/,/^$2/p" | sed -n 's/^  \([a-z][a-z._]*\( [a-z][a-z]*\)\{0,1\}\)  .*/\1/p'
}

echo 1..18
for page in $pages; do
    sh "$top/packaging/man/assemble.sh" "$top/packaging/man/$page.in" "$build" /etc /var >"$work/$page" 2>"$work/said"
    report "$page: is put together" $?
    checked_by mandoc "$page"
    checked_by groff "$page"
done

old=$IFS
IFS='
'
# shellcheck disable=SC2046
knows clockify-bridgectl.8 command $(lines Commands Methods)
# shellcheck disable=SC2046
knows clockify-bridgectl.8 check $(sed -n 's/^    {"\([a-z_]*\)", ".*/It Ic "\1"/p' "$top/bridge/app/doctor.c")
# shellcheck disable=SC2046
knows clockify-bridge.7 method $(lines Methods Exit)
# shellcheck disable=SC2046
knows bridge.conf.5 setting $("$build/clockify-bridged" --sample-config | sed -n 's/^    \([a-z_]*\) = .*/It Ic "\1"/p')
# shellcheck disable=SC2046
knows clockify-bridge.7 error $(sed -n 's/.*= {"\([a-z_]*\)", -[0-9]*,.*/It Er "\1 /p' "$top/bridge/base/error_table.c")
# shellcheck disable=SC2046
knows clockify-bridged.8 "exit status" $("$build/clockify-bridged" --help | sed -n 's/^  *\([0-9][0-9]*\)  .*/.It \1/p')
IFS=$old
