#!/usr/bin/env bash
# eng/kill-and-resume.sh [KILLS] [DATA] [OPTION...]
# Trains once without interruption and once killed (kill -9) at random moments and resumed each time; compares the final weights.
# For every kill it prints how much work the resume repeats, which has to be 60 s at most. SEED (1) chooses the moments.
#   KILLS   20
#   DATA    what to train on and to validate with; without it a set is generated
#   OPTION  of `retina train`; without any, some minutes of the tiny preset
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
kills=${1:-20} data=${2:-}
shift $(($# < 2 ? $# : 2))
[[ $# -gt 0 ]] || set -- --preset tiny --epochs 8
# Small runs write a checkpoint after every epoch anyway; MOST is the longest that a killed session lasts, in seconds.
most=${MOST:-90}
RANDOM=${SEED:-1}

folder=$(mktemp -d)
pid=
trap '[[ $pid ]] && kill -9 "$pid" 2>/dev/null; rm -rf "$folder"' EXIT
if [[ ! $data ]]; then
  "$root/retina" data generate --out "$folder/data" --train 48 --val 16 >/dev/null
  data=$folder/data
  train=$data#train val=$data#val
fi
# The arguments of a training into a folder. In the background it must be the command itself that runs, for kill to hit it.
arguments() {
  args=(train --train "${train:-$data}" --val "${val:-$data}" --out "$folder/$1" --resume "${@:2}")
}
# What the checkpoint says of itself, from the header of the file.
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
  wait=$((RANDOM % most)).$((RANDOM % 10))
  for ((tenths = ${wait/./}; 10#$tenths > 0; tenths--)); do
    kill -0 $pid 2>/dev/null || break
    sleep .1
  done
  if ! kill -0 $pid 2>/dev/null; then
    wait $pid || { cat "$folder/run.log"; exit 1; }
    echo "kill $i: the training was finished before it"
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
  # At most: the time to load the program is in it where no checkpoint was written.
  awk -v i=$i -v wait="$wait" -v begun="$begun" -v killed="$killed" -v written="$(stat -c %.9Y "$folder/run/last.state")" -v step="$(state step)" -v seconds="$(state seconds)" 'BEGIN {
    lost = killed - (written > begun ? written : begun)
    rate = seconds > 0 ? step / seconds : 0
    printf "kill %d after %s s: goes on after step %d, repeats %.1f s, about %d steps\n", i, wait, step, lost, lost * rate
    exit lost > 60
  }' || failed=1
done
"$root/retina" "${args[@]}" 2>"$folder/run.log" || { cat "$folder/run.log"; exit 1; }
pid=

for name in last.safetensors best.safetensors; do
  if cmp -s "$folder/whole/$name" "$folder/run/$name"; then
    echo "$name: the same, bit for bit"
  else
    echo "$name: DIFFERENT"
    failed=1
  fi
done
exit $failed
