#!/usr/bin/env bash
# eng/distributed/errors.sh [openmpi|mpich]...
# Shows what training and evaluation on two machines say, and how they end, with too little disk space, other or no data or another model on one machine, a machine that does not
# join, and an MPI library that is missing or not the launcher's. Needs what machines.sh needs.
: "${EPOCHS:=2}"
# In a mount namespace of its own, so that the mounts disappear when the script ends for whatever reason.
[[ ${1-} == --inside ]] || exec unshare --mount -- "$(readlink -f "${BASH_SOURCE[0]}")" --inside "$@"
shift
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/machines.sh"
[[ $# -gt 0 ]] || set -- openmpi mpich

# try NAME EXPECTED-CODE: runs $command on both machines.
try() {
  local begun code
  begun=$(now)
  (launch "$kind" timeout -k 5 120 "${command[@]}") >"$work/log" 2>&1
  code=$?
  echo "$kind, $1: the launcher returns $code after $(awk -v a="$begun" -v b="$(now)" 'BEGIN { printf "%.1f s", b - a }'); all processes gone after $(await_nobody "$begun")"
  grep -vE '^(epoch|preset|training data|validation data|learning rate|device|anchors|Report|Done|The model|  retina|\[|  *$)' "$work/log" | sort | uniq -c | cut -c 1-260
  [[ $code == "$2" ]] || { echo "  EXPECTED $2"; failed=1; }
}

# The second machine runs the command by the line $1 for the shell, in which "$@" is the command.
elsewhere() { command=(bash -c 'line=$1; shift; [[ $(hostname) == machine0 ]] || eval "$line"; exec "$@"' elsewhere "$1" "${command[@]}"); }

# The second machine sees the folder $1 in place of the folder $2.
replaced() { elsewhere "exec unshare --mount bash -c 'mount --bind $work/$1 $work/$2; exec \"\$@\"' replaced \"\$@\""; }

evaluation() { command=("$root/retina" eval "$work/alone" "$work/data#val" --out "$work/eval"); }

mkdir "$work/small" "$work/empty"
"$root/retina" data generate --train 100 --val 40 --seed 1 --out "$work/other" >/dev/null 2>&1 || exit
train_alone
EPOCHS=1 training weak
"${command[@]}" >/dev/null 2>&1 || exit
for kind in "$@"; do
  # A checkpoint has 16 MB, the model 4 MB: too little for a third checkpoint; for a checkpoint and the model; for a checkpoint.
  for size in 44m:0 17m:1 3m:1; do
    mount -t tmpfs -o size=${size%:*} tmpfs "$work/small" || exit 4
    training small/run
    try "a disk of ${size%:*}" "${size#*:}"
    umount "$work/small"
  done

  training run
  replaced other data
  try "other data on one machine" 1
  training run
  replaced empty data
  try "no data on one machine" 3

  evaluation
  replaced other data
  try "evaluation, other data on one machine" 1
  evaluation
  replaced weak alone
  try "evaluation, another model on one machine" 1

  # MPICH's launcher does not end the others if a process ends before it joined.
  training run --patience 10
  elsewhere 'exec sleep 30'
  try "a machine does not join" 75
  training run --patience 10
  elsewhere 'export RETINA_MPI_LIBRARY=libnone.so'
  try "no library on one machine" $([[ $kind == openmpi ]] && echo 1 || echo 75)

  case $kind in
    openmpi) library=libmpich.so.12 ;;
    mpich) library=libmpi.so.40 ;;
  esac
  training run
  command=(env RETINA_MPI_LIBRARY=$library "${command[@]}")
  try "$library" 1
  training run
  command=(env RETINA_MPI_LIBRARY=libnone.so "${command[@]}")
  try "no library" 1
  [[ -e $work/run || -e $work/eval/detections.json ]] && { echo "THERE IS A RUN OR AN EVALUATION"; failed=1; }
done
kind=torchrun
training run
WORLD_SIZE=2 "${command[@]}"
echo "WORLD_SIZE without MPI: exit code $?"
exit $failed
