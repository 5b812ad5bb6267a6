//! Serving HTTP to strangers: bounded connections, bounded waiting for headers, no delay for small packets, and an end that
//! lets requests under way finish.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt as _;

/// Bounds of one listener.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub connections_max: usize,
    /// A connection that has not sent whole headers by then is closed.
    pub header_read: Duration,
    /// How long requests under way may take at the end.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections_max: 4_096, header_read: Duration::from_secs(15), drain: Duration::from_secs(10) }
    }
}

/// Serves until `end` is ready and the requests under way are answered.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, end: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(bounds.connections_max));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.header_read).max_headers(64);
    let graceful = GracefulShutdown::new();
    tokio::pin!(end);
    loop {
        // With all places taken, new connections wait in the kernel's queue instead of in our memory.
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut end => break,
        };
        let Ok(place) = place else { break };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(cause) => {
                    // Out of file handles, most likely: waiting a moment lets some close.
                    tracing::warn!(%cause, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            () = &mut end => break,
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service =
            hyper::service::service_fn(move |request: Request<Incoming>| answer(router.clone(), peer, request));
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // Peers that go away in the middle are everyday life.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(bounds.drain) => tracing::warn!("requests were cut off at the end"),
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}
