# bash completion for pid1. Generated from the help texts: npm run manual
_pid1() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words more=
  case $previous in
    --report-zombies|-r|--rewrite|-e|--remap-exit|--grace|--kill-after|-t|--timeout|--env|-u|--user-id|--group-id|--status-fd) COMPREPLY=(); return ;;
    -p|--parent-death-signal|--child-death-signal) COMPREPLY=($(compgen -W 'HUP INT QUIT TERM KILL USR1 USR2 WINCH CONT STOP' -- "$word")); return ;;
    --workdir) COMPREPLY=($(compgen -d -- "$word")); return ;;
    --log-format) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
    --status-file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --compat) COMPREPLY=($(compgen -W 'tini dumb-init catatonit none' -- "$word")); return ;;
  esac
  case ${COMP_WORDS[1]} in
    *) words='--subreaper -s --warn-on-reap -w --report-zombies --pause -P --single-child -c --group -g --session -S --rewrite -r --parent-death-signal -p --child-death-signal --remap-exit -e --grace --kill-after --timeout -t --workdir --env --user-id -u --group-id --verbose -v --log-format --status-fd --status-file --compat --help -h --version -V --license -l' more=1 ;;
  esac
  ((COMP_CWORD == 1)) && words='--subreaper -s --warn-on-reap -w --report-zombies --pause -P --single-child -c --group -g --session -S --rewrite -r --parent-death-signal -p --child-death-signal --remap-exit -e --grace --kill-after --timeout -t --workdir --env --user-id -u --group-id --verbose -v --log-format --status-fd --status-file --compat --help -h --version -V --license -l'
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ $more ]] && COMPREPLY+=($(compgen -A command -- "$word"))
}
complete -o default -F _pid1 pid1
