# Every recipe runs in the environment of tools/env.sh, which is also what `make env` prints.
SHELL := bash
in_env := eval "$$(tools/env.sh)" &&

.PHONY: help setup env demo test check soak matrix bench format docs docs-rd vignettes rpkg clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: ## Install what is missing: R and Python packages, .venv, .rlib
	@tools/setup.sh

env: ## Print the environment to work in: eval "$(make -s env)"
	@tools/env.sh

demo: setup ## Train models in Python, predict with them from R
	@mkdir -p build && out=$$(mktemp -d "$(CURDIR)/build/demo.XXXXXX") && trap 'rm -rf "$$out"' EXIT && \
	  $(in_env) python demo/train_models.py "$$out" && Rscript demo/demo.R "$$out"

test: setup ## Run pytest and testthat
	@$(in_env) status=0; python -m pytest -n auto --maxprocesses=4 || status=1; Rscript tests_r/testthat.R || status=1; exit $$status

check: setup ## Run all that a change must pass: format, lint, types, tests, R CMD check
	@$(in_env) set -e; \
	  ruff format --check .; \
	  ruff check .; \
	  mypy; \
	  Rscript -e 'lints <- lintr::lint_dir("rpkg/R"); print(lints); quit(status = length(lints) > 0)'
	@$(MAKE) --no-print-directory test
	@$(in_env) Rscript tools/vignettes.R --check
	@$(in_env) tools/docs.sh
	@$(in_env) tools/check-rpkg.sh

soak: setup ## Kill and starve score_dataset() for about 20 minutes: tens of kills, full disks, peaks of memory
	@$(in_env) python -m pytest -q -s tests/soak/soak.py tests/soak/soak_spark.py

matrix: setup ## Run the tests on every supported set of versions, for hours; ROWS="oldest jax" and TESTS="FILE R:FILTER" pick
	@$(in_env) python tools/matrix/matrix.py --rows "$(ROWS)" --tests "$(TESTS)"

bench: setup ## Measure speed and memory; writes docs/benchmarks.md and a plot, takes about 15 minutes
	@$(in_env) PYTHONPATH=benchmarks python benchmarks/run.py

format: setup ## Format the Python code
	@$(in_env) ruff format . && ruff check --fix .

# Without set-up: it could not install the package while NAMESPACE is behind the code.
docs-rd: ## Write rpkg/man and rpkg/NAMESPACE from the roxygen comments
	@$(in_env) Rscript -e 'roxygen2::roxygenise("rpkg")'

docs: setup ## Build the site, with the Python API and the list of diagnoses, into build/site
	@$(in_env) tools/docs.sh

vignettes: setup ## Knit rpkg/vignettes/*.Rmd.orig, which run Keras, into the *.Rmd that are committed
	@$(in_env) Rscript tools/vignettes.R

rpkg: setup ## Build the R package with the Python core inside into dist/
	@$(in_env) tools/build-rpkg.sh

clean: ## Remove what the targets made, .venv and .rlib too
	rm -rf .venv .rlib build dist rpkg/inst/python rpkg/NEWS.md .hypothesis .mypy_cache .pytest_cache .ruff_cache
