#!/usr/bin/env bash
# eng/readme-images.sh [DEMO]: renders docs/images/detections.png and report.png from the folder of a `retina demo`, which it runs
# first if the folder does not exist (default: runs/demo). Needs chromium.
set -euo pipefail
demo=$(readlink -m "${1:-runs/demo}")
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"

command -v chromium >/dev/null || { echo "$0: chromium is missing" >&2; exit 4; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[[ -d $demo ]] || ./retina demo --out "$demo"

./retina data generate --out "$work/scenes" --train 1 --val 4 --size 384 --seed 7 2>/dev/null
./retina detect "$demo/focal" "$work/scenes/val" --out "$work/found" >/dev/null
{
  echo '<body style="margin:0;display:flex;gap:6px;background:white">'
  for image in "$work"/found/*.png; do echo "<img src='$image' width='288' height='288'>"; done
} >"$work/detections.html"

render() { # PAGE PNG WIDTH,HEIGHT
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
    --window-size="$3" --screenshot="$2" "file://$1" >"$work/chromium.log" 2>&1 || { cat "$work/chromium.log" >&2; exit 1; }
}

render "$work/detections.html" docs/images/detections.png 1170,288
render "$demo/report.html" docs/images/report.png 1170,1000
ls -l docs/images/*.png
