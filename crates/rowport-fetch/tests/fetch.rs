//! Real connections to servers that behave badly.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use bytes::Bytes;
use rowport_fetch::{FetchError, Fetcher, Reach};

/// A server that says this to whoever asks, and then goes on holding the connection for so long.
fn server(says: &'static str, holds: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let _ = stream.write_all(says.as_bytes());
            std::thread::sleep(holds);
        }
    });
    format!("http://{address}")
}

async fn ask(reach: Reach, address: &str) -> Result<http::Response<Bytes>, FetchError> {
    ask_for(Duration::from_secs(300), reach, address).await
}

/// Asks, and waits so long for the answer.
async fn ask_for(time: Duration, reach: Reach, address: &str) -> Result<http::Response<Bytes>, FetchError> {
    let fetcher = Fetcher::new(reach, time, 1_000).unwrap();
    fetcher.send(http::Request::get(address).body(Bytes::new()).unwrap()).await
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = trap.local_addr().unwrap();
    let says = format!("HTTP/1.1 307 Over there\r\nlocation: http://{to}/\r\ncontent-length: 2\r\n\r\nno");
    let answer = ask(Reach::Anywhere, &server(says.leak(), Duration::ZERO)).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (307, &b"no"[..]));
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err(), "somebody came");
}

#[tokio::test]
async fn time_and_bytes_are_bounded() {
    let (second, for_ever) = (Duration::from_secs(1), Duration::from_secs(3_600));
    for says in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1"] {
        let late = ask_for(second, Reach::Anywhere, &server(says, for_ever)).await;
        assert_eq!(late.unwrap_err().code().as_str(), "no_answer");
    }
    let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1_001)).leak();
    assert_eq!(
        ask(Reach::Anywhere, &server(long, Duration::ZERO)).await.unwrap_err().code().as_str(),
        "answer_too_large"
    );
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1";
    assert_eq!(
        ask(Reach::Anywhere, &server(cut, Duration::ZERO)).await.unwrap_err().code().as_str(),
        "answer_broken"
    );
}

#[tokio::test]
async fn what_is_not_public_is_refused_however_it_is_written() {
    let address = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Duration::ZERO);
    assert_eq!(ask(Reach::Anywhere, &address).await.unwrap().status().as_u16(), 200);
    let port = address.rsplit(':').next().unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0",
        "169.254.169.254",
    ] {
        let refused = ask(Reach::Public, &format!("http://{host}:{port}/")).await;
        assert_eq!(refused.unwrap_err().code().as_str(), "address_not_public", "{host}");
    }
}

#[tokio::test]
async fn an_address_is_http_without_a_login() {
    for address in ["ftp://127.0.0.1/", "http://me:secret@127.0.0.1/", "http://me@127.0.0.1/"] {
        let error = ask(Reach::Anywhere, address).await.unwrap_err();
        assert_eq!(error.code().as_str(), "bad_address", "{address}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert_eq!(
        ask(Reach::Anywhere, "http://127.0.0.1:1/").await.unwrap_err().code().as_str(),
        "host_unreachable"
    );
}
