# What one does with this repository. `make` alone prints the targets and what they do.
# Overridable: PYTHON=python3.13 (to make .venv with), ARGS="-k matching" (for pytest), SERVICE=volunteers
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
LOCKS := sunshine households volunteers notifications
PACKAGES := libs/servicekit services/households services/volunteers services/notifications deploy
SERVICE ?= households
# One environment for all: `make demo` installs what runs, the developers' targets add their tools.
INSTALLED := $(firstword $(wildcard $(VENV)/.dev) $(VENV)/.sunshine)
COMPOSE := docker compose
# Set in many containers; then each of the many processes here would compile everything anew: 10 s.
unexport PYTHONDONTWRITEBYTECODE
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.PHONY: help
help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(INSTALLED) ## 68 households, matched and visited, in one process (needs only Python)
	@$(BIN)/sunshine demo

.PHONY: run
run: $(INSTALLED) ## the sample community of today in one process, and it stays up
	@$(BIN)/sunshine run

.PHONY: test
test: $(VENV)/.dev ## all tests; brings its own RabbitMQ and PostgreSQL (ARGS="-k matching -x")
	$(BIN)/pytest $(ARGS)

.PHONY: chaos
chaos: $(VENV)/.dev ## kill, freeze and cut everything, for hours, and compare ids (CHAOS=0.05: less)
	CHAOS=$(or $(CHAOS),long) $(BIN)/pytest tests/chaos $(ARGS)

.PHONY: bench
bench: $(VENV)/bench/.done ## speed against peers, as ratios (docs/reference/benchmarks.md; ARGS="publish")
	cd tests && ../$(VENV)/bench/bin/python -W ignore -m benchmarks $(ARGS)

.PHONY: bench-notices
bench-notices: $(VENV)/.dev ## 10,000 notices at 100 a second, to a real mail server: how late is each (ARGS="1000 50")
	cd tests && ../$(BIN)/python -W ignore -m benchmarks.notices $(ARGS)

.PHONY: bench-desk
bench-desk: $(VENV)/.dev ## 1,000 people with the desk open: memory, and how soon they see what is new
	cd tests && ../$(BIN)/python -W ignore -m benchmarks.desk $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## style, types, import rules; shell, YAML and Docker files too
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/shellcheck .ci/run $$(git ls-files '*.sh')
	$(BIN)/yamllint --strict .
	$(BIN)/hadolint services/*/Dockerfile

.PHONY: format
format: $(VENV)/.dev ## let ruff put style right
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: contracts
contracts: $(VENV)/.dev ## write the reference of events anew (docs/reference)
	$(BIN)/python -m sunshine.contracts

.PHONY: sample
sample: $(VENV)/.dev ## generate the sample community anew (examples/yonghuan)
	$(BIN)/python examples/yonghuan/generate.py

# The services' locks start from the development lock, so all agree on every version.
.PHONY: lock
lock: $(VENV)/.dev ## compile requirements/*.txt anew (UPGRADE=1: take newer versions)
	$(UV_COMPILE) requirements/dev.in -o requirements/dev.txt
	for lock in bench $(LOCKS); do \
		cp requirements/dev.txt requirements/$$lock.txt && \
		$(subst --upgrade,,$(UV_COMPILE)) requirements/$$lock.in -o requirements/$$lock.txt || exit; \
	done

.PHONY: up
up: .env ## RabbitMQ, PostgreSQL and the three services in containers
	$(COMPOSE) up --detach --build --wait

.PHONY: down
down: ## stop the containers; data stays (docker compose down --volumes forgets it)
	$(COMPOSE) down

.PHONY: logs
logs: ## follow what the containers say
	$(COMPOSE) logs --follow --tail 100

.PHONY: shell
shell: ## a nameko shell beside a running service (SERVICE=households)
	$(COMPOSE) exec $(SERVICE) nameko shell --config config.yml

.env: | .env.example
	@deploy/env.sh $@

$(VENV)/.sunshine: requirements/sunshine.txt $(PACKAGES:=/pyproject.toml)
	@deploy/venv.sh $(VENV) $< $(PACKAGES)
	@touch $@

# The peers want other versions than the developers have: an environment of its own.
$(VENV)/bench/.done: requirements/bench.txt $(PACKAGES:=/pyproject.toml)
	@deploy/venv.sh $(VENV)/bench $< $(PACKAGES)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(PACKAGES:=/pyproject.toml)
	@deploy/venv.sh $(VENV) $< $(PACKAGES)
	@touch $@
