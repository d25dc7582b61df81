//! gRPC's own services, reflection and health, for the vendors that have that edge. They stream, so they are mounted
//! beside the pipeline: a stream that is collected first waits for ever. The library serves them.

use std::sync::OnceLock;

use bytes::Bytes;
use connectrpc::{ConnectRpcService, Router};
use connectrpc_reflection::Reflector;
use http::{Request, Response};
use http_body_util::{BodyExt, Either};
use hyper::body::Body;
use tower::Service;

use crate::protocol::ReplyBody;
use crate::vendors;

/// Whether a path is one of these services'.
pub fn owns(path: &str) -> bool {
    path.starts_with("/grpc.reflection.") || path.starts_with("/grpc.health.")
}

/// Answers a call to one of these services.
pub async fn answer<B>(request: Request<B>) -> Response<ReplyBody>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    // Made at first use, so that a start does not pay for it.
    static SERVICE: OnceLock<ConnectRpcService> = OnceLock::new();
    let mut service = SERVICE.get_or_init(service).clone();
    let Ok(response) = service.call(request).await;
    response.map(|body| Either::Right(body.boxed_unsync()))
}

fn service() -> ConnectRpcService {
    let mut router = Router::new();
    let mut names = Vec::new();
    for about in vendors::BUILT_IN.iter().map(|maker| maker.about) {
        let Some(rpc) = &about.rpc else { continue };
        let reflector =
            Reflector::from_descriptor_set_bytes(rpc.descriptors).expect("the descriptors are the generated ones");
        router = connectrpc_reflection::install(router, reflector);
        names.extend_from_slice(rpc.services);
    }
    let (router, _) = connectrpc_health::install_static(router, names);
    ConnectRpcService::new(router)
}
