#!/usr/bin/env bash
# eng/ahead.sh: makes artifacts/command of the command that was built: the same, with its assemblies compiled to machine code, so that it
# starts sooner. Where the compiler cannot be had, or refuses an assembly, the assembly is copied as it is, and works as well.
set -euo pipefail
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
from=artifacts/bin/RetinaSharp.Cli/release to=artifacts/command
mkdir -p $to

stale=()
for file in $from/*.dll; do
  # Of the same age means made of this one: an assembly of another version of a package may well be older.
  made=$to/${file##*/}
  [[ -f $made && ! $file -nt $made && ! $file -ot $made ]] || stale+=("${file##*/}")
done
cp -ru $(printf '%s\n' $from/* | grep -v -e '\.dll$' -e /runtimes$) $to/
# LibTorch's libraries take 500 MB: linked, not copied.
rm -rf $to/runtimes
cp -rl $from/runtimes $to/
[[ ${#stale[@]} -gt 0 ]] || exit 0

. eng/environment.sh
compiler= runtime=
if paths=$(dotnet msbuild eng/ahead/ahead.csproj -restore -t:Paths -nologo -v:m 2>&1); then
  { read -r compiler && read -r runtime; } < <(sed -n 's/^ *\(\/.*\)$/\1/p' <<<"$paths") || true
fi
[[ -x $compiler && -d $runtime ]] || echo "eng/ahead.sh: no compiler, so that the command starts about a tenth of a second later: $paths"
for name in "${stale[@]}"; do
  # Written beside, so that a command that is starting never sees half of one.
  if [[ ! -x $compiler ]] || ! "$compiler" $from/"$name" -o "$to/$name.next" -r "$runtime/*.dll" -r "$from/*.dll" --targetos linux --targetarch x64 -O >/dev/null 2>&1; then
    cp $from/"$name" "$to/$name.next"
  fi
  touch -r $from/"$name" "$to/$name.next"
  mv "$to/$name.next" "$to/$name"
done
