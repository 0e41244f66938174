#!/usr/bin/env bash
# eng/ahead.sh: compiles the assemblies of the built command ahead of time (ReadyToRun) into artifacts/command, so that it starts faster.
# Without the compiler, or if it fails for an assembly, the assembly is copied as it is and works as well.
set -euo pipefail
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
from=artifacts/bin/RetinaSharp.Cli/release to=artifacts/command
mkdir -p $to

stale=()
for file in $from/*.dll; do
  # Equal times mean that it was made from this assembly: an assembly of another package version may be older.
  made=$to/${file##*/}
  [[ -f $made && ! $file -nt $made && ! $file -ot $made ]] || stale+=("${file##*/}")
done
cp -ru $(printf '%s\n' $from/* | grep -v -e '\.dll$' -e /runtimes$) $to/
# LibTorch's libraries take 500 MB: hard links instead of copies.
rm -rf $to/runtimes
cp -rl $from/runtimes $to/
[[ ${#stale[@]} -gt 0 ]] || exit 0

. eng/environment.sh
compiler= runtime=
if paths=$(dotnet msbuild eng/ahead/ahead.csproj -restore -t:Paths -nologo -v:m 2>&1); then
  { read -r compiler && read -r runtime; } < <(sed -n 's/^ *\(\/.*\)$/\1/p' <<<"$paths") || true
fi
[[ -x $compiler && -d $runtime ]] || echo "eng/ahead.sh: the compiler is not available; the command starts about 0.1 s slower: $paths"
for name in "${stale[@]}"; do
  # Written under another name and renamed, so that a command that is starting never reads a partial file.
  if [[ ! -x $compiler ]] || ! "$compiler" $from/"$name" -o "$to/$name.next" -r "$runtime/*.dll" -r "$from/*.dll" --targetos linux --targetarch x64 -O >/dev/null 2>&1; then
    cp $from/"$name" "$to/$name.next"
  fi
  touch -r $from/"$name" "$to/$name.next"
  mv "$to/$name.next" "$to/$name"
done
