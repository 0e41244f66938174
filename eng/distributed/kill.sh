#!/usr/bin/env bash
# eng/distributed/kill.sh [KILLS] [openmpi|mpich]
# Trains on two machines, kills one of the two processes (kill -9; alternating) at random times, and resumes each time. Prints what the launcher returns, and how long it takes
# until nothing is left on both machines. The final weights must be those of an undisturbed run. SEED (1) determines the times. Needs what machines.sh needs.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/machines.sh"
kills=${1:-10} kind=${2:-openmpi}
RANDOM=${SEED:-1}

train_alone
training run --patience 60
for ((i = 0; i < kills; i++)); do
  (launch "$kind" "${command[@]}") >"$work/log" 2>&1 &
  launcher=$!
  until victim=$(rank_of run $((i % 2))); do kill -0 $launcher 2>/dev/null || break; sleep .1; done
  wait=$((RANDOM % ${MAX_SECONDS:-15})).$((RANDOM % 10))
  sleep "$wait"
  killed=$(now)
  if ! kill -9 "$victim" 2>/dev/null; then
    echo "kill $((i + 1)): the training run finished before"
    break
  fi
  wait $launcher
  echo "kill $((i + 1)) of rank $((i % 2)) after $wait s: the launcher returns $?; all processes gone after $(await_nobody "$killed"); $(
    grep -oE 'goes on after step [0-9]+' "$work/log" || echo started)"
  grep -E '(error|warning):' "$work/log"
done
(launch "$kind" "${command[@]}") >"$work/log" 2>&1
echo "undisturbed at last: the launcher returns $?; $(grep -oE 'goes on after step [0-9]+' "$work/log"); $(grep -oE 'Done after .* steps' "$work/log")"
grep -E '(error|warning):' "$work/log"
same run/last.safetensors alone/last.safetensors
same run/best.safetensors alone/best.safetensors
exit $failed
