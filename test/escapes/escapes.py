"""Escapes: how processes try to outlive the job that started them.

    python3 escapes.py NAME [NAME ...]

starts each by a child of its own, prints "ready" when all are there, and exits or stays as the last word says:
`exit` or `stay`. Every survivor sleeps for ever.
"""

import ctypes
import os
import signal
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)

PR_SET_CHILD_SUBREAPER = 36
PTRACE_TRACEME = 0
PTRACE_ATTACH = 16


def for_ever():
    while True:
        time.sleep(1000)


def fork(child):
    pid = os.fork()
    if pid == 0:
        try:
            child()
        finally:
            os._exit(0)
    return pid


def ignore_all():
    for number in range(1, 65):
        if number in (signal.SIGKILL, signal.SIGSTOP):
            continue
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass


def setsid():
    os.setsid()
    for_ever()


def double_fork():
    fork(for_ever)


def daemon():
    def second():
        os.setsid()
        fork(for_ever)

    fork(second)


def nohup():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    fork(for_ever)


def ignore():
    ignore_all()
    for_ever()


def stop_itself():
    os.kill(os.getpid(), signal.SIGSTOP)
    for_ever()


def respawn():
    """Two that start each other again."""
    def watch(other):
        while True:
            if other is None:
                other = fork(lambda: watch(os.getppid()))
            try:
                os.kill(other, 0)
            except OSError:
                other = fork(lambda: watch(os.getppid()))
            try:
                os.waitpid(-1, os.WNOHANG)
            except OSError:
                pass
            time.sleep(0.001)

    ignore_all()
    watch(None)


def fork_while_dying():
    """Forks at each signal, a few times, and in a loop."""
    def on_term(*_):
        fork(fork_while_dying)

    signal.signal(signal.SIGTERM, on_term)
    for_ever()


def reparent_chain():
    def chain(depth):
        if depth > 0:
            fork(lambda: chain(depth - 1))
        else:
            for_ever()

    chain(20)


def deep():
    def chain(depth):
        if depth > 0:
            os.setpgid(0, 0)
            fork(lambda: chain(depth - 1))
        for_ever()

    chain(30)


def changed_name():
    libc.prctl(15, b"init) S 1 1", 0, 0, 0)
    os.setsid()
    for_ever()


def empty_environment():
    if os.fork() == 0:
        os.setsid()
        os.execve("/bin/sleep", ["sleep", "1000"], {})


def tracer():
    """One traces its sibling, which then reports to the tracer alone."""
    tracee = fork(for_ever)
    libc.ptrace(PTRACE_ATTACH, tracee, None, None)
    for_ever()


def trace_me():
    """Asks its parent to be its tracer. The parent dies, so that is the keeper."""
    def child():
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(0.001)
        libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGUSR1)
        for_ever()

    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    fork(child)


def subreaper():
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    fork(daemon)
    for_ever()


def many():
    for _ in range(200):
        fork(for_ever)


def vfork_parent():
    """Sleeps in vfork() until its child, which never calls exec, has ended."""
    def child():
        time.sleep(1000)

    fork(child)
    os.posix_spawn("/bin/sleep", ["sleep", "1000"], {})


ESCAPES = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__module__", None) == "__main__"
    and name not in ("fork", "for_ever", "ignore_all")
}


def main():
    *names, end = sys.argv[1:]
    if names == ["all"]:
        names = list(ESCAPES)
    for name in names:
        fork(ESCAPES[name])
    time.sleep(0.05)
    os.write(1, b"ready\n")
    if end == "stay":
        for_ever()


main()
