#!/usr/bin/env bash
# eng/cli-reference.sh: builds the command and writes docs/cli.md from the --help text of every verb.
set -euo pipefail
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"

. eng/environment.sh
export RETINASHARP_UPDATE_CLI_REFERENCE=1
dotnet build tests/RetinaSharp.Cli.Tests -c Release -nologo -v:q </dev/null
dotnet test tests/RetinaSharp.Cli.Tests -c Release --no-build --nologo --filter CliReferenceTests </dev/null
git --no-pager diff --stat -- docs/cli.md
