#!/bin/sh
# Runs a command against servers that speak DynamoDB's protocol, each started on this machine and stopped again.
#
#   tests/endpoint.sh [SERVER...] [-- COMMAND...]
#
# SERVER is `moto` (Python, Apache-2.0) or `dynoxide` (Rust, MIT or Apache-2.0); without one, both. What is not
# there yet is installed: moto under ${TMPDIR:-/tmp}, dynoxide under the build folder.
#
# COMMAND is the suite unless given. It finds the address of the server in DYNORM_TEST_ENDPOINT and the name in
# DYNORM_TEST_SERVER. The exit status is that of the first command that fails; a server that does not start fails
# too, with its log.
set -eu

MOTO_VERSION=5.2
DYNOXIDE_VERSION=3.2.0
START_SECONDS_MAX=60

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${CARGO_TARGET_DIR:-$root/target}
moto_home=${TMPDIR:-/tmp}/dynorm-moto-$MOTO_VERSION
dynoxide_home=$build/endpoint/dynoxide-$DYNOXIDE_VERSION

log=
server_pid=

fail() {
    echo "endpoint.sh: $1" >&2
    exit 1
}

stop_server() {
    if [ -n "$server_pid" ]; then
        kill "$server_pid" 2>/dev/null || true
        wait "$server_pid" 2>/dev/null || true
        server_pid=
    fi
    if [ -n "$log" ]; then
        rm -f "$log"
        log=
    fi
}

trap stop_server EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

install_moto() {
    [ -x "$moto_home/bin/moto_server" ] && return
    echo "endpoint.sh: installing moto $MOTO_VERSION" >&2
    python3 -m venv "$moto_home" || fail "cannot make a Python environment in $moto_home"
    "$moto_home/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$MOTO_VERSION.*" >&2 ||
        fail "cannot install moto"
}

install_dynoxide() {
    [ -x "$dynoxide_home/bin/dynoxide" ] && return
    echo "endpoint.sh: building dynoxide $DYNOXIDE_VERSION, which takes minutes" >&2
    cargo install --quiet --locked --root "$dynoxide_home" --target-dir "$build/endpoint/build" \
        --no-default-features --features native-sqlite,http-server,cli "dynoxide-rs@$DYNOXIDE_VERSION" >&2 ||
        fail "cannot build dynoxide"
}

# A port that was free a moment ago.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_server() {
    port=$(free_port)
    log=$(mktemp)
    case $1 in
    moto) "$moto_home/bin/moto_server" -H 127.0.0.1 -p "$port" >"$log" 2>&1 & ;;
    dynoxide) "$dynoxide_home/bin/dynoxide" serve --host 127.0.0.1 --port "$port" >"$log" 2>&1 & ;;
    esac
    server_pid=$!
    waited=0
    until answers "$port"; do
        if ! kill -0 "$server_pid" 2>/dev/null || [ "$waited" -ge "$START_SECONDS_MAX" ]; then
            cat "$log" >&2
            fail "$1 does not start"
        fi
        sleep 1
        waited=$((waited + 1))
    done
}

# Whether the server on this port lists its tables.
answers() {
    python3 - "$1" <<'PYTHON' 2>/dev/null
import sys, urllib.request

request = urllib.request.Request(
    f"http://127.0.0.1:{sys.argv[1]}/",
    data=b"{}",
    headers={
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "X-Amz-Date": "20250101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=host, Signature=0",
    },
)
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.exit(0 if b"TableNames" in direct.open(request, timeout=2).read() else 1)
PYTHON
}

servers=
while [ $# -gt 0 ]; do
    case $1 in
    --)
        shift
        break
        ;;
    moto | dynoxide) servers="$servers $1" ;;
    *) fail "unknown server \`$1\`, expected moto or dynoxide" ;;
    esac
    shift
done
[ $# -gt 0 ] || set -- cargo test -p dynorm-tests --test suite

for server in ${servers:-moto dynoxide}; do
    "install_$server"
    start_server "$server"
    echo "endpoint.sh: $server on http://127.0.0.1:$port" >&2
    DYNORM_TEST_ENDPOINT=http://127.0.0.1:$port DYNORM_TEST_SERVER=$server "$@"
    stop_server
done
