#!/bin/sh
# Random calls on the engine and on the server at DYNORM_TEST_ENDPOINT, or else on dynoxide, which is started for it.
#
#   tests/differential.sh [--calls N] [--seed N] [--examples N]
#
# Fails if an answer differs in a way that tests/differential/src/rules.rs does not explain.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${CARGO_TARGET_DIR:-$root/target}

if [ -z "${DYNORM_TEST_ENDPOINT:-}" ]; then
    exec "$root/tests/endpoint.sh" dynoxide -- "$root/tests/differential.sh" "$@"
fi
exec cargo run --quiet --locked --manifest-path "$root/tests/differential/Cargo.toml" \
    --target-dir "$build/differential" -- "$@"
