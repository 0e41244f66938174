#!/usr/bin/env bash
# eng/distributed/equal.sh
# Trains and evaluates with one process on each of two machines, with Open MPI and with MPICH, and compares with one process: weights and detections must be the same to the
# last bit. Needs what machines.sh needs.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/machines.sh"

bytes() { ip netns exec machine1 cat /sys/class/net/cable1/statistics/tx_bytes; }

evaluation() { command=("$root/retina" eval "$work/alone" "$work/data#val" --out "$work/$1"); }

train_alone
evaluation alone-eval
"${command[@]}" >/dev/null 2>&1 || exit
for kind in openmpi mpich; do
  before=$(bytes) begun=$(now)
  training $kind
  (launch $kind "${command[@]}") >"$work/log" 2>&1
  echo "$kind: train ends with $?; all processes gone after $(await_nobody "$begun"); machine1 sent $((($(bytes) - before) / 1000000)) MB"
  grep -E 'processes|error|warning' "$work/log"
  same $kind/last.safetensors alone/last.safetensors
  same $kind/best.safetensors alone/best.safetensors
  begun=$(now)
  evaluation $kind-eval
  (launch $kind "${command[@]}") >"$work/log" 2>&1
  echo "$kind: eval ends with $?; all processes gone after $(await_nobody "$begun")"
  same $kind-eval/detections.json alone-eval/detections.json
done
exit $failed
