//! A git remote's URL, taken apart.

/// Hosts that only carry SSH over another port; the pages and the repository are elsewhere (GitHub's and GitLab's
/// documentation of "SSH over the HTTPS port").
const SSH_HOSTS: &[(&str, &str)] = &[("ssh.github.com", "github.com"), ("altssh.gitlab.com", "gitlab.com")];

/// Where a remote's web pages are, and the repository's path there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Remote {
    pub(super) server_url: String,
    pub(super) path: String,
}

impl Remote {
    /// Reads an `https`, `http`, `ssh` or `git` URL or the short form `git@host:path`; `None` for local paths and
    /// anything else. User name, password and query never survive.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, authority, path) = if let Some((scheme, rest)) = url.split_once("://") {
            let (authority, path) = rest.split_once('/')?;
            (scheme.to_ascii_lowercase(), authority, path)
        } else {
            let (authority, path) = url.split_once(':').filter(|(host, _)| !host.contains('/'))?;
            // One letter in front of the colon is a drive of Windows.
            (authority.len() > 1).then_some(())?;
            ("ssh".to_owned(), authority, path)
        };
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
        let server_url = match scheme.as_str() {
            "http" | "https" => format!("{scheme}://{host}"),
            // The port is that of SSH, and says nothing about the pages.
            "ssh" | "git" | "git+ssh" | "ssh+git" => {
                let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
                let name = SSH_HOSTS.iter().find(|(ssh, _)| *ssh == name).map_or(name, |(_, pages)| pages);
                format!("https://{name}")
            }
            _ => return None,
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let good_path = !path.is_empty() && !path.chars().any(char::is_control) && !path.split('/').any(|p| p == "..");
        (!host.is_empty() && host.bytes().all(plain) && good_path).then(|| Self { server_url, path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_give_server_and_path_and_never_credentials() {
        for (url, expected) in [
            ("https://github.com/acme/app.git", Some(("https://github.com", "acme/app"))),
            ("https://github.com/acme/app/", Some(("https://github.com", "acme/app"))),
            ("https://user:p%40ss@git.example:8443/a/b/c.git", Some(("https://git.example:8443", "a/b/c"))),
            ("https://x-access-token:ghs_abc@github.com/acme/app", Some(("https://github.com", "acme/app"))),
            ("https://github.com/acme/app?token=abc", Some(("https://github.com", "acme/app"))),
            ("HTTP://Git.Example/acme/app", Some(("http://git.example", "acme/app"))),
            ("git@github.com:acme/app.git", Some(("https://github.com", "acme/app"))),
            ("github.com:acme/app", Some(("https://github.com", "acme/app"))),
            ("ssh://git@git.example:2222/acme/app.git", Some(("https://git.example", "acme/app"))),
            ("ssh://git@ssh.github.com:443/acme/app.git", Some(("https://github.com", "acme/app"))),
            ("git://git.example/app", Some(("https://git.example", "app"))),
            ("git@gitlab.com:group/sub/app.git", Some(("https://gitlab.com", "group/sub/app"))),
            ("/srv/git/app.git", None),
            ("../app", None),
            ("./a:b", None),
            ("file:///srv/git/app.git", None),
            ("C:\\work\\app", None),
            ("C:/work/app", None),
            ("https://github.com", None),
            ("https://github.com/", None),
            ("https:///acme/app", None),
            ("git@host:../app", None),
            ("", None),
            ("https://user@/x", None),
        ] {
            let remote = Remote::parse(url);
            let found = remote.as_ref().map(|r| (r.server_url.as_str(), r.path.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }
}
