#!/usr/bin/env bash
# Prints the environment in which every target of the Makefile runs; for a shell of your own: eval "$(make -s env)"
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

printf 'export PATH=%q:"$PATH"\n' "$root/.venv/bin"
printf 'export RETICULATE_PYTHON=%q\n' "$root/.venv/bin/python"
printf 'export R_LIBS=%q"${R_LIBS:+:$R_LIBS}"\n' "$root/.rlib"
echo 'export TF_CPP_MIN_LOG_LEVEL=3'
# In another locale R prints messages with <U+2139> in place of signs.
[[ $(locale charmap 2> /dev/null) == UTF-8 ]] || echo 'export LC_ALL=C.UTF-8'
