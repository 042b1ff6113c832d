//! The AWS SDK over the engine, in process: typed errors, paginators, waiters and retries are the SDK's own.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters as _;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{AsyncSleep, BehaviorVersion, HttpClient, Region, RuntimeComponents, Sleep};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, Delete, KeySchemaElement, KeyType, KeysAndAttributes,
    Put, ReturnValue, ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TableStatus,
    TransactWriteItem, WriteRequest,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use dynorm_mem::{Engine, ManualClock, MemBackend, SdkConnector, sdk_client};

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

async fn create_table(client: &Client) {
    create_table_of(client, "users").await;
}

async fn create_table_of(client: &Client, name: &str) {
    let attribute = |name: &str, kind| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let key =
        |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    client
        .create_table()
        .table_name(name)
        .attribute_definitions(attribute("group", ScalarAttributeType::S))
        .attribute_definitions(attribute("number", ScalarAttributeType::N))
        .key_schema(key("group", KeyType::Hash))
        .key_schema(key("number", KeyType::Range))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

async fn with_table() -> Client {
    let client = sdk_client(&MemBackend::new());
    create_table(&client).await;
    client
}

fn put(
    client: &Client,
    group: &str,
    number: u32,
) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    client
        .put_item()
        .table_name("users")
        .item("group", text(group))
        .item("number", AttributeValue::N(number.to_string()))
}

#[tokio::test]
async fn a_table_is_waited_for_and_described() {
    let client = with_table().await;
    let waited =
        client.wait_until_table_exists().table_name("users").wait(Duration::from_secs(1)).await.unwrap();
    let table = waited.as_result().unwrap().table().unwrap();
    assert_eq!(table.table_status(), Some(&TableStatus::Active));
    assert_eq!(table.key_schema().len(), 2);
    assert!(table.creation_date_time().is_some());
    assert_eq!(client.list_tables().send().await.unwrap().table_names(), ["users"]);
}

/// Sleeps by moving the engine's clock.
#[derive(Debug)]
struct ClockSleep(ManualClock);

impl AsyncSleep for ClockSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.advance(duration);
        Sleep::new(std::future::ready(()))
    }
}

#[tokio::test]
async fn waiters_wait_for_slow_tables() {
    let clock = ManualClock::new();
    let engine = Engine::new().with_table_delay(Duration::from_secs(25));
    let backend = MemBackend::of(engine).with_clock(clock.clone());
    let slow = sdk_client(&backend).config().to_builder().sleep_impl(ClockSleep(clock)).build();
    let client = Client::from_conf(slow);
    create_table(&client).await;
    let early = put(&client, "a", 1).send().await.unwrap_err();
    assert!(early.as_service_error().unwrap().is_resource_not_found_exception());
    client.wait_until_table_exists().table_name("users").wait(Duration::from_mins(2)).await.unwrap();
    put(&client, "a", 1).send().await.unwrap();
    let deleted = client.delete_table().table_name("users").send().await.unwrap();
    assert_eq!(deleted.table_description().unwrap().table_status(), Some(&TableStatus::Deleting));
    client.wait_until_table_not_exists().table_name("users").wait(Duration::from_mins(2)).await.unwrap();
    assert!(client.list_tables().send().await.unwrap().table_names().is_empty());
}

#[tokio::test]
async fn an_item_comes_back_as_it_went() {
    let client = with_table().await;
    let list = AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::Null(true)]);
    let blob = AttributeValue::B(vec![0, 255].into());
    put(&client, "a", 1).item("list", list.clone()).item("blob", blob.clone()).send().await.unwrap();
    let read = client.get_item().table_name("users").key("group", text("a"));
    let item = read.key("number", AttributeValue::N("1.0".into())).send().await.unwrap().item.unwrap();
    assert_eq!((&item["list"], &item["blob"]), (&list, &blob));
}

