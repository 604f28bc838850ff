//! Hosts of registries.

use std::net::Ipv6Addr;

/// Whether the text before the first slash of a reference names a registry rather than a part of the path: a name with a
/// dot, a port, an upper-case letter, an address in brackets, or `localhost`.
pub(super) fn is_registry(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(address, port)| {
            address.parse::<Ipv6Addr>().is_ok() && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        });
    }
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    // One dot at the end makes any name absolute.
    let (labels, absolute) = name.strip_suffix('.').map_or((name, false), |name| (name, true));
    let qualified = absolute || labels.contains('.') || port.is_some() || labels == "localhost";
    let spelled = labels.len() > 1 && labels.bytes().any(|b| b.is_ascii_uppercase());
    port.is_none_or(is_port) && (qualified || spelled) && labels.split('.').all(is_label)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Letters and digits, with dashes only inside.
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_told_from_parts_of_a_path() {
        for (text, expected) in [
            ("example.com", true),
            ("example.", true),
            ("example:5000", true),
            ("localhost", true),
            ("EXAMPLE", true),
            ("[::1]", true),
            ("[::1]:5000", true),
            ("10.0.0.1:5000", true),
            ("library", false),
            ("E", false),
            ("-a.b", false),
            ("a-.b", false),
            ("a..b", false),
            ("a.b:", false),
            ("a.b:x", false),
            ("[1::2::3]", false),
            ("[::1]x", false),
            ("", false),
        ] {
            assert_eq!(is_registry(text), expected, "{text}");
        }
    }
}
