#!/usr/bin/env bash
# eng/distributed/slurm.sh [pmix|pmi2]
# Makes a Slurm cluster of two machines, and submits job.sh to it (pmix: Open MPI, pmi2: MPICH). The job is stopped by its time limit, scancel, a process that hangs, one that is
# killed, and a job of higher priority; the final weights must be those of an undisturbed run. Needs what machines.sh needs, slurm-wlm and munge.
: "${EPOCHS:=8}"
# In a mount namespace of its own, for a file that Debian's Slurm loads, and that is in libpmix-dev only.
[[ ${1-} == --inside ]] || exec unshare --mount -- "$(readlink -f "${BASH_SOURCE[0]}")" --inside "$@"
shift
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/machines.sh"
export MPI=${1:-pmix} PATH=$root:$PATH SLURM_CONF=$work/slurm.conf
# What the two namespaces need; srun takes the options of Open MPI from the environment only.
export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_tcp_if_include=10.77.0.0/24

pmix=$(dirname "$(readlink -f /usr/lib/*/pmix2/lib/libpmix.so.2)")
if [[ -e $pmix/libpmix.so.2 && ! -e $pmix/libpmix.so ]]; then
  cp -a "$pmix" "$work/pmix"
  ln -s libpmix.so.2 "$work/pmix/libpmix.so"
  mount --bind "$work/pmix" "$pmix"
fi

on() { ip netns exec "$1" unshare --uts bash -c 'hostname "$1"; shift; exec "$@"' on "$@"; }

cluster_up() {
  mkdir "$work/tmp.machine0" "$work/tmp.machine1"
  cat >"$work/slurm.conf" <<END
ClusterName=machines
SlurmctldHost=machine0(10.77.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SwitchType=switch/none
SlurmctldParameters=preempt_send_user_signal
ReturnToService=2
KillWait=10
SchedulerParameters=sched_interval=5,bf_interval=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool.%n
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.%n.log
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.%n.pid
SlurmdParameters=config_overrides
TmpFS=$work/tmp.%n
NodeName=machine0 NodeAddr=10.77.0.1 CPUs=1
NodeName=machine1 NodeAddr=10.77.0.2 CPUs=1
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 GraceTime=30
PartitionName=high Nodes=ALL PriorityTier=2 PreemptMode=off
END
  printf 'CgroupAutomount=no\nIgnoreSystemd=yes\nCgroupPlugin=cgroup/v1\n' >"$work/cgroup.conf"
  head -c 1024 /dev/urandom >"$work/munge.key"
  chmod 600 "$work/munge.key"
  ip netns exec machine0 munged --force --key-file="$work/munge.key" --socket="$work/munge" --pid-file="$work/munged.pid" --log-file="$work/munged.log" --seed-file="$work/munge.seed" 2>/dev/null
  sleep 1
  on machine0 slurmctld -c
  # A core each, as in launch.
  for machine in machine0 machine1; do on $machine taskset -c "${machine#machine}" slurmd -N $machine; done
  for ((i = 0; i < 40; i++)); do
    sleep .5
    [[ $(on machine0 sinfo -h -N -t idle -o %n -p low | wc -l) == 2 ]] && return
  done
  on machine0 sinfo -N
  tail "$work"/slurm*.log
  exit 1
}

submit() { # [OPTION OF SBATCH]...
  training run --patience 20
  job=$(on machine0 sbatch --parsable --cpus-per-task=1 --signal=USR1@20 --output="$work/job.log" "$@" "$here/job.sh" "${command[@]:2}")
}

field() { on machine0 scontrol show job "$job" -o | grep -oE " $1=[^ ]+" | cut -d = -f 2; }

log() { grep -E 'goes on after|stopped|Cancelled|lost|Done after|(error|warning):|Requeue|slurmstepd|srun:' "$work/job.log" | sed 's/^/  /'; }

# Waits until the job has written a checkpoint.
await_training() {
  touch "$work/mark"
  until [[ $work/run/last.state -nt $work/mark ]] && rank_of run 0 >/dev/null && rank_of run 1 >/dev/null; do
    if [[ $(field JobState) =~ FAILED|CANCELLED|COMPLETED ]]; then
      echo "THE JOB ENDED"
      cat "$work/job.log"
      exit 1
    fi
    sleep .5
  done
}

# Waits until neither the job nor a process of it is there, or it runs again.
await_end() {
  local begun
  begun=$(now)
  while rank_of run 0 >/dev/null || rank_of run 1 >/dev/null; do sleep .1; done
  echo "$1: all processes gone after $(awk -v a="$begun" -v b="$(now)" 'BEGIN { printf "%.1f s", b - a }')"
  until [[ $(field JobState) != COMPLETING && $(field JobState) != RUNNING ]]; do sleep .2; done
  echo "  job: $(field JobState), restarts $(field Restarts), exit code $(field ExitCode)"
}

# Errors instead of two trainings of one process each.
refused() { # NAME VARIABLE OPTION OF SRUN
  training refused
  on machine0 env "$2" timeout 60 srun "$3" --nodes=2 "${command[@]}" >"$work/log" 2>&1
  echo "$1: exit code $?"
  grep -v srun: "$work/log" | sed 's/^/  /' | cut -c 1-250
  [[ ! -e $work/refused ]] || { echo "THERE IS A RUN"; failed=1; }
}

train_alone
cluster_up
refused "no MPI" MPI=$MPI --mpi=none
case $MPI in
  pmix) refused "MPICH's library" RETINA_MPI_LIBRARY=libmpich.so.12 --mpi=pmix ;;
  pmi2) refused "Open MPI's library" RETINA_MPI_LIBRARY=libmpi.so.40 --mpi=pmi2 ;;
esac

submit
await_training
on machine0 scancel "$job"
await_end scancel

submit
await_training
kill -9 "$(rank_of run 1)"
await_end "kill -9"

await_training
kill -STOP "$(rank_of run 1)"
await_end "SIGSTOP, patience 20 s"

await_training
on machine0 sbatch --parsable -p high -N 2 -o /dev/null --wrap 'sleep 5' >/dev/null
await_end "job of higher priority"
await_training
on machine0 scancel --signal=USR1 "$job"
await_end "scancel --signal=USR1"
await_training
on machine0 scontrol update JobId="$job" TimeLimit=1
await_end "time limit, USR1 20 s before"
on machine0 scontrol update JobId="$job" TimeLimit=60
until [[ $(field JobState) == COMPLETED || $(field JobState) == FAILED ]]; do sleep .5; done
echo "job: $(field JobState), restarts $(field Restarts), exit code $(field ExitCode)"
log
same run/last.safetensors alone/last.safetensors
exit $failed
