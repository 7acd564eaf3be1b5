# Sourced by the steps of the set-up, which run in the root of the checkout.
set -euo pipefail

say() { echo "setup: $*"; }
fail() { echo "setup: $*" >&2; exit 1; }

# quietly LOG COMMAND...: what it says matters only when it fails.
quietly() {
  mkdir -p build
  "${@:2}" > "build/$1" 2>&1 || { tail -n 30 "build/$1" >&2; fail "failed: ${*:2} (all it said: build/$1)"; }
}

has() { command -v "$1" > /dev/null; }

# digest TEXT FILE...: one hash of the text, the names and the contents.
# git's, because every machine with a checkout has it.
digest() { { printf '%s\n' "$@"; cat -- "${@:2}"; } | git hash-object --stdin; }

# A stamp holds the digest of a step's inputs when the step last succeeded.
is_done() { [[ -f $1 && $(< "$1") == "$2" ]]; }

r_version() { if has Rscript; then Rscript --version 2>&1; else echo "no R"; fi; }

# The newest Python for the reticulate that R finds: before 1.38 it can't use numpy 2, which newer Pythons need,
# and Debian 12's 1.28 takes Python 3.12 for older than 3.4.
newest_python() {
  if has Rscript && Rscript -e 'quit(status = packageVersion("reticulate") >= "1.38")' 2> /dev/null; then
    echo 3.11
  else
    echo 3.13
  fi
}

# can_embed PYTHON NEWEST: whether R can load this Python (it needs the shared library, which Debian keeps in a package
# of its own), its version is from 3.10 to NEWEST and it can make a virtual environment.
can_embed() {
  "$1" - "$2" 2> /dev/null << 'EOF'
import ensurepip, os, sys, sysconfig, venv

newest = tuple(map(int, sys.argv[1].split(".")))
value = lambda name: sysconfig.get_config_var(name) or ""
folders = [
    value("LIBDIR"), os.path.join(value("LIBDIR"), value("MULTIARCH")), value("LIBPL"),
    value("PYTHONFRAMEWORKPREFIX"),  # macOS
]
shared = not value("INSTSONAME").endswith(".a") and any(
    os.path.exists(os.path.join(folder, value("INSTSONAME"))) for folder in folders
)
sys.exit(not (shared and (3, 10) <= sys.version_info[:2] <= newest))
EOF
}

# find_python NEWEST: prints the newest Python on the PATH that R can load.
find_python() {
  local name path
  for name in python3.13 python3.12 python3.11 python3.10 python3; do
    while read -r path; do
      if [[ $path != "$PWD"/.venv/* ]] && can_embed "$path" "$1"; then echo "$path"; return; fi
    done < <(type -ap "$name")
  done
  return 1
}
