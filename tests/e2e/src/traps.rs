//! A registry in this process, with the habits that Debian's does not have: tokens, pages, and no need of an `accept` header. Each habit was
//! seen in a registry that people use.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::images::digest;
use crate::server::Server;
use crate::wire::{self, Request, Response};

/// How a registry lists its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Sorted; honours `n` and `last`, names no next page, and sends the whole list again after its last tag.
    Pages,
    /// Sorted; pages of ten, each with a link to the next.
    Links,
    /// All at once and in no order, whatever is asked for.
    Whole,
    /// `null`, when there are none.
    Null,
    /// A next page that is this page.
    Circle,
}

/// How one gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// Everybody does.
    Open,
    /// With a token that anybody gets at `/token`.
    Token,
}

/// The registry; it ends when it is dropped.
pub struct Traps {
    server: Server,
    shelf: Arc<Shelf>,
}

struct Shelf {
    listing: Listing,
    entrance: Entrance,
    /// Manifests and blobs by digest, with their kinds.
    contents: Mutex<BTreeMap<String, (String, Vec<u8>)>>,
    /// Repository and tag, and what they name.
    tags: Mutex<BTreeMap<(String, String), String>>,
    seen: Mutex<Vec<String>>,
}

impl Traps {
    /// Starts an empty registry.
    pub fn start(listing: Listing, entrance: Entrance) -> Self {
        let shelf = Arc::new(Shelf {
            listing,
            entrance,
            contents: Mutex::default(),
            tags: Mutex::default(),
            seen: Mutex::default(),
        });
        let own = Arc::clone(&shelf);
        Self { server: Server::start(move |stream| own.serve(stream)), shelf }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The full name of an image in it.
    pub fn image(&self, repository: &str) -> String {
        format!("{}/{repository}", self.address())
    }

    /// Gives what a digest names more tags.
    pub fn tag(&self, repository: &str, digest: &str, tags: impl IntoIterator<Item = String>) {
        let mut own = self.shelf.tags.lock().unwrap();
        own.extend(tags.into_iter().map(|tag| ((repository.to_owned(), tag), digest.to_owned())));
    }

    /// How many requests so far had this text in method and path: `GET /v2/`.
    pub fn count(&self, text: &str) -> usize {
        self.shelf.seen.lock().unwrap().iter().filter(|own| own.contains(text)).count()
    }
}

impl Shelf {
    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(stream);
        let Some(mut request) = wire::request_head(&mut reader)? else { return Ok(()) };
        wire::request_body(&mut reader, &mut request)?;
        self.seen.lock().unwrap().push(format!("{} {}", request.method, request.target));
        stream.write_all(&self.answer(&request).bytes(&request.method))
    }

    fn answer(&self, request: &Request) -> Response {
        if request.path() == "/token" {
            let token = json!({"token": "opens-everything", "expires_in": 300});
            return Response::new(200, token.to_string()).header("content-type", "application/json");
        }
        let reads = matches!(request.method.as_str(), "GET" | "HEAD");
        if reads && self.entrance == Entrance::Token && request.get("authorization") != Some("Bearer opens-everything")
        {
            let host = request.get("host").unwrap_or_default();
            let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"traps\"");
            return Response::new(401, "").header("www-authenticate", &challenge);
        }
        let path = request.path().strip_prefix("/v2/").unwrap_or_default();
        if let Some(repository) = path.strip_suffix("/tags/list") {
            return self.list(repository, request);
        }
        for (part, handle) in [
            ("/manifests/", Self::manifest as fn(&Self, &str, &str, &Request) -> Response),
            ("/blobs/uploads/", Self::upload),
            ("/blobs/", Self::blob),
        ] {
            if let Some((repository, rest)) = path.split_once(part) {
                return handle(self, repository, rest, request);
            }
        }
        Response::new(404, "")
    }

    fn manifest(&self, repository: &str, reference: &str, request: &Request) -> Response {
        if request.method == "PUT" {
            let kind = request.get("content-type").unwrap_or_default().to_owned();
            let own = digest(&request.body);
            self.contents.lock().unwrap().insert(own.clone(), (kind, request.body.clone()));
            if !reference.contains(':') {
                self.tags.lock().unwrap().insert((repository.to_owned(), reference.to_owned()), own.clone());
            }
            return Response::new(201, "").header("docker-content-digest", &own);
        }
        let named = self.tags.lock().unwrap().get(&(repository.to_owned(), reference.to_owned())).cloned();
        self.content(&named.unwrap_or_else(|| reference.to_owned()), "MANIFEST_UNKNOWN")
    }

    fn upload(&self, repository: &str, _: &str, request: &Request) -> Response {
        if request.method == "POST" {
            return Response::new(202, "").header("location", &format!("/v2/{repository}/blobs/uploads/one"));
        }
        let own = digest(&request.body);
        if request.query("digest") != Some(&own) {
            return Response::new(400, "");
        }
        self.contents.lock().unwrap().insert(own, ("application/octet-stream".to_owned(), request.body.clone()));
        Response::new(201, "")
    }

    fn blob(&self, _: &str, reference: &str, _: &Request) -> Response {
        self.content(reference, "BLOB_UNKNOWN")
    }

    fn content(&self, digest: &str, missing: &str) -> Response {
        match self.contents.lock().unwrap().get(digest) {
            Some((kind, bytes)) => {
                Response::new(200, bytes.clone()).header("content-type", kind).header("docker-content-digest", digest)
            }
            None => Response::new(404, json!({"errors": [{"code": missing, "message": "unknown"}]}).to_string()),
        }
    }

    fn list(&self, repository: &str, request: &Request) -> Response {
        let tags = self.tags.lock().unwrap();
        let mut tags: Vec<&str> =
            tags.keys().filter(|(own, _)| own == repository).map(|(_, tag)| tag.as_str()).collect();
        let last = request.query("last").unwrap_or_default();
        let after = tags.iter().position(|tag| *tag == last).map_or(0, |at| at + 1);
        let wanted = request.query("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
        let mut link = None;
        match self.listing {
            Listing::Pages if after < tags.len() => tags = tags.into_iter().skip(after).take(wanted).collect(),
            Listing::Links => {
                let page: Vec<&str> = tags.iter().copied().skip(after).take(10).collect();
                let more = after + page.len() < tags.len();
                link = page.last().filter(|_| more).map(|last| format!("/v2/{repository}/tags/list?last={last}"));
                tags = page;
            }
            Listing::Circle => link = Some(request.target.clone()),
            // By their ends, which is no order that anybody expects.
            Listing::Whole => tags.sort_by_cached_key(|tag| tag.bytes().rev().collect::<Vec<_>>()),
            Listing::Pages | Listing::Null => {}
        }
        let tags = if self.listing == Listing::Null { json!(null) } else { json!(tags) };
        let answer = Response::new(200, json!({"name": repository, "tags": tags}).to_string());
        let answer = answer.header("content-type", "application/json");
        match link {
            Some(link) => answer.header("link", &format!("<{link}>; rel=\"next\"")),
            None => answer,
        }
    }
}
