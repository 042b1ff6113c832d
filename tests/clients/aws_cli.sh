#!/usr/bin/env bash
# The AWS CLI: tables, items, pages, transactions, errors, and keys that are refused. Started by run.sh.
set -euo pipefail
trap 'echo "aws_cli.sh: failed at line $LINENO" >&2' ERR

aws() { command aws --endpoint-url "$URL" --output text dynamodb "$@"; }

# Compares a text with what it has to be.
expect() {
    if [ "$1" != "$2" ]; then
        printf 'expected: %s\nfound:    %s\n' "$2" "$1" >&2
        return 1
    fi
}

# Runs a command that must fail with this exception.
refused() {
    local exception=$1
    shift
    if "$@" >/dev/null 2>"$WORK/refused"; then
        echo "not refused: $*" >&2
        return 1
    fi
    grep -q "$exception" "$WORK/refused"
}

aws create-table --table-name music \
    --attribute-definitions AttributeName=artist,AttributeType=S AttributeName=title,AttributeType=S \
    --key-schema AttributeName=artist,KeyType=HASH AttributeName=title,KeyType=RANGE \
    --billing-mode PAY_PER_REQUEST >/dev/null
aws wait table-exists --table-name music
expect "$(aws describe-table --table-name music --query Table.TableStatus)" ACTIVE
expect "$(aws list-tables --query 'TableNames[0]')" music
aws put-item --table-name music --item '{"artist":{"S":"Ann"},"title":{"S":"One"},"plays":{"N":"1"}}'
aws put-item --table-name music --item '{"artist":{"S":"Ann"},"title":{"S":"Two"}}'
expect "$(aws get-item --table-name music --key '{"artist":{"S":"Ann"},"title":{"S":"One"}}' --query Item.plays.N)" 1
expect "$(aws query --table-name music --key-condition-expression 'artist = :a' \
    --expression-attribute-values '{":a":{"S":"Ann"}}' --page-size 1 --query 'Items[].title.S' | xargs)" "One Two"
expect "$(aws update-item --table-name music --key '{"artist":{"S":"Ann"},"title":{"S":"One"}}' \
    --update-expression 'ADD plays :n' --expression-attribute-values '{":n":{"N":"41"}}' \
    --return-values UPDATED_NEW --query Attributes.plays.N)" 42
aws transact-write-items --transact-items '[
    {"Put": {"TableName": "music", "Item": {"artist": {"S": "Bob"}, "title": {"S": "Three"}}}},
    {"Delete": {"TableName": "music", "Key": {"artist": {"S": "Ann"}, "title": {"S": "Two"}}}}]'
expect "$(aws scan --table-name music --select COUNT --query Count)" 2
refused ResourceNotFoundException aws get-item --table-name nobody --key '{"artist":{"S":"Ann"}}'
AWS_SECRET_ACCESS_KEY=wrong refused InvalidSignatureException aws list-tables
AWS_ACCESS_KEY_ID=nobody refused UnrecognizedClientException aws list-tables
refused MissingAuthenticationTokenException aws list-tables --no-sign-request
aws create-table --table-name gone --attribute-definitions AttributeName=id,AttributeType=S \
    --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST >/dev/null
aws delete-table --table-name gone >/dev/null
aws wait table-not-exists --table-name gone
echo "aws cli: $(command aws --version 2>&1 | cut -d' ' -f1)"
