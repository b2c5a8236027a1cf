# The crash handler can keep the pipes of a crashed test open, and with them its caller waiting.
export SWIFT_BACKTRACE := enable=no

DOCUMENTED := $(shell sed -n 's/^ *- \([A-Za-z]*\)$$/\1/p' .spi.yml)
# `make bench VENV=FOLDER` takes the peers from the virtual environment FOLDER.
VENV ?=
# `make fuzz INPUTS=N` makes N inputs, `make race-test ROUNDS=N` N rounds of each pair.
INPUTS ?= 200000
ROUNDS ?= 20
# `make bench PAGE=FILE` writes another page, for another machine.
PAGE ?= docs/Benchmarks.md
PYTHON := $(if $(VENV),$(VENV)/bin/python,python3)
WITHOUT_ONEDNN := -c release --scratch-path .build/without-onednn --disable-default-traits

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test check-without-onednn test-without-onednn test-kernels test-threads \
	sweep fuzz race-test kill-resume-test check-api check-all example bench test-scripts lint doc \
	clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the system libraries that are missing
	Scripts/setup

demo: ## Train, calibrate and evaluate on drawn digits, in three minutes: ./demo
	./demo

test: ## Build and test with all engines, optimized: ./test
	./test

check-without-onednn: setup ## Build without the OneDNN trait, and check what differs
	Scripts/check-without-onednn

test-without-onednn: setup ## Build and test without the OneDNN trait, optimized
	swift build $(WITHOUT_ONEDNN) --build-tests
	swift test $(WITHOUT_ONEDNN) --skip-build --disable-xctest

test-kernels: ## Test the kernels under sanitizers, and for 64-bit ARM on an emulator
	Scripts/test-kernels sanitized
	Scripts/test-kernels arm

test-threads: ## Test what threads share under the thread sanitizer
	Scripts/test-threads

sweep: setup ## Compare every operation of random sizes with plain loops, on every engine
	Scripts/sweep-engines

fuzz: setup ## Feed every reader of files with made-up inputs, 200,000 in all
	Scripts/fuzz $(INPUTS)

race-test: setup ## Let pairs of commands write to one folder at once
	swift build -c release --product branchynet
	Scripts/race-test $(ROUNDS)

kill-resume-test: setup ## Kill training runs, go on with them, and compare the bytes
	swift build -c release --product branchynet
	Scripts/kill-resume-test . 20 --dataset digits --set data.trainingImages=10000
	Scripts/kill-resume-test . 10 --dataset digits --set data.trainingImages=10000 \
		--set regime.name=trunkFirst --set distillation.weight=0.5
	Scripts/kill-resume-test . 10 --dataset digits --set data.trainingImages=10000 \
		--set regime.name=layerWise

check-api: setup ## Compare what the libraries offer with the last release
	Scripts/check-api

check-all: ## Everything here but bench, doc and demo, 10,000,000 inputs and 100 rounds: hours
	$(MAKE) lint test-scripts test check-without-onednn test-without-onednn example check-api \
		test-kernels test-threads sweep kill-resume-test
	$(MAKE) race-test ROUNDS=100
	$(MAKE) fuzz INPUTS=10000000

example: ## Build Examples/Classify as one file, check it and run it
	Scripts/check-example

bench: setup example ## Time the native engine beside the peers in VENV=FOLDER; fails where a bound is missed
	swift build -c release --product branchynet
	$(PYTHON) Benchmarks/compare.py --page $(PAGE)

test-scripts: ## Test what judges benchmarks and the API, and what makes releases
	python3 -B -m unittest discover --start-directory Benchmarks
	python3 -B -m unittest discover --start-directory Scripts
	Scripts/test-release

lint: ## Check the style of Swift and shell sources
	swift format lint --strict -r Package.swift Sources Tests \
		Examples/*/Package.swift Examples/*/Sources
	Scripts/lint-shell

doc: setup ## Build the documentation of the libraries
	BRANCHYNET_DOC=1 swift package generate-documentation $(addprefix --target ,$(DOCUMENTED))

clean: ## Remove what was built, keeping the sources of dependencies
	swift package clean
	rm -rf .build/without-onednn .build/threads .build/fuzz .build/api
