#!/usr/bin/env bash
# eng/parity.sh [MODEL...]: compares RetinaSharp with torchvision; installs Debian's package if it is missing. MODELs are v1-18, v1-50,
# v2-18, v2-50 (version of RetinaNet and depth of ResNet), default all; each takes a few minutes and 1 GB of temporary files. Prints the
# maximum difference of each kind (for fp32 gradients the median) and its limit; exits with 1 if a limit is exceeded.
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
"$root/eng/install-packages.sh" "$root/eng/packages-parity.txt"
"$root/eng/build.sh" tests/RetinaSharp.Parity/RetinaSharp.Parity.csproj
. "$root/eng/environment.sh"
# Uses Debian's Python, which has the packages, whichever is first in PATH.
PATH=/usr/bin:$PATH exec dotnet "$root/artifacts/bin/RetinaSharp.Parity/release/RetinaSharp.Parity.dll" "$root/tests/RetinaSharp.Parity/torchvision_parity.py" "$@"
