# run, build, test, bench: each does the set-up it needs.

BINARY = target/release/jiaoying

.PHONY: help run build test bench fuzz web setup

help:
	@echo "make run    one node with the demonstration county on http://127.0.0.1:8080"
	@echo "make build  the release binary with its pages inside: $(BINARY)"
	@echo "make test   every test: Rust, web, browser (installs what they need)"
	@echo "make bench  the numbers of the design, each with its target"
	@echo "make fuzz   damaged input for every parser, FUZZ_SECONDS (20) each, from FUZZ_SEED"

run: build
	$(BINARY) serve --demo

build: web
	cargo build --release --locked

test: setup
	.ci/test

bench: web
	cargo bench --locked --bench numbers

# Every check of a test build is on; what takes more memory than this is a failure too.
fuzz: web
	cargo bench --locked --profile dev --no-run --bench fuzz
	ulimit -v 8388608 && cargo bench --locked --profile dev --bench fuzz

setup:
	.ci/setup

# npm's own record of what is installed tells whether anything has to be.
web:
	cd web && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; }
	cd web && npm run --silent build
