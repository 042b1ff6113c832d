//! The command line, and the database that it asks for.

use std::error::Error;

use dynorm::prelude::*;

use crate::common::{self, Backend};

/// What `--help` prints.
pub fn help() -> String {
    format!("A product catalog on one DynamoDB table.\n\n{SERVE}\n{}", common::HELP)
}

const SERVE: &str = "  --serve ADDRESS       serve the catalog over HTTP, as on 127.0.0.1:3000, instead of showing its access patterns";

/// What the command line says.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    pub help: bool,
    pub serve: Option<String>,
    pub backend: Backend,
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
                word if arguments.backend.take(word, &mut value)? => {}
                other => return Err(format!("unknown argument {other:?}; see --help")),
            }
        }
        arguments.backend.check()?;
        Ok(arguments)
    }

    /// The database to work on.
    pub async fn database(&self) -> Result<Db, Box<dyn Error>> {
        self.backend.database().await
    }
}
