"""Runs a command, and ends every process that it has started when it ends, or when our own parent does.

usage: warden.py COMMAND [ARGUMENT...]

The runner of the tests may end in any way: by itself, by Ctrl-C, by SIGTERM, by SIGKILL. What the tests have
started must end with it. This process is in a session of its own, so that a signal to the runner's group misses
it; it is a subreaper, so that every orphan of the tests becomes its child; and the kernel sends it SIGTERM when
the runner ends. It watches the npm that has started the runner as well, because npm may end alone. TMPDIR is a
directory of this run, and goes with it, as do the mounts in it and the control groups named after its entries.
"""
import ctypes
import glob
import os
import select
import shutil
import signal
import sys
import tempfile
import threading

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
MNT_DETACH = 2
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
libc = ctypes.CDLL(None, use_errno=True)


class Ended(Exception):
    pass


def main(command):
    runner = os.getppid()
    os.setsid()
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in SIGNALS:
        signal.signal(number, end)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    directory = tempfile.mkdtemp(prefix="sexton-run-")
    os.chmod(directory, 0o1777)  # some tests run as another user
    code = 128 + signal.SIGTERM
    try:
        if os.getppid() == runner:  # else it ended before the kernel knew of our wish
            for pid in starters(runner):
                threading.Thread(target=end_with, args=(pid,), daemon=True).start()
            code = wait_for(start(command, directory))
    except Ended:
        pass
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        end_all()
        unmount_all(directory)
        remove_groups(directory)
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(code)


def end(number, _):
    raise Ended


def starters(runner):
    """The ancestors of the runner up to npm; none where npm has not started it."""
    found = []
    pid = parent_of(runner) if "npm_lifecycle_event" in os.environ else None
    while pid and pid > 1:
        found.append(pid)
        if command_of(pid).startswith(b"npm"):
            return found
        pid = parent_of(pid)
    return found[:1]  # another package manager


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""  # it has ended


def end_with(pid):
    """Ends this process when another one has ended."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # they are for the main thread
    try:
        select.select([os.pidfd_open(pid)], [], [])
    except ProcessLookupError:
        pass
    signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)


def start(command, directory):
    pid = os.fork()
    if pid > 0:
        return pid
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, {**os.environ, "TMPDIR": directory})
    except OSError as error:
        print(f"warden.py: {command[0]}: {error}", file=sys.stderr)
    os._exit(127)


def wait_for(command):
    """Reaps the orphans of the tests, until the command ends; gives the exit code of the command."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == command:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def end_all():
    """Kills until the kernel says that no child is left: an orphan of one that was killed is ours next."""
    while True:
        for pid, parent in descendants():
            kill(pid, parent)
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0] > 0:
                pass  # a list for each of a storm's zombies would take minutes
        except ChildProcessError:
            return


def kill(pid, parent):
    """Kills this very child of `parent`: its pid may be another process's since it was listed."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return  # it has ended
    if parent_of(pid) in (parent, os.getpid()):
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has ended
    os.close(descriptor)


def descendants():
    """Each with its parent."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        parent = parent_of(entry)
        children.setdefault(parent, []).append((int(entry), parent))
    found = list(children.get(os.getpid(), []))
    for pid, _ in found:
        found += children.get(pid, [])
    return found


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return None  # it has ended


def unmount_all(directory):
    """Unmounts what containers have mounted in a directory, the latest first."""
    with open("/proc/self/mountinfo", "rb") as file:
        points = [line.split()[4].decode("unicode_escape").encode("latin-1") for line in file]
    for point in reversed(points):
        if point.startswith(os.fsencode(directory) + b"/"):
            libc.umount2(point, MNT_DETACH)


def remove_groups(directory):
    """Removes the control groups of containers, which podman names after a directory of the test's."""
    names = os.listdir(directory)
    root = "/sys/fs/cgroup"  # not there in a bare chroot
    hierarchies = [root] + glob.glob(f"{root}/*/")
    for path in (os.path.join(hierarchy, name) for hierarchy in hierarchies for name in names):
        for group, _, _ in os.walk(path, topdown=False):
            try:
                os.rmdir(group)
            except OSError:
                pass  # in use, which nothing of ours can be any more


main(sys.argv[1:])
