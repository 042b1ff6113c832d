//! Backends under test, and tables on them that no two cases share.

use std::sync::Mutex;

use dynorm::aws::AwsBackend;
use dynorm::prelude::*;
use dynorm_mem::MemBackend;

/// A backend that the suite runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leg {
    /// The engine, in this process.
    Mem,
    /// The engine, in this process, through the AWS SDK.
    Sdk,
    /// A server of DynamoDB's protocol, through the AWS SDK.
    Endpoint(String),
    /// DynamoDB as the environment says, with its credentials, region and endpoint.
    #[cfg(feature = "aws-env")]
    Environment,
}

/// What `DYNORM_TEST_ENDPOINT` is for DynamoDB as the environment says.
const ENVIRONMENT: &str = "env";

impl Leg {
    /// The legs that this run has: the engine, by itself and through the AWS SDK, and the endpoint in
    /// `DYNORM_TEST_ENDPOINT`.
    ///
    /// # Panics
    ///
    /// If the endpoint is `env`, and the suite is built without the feature `aws-env`.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let endpoint = std::env::var("DYNORM_TEST_ENDPOINT").ok().filter(|url| !url.is_empty());
        [Self::Mem, Self::Sdk].into_iter().chain(endpoint.map(Self::of_endpoint)).collect()
    }

    #[cfg(feature = "aws-env")]
    fn of_endpoint(endpoint: String) -> Self {
        if endpoint == ENVIRONMENT { Self::Environment } else { Self::Endpoint(endpoint) }
    }

    #[cfg(not(feature = "aws-env"))]
    fn of_endpoint(endpoint: String) -> Self {
        assert!(
            endpoint != ENVIRONMENT,
            "DYNORM_TEST_ENDPOINT={ENVIRONMENT} needs the suite to be built with `--features aws-env`"
        );
        Self::Endpoint(endpoint)
    }

    /// The leg's name in the names of tests.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mem => "mem",
            Self::Sdk => "sdk",
            Self::Endpoint(_) => "endpoint",
            #[cfg(feature = "aws-env")]
            Self::Environment => "endpoint",
        }
    }

    /// Which server an endpoint is, from `DYNORM_TEST_SERVER`.
    #[must_use]
    pub fn server(&self) -> Option<String> {
        match self {
            Self::Mem | Self::Sdk => None,
            Self::Endpoint(_) => std::env::var("DYNORM_TEST_SERVER").ok(),
            #[cfg(feature = "aws-env")]
            Self::Environment => std::env::var("DYNORM_TEST_SERVER").ok(),
        }
    }

    #[cfg_attr(
        not(feature = "aws-env"),
        expect(clippy::unused_async, reason = "only the environment has to be waited for")
    )]
    async fn db(&self) -> Db {
        match self {
            Self::Mem => Db::new(MemBackend::new()),
            Self::Sdk => Db::new(AwsBackend::new(dynorm_mem::sdk_client(&MemBackend::new()))),
            Self::Endpoint(url) => Db::new(AwsBackend::local(url)),
            #[cfg(feature = "aws-env")]
            Self::Environment => Db::new(AwsBackend::from_env().await),
        }
    }
}

/// What a case works with.
#[derive(Debug)]
pub struct Test {
    case: &'static str,
    db: Db,
    tables: Mutex<Vec<String>>,
}

impl Test {
    /// A case on a leg.
    pub async fn new(leg: &Leg, case: &'static str) -> Self {
        Self { case, db: leg.db().await, tables: Mutex::default() }
    }

    /// A database with a new and empty table `T`.
    pub async fn table<T: Table>(&self) -> Db {
        self.table_in::<T>(&self.db).await
    }

    /// The same database with a new and empty table `T`.
    pub async fn table_in<T: Table>(&self, db: &Db) -> Db {
        let db = db.with_table_name::<T>(self.table_name::<T>());
        db.create_table::<T>().await.expect("the backend creates tables");
        db
    }

    /// A database without the table `T`, and a name for it that no other case has.
    #[must_use]
    pub fn without_table<T: Table>(&self) -> Db {
        self.db.with_table_name::<T>(self.table_name::<T>())
    }

    /// Deletes the tables of the case.
    pub async fn clean_up(&self) {
        let tables = std::mem::take(&mut *self.tables.lock().expect("no case panics with the lock"));
        for table in tables {
            // A case may have deleted its table, or not have created it.
            let _ = self.db.backend().delete_table(&table).await;
        }
    }

    /// An idempotency token of this case and run.
    #[must_use]
    pub fn token(&self) -> String {
        let token = format!("{}-{}", std::process::id(), self.case);
        token.chars().take(36).collect()
    }

    fn table_name<T: Table>(&self) -> String {
        let mut tables = self.tables.lock().expect("no case panics with the lock");
        let (process, n) = (std::process::id(), tables.len());
        let name = format!("{}-{}-{process}-{n}", T::SCHEMA.name, self.case);
        tables.push(name.clone());
        name
    }
}
