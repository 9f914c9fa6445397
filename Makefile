# The front door. Behind it stand Meson, Ninja and the scripts in scripts/.
#
#   make              builds build/trod (and names the command to run if something is missing)
#   make demo         everything from a bare machine to a journey compared with its log
#   make test         everything from a bare machine to the line "N passed, N failed, N skipped"
#   make setup        installs what building and testing need, with apt-get, if it is not there
#   make install      puts trod under PREFIX (/usr/local)
#   make sanitize     the whole test suite once more under ASan and UBSan
#   make fuzz         every parser under libFuzzer, SECONDS=60 each
#   make bench        measures trod beside bare C and other engines: bench/RESULTS.md
#   make bench-peers  installs those engines (ClickHouse, DuckDB)
#   make check-house  only the rules of the house (folder order, doors, sizes)
#   make clean        removes everything that was built
#
# SUITES="unit cli" picks the suites of `make test`; BUILD=folder builds elsewhere; ARGS="--full" is
# for `make bench`.

BUILD ?= build
SECONDS ?= 60
SUITES ?=
ARGS ?=

.PHONY: all setup demo test sanitize fuzz bench bench-peers check-house install clean

all:
	@scripts/setup --check build
	@scripts/build --quiet-if-done $(BUILD)

setup:
	@scripts/setup build test

demo:
	@scripts/setup build
	@scripts/build --quiet-if-done $(BUILD)
	@scripts/demo $(BUILD)

test:
	@scripts/setup build test
	@scripts/test --build $(BUILD) $(SUITES)

sanitize:
	@scripts/setup build test
	@scripts/test --build build-sanitize --sanitize $(SUITES)

fuzz:
	@scripts/setup build fuzz
	@scripts/fuzz $(SECONDS)

bench:
	@scripts/setup --check build
	@scripts/bench $(ARGS)

bench-peers:
	@scripts/setup --check build
	@scripts/bench --peers

check-house:
	@scripts/setup --check build
	@scripts/architecture --check

install: all
	@scripts/install $(BUILD) "$(PREFIX)"

clean:
	rm -rf build build-* demo
