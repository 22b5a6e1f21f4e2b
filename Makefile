VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The tests start many processes: what one has compiled, the others take, whatever the environment says.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --dist loadgroup -n 2

.PHONY: app test thorough quick hostile check format clean

app: $(READY)  ## Set up and start the dashboard
	$(BIN)/streamlit run streamlit_app.py

test: $(READY)  ## Set up and run the tests: unit, training, pages, shipped, browser
	$(PYTEST) -m "not network and not gpu and not thorough"

thorough: $(READY)  ## The long form of what the tests do in short: every page in every look, long walks, more kills
	$(PYTEST) -m "thorough and not network and not gpu"

quick: $(READY)  ## Unit tests alone
	$(PYTEST) -m "not network and not gpu and not thorough" tests/unit

hostile: $(READY)  ## Attack it for longer than the tests do: kills at every operation, full disks, damaged folders
	$(BIN)/python -m tools.hostile

check: $(READY)  ## Lint, format, types, a bill of materials and known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tools.audit

format: $(READY)  ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --use-pep517 --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $(READY)

clean:  ## Remove the virtual environment and caches, never data or models
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
