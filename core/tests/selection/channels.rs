//! Channels against Flux and Argo CD Image Updater.

use buildonce_core::selection::channel::{ChannelPolicy, Mode, Order, Strategy, TagInfo, channel, exclude, extract};
use buildonce_core::selection::{Reflected, ReflectionPolicy, ReflectionStep, reflect};
use serde_json::Value;

use crate::vectors::{run, same, text, texts};

fn named(case: &Value) -> Vec<TagInfo> {
    texts(case, "tags").into_iter().map(TagInfo::named).collect()
}

fn expected(case: &Value) -> Option<String> {
    case["expect"].as_str().map(str::to_owned)
}

/// A Flux policy; `None` for an order that Flux refuses.
fn flux(case: &Value) -> Option<ChannelPolicy> {
    let policy = case["policy"].as_object().unwrap();
    let (kind, settings) = policy.iter().next().unwrap();
    let (strategy, order) = match kind.as_str() {
        "semver" => (Strategy::Semver, Order::Ascending),
        "numerical" => (Strategy::Numerical, order(text(settings, "order"))?),
        "alphabetical" => (Strategy::Alphabetical, order(text(settings, "order"))?),
        other => panic!("{other} is no policy of Flux"),
    };
    let own = |value: &Value| value.as_str().map(str::to_owned);
    Some(ChannelPolicy {
        mode: Mode::Flux,
        range: own(&settings["range"]),
        order,
        pattern: own(&case["filter_tags"]["pattern"]),
        extract: own(&case["filter_tags"]["extract"]),
        ..ChannelPolicy::new(strategy)
    })
}

fn order(word: &str) -> Option<Order> {
    if word.is_empty() { Some(Order::Ascending) } else { Order::parse(word) }
}

#[test]
fn flux_channels_answer_like_flux() {
    run("flux_policy.json", |case| {
        let found = flux(case).map(|policy| channel(&policy, &named(case)));
        let refused = found.as_ref().is_none_or(Result::is_err);
        same("refusal", &Some(refused), &case["error"].as_bool())?;
        let tag = found.and_then(Result::ok).and_then(|choice| choice.tag).map(|tag| tag.name);
        same("tag", &tag, &expected(case))
    });
}

#[test]
fn argo_channels_answer_like_argo() {
    run("argo_select.json", |case| {
        let strategy = match text(case, "strategy") {
            "semver" => Strategy::Semver,
            "newest-build" | "latest" => Strategy::Created,
            "alphabetical" | "name" => Strategy::Alphabetical,
            "digest" => Strategy::Digest,
            other => return Err(format!("{other} is no strategy")),
        };
        let policy = ChannelPolicy {
            mode: Mode::Argo,
            range: Some(text(case, "constraint").to_owned()),
            allow: case["allow_tags"].as_str().map(str::to_owned).into_iter().collect(),
            deny: texts(case, "ignore_tags"),
            ..ChannelPolicy::new(strategy)
        };
        let mut tags = named(case);
        for tag in &mut tags {
            tag.created = case["dates"][&tag.name].as_i64().map(|seconds| seconds * 1000);
        }
        let found = channel(&policy, &tags);
        same("refusal", &Some(found.is_err()), &case["error"].as_bool())?;
        let tag = found.ok().and_then(|choice| choice.tag).map(|tag| tag.name);
        same("tag", &tag, &expected(case))
    });
}

#[test]
fn tags_are_filtered_and_extracted_like_flux_does() {
    run("flux_filter_extract.json", |case| {
        let tags = texts(case, "tags");
        if case.get("exclusion_list").is_some() {
            let tags: Vec<_> = tags.iter().map(String::as_str).collect();
            let kept = exclude(&tags, &texts(case, "exclusion_list"));
            same("refusal", &Some(kept.is_err()), &case["error"].as_bool())?;
            let kept = kept.ok().map(|kept| kept.into_iter().map(str::to_owned).collect::<Vec<_>>());
            return same("kept", &kept, &case["expect"].as_array().map(|_| texts(case, "expect")));
        }
        let found = tags.iter().map(|tag| extract(tag, text(case, "pattern"), text(case, "extract")));
        let found = found.collect::<Result<Vec<_>, _>>();
        if case["error"].as_bool() == Some(true) {
            return same("refusal", &found.is_err(), &true);
        }
        let mut found: Vec<_> = found.map_err(|errors| errors[0].message.clone())?.into_iter().flatten().collect();
        found.sort();
        found.dedup();
        same("values", &found, &texts(case, "expect_sorted_items"))
    });
}

/// One pass of the reflection: the registry's digests carry the number of the pass, as all tags were pushed again.
fn pass(case: &Value, number: u8, before: Option<&Reflected>) -> Result<(Reflected, Option<Reflected>), String> {
    let settings = &case[format!("pass{number}")];
    let policy = ChannelPolicy {
        mode: Mode::Flux,
        range: Some(text(settings, "range").to_owned()),
        ..ChannelPolicy::new(Strategy::Semver)
    };
    let choice = channel(&policy, &named(case)).map_err(|errors| errors[0].message.clone())?;
    let tag = choice.tag.ok_or("no tag")?.name;
    let reflection = match text(settings, "digestReflectionPolicy") {
        "" | "Never" => ReflectionPolicy::Never,
        "IfNotPresent" => ReflectionPolicy::IfNotPresent,
        "Always" => ReflectionPolicy::Always,
        other => return Err(format!("{other} is no reflection policy")),
    };
    let mut step = reflect(reflection, before, &tag, None);
    if let ReflectionStep::LookUp(asked) = &step {
        let digest = format!("pass{number}:{asked}");
        step = reflect(reflection, before, &tag, Some(&digest));
    }
    match step {
        ReflectionStep::Done(done) => Ok((done.current, done.previous)),
        ReflectionStep::LookUp(tag) => Err(format!("asks for {tag} twice")),
    }
}

#[test]
fn digests_are_reflected_like_flux_does() {
    run("flux_digest_reflection.json", |case| {
        let (first, _) = pass(case, 1, None)?;
        let digest = |reflected: &Reflected| reflected.digest.clone().unwrap_or_default();
        same("digest of pass 1", &digest(&first).as_str(), &text(&case["pass1"], "expect_digest"))?;
        let (second, previous) = pass(case, 2, Some(&first))?;
        same("digest of pass 2", &digest(&second).as_str(), &text(&case["pass2"], "expect_digest"))?;
        let wanted = case["pass2"]["expect_previous_ref"].as_object();
        let wanted = wanted.map(|_| {
            let wanted = &case["pass2"]["expect_previous_ref"];
            (text(wanted, "tag").to_owned(), text(wanted, "digest").to_owned())
        });
        same("previous", &previous.map(|previous| (previous.tag.clone(), digest(&previous))), &wanted)
    });
}
