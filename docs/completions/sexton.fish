# fish completion for sexton. Generated from the help texts: npm run manual
function __sexton_is
    set -l words (commandline -opc)
    test "$words[2]" = $argv[1]
end
complete -c sexton -n '__fish_use_subcommand' -f -a tree -d 'draw the tree of processes below PID (default: 1)'
complete -c sexton -n '__fish_use_subcommand' -f -a run -d 'run a command, and end everything that it has started'
complete -c sexton -n '__fish_use_subcommand' -f -a doctor -d 'find out why a process does not reap its children'
complete -c sexton -n '__fish_use_subcommand' -f -a exporter -d 'serve the zombies of this machine to Prometheus'
complete -c sexton -n '__fish_use_subcommand' -f -a help -d 'show this help, or the help of a command'
complete -c sexton -n '__fish_use_subcommand' -s h -l help -d 'show this help, or the help of a command'
complete -c sexton -n '__fish_use_subcommand' -s V -l version -d 'show the version'
complete -c sexton -n '__sexton_is tree' -l watch -f -d 'draw again every SECONDS (default 2) until q or Ctrl-C'
complete -c sexton -n '__sexton_is tree' -s w -d 'draw again every 2 seconds until q or Ctrl-C'
complete -c sexton -n '__sexton_is tree' -s n -l interval -x -d 'draw again every SECONDS until q or Ctrl-C'
complete -c sexton -n '__sexton_is tree' -l json -d 'print one line of JSON, or one for each drawing'
complete -c sexton -n '__sexton_is tree' -l color -f -a 'auto always never' -d 'colours: auto (default), always or never'
complete -c sexton -n '__sexton_is tree' -s h -l help -d 'show this help'
complete -c sexton -n '__sexton_is tree' -s V -l version -d 'show the version'
complete -c sexton -n '__sexton_is tree' -f -a '(__fish_complete_pids)'
function __sexton_run_takes_options
    set -l words (commandline -opc)
    set -e words[1..2]
    while set -q words[1]
        if contains -- $words[1] --timeout --idle-timeout --grace --kill-signal --keep --report --isolation --cgroup --max-processes --max-memory --max-cpu
            set -e words[1]
        else if test $words[1] = --; or not string match -q -- '-*' $words[1]
            return 1
        end
        set -e words[1]
    end
    return 0
end
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l timeout -x -d 'end the job after TIME'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l idle-timeout -x -d 'end the job after TIME without output'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l grace -x -d 'send KILL TIME after the first signal (default: 5s)'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l kill-signal -x -a 'HUP INT QUIT TERM KILL USR1 USR2 WINCH CONT STOP' -d 'the signal that all processes get first (default: TERM)'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l fail-on-leak -d 'exit with 122 if the command succeeds but left processes'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l keep -x -d 'let processes live on that match PATTERN; repeatable'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l report -r -F -d 'write the result to FILE as JSON'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l isolation -x -a 'tree cgroup pid-namespace' -d 'hold the job by tree (default), cgroup or pid-namespace'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l cgroup -x -a '(__fish_complete_directories)' -d 'run the command in this control group (version 2)'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l max-processes -x -d 'allow at most N processes at a time'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l max-memory -x -d 'allow at most SIZE of memory for all processes'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -l max-cpu -x -d 'allow at most N processors: 2, or 0.5'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -s h -l help -d 'show this help'
complete -c sexton -n '__sexton_is run; and __sexton_run_takes_options' -s V -l version -d 'show the version'
complete -c sexton -n '__sexton_is run' -f -a '(__fish_complete_subcommand --fcs-skip=2 - --timeout --idle-timeout --grace --kill-signal --keep --report --isolation --cgroup --max-processes --max-memory --max-cpu)' -d command
complete -c sexton -n '__sexton_is doctor' -l json -d 'print one line of JSON'
complete -c sexton -n '__sexton_is doctor' -l color -f -a 'auto always never' -d 'colours: auto (default), always or never'
complete -c sexton -n '__sexton_is doctor' -s h -l help -d 'show this help'
complete -c sexton -n '__sexton_is doctor' -s V -l version -d 'show the version'
complete -c sexton -n '__sexton_is doctor' -f -a '(__fish_complete_pids)'
complete -c sexton -n '__sexton_is exporter' -l address -x -d 'the IP address to listen on (default: 127.0.0.1)'
complete -c sexton -n '__sexton_is exporter' -l port -x -d 'the port to listen on (default: 10177); 0: a free one'
complete -c sexton -n '__sexton_is exporter' -s h -l help -d 'show this help'
complete -c sexton -n '__sexton_is exporter' -s V -l version -d 'show the version'
complete -c sexton -n '__sexton_is exporter' -f -a '(__fish_complete_pids)'
complete -c sexton -n '__sexton_is help' -f -a 'tree run doctor exporter help'
