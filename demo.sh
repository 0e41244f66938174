#!/usr/bin/env bash
# Restores, builds, and runs `retina demo`: compares focal loss with cross entropy on synthetic scenes.
# Arguments are passed on: ./demo.sh --out DIR
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/retina" demo "$@"
