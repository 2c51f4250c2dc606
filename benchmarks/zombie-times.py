"""How long each process was a zombie: reads pids, a line of them at a time, and prints milliseconds."""

import os
import select
import sys
import time

POLLIN, POLLHUP = select.EPOLLIN, select.EPOLLHUP

# Before every other process of the machine: it must not be late itself.
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))

for line in iter(sys.stdin.readline, ""):
    epoll = select.epoll()
    pidfds = {os.pidfd_open(int(pid)) for pid in line.split()}
    died = {}
    for pidfd in pidfds:
        epoll.register(pidfd, POLLIN | POLLHUP | select.EPOLLET)
    print("watching", flush=True)
    times = []
    while len(times) < len(pidfds):
        for pidfd, events in epoll.poll():
            now = time.monotonic()
            if events & POLLHUP:  # its parent has reaped it (Linux 6.9)
                times.append((now - died.get(pidfd, now)) * 1000)
                epoll.unregister(pidfd)
            else:
                died[pidfd] = now
    for pidfd in pidfds:
        os.close(pidfd)
    epoll.close()
    print(*times, flush=True)
