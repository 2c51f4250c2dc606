#ifndef SEXTON_FRONT_HELP_H_
#define SEXTON_FRONT_HELP_H_

// The texts of --help, as lib/shim/help.ts makes them of its tables of options.
// test/programs/shim-serve.test.ts compares them.

namespace sexton::front {

constexpr char kConmonHelp[] = R"(Usage:
  conmon [OPTION…] - the container runtime shim of sexton

Options:
  --api-version                  Conmon API version to use: 1 if given, else 0
  -b, --bundle                   Location of the OCI bundle
  -c, --cid                      Identification of the container
  -P, --conmon-pidfile           PID file for the shim
  -p, --container-pidfile        PID file for the container's first process
  -u, --cuuid                    Container UUID
  -e, --exec                     Exec a command in a running container
  --exec-attach                  Attach to an exec session
  --exec-process-spec            Path to the process spec for exec
  --exit-command                 Program to run when the container has ended
  --exit-command-arg             Argument of the exit command, any number of times
  --exit-delay                   Seconds to wait before the exit command
  --exit-dir                     Folder for the exit files
  --full-attach                  Create the attach socket in the bundle; ignore --socket-dir-path
  --leave-stdin-open             Leave stdin open when an attached client disconnects
  --log-allowlist-dir            Allow logs in this folder only
  --log-global-size-max          Maximum size of all that is logged, in bytes
  --log-label                    Label for the journald log driver
  --log-level                    error, fatal, panic, warn, info, debug or trace
  --log-max-files                How many rotated log files to keep
  -l, --log-path                 Log: a path, k8s-file:PATH, journald, none or passthrough, any number of times
  --log-rotate                   Rotate the log at --log-size-max, instead of emptying it
  --log-size-max                 Maximum size of the log file, in bytes
  --log-tag                      Tag for the journald log driver
  -n, --name                     Container name
  --no-container-partial-message Has no effect without the journald log driver
  --no-new-keyring               Do not create a new session keyring for the container
  --no-pivot                     Do not use pivot_root
  --no-sync-log                  Do not sync the log when the container has ended
  -0, --persist-dir              Folder for data of the container that outlives it
  --replace-listen-pid           Set LISTEN_PID to the OCI runtime's pid
  --restore                      Restore a container from a checkpoint
  -r, --runtime                  Path of the OCI runtime
  --runtime-arg                  Argument of the runtime, before its command
  --runtime-opt                  Argument of the runtime, after its command
  --sdnotify-socket              Socket of the host, to which sd-notify messages are passed on
  --seccomp-notify-plugins       Plugins for seccomp notifications (not built)
  --seccomp-notify-socket        Socket for seccomp notifications (not built)
  --socket-dir-path              Folder for links to the attach sockets
  -i, --stdin                    Pass standard input to the container
  --sync                         Stay in the foreground until the container has ended
  --syslog                       Write messages of the shim to syslog
  -s, --systemd-cgroup           Let systemd manage the cgroup
  -t, --terminal                 Give the container a terminal
  -T, --timeout                  Seconds after which the container is killed
  --version                      Print the version
  -h, --help                     Print this help
)";

constexpr char kShimmyHelp[] = R"(Usage:
  shimmy [OPTION…] - the container runtime shim of sexton

Options:
  --shimmy-pidfile               PID file for the shim
  --shimmy-log-level             off, error, warn, info (the default), debug or trace
  --syncpipe-fd                  Descriptor for the message to the manager; else the environment's _OCI_SYNCPIPE
  --runtime                      Path of the OCI runtime
  --runtime-arg                  Argument of the runtime, before its command, any number of times
  --bundle                       Location of the OCI bundle
  --container-id                 Identification of the container
  --container-pidfile            PID file for the container's first process
  --container-logfile            Log of the container's output
  --container-exitfile           File for how the container ended
  --container-attachfile         Socket for clients
  --stdin                        Pass standard input to the container
  --stdin-once                   Close the container's standard input when the first client has ended its own
  -h, --help                     Print this help
)";

}  // namespace sexton::front

#endif  // SEXTON_FRONT_HELP_H_
