//! The client against servers that misbehave.

use std::net::TcpListener;

use super::testing::{Server, answer};
use super::*;

fn get(server: &Server) -> Result<Answer, Failure> {
    get_from(&format!("http://{}/x", server.address()))
}

fn get_from(url: &str) -> Result<Answer, Failure> {
    Client::new(PlainHttp::Loopback).send(&Request::get(url).limit(1000))
}

#[test]
fn status_headers_and_bytes_come_back() {
    let server = Server::start(|_, _| answer(429, "Retry-After: 7", b"\xff\x00"));
    let came = get(&server).unwrap();
    assert_eq!((came.status, came.header("retry-after"), came.body.as_slice()), (429, Some("7"), &b"\xff\x00"[..]));
    assert_eq!(came.status_line(), "429 Too Many Requests");
}

#[test]
fn a_body_that_is_too_long_or_too_short_is_no_answer() {
    let server = Server::start(|_, _| answer(200, "", [b'x'; 2000]));
    assert_eq!(get(&server).unwrap_err(), Failure::TooLarge(1000));
    let server = Server::start(|_, _| b"HTTP/1.1 200 -\r\ncontent-length: 9\r\n\r\nshort".to_vec());
    let Failure::Unreachable(why) = get(&server).unwrap_err() else { panic!("it was reached") };
    assert_eq!(why, "unexpected EOF");
}

#[test]
fn a_server_that_hangs_up_was_not_reached() {
    let server = Server::start(|_, _| Vec::new());
    let url = format!("http://{}/x", server.address());
    assert_eq!(get_from(&url).unwrap_err(), Failure::Unreachable("unexpected EOF".to_owned()));
    drop(server);
    assert_eq!(get_from(&url).unwrap_err(), Failure::Unreachable("connection refused".to_owned()));
}

#[test]
fn a_server_that_does_not_answer_in_time_is_late() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    let request = Request { time: Duration::from_millis(50), ..Request::get(&url) };
    let failure = Client::new(PlainHttp::Loopback).send(&request).unwrap_err();
    assert_eq!(failure, Failure::Late(Duration::from_millis(50)));
}

#[test]
fn a_redirect_is_followed_without_the_token_when_it_leads_to_somebody_else() {
    let store = Server::start(|_, _| answer(200, "", "blob"));
    let elsewhere = store.address();
    let registry = Server::start(move |request, _| {
        let to = if request.starts_with("get /a") { "/b".to_owned() } else { format!("http://{elsewhere}/c") };
        answer(307, &format!("location: {to}"), "")
    });
    let url = format!("http://{}/a", registry.address());
    let request = Request::get(&url).header("accept", "*/*").authorization(Some("Bearer s3cret"));
    assert_eq!(Client::new(PlainHttp::Loopback).send(&request).unwrap().body, b"blob");
    let own = registry.seen();
    assert!(own.len() == 2 && own.iter().all(|request| request.contains("s3cret")), "{own:?}");
    let other = store.seen();
    assert!(other[0].starts_with("get /c") && !other[0].contains("s3cret"), "{other:?}");
    assert!(other[0].contains("accept: */*"), "{other:?}");
}

#[test]
fn redirects_that_never_end_are_ended() {
    let server = Server::start(|_, _| answer(302, "location: /x", ""));
    let Failure::Misled(why) = get(&server).unwrap_err() else { panic!("it led somewhere") };
    assert!(why.ends_with("/x` leads from one address to another more than 8 times"), "{why}");
    assert_eq!(server.seen().len(), REDIRECTS + 1);
}

#[test]
fn a_redirect_does_not_take_a_request_out_of_encryption() {
    let server = Server::start(|_, _| answer(302, "location: http://store.example/x", ""));
    assert!(matches!(get(&server), Err(Failure::Refused(why)) if why.contains("not encrypted")));
}
