#!/usr/bin/env bash
# benchmarks/RetinaSharp.Benchmarks.Scaling/measure.sh [ROUNDS]
# Times training in two processes of one thread each against one process with two threads, alternating: on one machine, and on two network namespaces whose cable is as fast
# as memory, or has 1 Gbit/s or 100 Mbit/s. Needs two cores that nothing else uses, and what eng/distributed/machines.sh needs.
EPOCHS=3
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../eng/distributed/machines.sh"
measured() { dotnet run --no-build -c Release --project "$root/benchmarks/RetinaSharp.Benchmarks.Scaling" -- measured "$work/$1"; }
options=(--preset pretrained --batch 8 --shards 2 --epochs $EPOCHS)
dotnet build -c Release "$root/benchmarks/RetinaSharp.Benchmarks.Scaling" >/dev/null || exit

run() {
  command=("$root/retina" train --train "$work/data#train" "${options[@]}" --out "$work/$1" "${@:2}")
  rm -rf "${work:?}/$1"
}

alone() {
  run alone
  "${command[@]}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  echo "one process, 2 threads: $(measured alone)"
}

# pair NAME openmpi|mpich|local OPTION...: two processes, on two machines or on this one.
pair() {
  run pair "${@:3}"
  if [[ $2 == local ]]; then
    mpirun.openmpi --oversubscribe --bind-to none -n 2 "${command[@]}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  else
    (launch "$2" "${command[@]}") >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  fi
  echo "$1: $(measured pair)"
}

cable() {
  local i
  for i in 0 1; do
    ip netns exec machine$i tc qdisc replace dev cable$i root tbf rate "$1" burst 256kb latency 400ms || exit 4
  done
}

for ((round = 0; round < ${1:-3}; round++)); do
  alone
  pair "2 processes, one machine" local
  pair "2 processes, cable" openmpi
done
for rate in 1gbit 100mbit; do
  cable $rate
  alone
  pair "2 processes, $rate" openmpi
  pair "2 processes, $rate, fp32 network" openmpi --precision fp32
  pair "2 processes, $rate, fp32 network, gradients in bf16" openmpi --precision fp32 --gradient-precision bf16
done
