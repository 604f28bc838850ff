//! `selection.channel` over lists of tags that grow tenfold, through the component and native: the time must grow as the list does.
#![expect(clippy::print_stdout, reason = "its output is the measurement")]

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use buildonce::types::selection::{ChannelPolicy, Mode, Order, Strategy, TagInfo, Unreadable};
use buildonce::{Engine, Limits};
use buildonce_core::selection::channel;

/// Lengths of the lists.
const TAGS: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Calls of each side, in turn, of which the fastest counts: a list of a million takes long enough to be interrupted.
const CALLS: usize = 5;

fn main() -> Result<()> {
    let engine = Engine::embedded()?;
    for (name, ours, natives) in [
        (
            "--semver 1.x",
            policy(Strategy::Semver, Some("1.x"), None),
            native(channel::Strategy::Semver, Some("1.x"), None),
        ),
        (
            "--numerical --filter",
            policy(Strategy::Numerical, None, Some(FILTER)),
            native(channel::Strategy::Numerical, None, Some(FILTER)),
        ),
    ] {
        let mut times = Vec::new();
        for count in TAGS {
            let (component, native) = measure(&engine, count, &ours, &natives)?;
            times.push(component);
            println!(
                "selection.channel {name}, {count:>9} tags: component {component:>7.1} ms, native {native:>7.1} ms, ratio {:.2}{}",
                component / native,
                if count == 1_000_000 { " (promise: at most 1000 ms)" } else { "" }
            );
        }
        if let [ten, hundred, million] = times[..] {
            println!(
                "selection.channel {name}: ten times the tags take {:.1} and {:.1} times as long",
                hundred / ten,
                million / hundred
            );
        }
    }
    Ok(())
}

/// Builds of a branch, with their run's number taken out.
const FILTER: (&str, &str) = (r"^main-[0-9a-f]{7}-(\d+)$", "$1");

fn policy(strategy: Strategy, range: Option<&str>, filter: Option<(&str, &str)>) -> ChannelPolicy {
    ChannelPolicy {
        mode: Mode::Native,
        strategy,
        range: range.map(str::to_owned),
        order: Order::Ascending,
        pattern: filter.map(|(pattern, _)| pattern.to_owned()),
        extract: filter.map(|(_, extract)| extract.to_owned()),
        allow: Vec::new(),
        deny: Vec::new(),
        unreadable: Unreadable::Skip,
    }
}

fn native(strategy: channel::Strategy, range: Option<&str>, filter: Option<(&str, &str)>) -> channel::ChannelPolicy {
    channel::ChannelPolicy {
        range: range.map(str::to_owned),
        pattern: filter.map(|(pattern, _)| pattern.to_owned()),
        extract: filter.map(|(_, extract)| extract.to_owned()),
        ..channel::ChannelPolicy::new(strategy)
    }
}

/// Milliseconds of the fastest call on both sides.
fn measure(
    engine: &Engine,
    count: usize,
    ours: &ChannelPolicy,
    natives: &channel::ChannelPolicy,
) -> Result<(f64, f64)> {
    let tags: Vec<_> = names(count).map(|name| TagInfo { name, created: None, pushed: None, digest: None }).collect();
    let native_tags: Vec<_> = names(count).map(channel::TagInfo::named).collect();
    let mut session = engine.session(Limits::default())?;
    let (mut component, mut native) = (f64::MAX, f64::MAX);
    for _ in 0..CALLS {
        let start = Instant::now();
        let one = session.channel(ours, black_box(&tags))?.map_err(|refusal| anyhow!("refused: {refusal:?}"))?;
        component = component.min(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        let two =
            channel::channel(natives, black_box(&native_tags)).map_err(|refusal| anyhow!("refused: {refusal:?}"))?;
        native = native.min(start.elapsed().as_secs_f64() * 1e3);
        let (one, two) = (one.tag.map(|tag| tag.name), two.tag.map(|tag| tag.name));
        ensure!(one.is_some() && one == two, "the component chose {one:?}, the core {two:?}");
    }
    Ok((component, native))
}

/// What a busy repository has: releases, prereleases, builds of branches and changes, signatures.
fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|n| match n % 5 {
        0 => format!("{}.{}.{}", n % 4, n / 1000 % 1000, n % 1000),
        1 => format!("v1.{}.{}-rc.{}", n / 1000 % 1000, n % 1000, n % 7),
        2 => format!("main-{:07x}-{n}", n * 2_654_435 % 0x0fff_ffff),
        3 => format!("pr-{n}-{:07x}", n * 7_654_321 % 0x0fff_ffff),
        _ => format!("sha256-{n:064x}.sig"),
    })
}
