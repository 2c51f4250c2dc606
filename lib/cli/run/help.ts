export const HELP = `Usage: sexton run [options] [--] command [arguments]

Runs a command like timeout(1), and ends everything that it has started when it
exits: daemons, processes that ignore TERM, all of them, even if sexton run is
killed itself. Tells on stderr what has outlived the command.

  --timeout TIME       end the job after TIME
  --idle-timeout TIME  end the job after TIME without output
  --grace TIME         from the signal to KILL (default: 5s)
  --kill-signal SIGNAL
                       the signal that all processes get first (default: TERM)
  --fail-on-leak       exit with 122 if the command succeeds, but left processes
  --keep PATTERN       let processes live on whose name or command line is
                       PATTERN, in which * and ? stand for any characters;
                       may be given more than once
  --report FILE        write the result to FILE as JSON
  --isolation LEVEL    tree (default), cgroup or pid-namespace
  --cgroup DIR         run the command in this control group (version 2)
  --max-processes N    the most processes at a time
  --max-memory SIZE    the most memory of all processes together
  --max-cpu N          the most processors: 2, or 0.5
  -h, --help           show this help
  -V, --version        show the version

A TIME is a number of seconds, or has a unit: 90, 90s, 10m, 1h, 500ms; 0 is no
limit. A SIZE is a number of bytes, or has a unit: 512M, 2G.

TERM, INT and HUP to sexton run end the job, by the same signal; a second Ctrl-C
kills it at once. The command leads a session of its own, without a controlling
terminal.

Exit codes: that of the command, or 128+n if signal n ended it or sexton run,
122 processes outlived it (--fail-on-leak), 124 timeout, 137 timeout and KILL,
125 sexton run failed or usage error, 126 not executable, 127 not found.

Examples:
  sexton run --timeout 10m --report report.json -- npm test
  sexton run --fail-on-leak -- make check
  sexton run --idle-timeout 2m --kill-signal INT -- ./deploy.sh
  sexton run --keep 'redis-server*' -- ./start-services
`
