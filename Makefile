# The commands of this repository. Each installs what it lacks (see scripts/prepare).

.DEFAULT_GOAL := help
.PHONY: demo test check bench help

# For demo, test and bench: what to hand on, as in `make demo ARGS="--listen 127.0.0.1:9000"`.
ARGS ?=

demo: ## Build and start the demo: the gateway in front of a small CRM
	@scripts/prepare build
	@echo 'Building (the first time takes some minutes) ...'
	@cargo run --locked --release -- demo $(ARGS)

test: ## Run every test
	@scripts/prepare test
	@scripts/run-tests $(ARGS)

check: ## Formatting, lints, documentation, scripts, licences
	@scripts/prepare build
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items
	@scripts/check-optional

bench: ## Compare the gateway with a bare proxy
	@scripts/prepare build
	cargo bench --locked --bench compare -- $(ARGS)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
