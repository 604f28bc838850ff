//! How long a channel takes to choose among many tags: `cargo run --release --example channel_speed`.
#![expect(clippy::print_stdout, reason = "a program that tells a measurement")]

use std::time::Instant;

use buildonce_core::selection::channel::{ChannelPolicy, Mode, Strategy, TagInfo, channel};

/// Tags as registries of large projects hold them: releases, pre-releases, builds of commits, nightly builds, signatures.
fn tags(count: u64) -> Vec<TagInfo> {
    let name = |n: u64| match n % 10 {
        0..=3 => format!("v{}.{}.{}", n % 7, n % 93, n % 1009),
        4 => format!("{}.{}.{}-rc.{}", n % 7, n % 93, n % 1009, n % 5),
        5..=7 => format!("sha-{:07x}", n.wrapping_mul(0x9e37_79b9) & 0x0fff_ffff),
        8 => format!("nightly-2026-{:02}-{:02}.{n}", n % 12 + 1, n % 28 + 1),
        _ => format!("sha256-{:064x}.sig", n.wrapping_mul(0x9e37_79b9)),
    };
    let tag = |n| TagInfo { created: i64::try_from(n * 7919 % 1_000_003).ok(), ..TagInfo::named(name(n)) };
    (0..count).map(tag).collect()
}

fn main() {
    let semver = ChannelPolicy { range: Some("1.x || ^3.2".to_owned()), ..ChannelPolicy::new(Strategy::Semver) };
    let extract = ChannelPolicy {
        pattern: Some(r"^nightly-\d+-\d+-\d+\.(?P<n>\d+)$".to_owned()),
        extract: Some("$n".to_owned()),
        ..ChannelPolicy::new(Strategy::Numerical)
    };
    let flux = ChannelPolicy { mode: Mode::Flux, ..semver.clone() };
    let argo = ChannelPolicy { mode: Mode::Argo, ..semver.clone() };
    let created = ChannelPolicy::new(Strategy::Created);
    for count in [10_000, 100_000, 1_000_000] {
        let tags = tags(count);
        for (name, policy) in
            [("semver", &semver), ("pattern", &extract), ("created", &created), ("flux", &flux), ("argo", &argo)]
        {
            let start = Instant::now();
            let chosen = channel(policy, &tags).ok().and_then(|choice| choice.tag).map(|tag| tag.name);
            println!("{count:>8} tags, {name:<8} {:>9.3} ms  {chosen:?}", start.elapsed().as_secs_f64() * 1000.0);
        }
    }
}
