#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every test suite of the project: installs what is missing, builds under build/, and ends with one line,
# "N passed, N failed, N skipped". Works as root in a fresh clone without anybody at the keyboard.
set -u

usage() {
    cat <<'EOF'
Usage: sh tests/run.sh [--list] [--keep] [SUITE]...
Runs the suites named, or all of them in this order:

EOF
    list_suites
    cat <<'EOF'

  --list  only print the names of the suites
  --keep  use what build/ already holds (for working on one suite; otherwise every build starts anew)

BUILD_DIR names another place for builds and logs. Exit status 1 when anything failed.
EOF
}

# name and what it does; a function suite_NAME (with - as _) carries it out
suites='
gcc          builds with gcc, warnings are errors; make check
clang        builds with clang, warnings are errors
sanitizers   builds with the address and undefined-behaviour sanitizers; make check
simulator    the simulator itself, from outside (pytest)
daemon       the whole daemon over its socket, against the simulator (pytest)
daemon-san   the same under the sanitizers
chaos        random clicks, faults and kill -9; then that builds with a deliberate fault are found
plugin       the app for Jira: jars, and its servlets in Tomcat 10, Tomcat 9 and Jetty 9 (pytest)
browser      the app in a browser, before a stand-in Jira, the bridge and the simulator (Playwright); pictures in tests/out
clients      clients from npm that nobody here wrote, against the simulator and the bridge
valgrind     the unit tests under valgrind
cppcheck     cppcheck over bridge/ and tests/
analyzer     gcc -fanalyzer over bridge/
distcheck    a release tarball builds, passes its tests and installs
'
list_suites() { printf '%s\n' "$suites" | sed '/^$/d; s/^/  /'; }
names=$(printf '%s\n' "$suites" | awk 'NF { print $1 }')

keep=no
chosen=
for word; do
    case $word in
    -h | --help) usage; exit 0 ;;
    --list) printf '%s\n' $names; exit 0 ;;
    --keep) keep=yes ;;
    *)
        case " $(echo $names) " in
        *" $word "*) chosen="$chosen $word" ;;
        *) echo "tests/run.sh: no suite \"$word\" (see --list)" >&2; exit 64 ;;
        esac ;;
    esac
done
chosen=${chosen:-$names}

cd "$(dirname "$0")/.." || exit 1
top=$(pwd)
build=${BUILD_DIR:-$top/build}
logs=$build/logs
jobs=$(nproc 2>/dev/null || echo 2)
mkdir -p "$logs" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS
export LC_ALL=C.UTF-8

# ---------------------------------------------------------------- counting

count() { # PASSED FAILED SKIPPED: adds to the results of the suite that runs
    echo "$1 $2 $3" >>"$counts"
}

# One result by the status of a command, for suites that are one check.
verdict() { # NAME COMMAND...
    name=$1
    shift
    if "$@"; then
        echo "PASS: $name"
        count 1 0 0
    else
        echo "FAIL: $name"
        count 0 1 0
    fi
}

skip() { # WHY
    echo "SKIP: $1"
    count 0 0 1
}

