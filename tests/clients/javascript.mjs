// The AWS SDK for JavaScript: client, document client, paginators, waiters, typed errors, streams. Started by run.sh.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ResourceNotFoundException,
  TransactionCanceledException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-dynamodb-streams";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  paginateScan,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";

const endpoint = process.env.URL;
const client = new DynamoDBClient({ endpoint });
const documents = DynamoDBDocumentClient.from(client);
const TableName = "events";

const created = await client.send(
  new CreateTableCommand({
    TableName,
    AttributeDefinitions: [
      { AttributeName: "source", AttributeType: "S" },
      { AttributeName: "at", AttributeType: "N" },
      { AttributeName: "kind", AttributeType: "S" },
    ],
    KeySchema: [
      { AttributeName: "source", KeyType: "HASH" },
      { AttributeName: "at", KeyType: "RANGE" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by_kind",
        KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
      },
    ],
    BillingMode: "PAY_PER_REQUEST",
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  }),
);
assert.ok(created.TableDescription.CreationDateTime instanceof Date);
const waited = await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
assert.equal(waited.state, "SUCCESS");

const event = {
  source: "door",
  at: 1,
  kind: "open",
  big: 2 ** 40,
  blob: new Uint8Array([0, 255]),
  tags: new Set(["a", "b"]),
  nested: { list: [true, null, -1.5] },
};
await documents.send(new PutCommand({ TableName, Item: event }));
const found = await documents.send(new GetCommand({ TableName, Key: { source: "door", at: 1 } }));
assert.deepEqual(found.Item, event);
assert.equal(found.$metadata.requestId.length, 52);
assert.equal(found.$metadata.attempts, 1);

const puts = Array.from({ length: 25 }, (_, n) => ({
  PutRequest: { Item: { source: "window", at: n, kind: "tick" } },
}));
const written = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
assert.deepEqual(written.UnprocessedItems, {});
const keys = { Keys: [{ source: "window", at: 3 }, { source: "window", at: 99 }] };
const batch = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: keys } }));
assert.equal(batch.Responses[TableName].length, 1);

let nPages = 0;
const times = [];
const query = {
  TableName,
  KeyConditionExpression: "#s = :s AND #a >= :a",
  ExpressionAttributeNames: { "#s": "source", "#a": "at" },
  ExpressionAttributeValues: { ":s": "window", ":a": 5 },
};
for await (const page of paginateQuery({ client: documents, pageSize: 7 }, query)) {
  nPages += 1;
  times.push(...page.Items.map((item) => item.at));
}
assert.deepEqual([nPages, times], [3, Array.from({ length: 20 }, (_, n) => n + 5)]);
let nScanned = 0;
for await (const page of paginateScan({ client: documents, pageSize: 10 }, { TableName })) nScanned += page.Count;
assert.equal(nScanned, 26);

const updated = await documents.send(
  new UpdateCommand({
    TableName,
    Key: { source: "door", at: 1 },
    UpdateExpression: "SET nested.#l[1] = :x ADD times :one",
    ExpressionAttributeNames: { "#l": "list" },
    ExpressionAttributeValues: { ":x": "new", ":one": 1 },
    ReturnValues: "ALL_NEW",
  }),
);
assert.deepEqual(updated.Attributes.nested, { list: [true, "new", -1.5] });

await assert.rejects(
  documents.send(
    new PutCommand({
      TableName,
      Item: event,
      ConditionExpression: "attribute_not_exists(#s)",
      ExpressionAttributeNames: { "#s": "source" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  ),
  (error) => error instanceof ConditionalCheckFailedException && error.Item.kind.S === "open",
);
await assert.rejects(
  documents.send(
    new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName, Item: { source: "roof", at: 1 } } },
        {
          ConditionCheck: {
            TableName,
            Key: { source: "nobody", at: 1 },
            ConditionExpression: "attribute_exists(kind)",
          },
        },
      ],
    }),
  ),
  (error) =>
    error instanceof TransactionCanceledException &&
    error.CancellationReasons.map((reason) => reason.Code).join() === "None,ConditionalCheckFailed",
);
await assert.rejects(
  documents.send(new GetCommand({ TableName: "nobody", Key: { id: 1 } })),
  (error) => error instanceof ResourceNotFoundException,
);
const ttl = { Enabled: true, AttributeName: "expires" };
await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: ttl }));

const streams = new DynamoDBStreamsClient({ endpoint });
const listed = await streams.send(new ListStreamsCommand({ TableName }));
const StreamArn = listed.Streams[0].StreamArn;
assert.equal(StreamArn, created.TableDescription.LatestStreamArn);
const described = await streams.send(new DescribeStreamCommand({ StreamArn }));
const { ShardId } = described.StreamDescription.Shards[0];
const start = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
const { ShardIterator } = await streams.send(new GetShardIteratorCommand(start));
const records = await streams.send(new GetRecordsCommand({ ShardIterator }));
assert.equal(records.Records.length, 27);
assert.deepEqual(records.Records[0].dynamodb.NewImage.nested.M.list.L[0], { BOOL: true });
assert.equal(records.Records[26].eventName, "MODIFY");
assert.ok(records.Records[26].dynamodb.ApproximateCreationDateTime instanceof Date);
await assert.rejects(
  streams.send(new GetRecordsCommand({ ShardIterator: "none" })),
  (error) => error.$metadata.httpStatusCode === 400,
);

for (const [accessKeyId, name] of [["local", "InvalidSignatureException"], ["nobody", "UnrecognizedClientException"]]) {
  const credentials = { accessKeyId, secretAccessKey: "wrong" };
  const stranger = new DynamoDBClient({ endpoint, credentials, maxAttempts: 1 });
  await assert.rejects(stranger.send(new ListTablesCommand({})), { name });
}
const { version } = createRequire(import.meta.url)("@aws-sdk/client-dynamodb/package.json");
console.log(`javascript sdk: ${version}`);
