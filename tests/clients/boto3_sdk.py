"""boto3: resources and client, batches, indexes, typed errors, compression, signatures. Started by run.sh."""

import gzip
import os
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
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

# Requests that botocore compresses, which it does for DynamoDB only if it is told to.
compressing = boto3.client(
    "dynamodb",
    endpoint_url=os.environ["URL"],
    config=Config(request_min_compression_size_bytes=1),
)
n_compressed = 0


def count_compressed(request, **kwargs):
    global n_compressed
    n_compressed += request.headers.get("Content-Encoding") in ("gzip", b"gzip")


compressing.meta.events.register("before-send", count_compressed)
operations = compressing.meta.service_model._service_description["operations"]
operations["PutItem"]["requestcompression"] = {"encodings": ["gzip"]}
compressing.put_item(
    TableName="orders",
    Item={"customer": {"S": "zip"}, "number": {"N": "1"}, "text": {"S": "x" * 20000}},
)
assert n_compressed == 1

# Answers that are compressed, which botocore does not inflate by itself; it has checked their CRC32 before.
codings = []


def ask_for_gzip(params, **kwargs):
    params["headers"]["Accept-Encoding"] = "gzip"


def inflate(response_dict, **kwargs):
    codings.append(response_dict["headers"].get("Content-Encoding"))
    if codings[-1] == "gzip":
        response_dict["body"] = gzip.decompress(response_dict["body"])


client.meta.events.register("before-call", ask_for_gzip)
client.meta.events.register("before-parse", inflate)
zipped = table.get_item(Key={"customer": "zip", "number": 1})
assert zipped["Item"]["text"] == "x" * 20000
small = table.get_item(Key={"customer": "ann", "number": 1})
assert codings == ["gzip", None], codings
assert len(small["ResponseMetadata"]["HTTPHeaders"]["x-amz-crc32"]) > 0
client.meta.events.unregister("before-call", ask_for_gzip)
client.meta.events.unregister("before-parse", inflate)

for keys, exception in [
    ({"aws_secret_access_key": "wrong", "aws_access_key_id": "local"}, "InvalidSignatureException"),
    ({"aws_secret_access_key": "any", "aws_access_key_id": "nobody"}, "UnrecognizedClientException"),
]:
    try:
        boto3.client("dynamodb", endpoint_url=os.environ["URL"], **keys).list_tables()
        raise AssertionError("a wrong key was not refused")
    except ClientError as error:
        assert error.response["Error"]["Code"] == exception, error
boto3.client(
    "dynamodb",
    endpoint_url=os.environ["URL"],
    aws_access_key_id="other",
    aws_secret_access_key="key",
    aws_session_token="of a session",
    region_name="sa-east-1",
).list_tables()
print(f"boto3: {boto3.__version__}")
