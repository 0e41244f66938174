#!/usr/bin/env bash
# sbatch eng/distributed/job.sh OPTION...
# A Slurm job that trains on two nodes, with the options of `retina train`; --out must be on a file system of both nodes. It stops itself before the time limit, and on
# preemption, and is queued again until the training is finished: every part goes on where the last one stopped.
#SBATCH --nodes=2 --ntasks-per-node=1 --cpus-per-task=16
#SBATCH --signal=USR1@120
#SBATCH --requeue --open-mode=append

# MPI=pmi2 for MPICH.
srun --mpi="${MPI:-pmix}" --kill-on-bad-exit=1 --cpus-per-task="$SLURM_CPUS_PER_TASK" retina train "$@" --resume
code=$?
# 1 to 4 are errors that would come again. Above: stopped by a signal, killed, or another process or the network was lost.
if ((code > 4 && ${SLURM_RESTART_COUNT:-0} < 100)); then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit $code
