#!/usr/bin/env bash
# eng/install-packages.sh LIST...: installs the missing Debian packages of the lists, which have one package per line. Building and running
# RetinaSharp needs none of them.
# Exit codes: 4 a package is missing and cannot be installed.
set -euo pipefail
exec >&2 </dev/null

missing=()
while read -r name; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
done < <(sed 's/[[:space:]]*#.*//; /^$/d' "$@")
[[ ${#missing[@]} -gt 0 ]] || exit 0

run=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
if [[ $(id -u) != 0 ]]; then
  command -v sudo >/dev/null || {
    echo "$0: packages are missing. Run as root: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    exit 4
  }
  run=(sudo "${run[@]}")
fi
echo "Installing Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ "${run[@]}" update && "${run[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || {
  tail -n 20 "$log"
  exit 4
}
