#!/usr/bin/env bash
# R CMD check of the built package; fails on an ERROR or a WARNING. Needs the environment of tools/env.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/build-rpkg.sh > /dev/null
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Packages that are only suggested may be missing; the clock check asks a server.
export _R_CHECK_FORCE_SUGGESTS_=false _R_CHECK_SYSTEM_CLOCK_=0
R CMD check --no-manual --output="$folder" dist/kerasguard_*.tar.gz
! grep -E '^Status:.*(ERROR|WARNING)' "$folder/kerasguard.Rcheck/00check.log"
