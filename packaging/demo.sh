#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows the main job from end to end: a click becomes a Clockify entry and a Jira worklog, also when the bridge is
# killed in between. By itself against simulated services in a temporary directory; with the options against real ones.
set -eu

usage() {
    cat <<'EOF'
Usage: sh packaging/demo.sh [OPTION]...
Installs what it needs, builds, and does the main job before your eyes: connect a user, start a timer on one issue,
kill the bridge, start on a second issue, stop and kill at once, add time by hand; then shows what Clockify and Jira
hold. Without options it starts simulators of both and touches nothing else.

  --web                     instead, a stand-in Jira with the app in it, to be opened in a browser (Debian)

Against the real services, all four of:
  --clockify-key-file FILE  the user's Clockify API key
  --jira-url URL            the Jira node, such as http://127.0.0.1:8080
  --jira-token-file FILE    a personal access token of the same user
  --issue KEY               the issue to book on; may be given twice for two issues
and maybe:
  --clockify-url URL        the Clockify server (default https://app.clockify.me)
  --yes                     do not ask before writing

Exit status 0 and PASSED when both services hold exactly what they should.
EOF
}

key_file= token_file= jira_url= first= second= sure=no extra= web=no
clockify_url=https://app.clockify.me
value() { [ $# -ge 2 ] || { echo "demo: $1 wants a value" >&2; exit 64; }; }
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --yes) sure=yes; shift; continue ;;
    --web) web=yes; shift; continue ;;
    --clockify-key-file) value "$@"; key_file=$2 ;;
    --jira-token-file) value "$@"; token_file=$2 ;;
    --jira-url) value "$@"; jira_url=${2%/} ;;
    --clockify-url) value "$@"; clockify_url=$2 extra=$1 ;;
    --issue) value "$@"; if [ -z "$first" ]; then first=$2; else second=$2; fi ;;
    *) echo "demo: unknown option $1 (see --help)" >&2; exit 64 ;;
    esac
    shift 2
done
second=${second:-$first}
case "$key_file|$token_file|$jira_url|$first" in
'|||') real=no ;;
*'||'* | '|'* | *'|') echo "demo: the real services want all four options (see --help)" >&2; exit 64 ;;
*) real=yes ;;
esac
if [ $real = no ] && [ -n "$extra" ]; then
    echo "demo: $extra is for the real services, which want all four options (see --help)" >&2
    exit 64
fi

top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD_DIR:-$top/build}/demo
work=$(mktemp -d "${TMPDIR:-/tmp}/bridge-demo.XXXXXX")
bridge_pid= sim_pid=

# Ends what was started here, by its own pid, and leaves nothing behind.
finish() {
    status=$?
    trap - EXIT INT TERM HUP
    for pid in $bridge_pid $sim_pid; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || :
    done
    if [ $status -ne 0 ] && [ -s "$work/bridge.log" ]; then
        echo "---- the bridge's log:"
        tail -n 40 "$work/bridge.log"
    fi
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

step() { printf '\n== %s\n' "$*"; }
fail() { echo "DIFFERS: $*"; exit 1; }
look() { python3 "$top/packaging/demo_look.py" "$@"; }
ctl() { "$build/clockify-bridgectl" --socket "$work/bridge.sock" "$@"; }

# METHOD PARAMS: shows the call as one would type it, and its result in one line
call() {
    printf '$ clockify-bridgectl call %s '\''%s'\''\n' "$1" "$2"
    ctl call "$1" "$2" >"$work/result.json" || fail "$1 was answered with an error"
    look brief <"$work/result.json"
}

confirm() {
    cat <<EOF

This writes to the real services, as the owner of the key and the token:
  Clockify ($clockify_url): two time entries of some seconds and one of 15 minutes; where they are missing also
  a project named like the Jira project, a task named like the issue, and tags
  Jira ($jira_url): three worklogs on $first$([ "$second" = "$first" ] || echo " and $second")
A timer that runs in Clockify now will be stopped. Nothing is removed afterwards.
EOF
    [ $sure = no ] || return 0
    [ -t 0 ] || { echo "demo: nobody is there to confirm: add --yes" >&2; exit 64; }
    printf 'Go on? [y/N] '
    read -r answer
    case $answer in [yY]*) ;; *) exit 1 ;; esac
}

[ $real = no ] || confirm

step "Building"
began=$(date +%s)
purpose=demo programs="clockify-bridged clockify-bridgectl tests/sim/bridge-sim"
[ $web = no ] || { purpose=web; programs="$programs clockify-bridge-jira11.jar"; }
sh "$top/packaging/install-deps.sh" $purpose
[ -x "$top/configure" ] || sh "$top/autogen.sh" >"$work/autogen.log" 2>&1 || { cat "$work/autogen.log"; exit 1; }
mkdir -p "$build"
(
    cd "$build"
    [ -f Makefile ] || "$top/configure" --quiet
    make --silent -j"$(nproc)" $programs
) >"$work/build.log" 2>&1 || { tail -n 60 "$work/build.log"; exit 1; }
echo "built in $(($(date +%s) - began)) s"

