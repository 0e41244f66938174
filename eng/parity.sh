#!/usr/bin/env bash
# eng/parity.sh [MODEL...]: holds RetinaSharp against torchvision, of which it installs Debian's package where it is missing. MODELs are
# v1-18, v1-50, v2-18, v2-50 (version of the RetinaNet and depth of the ResNet), all of them if none is named; each takes some minutes
# and a gigabyte of temporary files. Prints the worst difference of each kind, of gradients in single precision the median, beside its limit; exits with 1 where one exceeds it.
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
"$root/eng/install-packages.sh" "$root/eng/packages-parity.txt"
"$root/eng/build.sh" tests/RetinaSharp.Parity/RetinaSharp.Parity.csproj
. "$root/eng/environment.sh"
# Debian's Python, which has the packages, whatever else is first in the path.
PATH=/usr/bin:$PATH exec dotnet "$root/artifacts/bin/RetinaSharp.Parity/release/RetinaSharp.Parity.dll" "$root/tests/RetinaSharp.Parity/torchvision_parity.py" "$@"
