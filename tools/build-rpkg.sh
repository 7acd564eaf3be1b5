#!/usr/bin/env bash
# `make rpkg`: dist/kerasguard_VERSION.tar.gz, the R package with the Python core inside.
#   tools/build-rpkg.sh [--no-build-vignettes]
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v pandoc > /dev/null; then
  echo "without vignettes, which need pandoc" >&2
  set -- --no-build-vignettes
fi
mkdir -p dist
rm -f dist/kerasguard_*.tar.gz
(cd rpkg && Rscript bootstrap.R)
(cd dist && R CMD build "$@" ../rpkg)
