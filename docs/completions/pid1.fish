# fish completion for pid1. Generated from the help texts: npm run manual
function __pid1_takes_options
    set -l words (commandline -opc)
    set -e words[1..1]
    while set -q words[1]
        if contains -- $words[1] --report-zombies -r --rewrite -p --parent-death-signal --child-death-signal -e --remap-exit --grace --kill-after -t --timeout --workdir --env -u --user-id --group-id --log-format --status-fd --status-file --compat
            set -e words[1]
        else if test $words[1] = --; or not string match -q -- '-*' $words[1]
            return 1
        end
        set -e words[1]
    end
    return 0
end
complete -c pid1 -n '__pid1_takes_options' -s s -l subreaper -d 'adopt orphans although pid1 is not PID 1'
complete -c pid1 -n '__pid1_takes_options' -s w -l warn-on-reap -d 'name each reaped process'
complete -c pid1 -n '__pid1_takes_options' -l report-zombies -x -d 'name zombies that their parent does not reap'
complete -c pid1 -n '__pid1_takes_options' -s P -l pause -d 'run no command; reap until TERM or INT'
complete -c pid1 -n '__pid1_takes_options' -s c -l single-child -d 'forward signals to the command only (default)'
complete -c pid1 -n '__pid1_takes_options' -s g -l group -d 'forward signals to the command\'s process group'
complete -c pid1 -n '__pid1_takes_options' -s S -l session -d 'start a new session, forward signals to its group'
complete -c pid1 -n '__pid1_takes_options' -s r -l rewrite -x -d 'forward signal R instead of S; R=0 drops S'
complete -c pid1 -n '__pid1_takes_options' -s p -l parent-death-signal -x -a 'HUP INT QUIT TERM KILL USR1 USR2 WINCH CONT STOP' -d 'send S to pid1 when its parent dies'
complete -c pid1 -n '__pid1_takes_options' -l child-death-signal -x -a 'HUP INT QUIT TERM KILL USR1 USR2 WINCH CONT STOP' -d 'send S to the command when pid1 dies'
complete -c pid1 -n '__pid1_takes_options' -s e -l remap-exit -x -d 'turn exit codes into 0, for example 143, 130-143'
complete -c pid1 -n '__pid1_takes_options' -l grace -x -d 'KILL survivors TIME after TERM (default 5s; none)'
complete -c pid1 -n '__pid1_takes_options' -l kill-after -x -d 'KILL the command TIME after TERM, INT or QUIT'
complete -c pid1 -n '__pid1_takes_options' -s t -l timeout -x -d 'KILL the command SECONDS after TERM, INT or QUIT'
complete -c pid1 -n '__pid1_takes_options' -l workdir -x -a '(__fish_complete_directories)' -d 'the working directory of the command'
complete -c pid1 -n '__pid1_takes_options' -l env -x -d 'set a variable for the command'
complete -c pid1 -n '__pid1_takes_options' -s u -l user-id -x -d 'run the command as this user'
complete -c pid1 -n '__pid1_takes_options' -l group-id -x -d 'run the command as this group'
complete -c pid1 -n '__pid1_takes_options' -s v -l verbose -d 'write more to stderr; up to three times'
complete -c pid1 -n '__pid1_takes_options' -l log-format -x -a 'text json' -d 'the format of messages: text (default) or json'
complete -c pid1 -n '__pid1_takes_options' -l status-fd -x -d 'write each event as JSON to descriptor N'
complete -c pid1 -n '__pid1_takes_options' -l status-file -r -F -d 'append each event as JSON to FILE'
complete -c pid1 -n '__pid1_takes_options' -l compat -x -a 'tini dumb-init catatonit none' -d 'the defaults of tini, dumb-init, catatonit, none'
complete -c pid1 -n '__pid1_takes_options' -s h -l help -d 'show this help'
complete -c pid1 -n '__pid1_takes_options' -s V -l version -d 'show the version'
complete -c pid1 -n '__pid1_takes_options' -s l -l license -d 'show the license'
complete -c pid1 -f -a '(__fish_complete_subcommand --fcs-skip=1 - --report-zombies -r --rewrite -p --parent-death-signal --child-death-signal -e --remap-exit --grace --kill-after -t --timeout --workdir --env -u --user-id --group-id --log-format --status-fd --status-file --compat)' -d command
