#!/usr/bin/env bash
# eng/readme-images.sh [RUN]: renders docs/images/detections.png and report.png with the model and report of a run folder (default:
# runs/readme). Where there is none, it first trains one on synthetic scenes, with the settings of the demo. Needs chromium.
set -euo pipefail
run=$(readlink -m "${1:-runs/readme}")
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"

command -v chromium >/dev/null || { echo "$0: chromium is missing" >&2; exit 4; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [[ ! -f $run/report.html ]]; then
  ./retina data generate --out "$work/data" --train 640 --val 100 >/dev/null
  ./retina train --train "$work/data#train" --val "$work/data#val" --preset tiny --config docs/results/synthetic.json --out "$run"
fi

./retina data generate --out "$work/scenes" --train 1 --val 4 --size 384 --seed 7 >/dev/null
./retina detect "$run" "$work/scenes/val" --out "$work/found" >/dev/null
{
  echo '<body style="margin:0;display:flex;gap:6px;background:white">'
  for image in "$work"/found/*.png; do echo "<img src='$image' width='288' height='288'>"; done
} >"$work/detections.html"

render() { # PAGE PNG WIDTH,HEIGHT
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
    --window-size="$3" --screenshot="$2" "file://$1" >"$work/chromium.log" 2>&1 || { cat "$work/chromium.log" >&2; exit 1; }
}

render "$work/detections.html" docs/images/detections.png 1170,288
render "$run/report.html" docs/images/report.png 1170,850
ls -l docs/images/*.png
