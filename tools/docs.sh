#!/usr/bin/env bash
# `make docs`: the site in build/site, for which the extra `docs` is installed where it is missing. Needs the
# environment of tools/env.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/setup/common.sh

if ! python -c 'import material, mkdocstrings_handlers.python' 2> /dev/null; then
  say "installing what makes the site"
  quietly docs-pip.log python -m pip install --disable-pip-version-check -e '.[docs]'
fi
NO_MKDOCS_2_WARNING=1 python -m mkdocs build --quiet
echo "build/site/index.html (with search: python -m http.server -d build/site)"
