#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what building (and testing) needs, on Debian 12 and RHEL 9 and their kin. The package lists stand here
# and nowhere else. Quick when all is there; installs nothing else; never asks.
set -eu

usage() {
    cat <<'EOF'
Usage: sh packaging/install-deps.sh [--list] build|plugin|demo|web|test
  build   compilers and libraries
  plugin  the same and what the app for Jira is built with (Debian; elsewhere it is built where the jars are)
  demo    what packaging/demo.sh uses
  web     the same, the app and a stand-in Jira, for packaging/demo.sh --web
  test    all of these and what tests/run.sh uses
  --list  only print the packages that are missing
Installing wants root, or sudo.
EOF
}

# One list a system; words beginning with @ are commands that may come from anywhere, followed by =PACKAGE.
debian_build='gcc make autoconf automake pkg-config libc6-dev libcurl4-openssl-dev libxml2-dev libjson-c-dev
    libconfig-dev libsqlite3-dev libssl-dev libsystemd-dev @openssl=openssl'
# The app for Jira; configure leaves it out where these are missing. The containers, browser and npm are for its tests.
debian_plugin='@javac=openjdk-17-jdk-headless libservlet-api-java libjakarta-servlet-api-java libosgi-core-java'
debian_web='libfelix-framework-java libtomcat9-java libtomcat10-java libjetty9-java chromium
    @node=nodejs @npm=npm @python3=python3'

debian_demo='libcmocka-dev libmicrohttpd-dev @python3=python3'
debian_test='strace xfsprogs clang libclang-rt-14-dev clang-format cppcheck valgrind git file xz-utils python3-pytest python3-pytest-xdist
    python3-yaml python3-jsonschema @node=nodejs @npm=npm systemd systemd-container dbus rpm dnf rpmlint selinux-policy-dev
    @mkfs.ext4=e2fsprogs @mount=mount tinyproxy-bin @mandoc=mandoc @groff=groff-base'

# libconfig-devel, libcmocka-devel and libmicrohttpd-devel are in CodeReady Builder (CRB); cppcheck, mandoc and tinyproxy are in EPEL
# alone and are left out: what wants them says so.
rhel_build='gcc make autoconf automake pkgconf-pkg-config libcurl-devel libxml2-devel json-c-devel libconfig-devel
    sqlite-devel openssl-devel systemd-devel @openssl=openssl'
rhel_demo='libcmocka-devel libmicrohttpd-devel @python3=python3'
rhel_test='strace xfsprogs clang compiler-rt clang-tools-extra valgrind git file xz libasan libubsan python3-pytest python3-pytest-xdist
    python3-pyyaml python3-jsonschema @node=nodejs @npm=npm systemd-container rpm-build rpmlint selinux-policy-devel
    @mkfs.ext4=e2fsprogs @mount=util-linux @groff=groff-base'

list=no
if [ "${1:-}" = --list ]; then
    list=yes
    shift
fi
case ${1:-} in
build | plugin | demo | web | test) purpose=$1 ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 64 ;;
esac

if command -v apt-get >/dev/null 2>&1; then
    system=debian
elif command -v dnf >/dev/null 2>&1; then
    system=rhel
else
    echo "install-deps: neither apt-get nor dnf is here: install by hand what the README names" >&2
    exit 1
fi

wanted() {
    eval "echo \$${system}_build"
    case $purpose in demo | web | test) eval "echo \$${system}_demo" ;; esac
    case $purpose in plugin | web | test) eval "echo \${${system}_plugin:-}" ;; esac
    case $purpose in web | test) eval "echo \${${system}_web:-}" ;; esac
    case $purpose in test) eval "echo \$${system}_test" ;; esac
}

installed() { # PACKAGE
    if [ $system = debian ]; then
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
    else
        rpm -q --quiet --whatprovides "$1"
    fi
}

missing() {
    for word in $(wanted); do
        case $word in
        @*)
            command=${word%%=*}
            command -v "${command#@}" >/dev/null 2>&1 || echo "${word#*=}" ;;
        *)
            installed "$word" || echo "$word" ;;
        esac
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "install-deps: these packages are missing, and only root can install them (there is no sudo):" $packages >&2
        exit 1
    fi
}

# The lists of a fresh image are empty, those of an old one name versions that are gone: refreshed when it fails.
install_debian() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" </dev/null && return 0
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" </dev/null
}

# CRB has another name with and without a subscription; a clone of RHEL calls it crb.
install_rhel() {
    as_root dnf install -y -q 'dnf-command(config-manager)' </dev/null
    as_root dnf config-manager --set-enabled crb </dev/null 2>/dev/null ||
        as_root dnf config-manager --set-enabled "codeready-builder-for-rhel-9-$(uname -m)-rpms" </dev/null ||
        echo "install-deps: CRB could not be enabled; trying without it" >&2
    as_root dnf install -y -q "$@" </dev/null
}

packages=$(missing)
if [ $list = yes ]; then
    [ -z "$packages" ] || printf '%s\n' $packages
elif [ -n "$packages" ]; then
    echo "install-deps: installing" $packages >&2
    install_$system $packages >&2
fi
