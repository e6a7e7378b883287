#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every test suite of the project: installs what is missing, builds under build/, and ends with one line,
# "N passed, N failed, N skipped". Works as root in a fresh clone without anybody at the keyboard. What the suites
# are stands in suites.sh beside this file; here stands how they are run.
set -u

usage() {
    cat <<'END'
Usage: sh tests/run.sh [--list] [--keep] [--lanes N] [SUITE]...
Runs the suites named, or all of them:

END
    list_suites
    cat <<'END'

  --list     only print the names of the suites
  --keep     use what build/ already holds (for working on one suite; otherwise every build starts anew)
  --lanes N  so many suites run side by side (2 unless told otherwise)

BUILD_DIR names another place for builds and logs. Exit status 1 when anything failed.

Suites share the machine. One that failed beside another is run once more by itself where its tests wait for programs
and clocks; then the second run counts, and the first is named below the table. Suites that look for lost or doubled
work by chance get no second run.
END
}

cd "$(dirname "$0")/.." || exit 1
top=$(pwd)
. tests/suites.sh

keep=no
lanes=2
chosen=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --list) printf '%s\n' $names; exit 0 ;;
    --keep) keep=yes ;;
    --lanes)
        shift
        lanes=${1:-}
        case $lanes in [1-9]) ;; *) echo "tests/run.sh: --lanes wants a number from 1 to 9" >&2; exit 64 ;; esac ;;
    *)
        case " $(echo $names) " in
        *" $1 "*) chosen="$chosen $1" ;;
        *) echo "tests/run.sh: no suite \"$1\" (see --list)" >&2; exit 64 ;;
        esac ;;
    esac
    shift
done
chosen=${chosen:-$names}

build=${BUILD_DIR:-$top/build}
logs=$build/logs
jobs=$(nproc 2>/dev/null || echo 2)
mkdir -p "$logs" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS
export LC_ALL=C.UTF-8

prepare() {
    sh packaging/install-deps.sh test || return 1
    rm -f "$logs"/*.built "$logs"/*.result "$logs"/*.first
    if [ $keep = no ] || [ ! -x configure ]; then
        sh ./autogen.sh >"$logs/autogen.log" 2>&1 || { cat "$logs/autogen.log"; return 1; }
    fi
}

# ---------------------------------------------------------------- one suite

# Leaves NAME.log and NAME.result: "passed failed skipped seconds". A suite that fails without a failed test, or that
# ran none, is a failure too.
run_suite() { # NAME
    counts=$logs/$1.counts
    : >"$counts"
    began=$(date +%s)
    ("suite_$(echo "$1" | tr - _)") >"$logs/$1.log" 2>&1 </dev/null
    status=$?
    took=$(($(date +%s) - began))
    # shellcheck disable=SC2046 # three numbers
    set -- "$1" $(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts")
    if [ $status -ne 0 ] && [ "$3" -eq 0 ] || [ $(($2 + $3 + $4)) -eq 0 ]; then
        set -- "$1" "$2" $(($3 + 1)) "$4"
    fi
    echo "$2 $3 $4 $took" >"$logs/$1.result"
    printf '%s ... %s passed, %s failed, %s skipped, %s s\n' "$1" "$2" "$3" "$4" "$took"
}

has_failed() { # NAME
    read -r _ failed _ <"$logs/$1.result"
    [ "$failed" -ne 0 ]
}

show_failure() { # NAME
    echo "---- $1: the failing lines and the end of $logs/$1.log"
    grep -nE '^(not ok|FAIL|ERROR|FAILED)|: (not ok|error|warning)' "$logs/$1.log" | head -n 60
    echo "----"
    tail -n 120 "$logs/$1.log"
    echo "---- end of $1"
}

# ---------------------------------------------------------------- all of them

# Takes the next suite off the queue; 1 when none is left.
next_suite() {
    (
        flock 9
        read -r suite <"$logs/queue" || exit 1
        sed -i 1d "$logs/queue"
        echo "$suite"
    ) 9>"$logs/queue.lock"
}

run_lane() {
    while suite=$(next_suite); do
        run_suite "$suite"
    done
}

run_lanes() {
    printf '%s\n' $chosen >"$logs/queue"
    lane=0
    while [ $lane -lt "$lanes" ]; do
        run_lane &
        lane=$((lane + 1))
    done
    wait
}

# With one lane nobody was in the way, and nothing is run again.
run_again() {
    [ "$lanes" -gt 1 ] || return 0
    for suite in $chosen; do
        has_failed "$suite" || continue
        case " $(echo $disturbed) " in *" $suite "*) ;; *) continue ;; esac
        show_failure "$suite"
        cp "$logs/$suite.log" "$logs/$suite.first.log"
        cp "$logs/$suite.result" "$logs/$suite.first"
        echo "once more, by itself:"
        run_suite "$suite"
    done
}

report() {
    total_passed=0 total_failed=0 total_skipped=0
    for suite in $chosen; do
        [ -f "$logs/$suite.result" ] || echo "0 1 0 0" >"$logs/$suite.result" # its lane died
        ! has_failed "$suite" || show_failure "$suite"
    done
    printf '\n%-12s %8s %8s %8s %8s\n' SUITE passed failed skipped seconds
    for suite in $chosen; do
        read -r passed failed skipped took <"$logs/$suite.result"
        total_passed=$((total_passed + passed))
        total_failed=$((total_failed + failed))
        total_skipped=$((total_skipped + skipped))
        printf '%-12s %8s %8s %8s %8s\n' "$suite" "$passed" "$failed" "$skipped" "$took"
    done
    for suite in $chosen; do
        [ -f "$logs/$suite.first" ] || continue
        read -r passed failed _ <"$logs/$suite.first"
        echo "$suite: $failed of these failed when another suite ran beside it, see $logs/$suite.first.log"
    done
}

began_all=$(date +%s)
if ! prepare; then
    echo "tests/run.sh: what the tests need could not be prepared"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
run_lanes
run_again
report
echo "logs: $logs; $(($(date +%s) - began_all)) s in all"
echo
echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
[ $total_failed -eq 0 ]
