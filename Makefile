# Live Platform: `make demo` shows the main job, `make up` runs it, `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
CHAOS_SECONDS ?= 120
RUN = .venv/bin/python

.PHONY: help install install-dev lock demo up down test lint bench chaos chaos-neighbours

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 20

install: .venv/installed  ## .venv and the pinned requirements

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

install-dev: .venv/installed-dev  ## what tests and lint need besides

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

lock: install-dev  ## compile requirements*.txt anew from pyproject.toml
	$(RUN) -m uv pip compile -q --no-emit-index-url --no-emit-find-links --python-version 3.11 \
		--custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(RUN) -m uv pip compile -q --no-emit-index-url --no-emit-find-links --python-version 3.11 \
		--custom-compile-command "make lock" --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

demo: install    ## calls, a session and forked audio from start to signed webhook, judged from the sandbox's ledger
	$(RUN) manage.py demo

up: install      ## the platform on http://127.0.0.1:$(PORT) until ctrl-C
	$(RUN) manage.py up --port $(PORT)

down: install    ## stop embedded servers that were left running
	$(RUN) -m liveplatform.embedded stop var

test: install-dev  ## the whole test suite, on real PostgreSQL, Redis and worker processes
	$(RUN) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder

lint: install-dev  ## ruff, mypy, one-way imports, code rules, checks of Django
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy .
	.venv/bin/lint-imports
	$(RUN) -m liveplatform.dev.code_rules
	$(RUN) manage.py check
	PUBLIC_URL=https://platform.example SECRET_KEY=$$($(RUN) -c 'import secrets; print(secrets.token_hex(32))') \
		$(RUN) manage.py check --deploy --fail-level WARNING
	$(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

bench: install-dev  ## figures beside what they are to be measured by
	$(RUN) -m benchmarks.run

chaos: install-dev  ## end calls while things break, CHAOS_SECONDS=120
	$(RUN) -m benchmarks.chaos --seconds $(CHAOS_SECONDS)

chaos-neighbours: install-dev  ## attack with one account, measure another
	$(RUN) -m benchmarks.chaos --neighbours --seconds 30
