# bash completion for sexton. Generated from the help texts: npm run manual
_sexton() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words more=
  case $previous in
    -n|--interval|--timeout|--idle-timeout|--grace|--keep|--max-processes|--max-memory|--max-cpu|--address|--port) COMPREPLY=(); return ;;
    --kill-signal) COMPREPLY=($(compgen -W 'HUP INT QUIT TERM KILL USR1 USR2 WINCH CONT STOP' -- "$word")); return ;;
    --report) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --isolation) COMPREPLY=($(compgen -W 'tree cgroup pid-namespace' -- "$word")); return ;;
    --cgroup) COMPREPLY=($(compgen -d -- "$word")); return ;;
  esac
  case ${COMP_WORDS[1]} in
    tree) words='--watch -w --interval -n --json --color --help -h --version -V' ;;
    run) words='--timeout --idle-timeout --grace --kill-signal --fail-on-leak --keep --report --isolation --cgroup --max-processes --max-memory --max-cpu --help -h --version -V' more=1 ;;
    doctor) words='--json --color --help -h --version -V' ;;
    exporter) words='--address --port --help -h --version -V' ;;
    help) words='tree run doctor exporter help' ;;
    *) words='tree run doctor exporter help --help -h --version -V' ;;
  esac
  ((COMP_CWORD == 1)) && words='tree run doctor exporter help --help -h --version -V'
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ $more ]] && COMPREPLY+=($(compgen -A command -- "$word"))
}
complete -o default -F _sexton sexton
