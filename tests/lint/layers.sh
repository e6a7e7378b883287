#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Holds every #include of bridge/ against the picture of the layers (bridge/ARCHITECTURE.md):
#     app -> rpc -> flow -> {remote, store} -> base
# and every outside library to the few files that may know it. Speaks TAP; reads, changes nothing.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 99

# What a folder may include, beside itself.
allowed_of() {
    case $1 in
    app) echo rpc flow remote store base ;;
    rpc) echo flow remote store base ;;
    flow) echo remote store base ;;
    remote | store) echo base ;;
    base) ;;
    esac
}

# header (as the beginning of an include) and the files that may include it
libraries='
curl/            bridge/remote/rest*.c bridge/remote/rest_*.h
libxml/          bridge/remote/node*.c
openssl/         bridge/store/keyring.c
sqlite3.h        bridge/store/db_sqlite*.[ch]
libconfig.h      bridge/base/config*.c
json-c/          bridge/base/json.h
systemd/sd-journal.h bridge/base/log.c
libpq-fe.h       bridge/store/db_postgresql.c
'

number=0
failed=0
verdict() { # NAME FAULTS: one test, the faults as its diagnostics
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        failed=$((failed + 1))
        echo "not ok $number - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}

# FILE:LINE:HEADER of every include in the files given
includes() {
    grep -nHE '^[[:space:]]*#[[:space:]]*include' "$@" /dev/null |
        sed -nE 's/^([^:]*:[0-9]+):[^<"]*[<"]([^>"]*)[>"].*/\1:\2/p'
}

check_layer() { # FOLDER
    own=$1
    allowed=$(allowed_of "$own")
    includes "bridge/$own"/*.[ch] | while IFS=: read -r file line header; do
        case $header in
        app/* | rpc/* | flow/* | remote/* | store/* | base/*) ;;
        *) continue ;;
        esac
        layer=${header%%/*}
        case " $own $allowed " in
        *" $layer "*) ;;
        *) echo "$file:$line: $own must not include $header" ;;
        esac
    done
}

check_library() { # HEADER FILE-PATTERN...
    prefix=$1
    shift
    includes $(find bridge -name '*.[ch]' | sort) | while IFS=: read -r file line header; do
        case $header in "$prefix"*) ;; *) continue ;; esac
        good=no
        for pattern; do
            # shellcheck disable=SC2254 # a pattern is meant
            case $file in $pattern) good=yes ;; esac
        done
        [ $good = yes ] || echo "$file:$line: $header belongs in $* alone"
    done
}

# The operator's tool speaks the protocol and knows nothing of the bridge's inside; but for what has to work where no
# bridge runs, whose files have other names.
check_ctl() {
    includes bridge/app/ctl*.[ch] | while IFS=: read -r file line header; do
        case $header in
        base/* | app/ctl*.h | app/bundle.h | app/doctor.h | app/harden.h | app/import_proxy.h | \
            rpc/methods.h) ;;
        app/* | rpc/* | flow/* | remote/* | store/*)
            echo "$file:$line: clockify-bridgectl must not include $header" ;;
        esac
    done
}

# An include of a sibling by its bare name would slip through the other checks.
check_bare() {
    grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^/"]*"' -r bridge --include='*.[ch]' |
        grep -v '"config\.h"'
}

layers='app rpc flow remote store base'
echo "1..$(($(echo $layers | wc -w) + $(printf '%s' "$libraries" | grep -c .) + 3))"
for layer in $layers; do
    [ -d "bridge/$layer" ] || { verdict "bridge/$layer" "the folder is missing"; continue; }
    verdict "bridge/$layer includes only what lies below it" "$(check_layer "$layer")"
done
set -f # the patterns are for case, not for the shell
while read -r header files; do
    [ -n "$header" ] || continue
    verdict "<$header> only in $files" "$(check_library "$header" $files)"
done <<EOF
$libraries
EOF
set +f
verdict "clockify-bridgectl knows the method table and base alone" "$(check_ctl)"
verdict "includes name their folder" "$(check_bare)"
verdict "no folder of bridge/ that the picture lacks" "$(
    for folder in bridge/*/; do
        folder=$(basename "$folder")
        case " $layers " in *" $folder "*) ;; *) echo "bridge/$folder" ;; esac
    done)"
[ $failed -eq 0 ]
