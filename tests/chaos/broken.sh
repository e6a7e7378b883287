#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the daemon with each deliberate fault that configure knows and sees that the chaos suite finds it. Speaks TAP.
# Usage: broken.sh [DIRECTORY FOR BUILDS]; BRIDGE_SIM names the simulator. Needs ./configure in the source tree.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
builds=${1:-$(mktemp -d)}
seeds='1 2 3 4 5 6 7 8 9 10 11 12'
failed=0

build() { # FAULT
    mkdir -p "$builds/$1" && cd "$builds/$1" &&
        { [ -f Makefile ] || "$top/configure" -q --disable-tests --enable-broken="$1" CFLAGS='-O1 -g'; } &&
        make -s -j2 clockify-bridged
}

# Exit status 1 alone means that the checker found something; 2 is a run that did not work.
is_found() { # FAULT
    for seed in $seeds; do
        CLOCKIFY_BRIDGED="$builds/$1/clockify-bridged" PYTHONDONTWRITEBYTECODE=1 \
            "${PYTHON:-/usr/bin/python3}" "$here/chaos.py" --seed "$seed" --seconds 12 --history "$builds/$1.json" >"$builds/$1.log" 2>&1
        status=$?
        sed -n '1s/^/# /p' "$builds/$1.log"
        [ $status -ne 1 ] || return 0
        [ $status -eq 0 ] || return 1
    done
    return 1
}

mkdir -p "$builds"
echo 1..2
number=0
for fault in retry-blindly ack-before-commit; do
    number=$((number + 1))
    if ! build "$fault" >"$builds/$fault.build" 2>&1; then
        cat "$builds/$fault.build" >&2
        echo "not ok $number - $fault cannot be built"
        failed=1
    elif is_found "$fault"; then
        echo "ok $number - $fault is found"
    else
        echo "not ok $number - $fault is not found"
        failed=1
    fi
done
exit $failed
