# Two commands matter: `make demo` and `make test`. Both create .venv and install what they need.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --progress-bar off -c constraints.txt

.PHONY: demo embedded-model test test-all bench lint clean

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# A stamp per set of extras, so that a second `make` starts at once.
$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing embodied-codeact with household, tabletop and models (some minutes the first time) ..."
	$(PIP_INSTALL) -e '.[household,tabletop,models]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing embodied-codeact with what its tests need (about two minutes the first time) ..."
	$(PIP_INSTALL) -e '.[household,tabletop,models,train,science,ray,test]'
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	$(BIN)/embodied-codeact launch demo
	$(BIN)/embodied-codeact run tabletop --task stack-two --seed 4 --sandbox best --record-to runs/demo-tabletop.mp4
	@echo "Look at runs/demo-tabletop.mp4, and at runs/demo.jsonl for the household's episodes."

# The model that is shipped, from nothing: episodes of teachers, a tokenizer and a small Llama trained on them. Seeds are
# in the recipe and in the preset; runs/embedded/training.json says how long it took, and on what.
embedded-model: $(VENV)/.test
	$(BIN)/embodied-codeact collect embedded --out runs/embedded-data --workers 2 --resume
	$(BIN)/embodied-codeact train runs/embedded-data --preset embedded --out runs/embedded
	$(BIN)/python -m embodied_codeact.models.embedded.shipping runs/embedded

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests

# Many tests measure themselves against time with real processes. What fails beside others is looked at once more, alone:
# what is broken fails again, and what passes then is told, since it may be a race.
test: lint
	@$(BIN)/python -m pytest || { [ $$? -eq 1 ] || exit 1; \
	  echo "The tests that failed are run once more, alone. A test that passes now depends on time: look at it."; \
	  $(BIN)/python -m pytest -n 0 --last-failed --last-failed-no-failures none; }

test-all: lint
	$(BIN)/python -m pytest -m ''

bench: $(VENV)/.demo
	$(BIN)/embodied-codeact bench

clean:
	rm -rf $(VENV) build *.egg-info
