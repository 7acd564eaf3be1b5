#!/usr/bin/env bash
# Step 1: R, the R packages that rpkg/DESCRIPTION names, a Python that R can load, a Java for Spark, and what R CMD check
# runs.
source tools/setup/common.sh

# What neither CRAN nor Debian had is written down here, so that it is not looked for at every call.
mkdir -p .rlib
left_out=.rlib/.left-out

# The R packages' names without R: before it is installed somebody has to know what to install.
named_in_description() {
  awk '/^[^ ]/ { on = /^(Imports|Suggests|Config\/Needs\/dev):/ } on' rpkg/DESCRIPTION |
    sed -E 's/^[^ ]+://; s/\([^)]*\)//g' | tr -s ', ' '\n' | grep -vxE 'utils|stats|methods|graphics|grDevices|grid|tools|'
}

missing_r_packages() {
  if has Rscript; then Rscript tools/setup/r_packages.R; else named_in_description; fi
}

python_is_there() { can_embed .venv/bin/python "$1" || find_python "$1" > /dev/null; }

debian_python() {
  local version
  version=$(apt-cache depends python3 2> /dev/null | sed -nE 's/.*Depends: python(3\.[0-9]+)$/\1/p')
  # Without apt's lists: the -dev package brings the shared library too, and has no version in its name.
  printf '%s\n' python3 python3-venv "libpython${version:-3-dev}"
}

# Spark looks for it in JAVA_HOME, then on the path, and needs 17 or later.
has_java() {
  local version
  version=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -nE 's/.*version "(1\.)?([0-9]+).*/\2/p' | head -n 1)
  ((${version:-0} >= 17))
}

# All that is missing, by its name in Debian.
missing_packages() {
  has Rscript || echo r-base-core
  # what R CMD check --as-cran runs
  has qpdf || echo qpdf
  has tidy || echo tidy
  has pandoc || echo pandoc
  has checkbashisms || echo devscripts
  # what Spark runs on: Debian 12 has 17, Debian 13 has 21
  has_java || echo default-jre-headless
  missing_r_packages | tr '[:upper:]' '[:lower:]' | sed 's/^/r-cran-/'
  python_is_there "$(newest_python)" || debian_python
}

is_settled() { [[ -z $missing ]] || is_done $left_out "$missing"; }

missing=$(missing_packages)
is_settled && exit

# What R lacks comes from CRAN where it can, because that leaves the machine as it is.
if has Rscript; then
  Rscript tools/setup/r_packages.R .rlib || say "CRAN is of no use here"
  missing=$(missing_packages)
  is_settled && exit
fi

if ! has apt-get; then
  fail "install these in this system's own way (the names are Debian's), then make setup again:" $missing
elif [[ $(id -u) != 0 ]]; then
  fail "Debian packages are missing. Run this as root, then make setup again:
  apt-get update && apt-get install --no-install-recommends" $missing
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || say "apt-get update had trouble; going on with the lists that there are"
had=()
for package in $(missing_packages); do # again, as the lists tell which libpython belongs to python3
  if apt-cache show "$package" > /dev/null 2>&1; then had+=("$package"); else say "Debian does not have $package"; fi
done
if [[ ${#had[@]} -gt 0 ]]; then
  say "installing from Debian: ${had[*]}"
  quietly apt.log apt-get install -y --no-install-recommends "${had[@]}"
fi
missing_packages > $left_out
