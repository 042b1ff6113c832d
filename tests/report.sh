#!/bin/sh
# Prints how many cases the suite has, and how they end on each backend.
#
#   tests/report.sh [SERVER...]
#
# Without a server: on the engine, on the engine through the AWS SDK, and on the endpoint in DYNORM_TEST_ENDPOINT, if
# there is one. SERVER is one that `tests/endpoint.sh` starts. The exit status is 1 if a case fails.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
status=0

# Runs the cases of a leg, and says how they end under a name.
report() {
    cargo test -p dynorm-tests --test suite -- "$1::" >"$output" 2>&1 || status=1
    if ! grep -q '^test result:' "$output"; then
        cat "$output" >&2
        exit 1
    fi
    mistakes=$(grep -c "^test \[the server's mistake\]" "$output" || true)
    sed -n 's/^test result: .* \([0-9]*\) passed; \([0-9]*\) failed.*/\1 \2/p' "$output" | while read -r passed failed; do
        printf '%-28s %4d cases: %4d as promised, %2d known mistakes of the server, %d failed\n' \
            "$2" $((passed + failed)) $((passed - mistakes)) "$mistakes" "$failed"
    done
    grep '^test .* FAILED$' "$output" || true
}

if [ "${DYNORM_REPORT_ENDPOINT_ONLY:-}" != 1 ]; then
    report mem 'the engine'
    report sdk 'the engine, by the AWS SDK'
fi
if [ -n "${DYNORM_TEST_ENDPOINT:-}" ]; then
    report endpoint "${DYNORM_TEST_SERVER:-$DYNORM_TEST_ENDPOINT}"
fi
for server in "$@"; do
    DYNORM_REPORT_ENDPOINT_ONLY=1 tests/endpoint.sh "$server" -- tests/report.sh || status=1
done
exit $status
