#!/usr/bin/env bash
# eng/compare-precisions.sh OUT [SEEDS]
# Trains the generated set in bfloat16 and in single precision, with so many seeds (3), the same images and steps, and prints a table
# of AP, AP50 and AR100, mean and standard deviation; each is measured in the precision it was trained in. A training that is done is
# kept: started again, it goes on.
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
out=${1:?"the folder is missing: eng/compare-precisions.sh OUT [SEEDS]"}
seeds=${2:-3}
mkdir -p "$out"

rows=(
  "bf16|--precision bf16"
  "fp32|--precision fp32"
)

retina() { "$root/retina" "$@"; }
[[ -d $out/data ]] || retina data generate --out "$out/data" --train 640 --val 100 >/dev/null

for ((seed = 0; seed < seeds; seed++)); do
  for row in "${rows[@]}"; do
    read -ra options <<<"${row#*|}"
    run=$out/$(tr -c '[:alnum:]\n' - <<<"${row%%|*}")-$seed
    [[ -f $run.json ]] && continue
    echo "${row%%|*}, seed $seed" >&2
    # The last weights, not the best epoch's: no row is to profit from choosing among more ups and downs.
    retina train --train "$out/data#train" --preset tiny --config "$root/docs/results/generated.json" \
      "${options[@]}" --seed "$seed" --out "$run" --resume 2>"$run.log" || { tail "$run.log" >&2; exit 1; }
    retina eval "$run" "$out/data#val" "${options[@]}" --json 2>/dev/null >"$run.json.tmp"
    mv "$run.json.tmp" "$run.json"
  done
done

echo "| precision | AP | AP50 | AR100 |"
echo "| --- | --- | --- | --- |"
for row in "${rows[@]}"; do
  for ((seed = 0; seed < seeds; seed++)); do
    run=$out/$(tr -c '[:alnum:]\n' - <<<"${row%%|*}")-$seed
    # The figures of all classes come before those of each.
    for figure in AP AP50 AR100; do
      grep -oE "\"$figure\": ?[-0-9.eE]+" "$run.json" | head -n 1 | grep -oE '[-0-9.eE]+$'
    done | paste -sd ' '
  done | awk -v name="${row%%|*}" '
    { for (i = 1; i <= 3; i++) { sum[i] += $i; squares[i] += $i * $i } }
    function mean(i) { return sum[i] / NR }
    function deviation(i) { v = NR > 1 ? (squares[i] - NR * mean(i) ^ 2) / (NR - 1) : 0; return sqrt(v > 0 ? v : 0) }
    function cell(i) { return sprintf("%.3f ± %.3f", mean(i), deviation(i)) }
    END { printf "| %s | %s | %s | %s |\n", name, cell(1), cell(2), cell(3) }'
done
