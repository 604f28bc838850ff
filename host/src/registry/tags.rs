//! Lists of tags. Registries lie about them in many ways: some ignore `n` and `last` and answer everything every time, some answer nothing
//! as `null`, some never end. So a list is over when a page brings nothing new and names no next one.

use std::collections::HashSet;

use buildonce::types::RegistryTags;
use buildonce::types::selection::{Sighting, SightingKind};
use serde::Deserialize;

use super::sighting::{absent, nothing};
use super::{Failure, Kind, Registry, address::Address, failure::is_page, token::encoded};
use crate::http::Request;

/// Tags that are asked for in one page.
const PAGE: usize = 1000;

/// Largest page in bytes: some registries send everything in one.
const LIMIT: u64 = 64 << 20;

/// Most tags of one image. More than any registry keeps; a list that goes on for ever ends here.
const MOST: usize = 2_000_000;

/// One page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// As the registry sent them.
    pub(crate) tags: Vec<String>,
    /// Where the registry says that the list goes on.
    next: Option<String>,
}

/// A list of tags on its way.
#[derive(Debug)]
pub(crate) struct Listing {
    image: String,
    /// Every tag so far, once each, in the registry's order.
    pub(crate) tags: Vec<String>,
    known: HashSet<String>,
    next: Option<String>,
    /// The registry names its next pages, so that one without is the last.
    links: bool,
}

#[derive(Deserialize)]
struct Body {
    tags: Option<Vec<String>>,
}

impl Listing {
    /// Nothing of an image's list is known yet.
    pub(crate) fn new(image: &str) -> Self {
        let next = Some(format!("tags/list?n={PAGE}"));
        Self { image: image.to_owned(), tags: Vec::new(), known: HashSet::new(), next, links: false }
    }

    /// Whether there is another page.
    pub(crate) fn is_open(&self) -> bool {
        self.next.is_some()
    }

    /// Asks for the next page.
    pub(crate) fn ask(&self, registry: &Registry) -> Result<Page, Failure> {
        registry.tags_page(&self.image, self.next.as_deref().unwrap_or_default())
    }

    /// Adds a page.
    pub(crate) fn add(&mut self, page: Page) -> Result<(), Failure> {
        let before = self.tags.len();
        let last = page.tags.last().cloned();
        for tag in page.tags {
            if self.known.insert(tag.clone()) {
                self.tags.push(tag);
            }
        }
        if self.tags.len() > MOST {
            return Err(Failure::invalid(format!("the list of tags of {} does not end", self.image)));
        }
        self.links |= page.next.is_some();
        let brought = self.tags.len() > before;
        // Without links a page may be the whole list, or its start: the registry is asked from its last tag on, and the answer tells.
        let guess =
            || last.filter(|_| !self.links).map(|last| format!("tags/list?n={PAGE}&{}", encoded(&[("last", &last)])));
        self.next = if brought { page.next.or_else(guess) } else { None };
        Ok(())
    }
}

impl Registry {
    /// The whole list, as the engine sees it. A part of it is no answer.
    pub(crate) fn tags(&self, image: &str) -> Result<Sighting, Failure> {
        let mut listing = Listing::new(image);
        while listing.is_open() {
            match listing.ask(self) {
                Err(failure) if failure.kind == Kind::Absent && listing.tags.is_empty() => return Ok(absent()),
                page => listing.add(page?)?,
            }
        }
        let tags = Some(RegistryTags { tags: listing.tags, complete: true });
        Ok(Sighting { tags, ..nothing(SightingKind::Tags) })
    }

    fn tags_page(&self, image: &str, what: &str) -> Result<Page, Failure> {
        let address = Address::parse(image, &self.plain)?;
        let url = address.url(what);
        let answer = self.ask(&address, &Request::get(&url).header("accept", "application/json").limit(LIMIT))?;
        let who = &address.registry;
        let wrong = || {
            let page = if is_page(&answer) { ": a web page, as a proxy or a login sends it" } else { "" };
            Failure::invalid(format!("{who} answers the wish for the tags of {image} without a list{page}"))
        };
        let body: Body = serde_json::from_slice(&answer.body).map_err(|_| wrong())?;
        let next = answer.headers("link").find_map(next).map(|link| relative(&link, &address)).transpose()?;
        Ok(Page { tags: body.tags.unwrap_or_default(), next })
    }
}

/// The address of the link whose relation is `next` (RFC 8288).
pub(super) fn next(header: &str) -> Option<String> {
    let (address, parameters) = header.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = parameters.split(';').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or_default();
        let value = value.split(',').next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
    });
    is_next.then(|| address.to_owned())
}

