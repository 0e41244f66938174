#!/usr/bin/env bash
# eng/try-in-bare-root.sh [--keep] [--shared] [--user] SUITE [COMMAND...]
# Runs a command (./test.sh) in a clone of this checkout's last commit, in a Debian SUITE (bookworm, trixie) with nothing but its base
# system, this machine's .NET SDK and the libraries that the SDK needs. Needs root, debootstrap, and about 6 GB.
#   --keep    reuses the root of the previous run, with what that installed, and a new clone
#   --shared  mounts ../shared next to the clone, read-only
#   --user    runs the command as an unprivileged user
# BARE_ROOTS is the folder for the roots; default: a folder in the temporary folder.
set -euo pipefail

if [[ ${1-} != --inside ]]; then
  # In its own namespaces, so that every mount and process ends with the command.
  exec unshare --mount --pid --fork --kill-child -- "$(readlink -f "${BASH_SOURCE[0]}")" --inside "$@"
fi
shift
keep= shared= user=
while [[ ${1-} == --* ]]; do
  case $1 in
    --keep) keep=yes ;;
    --shared) shared=yes ;;
    --user) user=yes ;;
    *) echo "$0: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
suite=${1:?"the suite is missing: bookworm or trixie"}
shift
[[ $# -gt 0 ]] || set -- ./test.sh

checkout=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
roots=${BARE_ROOTS:-${TMPDIR:-/tmp}/bare-roots}
root=$roots/$suite
sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
certificates=/etc/ssl/certs/ca-certificates.crt
mkdir -p "$roots"

if [[ ! -f $root.tar ]]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
  rm -rf --one-file-system "$root"
  debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$root.log" || { tail "$root.log"; exit 1; } >&2
  tar -C "$root" -cf "$root.tar.next" .
  mv "$root.tar.next" "$root.tar"
fi
if [[ ! $keep || ! -d $root ]]; then
  rm -rf --one-file-system "$root"
  mkdir "$root"
  tar -C "$root" -xf "$root.tar"
fi

# Network settings of this machine: name resolution, certificates, proxies, NuGet configuration.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
apt-config dump Acquire >"$root/etc/apt/apt.conf.d/99machine"
if [[ -f $certificates ]]; then
  mkdir -p "$root${certificates%/*}" "$root/usr/local/share/ca-certificates"
  cp -L $certificates "$root$certificates"
  cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
fi
home=/root
[[ ! $user ]] || home=/var/lib/user
mkdir -p "$root$home/.nuget"
if [[ -d ~/.nuget/NuGet ]]; then
  cp -r ~/.nuget/NuGet "$root$home/.nuget/"
fi
mapfile -t settings < <(env | grep -iE '^(NUGET_[A-Z_]*|SSL_CERT_(FILE|DIR)|(HTTP|HTTPS|NO|ALL)_PROXY|CI)=')

mount --make-rprivate /
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mkdir -p "$root$sdk" "$root/src"
mount --bind -o ro "$sdk" "$root$sdk"
rm -rf "$root/src/RetinaSharp"
git clone -q --no-hardlinks "$checkout" "$root/src/RetinaSharp"
if [[ $shared ]]; then
  mkdir -p "$root/src/shared"
  mount --bind -o ro "$checkout/../shared" "$root/src/shared"
fi

# The SDK restores packages over TLS, which needs OpenSSL; it starts without ICU in invariant mode.
if ! chroot "$root" dpkg-query -W libssl3t64 >/dev/null 2>&1 && ! chroot "$root" dpkg-query -W libssl3 >/dev/null 2>&1; then
  chroot "$root" bash -c 'apt-get -qq update && { apt-get -qq install -y --no-install-recommends libssl3t64 || apt-get -qq install -y --no-install-recommends libssl3; }' >"$root.log" 2>&1 || { tail "$root.log"; exit 1; } >&2
fi
as=()
if [[ $user ]]; then
  grep -q '^user:' "$root/etc/passwd" || echo "user:x:1000:1000::/var/lib/user:/bin/bash" >>"$root/etc/passwd"
  chown -R 1000:1000 "$root/var/lib/user" "$root/src/RetinaSharp"
  as=(--userspec=1000:1000)
fi

# This shell stays as the first process of its namespace, to reap the processes that the command leaves.
status=0
chroot "${as[@]}" "$root" env -i "${settings[@]}" HOME=$home TERM="${TERM:-dumb}" \
  PATH="$sdk:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  bash -c 'cd /src/RetinaSharp && exec "$@"' bash "$@" || status=$?
exit $status
