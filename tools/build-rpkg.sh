#!/usr/bin/env bash
# `make rpkg`: dist/kerasguard_VERSION.tar.gz, the R package with the Python core inside.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p dist
rm -f dist/kerasguard_*.tar.gz
(cd rpkg && Rscript bootstrap.R)
(cd dist && R CMD build --no-build-vignettes ../rpkg)
