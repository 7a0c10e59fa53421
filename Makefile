# make book makes the book, make test tests the project; both set up what they need.
STUDY ?= data/ning2023
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV := $(shell command -v uv)
BIN := .venv/bin

ifdef UV
VENV := $(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
else
VENV := $(PYTHON) -m venv .venv
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: book test lint sync pairs picture rerun-pictures oracles reconstruct links bench clean

book: .venv/book.stamp
	$(BIN)/python -m report build $(STUDY)

test: .venv/test.stamp
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/test.stamp
	$(BIN)/ruff check .

sync: .venv/test.stamp

# both halves of each chapter's pair, the newer one leading
pairs: .venv/test.stamp
	$(BIN)/jupytext --sync chapters/*.md

picture: .venv/test.stamp
	$(BIN)/python tests/browser/picture.py

rerun-pictures: .venv/test.stamp
	$(BIN)/python -m report build data/example --no-pdf
	$(BIN)/python tests/browser/rerun.py

oracles:
	LC_ALL=C.UTF-8 Rscript tests/oracles/all.R

reconstruct: .venv/test.stamp
	$(BIN)/python -m reconstruction

# follows every link of the book; the dead ones are listed in _build/links/dead.md
links: .venv/book.stamp
	$(BIN)/python -m report build $(STUDY) --no-pdf
	rm -rf _build/links
	-$(BIN)/jupyter-book build --builder linkcheck --path-output _build/links _build/$(notdir $(STUDY))/book
	$(BIN)/python -m report.links _build/links

bench: .venv/book.stamp
	$(BIN)/python -m report build $(STUDY) --fresh --out _build/bench

clean:
	rm -rf _build

.venv/book.stamp: requirements.txt constraints.txt pyproject.toml
	@echo "Setting up .venv (once)"
	@$(VENV)
	@$(INSTALL) -r requirements.txt -c constraints.txt -e .
	@touch $@

.venv/test.stamp: .venv/book.stamp requirements-dev.txt
	@$(INSTALL) -r requirements-dev.txt -c constraints.txt
	@touch $@
