#!/usr/bin/env sh
':' /*
# This file is two programs: the shell reads these lines, which are one comment for Node.
# They note the state that Node changes at its start, and keep the container's state away from Node: docs/pid1.md.
set +efu # An exported SHELLOPTS sets these in bash.
sexton_why='the shell cannot create a process (pids.max, ulimit -u), or has too few descriptors (ulimit -n)'
trap 'echo "pid1: cannot start: $sexton_why" >&2; exit 126' EXIT

# The signal sets, read by the shell itself: dash unblocks signals in what it runs, zsh and ksh change ignored ones.
# /proc/self, not our pid: /proc may belong to another PID namespace.
sexton_blk=
sexton_ign=
[ -r /proc/self/status ] && while read -r sexton_name sexton_mask; do
  case $sexton_name in SigBlk:) sexton_blk=$sexton_mask ;; SigIgn:) sexton_ign=$sexton_mask; break ;; esac
done </proc/self/status
[ -z "$ZSH_VERSION$YASH_VERSION" ] || sexton_blk= # they block some signals themselves, but not in what they run

# The hard limit of descriptors, the soft and hard limits of address space, data and stack, all limits, and the
# environment. The status is that of cat: bash, busybox and zsh ignore SIGQUIT, but not in what they run.
# By a substitution: a pipe might have too little room for the text. The group opens environ, not base64: that shows the
# environment of the process that opened it, and ends with that process.
sexton_env=$(
  exec 2>&-
  ulimit -Hn; ulimit -Sv; ulimit -Hv; ulimit -Sd; ulimit -Hd; ulimit -Ss; ulimit -Hs
  cat /proc/self/status /proc/self/limits
  echo =
  { base64 && echo .; } </proc/self/environ
)

# Node hangs or aborts if it cannot create two threads. The full stop says that two processes existed at once, because
# the shell forked for the substitution and again for base64; a Korn shell forks once.
case ${KSH_VERSION:-.}$sexton_env in
  .*.) ;;
  *) { : & wait $!; } & wait $! || exit ;;
esac

sexton_fds=
for sexton_fd in /proc/self/fd/*; do
  [ -e "$sexton_fd" ] && ! [ "$sexton_fd" -ef "$0" ] && sexton_fds=$sexton_fds,${sexton_fd#/proc/self/fd/}
done

# Raises the soft limits, and tells whether the hard ones surely have room for Node.
sexton_roomy() {
  [ "$2" = "$3" ] || ulimit -Sv "$3"
  [ "$4" = "$5" ] || ulimit -Sd "$5"
  [ ${#6} -gt 3 ] || ulimit -Ss 8192 || ulimit -Ss "$7"
  [ ${#1} -gt 2 ] && [ ${#3} -gt 7 ] && [ ${#5} -gt 6 ] && [ ${#7} -gt 3 ] # digits; kB for all but the descriptors
} 2>&-
sexton_trial=
sexton_roomy $sexton_env || sexton_trial=yes

# Variables for the command's Node, OpenSSL, ICU and C library. LD_LIBRARY_PATH stays: Node may need it.
sexton_names=$(export -p)
IFS=' 	
="'\'
set -f
for sexton_name in $sexton_names; do
  case $sexton_name in *[!A-Za-z0-9_]*) continue ;; esac
  case $sexton_name in
    NODE_* | UV_* | OPENSSL_* | SSL_* | ICU_DATA | LD_PRELOAD | LD_AUDIT | GLIBC_TUNABLES | MALLOC_*)
      eval "[ -z \"\${$sexton_name+set}\" ] || export sexton_kept_$sexton_name=\"\$$sexton_name\""
      unset "$sexton_name" ;;
  esac
done
unset IFS
export OPENSSL_CONF=/dev/null

# Linux takes at most 128 KiB as one string.
[ ${#sexton_env} -lt 120000 ] || sexton_env=${sexton_env%%=*}=
export sexton_env

# --v8-pool-size: one thread for V8, not four. --no-rehash-snapshot: Node takes a tenth of its start to give its hash
# tables a seed of their own, which only keys chosen by a stranger would need.
sexton_node='node --v8-pool-size=1 --no-preserve-symlinks-main --no-memory-reducer --no-sparkplug --no-rehash-snapshot'

# Under low limits Node aborts, crashes or hangs: try it first, for at most ten seconds.
if [ "$sexton_trial" ]; then
  sexton_why='Node does not start under these limits (ulimit -n, -v, -d, -s)'
  exec $sexton_node "$0" --version >/dev/null 2>&1 & # exec, or yash starts Node in one process more, and that is killed
  sexton_left=100
  while kill -0 $! 2>&-; do
    [ $sexton_left -gt 0 ] || kill -9 $!
    sexton_left=$((sexton_left - 1))
    sleep 0.1 || sleep 1
  done
  wait $! || exit
fi

sexton_why='there is no node in PATH'
hash node 2>&- || exit
sexton_why='node could not be executed'
exec $sexton_node "$0" --launched="$sexton_fds:$sexton_blk:$sexton_ign" "$@"
*/
