#!/usr/bin/env sh
':' // This file is two programs. The shell takes each line after its colon, Node takes it for a comment.
':' // What Node changes at its start, or a shell cannot carry, is noted here first: see docs/pid1.md.
':' // An exported SHELLOPTS has set these for bash. Not by our pid: /proc may be that of another PID namespace.
':' //; set +fu; sexton_blk=; sexton_ign=
':' //; { while read -r sexton_name sexton_mask; do case $sexton_name in SigBlk:) sexton_blk=$sexton_mask;; SigIgn:) sexton_ign=$sexton_mask; break;; esac; done </proc/self/status; } 2>/dev/null
':' //; sexton_fds=; for sexton_fd in /proc/self/fd/*; do [ -e "$sexton_fd" ] && ! [ "$sexton_fd" -ef "$0" ] && sexton_fds=$sexton_fds,${sexton_fd##*/}; done
':' //; sexton_env=; sexton_limit=; if [ -e /proc/self/fd/9 ]; then sexton_limit=$(ulimit -Sn); else sexton_env=9; exec 9<<//
//$NODE_OPTIONS
//$NODE_EXTRA_CA_CERTS
//$NODE_CHANNEL_FD
// and the limit and the environment
//
':' //; { ulimit -Sn; LC_ALL=C head -c 60000 </proc/self/environ && printf .; } 2>/dev/null >>/proc/self/fd/9; unset NODE_OPTIONS NODE_EXTRA_CA_CERTS NODE_CHANNEL_FD; fi
':' //; exec node --no-preserve-symlinks-main --no-memory-reducer --no-sparkplug "$0" --launched="$sexton_env:$sexton_fds:$sexton_limit:$sexton_blk:$sexton_ign" "$@"
