#!/usr/bin/env bash
# `make setup`: makes all that kerasguard's code, tests and demo need, in three steps that each skip what is done already.
# It touches nothing outside the checkout but Debian's packages, and those only as root and only where some are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
eval "$(tools/env.sh)"

for step in system python rpkg; do
  "tools/setup/$step.sh" || { echo "setup: stopped at step '$step' (tools/setup/$step.sh), for the reason above" >&2; exit 1; }
done
