# AUREN Admin. `make` lists what there is; each target sets up what it needs.
# Needs make and Python 3.11 or newer (PYTHON=… chooses one). Everything lands in .venv and var.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
# Checks and tests judge the code, not this machine's settings.
CLEAN_ENV := AUREN_ENV_FILE=/dev/null
# What looks like a secret and is none: passwords made up in tests and examples.
MADE_UP := ^(password|editor|viewer|stranger|hush|p%40ss|her own|long *|my-short-secret|made-up *|auren-tls)$$
LINTED := auren_admin auren_client bench bindings contracts faults jobs kpis observability protocols releases rest scripts telemetry tests tracing manage.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo stack test browser lint types check deploy-check secrets bench faults docs screenshots one-edit format image image-test lock clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## Set up everything and serve the admin on http://127.0.0.1:8000 (PORT=…)
	@$(PY) manage.py up

demo: $(VENV)/.runtime ## The same with the lives of twelve made-up people: 30 days, and moving (ARGS="--users 50")
	@$(PY) manage.py demo $(ARGS)

stack: $(VENV)/.runtime ## The demo with Prometheus and Alertmanager beside it, by the exported files (ARGS="-- --users 50")
	@$(PY) -m scripts.stack $(ARGS)

test: $(VENV)/.dev ## Set up everything and run the fast tests (ARGS="-k name")
	@$(PY) -m pytest -n auto $(ARGS)

browser: $(VENV)/.dev ## Run the tests that drive a real Chromium
	@$(PY) -m pytest -m browser $(ARGS)

lint: $(VENV)/.dev ## Check style, layout, layers, templates, YAML and common security mistakes
	@$(BIN)/ruff check --quiet $(LINTED)
	@$(BIN)/ruff format --quiet --check $(LINTED)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint --quiet --lint templates auren_admin/templates
	@$(BIN)/yamllint --strict .
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml examples/*/.github/workflows/*.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	@$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/*/.gitlab-ci.yml
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml auren_admin auren_client bindings contracts jobs kpis observability protocols releases rest telemetry tracing

types: $(VENV)/.dev ## Check types (mypy, strict)
	@$(CLEAN_ENV) $(BIN)/mypy

check: lint types deploy-check secrets ## Lint, types, layers, migrations, system checks, example registry, secrets
	@$(CLEAN_ENV) $(PY) manage.py makemigrations --check --dry-run
	@$(CLEAN_ENV) $(PY) manage.py check --fail-level WARNING
	@$(CLEAN_ENV) $(PY) manage.py registry validate examples/auren --fail-on warning
	@$(CLEAN_ENV) $(PY) manage.py registry fmt --check examples/auren

deploy-check: $(VENV)/.dev ## Check the settings as production would run them
	@static=$$(mktemp -d) && trap 'rm -rf "$$static"' EXIT && \
	export $(CLEAN_ENV) AUREN_ENV=production AUREN_ALLOWED_HOSTS=admin.example.org AUREN_STATIC_ROOT=$$static \
	  AUREN_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') && \
	$(PY) manage.py collectstatic --no-input --verbosity 0 && \
	$(PY) manage.py check --deploy --fail-level WARNING

secrets: $(VENV)/.dev ## Look for secrets in the files of the repository
	@if git rev-parse --git-dir >/dev/null 2>&1; then git ls-files -z --cached --others --exclude-standard; \
	else find . -type f -not -path './.venv/*' -not -path './var/*' -not -name '*.pyc' -print0; fi | \
	xargs -0 $(BIN)/detect-secrets-hook --exclude-files '^requirements(-dev)?\.txt$$|/package-lock\.json$$' --exclude-secrets '$(MADE_UP)'

bench: $(VENV)/.dev ## Measure, one line a figure (ONLY=area; polls needs nginx and wrk)
	@$(CLEAN_ENV) $(PY) -m bench $(ONLY)

faults: $(VENV)/.dev ## Kill, freeze and empty what it stands on, one ledger a fault (ONLY=name, LONG=1; needs Redis)
	@LONG=$(LONG) $(PY) -m faults $(ONLY)

docs: $(VENV)/.dev ## Write the documents that are generated: docs/rules.md, docs/conformance.md, docs/limits.md, docs/proof.md, docs/test-vectors, docs/schemas, docs/openapi.json
	@$(CLEAN_ENV) $(PY) -m scripts.rules_doc
	@$(CLEAN_ENV) $(PY) -m scripts.conformance_doc
	@$(CLEAN_ENV) $(PY) -m scripts.limits_doc
	@$(CLEAN_ENV) $(PY) -m scripts.proof_doc
	@$(CLEAN_ENV) $(PY) -m scripts.test_vectors
	@$(CLEAN_ENV) $(PY) manage.py registry schema --out docs/schemas
	@$(CLEAN_ENV) $(PY) manage.py spectacular --validate --fail-on-warn --format openapi-json --file docs/openapi.json

screenshots: $(VENV)/.dev ## Take every picture of the docs, by a real browser
	@$(CLEAN_ENV) $(PY) scripts/screenshots.py
	@$(CLEAN_ENV) $(PY) -m scripts.dashboard_pictures
	@$(PY) -m scripts.one_edit

one-edit: $(VENV)/.dev ## Walk from an edit to the alert that fires, and take the pictures of docs/one-edit.md
	@$(PY) -m scripts.one_edit

image: ## Build the container image by docker, podman or buildah (IMAGE=name, BASE_IMAGE=python:…, ARGS=…)
	@if docker info >/dev/null 2>&1; then set -- docker build; \
	elif command -v podman >/dev/null; then set -- podman build --format docker; \
	elif command -v buildah >/dev/null; then set -- buildah build --format docker; \
	else echo "Building an image needs docker with its engine running, podman or buildah; none is here." >&2; exit 1; fi; \
	"$$@" $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) --tag $(or $(IMAGE),auren-admin) $(ARGS) .

image-test: $(VENV)/.runtime ## Build the image without a registry, run each role and stop it (root, buildah, debootstrap)
	@$(PY) -m scripts.image_test

format: $(VENV)/.dev ## Lay out the Python code and fix what lint can fix
	@$(BIN)/ruff check --quiet --fix $(LINTED)
	@$(BIN)/ruff format --quiet $(LINTED)

lock: ## Compile requirements*.in into requirements*.txt with hashes (needs uv)
	@for name in requirements requirements-dev; do \
	  uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --custom-compile-command 'make lock' $$name.in --output-file $$name.txt || exit 1; \
	done

clean: ## Remove .venv and caches; what var holds (the database) stays
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

$(VENV)/.runtime: requirements.txt
	@set -e; if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	    if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	      echo "Making $(VENV) with $$("$$python" --version) …"; "$$python" -m venv --clear $(VENV); break; fi; \
	    if [ "$$python" = "$(PYTHON)" ]; then \
	      echo "PYTHON=$(PYTHON) is not Python 3.11 or newer, or lacks its venv module." >&2; exit 1; fi; \
	  done; \
	  if [ ! -x $(PY) ]; then \
	    echo "AUREN Admin needs Python 3.11 or newer with its venv module; none was found." >&2; \
	    echo "Install one (Debian, Ubuntu: apt install python3-venv) or name it: make PYTHON=/path/to/python3" >&2; \
	    exit 1; fi; fi
	@echo "Installing what AUREN Admin needs …"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@echo "Installing what its tests and checks need …"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@
