#!/usr/bin/env bash
# eng/pack.sh [--no-build] [OUT]: builds, and writes the NuGet packages and the .NET tool into OUT (artifacts/packages).
#   --no-build  packs what eng/build.sh built
set -euo pipefail
build=yes
if [[ ${1-} == --no-build ]]; then
  build=
  shift
fi
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
mkdir -p "${1:-$root/artifacts/packages}"
out=$(readlink -f "${1:-$root/artifacts/packages}")
cd "$root"

[[ ! $build ]] || eng/build.sh
. eng/environment.sh
rm -f "$out"/RetinaSharp*.nupkg
dotnet pack RetinaSharp.slnx -c Release --no-build -o "$out" -nologo -v:q -warnaserror </dev/null
ls "$out"/RetinaSharp*.nupkg
