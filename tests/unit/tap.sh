#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a unit test and passes its TAP and its exit status on. cmocka writes a skipped test as "not ok N # SKIP", which
# automake takes for a failure: it becomes "ok N # SKIP", so that skipped counts as skipped. Nothing else is changed.
#   sh tests/unit/tap.sh PROGRAM [ARGUMENT]...
exec 4>&1
status=$({ { "$@" 3>&- 4>&-; echo $? >&3; } | sed 's/^not \(ok [0-9][0-9]* # SKIP\)/\1/' >&4; } 3>&1)
exit "$status"
