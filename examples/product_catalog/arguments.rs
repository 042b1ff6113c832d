//! The command line, and the database that it asks for.

use std::error::Error;

use dynorm::prelude::*;

/// What `--help` prints.
pub const HELP: &str = "\
A product catalog on one DynamoDB table.

  --serve ADDRESS       serve the catalog over HTTP, as on 127.0.0.1:3000, instead of showing its access patterns
  --backend mem|aws     the engine in this process (default), or DynamoDB; `aws` needs `--features aws`
  --endpoint-url URL    with `--backend aws`: an endpoint of DynamoDB's protocol, as http://127.0.0.1:8000
  --help                this text";

/// What the command line says.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    pub help: bool,
    pub serve: Option<String>,
    pub aws: bool,
    pub endpoint_url: Option<String>,
}

impl Arguments {
    /// Reads the command line, without the program's name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} wants a value; see --help"));
            match word.as_str() {
                "--help" => arguments.help = true,
                "--serve" => arguments.serve = Some(value()?),
                "--endpoint-url" => arguments.endpoint_url = Some(value()?),
                "--backend" => {
                    arguments.aws = match value()?.as_str() {
                        "mem" => false,
                        "aws" => true,
                        other => return Err(format!("no backend {other:?}: `mem` or `aws`")),
                    }
                }
                other => return Err(format!("unknown argument {other:?}; see --help")),
            }
        }
        if arguments.endpoint_url.is_some() && !arguments.aws {
            return Err("--endpoint-url goes with --backend aws".to_owned());
        }
        Ok(arguments)
    }

    /// The database to work on.
    pub async fn database(&self) -> Result<Db, Box<dyn Error>> {
        if self.aws {
            return aws(self.endpoint_url.as_deref()).await;
        }
        Ok(Db::new(dynorm_mem::MemBackend::new()))
    }
}

/// DynamoDB, with the region and the credentials of the environment.
#[cfg(feature = "aws")]
async fn aws(endpoint_url: Option<&str>) -> Result<Db, Box<dyn Error>> {
    use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

    let tls = Provider::Rustls(CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls).build_https();
    let mut config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http);
    if let Some(url) = endpoint_url {
        config = config.endpoint_url(url);
    }
    let client = aws_sdk_dynamodb::Client::new(&config.load().await);
    Ok(Db::new(dynorm::aws::AwsBackend::new(client)))
}

#[cfg(not(feature = "aws"))]
#[allow(clippy::unused_async, reason = "the other one waits")]
async fn aws(_: Option<&str>) -> Result<Db, Box<dyn Error>> {
    Err("this build has no `--backend aws`: run it with `cargo run --features aws`".into())
}
