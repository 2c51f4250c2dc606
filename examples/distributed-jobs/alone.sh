#!/bin/sh
# Runs a command when nothing of another attempt of its job is left on this machine.
#
#   alone.sh FOLDER JOB COMMAND [ARGUMENT…]
#
# The file FOLDER/attempts has a line for each attempt: the pid of its keeper, when the keeper started, and the job. The
# keeper is the parent of this shell. It exits when nothing of its attempt is left, so others wait for its exit.
set -euf
folder=$1 job=$2
shift 2

# Sets `start` to the start time of a process (field 22 in proc(5)), which tells it from a later one with its pid. Fails
# if the process has exited. A zombie has exited: a stopped worker does not reap it.
examine() {
  { read -r start < "/proc/$1/stat"; } 2> /dev/null || return
  set -- ${start##*) }
  start=${20}
  case $1 in Z | X) return 1 ;; esac
}

# Copies the lines of the keepers that live. Sets `former` to the keeper of another attempt of this job, if one lives.
examine_all() {
  former=
  : > "$folder/attempts.new"
  while read -r pid since name; do
    examine "$pid" && [ "$start" = "$since" ] || continue
    [ "$name" != "$job" ] || former=$pid
    echo "$pid $since $name" >> "$folder/attempts.new"
  done < "$folder/attempts"
}

examine "$PPID" || {
  echo "alone.sh: /proc/$PPID/stat cannot be read, so nobody could wait for this attempt" >&2
  exit 1
}
own="$PPID $start $job"

# Under the lock, "nobody else is there" and "I am here" are one step. The kernel releases the lock of a dead process.
exec 9>> "$folder/lock"
flock 9
[ -e "$folder/attempts" ] || : > "$folder/attempts"
examine_all
while [ -n "$former" ]; do
  flock -u 9
  sleep 0.05
  flock 9
  examine_all
done
echo "$own" >> "$folder/attempts.new"
mv "$folder/attempts.new" "$folder/attempts"
exec 9>&-
exec "$@"
