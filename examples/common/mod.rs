//! What the examples share: the database that the command line asks for.

use std::error::Error;

use dynorm::prelude::*;

/// Arguments of every example.
pub const HELP: &str = "\
  --backend mem|aws     the engine in this process (default), or DynamoDB; `aws` needs `--features aws`
  --endpoint-url URL    with `--backend aws`: an endpoint of DynamoDB's protocol, as http://127.0.0.1:8000
  --help                this text";

/// Which database an example works on.
#[derive(Debug, Default, PartialEq)]
pub struct Backend {
    pub aws: bool,
    pub endpoint_url: Option<String>,
}

impl Backend {
    /// Takes an argument that is about the backend; false if it is not.
    pub fn take(
        &mut self,
        word: &str,
        value: &mut dyn FnMut() -> Result<String, String>,
    ) -> Result<bool, String> {
        match word {
            "--endpoint-url" => self.endpoint_url = Some(value()?),
            "--backend" => {
                self.aws = match value()?.as_str() {
                    "mem" => false,
                    "aws" => true,
                    other => return Err(format!("no backend {other:?}: `mem` or `aws`")),
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// That the arguments go together.
    pub fn check(&self) -> Result<(), String> {
        if self.endpoint_url.is_some() && !self.aws {
            return Err("--endpoint-url goes with --backend aws".to_owned());
        }
        Ok(())
    }

    /// The database to work on.
    pub async fn database(&self) -> Result<Db, Box<dyn Error>> {
        if self.aws {
            return aws(self.endpoint_url.as_deref()).await;
        }
        Ok(Db::new(dynorm_mem::MemBackend::new()))
    }
}

/// The database that the command line of this program asks for; `None` if it asks for help, which is printed then.
#[allow(dead_code, reason = "the example with arguments of its own does not use it")]
pub async fn database(story: &str) -> Result<Option<Db>, Box<dyn Error>> {
    let (mut backend, mut words) = (Backend::default(), std::env::args().skip(1));
    while let Some(word) = words.next() {
        if word == "--help" {
            println!("{story}\n\n{HELP}");
            return Ok(None);
        }
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value; see --help"));
        if !backend.take(&word, &mut value)? {
            return Err(format!("unknown argument {word:?}; see --help").into());
        }
    }
    backend.check()?;
    backend.database().await.map(Some)
}

/// The database with a table `T` of its own for this run: `db.delete_table::<T>()` at the end removes it.
#[allow(dead_code, reason = "the example with arguments of its own does not use it")]
pub async fn with_own_table<T: Table>(db: &Db) -> Result<Db, Box<dyn Error>> {
    let started = db.backend().now().duration_since(std::time::UNIX_EPOCH)?;
    let name = format!("{}-{}-{}", T::SCHEMA.name, started.as_secs(), std::process::id());
    let db = db.with_table_name::<T>(name);
    db.create_table::<T>().await?;
    Ok(db)
}

/// DynamoDB, with the region and the credentials of the environment.
#[cfg(feature = "aws")]
async fn aws(endpoint_url: Option<&str>) -> Result<Db, Box<dyn Error>> {
    use dynorm::aws::{AwsBackend, https};

    let Some(url) = endpoint_url else { return Ok(Db::new(AwsBackend::from_env().await)) };
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(https());
    let client = aws_sdk_dynamodb::Client::new(&config.endpoint_url(url).load().await);
    Ok(Db::new(AwsBackend::new(client)))
}

#[cfg(not(feature = "aws"))]
#[allow(clippy::unused_async, reason = "the other one waits")]
async fn aws(_: Option<&str>) -> Result<Db, Box<dyn Error>> {
    Err("this build has no `--backend aws`: run it with `cargo run --features aws`".into())
}
