//! The HTTP server: connections, their limits, and an end that loses no answer.
//!
//! Speaks HTTP/1.1 with keep-alive, and HTTP/2 to clients that begin with it. There is no TLS: the server is
//! meant for the machine it runs on.

mod auth;
mod body;
mod compression;
mod data;
mod request;
mod signature;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{Interest, Ready};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::auth::Access;
pub use self::auth::{Credentials, CredentialsError};
pub use self::data::{import, load, save, seed};
use self::request::Handler;
use crate::wire::Wire;
use crate::{Faults, MemBackend};

/// Largest body of a request, as the service has it.
pub const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most connections at one time, unless [`Server::with_connections_max`] says otherwise.
pub const CONNECTIONS_MAX: NonZeroUsize = NonZeroUsize::new(1024).expect("1024 is not 0");
/// Longest head of a request: its line and headers.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long a connection may be idle, or take for the head of a request.
pub const IDLE_MAX: Duration = Duration::from_mins(1);
/// How long the body of a request may take.
pub const BODY_TIME_MAX: Duration = Duration::from_mins(1);
/// How long requests that are being answered hold up the end.
pub const SHUTDOWN_MAX: Duration = Duration::from_secs(10);

/// How long to wait after the system could not accept a connection: out of file handles, for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long to wait for the rest of a beginning that came in part.
const PREFACE_PAUSE: Duration = Duration::from_millis(10);

/// A server that is bound to its address and not yet serving.
///
/// ```
/// use dynorm_mem::MemBackend;
/// use dynorm_mem::server::Server;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let server = Server::bind(([127, 0, 0, 1], 0).into(), MemBackend::new()).await?;
/// println!("listening at http://{}", server.address());
/// // Serves until the future is ready: a signal, for example.
/// server.serve(std::future::ready(())).await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    handler: Handler,
    connections_max: NonZeroUsize,
}

impl Server {
    /// Binds an address; port 0 is any free port.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound.
    pub async fn bind(address: SocketAddr, backend: MemBackend) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let wire = Wire::new(backend).with_endpoint(address.to_string());
        Ok(Self { listener, address, handler: Handler::new(wire), connections_max: CONNECTIONS_MAX })
    }

    /// The same server, with at most this many connections at one time.
    ///
    /// One more is not refused: the system completes it, and it waits, with what the client has sent, until another
    /// ends. That is after [`IDLE_MAX`] at the latest if a connection is idle. What does not even fit into the
    /// system's queue of waiting connections is the system's to refuse or to delay.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    /// use dynorm_mem::MemBackend;
    /// use dynorm_mem::server::Server;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let server = Server::bind(([127, 0, 0, 1], 0).into(), MemBackend::new()).await?;
    /// let server = server.with_connections_max(NonZeroUsize::MIN);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_connections_max(mut self, n_connections: NonZeroUsize) -> Self {
        self.connections_max = n_connections;
        self
    }

    /// The same server, open to scripts of any web page.
    #[must_use]
    pub fn with_cors(mut self) -> Self {
        self.handler.allows_cors = true;
        self
    }

    /// The same server, for requests only that bring a signature, by whichever key, right or wrong.
    #[must_use]
    pub fn with_required_auth(mut self) -> Self {
        if matches!(self.handler.access, Access::Open) {
            self.handler.access = Access::Signed;
        }
        self
    }

    /// The same server, for requests only that are signed with one of these keys (AWS Signature Version 4), for
    /// whichever region. The time that signatures expire by is the backend's.
    ///
    /// ```
    /// use dynorm_mem::MemBackend;
    /// use dynorm_mem::server::{Credentials, Server};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let server = Server::bind(([127, 0, 0, 1], 0).into(), MemBackend::new()).await?;
    /// let server = server.with_credentials([Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI")]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_credentials(mut self, credentials: impl IntoIterator<Item = Credentials>) -> Self {
        self.handler.access.verify(credentials);
        self
    }

    /// The same server, whose calls about items have these faults, as [`Wire::with_faults`] says.
    ///
    /// ```
    /// use dynorm_mem::server::Server;
    /// use dynorm_mem::{Fault, Faults, MemBackend};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let faults = Faults::seeded(7);
    /// faults.inject(Fault::throttled().on_writes().percent(10));
    /// let server = Server::bind(([127, 0, 0, 1], 0).into(), MemBackend::new()).await?;
    /// let server = server.with_faults(faults);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> Self {
        Self { handler: self.handler.with_faults(faults), ..self }
    }

    /// The address that is bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, and then until all requests that have begun are answered.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let handler = Arc::new(self.handler);
        let places = Arc::new(Semaphore::new(self.connections_max.get().min(Semaphore::MAX_PERMITS)));
        let connections = GracefulShutdown::new();
        let (serving, _) = watch::channel(());
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&self.listener, &places) => accepted,
            };
            let Some((stream, place)) = accepted else { continue };
            let handler = Arc::clone(&handler);
            let service = service_fn(move |request| {
                let handler = Arc::clone(&handler);
                async move { handler.answer(request).await }
            });
            let (watcher, mut serving) = (connections.watcher(), serving.subscribe());
            tokio::spawn(async move {
                let begins = tokio::select! {
                    // First, so that a request that is there is answered.
                    biased;
                    begins = begins(&stream) => begins,
                    _ = serving.changed() => false,
                };
                if begins {
                    let connection = builder().serve_connection(TokioIo::new(stream), service).into_owned();
                    // An error here is the client's: it went away, or does not speak HTTP and has been told so.
                    let _ = watcher.watch(connection).await;
                }
                drop(place);
            });
        }
        drop(self.listener);
        // Nobody waits for those that have said nothing.
        drop(serving);
        let _ = tokio::time::timeout(SHUTDOWN_MAX, connections.shutdown()).await;
    }
}

/// Whether the client says in time which version of HTTP it speaks. hyper waits for these bytes without a limit, and
/// clients that say nothing would take all places.
async fn begins(stream: &TcpStream) -> bool {
    const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let first = async {
        let mut bytes = [0; PREFACE.len()];
        loop {
            match stream.peek(&mut bytes).await {
                Ok(0) | Err(_) => return false,
                Ok(n) if n < PREFACE.len() && PREFACE.starts_with(&bytes[..n]) => {
                    if has_said_all(stream).await {
                        return false;
                    }
                    tokio::time::sleep(PREFACE_PAUSE).await;
                }
                Ok(_) => return true,
            }
        }
    };
    tokio::time::timeout(IDLE_MAX, first).await.unwrap_or(false)
}

/// Whether nothing comes behind what there is: the client has closed its side, or is gone.
async fn has_said_all(stream: &TcpStream) -> bool {
    stream.ready(Interest::READABLE).await.is_ok_and(Ready::is_read_closed)
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let Ok((stream, _)) = listener.accept().await else {
        tokio::time::sleep(ACCEPT_PAUSE).await;
        return None;
    };
    // Without this small answers wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    Some((stream, place))
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE_MAX).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(IDLE_MAX)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX));
    builder
}
