#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command lines of both programs: help, exit statuses, and what --check-config says. Speaks TAP; starts no daemon
# that lives longer than its own fault.
set -u
bridged=${BUILDDIR:?}/clockify-bridged
ctl=$BUILDDIR/clockify-bridgectl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CREDENTIALS_DIRECTORY NOTIFY_SOCKET

number=0
failed=0
# NAME STATUS PATTERN COMMAND...: the exit status, and a basic regular expression that some line of the output matches
expect() {
    name=$1 status=$2 pattern=$3
    shift 3
    number=$((number + 1))
    timeout 20 "$@" >"$work/out" 2>&1 </dev/null
    got=$?
    if [ $got -eq "$status" ] && grep -q -e "$pattern" "$work/out"; then
        echo "ok $number - $name"
    else
        failed=$((failed + 1))
        echo "not ok $number - $name"
        echo "# exit status $got, expected $status, and no line like: $pattern"
        sed 's/^/# /' "$work/out"
    fi
}

good() {
    cat <<EOF
socket: { path = "$work/socket"; group = "$(id -gn)"; plugin_users = [ ]; operators = [ "$(id -un)" ]; };
store: { path = "$work/bridge.db"; };
secrets: { master_key_file = "$work/master-key"; };
log: { target = "stderr"; };
EOF
}
config=$work/bridge.conf
with() { # LINE: a good configuration and this line
    { good; echo "$1"; } >"$config"
}
(umask 277; od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$work/master-key")

echo 1..31
expect "the daemon's help documents its exit statuses" 0 '^  78  ' "$bridged" --help
expect "the daemon's version" 0 '^clockify-bridged [0-9]' "$bridged" --version
expect "the sample configuration" 0 '^    deadline_s = 10;' "$bridged" --sample-config
expect "an unknown option" 64 'Try: clockify-bridged --help' "$bridged" --nope
expect "an unexpected argument" 64 'unexpected argument: x' "$bridged" x

with ''
expect "a good configuration" 0 '^OK$' "$bridged" --config "$config" --check-config
expect "no such configuration" 78 "$work/none.*cannot be opened" "$bridged" --check-config -c "$work/none"
with 'rpc: { deadline_s = 0; nope = 1; };'
expect "a value out of range" 78 ':5: rpc.deadline_s: .*1 to 300' "$bridged" --config "$config" --check-config
expect "every fault, not only the first" 78 ':5: rpc.nope: ' "$bridged" --config "$config" --check-config
expect "the daemon does not start with it" 78 'not started: ' "$bridged" --config "$config"
with 'clockify: { url = "http://example.com"; };'
expect "a Clockify URL that cannot be" 78 ':5: clockify.url: ' "$bridged" --config "$config" --check-config
with 'clockify: { ca_file = "/nonexistent.pem"; };'
expect "a CA file that is not there" 78 ':5: clockify.ca_file: .*/nonexistent.pem' "$bridged" --config "$config" --check-config
with 'jira: { url = "ftp://x"; };'
expect "a Jira URL that cannot be" 78 ':5: jira.url: ' "$bridged" --config "$config" --check-config
good | sed 's/^store:.*/store: { backend = "postgresql"; };/' >"$config"
expect "a driver that is not built in" 78 ':2: store.backend: .*PostgreSQL' "$bridged" --config "$config" --check-config
good | sed 's/^secrets:.*/secrets: { master_key_file = "\/nonexistent"; };/' >"$config"
expect "a master key that is not there" 78 ':3: secrets.master_key_file: ' "$bridged" --config "$config" --check-config
expect "the daemon says how to make one" 78 'openssl rand' "$bridged" --config "$config"
good | sed 's/^secrets:.*//' >"$config"
expect "the credential of systemd is not seen from outside" 0 '^note: .*credential' "$bridged" --config "$config" --check-config
good | sed 's/^store:.*/store: { path = "\/nonexistent\/bridge.db"; };/' >"$config"
expect "a store that cannot be opened" 74 'not started: .*/nonexistent/bridge.db' "$bridged" --config "$config"
good | sed 's/^socket:.*/socket: { path = "\/nonexistent\/socket"; };/' >"$config"
expect "a socket that cannot be made" 71 'not started: ' "$bridged" --config "$config"

expect "the tool's help lists commands" 0 '^  worklogs retry ' "$ctl" --help
expect "the tool's help lists methods" 0 '^  timer.start ' "$ctl" --help
expect "help of a method" 0 'request_id' "$ctl" help timer.start
expect "help of a command" 0 '^Usage: clockify-bridgectl worklogs abandon ID --why TEXT' "$ctl" help worklogs abandon
expect "help of a group of commands" 0 '^  account connect ' "$ctl" help account
expect "a command's --help is its help" 0 '^Usage: clockify-bridgectl worklogs abandon ID' "$ctl" worklogs abandon --help
expect "help of what there is not" 2 'no command or method "frobnicate"' "$ctl" help frobnicate
cat >"$work/narrow" <<'EOF'
for topic in '' $("$1" --help | sed -n 's/^  \([a-z]*\.[a-z_]*\) .*/\1/p'); do "$1" help $topic; done >"$0.text"
! grep -v '^  clockify-bridgectl call ' "$0.text" | grep -E '^.{81}' && [ "$(grep -c '^Result:' "$0.text")" -gt 30 ] && echo narrow
EOF
# The examples stay whole, to be copied.
expect "the tool's help fits into 80 columns" 0 '^narrow$' sh "$work/narrow" "$ctl"
expect "no such command" 2 'no such command: frobnicate' "$ctl" frobnicate
expect "a command without what it needs" 2 'missing: --why' "$ctl" worklogs abandon 7
expect "no bridge there" 3 'systemctl status' "$ctl" --socket "$work/none" status
expect "params that are no JSON" 2 'PARAMS is no JSON' "$ctl" --socket "$work/none" call timer.get '{'
[ $failed -eq 0 ]
