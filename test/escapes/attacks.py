"""Escapes by means of the kernel, by another user, and against who is to end them."""

import fcntl
import os
import platform
import resource
import signal
import termios
import time

from process import KEEPER, check, escape, for_ever, fork, ignore_all, libc, rest, there, wait_for_go

PR_SET_CHILD_SUBREAPER = 36
PTRACE_TRACEME = 0
PTRACE_ATTACH = 16
CLONE_PARENT = 0x8000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
SYS_CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine(), -1)
BOMB = 100  # processes


@escape()
def tracer():
    """Traces a process, which then reports to the tracer alone."""
    check(libc.ptrace(PTRACE_ATTACH, fork(rest), None, None))
    for_ever()


@escape()
def trace_me():
    """Asks its parent to be its tracer. The parent dies, so that is the keeper."""
    def child():
        while os.getppid() == parent:
            time.sleep(0.001)
        libc.ptrace(PTRACE_TRACEME, 0, None, None)
        there()
        os.kill(os.getpid(), signal.SIGUSR1)
        rest()

    parent = os.getpid()
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    fork(child)


@escape(2)
def subreaper():
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    fork(lambda: fork(for_ever))
    for_ever()


@escape(4)
def subreapers():
    """Each adopts the orphans below it, and starts anew what has ended."""
    def level(depth):
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        ignore_all()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        there()
        if depth == 0:
            rest()
        while True:
            fork(lambda: level(depth - 1))
            os.waitpid(-1, 0)

    level(3)


@escape(2)
def continuers():
    """Two that continue each other whenever one is stopped."""
    def go_on(other):
        there()
        while True:
            os.kill(other, signal.SIGCONT)

    ignore_all()
    first = os.getpid()
    go_on(fork(lambda: go_on(first)))


def clone(flags):
    ignore_all()
    if check(libc.syscall(SYS_CLONE, flags, 0, 0, 0, 0)) == 0:
        for_ever()


@escape()
def clone_parent():
    """Is a sibling of who started it, so that no walk from there finds it."""
    clone(CLONE_PARENT | signal.SIGCHLD)


@escape()
def clone_silent():
    """Sends no SIGCHLD when it ends."""
    clone(0)


@escape(2)
def pty():
    """A session leader with a terminal of its own, and a child in its foreground."""
    master, slave = os.openpty()
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    ignore_all()
    fork(for_ever)
    for_ever()


@escape(2)
def pid_namespace():
    """The init of a PID namespace, which no signal from within can kill."""
    flags = CLONE_NEWPID if os.geteuid() == 0 else CLONE_NEWPID | CLONE_NEWUSER
    check(libc.unshare(flags))

    def init():
        ignore_all()
        fork(for_ever)
        for_ever()

    fork(init)


def become_another_user():
    uid = 1_000_000 + os.getpid()
    os.setresuid(uid, uid, uid)


@escape(101)
def last_link():
    """Leaves its process group, whose link to the session it then is, by many children."""
    for _ in range(100):
        fork(for_ever)
    os.setpgid(0, 0)
    for_ever()


@escape()
def leave_cgroup():
    """Moves to the topmost group, as root may."""
    with open("/proc/self/mounts") as mounts:
        lines = [line.split() for line in mounts]
    for folder in (line[1] for line in lines if line[2] == "cgroup2"):
        with open(folder + "/cgroup.procs", "w") as procs:
            procs.write("0")
    os.setsid()
    for_ever()


@escape()
def other_user():
    become_another_user()
    os.setsid()
    for_ever()


@escape()
def other_user_by_right():
    """Becomes another user by CAP_SETUID, and keeps the right to be read."""
    other_user()


@escape(BOMB // 2)
def fork_bomb():
    """Forks as fast as it may, and again when one has ended."""
    if os.geteuid() == 0:
        become_another_user()
        most = BOMB
    else:
        most = BOMB + tasks_of(os.getuid())
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    ignore_all()
    grow()


def grow():
    there()
    while True:
        try:
            fork(grow)
        except OSError:
            time.sleep(0.001)


def tasks_of(uid):
    count = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid:
                count += len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            pass
    return count


# These do something when all others are in their places. Where that is not the end of the job, they say when it is done.


def done():
    os.write(1, b"done\n")
    rest()


@escape()
def stop_group():
    attacker = os.getpid()
    left_read, left_write = os.pipe()

    def tell():
        os.setsid()
        os.write(left_write, b".")
        with open(f"/proc/{attacker}/stat") as stat:
            while ") T " not in stat.read():
                stat.seek(0)
        done()

    fork(tell)
    os.read(left_read, 1)  # a child that is still in the group would be stopped as well
    wait_for_go()
    os.kill(0, signal.SIGSTOP)


@escape()
def kill_group():
    wait_for_go()
    os.kill(0, signal.SIGKILL)


@escape()
def signal_keeper():
    wait_for_go()
    for number in range(1, 65):
        if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
            os.kill(KEEPER, number)
    done()


@escape()
def stop_keeper():
    wait_for_go()
    os.kill(KEEPER, signal.SIGSTOP)
    done()


@escape()
def kill_keeper():
    wait_for_go()
    os.kill(KEEPER, signal.SIGKILL)
    done()


@escape()
def trace_keeper():
    wait_for_go()
    libc.ptrace(PTRACE_ATTACH, KEEPER, None, None)
    done()


@escape()
def starve_keeper():
    """Takes the descriptors by which the keeper reads /proc."""
    wait_for_go()
    resource.prlimit(KEEPER, resource.RLIMIT_NOFILE, (0, 0))
    done()


@escape()
def kill_all():
    """Kills everyone whom this user may kill. It belongs into a PID namespace."""
    wait_for_go()
    os.kill(-1, signal.SIGKILL)
    rest()


# Those that must not be among "all": they end the story of the others.
AGAINST = ("stop_group", "kill_group", "signal_keeper", "stop_keeper", "kill_keeper", "trace_keeper", "starve_keeper",
           "kill_all", "fork_bomb", "other_user", "other_user_by_right", "pid_namespace")
