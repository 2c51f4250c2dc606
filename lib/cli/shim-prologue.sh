#!/usr/bin/env sh
':' /*
# This file is two programs: the shell reads these lines, which are one comment for Node.

# podman asks for the version in each of its commands, and Node would take several times as long to tell it.
case "$0 $*" in
  *conmon' --version' | *' --compat conmon --version')
    printf 'conmon version %s\ncommit: sexton-shim\n' 2.2.1
    exit ;;
esac

# Node raises its soft limit of descriptors, and the runtime gets back what the manager gave. --v8-pool-size: one thread
# for V8, not four. --no-memory-reducer: V8 does not wake up to look for memory to give back. --no-rehash-snapshot: Node
# takes a tenth of its start to give its hash tables a seed of their own, which only keys chosen by a stranger would need.
# --max-semi-space-size=1: each container of a server leaves garbage when it starts, and V8 would keep 50 kB of it.
exec node --v8-pool-size=1 --no-memory-reducer --max-semi-space-size=1 --no-sparkplug --no-rehash-snapshot \
  --no-preserve-symlinks-main "$0" --launched="$(ulimit -Sn; ulimit -Hn)" "$@"
*/
