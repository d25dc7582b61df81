//! Sockets: accepts connections, distinguishes plain HTTP and TLS by the first byte, and stops gracefully.
//! The only module that names hyper's server. Does not know what is answered.

mod abort;
mod activity;
mod arriving;
mod connection;
mod date;
mod head;
mod supervisor;
pub mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::limits::{Limit, Limits};
use crate::pipeline::Pipeline;
use tls::Tls;

/// How long requests that were read may take to finish after the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// Listening sockets that are bound and not yet served.
pub struct Bound(Vec<(TcpListener, SocketAddr, Option<usize>)>);

/// A running server.
pub struct Server {
    stop: CancellationToken,
    accepting: TaskTracker,
    connections: TaskTracker,
}

impl Bound {
    /// Binds every address, each with the index of its vendor if it serves only one.
    ///
    /// # Errors
    /// The address that could not be bound, and why.
    pub async fn new(addresses: &[(SocketAddr, Option<usize>)]) -> Result<Self, (SocketAddr, io::Error)> {
        let mut bound = Vec::with_capacity(addresses.len());
        for (address, vendor) in addresses {
            let listener = TcpListener::bind(address).await.map_err(|error| (*address, error))?;
            let real = listener.local_addr().map_err(|error| (*address, error))?;
            bound.push((listener, real, *vendor));
        }
        Ok(Self(bound))
    }

    /// The addresses with their actual ports.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.0.iter().map(|(_, address, _)| *address).collect()
    }

    /// Starts to serve.
    pub fn serve(self, pipeline: &Arc<Pipeline>, tls: &Arc<Tls>, limits: Limits) -> Server {
        let slots = Arc::new(Semaphore::new(limits.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
        let (stop, accepting, connections) = (pipeline.stop_token(), TaskTracker::new(), TaskTracker::new());
        let shortage = Arc::new(Notify::new());
        accepting.spawn(watch_memory(Arc::clone(pipeline), Arc::clone(&shortage), stop.clone()));
        for (listener, _, vendor) in self.0 {
            let context = Context {
                pipeline: Arc::clone(pipeline),
                tls: Arc::clone(tls),
                limits,
                vendor,
                slots: Arc::clone(&slots),
                stop: stop.clone(),
                connections: connections.clone(),
                shortage: Arc::clone(&shortage),
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
    limits: Limits,
    /// The index of the vendor, if only one is served here.
    vendor: Option<usize>,
    /// A slot for each allowed connection.
    slots: Arc<Semaphore>,
    stop: CancellationToken,
    connections: TaskTracker,
    /// Notified from time to time while the process has hardly any memory left.
    shortage: Arc<Notify>,
}

/// How often to look whether there is memory left.
const MEMORY_CHECK: Duration = Duration::from_secs(1);

/// Tells all connections while there is hardly any memory left.
async fn watch_memory(pipeline: Arc<Pipeline>, shortage: Arc<Notify>, stop: CancellationToken) {
    let watch = async {
        loop {
            tokio::time::sleep(MEMORY_CHECK).await;
            if pipeline.is_short() {
                shortage.notify_waiters();
            }
        }
    };
    tokio::select! {
        () = watch => {}
        () = stop.cancelled() => {}
    }
}

impl Context {
    fn spawn(&self, stream: TcpStream, slot: Option<OwnedSemaphorePermit>) {
        self.connections.spawn(connection::serve(stream, self.clone(), slot));
    }

    /// Waits for a slot, unless the server is stopping: then the last connections need none.
    ///
    /// The new connection waits, and so do those behind it in the system's bounded backlog. Answering 503 instead would
    /// look like the vendor's 503, so the client would retry; and over TLS or HTTP/2 an answer needs a served
    /// connection. Idle connections end at their time-outs, so a slot always becomes free.
    async fn slot(&self, is_full: &mut bool) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            *is_full = false;
            return Some(slot);
        }
        self.pipeline.limit_hit(Limit::Connections);
        if !std::mem::replace(is_full, true) {
            let max = self.limits.max_connections;
            tracing::warn!(max, "all {max} connections are in use; new ones wait (--max-connections)");
        }
        tokio::select! {
            slot = Arc::clone(&self.slots).acquire_owned() => slot.ok(),
            () = self.stop.cancelled() => None,
        }
    }
}

/// How long to wait if the process can open no more files: some may be closed by then.
const OUT_OF_FILES: Duration = Duration::from_millis(50);

async fn accept(listener: TcpListener, context: Context) {
    // A condition is logged once, and again only after it has ended.
    let (mut is_full, mut has_failed) = (false, false);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = context.stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                has_failed = false;
                let slot = context.slot(&mut is_full).await;
                context.spawn(stream, slot);
            }
            // The client disconnected before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                context.pipeline.limit_hit(Limit::OpenFiles);
                if !std::mem::replace(&mut has_failed, true) {
                    tracing::warn!(%error, "cannot accept a connection: {error}");
                }
                tokio::time::sleep(OUT_OF_FILES).await;
            }
        }
    }
    // Clients that connected before the listener closes are still answered. This asks the system and not the runtime,
    // which may not know of them yet.
    let Ok(listener) = listener.into_std() else { return };
    while let Ok((stream, _)) = listener.accept() {
        if stream.set_nonblocking(true).is_ok()
            && let Ok(stream) = TcpStream::from_std(stream)
        {
            context.spawn(stream, None);
        }
    }
}

impl Server {
    /// Tells the server to stop, without waiting.
    pub fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    /// Stops. Requests whose head was read have five seconds to finish; silent connections are dropped.
    pub async fn stop(self) {
        self.begin_to_stop();
        self.accepting.wait().await;
        self.connections.close();
        if tokio::time::timeout(LAST_REQUESTS, self.connections.wait()).await.is_err() {
            tracing::warn!("some requests did not end within {} s and were dropped", LAST_REQUESTS.as_secs());
        }
    }
}
