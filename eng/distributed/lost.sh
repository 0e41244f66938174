#!/usr/bin/env bash
# eng/distributed/lost.sh [openmpi|mpich]...
# Trains on two machines with --patience 10; cuts the cable, or stops one of the processes (SIGSTOP). Prints the messages and exit codes of both processes, what the launcher
# returns, and how long it takes until nothing is left on both machines; then resumes. The final weights must be those of an undisturbed run. Needs what machines.sh needs.
: "${EPOCHS:=8}"
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/machines.sh"
[[ $# -gt 0 ]] || set -- openmpi mpich

# Stands between launcher and process, because a launcher tells one exit code, and loses messages of a machine that it does not reach. It survives the launcher's SIGTERM.
record='trap : TERM; "$@" >"$LOG.${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" 2>&1; echo "exit code $?" >>"$LOG.${OMPI_COMM_WORLD_RANK:-$PMI_RANK}"'

disturb() {
  case $1 in
    cut*) ip -n machine1 link set cable1 down ;;
    stop?) kill -STOP "$(rank_of "$run" "${1#stop}")" ;;
  esac
}

train_alone
for kind in "$@"; do
  run=run-$kind
  training "$run" --patience 10
  touch "$work/mark"
  # Open MPI's mpirun and its daemon on the other machine notice the cut by TCP's keepalive only: after 300 s + 9 * 20 s, or 2 s + 2 * 2 s in the second try.
  for event in cut cut-keepalive stop0 stop1; do
    [[ $kind == mpich && $event == cut-keepalive ]] && continue
    unset "${!OMPI_MCA_oob_tcp_keepalive@}"
    [[ $event == cut-keepalive ]] && export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=2 OMPI_MCA_oob_tcp_keepalive_probes=2
    rm -f "$work"/log*
    (LOG=$work/log launch "$kind" bash -c "$record" record "${command[@]}") >"$work/launcher" 2>&1 &
    launcher=$!
    until grep -qs 'epoch ./. done' "$work/log.0"; do kill -0 $launcher 2>/dev/null || break; sleep .1; done
    disturb $event || { echo "$kind, $event: the training run finished before"; failed=1; }
    begun=$(now)
    for ((i = 0; i < 600; i++)); do kill -0 $launcher 2>/dev/null || break; sleep .1; done
    if kill -0 $launcher 2>/dev/null; then
      echo "$kind, $event: THE LAUNCHER DOES NOT END"
      ps -o pid,stat,args $(ip netns pids machine0) $(ip netns pids machine1) | cut -c 1-150
      failed=1
      kill -9 $(ip netns pids machine0)
    fi
    wait $launcher
    echo "$kind, $event: the launcher returns $? after $(awk -v a="$begun" -v b="$(now)" 'BEGIN { printf "%.1f s", b - a }'); all processes gone after $(await_nobody "$begun")"
    for rank in 0 1; do grep -E 'lost|error|warning|exit code' "$work/log.$rank" | sed "s/^/  log of rank $rank: /"; done
    sed "s/^/  launcher: /" "$work/launcher" | cut -c 1-160
    ip -n machine1 link set cable1 up
    kill -9 $(ip netns pids machine0) $(ip netns pids machine1) 2>/dev/null
  done
  (launch "$kind" "${command[@]}") >"$work/log" 2>&1
  echo "$kind, undisturbed at last: the launcher returns $?; $(grep -oE 'goes on after step [0-9]+' "$work/log"); $(grep -oE 'Done after .* steps' "$work/log")"
  same "$run/last.safetensors" alone/last.safetensors
done
exit $failed
