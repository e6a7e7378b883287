#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Boots systemd as PID 1 over a copy-on-write view of this host's own root, in namespaces that vanish with this process:
# nothing of it is left behind, however it ends. Started by machine.py, as root, in its own mount and PID namespaces.
#   sh boot.sh FOLDER SHARE CGROUP
# FOLDER becomes the mount point of the view; SHARE is seen inside as /mnt/share; CGROUP names the group to run in.
set -eu
folder=$1 share=$2 cgroup=$3

# What is written comes into memory.
mount -t tmpfs -o mode=0755,size=2g tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
root=$folder/root

# A machine that starts nothing of this host's, and, like RHEL, enables nothing that is installed.
: >"$root/etc/machine-id"
rm -rf "$root"/etc/systemd/system/*.wants "$root"/etc/systemd/system/*.requires "$root"/etc/rc?.d/*
mkdir -p "$root/usr/lib/systemd/system-preset" "$root/etc/systemd/journald.conf.d" "$root/etc/rpm" "$root/mnt/share"
echo 'disable *' >"$root/usr/lib/systemd/system-preset/00-machine.preset"
printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' >"$root/etc/systemd/journald.conf.d/machine.conf"
echo '%_dbpath /var/lib/rpm' >"$root/etc/rpm/macros"
# A scriptlet that asks dpkg's helpers for leave to start services gets it here.
rm -f "$root/usr/sbin/policy-rc.d"

# systemd wants the unified hierarchy, which a host may have mounted beside the old ones.
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$cgroup"
echo 0 >"/sys/fs/cgroup/$cgroup/cgroup.procs"

export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_LOG_LEVEL=err
# Without these its own filters refuse what a service on a real machine may do.
exec systemd-nspawn -q -D "$root" --boot --register=no --keep-unit --console=pipe --machine=node1 \
    --capability=all --system-call-filter='@memlock @keyring @sandbox bpf' --bind-ro="$share:/mnt/share" </dev/null
