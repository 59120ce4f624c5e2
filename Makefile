# The targets that CI and people use. `make` lists them.

GOLANGCI_LINT_VERSION := v2.15.0
GOLANGCI_LINT := bin/golangci-lint-$(GOLANGCI_LINT_VERSION)

.PHONY: help build test race lint golden notices fuzz deploy-check bench bench-check

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

build: ## bin/desklake
	go build -o bin/desklake ./cmd/desklake

test: ## all tests
	go test ./...

race: ## all tests under the race detector
	go test -race ./...

lint: $(GOLANGCI_LINT) ## go vet and golangci-lint
	go vet ./...
	$(GOLANGCI_LINT) run ./...

deploy-check: ## the Dockerfile and deploy/, by the tools that know them
	deploy/check/run

bench: build ## measure whole processes and write docs/benchmarks.md; hours, and 20 GB of disk
	go build -o bin/bench ./internal/bench
	bin/bench compare --program bin/desklake
	bin/bench growth --program bin/desklake --tickets 100000 --tickets 1000000 --tickets 10000000
	bin/bench growth --program bin/desklake --tickets 1000000 --nights 50 --fresh --sinks duckdb
	bin/bench report

bench-check: build ## run every benchmark once, small
	go test -run '^$$' -bench . -benchtime 1x ./schema ./sink/...
	go build -o bin/bench ./internal/bench
	bin/bench compare --program bin/desklake --tickets 2000 --rounds 1 --results bench.work/results.json
	bin/bench growth --program bin/desklake --tickets 2000 --changed 100 --nights 2 --fresh --results bench.work/results.json
	bin/bench report --results bench.work/results.json --document bench.work/benchmarks.md

golden: ## rewrite the golden files and generated documents
	UPDATE_GOLDEN=1 go test ./internal/catalog ./internal/cli ./internal/notify ./internal/web
	UPDATE_GOLDEN=1 go test ./cmd/desklake -run 'TestTheSchema|TestTheExample'

notices: ## rewrite THIRD_PARTY_NOTICES.txt after a change of go.mod
	UPDATE_GOLDEN=1 go test .

fuzz: ## every fuzz test for a minute
	go test -run '^$$' -fuzz FuzzDecoder -fuzztime 1m -fuzzminimizetime 50x ./schema
	go test -run '^$$' -fuzz FuzzScanner -fuzztime 1m -fuzzminimizetime 50x ./internal/jsonscan

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv bin/golangci-lint $@
