"""Escapes: how processes try to outlive the job that started them.

    python3 escapes.py NAME... END [--mark=TEXT] [--many=NUMBER]

starts each by a child of its own, prints "ready" when all are in their places (or "refused" if the system forbids one),
and exits or stays, as END says: `exit` or `stay`. A process that is left alone rests for ever. The command lines of all
have the mark.
"""

import os
import resource
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
from process import escape, for_ever, fork, go_write, ignore_all, libc, rest, table, there, there_read, there_write  # noqa: E402

MARK = next((word for word in sys.argv if word.startswith("--mark=")), "")
RLIMIT_LOCKS = 10
MANY = next((int(word[7:]) for word in sys.argv if word.startswith("--many=")), 200)


@escape()
def setsid():
    os.setsid()
    for_ever()


@escape()
def double_fork():
    fork(for_ever)


@escape()
def daemon():
    def second():
        os.setsid()
        fork(for_ever)

    fork(second)


@escape()
def daemon3():
    libc.daemon(0, 0)
    for_ever()


@escape()
def nohup():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    fork(for_ever)


@escape()
def ignore():
    ignore_all()
    for_ever()


@escape()
def stop_itself():
    there()
    os.kill(os.getpid(), signal.SIGSTOP)
    rest()


@escape()
def hold_pipe():
    """Holds the job's output open, which the reader waits for."""
    os.setsid()
    os.dup2(1, 100)
    os.close(1)
    for_ever()


@escape(2)
def respawn():
    """Two that start each other again."""
    def watch(other):
        there()
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


@escape()
def fork_while_dying():
    def on_term(*_):
        fork(fork_while_dying)

    signal.signal(signal.SIGTERM, on_term)
    for_ever()


@escape()
def tell_term():
    """Says that it got SIGTERM, and stays."""
    signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"term\n"))
    for_ever()


@escape()
def reparent_chain():
    """Each parent exits at once, so that only the last of 20 is left."""
    def chain(depth):
        if depth > 0:
            fork(lambda: chain(depth - 1))
        else:
            for_ever()

    chain(20)


@escape(31)
def deep():
    """Each is the child of another, in a process group of its own."""
    def chain(depth):
        if depth > 0:
            os.setpgid(0, 0)
            fork(lambda: chain(depth - 1))
        for_ever()

    chain(30)


@escape()
def changed_name():
    libc.prctl(15, b"init) S 1 1", 0, 0, 0)
    os.setsid()
    for_ever()


@escape()
def empty_environment():
    os.setsid()
    there()
    os.execve("/bin/sleep", ["sleep" + MARK, "1000"], {})


@escape()
def take_off_marks():
    """Has neither the variable of its job, nor the limit."""
    os.setsid()
    resource.setrlimit(RLIMIT_LOCKS, (1, 1))
    end, other = os.pipe()
    if os.fork() == 0:
        os.execve("/bin/sleep", ["sleep" + MARK, "1000"], {})
    os.close(other)
    os.read(end, 1)  # until exec has closed it: before, the process still has the variable
    there()


@escape()
def exec_chain():
    """Calls exec again and again: in the middle of it a process has neither environment nor command line."""
    os.setsid()
    there()
    os.execv("/bin/sh", ["sh", "-c", 'exec sh -c "$0" "$0" "$1"', 'exec sh -c "$0" "$0" "$1"', MARK])


@escape()
def many():
    """A crowd of shells, which need less memory than as many copies of this program."""
    end, other = os.pipe()
    os.set_inheritable(end, True)
    os.set_inheritable(other, True)
    os.set_inheritable(there_write, True)
    loop = f"while [ $i -lt {MANY} ]; do read x <&{end} & i=$((i+1)); done"
    os.execv("/bin/sh", ["sh", "-c", f"i=0; {loop}; printf . >&{there_write}; wait", "sh", MARK])


@escape(2)
def vfork_parent():
    """Sleeps in vfork() until its child, which never calls exec, has ended."""
    fork(for_ever)
    there()
    os.posix_spawn("/bin/sleep", ["sleep" + MARK, "1000"], os.environ)


@escape()
def child_of_thread():
    """Is the child of a thread that is not the first, and is in that thread's list alone."""
    def run():
        fork(for_ever)
        rest_of_thread.wait()

    rest_of_thread = threading.Event()
    threading.Thread(target=run).start()
    rest()


@escape()
def leaderless():
    """Looks like a zombie: its first thread has exited, and another one lives."""
    def run():
        with open("/proc/self/stat") as stat:
            while ") Z " not in stat.read():
                stat.seek(0)
        there()
        threading.Event().wait()

    threading.Thread(target=run).start()
    libc.pthread_exit(None)


def main():
    *names, end = [word for word in sys.argv[1:] if not word.startswith("--")]
    if names == ["all"]:
        names = [name for name in table if name not in attacks.AGAINST]
    wanted = sum(table[name][1] for name in names)
    for name in names:
        fork(table[name][0])
    said = b""
    while len(said) < wanted and b"x" not in said:
        said += os.read(there_read, 4096)
    os.write(1, b"refused\n" if b"x" in said else b"ready\n")
    os.write(go_write, b"g" * len(names))
    if end == "stay":
        rest()


import attacks  # noqa: E402

if __name__ == "__main__":
    main()