# What automake's TAP driver wrote down: one line a test.
count_automake() { # BUILD
    # shellcheck disable=SC2046 # no blank in these names
    count $(find "$1" -name '*.trs' -exec cat {} + | awk '
        /^:test-result: (PASS|XFAIL)/ { passed++ }
        /^:test-result: (FAIL|XPASS|ERROR)/ { failed++ }
        /^:test-result: SKIP/ { skipped++ }
        END { print passed + 0, failed + 0, skipped + 0 }')
}

count_tap() { # FILE
    # shellcheck disable=SC2046
    count $(awk '
        /^1\.\.0/ { skipped++ }
        /^ok .*# *[Ss][Kk][Ii][Pp]/ { skipped++; next }
        /^ok / { passed++ }
        /^not ok / { failed++ }
        END { print passed + 0, failed + 0, skipped + 0 }' "$1")
}

count_junit() { # FILE
    # shellcheck disable=SC2046
    count $(sed -n 's/.*<testsuite \([^>]*\)>.*/\1/p' "$1" | awk '
        function number(name) { return match($0, name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 2) + 0 : 0 }
        { failed = number("failures") + number("errors"); skipped = number("skipped")
          print number("tests") - failed - skipped, failed, skipped; found = 1 }
        END { if (!found) print 0, 1, 0 }')
}

# ---------------------------------------------------------------- building

# configure once a build directory; with --keep, only where there is none
configure_in() { # NAME ARGUMENT...
    dir=$build/$1
    shift
    [ $keep = yes ] || rm -rf "$dir"
    mkdir -p "$dir"
    [ -f "$dir/Makefile" ] || (cd "$dir" && "$top/configure" --quiet "$@")
}

make_in() { # NAME TARGET...
    dir=$build/$1
    shift
    make -C "$dir" -j"$jobs" --no-print-directory "$@"
}

# Suites share builds, each in a shell of its own: whether one was made in this run stands in a file. 0 = it is to
# be made now, 1 = it was, 2 = it was tried and failed.
once() { # NAME
    case $(cat "$logs/$1.built" 2>/dev/null) in
    yes) return 1 ;;
    no) return 2 ;;
    esac
    echo no >"$logs/$1.built"
}
built() { # NAME
    echo yes >"$logs/$1.built"
}

# The plain build, for every suite that needs programs to run.
need_gcc() {
    once gcc || return $(($? - 1))
    configure_in gcc --enable-werror CC=gcc && make_in gcc && built gcc
}

# A debugger's door stays open in it: the leak check at the end looks at the process from outside.
need_sanitizers() {
    once sanitizers || return $(($? - 1))
    configure_in sanitizers --enable-werror --enable-sanitizers --enable-debuggable CC=gcc CFLAGS='-g -O1' &&
        make_in sanitizers && built sanitizers
}

check_in() { # NAME
    find "$build/$1" -name '*.trs' -exec rm -f {} +
    make_in "$1" check VERBOSE=1
    status=$?
    count_automake "$build/$1"
    return $status
}

# ---------------------------------------------------------------- suites

suite_gcc() {
    verdict "builds with gcc without a warning" need_gcc
    check_in gcc
}

suite_clang() {
    configure_in clang --enable-werror CC=clang || return 1
    verdict "builds with clang without a warning" make_in clang all
    # The test programs too, without running them.
    verdict "its tests build with clang without a warning" make_in clang check TESTS=
}

sanitizer_options() {
    export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
}

suite_sanitizers() {
    verdict "builds with the sanitizers" need_sanitizers
    sanitizer_options
    check_in sanitizers
}

# Debian's own pytest, not one of a virtual environment that happens to be first in PATH.
python() {
    if [ -x /usr/bin/python3 ]; then /usr/bin/python3 "$@"; else python3 "$@"; fi
}

pytest_in() { # BUILD PATH: runs with the programs of that build
    xml=$logs/$1-$(basename "$2" .py).xml
    rm -f "$xml"
    export SRCDIR="$top" BUILDDIR="$build/$1"
    export BRIDGE_SIM="$BUILDDIR/tests/sim/bridge-sim"
    export CLOCKIFY_BRIDGED="$BUILDDIR/clockify-bridged" CLOCKIFY_BRIDGECTL="$BUILDDIR/clockify-bridgectl"
    export PYTHONDONTWRITEBYTECODE=1
    python -m pytest -q -p no:cacheprovider --junitxml="$xml" "$2"
    status=$?
    if [ -f "$xml" ]; then count_junit "$xml"; fi
    return $status
}

suite_simulator() {
    need_gcc && pytest_in gcc tests/sim
}

suite_daemon() {
    need_gcc && pytest_in gcc tests/daemon
}

suite_chaos() {
    need_gcc && pytest_in gcc tests/chaos || return 1
    sh tests/chaos/broken.sh "$build/broken" >"$logs/broken.tap"
    status=$?
    cat "$logs/broken.tap"
    count_tap "$logs/broken.tap"
    return $status
}

suite_daemon_san() {
    need_sanitizers || return 1
    sanitizer_options
    pytest_in sanitizers tests/daemon
}

# The app wants Debian's API jars and containers; elsewhere its suites say so.
have_plugin() {
    need_gcc || return 1
    [ -f "$build/gcc/clockify-bridge-jira11.jar" ] && [ -f /usr/share/java/tomcat10-catalina.jar ] && return 0
    skip "the app for Jira was not built here: $(grep -h 'result: no; missing' "$build/gcc/config.log" | head -n 1)"
    return 2
}

suite_plugin() {
    have_plugin || return $(($? == 1))
    pytest_in gcc tests/jira-host
}

suite_browser() {
    have_plugin || return $(($? == 1))
    if ! command -v chromium >/dev/null 2>&1; then
        skip "chromium is not installed"
        return 0
    fi
    mkdir -p "$build/browser" "$top/tests/out"
    cp tests/browser/package.json tests/browser/package-lock.json "$build/browser/"
    (cd "$build/browser" && npm ci --legacy-peer-deps --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null) || return 1
    export BROWSER_MODULES="$build/browser/node_modules" BROWSER_OUT="$top/tests/out"
    export BRIDGE_SIM="$build/gcc/tests/sim/bridge-sim" CLOCKIFY_BRIDGED="$build/gcc/clockify-bridged"
    export BUILDDIR="$build/gcc" SRCDIR="$top"
    tap=$logs/browser.tap
    timeout 1500 node tests/browser/run.mjs >"$tap" 2>&1 </dev/null
    status=$?
    cat "$tap"
    count_tap "$tap"
    return $status
}

suite_clients() {
    need_gcc || return 1
    mkdir -p "$build/clients"
    cp tests/clients/package.json tests/clients/package-lock.json "$build/clients/"
    (cd "$build/clients" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null) || return 1
    export BRIDGE_SIM="$build/gcc/tests/sim/bridge-sim" CLIENTS_DIR="$build/clients"
    export CLOCKIFY_BRIDGED="$build/gcc/clockify-bridged" CLOCKIFY_BRIDGECTL="$build/gcc/clockify-bridgectl"
    worst=0
    for script in tests/clients/*.mjs; do
        [ "$(basename "$script")" != tap.mjs ] || continue # what the scripts share
        tap=$logs/client-$(basename "$script" .mjs).tap
        node "$script" >"$tap" 2>&1 </dev/null || worst=1
        sed "s|^|$(basename "$script"): |" "$tap"
        count_tap "$tap"
    done
    return $worst
}

# Programs whose leaks are not looked for, and why: "name  reason" a line. All else is checked in them too.
valgrind_leaks='
test_listen  its forked children end in the middle of things, and valgrind would change their exit status
'

suite_valgrind() {
    need_gcc && make_in gcc check TESTS= || return 1
    export valgrind_leaks SRCDIR="$top" BUILDDIR="$build/gcc" UNDER_VALGRIND=1 # by which a test knows what not to try
    rm -rf "$logs/valgrind"
    mkdir -p "$logs/valgrind"
    find "$build/gcc/tests/unit" -type f -name 'test_*' -perm -u+x | sort |
        xargs -n 1 -P "$jobs" sh tests/valgrind.sh "$logs/valgrind"
    for result in "$logs/valgrind"/*.result; do
        [ -f "$result" ] || return 1 # there was nothing to run
        cat "${result%.result}.log"
        verdict "$(basename "$result" .result)" test "$(cat "$result")" = 0
    done
}

suite_cppcheck() {
    if ! command -v cppcheck >/dev/null 2>&1; then
        skip "cppcheck is not installed (on RHEL it is in EPEL)"
        return 0
    fi
    verdict "cppcheck" cppcheck --quiet -j "$jobs" --std=c11 --enable=warning,performance,portability \
        --inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
        -I bridge -I . -D_GNU_SOURCE '-DSYSCONFDIR="/etc"' bridge tests
}

suite_analyzer() {
    configure_in analyzer --enable-werror --disable-tests CC=gcc CFLAGS='-O1 -fanalyzer' || return 1
    verdict "gcc -fanalyzer" make_in analyzer -k all
}

suite_distcheck() {
    need_gcc || return 1
    verdict "make distcheck" make_in gcc distcheck DISTCHECK_CONFIGURE_FLAGS="CFLAGS=-O1"
}

# ---------------------------------------------------------------- running them

table=$logs/table
: >"$table"
total_passed=0 total_failed=0 total_skipped=0

# A suite that fails without a failed test, or that ran none, is a failure too.
run_suite() { # NAME
    counts=$logs/$1.counts
    log=$logs/$1.log
    : >"$counts"
    printf '%s ... ' "$1"
    began=$(date +%s)
    ("suite_$(echo "$1" | tr - _)") >"$log" 2>&1 </dev/null
    status=$?
    took=$(($(date +%s) - began))
    # shellcheck disable=SC2046
    set -- "$1" $(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts")
    if [ $status -ne 0 ] && [ "$3" -eq 0 ] || [ $(($2 + $3 + $4)) -eq 0 ]; then
        set -- "$1" "$2" $(($3 + 1)) "$4"
    fi
    total_passed=$((total_passed + $2))
    total_failed=$((total_failed + $3))
    total_skipped=$((total_skipped + $4))
    printf '%s passed, %s failed, %s skipped, %s s\n' "$2" "$3" "$4" "$took"
    printf '%-12s %8s %8s %8s %8s\n' "$1" "$2" "$3" "$4" "$took" >>"$table"
    [ "$3" -eq 0 ] || show_failure "$1" "$log"
}

show_failure() { # NAME LOG
    echo "---- $1: the failing lines and the end of $2"
    grep -nE '^(not ok|FAIL|ERROR|FAILED)|: (not ok|error|warning)' "$2" | head -n 60
    echo "----"
    tail -n 120 "$2"
    echo "---- end of $1"
}

prepare() {
    sh packaging/install-deps.sh test || return 1
    rm -f "$logs"/*.built
    if [ $keep = no ] || [ ! -x configure ]; then
        sh ./autogen.sh >"$logs/autogen.log" 2>&1 || { cat "$logs/autogen.log"; return 1; }
    fi
}

began_all=$(date +%s)
if ! prepare; then
    echo "tests/run.sh: what the tests need could not be prepared"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
for suite in $chosen; do
    run_suite "$suite"
done

echo
printf '%-12s %8s %8s %8s %8s\n' SUITE passed failed skipped seconds
cat "$table"
echo "logs: $logs; $(($(date +%s) - began_all)) s in all"
echo
echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
[ $total_failed -eq 0 ]
