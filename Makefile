# `make run` starts the whole platform, `make test` proves it. Both make their own environment first.
# PORT, HOST, DATA_DIR, TODAY, DEMO, DATABASE_URL and REDIS_URL are read from the environment or the command line:
#     make run PORT=8100 DATA_DIR=/tmp/rehearsal TODAY=2027-05-01

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS ?=

.PHONY: run test check bench bench-short long openapi lock

run: $(VENV)/ready
	@exec $(BIN)/python -m credit_platform.stack run --with-parent

test: $(VENV)/ready
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

# Values that let settings load where nothing is stored or sent.
check openapi: export SECRET_KEY = a-key-for-checks-only-which-is-long-enough-for-django-0123456789
check openapi: export FIELD_KEYS = c1:00000000000000000000000000000000
check openapi: export INDEX_KEY = 0000000000000000000000000000000000000000000000000000000000000000
check openapi: export DATABASE_URL = postgresql://nobody@127.0.0.1:1/none
check openapi: export REDIS_URL = redis://127.0.0.1:1/0
check openapi: export DJANGO_SETTINGS_MODULE = credit_platform.settings.production
check openapi: export PYTHONWARNINGS = ignore::RuntimeWarning
check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py check --deploy --fail-level WARNING --settings credit_platform.settings.portal
	$(BIN)/python manage.py spectacular --validate --fail-on-warn | diff docs/openapi.yaml - \
		|| { echo "docs/openapi.yaml 与代码不一致：请运行 make openapi 并提交。"; exit 1; }

openapi: $(VENV)/ready
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

# BENCH_ROWS, BENCH_STORED and BENCH_LARGE make it shorter; see docs/performance.md.
bench: $(VENV)/ready $(VENV)/bench-ready
	$(BIN)/python -m bench

bench-short: export BENCH_ROWS = 10000
bench-short: export BENCH_STORED = 200000
bench-short: export BENCH_LARGE = 0
bench-short: bench

# The long forms of the tests: more moments to be killed at, 200,000 rows.
long: $(VENV)/ready
	$(BIN)/python -m pytest -n 0 -m long $(TESTS)

lock: $(VENV)/ready
	$(BIN)/pip install -qq --disable-pip-version-check uv
	for set in run dev bench; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-emit-index-url --no-emit-find-links requirements/$$set.in -o requirements/$$set.txt || exit 1; \
	done

# Made once, and again when the lock changes.
$(VENV)/ready: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 或更新的版本：make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	@echo "正在准备运行环境（首次约需一分钟）"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/bench-ready: requirements/bench.txt $(VENV)/ready
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements/bench.txt
	@touch $@
