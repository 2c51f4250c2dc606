"""A process that has nothing to do with a job. All signals are blocked, so those that come stay pending and are seen in
/proc/<pid>/status.

    python3 bystander.py group|session|child|stopped

says where it is: in the process group that it was started in, in a group of its own in that session, in a session of
its own, or stopped in the group that it was started in.
"""

import os
import signal
import sys

kind = sys.argv[1]
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
if kind == "session":
    os.setpgid(0, 0)
elif kind == "child":
    os.setsid()
os.write(1, b"ready\n")
os.close(1)
if kind == "stopped":
    os.kill(os.getpid(), signal.SIGSTOP)
while True:
    signal.sigwaitinfo([signal.SIGKILL])
