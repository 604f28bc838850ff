//! Which image runs on which machine.

use std::cmp::Ordering;

use super::platform::Platform;

impl Platform {
    /// Whether two platforms are the same one. On Windows the first three parts of the version count; on Linux and FreeBSD
    /// none do.
    pub fn matches(&self, other: &Self) -> bool {
        let same = |one: &Self, two: &Self| {
            one.os == two.os && one.architecture == two.architecture && one.variant == two.variant
        };
        same(self, other)
            && match self.os.as_str() {
                "linux" | "freebsd" => true,
                "windows" => release(&self.os_version) == release(&other.os_version),
                _ => self.os_version == other.os_version,
            }
    }

    /// Whether an image for `target` runs on a machine of this platform: lower variants do, and Linux images do on the
    /// virtual machines that come with Docker on macOS and Windows.
    pub fn runs(&self, target: &Self) -> bool {
        let fits = self.architecture == target.architecture && variant_fits(&self.variant, &target.variant);
        let same_os = self.os == target.os;
        fits && match self.os.as_str() {
            "linux" | "freebsd" => same_os,
            "windows" if same_os => {
                self.os_version.is_empty() || release(&self.os_version) == release(&target.os_version)
            }
            "windows" => target.os == "linux",
            "darwin" => same_os || target.os == "linux",
            _ => same_os && self.os_version == target.os_version,
        }
    }

    /// Whether a machine of this platform should take an image for `target` rather than one for `previous`.
    pub fn prefers(&self, target: &Self, previous: Option<&Self>) -> bool {
        if !self.runs(target) {
            return false;
        }
        // No image at all is a platform without any name.
        let none = Self::default();
        let previous = previous.unwrap_or(&none);
        let nearer = |own: &str, new: &str, old: &str| match (new == old, new == own, old == own) {
            (true, ..) | (false, false, false) => None,
            (false, is_own, _) => Some(is_own),
        };
        let by_version = || match compare_versions(&previous.os_version, &target.os_version) {
            Ordering::Equal => None,
            order => Some(order == Ordering::Less),
        };
        let by_variant = || match variant_number(&target.variant).cmp(&variant_number(&previous.variant)) {
            Ordering::Equal => None,
            order => Some(order == Ordering::Greater),
        };
        nearer(&self.os, &target.os, &previous.os)
            .or_else(|| nearer(&self.architecture, &target.architecture, &previous.architecture))
            .or_else(|| nearer(&self.variant, &target.variant, &previous.variant))
            .or_else(by_variant)
            .or_else(|| nearer(&self.os_version, &target.os_version, &previous.os_version))
            .or_else(by_version)
            .unwrap_or(false)
    }
}

/// The parts of a Windows version that decide what runs: build numbers within one release do not.
fn release(version: &str) -> &str {
    version.match_indices('.').nth(2).and_then(|(end, _)| version.get(..end)).unwrap_or(version)
}

/// Variants count upwards; no variant is below the first one, which is another word for it.
fn variant_fits(host: &str, target: &str) -> bool {
    let (own, other) = (variant_number(host), variant_number(target));
    own >= other || (host.is_empty() && other == 1)
}

fn variant_number(variant: &str) -> u32 {
    variant.strip_prefix('v').unwrap_or(variant).parse().unwrap_or(0)
}

/// Part by part as far as both are numbers.
fn compare_versions(one: &str, two: &str) -> Ordering {
    let (mut ones, mut twos) = (one.split('.'), two.split('.'));
    loop {
        let (a, b) = match (ones.next(), twos.next()) {
            (None, _) => return Ordering::Equal,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => (a.parse::<u64>(), b.parse::<u64>()),
        };
        let order = match (a, b) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Err(_), Err(_)) => return Ordering::Equal,
            (Err(_), Ok(_)) => Ordering::Less,
            (Ok(_), Err(_)) => Ordering::Greater,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_variants_run_on_higher_ones() {
        let platform = |text: &str| Platform::parse(text).unwrap();
        for (host, target, expected) in [
            ("linux/amd64/v3", "linux/amd64", true),
            ("linux/amd64", "linux/amd64/v2", false),
            ("linux/arm/v7", "linux/arm/v6", true),
            ("linux/arm/v6", "linux/arm/v7", false),
            ("darwin/arm64", "linux/arm64", true),
            ("linux/arm64", "darwin/arm64", false),
        ] {
            assert_eq!(platform(host).runs(&platform(target)), expected, "{host} {target}");
        }
        assert!(platform("linux/arm/v7").prefers(&platform("linux/arm/v6"), Some(&platform("linux/arm/v5"))));
        assert!(!platform("linux/arm/v7").prefers(&platform("linux/arm/v5"), Some(&platform("linux/arm/v6"))));
    }
}
