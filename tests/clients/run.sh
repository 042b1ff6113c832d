#!/usr/bin/env bash
# Uses the server with clients as they are published, each on a server of its own that verifies signatures.
#
#   tests/clients/run.sh [CLIENT...]
#
# CLIENT is a file of this folder without its ending; without one, all. Needs cargo, python3 with venv, node and npm, and
# access to their packages, which are kept under ${TMPDIR:-/tmp}. Says what failed and ends with 1, or prints `ok`.
set -euo pipefail

START_TENTHS_MAX=100
CLIENT_SECONDS_MAX=120
# The AWS SDK for JavaScript needs it; Debian 12 has 18.
NODE_MAJOR_MIN=20

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
work=$(mktemp -d)
server=

finish() {
    stop TERM || true
    rm -rf "$work"
}
trap finish EXIT
trap 'echo "run.sh: failed at line $LINENO" >&2; cat "$work"/*.log >&2 || true' ERR

# Ends the server as a user or the system would, and wants it to end well.
stop() {
    if [ -z "$server" ]; then return; fi
    local ending=$server
    server=
    kill "-$1" "$ending"
    wait "$ending"
}

# Starts the server with the file of data $work/$1.jsonl.
start() {
    : >"$work/server.log"
    "$program" --port 0 --data "$work/$1.jsonl" --cors --credentials "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        --credentials other:key >"$work/server.log" 2>&1 &
    server=$!
    for _ in $(seq "$START_TENTHS_MAX"); do
        URL=$(sed -n 's/^dynorm-mem listens at //p' "$work/server.log")
        if [ -n "$URL" ]; then
            export URL
            return
        fi
        kill -0 "$server"
        sleep 0.1
    done
    echo "run.sh: the server does not start" >&2
    return 1
}

# Packages as they are pinned; a folder of their own for each set of versions.
install() {
    local versions
    versions=$(cat "$here/requirements.txt" "$here/package.json" | cksum | cut -d' ' -f1)
    home=${TMPDIR:-/tmp}/dynorm-clients-$versions
    export PATH=$home/venv/bin:$PATH
    if [ -e "$home/done" ]; then return; fi
    python3 -m venv "$home/venv"
    "$home/venv/bin/pip" --quiet --disable-pip-version-check install -r "$here/requirements.txt"
    cp "$here/package.json" "$home"
    npm install --prefix "$home" --silent --no-fund --no-audit --ignore-scripts
    touch "$home/done"
}

has_node() {
    local version
    version=$(node --version) && version=${version#v} && [ "${version%%.*}" -ge "$NODE_MAJOR_MIN" ]
}

# A new enough Node from npm, if that of the system is too old.
install_node() {
    if has_node; then return; fi
    npm install --prefix "$home/node" --silent --no-fund --no-audit "node@$NODE_MAJOR_MIN" || true
    export PATH=$home/node/node_modules/.bin:$PATH
    hash -r
    if has_node; then return; fi
    echo "run.sh: needs Node $NODE_MAJOR_MIN or newer; this is $(node --version), and npm does not install another" >&2
    return 1
}

# One client on a server of its own; what it has written is there again after the end and a new start.
run() {
    local client=$1 n_tables
    start "$client"
    case $client in
    *.sh) timeout "$CLIENT_SECONDS_MAX" bash "$here/$client" ;;
    *.py) timeout "$CLIENT_SECONDS_MAX" python3 "$here/$client" ;;
    # Node looks for packages beside the file.
    *.mjs) cp "$here/$client" "$home" && timeout "$CLIENT_SECONDS_MAX" node "$home/$client" ;;
    esac
    n_tables=$(count)
    if [ "$n_tables" = 0 ]; then echo "run.sh: $client has left no table" >&2; return 1; fi
    stop "$2"
    start "$client"
    if [ "$(count)" != "$n_tables" ]; then echo "run.sh: tables of $client are lost" >&2; return 1; fi
    stop "$2"
}

count() {
    aws --endpoint-url "$URL" --output text dynamodb list-tables --query 'length(TableNames)'
}

(cd "$root" && cargo build --quiet -p dynorm-mem --features server --bin dynorm-mem)
target=$(cd "$root" && cargo metadata --format-version 1 --no-deps |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
program=$target/debug/dynorm-mem
[ "$("$program" --version)" = "dynorm-mem 0.1.0" ]
"$program" --help | grep -q -- --credentials
if "$program" --port many 2>/dev/null; then echo "run.sh: a wrong port is not refused" >&2; exit 1; fi

install
install_node
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=secret/of+the=test
# The SDK for JavaScript speaks of the end of this Node's support.
export NODE_NO_WARNINGS=1
export AWS_DEFAULT_REGION=eu-west-1 AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
export AWS_PAGER='' AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none"
export WORK=$work

signal=INT
for file in "$here"/*.sh "$here"/*.py "$here"/*.mjs; do
    client=$(basename "$file")
    if [ "$client" = run.sh ]; then continue; fi
    if [ $# -gt 0 ] && [[ " $* " != *" ${client%.*} "* ]]; then continue; fi
    run "$client" "$signal"
    # Both signals end the server well.
    if [ "$signal" = INT ]; then signal=TERM; else signal=INT; fi
done
echo ok
