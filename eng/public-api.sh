#!/usr/bin/env bash
# eng/public-api.sh: writes the PublicAPI.Unshipped.txt of every package from its code. Review the difference: it is the change of the public API.
set -euo pipefail
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
. eng/environment.sh

for file in src/*/PublicAPI.Unshipped.txt; do
  echo '#nullable enable' >"$file"
done
# The analyzer names what is missing: here everything. The meta-package does not bring RetinaSharp.AspNetCore.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in RetinaSharp RetinaSharp.AspNetCore; do
  dotnet build "src/$project" -c Release -nologo -v:m --no-incremental -p:TreatWarningsAsErrors=false </dev/null >>"$log" || { tail "$log"; exit 1; } >&2
done
for file in src/*/PublicAPI.Unshipped.txt; do
  folder=$(dirname "$file")
  sed -n "s|.*/$folder/.* RS0016: Symbol '\(.*\)' is not part of the declared public API.*|\1|p" "$log" | LC_ALL=C sort -u >>"$file"
done
git --no-pager diff --stat -- 'src/*/PublicAPI.Unshipped.txt'
