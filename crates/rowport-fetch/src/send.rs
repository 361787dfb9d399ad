use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::{Host, Url};

use crate::error::FetchError;
use crate::public::is_public;

/// Asks other servers, one request on a connection.
#[derive(Debug, Clone)]
pub struct Fetcher {
    reach: Reach,
    timeout: Duration,
    most_bytes: usize,
    tls: Arc<ClientConfig>,
}

/// Where requests may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the public internet: what people can name may be no way into the network that Rowport stands in.
    Public,
    /// Anywhere: whoever runs Rowport has chosen the address.
    Anywhere,
}

impl Fetcher {
    /// A request takes at most so long, and its answer has at most so many bytes.
    pub fn new(reach: Reach, timeout: Duration, most_bytes: usize) -> Result<Self, FetchError> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| FetchError::BadAddress { message: "there is no TLS in this build" })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { reach, timeout, most_bytes, tls: Arc::new(tls) })
    }

    /// Sends a request and takes the whole answer, whatever its status.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, FetchError> {
        let late = FetchError::Timeout { seconds: self.timeout.as_secs() };
        tokio::time::timeout(self.timeout, self.exchange(request)).await.unwrap_or(Err(late))
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, FetchError> {
        // Read anew: this is what makes one address of the many ways to write it.
        let address = Url::parse(&request.uri().to_string())
            .map_err(|_| FetchError::BadAddress { message: "it is not a URL" })?;
        let target = Target::of(&address)?;
        let stream = self.connect(&target).await?;
        match target.secure {
            false => self.talk(stream, &target, request).await,
            true => {
                let connector = TlsConnector::from(Arc::clone(&self.tls));
                let name = ServerName::try_from(target.name.clone())
                    .map_err(|_| FetchError::BadAddress { message: "its host has no name for TLS" })?;
                let stream = connector.connect(name, stream).await.map_err(|error| {
                    FetchError::Untrusted { host: target.name.clone(), message: error.to_string() }
                })?;
                self.talk(stream, &target, request).await
            }
        }
    }

    async fn connect(&self, target: &Target) -> Result<TcpStream, FetchError> {
        let found: Vec<SocketAddr> = lookup_host((target.name.as_str(), target.port))
            .await
            .map_err(|error| FetchError::Unknown { host: target.name.clone(), message: error.to_string() })?
            .collect();
        if self.reach == Reach::Public && !found.iter().all(|address| is_public(address.ip())) {
            return Err(FetchError::NotPublic { host: target.name.clone() });
        }
        let mut last = "it has no address".to_owned();
        for address in found {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error.to_string(),
            }
        }
        Err(FetchError::Unreachable { host: target.name.clone(), message: last })
    }

    async fn talk(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        target: &Target,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, FetchError> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let request = request.map(Full::new);
        let exchange = async {
            let response = sender.send_request(target.written_in(request)?).await.map_err(broken)?;
            let (head, body) = response.into_parts();
            let body =
                Limited::new(body, self.most_bytes).collect().await.map_err(|error| match error
                    .is::<LengthLimitError>(
                ) {
                    true => FetchError::TooLarge { limit: self.most_bytes },
                    false => FetchError::Broken { message: error.to_string() },
                })?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        // The connection lives as long as the exchange, and no longer.
        tokio::pin!(exchange, connection);
        tokio::select! {
            biased;
            outcome = &mut exchange => outcome,
            // It is over when the last byte has come, which the exchange may not have looked at yet.
            ended = &mut connection => match ended {
                Ok(()) => exchange.await,
                Err(error) => exchange.await.or(Err(broken(error))),
            },
        }
    }
}

/// Whom to connect to.
struct Target {
    /// A name, or an address without brackets.
    name: String,
    port: u16,
    secure: bool,
    /// The host as HTTP says it, with its port where that is not the usual one.
    authority: String,
    path: String,
}

impl Target {
    fn of(address: &Url) -> Result<Self, FetchError> {
        let bad = |message| Err(FetchError::BadAddress { message });
        let secure = match address.scheme() {
            "https" => true,
            "http" => false,
            _ => return bad("only http and https are asked"),
        };
        if !address.username().is_empty() || address.password().is_some() {
            return bad("it has a login in it");
        }
        let name = match address.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return bad("it has no host"),
        };
        let host = address.host_str().unwrap_or_default();
        let authority = address.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let path = match address.query() {
            Some(query) => format!("{}?{query}", address.path()),
            None => address.path().to_owned(),
        };
        let port = address.port_or_known_default().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { name, port, secure, authority, path })
    }

    /// The request as it is written on a connection to the host itself.
    fn written_in(&self, mut request: Request<Full<Bytes>>) -> Result<Request<Full<Bytes>>, FetchError> {
        let bad = |_| FetchError::BadAddress { message: "it cannot be written in a request" };
        *request.uri_mut() = self.path.parse().map_err(|_| bad(()))?;
        let host = HeaderValue::from_str(&self.authority).map_err(|_| bad(()))?;
        request.headers_mut().insert(header::HOST, host);
        Ok(request)
    }
}

fn broken(error: hyper::Error) -> FetchError {
    FetchError::Broken { message: error.to_string() }
}
