export const HELP = `Usage: sexton run [options] [--] command [arguments]

Runs a command like timeout(1), and ends everything that it has started.
Ends daemons too, and what ignores TERM, even if sexton run is killed itself.
Tells on stderr what has outlived the command.

  --timeout TIME        end the job after TIME
  --idle-timeout TIME   end the job after TIME without output
  --grace TIME          send KILL TIME after the first signal (default: 5s)
  --kill-signal SIGNAL  the signal that all processes get first (default: TERM)
  --fail-on-leak        exit with 122 if the command succeeds but left processes
  --keep PATTERN        let processes live on that match PATTERN; repeatable
  --report FILE         write the result to FILE as JSON
  --isolation LEVEL     hold the job by tree (default), cgroup or pid-namespace
  --cgroup DIR          run the command in this control group (version 2)
  --max-processes N     allow at most N processes at a time
  --max-memory SIZE     allow at most SIZE of memory for all processes
  --max-cpu N           allow at most N processors: 2, or 0.5
  -h, --help            show this help
  -V, --version         show the version

A TIME is in seconds, or has a unit: 90, 90s, 10m, 1h, 500ms; 0 is no limit.
A SIZE is in bytes, or has a unit: 512M, 2G.
A PATTERN is a name or a command line; * and ? stand for any characters.

TERM, INT and HUP to sexton run end the job, by the same signal.
A second Ctrl-C kills the job at once.
The command leads a session of its own, without a controlling terminal.

Exit codes:
  N      the exit code of the command
  128+n  signal n ended the command, or sexton run
  122    the command succeeded, but processes outlived it (--fail-on-leak)
  124    the time was over
  125    sexton run failed, or usage error
  126    the command is not executable
  127    the command was not found
  137    the time was over, and the job was ended by KILL

Examples:
  sexton run --timeout 10m --report report.json -- npm test
  sexton run --fail-on-leak -- make check
  sexton run --idle-timeout 2m --kill-signal INT -- ./deploy.sh
  sexton run --keep 'redis-server*' -- ./start-services
`
