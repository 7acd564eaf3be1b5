#!/usr/bin/env bash
# Step 3: the R package, built with the core inside as a user gets it, into .rlib.
source tools/setup/common.sh

sources=$(find rpkg python/kerasguard NEWS.md -type f -not -path '*/__pycache__/*' -not -path 'rpkg/inst/python/*' \
  -not -path 'rpkg/NEWS.md' | LC_ALL=C sort)
stamp=.rlib/.kerasguard
mapfile -t files <<< "$sources"
inputs=$(digest "$(r_version)" tools/build-rpkg.sh "${files[@]}")
is_done $stamp "$inputs" && exit

say "installing the R package"
quietly rpkg-build.log tools/build-rpkg.sh --no-build-vignettes
quietly rpkg-install.log R CMD INSTALL --library=.rlib dist/kerasguard_*.tar.gz
echo "$inputs" > $stamp
