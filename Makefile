.DEFAULT_GOAL := help
PY := .venv/bin/python
STAMP := .venv/.ready
export PYTHONDONTWRITEBYTECODE ?=

##@ Use
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(STAMP) ## Start the whole system here and take the sample opportunity through it (PORT=8080)
	@$(PY) -m deploy.local

demo: $(STAMP) ## Take a sample through the running system again (SAMPLE=epermit, bank-lending or portfolio)
	@$(PY) -m presales sample $(SAMPLE)

COMPOSE = docker compose -f deploy/compose.yaml $(if $(PRESALES_ISSUER),,-f deploy/compose.development.yaml)

up: ## Build the images and start the system in containers (PORT=8080; PRESALES_ISSUER=URL for an issuer of yours)
	@$(COMPOSE) up --build --wait

down: ## Stop the containers; their volumes stay
	@$(COMPOSE) down

bundle: ## Write every image that deploy/k8s names to build/images, with checksums, for a house without a registry
	@$(COMPOSE) build && mkdir -p build/images && for image in $$(grep -rhoE 'image: \S+' deploy/k8s | cut -d' ' -f2 | sort -u); do \
		docker image inspect $$image >/dev/null 2>&1 || docker pull -q $$image; \
		docker save $$image | gzip -n >build/images/$$(echo $$image | tr /: --).tar.gz; done && cd build/images && sha256sum *.tar.gz | tee SHA256SUMS

##@ Work on it
test: $(STAMP) ## Check everything: lint, types, import rules, all tests (T=path picks tests)
ifndef T
	@$(MAKE) --no-print-directory lint
endif
	@$(PY) -m pytest $(or $(T),-n 2 --dist loadfile)

lint: $(STAMP) ## ruff, mypy --strict and the import rules
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports --no-cache

fmt: $(STAMP) ## Format and mend what ruff can
	@.venv/bin/ruff check --fix-only . ; .venv/bin/ruff format .

contracts: $(STAMP) ## Record event schemas, OpenAPI and the generated reference pages; review the diff
	@$(PY) -m tests.contracts.record

reliability: $(STAMP) ## Faults under load with two replicas of each: what was lost, and how soon it recovered (SEED=1 KILLS=200 KINDS="kill freeze")
	@$(PY) -m tests.support.reliability.faults --seed $(or $(SEED),1) --kills $(or $(KILLS),200) $(KINDS)

bench: $(STAMP) ## Measure: chain, gateway, event path, memory, start
	@$(PY) -m benchmarks

##@ Maintain
lock: ## Compile locks/*.txt from pyproject.toml, one for each deployable (needs uv)
	@for name in gateway requirements engagement estimation risk proposal insights administration semantic dev; do \
		uv pip compile -q pyproject.toml --extra $$name --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-annotate --no-header -o locks/$$name.txt; done

sbom: ## Write sbom/<deployable>.json: CycloneDX, from the locks (needs uv)
	@mkdir -p sbom; for name in gateway requirements engagement estimation risk proposal insights administration; do \
		uvx -q --from cyclonedx-bom cyclonedx-py requirements locks/$$name.txt --output-reproducible -o sbom/$$name.json; done

migration: $(STAMP) ## Draft the next migration of a service from its models (S=risk M="why")
	@$(PY) -m deploy.migration $(S) "$(M)"

$(STAMP): locks/dev.txt pyproject.toml
	@python3 -c 'import sys; sys.exit("Presales needs Python 3.11 or newer; python3 is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	@touch $(STAMP)

.PHONY: help run demo up down test lint fmt contracts reliability bench lock sbom migration
