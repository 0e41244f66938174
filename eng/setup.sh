#!/usr/bin/env bash
# eng/setup.sh [LIST|FOLDER]...: installs what is missing, fetches the web packages into artifacts/web and builds the native shims
# into artifacts/native; instant and silent when all is there. LISTs are lists of Debian packages to install besides packages.txt.
# FOLDERs, such as eng/onnxruntime, are web packages to fetch besides, into artifacts; without them the tests that need them are skipped.
# Exit codes: 1 a build failed, 4 something is missing that cannot be installed from here.
set -euo pipefail
exec >&2 </dev/null
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cd "$root"

mkdir -p artifacts
exec 9>artifacts/setup.lock
flock 9

lacking() {
  echo "retina: $1"
  exit 4
}

# The lines of lists of packages, comments and blanks off.
lines() {
  sed 's/[[:space:]]*#.*//; /^$/d' "$@"
}

# The lines of packages.txt that count here.
wanted_packages() {
  local name
  lines eng/packages.txt | while read -r name; do
    case $name in
      npm) ! command -v npm >/dev/null || continue ;;
    esac
    echo "$name"
  done
  # Only where there are no certificates at all: the package rewrites what a machine may have added to its own.
  [[ -s /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
}

# Those that are not installed, of the above and of the lists named.
missing_packages() {
  local wanted installed line name
  wanted=$(wanted_packages; [[ $# == 0 ]] || lines "$@")
  installed=$(echo "$wanted" | tr '|' '\n' | xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null || true)
  echo "$wanted" | while read -r line; do
    for name in ${line//|/ }; do
      [[ $'\n'$installed$'\n' == *$'\ninstalled '"$name"$'\n'* ]] && continue 2
    done
    echo "$line"
  done
}

# Of each a|b the first that apt knows, or else the last, for apt-get to complain about.
choose() {
  local line name
  for line in "$@"; do
    for name in ${line//|/ }; do
      apt-cache show "$name" >/dev/null 2>&1 && break
    done
    echo "$name"
  done
}

install_packages() {
  local run=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300) packages
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || lacking "Debian packages are missing. As root, run:
  apt-get update && apt-get install --no-install-recommends $(choose "$@" | xargs)"
    run=(sudo "${run[@]}")
  fi
  "${run[@]}" update || lacking "'apt-get update' failed"
  mapfile -t packages < <(choose "$@")
  echo "Installing Debian packages: ${packages[*]}"
  "${run[@]}" install -y --no-install-recommends "${packages[@]}" >artifacts/apt.log 2>&1 || {
    tail -n 20 artifacts/apt.log
    lacking "'apt-get install ${packages[*]}' failed; artifacts/apt.log has all it said"
  }
}

# The packages of a folder of eng, by their hashes; npm reads its own settings for where from.
fetch_web() {
  local folder=artifacts/$1
  cmp -s {eng,artifacts}/"$1"/package-lock.json && return
  echo "Fetching the web packages of eng/$1"
  rm -rf "$folder" "$folder.next"
  cp -r "eng/$1" "$folder.next"
  npm ci --prefix "$folder.next" --ignore-scripts --no-audit --no-fund >"artifacts/npm-$1.log" 2>&1 || {
    tail -n 20 "artifacts/npm-$1.log"
    echo "retina: 'npm ci' could not fetch the packages of eng/$1; artifacts/npm-$1.log has all it said"
    return 1
  }
  mv "$folder.next" "$folder"
}

# All that decides what the shims are built against.
native_configuration() {
  echo "CXX=${CXX:-}"
  if [[ $has_dpkg ]]; then
    wanted_packages | tr '|' '\n' | xargs dpkg-query -W 2>/dev/null || true
  else
    "${CXX:-c++}" --version
  fi
}

build_shims() {
  local configuration stamp was=()
  configuration=$(native_configuration | sha256sum)
  stamp="$configuration"$'\n'$(find native -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [[ -f artifacts/native.stamp ]] && mapfile -t was <artifacts/native.stamp
  [[ "${was[*]-}" == "${stamp//$'\n'/ }" ]] && return

  echo "Building the native shims"
  rm -f artifacts/native.stamp
  # CMake remembers what it found, so another compiler needs a fresh folder.
  [[ ${was[0]-} == "$configuration" ]] || rm -rf artifacts/native artifacts/obj/native
  {
    cmake -S native -B artifacts/obj/native -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_LIBRARY_OUTPUT_DIRECTORY="$root/artifacts/native" &&
      cmake --build artifacts/obj/native --parallel "$(nproc)"
  } >artifacts/native.log 2>&1 || {
    cat artifacts/native.log
    echo "retina: the native shims in native/ do not build; artifacts/native.log has the above"
    exit 1
  }
  echo "$stamp" >artifacts/native.stamp
}

lists=() folders=()
for argument in "$@"; do
  if [[ -d $argument ]]; then folders+=("$(basename "$argument")"); else lists+=("$argument"); fi
done

has_dpkg=
if command -v apt-get >/dev/null; then
  has_dpkg=yes
  mapfile -t missing < <(missing_packages "${lists[@]}")
  [[ ${#missing[@]} == 0 ]] || install_packages "${missing[@]}"
else
  for tool in "${CXX:-c++}" cmake npm; do
    command -v "$tool" >/dev/null || lacking "$tool is missing; needed are the likes of these Debian packages: $(wanted_packages | xargs)"
  done
fi

. eng/environment.sh
sdk=$(dotnet --version 2>/dev/null) && [[ $sdk == 10.* ]] ||
  lacking "the .NET 10 SDK is missing (https://dotnet.microsoft.com/download); 'dotnet --version' has to print 10.0.100 or later"

fetch_web web || exit 4
for folder in "${folders[@]}"; do
  fetch_web "$folder" || true
done
build_shims
