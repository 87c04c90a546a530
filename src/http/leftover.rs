//! What a handler leaves of a body. A client that sends all of it before it reads would see its
//! connection reset instead of the answer, so the rest is read and thrown away, within bounds.

use std::{
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header::CONNECTION},
    middleware::Next,
    response::Response,
};
use futures_util::{StreamExt, stream::poll_fn};

/// Most bytes thrown away for one request, and the longest it may take.
const DISCARD_LIMIT: usize = 64 << 20;
const DISCARD_TIME: Duration = Duration::from_secs(10);

/// Answers a request, and before the answer goes out takes what is left of its body.
pub(super) async fn discard(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let left = Shared(Arc::new(Mutex::new(Some(body.into_data_stream()))));
    let read = left.clone();
    let body = Body::from_stream(poll_fn(move |context| read.poll(context)));
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let rest = tokio::time::timeout(DISCARD_TIME, left.drain()).await;
    if !rest.unwrap_or(false) {
        // Whatever still comes is no request.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A body that the handler reads, and of which something may be left when it is done.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<BodyDataStream>>>);

impl Shared {
    /// Returns the next piece; after the end or a fault there is none.
    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(stream) = body.as_mut() else { return Poll::Ready(None) };
        let polled = stream.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            *body = None;
        }
        polled
    }

    /// Throws away what is left; tells whether that was all.
    async fn drain(&self) -> bool {
        let mut rest = poll_fn(|context| self.poll(context));
        let mut discarded = 0;
        while let Some(piece) = rest.next().await {
            let Ok(piece) = piece else { return false };
            discarded += piece.len();
            if discarded > DISCARD_LIMIT {
                return false;
            }
        }
        true
    }
}
