# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The test suites: what each is for, and how it is carried out. Sourced by run.sh, which sets $top,
# $build, $logs, $jobs and $keep; each suite runs in a shell of its own, beside others, and its results are what it
# tells count().

# name and what it does; a function suite_NAME (with - as _) carries it out
suites='
gcc          builds with gcc, warnings are errors; make check
clang        builds with clang, warnings are errors
sanitizers   builds with the address and undefined-behaviour sanitizers; make check
simulator    the simulator itself, from outside (pytest)
daemon       the whole daemon over its socket, against the simulator (pytest)
daemon-san   the same under the sanitizers
hostile      callers, servers and proxies that mean the bridge no good, or do not care (pytest)
fuzz         libFuzzer with the sanitizers before all that reads what others wrote: the socket, services, files
chaos        random clicks, faults and kill -9 (seeded); a checker says what was lost, doubled, invented
crash        kill -9 at system calls of every flow (strace), and power that fails on ext4 and xfs (pytest)
broken       builds with a deliberate fault: the tests that are there for it find it
resources    disk, memory, descriptors and clock fail at chosen moments: what was answered stands (pytest)
isolation    no call for one user returns, changes or spends what belongs to another (pytest)
plugin       the app for Jira: jars, and its servlets in Tomcat 10, Tomcat 9 and Jetty 9 (pytest)
browser      the app in a browser, before a stand-in Jira, the bridge and the simulator (Playwright); pictures in tests/out
clients      clients from npm that nobody here wrote, against the simulator and the bridge
package      the packages for RHEL and Debian: built twice, and their life under a real systemd (pytest)
valgrind     the unit tests under valgrind
coverage     how many branches of the parts that the promise rests on the tests take, and which they do not (gcov)
cppcheck     cppcheck over bridge/ and tests/
analyzer     gcc -fanalyzer over bridge/
distcheck    a release tarball builds, passes its tests and installs
'
list_suites() { printf '%s\n' "$suites" | sed '/^$/d; s/^/  /'; }
names=$(printf '%s\n' "$suites" | awk 'NF { print $1 }')

# Suites that wait for programs and clocks, and may be disturbed by what runs beside them.
disturbed='broken crash gcc sanitizers simulator daemon daemon-san hostile resources plugin browser clients package valgrind'

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

# Suites share builds and run side by side: the first that needs one makes it, the others wait for it. Status 1 when
# it could not be made.
once() { # NAME FUNCTION
    (
        flock 9
        if [ ! -f "$logs/$1.built" ]; then
            made=no
            if "$2" 9>&-; then made=yes; fi
            echo $made >"$logs/$1.built"
        fi
        [ "$(cat "$logs/$1.built")" = yes ]
    ) 9>"$logs/$1.lock"
}

# The plain build, for every suite that needs programs to run; with the test programs, which more than one suite runs.
build_gcc() { configure_in gcc --enable-werror CC=gcc && make_in gcc && make_in gcc check TESTS=; }
need_gcc() { once gcc build_gcc; }

# A debugger's door stays open in it: the leak check at the end looks at the process from outside.
build_sanitizers() {
    configure_in sanitizers --enable-werror --enable-sanitizers --enable-debuggable CC=gcc CFLAGS='-g -O1' &&
        make_in sanitizers && make_in sanitizers check TESTS=
}
need_sanitizers() { once sanitizers build_sanitizers; }

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
limited() { # SECONDS ARGUMENT...
    seconds=$1
    shift
    if [ -x /usr/bin/python3 ]; then timeout "$seconds" /usr/bin/python3 "$@"; else timeout "$seconds" python3 "$@"; fi
}

# Files of tests go to two processes, since most of their time is waiting.
at_once='-n 2 --dist loadfile'

