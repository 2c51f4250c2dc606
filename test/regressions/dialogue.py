"""Runs a command on a terminal of its own and talks to it.

usage: dialogue.py TURNS COMMAND [ARGUMENT...]

TURNS is a JSON list of [keys, expected]: types the keys, then waits until the expected text has
appeared in what came since. Prints the JSON list of the turns that were answered within a time that suits the machine.
"""
import json
import os
import pty
import select
import signal
import sys
import time

# As test/pace.mjs has it.
PATIENCE = 10 * 3 * float(os.environ.get("SEXTON_TEST_SLOWNESS", 1))

turns, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)


def wait_for(expected):
    seen, end = b"", time.monotonic() + PATIENCE
    while expected.encode() not in seen:
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            return False
        try:
            seen += os.read(terminal, 4096)
        except OSError:  # EIO: everyone on the terminal has gone
            return False
    return True


answered = []
for keys, expected in turns:
    os.write(terminal, keys.encode())
    if not wait_for(expected):
        break
    answered.append(keys)
print(json.dumps(answered))

# Whoever is left on the terminal is stopped or stuck: end the session, by its members' ids.
for entry in filter(str.isdigit, os.listdir("/proc")):
    try:
        fields = open(f"/proc/{entry}/stat").read().rpartition(")")[2].split()
        if int(fields[3]) == pid:
            os.kill(int(entry), signal.SIGKILL)
    except OSError:
        pass
os.waitpid(pid, 0)
