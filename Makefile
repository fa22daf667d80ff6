# The tasks of Mingxin. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test lint translations package docs bench bench-memory simulate clean
PYTHON := .venv/bin/python
export MAKE_TASK = $@

help: ## list the tasks
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 23

run: ## start the whole system on this machine (PORT, MINGXIN_DATA, MINGXIN_CITY, MINGXIN_DEMO, MINGXIN_NOW)
	@local/prepare run
	@exec $(PYTHON) -m local.run

test: ## run all tests, in as many processes as there are processors, four at most; each has an engine of its own
	@local/prepare test
	@exec $(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: ## check style, types and templates
	@local/prepare test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/cfn-lint infra/resources.yaml

translations: ## gather the texts to translate, compile the translations, and list what is missing
	@local/prepare test
	@exec $(PYTHON) -m local.translations

package: ## build what is deployed into dist/: a zip for each face, three templates (MINGXIN_CITY)
	@local/prepare package
	@.package/python/bin/python -m infra.package
	@.package/python/bin/python -m infra.layer

docs: ## make the generated pages of docs/ anew
	@local/prepare test
	@exec $(PYTHON) -m local.docs

bench: ## measure speed against bare loops, cold starts of the package, and what a million costs
	@local/prepare test
	@$(PYTHON) -m bench.intake
	@$(PYTHON) -m bench.look_up
	@$(PYTHON) -m bench.my_archive
	@$(PYTHON) -m bench.expire
	@$(PYTHON) -m bench.deliver
	@$(PYTHON) -m bench.report
	@$(PYTHON) -m bench.cost
	@.package/python/bin/python -m infra.package
	@$(PYTHON) -m bench.cold_start

bench-memory: ## the importer's memory for a whole city: an hour (ARGS=5000 for fewer organisations)
	@local/prepare test
	@$(PYTHON) -m bench.memory $(ARGS)

simulate: ## three years of a city from a seed, with what goes wrong (ARGS="--days 30 --seed 7")
	@local/prepare test
	@exec $(PYTHON) -m bench.simulate $(ARGS)

clean: ## remove what was made here, but never the data
	rm -rf .venv .package dist node_modules static/mingxin.css .mypy_cache .ruff_cache .pytest_cache .hypothesis .chalice/deployments
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