# A run that hangs is ended after half an hour, which no suite comes near.
pytest_in() { # BUILD PATH [OPTION]...: runs with the programs of that build
    xml=$logs/$1-$(basename "$2" .py).xml
    rm -f "$xml"
    export SRCDIR="$top" BUILDDIR="$build/$1"
    export BRIDGE_SIM="$BUILDDIR/tests/sim/bridge-sim"
    export CLOCKIFY_BRIDGED="$BUILDDIR/clockify-bridged" CLOCKIFY_BRIDGECTL="$BUILDDIR/clockify-bridgectl"
    export PYTHONDONTWRITEBYTECODE=1
    shift
    limited 1800 -m pytest -q -p no:cacheprovider --junitxml="$xml" "$@"
    status=$?
    if [ -f "$xml" ]; then count_junit "$xml"; fi
    return $status
}

suite_simulator() {
    need_gcc && pytest_in gcc tests/sim
}

suite_daemon() {
    # shellcheck disable=SC2086
    need_gcc && pytest_in gcc tests/daemon $at_once
}

suite_chaos() {
    need_gcc && pytest_in gcc tests/chaos
}

suite_broken() {
    need_gcc || return 1
    sh tests/broken/broken.sh "$build/gcc" "$build/broken" >"$logs/broken.tap"
    status=$?
    cat "$logs/broken.tap"
    count_tap "$logs/broken.tap"
    return $status
}

# Every call of every flow instead of a sample: --all after the folder; takes an hour.
suite_crash() {
    need_gcc && pytest_in gcc tests/crash -rP
}

# Every call in turn instead of a sample: --all-points after the folder; takes an hour.
suite_resources() {
    # shellcheck disable=SC2086
    need_gcc && pytest_in gcc tests/resources -rP $at_once
}

suite_hostile() {
    # shellcheck disable=SC2086
    need_gcc && pytest_in gcc tests/hostile --ignore=tests/hostile/upstreams $at_once
    status=$?
    # Each of these waits for a server that takes its time.
    pytest_in gcc tests/hostile/upstreams -n 4 && return $status
}

build_fuzzers() {
    # shellcheck disable=SC2046 # no blank in these names
    configure_in fuzz --enable-werror --enable-fuzzers --without-plugin CC=clang CFLAGS='-O1 -g' &&
        make_in fuzz $(cd tests/fuzz && ls fuzz_*.c | sed 's|\(.*\)\.c$|tests/fuzz/\1|')
}

suite_fuzz() {
    verdict "the fuzz targets build" build_fuzzers || return 1
    export UBSAN_OPTIONS=print_stacktrace=1
    sh tests/fuzz/run.sh "$build/fuzz" >"$logs/fuzz.tap"
    status=$?
    cat "$logs/fuzz.tap"
    count_tap "$logs/fuzz.tap"
    return $status
}

suite_daemon_san() {
    need_sanitizers || return 1
    sanitizer_options
    # shellcheck disable=SC2086
    pytest_in sanitizers tests/daemon $at_once
}

suite_isolation() {
    need_gcc && pytest_in gcc tests/isolation -s
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

suite_package() {
    need_gcc && pytest_in gcc tests/package
}

# Programs whose leaks are not looked for, and why: "name  reason" a line. All else is checked in them too.
valgrind_leaks='
test_listen  its forked children end in the middle of things, and valgrind would change their exit status
'

suite_valgrind() {
    need_gcc || return 1
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

# Tests of the daemon that go through what no unit test does.
gone_through='process outages node errors worklogs request_id order timers'

# The unit tests and, for what only a whole process goes through, some of the daemon's. Whether they pass is told by
# the suites gcc and daemon; here counts what they went through.
suite_coverage() {
    configure_in coverage --without-plugin CC=gcc CFLAGS='-O0 -g --coverage' || return 1
    make_in coverage || return 1
    make_in coverage -k check
    (
        counts=/dev/null
        # shellcheck disable=SC2086
        pytest_in coverage $(printf 'tests/daemon/test_%s.py ' $gone_through) $at_once
    )
    limited 300 tests/coverage/coverage.py "$build/coverage" >"$logs/coverage.tap"
    status=$?
    cat "$logs/coverage.tap"
    count_tap "$logs/coverage.tap"
    return $status
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
    configure_in dist --enable-werror || return 1
    verdict "make distcheck" make_in dist distcheck DISTCHECK_CONFIGURE_FLAGS="CFLAGS=-O1"
}

