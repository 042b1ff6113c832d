//! The two sides: the engine in process, and a server over HTTP.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use dynorm_mem::wire::Wire;
use dynorm_mem::{Cohort, Engine, MemBackend};
use serde_json::Value;

/// Something that carries out calls.
pub trait Side {
    /// Status and body of the answer.
    fn answer(&mut self, operation: &str, body: &Value) -> Result<(u16, Value), String>;
}

pub struct InProcess(Wire);

impl InProcess {
    /// An engine with its usual words.
    pub fn new() -> Self {
        Self(Wire::new(MemBackend::of(Engine::new().with_cohort(Cohort::New))))
    }
}

impl Side for InProcess {
    fn answer(&mut self, operation: &str, body: &Value) -> Result<(u16, Value), String> {
        let answer = self.0.answer(&format!("DynamoDB_20120810.{operation}"), body.to_string().as_bytes());
        let body =
            serde_json::from_str(&answer.body).map_err(|e| format!("the engine's answer is no JSON: {e}"))?;
        Ok((answer.status, body))
    }
}

pub struct Http {
    host: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Http {
    /// A server at an address such as `http://127.0.0.1:8000`.
    pub fn new(address: &str) -> Self {
        let host = address.strip_prefix("http://").unwrap_or(address).trim_end_matches('/').to_owned();
        Self { host, connection: None }
    }

    fn exchange(&mut self, operation: &str, body: &str) -> io::Result<(u16, Vec<u8>)> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let stream = TcpStream::connect(&self.host)?;
                stream.set_nodelay(true)?;
                BufReader::new(stream)
            }
        };
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-amz-json-1.0\r\n\
             X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: 20250101T000000Z\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host, Signature=0\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        connection.get_mut().write_all(request.as_bytes())?;
        let (status, length, keep) = head(&mut connection)?;
        let mut body = Vec::new();
        match length {
            Some(length) => drop(connection.by_ref().take(length).read_to_end(&mut body)?),
            None => drop(connection.read_to_end(&mut body)?),
        }
        if keep && length.is_some() {
            self.connection = Some(connection);
        }
        Ok((status, body))
    }
}

impl Side for Http {
    fn answer(&mut self, operation: &str, body: &Value) -> Result<(u16, Value), String> {
        let text = body.to_string();
        let had_connection = self.connection.is_some();
        let mut answer = self.exchange(operation, &text);
        // A connection that the server has closed since was no answer; a second time it is a failure.
        if matches!(&answer, Err(e) if had_connection && e.kind() == io::ErrorKind::UnexpectedEof) {
            answer = self.exchange(operation, &text);
        }
        let (status, bytes) =
            answer.map_err(|e| format!("the server at {} cannot be asked: {e}", self.host))?;
        let body = serde_json::from_slice(&bytes)
            .map_err(|e| format!("the server's answer to {operation} is no JSON: {e}: {text}"))?;
        Ok((status, body))
    }
}

/// Status, length, and whether the connection stays open.
fn head(connection: &mut impl BufRead) -> io::Result<(u16, Option<u64>, bool)> {
    let mut line = String::new();
    if connection.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let status =
        line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let (mut length, mut keep) = (None, line.starts_with("HTTP/1.1"));
    loop {
        line.clear();
        connection.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok(),
            "connection" if value.trim().eq_ignore_ascii_case("close") => keep = false,
            _ => {}
        }
    }
    Ok((status, length, keep))
}
