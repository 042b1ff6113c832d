#!/bin/sh
# Runs every example on the engine, or on the endpoint in DYNORM_TEST_ENDPOINT; each must end with what it proved.
set -eu
cd "$(dirname "$0")/.."

endpoint=${DYNORM_TEST_ENDPOINT:-}
if [ -n "$endpoint" ]; then
    # An endpoint on this machine takes any credentials.
    export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-example} AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-example}
    export AWS_REGION=${AWS_REGION:-us-east-1}
fi

for file in examples/*.rs; do
    name=$(basename "$file" .rs)
    if [ -n "$endpoint" ]; then
        output=$(cargo run --quiet -p dynorm-examples --features aws --example "$name" -- --backend aws --endpoint-url "$endpoint")
    else
        output=$(cargo run --quiet -p dynorm-examples --example "$name")
    fi
    last=$(printf '%s\n' "$output" | tail -n 1)
    case $name:$last in
    product_catalog:*) echo "$name: shown" ;;
    *:Proved:*) echo "$name: $last" ;;
    *)
        printf '%s\n' "$output"
        echo "$name does not end with what it proved" >&2
        exit 1
        ;;
    esac
done
