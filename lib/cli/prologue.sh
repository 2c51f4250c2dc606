#!/usr/bin/env sh
':' // This file is two programs. The shell takes each line after its colon, Node takes it for a comment.
':' // What Node changes at its start, or a shell cannot carry, is noted here first: see docs/pid1.md.
':' // An exported SHELLOPTS has set these for bash. Not by our pid: /proc may be that of another PID namespace.
':' //; set +fu; sexton_blk=; sexton_ign=
':' //; { while read -r sexton_name sexton_mask; do case $sexton_name in SigBlk:) sexton_blk=$sexton_mask;; SigIgn:) sexton_ign=$sexton_mask; break;; esac; done </proc/self/status; } 2>/dev/null
':' //; sexton_fds=; for sexton_fd in /proc/self/fd/*; do [ -e "$sexton_fd" ] && ! [ "$sexton_fd" -ef "$0" ] && sexton_fds=$sexton_fds,${sexton_fd##*/}; done
':' // By a substitution, which is read as it is written: a pipe may have less room than is needed, and writing to it never end.
':' // The shell opens it, not base64: what has been opened is the world of who opens it, and ends with that.
':' //; sexton_env=$(ulimit -Sn; { base64 && echo .; } 2>/dev/null </proc/self/environ); [ ${#sexton_env} -lt 120000 ] || sexton_env=${sexton_env%%[!0-9a-z]*}
':' //; sexton_options=$NODE_OPTIONS; sexton_certs=$NODE_EXTRA_CA_CERTS; sexton_channel=$NODE_CHANNEL_FD; unset NODE_OPTIONS NODE_EXTRA_CA_CERTS NODE_CHANNEL_FD
':' //; export sexton_env sexton_options sexton_certs sexton_channel
':' // Node takes a tenth of its start to give its hash tables a seed of their own: needless where no stranger chooses the keys.
':' //; exec node --no-preserve-symlinks-main --no-memory-reducer --no-sparkplug --no-rehash-snapshot "$0" --launched="$sexton_fds:$sexton_blk:$sexton_ign" "$@"
