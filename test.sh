#!/usr/bin/env bash
# ./test.sh [--fast | --no-build]: restores, builds and runs the tests. The last line counts them: N passed, N failed[, N skipped].
# --fast leaves out those of the categories Slow and Integration (other processes, a browser, packages, data beside the checkout).
# --no-build runs the tests that eng/build.sh built before.
# Tests that need something unavailable, such as a browser, are skipped; with RETINASHARP_TESTS=all they fail.
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" || exit

build=eng/build.sh
filter=()
case $* in
  '') ;;
  --fast) filter=(--filter 'Category!=Slow&Category!=Integration') ;;
  --no-build) build=true ;;
  *)
    sed -n '2,/^set/s/^# //p' test.sh
    [[ $* == --help ]] && exit
    exit 2
    ;;
esac

$build || {
  echo "0 passed, 1 failed"
  exit 1
}
. eng/environment.sh

# LibTorch's threads sleep while they wait for each other. They would spin, which on busy cores takes the time of those they wait for.
export OMP_WAIT_POLICY=passive
# One project at a time, because each may use all cores. Its summary reads "Passed! - Failed: 0, Passed: 12, Skipped: 1, Total: 13, …".
dotnet test RetinaSharp.slnx -c Release --no-build -m:1 --nologo "${filter[@]}" </dev/null 2>&1 | tee artifacts/test.log
status=${PIPESTATUS[0]}

awk -v status="$status" '
  /^ *(Passed|Failed|Skipped)! +- Failed: / {
    gsub(/[:,]/, " ")
    for (i = 1; i < NF; i++) if ($(i + 1) ~ /^[0-9]+$/) count[$i] += $(i + 1)
  }
  END {
    # A test host that crashed has no summary; its project counts as one failure.
    if (status != 0 && count["Failed"] == 0) count["Failed"] = 1
    printf "%d passed, %d failed", count["Passed"], count["Failed"]
    if (count["Skipped"]) printf ", %d skipped", count["Skipped"]
    print ""
    exit count["Failed"] || !count["Passed"]
  }' artifacts/test.log
