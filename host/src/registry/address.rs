//! Where a registry's repository is on the network.

use super::Failure;
use crate::http::PlainHttp;

/// A repository of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The registry as images name it, with its port.
    pub(super) registry: String,
    /// The path in the registry.
    pub(super) repository: String,
    /// Where requests go: scheme and host.
    base: String,
}

impl Address {
    /// Reads a full name such as `registry.example/acme/app`.
    pub(super) fn parse(image: &str, plain: &PlainHttp) -> Result<Self, Failure> {
        let (registry, path) = image
            .split_once('/')
            .filter(|(registry, path)| is_host(registry) && !path.is_empty() && path.bytes().all(is_plain))
            .ok_or_else(|| Failure::invalid(format!("`{image}` is no name of an image with its registry")))?;
        // Docker's short names and the host of Docker's own registry: the one exception that every client makes.
        let (host, repository) = match registry {
            "docker.io" if path.contains('/') => ("registry-1.docker.io", path.to_owned()),
            "docker.io" => ("registry-1.docker.io", format!("library/{path}")),
            _ => (registry, path.to_owned()),
        };
        let scheme = if plain.is_for(host) { "http" } else { "https" };
        Ok(Self { registry: registry.to_owned(), repository, base: format!("{scheme}://{host}") })
    }

    /// A place that the registry named, whole: it may leave out scheme and host.
    pub(super) fn resolve(&self, place: &str) -> Option<String> {
        if place.starts_with("http://") || place.starts_with("https://") {
            return Some(place.to_owned());
        }
        place.starts_with('/').then(|| format!("{}{place}", self.base))
    }

    /// Whether a place is on the registry's own host, which alone may see its token.
    pub(super) fn is_own(&self, place: &str) -> bool {
        place.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The address of something in the repository, such as `manifests/latest`.
    pub(super) fn url(&self, what: &str) -> String {
        format!("{}/v2/{}/{what}", self.base, self.repository)
    }
}

/// Characters of a host and its port; an address in brackets too.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
}

/// Characters that mean themselves in a path, and with which no path leads elsewhere.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'/' | b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(image: &str) -> Option<String> {
        let plain = PlainHttp::Hosts(vec!["plain.example:5000".to_owned()]);
        Address::parse(image, &plain).ok().map(|address| address.url("manifests/x"))
    }

    #[test]
    fn repositories_are_where_clients_look_for_them() {
        for (image, expected) in [
            ("registry.example/acme/app", "https://registry.example/v2/acme/app/manifests/x"),
            ("registry.example:5000/app", "https://registry.example:5000/v2/app/manifests/x"),
            ("plain.example:5000/app", "http://plain.example:5000/v2/app/manifests/x"),
            ("127.0.0.1:5000/app", "http://127.0.0.1:5000/v2/app/manifests/x"),
            ("[::1]:5000/app", "http://[::1]:5000/v2/app/manifests/x"),
            ("docker.io/app", "https://registry-1.docker.io/v2/library/app/manifests/x"),
            ("docker.io/acme/app", "https://registry-1.docker.io/v2/acme/app/manifests/x"),
        ] {
            assert_eq!(url(image).as_deref(), Some(expected), "{image}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for image in
            ["", "app", "/app", "a.example/", "a.example/x?y", "user@a.example/app", "a.example/x y", "a.example/%2e"]
        {
            assert_eq!(url(image), None, "{image}");
        }
    }
}
