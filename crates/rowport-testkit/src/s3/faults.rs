use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::Service;
use hyper::{Request, Response};
use s3s::service::S3Service;

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Nothing is done, and the answer is this status.
    Status(u16),
    /// Nothing is done, and no answer ever comes.
    Stall,
    /// The connection ends while the request's body is read, and nothing is done.
    CutRequest,
    /// Everything is done, and the connection ends in the middle of the answer's body.
    CutResponse,
    /// Everything is done, and the connection ends without an answer.
    LoseReply,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its number, from 0.
    pub number: u64,
    /// `GET`, `PUT`, …
    pub method: String,
    /// Bucket and key.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
}

type How = Box<dyn Fn(&Asked) -> Fault + Send + Sync>;

#[derive(Default)]
pub(super) struct Faults {
    how: Mutex<Option<How>>,
    asked: AtomicU64,
}

impl Faults {
    pub(super) fn set(&self, how: How) {
        *self.how.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    fn of(&self, request: &Request<Incoming>) -> Fault {
        let asked = Asked {
            number: self.asked.fetch_add(1, Ordering::Relaxed),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
        };
        let how = self.how.lock().unwrap_or_else(PoisonError::into_inner);
        how.as_ref().map_or(Fault::None, |how| how(&asked))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("asked", &self.asked).finish_non_exhaustive()
    }
}

/// The server behind the faults. Hyper closes the connection when it answers an error.
pub(super) struct Misbehaving {
    pub(super) service: S3Service,
    pub(super) faults: Arc<Faults>,
}

type Error = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, Error>;

impl Service<Request<Incoming>> for Misbehaving {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (fault, service) = (self.faults.of(&request), self.service.clone());
        Box::pin(async move {
            match fault {
                Fault::Status(status) => {
                    // A client that is still sending would see a broken connection rather than the answer.
                    request.into_body().collect().await?;
                    let text =
                        "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>no</Message></Error>";
                    let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync();
                    Ok(Response::builder().status(status).body(body)?)
                }
                Fault::Stall => std::future::pending().await,
                Fault::CutRequest => {
                    let _ = request.into_body().frame().await;
                    Err("the connection is cut".into())
                }
                _ => {
                    let response =
                        Service::call(&service, request).await.map_err(|error| format!("{error:?}"))?;
                    let response = response.map(|body| body.map_err(Error::from).boxed_unsync());
                    match fault {
                        Fault::LoseReply => Err("the reply is lost".into()),
                        Fault::CutResponse => cut(response).await,
                        _ => Ok(response),
                    }
                }
            }
        })
    }
}

/// The head as it was, half of the body, and then an error.
async fn cut(response: Response<Body>) -> Result<Response<Body>, Error> {
    let (head, body) = response.into_parts();
    let bytes = body.collect().await?.to_bytes();
    let half = bytes.slice(..bytes.len() / 2);
    let frames = [Ok(Frame::data(half)), Err("the connection is cut".into())];
    let body = StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync();
    Ok(Response::from_parts(head, body))
}