#[tokio::test]
async fn errors_are_typed() {
    let client = with_table().await;
    let missing = client.get_item().table_name("nobody").key("group", text("a")).send().await.unwrap_err();
    assert!(missing.as_service_error().unwrap().is_resource_not_found_exception());
    let invalid = client.get_item().table_name("users").key("group", text("a")).send().await.unwrap_err();
    assert_eq!(invalid.code(), Some("ValidationException"));
    assert_eq!(invalid.message(), Some("The provided key element does not match the schema"));
    let in_use = client
        .create_table()
        .table_name("users")
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("p")
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap(),
        )
        .key_schema(KeySchemaElement::builder().attribute_name("p").key_type(KeyType::Hash).build().unwrap())
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap_err();
    assert!(in_use.as_service_error().unwrap().is_resource_in_use_exception());
    let backups = client.list_backups().send().await.unwrap_err();
    assert_eq!(backups.code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn a_failed_condition_brings_the_item_that_failed_it() {
    let client = with_table().await;
    put(&client, "a", 1).item("name", text("Ann")).send().await.unwrap();
    let again = put(&client, "a", 1)
        .condition_expression("attribute_not_exists(#g)")
        .expression_attribute_names("#g", "group")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err();
    let SdkError::ServiceError(error) = again else { panic!("{again:?}") };
    assert_eq!(error.raw().status().as_u16(), 400);
    let error = error.into_err();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(failed.item.unwrap()["name"], text("Ann"));
}

#[tokio::test]
async fn a_cancelled_transaction_says_why() {
    let client = with_table().await;
    let key = |number: &str| {
        [("group".to_owned(), text("a")), ("number".to_owned(), AttributeValue::N(number.into()))]
    };
    let put = Put::builder().table_name("users").set_item(Some(key("1").into())).build().unwrap();
    let delete = Delete::builder()
        .table_name("users")
        .set_key(Some(key("2").into()))
        .condition_expression("attribute_exists(#g)")
        .expression_attribute_names("#g", "group")
        .build()
        .unwrap();
    let write = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put).build())
        .transact_items(TransactWriteItem::builder().delete(delete).build());
    let error = write.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        panic!("{error:?}")
    };
    let codes: Vec<_> =
        cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
}

#[tokio::test]
async fn paginators_read_every_page() {
    let client = with_table().await;
    for number in 0..10 {
        put(&client, "a", number).send().await.unwrap();
    }
    let query = client
        .query()
        .table_name("users")
        .key_condition_expression("#g = :g")
        .expression_attribute_names("#g", "group")
        .expression_attribute_values(":g", text("a"));
    let items: Vec<_> =
        query.limit(3).into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    assert_eq!(items.len(), 10);
    assert_eq!(items[9]["number"], AttributeValue::N("9".into()));
    let scan = client.scan().table_name("users").limit(4).into_paginator();
    let pages: Vec<_> = scan.send().collect::<Result<_, _>>().await.unwrap();
    assert_eq!(pages.iter().map(ScanOutput::count).collect::<Vec<_>>(), [4, 4, 2]);
}

#[tokio::test]
async fn batches_and_updates_pass() {
    let client = with_table().await;
    let key = [("group".to_owned(), text("a")), ("number".to_owned(), AttributeValue::N("1".into()))];
    let request =
        aws_sdk_dynamodb::types::PutRequest::builder().set_item(Some(key.clone().into())).build().unwrap();
    let write = WriteRequest::builder().put_request(request).build();
    let written = client.batch_write_item().request_items("users", vec![write]).send().await.unwrap();
    assert!(written.unprocessed_items().unwrap().is_empty());
    let updated = client
        .update_item()
        .table_name("users")
        .set_key(Some(key.clone().into()))
        .update_expression("ADD visits :one")
        .expression_attribute_values(":one", AttributeValue::N("1".into()))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await
        .unwrap();
    assert_eq!(updated.attributes().unwrap()["visits"], AttributeValue::N("1".into()));
    let keys = KeysAndAttributes::builder().keys(key.into()).build().unwrap();
    let read = client.batch_get_item().request_items("users", keys).send().await.unwrap();
    assert_eq!(read.responses().unwrap()["users"].len(), 1);
}

#[tokio::test]
async fn clients_of_one_engine_see_each_others_writes() {
    let backend = MemBackend::new();
    let (one, other) = (sdk_client(&backend), sdk_client(&backend));
    create_table(&one).await;
    put(&one, "a", 1).send().await.unwrap();
    assert_eq!(other.scan().table_name("users").send().await.unwrap().count(), 1);
    assert_eq!(sdk_client(&backend.fork()).scan().table_name("users").send().await.unwrap().count(), 1);
}

