//! Whom an address belongs to, and what may be sent there.

use std::net::IpAddr;

use ureq::http::Uri;

use super::Failure;

/// To whom something may travel unencrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlainHttp {
    /// Only to this machine.
    Loopback,
    /// To this machine and these hosts, written with their ports: a person asked for it.
    Hosts(Vec<String>),
    /// To any host: a person asked for it.
    Anywhere,
}

impl PlainHttp {
    /// Whether a host (with its port, where it has one) is spoken to without encryption.
    pub(crate) fn is_for(&self, authority: &str) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Hosts(hosts) if hosts.iter().any(|host| host.eq_ignore_ascii_case(authority)) => true,
            Self::Hosts(_) | Self::Loopback => is_loopback(host_of(authority)),
        }
    }

    pub(super) fn allows(&self, uri: &Uri) -> Result<(), Failure> {
        match uri.scheme_str() {
            Some("https") => Ok(()),
            Some("http") if uri.authority().is_some_and(|own| self.is_for(own.as_str())) => Ok(()),
            Some("http") => Err(Failure::Refused(format!("`{uri}` is not encrypted, and would show the token"))),
            _ => Err(Failure::Refused(format!("`{uri}` is not an https URL"))),
        }
    }
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The host without its port.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The colons of an address in brackets are no port's.
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    }
}

/// Whoever answers at an address.
#[derive(PartialEq, Eq)]
pub(super) struct Origin {
    encrypted: bool,
    host: String,
    port: u16,
}

impl Origin {
    pub(super) fn of(uri: &Uri) -> Self {
        let encrypted = uri.scheme_str() == Some("https");
        let usual = if encrypted { 443 } else { 80 };
        Self {
            encrypted,
            host: uri.host().unwrap_or_default().to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(usual),
        }
    }
}

/// The address that a `location` means. Registries send whole URLs and absolute paths.
pub(super) fn next(base: &Uri, location: &str) -> Option<Uri> {
    let location = location.split('#').next().unwrap_or_default();
    if location.starts_with("//") {
        return format!("{}:{location}", base.scheme_str()?).parse().ok();
    }
    if location.starts_with('/') {
        return format!("{}://{}{location}", base.scheme_str()?, base.authority()?).parse().ok();
    }
    location.parse().ok().filter(|uri: &Uri| uri.scheme().is_some() && uri.host().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(plain: &PlainHttp, url: &str) -> bool {
        plain.allows(&url.parse().unwrap()).is_ok()
    }

    #[test]
    fn a_token_travels_encrypted_or_stays_here() {
        let named = PlainHttp::Hosts(vec!["registry.example:5000".to_owned()]);
        for (url, here, anywhere) in [
            ("https://api.example/x", true, true),
            ("http://api.example/x", false, true),
            ("http://127.0.0.1:8080/x", true, true),
            ("http://[::1]:8080/x", true, true),
            ("http://[::1]/x", true, true),
            ("http://localhost/x", true, true),
            ("http://localhost.example/x", false, true),
            ("ftp://127.0.0.1/x", false, false),
            ("/x", false, false),
        ] {
            assert_eq!(allowed(&PlainHttp::Loopback, url), here, "{url}");
            assert_eq!(allowed(&PlainHttp::Anywhere, url), anywhere, "{url}");
            assert_eq!(allowed(&named, url), here, "{url}");
        }
        assert!(allowed(&named, "http://Registry.example:5000/x") && !allowed(&named, "http://registry.example/x"));
    }

    #[test]
    fn locations_are_read_as_registries_write_them() {
        let base = "https://registry.example/v2/a".parse().unwrap();
        for (location, expected) in [
            ("/v2/b?x=1", Some("https://registry.example/v2/b?x=1")),
            ("https://store.example/b", Some("https://store.example/b")),
            ("//store.example/b", Some("https://store.example/b")),
            ("b", None),
            ("", None),
        ] {
            assert_eq!(next(&base, location).map(|uri| uri.to_string()).as_deref(), expected, "{location}");
        }
    }

    #[test]
    fn another_port_or_no_encryption_is_somebody_else() {
        let is = |a: &str, b: &str| Origin::of(&a.parse().unwrap()) == Origin::of(&b.parse().unwrap());
        assert!(is("https://a.example/x", "https://A.example:443/y"));
        assert!(!is("https://a.example/", "http://a.example/"));
        assert!(!is("https://a.example/", "https://a.example:444/"));
        assert!(!is("https://a.example/", "https://b.example/"));
    }
}
