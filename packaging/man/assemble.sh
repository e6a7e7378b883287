#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts a manual page together: "@TABLE PROGRAM NAME@" is replaced by what the program prints of its table NAME, and
# folders by their names.
#   sh assemble.sh PAGE.in FOLDER-OF-PROGRAMS SYSCONFDIR LOCALSTATEDIR
set -eu
page=$1 programs=$2 sysconfdir=$3 localstatedir=$4

while IFS= read -r line; do
    case $line in
    '@TABLE '*@)
        # shellcheck disable=SC2086
        set -- $line
        "$programs/$2" --manual "${3%@}" ;;
    *) printf '%s\n' "$line" ;;
    esac
done <"$page" | sed -e "s|@sysconfdir@|$sysconfdir|g" -e "s|@localstatedir@|$localstatedir|g"
