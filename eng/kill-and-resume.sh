#!/usr/bin/env bash
# eng/kill-and-resume.sh [KILLS] [DATA] [OPTION...]
# Trains once without interruption, and once killed (kill -9) at random times and resumed each time; compares the final weights. Prints for
# every kill how much work is repeated after resuming, which must be at most 60 s. SEED (1) determines the times.
#   KILLS   20
#   DATA    the training and validation data; default: a synthetic dataset
#   OPTION  options of `retina train`; default: a few minutes of the tiny preset
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
kills=${1:-20} data=${2:-}
shift $(($# < 2 ? $# : 2))
[[ $# -gt 0 ]] || set -- --preset tiny --epochs 8
# Small runs write a checkpoint after every epoch anyway; MAX_SECONDS is the longest time until a kill.
max_seconds=${MAX_SECONDS:-90}
RANDOM=${SEED:-1}

folder=$(mktemp -d)
pid=
trap '[[ $pid ]] && kill -9 "$pid" 2>/dev/null; rm -rf "$folder"' EXIT
if [[ ! $data ]]; then
  "$root/retina" data generate --out "$folder/data" --train 48 --val 16 >/dev/null
  data=$folder/data
  train=$data#train val=$data#val
fi
# Sets the arguments of a training run into a folder. In the background, the command itself must run, so that kill hits it.
arguments() {
  args=(train --train "${train:-$data}" --val "${val:-$data}" --out "$folder/$1" --resume "${@:2}")
}
# Prints a value from the header of the checkpoint file.
state() {
  head -c 100000 "$folder/run/last.state" | grep -aoE "\\\\\"$1\\\\\": ?[0-9.eE+-]+" | head -n 1 | grep -oE '[0-9.eE+-]+$'
}

arguments whole "$@"
"$root/retina" "${args[@]}" 2>"$folder/whole.log" || { cat "$folder/whole.log"; exit 1; }
echo "uninterrupted: $(wc -l <"$folder/whole/metrics.jsonl") epochs"

failed=0
arguments run "$@"
for ((i = 1; i <= kills; i++)); do
  "$root/retina" "${args[@]}" 2>"$folder/run.log" &
  pid=$!
  begun=$(date +%s.%N)
  wait=$((RANDOM % max_seconds)).$((RANDOM % 10))
  for ((tenths = ${wait/./}; 10#$tenths > 0; tenths--)); do
    kill -0 $pid 2>/dev/null || break
    sleep .1
  done
  if ! kill -0 $pid 2>/dev/null; then
    wait $pid || { cat "$folder/run.log"; exit 1; }
    echo "kill $i: the training run finished before"
    break
  fi
  kill -9 $pid
  killed=$(date +%s.%N)
  wait $pid 2>/dev/null || true
  grep -E 'warning: .*last.state' "$folder/run.log" && failed=1
  if [[ ! -f $folder/run/last.state ]]; then
    echo "kill $i after $wait s: before the first checkpoint"
    continue
  fi
  # An upper bound: if no checkpoint was written, it includes the time to load the program.
  awk -v i=$i -v wait="$wait" -v begun="$begun" -v killed="$killed" -v written="$(stat -c %.9Y "$folder/run/last.state")" -v step="$(state step)" -v seconds="$(state seconds)" 'BEGIN {
    lost = killed - (written > begun ? written : begun)
    rate = seconds > 0 ? step / seconds : 0
    printf "kill %d after %s s: resumes after step %d, repeats %.1f s, about %d steps\n", i, wait, step, lost, lost * rate
    exit lost > 60
  }' || failed=1
done
"$root/retina" "${args[@]}" 2>"$folder/run.log" || { cat "$folder/run.log"; exit 1; }
pid=

for name in last.safetensors best.safetensors; do
  if cmp -s "$folder/whole/$name" "$folder/run/$name"; then
    echo "$name: identical"
  else
    echo "$name: DIFFERENT"
    failed=1
  fi
done
exit $failed
