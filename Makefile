# Every command of the project. `make` alone lists them.
# Nothing but Python 3.11 and make is needed; the rest is fetched into .venv, pinned and hashed.

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough and can make a virtual environment.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV_INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python
# uv reads no pip settings: pass on a mirror or certificate that pip has been told of.
ifdef PIP_INDEX_URL
export UV_INDEX_URL ?= $(PIP_INDEX_URL)
endif
ifdef PIP_EXTRA_INDEX_URL
export UV_EXTRA_INDEX_URL ?= $(PIP_EXTRA_INDEX_URL)
endif
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

.PHONY: help run setup test test-everything browsers faults scan servers check format bench screenshots lock clean

help: ## räknar upp kommandona
	@echo "Digitalt utbud. Skriv make och ett av orden:"
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1 \2/' \
		| while read -r name line; do printf '  %-15s %s\n' "$$name" "$$line"; done

run: $(VENV)/.run ## startar allt med demons innehåll på http://localhost:8000 (PORT och UTBUD_VAR ändrar)
	@exec $(BIN)/utbud serve --demo

setup: $(VENV)/.test ## installerar allt som behövs för att köra, testa och ändra

test: $(VENV)/.test ## kör testen: enhet, processer, webbläsaren. På PostgreSQL det som en databas avgör
	@exec $(BIN)/python tests/run.py

test-everything: $(VENV)/.test ## kör alla test på både SQLite och PostgreSQL. Inför en utgåva
	@exec $(BIN)/python tests/run.py everything

browsers: $(VENV)/.test ## prövar invånarnas och personalens resor i Firefox och WebKit (Safari). Inför en utgåva
	@exec $(BIN)/python tests/run.py browsers

faults: $(VENV)/.test ## dödar processer och låter många trängas, om och om igen, på båda databaserna (UTBUD_TEST_ROUNDS=10)
	@exec $(BIN)/python tests/run.py faults

scan: $(VENV)/.test ## går runt i demon som en illvillig: dörrar för varje roll, elaka värden överallt, hemligheter i loggen
	@exec $(BIN)/python tests/scan.py

servers: $(VENV)/.test ## provar kanalerna mot riktiga servrar (behöver Node och npm)
	$(BIN)/python -m pytest tests/servers -m servers

check: $(VENV)/.test ## kontrollerar stil, golv, typer, migrationer, säkra inställningar och översättningar
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy utbud
	@var=$$(mktemp -d) && trap 'rm -rf "$$var"' EXIT && set -ex && export UTBUD_VAR="$$var" && \
	$(BIN)/utbud makemigrations --check --dry-run && \
	UTBUD_BASE_URL=https://bibliotek.example.org $(BIN)/utbud check --deploy --fail-level WARNING && \
	$(BIN)/python -m pytest tests/unit/test_messages.py

format: $(VENV)/.test ## ordnar koden som make check vill ha den
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format --quiet

bench: $(VENV)/.test ## mäter och skriver en tabell i bench/results
	@$(BIN)/python bench/bench.py
	@$(BIN)/python bench/outgoing.py
	@$(BIN)/python bench/courses.py
	@$(BIN)/python bench/media.py
	@$(BIN)/python bench/podcast.py
	@$(BIN)/python bench/helpdesk.py
	@OPENBLAS_NUM_THREADS=1 exec $(BIN)/python bench/align.py

screenshots: $(VENV)/.test ## tar om bilderna i README och handboken (behöver Chromium)
	@exec $(BIN)/python docs/screenshots.py

lock: $(VENV)/.test ## låser beroendena på nytt efter en ändring i requirements/*.in
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		requirements/test.in -o requirements/test.txt
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		-c requirements/test.txt requirements/run.in -o requirements/run.txt

clean: ## tar bort det som går att göra om (aldrig data i var)
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .import_linter_cache .pytest_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv: requirements/uv.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 eller senare, som kan göra virtuella miljöer, hittades inte."; \
		echo "Debian och Ubuntu: apt install python3 python3-venv"; exit 1; fi
	@echo "Gör en virtuell miljö i $(VENV)."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.run: $(BIN)/uv requirements/run.txt pyproject.toml
	@echo "Installerar det som behövs."
	@$(UV_INSTALL) --require-hashes -r requirements/run.txt \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	@$(UV_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "Installerar det som testen behöver."
	@$(UV_INSTALL) --require-hashes -r requirements/test.txt \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements/test.txt
	@touch $@
