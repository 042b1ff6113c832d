#!/usr/bin/env bash
# Our server and its peers over HTTP, side by side; then our server and the bare one on one core and on two. Prints the
# tables of docs/performance.md. Needs cargo, python3 with venv, node, npm and taskset; installs the peers. Takes six
# minutes once they are there. Compare figures of one run only.
set -euo pipefail

DYNALITE_VERSION=4.0.0
# As tests/endpoint.sh pins them.
MOTO_VERSION=5.2
DYNOXIDE_VERSION=3.2.0
# What our server answers to a GetItem of this bench.
GET_BYTES=341

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
home=${TMPDIR:-/tmp}
build=${CARGO_TARGET_DIR:-target}
dynalite=$home/dynorm-dynalite-$DYNALITE_VERSION

tests/endpoint.sh moto dynoxide -- true
if [ ! -e "$dynalite/done" ]; then
    mkdir -p "$dynalite"
    npm install --prefix "$dynalite" --silent --no-fund --no-audit "dynalite@$DYNALITE_VERSION"
    touch "$dynalite/done"
fi
cargo build --quiet --release -p dynorm-mem --features server --bin dynorm-mem
(cd benches/http && cargo build --quiet --release)
bench=${CARGO_TARGET_DIR:-benches/http/target}/release

ours="$build/release/dynorm-mem --port PORT"
"$bench/http-bench" table \
    "dynorm-mem=$ours" \
    "dynoxide=$build/endpoint/dynoxide-$DYNOXIDE_VERSION/bin/dynoxide serve --host 127.0.0.1 --port PORT" \
    "dynalite=node $dynalite/node_modules/dynalite/cli.js --host 127.0.0.1 --createTableMs 0 --port PORT" \
    "moto=$home/dynorm-moto-$MOTO_VERSION/bin/moto_server -H 127.0.0.1 -p PORT" \
    "bare=$bench/bare PORT $GET_BYTES"
"$bench/http-bench" cores "dynorm-mem=$ours" "bare=$bench/bare PORT $GET_BYTES"
