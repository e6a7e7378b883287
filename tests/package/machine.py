# SPDX-License-Identifier: Apache-2.0
"""A machine with a real systemd, to install packages in: boot.sh's view of this host in namespaces of its own. It shares
the network with the tests, so that what is installed reaches the simulator. It asserts nothing itself.

    with Machine(share) as machine:
        machine.run("rpm -U /mnt/share/*.rpm")
        machine.run("id", user="jira").stdout
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 120  # seconds, for a machine that is busy with other things


def lacks():
    """Why this host cannot run a machine, or None."""
    if os.geteuid() != 0:
        return "only root can boot a machine"
    for program in ("systemd-nspawn", "unshare", "nsenter", "setpriv"):
        if not shutil.which(program, path=PATH):
            return f"{program} is not installed"
    probe = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c",
                            "umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup &&"
                            " mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w /mnt/r &&"
                            " mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r"],
                           capture_output=True, text=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)
    return f"mounts are refused here: {probe.stderr.strip()}" if probe.returncode else None


def children(pid):
    try:
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Machine:
    """One boot. `share` is a folder that is seen inside as /mnt/share."""

    def __init__(self, share):
        self.share = pathlib.Path(share)
        self.folder = tempfile.mkdtemp(prefix="machine-", dir="/tmp")
        self.cgroup = pathlib.Path(self.folder).name
        self.log_path = f"{self.folder}.log"
        self.process = self.leader = None

    def __enter__(self):
        try:
            self.boot()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *ignored):
        self.end()

    def boot(self):
        # Each of the three ends with the one before it: no signal to pytest leaves a machine behind.
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL",
                   "--mount-proc", "--propagation", "private",
                   "sh", str(HERE / "boot.sh"), self.folder, str(self.share), self.cgroup]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.until(self.find_leader, what="systemd as PID 1")
        self.until(lambda: self.run("systemctl is-system-running", check=False).stdout.strip() in ("running", "degraded"),
                   what="the end of the boot")

    def find_leader(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the machine did not boot:\n{self.log()}")
        for spawner in children(self.process.pid):
            for pid in children(spawner):
                if name_of(pid) == "systemd":
                    self.leader = pid
        return self.leader

    def end(self):
        if self.process:
            self.process.kill()  # the kernel ends all that was in its namespaces
            self.process.wait()
        self.remove_cgroup()
        shutil.rmtree(self.folder, ignore_errors=True)
        pathlib.Path(self.log_path).unlink(missing_ok=True)

    def remove_cgroup(self):
        """The last processes may still be on their way out of it."""
        script = ('umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; for i in 1 2 3 4 5 6 7 8 9 10; do'
                  f' find "/sys/fs/cgroup/{self.cgroup}" -depth -type d -exec rmdir {{}} + 2>/dev/null;'
                  f' [ -d "/sys/fs/cgroup/{self.cgroup}" ] || break; sleep 0.2; done')
        subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False)

    def log(self):
        return pathlib.Path(self.log_path).read_text(encoding="utf-8", errors="replace")

    # ---- inside

    def command(self, script, user=None):
        """The command line that runs a piece of shell inside, as root or as another user with its groups."""
        who = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if user else []
        return ["nsenter", "--target", str(self.leader), "--all", "env", "-i", f"PATH={PATH}", "LC_ALL=C.UTF-8", "HOME=/root",
                *who, "sh", "-c", script]

    def run(self, script, user=None, check=True, stdin=None):
        done = subprocess.run(self.command(script, user), input=stdin or "", capture_output=True, text=True, errors="replace",
                              timeout=PATIENCE * 2, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{script}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def succeeds(self, script, user=None):
        return self.run(script, user, check=False).returncode == 0

    def output(self, script, user=None):
        return self.run(script, user).stdout.strip()

    def path(self, inside):
        """A file inside, as the tests can open it."""
        return pathlib.Path(f"/proc/{self.leader}/root{inside}")

    def show(self, unit, name):
        """A property of a unit."""
        return self.output(f"systemctl show --property={name} --value {unit}")

    def journal(self, unit="clockify-bridged"):
        return self.run(f"journalctl --no-pager --output=cat --unit={unit}", check=False).stdout

    def until(self, condition, what="", seconds=PATIENCE, every=0.05):
        """Waits until condition() is true, and gives its value."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s in vain for {what}:\n{self.log()[-2000:]}\n{self.journal()[-6000:]}")
            time.sleep(every)