# The processes that it starts end with it.
if [ $web = yes ]; then
    step "Fetching what a page of Jira is made of (npm)"
    mkdir -p "$build/browser"
    cp "$top/tests/browser/package.json" "$top/tests/browser/package-lock.json" "$build/browser"
    (cd "$build/browser" && npm ci --legacy-peer-deps --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null)
    step "Starting simulators, the bridge and the stand-in Jira"
    BROWSER_MODULES="$build/browser/node_modules" BUILDDIR="$build" BRIDGE_SIM="$build/tests/sim/bridge-sim" \
        CLOCKIFY_BRIDGED="$build/clockify-bridged" node "$top/tests/browser/demo.mjs"
    exit 0
fi

simulate() {
    step "Starting simulators of Clockify and Jira"
    first=ABC-1 second=ABC-2
    key_file=$work/clockify-key token_file=$work/jira-token
    (umask 077
        od -An -tx1 -N24 /dev/urandom | tr -d ' \n' >"$key_file"
        od -An -tx1 -N22 /dev/urandom | tr -d ' \n' >"$token_file")
    cat >"$work/seed.json" <<EOF
{"clockify": {
   "users": [{"email": "anna@example.com", "name": "Anna Ansel", "apiKeys": ["$(cat "$key_file")"]}],
   "workspaces": [{"name": "Example Ltd", "members": [{"user": "anna@example.com", "role": "OWNER"}]}]},
 "jira": {
   "users": [{"key": "JIRAUSER10100", "name": "anna", "displayName": "Anna Ansel",
              "emailAddress": "anna@example.com", "tokens": ["$(cat "$token_file")"]}],
   "projects": [{"key": "ABC", "name": "Web shop"}],
   "issues": [{"key": "ABC-1", "summary": "The basket forgets its contents", "type": "Bug", "labels": ["checkout"]},
              {"key": "ABC-2", "summary": "Gift cards", "type": "Story", "labels": ["checkout", "cards"]}]}}
EOF
    "$build/tests/sim/bridge-sim" --seed "$work/seed.json" >"$work/sim.json" 2>"$work/sim.log" &
    sim_pid=$!
    wait_until "the simulator" test -s "$work/sim.json"
    clockify_url=$(look member clockify <"$work/sim.json")
    jira_url=$(look member jira <"$work/sim.json")
}

wait_until() { # WHAT COMMAND...: at most 30 s
    what=$1
    shift
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -le 150 ] || fail "$what did not come within 30 s"
        sleep 0.2
    done
}

# The caller must be an operator by uid; the operators and the group are whoever runs this.
configure_bridge() {
    (umask 277; od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$work/master-key")
    cat >"$work/bridge.conf" <<EOF
socket: { path = "$work/bridge.sock"; group = "$(id -gn)"; plugin_users = [ ]; operators = [ "$(id -un)" ]; };
clockify: { url = "$clockify_url"; };
jira: { url = "$jira_url"; };
store: { path = "$work/bridge.db"; };
secrets: { master_key_file = "$work/master-key"; };
log: { target = "stderr"; };
EOF
    "$build/clockify-bridged" --config "$work/bridge.conf" --check-config
}

start_bridge() {
    "$build/clockify-bridged" --config "$work/bridge.conf" 2>>"$work/bridge.log" &
    bridge_pid=$!
    wait_until "the bridge" ctl status
}

kill_bridge() {
    echo "\$ kill -9 $bridge_pid   # the bridge; then it is started again"
    kill -9 "$bridge_pid"
    wait "$bridge_pid" 2>/dev/null || :
    start_bridge
}

all_written() {
    ctl --json status >"$work/status.json" &&
        [ "$(look member worklogs pending <"$work/status.json")" = 0 ] &&
        [ "$(look member entries queued <"$work/status.json")" = 0 ]
}

[ $real = yes ] || simulate

step "Starting the bridge"
configure_bridge
start_bridge
ctl status

export CLOCKIFY_API JIRA_URL="$jira_url" CLOCKIFY_KEY_FILE="$key_file" JIRA_TOKEN_FILE="$token_file" ISSUES="$first $second"
CLOCKIFY_API=$(ctl --json server get | look member api_url)
user=$(look whoami)
look remember "$work/before.json"

step "Connecting $user with a Clockify key and a Jira token"
echo "\$ clockify-bridgectl account connect $user --clockify-key-file … --jira-token-file …"
ctl account connect "$user" --clockify-key-file "$key_file" --jira-token-file "$token_file"

step "Starting a timer on $first"
call timer.start "{\"user\":\"$user\",\"issue\":\"$first\"}"
sleep 2

step "Killing the bridge while the timer runs: nothing is lost"
kill_bridge
call timer.get "{\"user\":\"$user\"}"

step "Starting on $second: the first one is stopped and saved"
call timer.start "{\"user\":\"$user\",\"issue\":\"$second\"}"
sleep 2

step "Stopping, and killing the bridge as soon as it has said yes"
call timer.stop "{\"user\":\"$user\",\"wait\":\"accepted\",\"comment\":\"Stopped, then the bridge was killed\"}"
kill_bridge

step "Adding a quarter of an hour by hand"
call entry.add "{\"user\":\"$user\",\"issue\":\"$first\",\"seconds\":900,\"comment\":\"Added by hand\",\"wait\":\"worklog\"}"

step "What there is now"
wait_until "all that was asked for" all_written
ctl entries "$user"
look show "$work/before.json" "$first" "$second" "$first"
echo "PASSED"
