#!/usr/bin/env bash
# eng/pack.sh [--no-build] [--platform RID]... [OUT]: builds, and packs the NuGet packages and the .NET tool into OUT (artifacts/packages).
#   --no-build      packs what eng/build.sh built before
#   --platform RID  packs the tool for this platform instead of all (linux-x64, win-x64, osx-arm64); may be repeated
set -euo pipefail
build=yes
platforms=()
while [[ ${1-} == --* ]]; do
  case $1 in
    --no-build) build= ;;
    --platform) platforms+=("${2:?"--platform needs a runtime identifier"}"); shift ;;
    *) echo "$0: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
[[ ${#platforms[@]} -gt 0 ]] || platforms=(linux-x64 win-x64 osx-arm64)
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
mkdir -p "${1:-$root/artifacts/packages}"
out=$(readlink -f "${1:-$root/artifacts/packages}")
cd "$root"

[[ ! $build ]] || eng/build.sh
. eng/environment.sh
rm -f "$out"/RetinaSharp*.nupkg
quietly=(-c Release -o "$out" -nologo -v:q -warnaserror)
dotnet pack RetinaSharp.slnx --no-build "${quietly[@]}" </dev/null
# The tool has one package per platform, because LibTorch has, and one that refers to all of them.
for platform in "${platforms[@]}"; do
  dotnet pack src/RetinaSharp.Cli -r "$platform" -p:PackTool=true "${quietly[@]}" </dev/null
done
dotnet pack src/RetinaSharp.Cli -p:PackTool=true -p:CreateRidSpecificToolPackages=false "${quietly[@]}" </dev/null
(cd "$out" && ls -sh1 --block-size=MB RetinaSharp*.nupkg)
