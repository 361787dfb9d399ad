use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::observe::Seen;

/// A body that is counted while it leaves.
pub(super) struct Counted {
    body: Body,
    seen: Seen,
}

impl Counted {
    pub(super) fn new(body: Body, mut seen: Seen) -> Self {
        // An empty body is not asked for its end.
        seen.complete = body.is_end_stream();
        Self { body, seen }
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        match &polled {
            Some(Ok(frame)) => {
                self.seen.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                // One whose length was said is not asked for more than that.
                self.seen.complete = self.body.is_end_stream() || self.body.size_hint().exact() == Some(0);
            }
            Some(Err(_)) => self.seen.complete = false,
            None => self.seen.complete = true,
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