/// What of a link follows the repository's address. One that leads to another repository or host is not followed with this one's login. The
/// scheme does not count: behind some proxies a registry does not know that it is spoken to encrypted.
pub(super) fn relative(link: &str, address: &Address) -> Result<String, Failure> {
    let elsewhere = || Failure::invalid(format!("{} links from its list of tags to somewhere else", address.registry));
    let after_scheme = |url: &str| url.split_once("://").map(|(_, rest)| rest.to_owned());
    let base = after_scheme(&address.url("")).unwrap_or_default();
    let path = base.find('/').and_then(|at| base.get(at..)).unwrap_or_default();
    if let Some(query) = link.strip_prefix('?') {
        return Ok(format!("tags/list?{query}"));
    }
    let rest = match after_scheme(link) {
        Some(whole) => whole.strip_prefix(base.as_str()).map(str::to_owned),
        None => link.strip_prefix(path).map(str::to_owned),
    };
    rest.ok_or_else(elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::PlainHttp;

    fn page(tags: &[&str], next: Option<&str>) -> Page {
        Page { tags: tags.iter().map(|&tag| tag.to_owned()).collect(), next: next.map(str::to_owned) }
    }

    #[test]
    fn a_link_to_the_next_page_is_read_and_stays_in_the_repository() {
        let address = Address::parse("a.example/acme/app", &PlainHttp::Loopback).unwrap();
        for (header, expected) in [
            ("</v2/acme/app/tags/list?last=b&n=2>; rel=\"next\"", Some("tags/list?last=b&n=2")),
            ("<https://a.example/v2/acme/app/tags/list?n=2>; rel=next", Some("tags/list?n=2")),
            ("<http://a.example/v2/acme/app/tags/list?n=2>; rel=next", Some("tags/list?n=2")),
            ("<?n=2>;REL=\"Next\"", Some("tags/list?n=2")),
            ("</v2/acme/app/tags/list>; rel=\"first\"", None),
            ("nonsense", None),
        ] {
            let found = next(header).map(|link| relative(&link, &address).unwrap());
            assert_eq!(found.as_deref(), expected, "{header}");
        }
        for link in ["https://b.example/v2/acme/app/tags/list", "/v2/acme/other/tags/list", "//b.example/x"] {
            assert!(relative(link, &address).is_err(), "{link}");
        }
    }

    #[test]
    fn a_list_is_over_when_a_page_brings_nothing_new() {
        let mut listing = Listing::new("a.example/app");
        listing.add(page(&["b", "a"], Some("tags/list?last=a"))).unwrap();
        assert!(listing.is_open());
        listing.add(page(&["a", "c"], Some("tags/list?last=c"))).unwrap();
        assert!(listing.is_open());
        listing.add(page(&["b", "a", "c"], Some("tags/list?last=c"))).unwrap();
        assert!(!listing.is_open());
        assert_eq!(listing.tags, ["b", "a", "c"]);
    }

    #[test]
    fn a_page_without_a_link_is_asked_on_from_its_last_tag_until_nothing_new_comes() {
        let mut listing = Listing::new("a.example/app");
        listing.add(page(&["b", "a"], None)).unwrap();
        assert_eq!(listing.next.as_deref(), Some("tags/list?n=1000&last=a"));
        // This registry knows neither `n` nor `last`, and answers the same again.
        listing.add(page(&["b", "a"], None)).unwrap();
        assert!(!listing.is_open());
        assert_eq!(listing.tags, ["b", "a"]);
    }

    #[test]
    fn where_pages_have_links_one_without_is_the_last() {
        let mut listing = Listing::new("a.example/app");
        listing.add(page(&["a"], Some("tags/list?last=a"))).unwrap();
        listing.add(page(&["b"], None)).unwrap();
        assert!(!listing.is_open());
    }

    #[test]
    fn an_empty_list_is_a_list() {
        let mut listing = Listing::new("a.example/app");
        listing.add(page(&[], None)).unwrap();
        assert!(!listing.is_open() && listing.tags.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_link_leads_out_of_the_repository(link in "(https?://|//|/|\\?)?[a-z./?=%@:]*") {
            let address = Address::parse("a.example/acme/app", &PlainHttp::Loopback).unwrap();
            if let Ok(rest) = relative(&link, &address) {
                let url = address.url(&rest);
                proptest::prop_assert!(url.starts_with("https://a.example/v2/acme/app/"), "{}", url);
            }
        }
    }
}
