//! Sockets: accepts connections, tells plain from TLS by the first byte, and stops gracefully.
//! The only place that names hyper's server. Knows nothing of what is answered.

mod connection;
mod fate;
pub mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::pipeline::Pipeline;
use tls::Tls;

/// How long requests that were read may take to end after the server was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// Listening sockets that are bound and not yet served.
pub struct Bound(Vec<(TcpListener, SocketAddr)>);

/// A running server.
pub struct Server {
    stop: CancellationToken,
    accepting: TaskTracker,
    connections: TaskTracker,
}

impl Bound {
    /// Binds every address.
    ///
    /// # Errors
    /// The address that could not be bound, and why.
    pub async fn new(addresses: &[SocketAddr]) -> Result<Self, (SocketAddr, io::Error)> {
        let mut bound = Vec::with_capacity(addresses.len());
        for address in addresses {
            let listener = TcpListener::bind(address).await.map_err(|error| (*address, error))?;
            let real = listener.local_addr().map_err(|error| (*address, error))?;
            bound.push((listener, real));
        }
        Ok(Self(bound))
    }

    /// The addresses with their real ports.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.0.iter().map(|(_, address)| *address).collect()
    }

    /// Starts to serve.
    pub fn serve(self, pipeline: &Arc<Pipeline>, tls: &Arc<Tls>) -> Server {
        let (stop, accepting, connections) = (CancellationToken::new(), TaskTracker::new(), TaskTracker::new());
        for (listener, _) in self.0 {
            let context = Context {
                pipeline: Arc::clone(pipeline),
                tls: Arc::clone(tls),
                stop: stop.clone(),
                connections: connections.clone(),
            };
            accepting.spawn(accept(listener, context));
        }
        accepting.close();
        Server { stop, accepting, connections }
    }
}

/// What a connection needs.
#[derive(Clone)]
struct Context {
    pipeline: Arc<Pipeline>,
    tls: Arc<Tls>,
    stop: CancellationToken,
    connections: TaskTracker,
}

impl Context {
    fn spawn(&self, stream: TcpStream) {
        self.connections.spawn(connection::serve(stream, self.clone()));
    }
}

async fn accept(listener: TcpListener, context: Context) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = context.stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => context.spawn(stream),
            Err(error) => {
                // Mostly too many open files: waiting lets some of them close.
                tracing::warn!(%error, "a connection could not be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    // Who connected before the listener closes is still answered.
    while let Ok(Ok((stream, _))) = tokio::time::timeout(Duration::ZERO, listener.accept()).await {
        context.spawn(stream);
    }
}

impl Server {
    /// Tells the server to stop, without waiting.
    pub fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    /// Stops: every request whose head was read is finished within five seconds, silent connections are dropped.
    pub async fn stop(self) {
        self.begin_to_stop();
        self.accepting.wait().await;
        self.connections.close();
        if tokio::time::timeout(LAST_REQUESTS, self.connections.wait()).await.is_err() {
            tracing::warn!("some requests did not end within {} s and are dropped", LAST_REQUESTS.as_secs());
        }
    }
}
