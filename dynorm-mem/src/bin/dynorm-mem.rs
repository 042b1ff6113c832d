//! The program `dynorm-mem`: the engine as a server for any language's DynamoDB clients.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dynorm_mem::MemBackend;
use dynorm_mem::server::{self, CONNECTIONS_MAX, Credentials, Server};

const HELP: &str = "\
DynamoDB in process, as a server on this machine

Usage: dynorm-mem [options]

Options:
  --port <port>    port to listen at, 0 for any free one [default: 8000]
  --host <address> IP address to listen at [default: 127.0.0.1]
  --data <file>    load tables and items from this file at the start, if it is there,
                   and save them to it at the end
  --seed <file>    import tables and items from this file at the start
  --import <table>=<path>
                   put the items of an export to S3 into this table, which --data or --seed
                   has brought: a file, or a folder of files; may be repeated
  --connections <n>
                   serve at most this many connections at one time, and have more wait
                   [default: 1024]
  --cors           let web pages of any origin use the server
  --require-auth   refuse requests without a signature; any key is good
  --credentials <key>:<secret>
                   verify signatures, and refuse those of other keys; may be repeated
  --version        print the version
  --help           print this help

Files are JSON lines: {\"Table\": <parameters of CreateTable>}, followed by the table's
items as {\"Item\": <DynamoDB JSON>}, the form of exports to S3. Those that are read may
be compressed with gzip.

Clients need the server's URL as their endpoint, a region, and any credentials:
  aws dynamodb list-tables --endpoint-url http://127.0.0.1:8000 --region us-east-1
";

/// What the command line asks for.
#[derive(Debug)]
struct Options {
    port: u16,
    host: IpAddr,
    data: Option<PathBuf>,
    seed: Option<PathBuf>,
    /// Exports to S3, each with its table.
    imports: Vec<(String, PathBuf)>,
    connections: NonZeroUsize,
    cors: bool,
    require_auth: bool,
    credentials: Vec<Credentials>,
}

/// What to do.
#[derive(Debug)]
enum Command {
    Serve(Options),
    Help,
    Version,
}

fn main() -> ExitCode {
    let done = match parse(std::env::args().skip(1)) {
        Ok(Command::Serve(options)) => serve(&options),
        Ok(Command::Help) => print(HELP),
        Ok(Command::Version) => print(concat!("dynorm-mem ", env!("CARGO_PKG_VERSION"), "\n")),
        Err(mistake) => {
            complain(&format!("{mistake}\nSee dynorm-mem --help."));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&explained(&*error));
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut options = Options {
        port: 8000,
        host: IpAddr::from([127, 0, 0, 1]),
        data: None,
        seed: None,
        imports: Vec::new(),
        connections: CONNECTIONS_MAX,
        cors: false,
        require_auth: false,
        credentials: Vec::new(),
    };
    // `--port=8000` is `--port 8000`.
    let mut words = arguments.flat_map(|argument| match argument.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => vec![flag.to_owned(), value.to_owned()],
        _ => vec![argument],
    });
    while let Some(flag) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--port" => options.port = parsed(&flag, &value()?)?,
            "--host" => options.host = host(&flag, &value()?)?,
            "--data" => options.data = Some(value()?.into()),
            "--seed" => options.seed = Some(value()?.into()),
            "--import" => options.imports.push(import(&value()?)?),
            "--connections" => options.connections = parsed(&flag, &value()?)?,
            "--cors" => options.cors = true,
            "--credentials" => options.credentials.push(credentials(&flag, &value()?)?),
            "--require-auth" => options.require_auth = true,
            "--help" | "-h" => return Ok(Command::Help),
            "--version" | "-V" => return Ok(Command::Version),
            _ => return Err(format!("unknown argument `{flag}`")),
        }
    }
    Ok(Command::Serve(options))
}

fn parsed<T: std::str::FromStr>(flag: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{flag} cannot be `{value}`"))
}

fn host(flag: &str, value: &str) -> Result<IpAddr, String> {
    if value == "localhost" { Ok(IpAddr::from([127, 0, 0, 1])) } else { parsed(flag, value) }
}

/// A table and the path of its export. Names of tables have no `=`, and paths may.
fn import(value: &str) -> Result<(String, PathBuf), String> {
    match value.split_once('=') {
        Some((table, path)) if !table.is_empty() && !path.is_empty() => Ok((table.to_owned(), path.into())),
        _ => Err(format!("--import is TABLE=PATH, not `{value}`")),
    }
}

/// The text is not repeated in the message: it may hold a secret.
fn credentials(flag: &str, value: &str) -> Result<Credentials, String> {
    value.parse().map_err(|error| format!("{flag}: {error}"))
}

fn serve(options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(options))
}

async fn run(options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    let backend = MemBackend::new();
    read(&backend, options)?;
    let mut server = Server::bind(SocketAddr::new(options.host, options.port), backend.clone()).await?;
    server = server.with_connections_max(options.connections);
    if options.cors {
        server = server.with_cors();
    }
    if options.require_auth {
        server = server.with_required_auth();
    }
    if !options.credentials.is_empty() {
        server = server.with_credentials(options.credentials.iter().cloned());
    }
    print(&format!("dynorm-mem listens at http://{}\n", server.address()))?;
    server.serve(asked_to_stop()).await;
    if let Some(path) = &options.data {
        server::save(&backend, path).map_err(|error| about("cannot save", path, error.into()))?;
    }
    Ok(())
}

/// Reads the files that the server begins with.
fn read(backend: &MemBackend, options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    if let Some(path) = &options.data {
        server::load(backend, path).map_err(|error| about("cannot load", path, error))?;
    }
    if let Some(path) = &options.seed {
        server::seed(backend, path).map_err(|error| about("cannot import", path, error))?;
    }
    for (table, path) in &options.imports {
        server::import(backend, table, path).map_err(|error| about("cannot import", path, error))?;
    }
    Ok(())
}

fn about(what: &str, path: &Path, error: Box<dyn Error + Send + Sync>) -> Box<dyn Error + Send + Sync> {
    format!("{what} {}: {}", path.display(), explained(&*error)).into()
}

/// An error with its causes.
fn explained(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Ready when the user or the system wants the program to end.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}

fn print(text: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn complain(text: &str) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr(), "dynorm-mem: {text}");
}
