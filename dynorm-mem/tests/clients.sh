#!/usr/bin/env bash
# Starts the server on a free port and uses it with the AWS CLI and boto3, as they are published.
# Needs cargo, and python3 with venv and access to packages. Says what failed and ends with 1, or prints `ok`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
server=

finish() {
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT
trap 'echo "failed at line $LINENO" >&2; cat "$work/server.log" >&2 || true' ERR

start() {
    "$program" --port 0 --data "$work/data.jsonl" >"$work/server.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        url=$(sed -n 's/^dynorm-mem listens at //p' "$work/server.log")
        if [ -n "$url" ]; then return; fi
        kill -0 "$server"
        sleep 0.1
    done
    echo "the server does not start" >&2
    return 1
}

# Compares a text with what it has to be.
expect() {
    if [ "$1" != "$2" ]; then
        printf 'expected: %s\nfound:    %s\n' "$2" "$1" >&2
        return 1
    fi
}

(cd "$here/.." && cargo build --quiet --features server --bin dynorm-mem)
target=$(cd "$here/.." && cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
program="$target/debug/dynorm-mem"
expect "$("$program" --version | cut -d' ' -f1)" dynorm-mem
"$program" --help | grep -q -- --require-auth
if "$program" --port many 2>/dev/null; then echo "a wrong port is not refused" >&2; exit 1; fi

python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install awscli boto3
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
export AWS_PAGER= AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none"
start

aws() { "$work/venv/bin/aws" --endpoint-url "$url" --output text dynamodb "$@"; }

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
if aws get-item --table-name nobody --key '{"artist":{"S":"Ann"}}' 2>"$work/refused"; then
    echo "a missing table is not refused" >&2
    exit 1
fi
grep -q ResourceNotFoundException "$work/refused"
echo "aws cli: $("$work/venv/bin/aws" --version 2>&1 | cut -d' ' -f1)"

URL="$url" "$work/venv/bin/python" - <<'PYTHON'
import os
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

resource = boto3.resource("dynamodb", endpoint_url=os.environ["URL"])
client = resource.meta.client
table = resource.create_table(
    TableName="orders",
    AttributeDefinitions=[
        {"AttributeName": "customer", "AttributeType": "S"},
        {"AttributeName": "number", "AttributeType": "N"},
        {"AttributeName": "state", "AttributeType": "S"},
    ],
    KeySchema=[
        {"AttributeName": "customer", "KeyType": "HASH"},
        {"AttributeName": "number", "KeyType": "RANGE"},
    ],
    GlobalSecondaryIndexes=[
        {
            "IndexName": "by_state",
            "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        }
    ],
    ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
)
table.wait_until_exists()
assert table.provisioned_throughput["ReadCapacityUnits"] == 5

item = {
    "customer": "ann",
    "number": Decimal("1"),
    "state": "open",
    "price": Decimal("9.99"),
    "blob": b"\x00\xff",
    "tags": {"a", "b"},
    "nested": {"list": [True, None, Decimal("-1E-20")]},
}
table.put_item(Item=item)
found = table.get_item(Key={"customer": "ann", "number": 1}, ConsistentRead=True)["Item"]
assert found.pop("blob").value == item.pop("blob")
assert found == item, found

with table.batch_writer() as batch:
    for number in range(2, 62):
        batch.put_item(Item={"customer": "ann", "number": number, "state": "new"})
page = table.query(KeyConditionExpression=Key("customer").eq("ann") & Key("number").gt(10), Limit=7)
assert [int(row["number"]) for row in page["Items"]] == list(range(11, 18))
assert page["LastEvaluatedKey"] == {"customer": "ann", "number": 17}
pages = client.get_paginator("scan").paginate(TableName="orders", PaginationConfig={"PageSize": 9})
assert sum(page["Count"] for page in pages) == 61
index = table.query(
    IndexName="by_state",
    KeyConditionExpression=Key("state").eq("open"),
    FilterExpression=Attr("price").lt(Decimal("10")),
    ReturnConsumedCapacity="INDEXES",
)
assert index["Count"] == 1
assert index["ConsumedCapacity"]["GlobalSecondaryIndexes"]["by_state"]["CapacityUnits"] == 0.5

try:
    table.put_item(
        Item=item,
        ConditionExpression=Attr("customer").not_exists(),
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    raise AssertionError("the condition did not fail")
except client.exceptions.ConditionalCheckFailedException as error:
    assert error.response["Item"]["state"] == {"S": "open"}
    assert len(error.response["ResponseMetadata"]["RequestId"]) == 52

try:
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "orders", "Item": {"customer": "bob", "number": 1}}},
            {
                "ConditionCheck": {
                    "TableName": "orders",
                    "Key": {"customer": "nobody", "number": 1},
                    "ConditionExpression": "attribute_exists(customer)",
                }
            },
        ]
    )
    raise AssertionError("the transaction was not cancelled")
except client.exceptions.TransactionCanceledException as error:
    codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"], codes

try:
    client.create_backup(TableName="orders", BackupName="backup")
    raise AssertionError("a backup was not refused")
except ClientError as error:
    assert error.response["Error"]["Code"] == "UnknownOperationException"
client.update_time_to_live(
    TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
)
assert client.describe_limits()["TableMaxReadCapacityUnits"] == 40000
print(f"boto3: {boto3.__version__}")
PYTHON

# What was written is there again after the end and a new start.
kill -INT "$server"
wait "$server"
start
expect "$(aws scan --table-name orders --select COUNT --query Count)" 61
expect "$(aws describe-time-to-live --table-name orders --query TimeToLiveDescription.AttributeName)" expires
aws delete-table --table-name orders >/dev/null
aws wait table-not-exists --table-name orders
kill -TERM "$server"
wait "$server"
server=
if grep -q orders "$work/data.jsonl"; then echo "a deleted table was saved" >&2; exit 1; fi
echo ok
