#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The habits that a machine can hold: licence lines, white space, formatting, no unfinished work, and how long
# the files are. Speaks TAP; reads, changes nothing.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 99

# What belongs to the project: as git knows it, or all that a release carries.
files() { # PATTERN...
    if [ -e .git ] && command -v git >/dev/null 2>&1; then
        git -c safe.directory='*' ls-files -co --exclude-standard -- "$@"
    else
        set -f
        for pattern; do
            find bridge conf packaging plugin-stub tests configure.ac Makefile.am autogen.sh README.md .clang-format \
                -name "$pattern" -type f -not -path '*/node_modules/*' 2>/dev/null
        done
        set +f
    fi | while read -r file; do [ -f "$file" ] && echo "$file"; done | sort -u
}

number=0
failed=0
verdict() { # NAME FAULTS
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        failed=$((failed + 1))
        echo "not ok $number - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}

sources=$(files '*.c' '*.h')
scripts=$(files '*.sh' '*.py' '*.js' '*.mjs' '*.java' '*.am' '*.ac')
texts=$(files '*.md' '*.conf' '*.service' '*.socket')

echo 1..5

verdict "every source file names its licence" "$(
    for file in $sources $scripts; do
        head -n 5 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$file"
    done)"

verdict "no tab in C and Python, no blank at the end of a line" "$(
    tab=$(printf '\t')
    grep -nH "$tab" $sources $(printf '%s\n' $scripts | grep '\.py$') /dev/null | cut -d: -f1,2
    grep -nHE '[[:space:]]+$' $sources $scripts $texts /dev/null | cut -d: -f1,2)"

if command -v clang-format >/dev/null 2>&1; then
    verdict "formatted as .clang-format says" "$(
        clang-format --dry-run -Werror $sources 2>&1 | grep -E 'error:' | cut -d: -f1,2 | sort -u -t: -k1,1)"
else
    number=$((number + 1))
    echo "ok $number - formatted as .clang-format says # SKIP clang-format is not installed"
fi

# The words stand apart here so that this file does not find itself.
words='TO''DO|FIX''ME|XX''X|HA''CK|not imple''mented|unimple''mented|place''holder|for n''ow|in a re''al|dum''my'
verdict "nothing says of itself that it is unfinished" "$(
    grep -nHwE "($words)" $sources $scripts $texts /dev/null | cut -c 1-160)"

verdict "every file opens with what it is for" "$(
    for file in $sources; do
        sed -n '2,8p' "$file" | grep -q '/\*' || sed -n '1p' "$file" | grep -q '/\*.*[^/]$' || echo "$file"
    done)"

# For the reader of the log: the largest files and the middle one.
[ -z "$sources" ] || wc -l $sources | grep -v ' total$' | sort -n | awk '
    { lines[NR] = $1; name[NR] = $2 }
    END {
        printf "# %d C files, median %d lines; the longest (over 500: does it hold one thing?):\n",
            NR, lines[int((NR + 1) / 2)]
        for (i = NR; i > NR - 8 && i > 0; i--) printf "#   %4d %s\n", lines[i], name[i]
    }'
[ $failed -eq 0 ]