#[tokio::test]
async fn a_table_that_is_deleted_is_waited_for() {
    let client = with_table().await;
    let early = client.wait_until_table_not_exists().table_name("users").wait(Duration::ZERO).await;
    assert!(early.is_err(), "the table is there");
    client.delete_table().table_name("users").send().await.unwrap();
    let waited = client.wait_until_table_not_exists().table_name("users").wait(Duration::from_secs(1)).await;
    let last = waited.unwrap().into_result().unwrap_err();
    assert!(last.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn names_of_tables_are_read_page_by_page() {
    let client = sdk_client(&MemBackend::new());
    for name in ["table_a", "table_b", "table_c", "table_d", "table_e"] {
        create_table_of(&client, name).await;
    }
    let pages: Vec<_> =
        client.list_tables().limit(2).into_paginator().send().collect::<Result<_, _>>().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.table_names().len()).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(pages[1].last_evaluated_table_name(), Some("table_d"));
}

#[tokio::test]
async fn statements_pass() {
    let client = with_table().await;
    let insert = "INSERT INTO users VALUE {'group': ?, 'number': 1}";
    client.execute_statement().statement(insert).parameters(text("a")).send().await.unwrap();
    let again = client.execute_statement().statement(insert).parameters(text("a")).send().await.unwrap_err();
    assert!(again.into_service_error().is_duplicate_item_exception());
    let select = client.execute_statement().statement("SELECT * FROM users WHERE \"group\" = 'a'");
    assert_eq!(select.send().await.unwrap().items().len(), 1);
}

/// Refuses the first requests in this way, then passes them on; counts all.
#[derive(Clone, Debug)]
struct Flaky {
    inner: SdkConnector,
    n_left: Arc<AtomicU32>,
    n_asked: Arc<AtomicU32>,
    refusal: (u16, &'static str),
}

impl Flaky {
    fn new(backend: &MemBackend, n_left: u32, refusal: (u16, &'static str)) -> Self {
        let n_left = Arc::new(AtomicU32::new(n_left));
        Self { inner: SdkConnector::new(backend.clone()), n_left, n_asked: Arc::default(), refusal }
    }

    fn client(&self) -> Client {
        let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .allow_no_auth()
            .retry_config(retries)
            .http_client(self.clone())
            .build();
        Client::from_conf(config)
    }

    fn n_asked(&self) -> u32 {
        self.n_asked.load(Ordering::SeqCst)
    }
}

impl HttpConnector for Flaky {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.n_asked.fetch_add(1, Ordering::SeqCst);
        let is_refused =
            self.n_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if !is_refused {
            return self.inner.call(request);
        }
        let (status, exception) = self.refusal;
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{exception}"}}"#);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

impl HttpClient for Flaky {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[tokio::test]
async fn throttled_requests_and_failures_of_the_service_are_retried_by_the_sdk() {
    for refusal in [(400, "ProvisionedThroughputExceededException"), (500, "InternalServerError")] {
        let backend = MemBackend::new();
        create_table(&sdk_client(&backend)).await;
        let flaky = Flaky::new(&backend, 2, refusal);
        put(&flaky.client(), "a", 1).send().await.unwrap();
        assert_eq!(flaky.n_asked(), 3, "{refusal:?}");
        assert_eq!(backend.items("users").len(), 1);
    }
}

#[tokio::test]
async fn refusals_are_not_retried() {
    let backend = MemBackend::new();
    create_table(&sdk_client(&backend)).await;
    let counted = Flaky::new(&backend, 0, (500, ""));
    let client = counted.client();
    let missing = client.get_item().table_name("nobody").key("group", text("a")).send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
    put(&client, "a", 1).send().await.unwrap();
    let failed = put(&client, "a", 1)
        .condition_expression("attribute_not_exists(#g)")
        .expression_attribute_names("#g", "group");
    let failed = failed.send().await.unwrap_err().into_service_error();
    assert!(failed.is_conditional_check_failed_exception());
    assert_eq!(counted.n_asked(), 3);
}
