//! The AWS SDK's client of streams over the engine, in process.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType,
};
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodbstreams::types::{
    AttributeValue as Recorded, OperationType, Record, ShardIteratorType, StreamStatus,
};
use dynorm_mem::{ManualClock, MemBackend, sdk_client, streams_sdk_client};

/// A table of users with a stream of both images, and the stream's ARN.
async fn streamed(backend: &MemBackend) -> String {
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()
        .unwrap();
    let created = sdk_client(backend)
        .create_table()
        .table_name("users")
        .attribute_definitions(id.build().unwrap())
        .key_schema(key.build().unwrap())
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(stream)
        .send()
        .await
        .unwrap();
    created.table_description().unwrap().latest_stream_arn().unwrap().to_owned()
}

async fn put(backend: &MemBackend, id: &str, name: &str) {
    let put = sdk_client(backend).put_item().table_name("users");
    let put = put.item("id", AttributeValue::S(id.into())).item("name", AttributeValue::S(name.into()));
    put.send().await.unwrap();
}

async fn shard(client: &Client, arn: &str) -> String {
    let described = client.describe_stream().stream_arn(arn).send().await.unwrap();
    let stream = described.stream_description().unwrap();
    assert_eq!(stream.stream_status(), Some(&StreamStatus::Enabled));
    assert_eq!((stream.table_name(), stream.key_schema().len()), (Some("users"), 1));
    stream.shards()[0].shard_id().unwrap().to_owned()
}

async fn iterator(client: &Client, arn: &str, kind: ShardIteratorType, number: Option<&str>) -> String {
    let start = client
        .get_shard_iterator()
        .stream_arn(arn)
        .shard_id(shard(client, arn).await)
        .shard_iterator_type(kind)
        .set_sequence_number(number.map(str::to_owned));
    start.send().await.unwrap().shard_iterator.unwrap()
}

/// Reads until a page is empty, as clients that follow a stream do.
async fn read(client: &Client, mut iterator: String) -> (Vec<Record>, String) {
    let mut records = Vec::new();
    loop {
        let page = client.get_records().shard_iterator(iterator).limit(2).send().await.unwrap();
        iterator = page.next_shard_iterator.unwrap();
        let Some(page) = page.records.filter(|page| !page.is_empty()) else { return (records, iterator) };
        assert!(page.len() <= 2);
        records.extend(page);
    }
}

#[tokio::test]
async fn streams_are_listed() {
    let backend = MemBackend::new();
    let client = streams_sdk_client(&backend);
    assert!(client.list_streams().send().await.unwrap().streams().is_empty());
    let arn = streamed(&backend).await;
    let listed = client.list_streams().table_name("users").send().await.unwrap();
    let [stream] = listed.streams() else { panic!("{listed:?}") };
    assert_eq!((stream.stream_arn(), stream.table_name()), (Some(arn.as_str()), Some("users")));
    assert!(arn.ends_with(stream.stream_label().unwrap()));
}

#[tokio::test]
async fn records_are_followed() {
    let backend = MemBackend::new();
    let client = streams_sdk_client(&backend);
    let arn = streamed(&backend).await;
    put(&backend, "ann", "Ann").await;
    put(&backend, "ann", "Anna").await;
    // What changes nothing is not recorded.
    put(&backend, "ann", "Anna").await;
    let key = ("id".to_owned(), AttributeValue::S("ann".into()));
    let delete = sdk_client(&backend).delete_item().table_name("users");
    delete.set_key(Some([key].into())).send().await.unwrap();
    let start = iterator(&client, &arn, ShardIteratorType::TrimHorizon, None).await;
    let (records, next) = read(&client, start).await;
    let names: Vec<_> = records.iter().map(|record| record.event_name().unwrap().clone()).collect();
    assert_eq!(names, [OperationType::Insert, OperationType::Modify, OperationType::Remove]);
    let change = records[1].dynamodb().unwrap();
    assert_eq!(change.keys().unwrap()["id"], Recorded::S("ann".into()));
    assert_eq!(change.old_image().unwrap()["name"], Recorded::S("Ann".into()));
    assert_eq!(change.new_image().unwrap()["name"], Recorded::S("Anna".into()));
    assert_eq!(change.size_bytes(), Some(5 + 12 + 13));
    assert!(records[2].dynamodb().unwrap().new_image().is_none());
    put(&backend, "bob", "Bob").await;
    assert_eq!(read(&client, next).await.0.len(), 1);
    let after =
        iterator(&client, &arn, ShardIteratorType::AfterSequenceNumber, change.sequence_number()).await;
    assert_eq!(read(&client, after).await.0.len(), 2);
    let latest = iterator(&client, &arn, ShardIteratorType::Latest, None).await;
    assert!(read(&client, latest).await.0.is_empty());
}

#[tokio::test]
async fn errors_are_typed() {
    let clock = ManualClock::new();
    let backend = MemBackend::new().with_clock(clock.clone());
    let client = streams_sdk_client(&backend);
    let arn = streamed(&backend).await;
    let iterator = iterator(&client, &arn, ShardIteratorType::TrimHorizon, None).await;
    clock.advance(Duration::from_secs(15 * 60 + 1));
    let expired = client.get_records().shard_iterator(iterator).send().await.unwrap_err();
    assert!(expired.into_service_error().is_expired_iterator_exception());
    let missing =
        client.describe_stream().stream_arn(arn.replace("users", "nobody")).send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
    let malformed = client.describe_stream().stream_arn("a stream").send().await.unwrap_err();
    assert_eq!(malformed.code(), Some("ValidationException"));
}
