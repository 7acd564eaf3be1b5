#!/usr/bin/env bash
# Step 1: R, the R packages that rpkg/DESCRIPTION names, a Python that R can load, and what R CMD check runs.
source tools/setup/common.sh

mkdir -p .rlib
stamp=.rlib/.system
inputs() { digest "$(r_version)" rpkg/DESCRIPTION tools/setup/{common.sh,system.sh,r_packages.R}; }
python_is_there() { can_embed .venv/bin/python "$1" || find_python "$1" > /dev/null; }
is_done $stamp "$(inputs)" && python_is_there "$(newest_python)" && exit

# The packages' names, without R: before it is installed somebody has to know what to install.
named_in_description() {
  awk '/^[^ ]/ { on = /^(Imports|Suggests|Config\/Needs\/dev):/ } on' rpkg/DESCRIPTION |
    sed -E 's/^[^ ]+://; s/\([^)]*\)//g' | tr -s ', ' '\n' | grep -vxE 'utils|stats|methods|'
}

missing_r_packages() {
  if has Rscript; then Rscript tools/setup/r_packages.R; else named_in_description; fi
}

debian_python() {
  local version
  version=$(apt-cache depends python3 2> /dev/null | sed -nE 's/.*Depends: python(3\.[0-9]+)$/\1/p')
  # The -dev package brings the shared library too, and has no version in its name.
  echo python3 python3-venv "libpython${version:-3-dev}"
}

missing_from_debian() {
  has Rscript || echo r-base-core
  has qpdf || echo qpdf
  missing_r_packages | tr '[:upper:]' '[:lower:]' | sed 's/^/r-cran-/'
  python_is_there "$(newest_python)" || debian_python
}

# What R lacks comes from CRAN where it can, because that leaves the machine as it is.
if has Rscript; then Rscript tools/setup/r_packages.R .rlib || say "CRAN is of no use here"; fi

read -r -a missing <<< "$(missing_from_debian | tr '\n' ' ')"
if [[ ${#missing[@]} -gt 0 ]]; then
  if ! has apt-get; then
    fail "not found, by their names in Debian: ${missing[*]}. Install them in this system's own way, then: make setup"
  elif [[ $(id -u) != 0 ]]; then
    fail "missing. Run this as root, then make setup again:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || say "apt-get update had trouble; going on with the lists that there are"
  # Again, now that the lists tell which libpython belongs to python3.
  read -r -a missing <<< "$(missing_from_debian | tr '\n' ' ')"
  say "installing from Debian: ${missing[*]}"
  quietly apt.log apt-get install -y --no-install-recommends "${missing[@]}"
fi

inputs > $stamp
