#!/usr/bin/env bash
# eng/pack.sh [--no-build] [OUT]: builds, and writes the NuGet packages and the .NET tool into OUT (artifacts/packages).
# The native shim of RetinaSharp.Imaging works with the series of OpenCV that it was built against (Debian 12: 4.6; Debian 13: 4.10), and the
# package holds that of the machine that it is packed on. To have it hold others too, lay their artifacts/native/*.so into artifacts/shims under
# names with a suffix, such as libretinasharp_vision-4.10.so, before packing. The last lines say what is held.
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
for shim in artifacts/native/*.so artifacts/shims/*.so; do
  [[ ! -f $shim ]] || echo "$shim needs $(objdump -p "$shim" | awk '$1 == "NEEDED" && $2 ~ /^libopencv_core\./ { print $2 }')"
done
