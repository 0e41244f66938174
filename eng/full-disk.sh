#!/usr/bin/env bash
# eng/full-disk.sh [DATA] [OPTION...]
# Trains on a small file system that is temporarily full: at a checkpoint, when the process is killed (kill -9), and at the end. The last
# good checkpoint must survive, and the final weights must equal those of a run with enough space. Needs root, to mount.
#   DATA    the training and validation data; default: a synthetic dataset
#   OPTION  options of `retina train`; default: a few minutes of the tiny preset
# Exit codes: 1 a check failed, 4 mounting is not possible here.
set -euo pipefail

if [[ ${1-} != --inside ]]; then
  # In a mount namespace of its own, so that the mount disappears when the script ends for whatever reason.
  unshare --mount true 2>/dev/null || {
    echo "$0: cannot mount here; run it as root, in a container with CAP_SYS_ADMIN" >&2
    exit 4
  }
  exec unshare --mount -- "$(readlink -f "${BASH_SOURCE[0]}")" --inside "$@"
fi
shift
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
data=${1:-}
shift $(($# < 1 ? $# : 1))
[[ $# -gt 0 ]] || set -- --preset tiny --epochs 8

folder=$(mktemp -d)
pid= filler=
trap 'kill -9 $pid $filler 2>/dev/null; umount "$folder/small" 2>/dev/null; rm -rf "$folder"' EXIT
mkdir "$folder/small"
mount -t tmpfs -o size=512m tmpfs "$folder/small" || {
  echo "$0: cannot mount a tmpfs here" >&2
  exit 4
}
if [[ ! $data ]]; then
  "$root/retina" data generate --out "$folder/data" --train 48 --val 16 >/dev/null
  train=$folder/data#train val=$folder/data#val
fi
arguments() {
  args=(train --train "${train:-$data}" --val "${val:-$data}" --out "$1" --resume --checkpoint-every 1 "${@:2}")
}
fail() {
  cat "$folder/run.log"
  echo "$1"
  exit 1
}
# Starts the training run, waits until it has written a checkpoint, and fills the disk.
start_and_fill() {
  "$root/retina" "${args[@]}" 2>"$folder/run.log" &
  pid=$!
  local before
  before=$(stat -c %.9Y "$folder/small/run/last.state" 2>/dev/null || true)
  until [[ -f $folder/small/run/last.state && $(stat -c %.9Y "$folder/small/run/last.state") != "$before" ]]; do
    kill -0 $pid 2>/dev/null || fail "the training run ended before its first checkpoint"
    sleep .05
  done
  # Repeatedly, to use the space again that is freed when a file does not fit.
  while dd if=/dev/zero of="$folder/small/filler" bs=4k oflag=append conv=notrunc 2>/dev/null || sleep .05; do :; done &
  filler=$!
}
make_room() {
  kill $filler
  wait $filler 2>/dev/null || true
  filler=
  rm "$folder/small/filler"
}

arguments "$folder/whole" "$@"
"$root/retina" "${args[@]}" 2>"$folder/run.log" || fail "the training run with enough space failed"

arguments "$folder/small/run" "$@"
start_and_fill
until grep -q 'warning: .*cannot be written' "$folder/run.log"; do
  kill -0 $pid 2>/dev/null || fail "no warning of the full disk"
  sleep .1
done
grep -m 1 'cannot be written' "$folder/run.log"
kill -9 $pid
wait $pid 2>/dev/null || true
make_room
echo "full at a checkpoint, and killed: it warned and continued"

start_and_fill
grep -q 'goes on after step' "$folder/run.log" || fail "it did not resume"
status=0
wait $pid || status=$?
pid=
[[ $status == 1 ]] || fail "it ended with exit code $status, not 1"
grep 'error: .*cannot be written' "$folder/run.log" || fail "no message that the final model cannot be written"
make_room
echo "full at the end: exit code 1"

"$root/retina" "${args[@]}" 2>"$folder/run.log" || fail "it cannot be resumed"
for name in last.safetensors best.safetensors; do
  cmp "$folder/whole/$name" "$folder/small/run/$name" || fail "$name: DIFFERENT"
  echo "$name: identical"
done
