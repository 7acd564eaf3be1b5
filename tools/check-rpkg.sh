#!/usr/bin/env bash
# R CMD check --as-cran of the built package, as CRAN runs it: with Python, then without any Python and without what is
# only suggested. Fails on anything but a NOTE about suggested packages that can't be had here. Needs the environment of
# tools/env.sh.
#   tools/check-rpkg.sh [FILE.tar.gz]    a package that is built already
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $# -gt 0 ]]; then
  package=$(realpath "$1")
else
  tools/build-rpkg.sh > /dev/null
  package=$(realpath dist/kerasguard_*.tar.gz)
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What asks a server is left out: CRAN's incoming list and the clock.
export _R_CHECK_CRAN_INCOMING_=false _R_CHECK_SYSTEM_CLOCK_=0 _R_CHECK_FORCE_SUGGESTS_=false
# Of CRAN's own machines, beyond --as-cran.
export _R_CHECK_THINGS_IN_TEMP_DIR_=true _R_CHECK_THINGS_IN_CHECK_DIR_=true

# All programs of the PATH but those that could bring a Python.
mkdir "$folder/bin" "$folder/home"
IFS=: read -ra path <<< "$PATH"
for place in "${path[@]}"; do
  find -L "$place" -maxdepth 1 -type f -perm -u+x ! -name '*python*' ! -name 'py3*' ! -name 'uv*' ! -name '*conda*' \
    -exec ln -s -t "$folder/bin" {} + 2> /dev/null || true # the first of a name wins
done

# check NAME COMMAND...: fails, and shows what was said, where R has more to say than which suggested packages are missing.
check() {
  local log="$folder/$1/kerasguard.Rcheck/00check.log" entries
  mkdir -p "$folder/$1"
  "${@:2}" R CMD check --as-cran --no-manual --output="$folder/$1" "$package" > "$folder/$1/out" 2>&1 || true
  entries=$(grep -E '\.\.\..* (NOTE|WARNING|ERROR)$' "$log" | grep -vFx '* checking package dependencies ... NOTE' || true)
  if [[ -n $entries ]] || ! grep -qE '^Status: (OK|1 NOTE)$' "$log"; then
    cat "$log"
    cat "$folder/$1"/kerasguard.Rcheck/*.fail "$folder/$1"/kerasguard.Rcheck/tests/*.fail 2> /dev/null || true
    exit 1
  fi
  echo "R CMD check --as-cran, $1: $(grep '^Status' "$log")"
  sed -n '/^\* checking package dependencies/,/^\* checking/{/^\*/!p}' "$log"
}

# The first example waits for TensorFlow; a machine of CRAN's has none.
check "with Python" env _R_CHECK_EXAMPLE_TIMING_THRESHOLD_=30 _R_CHECK_EXAMPLE_TIMING_CPU_TO_ELAPSED_THRESHOLD_=NA
check "without Python" env -u VIRTUAL_ENV -u RETICULATE_PYTHON HOME="$folder/home" PATH="$folder/bin" \
  _R_CHECK_DEPENDS_ONLY_=true
