#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lets libFuzzer look for inputs that break a target, for a bounded time each. The build is one that was configured
# with --enable-fuzzers and clang. Speaks TAP: one test a target, with what was tried and how much of the code it met.
set -u

usage() {
    cat <<'EOF'
Usage: sh tests/fuzz/run.sh [--seconds N] [--seed N] [--keep DIRECTORY] BUILD [TARGET]...
  --seconds N       for each target (5)
  --seed N          of the random numbers (1); the same seed in the same build tries the same
  --keep DIRECTORY  where what is found stays, one folder a target, to be built upon by the next run

An input that breaks a target is shown in base64 and kept in BUILD/found-TARGET-*. Once the fault is mended it goes
into tests/fuzz/corpus/TARGET, which make check goes through too; there it must not be larger than it has to be:
"TARGET -minimize_crash=1 FILE" cuts it down.
EOF
}

seconds=5 seed=1 keep=
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2; shift ;;
    --seed) seed=$2; shift ;;
    --keep) keep=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 64 ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || { usage >&2; exit 64; }
build=$(cd "$1" && pwd) || exit 64
shift
source=$(cd "$(dirname "$0")" && pwd)
targets=${*:-$(cd "$source" && ls fuzz_*.c | sed 's/^fuzz_//; s/\.c$//')}

work=$(mktemp -d "${TMPDIR:-/tmp}/bridge-fuzz-run-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

stat_of() { # NAME LOG: a number that libFuzzer prints at its end
    sed -n "s/^stat::$1: *//p" "$2" | tail -n 1
}

# The last line that says how many edges of the code were met.
edges_of() { # LOG
    sed -n 's/^#.* cov: \([0-9]*\) .*/\1/p' "$1" | tail -n 1
}

fuzz() { # TARGET: status 0 when nothing broke it
    program=$build/tests/fuzz/fuzz_$1
    found=${keep:-$work}/$1
    log=$work/$1.log
    mkdir -p "$found"
    "$program" --seeds "$found" >"$log" 2>&1 || return 1
    set -- "$1" "$found"
    [ ! -d "$source/corpus/$1" ] || set -- "$@" "$source/corpus/$1"
    target=$1
    shift
    timeout $((seconds + 300)) "$program" "$@" -seed="$seed" -max_total_time="$seconds" -max_len=4096 -timeout=120 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/found-$target-" >"$log" 2>&1 </dev/null
}

number=0
failed=0
echo "1..$(echo $targets | wc -w)"
for target in $targets; do
    number=$((number + 1))
    if fuzz "$target"; then
        echo "ok $number - $target: $(stat_of number_of_executed_units "$log") executions," \
            "$(edges_of "$log") edges, $(stat_of new_units_added "$log") new inputs, 0 crashes"
    else
        failed=$((failed + 1))
        echo "not ok $number - $target"
        tail -n 60 "$log" | sed 's/^/# /'
    fi
done
[ $failed -eq 0 ]
