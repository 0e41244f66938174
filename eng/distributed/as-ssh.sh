#!/usr/bin/env bash
# eng/distributed/as-ssh.sh [OPTION...] MACHINE COMMAND...
# Runs a command on one of the machines of machines.sh, for launchers that start processes by ssh. Like ssh, it joins the words of the command to a line for the shell.
while [[ $1 == -* ]]; do shift; done
machine=$1
shift
exec ip netns exec "$machine" unshare --uts bash -c "hostname $machine; $*"
