#!/usr/bin/env bash
# eng/build.sh [PROJECT]: restores and builds a project, or the whole solution, as Release. Prints to stderr only.
# Exit codes: 4 the .NET 10 SDK is missing.
set -euo pipefail
exec >&2 </dev/null
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"

. eng/environment.sh
sdk=$(dotnet --version 2>/dev/null) && [[ $sdk == 10.* ]] || {
  echo "retina: the .NET 10 SDK is missing (https://dotnet.microsoft.com/download); 'dotnet --version' has to print 10.0.100 or later"
  exit 4
}
mkdir -p artifacts
exec 9>artifacts/build.lock
flock 9
# The stamp has the time at which the build started, so that an edit during the build counts as newer; ./retina compares with it.
touch artifacts/built.next
# The compiler server outlives the build and must not inherit the lock.
dotnet msbuild "${1:-RetinaSharp.slnx}" -restore -m -nologo -v:q -p:Configuration=Release 9>&-
[[ ! -d artifacts/bin/RetinaSharp.Cli/release ]] || eng/ahead.sh 9>&-
mv artifacts/built.next artifacts/built
