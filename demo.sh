#!/usr/bin/env bash
# Restores, builds, and runs `retina demo`: focal loss against plain cross entropy on generated scenes.
# Arguments go to it: ./demo.sh --out DIR
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/retina" demo "$@"
