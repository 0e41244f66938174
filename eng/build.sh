#!/usr/bin/env bash
# eng/build.sh [PROJECT]: sets up what is missing and builds a project, or the whole solution, as Release. All on stderr.
set -euo pipefail
exec >&2 </dev/null
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"

eng/setup.sh
. eng/environment.sh
exec 9>artifacts/build.lock
flock 9
# The stamp is as old as the start of the build, so that an edit during it counts as newer; ./retina reads it.
touch artifacts/built.next
# The compiler server outlives the build, and must not keep the lock.
dotnet msbuild "${1:-RetinaSharp.slnx}" -restore -m -nologo -v:q -p:Configuration=Release 9>&-
[[ ! -d artifacts/bin/RetinaSharp.Cli/release ]] || eng/ahead.sh 9>&-
mv artifacts/built.next artifacts/built
