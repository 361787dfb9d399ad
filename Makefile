# The two that matter: `make demo` shows it, `make test` checks it. What they do is in scripts/.

.DEFAULT_GOAL := help
.PHONY: help demo test soak bench lint fmt databases clean-databases

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Build everything and serve the example workspace on http://127.0.0.1:7878
	@scripts/demo.sh

test: ## Check everything: formats, lints, tests on all three databases, the page in a browser
	@scripts/test.sh

soak: ## The long suite: the full counts of kills, races, faults and rows, and a table of what they met
	@scripts/soak.sh

lint: ## The checks that need no database: formats, lints, dependencies, types
	@scripts/test.sh lint

bench: ## Compare with other tools on a million rows, and write docs/benchmarks.md
	@benchsuite/run.sh

fmt: ## Put every file into its format
	@cargo fmt --all
	@cd web && npm run --silent format

databases: ## Start the databases that `cargo test` needs, and say how to name them
	@scripts/databases.sh start
	@scripts/databases.sh env

clean-databases: ## Stop those databases and remove their data
	@scripts/databases.sh stop
