//! Bodies of requests that arrive in time, and bodies of answers that say when they have ended.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::pace::Answering;

/// The body of a request, which fails with [`BodyTooSlow`] where the client stops sending it.
pub(super) struct TimedBody<B> {
    body: B,
    patience: Duration,
    /// When it was waited for first, and how many bytes have arrived since.
    began: Option<Instant>,
    received: u64,
    /// Rings when it has taken too long.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// A body whose sender stopped, or sends so little at a time that it would never end.
#[derive(Debug)]
pub(crate) struct BodyTooSlow;

/// The body of an answer. The connection is in use until it has ended.
pub(super) struct Answer {
    pub(super) body: Body,
    pub(super) _answering: Option<Answering>,
}

/// The minimum rate of a slow body, in bytes a second in the long run.
const SLOWEST: u64 = 512;

impl<B> TimedBody<B> {
    pub(super) fn new(body: B, patience: Duration) -> Self {
        Self { body, patience, began: None, received: 0, alarm: None }
    }

    /// The next byte has to come by then, and all of those before it have come at some speed.
    fn deadline(&mut self) -> Instant {
        let now = Instant::now();
        let began = *self.began.get_or_insert(now);
        let steady = began + 2 * self.patience + Duration::from_secs(self.received / SLOWEST);
        steady.min(now + self.patience)
    }
}

impl BodyTooSlow {
    /// Whether this is why a body could not be read.
    pub(crate) fn caused(error: &(dyn Error + 'static)) -> bool {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl fmt::Display for BodyTooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl Error for BodyTooSlow {}

impl<B> HttpBody for TimedBody<B>
where
    B: HttpBody<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Unpin,
{
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            self.alarm = None;
            // Counted from the first wait on.
            self.deadline();
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if self.alarm.is_none() {
            let deadline = self.deadline();
            self.alarm = Some(Box::pin(sleep_until(deadline)));
        }
        match self.alarm.as_mut().map(|alarm| alarm.as_mut().poll(context)) {
            Some(Poll::Ready(())) => Poll::Ready(Some(Err(BodyTooSlow.into()))),
            _ => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use http_body_util::{BodyExt, StreamBody};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// A body of so many pieces, each of which comes so long after the one before.
    fn pieces(
        count: u64,
        bytes: usize,
        every: Duration,
    ) -> impl HttpBody<Data = Bytes, Error = std::io::Error> {
        StreamBody::new(Box::pin(stream::unfold(0, move |sent| async move {
            if sent == count {
                return None;
            }
            tokio::time::sleep(every).await;
            Some((Ok(Frame::data(Bytes::from(vec![b'x'; bytes]))), sent + 1))
        })))
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_and_steady_body_arrives_and_one_that_stops_or_trickles_does_not() {
        let read = |count, bytes, every| TimedBody::new(pieces(count, bytes, every), PATIENCE).collect();
        // An hour, at four times what is the least.
        let whole = read(180, 40_960, Duration::from_secs(20)).await.unwrap().to_bytes();
        assert_eq!(whole.len(), 180 * 40_960);
        let stopped = read(1, 1, Duration::from_secs(31)).await.unwrap_err();
        assert!(BodyTooSlow::caused(stopped.as_ref()));
        // A byte each 20 seconds would go on for ever.
        let began = Instant::now();
        let trickled = read(u64::MAX, 1, Duration::from_secs(20)).await.unwrap_err();
        assert!(BodyTooSlow::caused(trickled.as_ref()));
        assert!(began.elapsed() <= 3 * PATIENCE, "{:?}", began.elapsed());
    }
}
