#!/usr/bin/env bash
# Step 2: .venv, with kerasguard itself (editable), TensorFlow and what tests and checks need.
source tools/setup/common.sh

newest=$(newest_python)
constraints=(-c tools/setup/constraints.txt)
[[ $newest == 3.13 ]] || constraints+=(-c tools/setup/constraints-old-reticulate.txt)

if ! can_embed .venv/bin/python "$newest"; then
  python=$(find_python "$newest") || fail "no Python from 3.10 to $newest with a shared library found"
  say "making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi

stamp=.venv/.stamp
inputs=$(digest "${constraints[*]}" pyproject.toml tools/setup/{python.sh,constraints.txt,constraints-old-reticulate.txt})
is_done $stamp "$inputs" && exit

# tensorflow-cpu is the same without CUDA, half the size; only this platform has it.
tensorflow=tensorflow
[[ $(uname -sm) != "Linux x86_64" ]] || tensorflow=tensorflow-cpu

say "installing Python packages, which takes some minutes the first time"
quietly pip.log .venv/bin/python -m pip install --disable-pip-version-check "${constraints[@]}" \
  "$tensorflow" -e '.[files,tests,dev]'
echo "$inputs" > $stamp
