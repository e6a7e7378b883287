#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one unit test under valgrind; for the suite of that name in tests/run.sh, which runs several at once. Leaves
# NAME.log and, with the exit status in it, NAME.result in the folder named.
#   sh tests/valgrind.sh FOLDER PROGRAM
set -u
name=$(basename "$2")
why=$(printf '%s\n' "${valgrind_leaks-}" | awk -v name="$name" '$1 == name { $1 = ""; print }')
leaks=full
{
    if [ -n "$why" ]; then
        leaks=no
        echo "no leak check of $name:$why"
    fi
    timeout 600 valgrind --quiet --error-exitcode=99 --leak-check=$leaks \
        --errors-for-leak-kinds=definite,indirect --child-silent-after-fork=yes "$2"
    echo $? >"$1/$name.result"
} >"$1/$name.log" 2>&1 </dev/null
