"""What the processes of an escape are made of."""

import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)

# A byte for each process that is in its place, and an "x" for one that the system has refused.
there_read, there_write = os.pipe()
os.set_blocking(there_write, False)
# A byte for each process that waits until all are in their places.
go_read, go_write = os.pipe()

# In a PID namespace of the job nobody sees the keeper, and its init is the next best to attack.
KEEPER = os.getppid() or 1

table = {}


def escape(count=1):
    """Makes a function an escape: it runs in a child of its own, and says `there()` this many times."""

    def add(function):
        table[function.__name__] = (function, count)
        return function

    return add


def there(word=b"."):
    try:
        os.write(there_write, word)
    except OSError:
        pass  # nobody reads any more


def rest():
    while True:
        signal.pause()


def for_ever():
    there()
    rest()


def wait_for_go():
    there()
    os.read(go_read, 1)


def fork(child):
    pid = os.fork()
    if pid == 0:
        try:
            child()
        except OSError:
            there(b"x")
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


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result
