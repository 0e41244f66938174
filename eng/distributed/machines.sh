# Sourced by the other scripts of this folder. Makes two machines, machine0 and machine1, of network namespaces with host names of their own and a cable between them, a
# folder $work that disappears at the end, and a small data set in it. Needs root, iproute2, openmpi-bin and mpich.
set -uo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(dirname "$(dirname "$here")")
work=$(mktemp -d /tmp/retina-machines.XXXXXX)
failed=0

# The kernel of most containers forbids the copy from process to process that Open MPI would use within a machine.
export OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# MPICH's UCX would find that both machines share their memory.
export UCX_TLS=tcp,self

machines_down() {
  local machine
  for machine in machine0 machine1; do
    kill -9 $(ip netns pids $machine 2>/dev/null) 2>/dev/null
    ip netns del $machine 2>/dev/null
    rm -rf /etc/netns/$machine
  done
}

machines_up() {
  local i
  machines_down
  ip netns add machine0 && ip netns add machine1 && ip link add cable0 netns machine0 type veth peer name cable1 netns machine1 || exit 4
  for i in 0 1; do
    ip -n machine$i addr add 10.77.0.$((i + 1))/24 dev cable$i
    ip -n machine$i link set cable$i up
    ip -n machine$i link set lo up
    mkdir -p /etc/netns/machine$i
    printf '127.0.0.1 localhost\n10.77.0.1 machine0\n10.77.0.2 machine1\n' >/etc/netns/machine$i/hosts
  done
}

# launch openmpi|mpich COMMAND...: the command on both machines. It replaces the shell: call it in parentheses or in the background. Each machine has a core of its own: they are
# one, and would both use all; and a shard must have as many threads as in one process, because some of LibTorch's operators round differently with more.
launch() {
  local kind=$1
  shift
  set -- bash -c 'name=$(hostname); exec taskset -c "${name#machine}" "$@"' pinned "$@"
  case $kind in
    openmpi) set -- mpirun.openmpi --oversubscribe --bind-to none -H machine0:1,machine1:1 --mca plm_rsh_agent "$here/as-ssh.sh" --mca pml ob1 --mca btl self,vader,tcp \
      --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 "$@" ;;
    mpich) set -- mpirun.mpich -launcher ssh -launcher-exec "$here/as-ssh.sh" -hosts machine0,machine1 -ppn 1 -n 2 "$@" ;;
  esac
  exec ip netns exec machine0 unshare --uts bash -c 'hostname machine0; exec "$@"' launch "$@"
}

# The command line of a training run into $work/$1; more options may follow.
training() {
  command=("$root/retina" train --train "$work/data#train" --val "$work/data#val" --preset tiny --config "$root/docs/results/synthetic.json" --epochs "${EPOCHS:-4}" --batch 8
    --shards 2 --checkpoint-every 1 --resume --out "$work/$1" "${@:2}")
}

# Process id of a rank of the training run into $work/$1.
rank_of() {
  local pid
  for pid in $(pgrep -f "RetinaSharp.Cli.dll train .*--out $work/$1( |$)"); do
    { tr '\0' '\n' </proc/$pid/environ; } 2>/dev/null | grep -qE "^(OMPI_COMM_WORLD_RANK|PMI_RANK|SLURM_PROCID)=$2$" && echo "$pid" && return
  done
  return 1
}

# Waits until a checkpoint of the run $1 is newer than the file $2 and the time $3 (seconds) has passed; fails if the process $4 ended.
wait_for_checkpoint() {
  until [[ $work/$1/last.state -nt $2 ]]; do
    kill -0 "$4" 2>/dev/null || return 1
    sleep .1
  done
  sleep "$3"
  kill -0 "$4" 2>/dev/null
}

# Waits until no process is left on the machines; prints the seconds since $1 (of now).
await_nobody() {
  local limit=$((SECONDS + ${2:-60}))
  until [[ -z $(ip netns pids machine0)$(ip netns pids machine1) ]]; do
    if ((SECONDS > limit)); then
      echo "AFTER ${2:-60} s THERE ARE STILL PROCESSES:"
      ps -o pid,stat,args $(ip netns pids machine0) $(ip netns pids machine1) | cut -c 1-150
      failed=1
      return
    fi
    sleep .1
  done
  awk -v begun="$1" -v ended="$(now)" 'BEGIN { printf "%.1f s\n", ended - begun }'
}

now() { date +%s.%N; }

# Compares files of two runs in $work.
same() {
  if cmp -s "$work/$1" "$work/$2"; then
    echo "$1 = $2"
  else
    echo "$1 AND $2 DIFFER"
    failed=1
  fi
}

# One process with as many shards: what all other runs must be equal to.
train_alone() {
  training alone
  "${command[@]}" >"$work/alone.log" 2>&1 || { cat "$work/alone.log"; exit 1; }
  sha256sum "$work/alone/last.safetensors" | sed "s|$work/||"
}

trap 'machines_down; rm -rf "$work"' EXIT
machines_up
"$root/retina" data generate --train 100 --val 40 --out "$work/data" >/dev/null 2>&1 || exit
