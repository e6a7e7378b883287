#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the bridge with each of some deliberate faults and sees that the tests which are there for it fail: a test that
# nothing can break proves nothing. Speaks TAP.
# Usage: broken.sh BUILD DIRECTORY; BUILD is a plain build with its test programs, which is copied into DIRECTORY.
# shellcheck disable=SC2317 # run_… and failed_… are called by their kind
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
good=$1
builds=$2
failed=0

# name, the switch in the code, what finds it
faults='
retry-blindly      BRIDGE_BROKEN_RETRY_BLINDLY      pytest tests/daemon/test_outages.py -k answer_of_each_kind
ack-before-commit  BRIDGE_BROKEN_ACK_BEFORE_COMMIT  pytest tests/crash/test_commit.py
drop-aad           BRIDGE_BROKEN_DROP_AAD           unit tests/unit/store/test_keyring
'

# Only what knows the switch is compiled anew. Tests may run in the good build meanwhile: what they write is left out.
build() { # FAULT SWITCH
    rm -rf "${builds:?}/$1"
    mkdir -p "$builds/$1" && cd "$builds/$1" || return 1
    tar -C "$good" --exclude='*.log' --exclude='*.trs' --exclude='*.jar' -cf - . | tar -xf - || return 1
    files=$(grep -rl --include='*.c' "$2" "$top/bridge")
    [ -n "$files" ] || return 1
    for file in $files; do
        folder=$(dirname "${file#"$top"/}")
        find "$folder" -name "*-$(basename "$file" .c).o" -exec rm -f {} + || return 1
    done
    make -s -j2 CPPFLAGS="-D$2" clockify-bridged tests/unit/store/test_keyring
}

run_pytest() { # FAULT FILE OPTION...
    fault=$1
    file=$2
    shift 2
    export SRCDIR="$top" BUILDDIR="$builds/$fault" PYTHONDONTWRITEBYTECODE=1
    export CLOCKIFY_BRIDGED="$BUILDDIR/clockify-bridged" CLOCKIFY_BRIDGECTL="$BUILDDIR/clockify-bridgectl"
    export BRIDGE_SIM="$good/tests/sim/bridge-sim"
    timeout 300 "${PYTHON:-/usr/bin/python3}" -m pytest -q -x -p no:cacheprovider "$top/$file" "$@"
}

run_unit() { # FAULT PROGRAM
    SRCDIR="$top" BUILDDIR="$builds/$1" CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "$builds/$1/$2"
}

# A test that failed, not a run that did not work: pytest says 1 for it, cmocka the number of tests that failed.
failed_pytest() { # STATUS LOG
    [ "$1" -eq 1 ] && grep -q '[0-9] failed' "$2"
}

failed_unit() { # STATUS LOG
    [ "$1" -ge 1 ] && [ "$1" -lt 100 ] && grep -q '^not ok' "$2"
}

mkdir -p "$builds"
echo "1..$(echo "$faults" | grep -c .)"
number=0
while read -r fault switch kind finder; do
    [ -n "$fault" ] || continue
    number=$((number + 1))
    if ! (build "$fault" "$switch") >"$builds/$fault.build" 2>&1; then
        cat "$builds/$fault.build" >&2
        echo "not ok $number - $fault cannot be built"
        failed=1
        continue
    fi
    # shellcheck disable=SC2086 # the finder's words
    (set -- $finder; "run_$kind" "$fault" "$@") >"$builds/$fault.log" 2>&1 </dev/null
    status=$?
    if failed_"$kind" $status "$builds/$fault.log"; then
        echo "ok $number - $fault is found by $finder"
    else
        tail -n 20 "$builds/$fault.log" | sed 's/^/# /'
        echo "not ok $number - $fault is not found by $finder (status $status)"
        failed=1
    fi
done <<EOF
$faults
EOF
exit $failed
