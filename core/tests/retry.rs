//! The classifier against labelled excerpts of real logs (`tests/vectors/errors.json`), and what every decision must keep to.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use buildonce_core::policy::{Choice, Operation, Policy, Retry};
use buildonce_core::retry::{
    Action, Attempt, Backoff, BackoffKind, Budget, Class, Confidence, Decision, Jitter, Kind, Limits, Outcome, Remedy,
    Settings, Situation, classify, decide, rules,
};
use proptest::prelude::*;
use serde::Deserialize;

/// Bars for excerpts that are not marked ambiguous.
const PRECISION: f64 = 0.95;
const RECALL: f64 = 0.92;

#[derive(Deserialize)]
struct Case {
    id: String,
    label: Class,
    cause: String,
    retry_helps: bool,
    ambiguous: bool,
    op: String,
    registry: String,
    text: String,
}

impl Case {
    /// The half that rules may be tuned on, chosen by a hash of the name (FNV-1a) so that nobody chose it.
    fn is_development(&self) -> bool {
        let hash = self
            .id
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        ((hash >> 32) ^ hash) & 1 == 0
    }
}

fn cases() -> Vec<Case> {
    let folder = std::env::var_os("BUILDONCE_VECTORS").map(PathBuf::from);
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"));
    let path = folder.map(|folder| folder.join("errors.json")).filter(|path| path.exists());
    let text = std::fs::read_to_string(path.unwrap_or_else(|| own.join("errors.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What cases are grouped by.
type View = fn(&Case) -> String;

#[derive(Default)]
struct Score {
    hits: u32,
    false_alarms: u32,
    misses: u32,
    right_no: u32,
    right_class: u32,
    right_cause: u32,
}

impl Score {
    fn add(&mut self, case: &Case) {
        let found = classify(&Outcome::Exited(1), &case.text);
        match (case.retry_helps, found.retry_helps) {
            (true, true) => self.hits += 1,
            (false, true) => self.false_alarms += 1,
            (true, false) => self.misses += 1,
            (false, false) => self.right_no += 1,
        }
        self.right_class += u32::from(found.class == case.label);
        self.right_cause += u32::from(found.cause == case.cause);
    }

    fn share(part: u32, of: u32) -> f64 {
        if of == 0 { 1.0 } else { f64::from(part) / f64::from(of) }
    }

    fn precision(&self) -> f64 {
        Self::share(self.hits, self.hits + self.false_alarms)
    }

    fn recall(&self) -> f64 {
        Self::share(self.hits, self.hits + self.misses)
    }

    fn line(&self, name: &str) -> String {
        let all = self.hits + self.false_alarms + self.misses + self.right_no;
        format!(
            "{name:<28} n={all:<4} P={:.3} R={:.3} class={:.2} cause={:.2} (false alarms {}, misses {})",
            self.precision(),
            self.recall(),
            Self::share(self.right_class, all),
            Self::share(self.right_cause, all),
            self.false_alarms,
            self.misses
        )
    }
}

fn score<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Score {
    let mut score = Score::default();
    for case in cases {
        score.add(case);
    }
    score
}

#[test]
fn the_classifier_passes_its_bars() {
    let cases = cases();
    let sure: Vec<&Case> = cases.iter().filter(|case| !case.ambiguous).collect();
    let half = |development: bool| sure.iter().copied().filter(move |case| case.is_development() == development);
    let mut report = String::new();
    let mut line = |score: &Score, name: &str| writeln!(report, "{}", score.line(name)).unwrap();
    line(&score(&cases), "all");
    let overall = score(sure.iter().copied());
    line(&overall, "unambiguous");
    line(&score(half(true)), "unambiguous, development");
    let held_out = score(half(false));
    line(&held_out, "unambiguous, held out");
    line(&score(cases.iter().filter(|case| case.ambiguous)), "ambiguous");
    let views: [(&str, View); 3] = [
        ("registry", |case| case.registry.clone()),
        ("op", |case| case.op.clone()),
        ("class", |case| serde_json::to_value(case.label).unwrap().as_str().unwrap_or_default().to_owned()),
    ];
    for (view, name) in views {
        let mut groups: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
        for case in &sure {
            groups.entry(name(case)).or_default().push(case);
        }
        for (group, members) in groups {
            line(&score(members), &format!("{view} {group}"));
        }
    }
    println!("{report}");
    // `SHOW=development` prints what went wrong there; the held-out half stays unseen.
    if std::env::var("SHOW").is_ok_and(|show| show == "development") {
        for case in cases.iter().filter(|case| case.is_development()) {
            let found = classify(&Outcome::Exited(1), &case.text);
            if found.retry_helps != case.retry_helps || found.cause != case.cause || found.class != case.label {
                let mark = if found.retry_helps == case.retry_helps { "cause" } else { "WRONG" };
                println!(
                    "{mark} {} {:?} {} -> {:?} {} by {}: {}",
                    case.id, case.label, case.cause, found.class, found.cause, found.rule, found.evidence
                );
            }
        }
    }
    assert!(overall.precision() >= PRECISION && overall.recall() >= RECALL, "{report}");
}

#[test]
fn what_tools_print_is_understood() {
    let mut wrong = Vec::new();
    for line in include_str!("retry_lines.txt").lines().filter(|line| !line.starts_with('#')) {
        let (expected, text) = line.split_once(" | ").unwrap();
        let found = classify(&Outcome::Exited(1), &text.replace("\\n", "\n"));
        if found.retry_helps != (expected == "again") {
            wrong.push(format!("{text}: {} by {}", found.cause, found.rule));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Excerpts: what is expected about another try, the class, what it is, and the output.
fn excerpts() -> Vec<[&'static str; 4]> {
    let blocks = include_str!("retry_excerpts.txt").split("\n== ").skip(1);
    let parts = |block: &'static str| {
        let (head, text) = block.split_once('\n').unwrap();
        let [expected, class, what] = head.splitn(3, " | ").collect::<Vec<_>>().try_into().unwrap();
        [expected, class, what, text]
    };
    blocks.map(parts).collect()
}

/// A log is long, and most of it is about what went well.
#[test]
fn what_went_well_before_an_excerpt_changes_nothing() {
    let noise = include_str!("retry_noise.txt");
    let mut wrong = Vec::new();
    for [expected, class, what, text] in excerpts() {
        let found = classify(&Outcome::Exited(1), &[noise, text].concat());
        if found.retry_helps != (expected == "again") || found.class.name() != class {
            wrong.push(format!("{what}: {} by {}: {}", found.cause, found.rule, found.evidence));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whole_excerpts_are_understood() {
    let excerpts = excerpts();
    let mut wrong = Vec::new();
    for [expected, class, what, text] in &excerpts {
        let found = classify(&Outcome::Exited(1), text);
        if found.retry_helps != (*expected == "again") || found.class.name() != *class {
            let cause = format!("{} {} by {}: {}", found.class.name(), found.cause, found.rule, found.evidence);
            wrong.push(format!("{what}: expected {expected} {class}, found {cause}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), excerpts.len(), wrong.join("\n"));
}

#[test]
fn what_tools_print_when_all_is_well_is_no_evidence() {
    for line in include_str!("retry_noise.txt").lines() {
        let found = classify(&Outcome::Exited(1), line);
        assert_eq!(found.rule, "outcome.unknown", "{line}");
    }
}

/// The rules as the documentation lists them.
fn documented_rules() -> String {
    let mut table = String::from(
        "| rule | kind | cause | sure | weight | remedy | example | source |\n|---|---|---|---|---|---|---|---|\n",
    );
    for rule in rules() {
        let cause = rule.step_cause.map_or(rule.cause.to_owned(), |step| format!("{} (in a step: {step})", rule.cause));
        let remedy = rule.remedy.map_or("", Remedy::word);
        let example = rule.example.replace('|', "\\|");
        writeln!(
            table,
            "| {} | {} | {cause} | {} | {} | {remedy} | `{example}` | {} |",
            rule.id,
            rule.kind.word(),
            rule.confidence.name(),
            rule.weight,
            rule.source
        )
        .unwrap();
    }
    table
}

/// `BLESS=1` writes the table anew.
#[test]
fn the_documentation_lists_every_rule() {
    const START: &str = "<!-- rules: written by `BLESS=1 cargo test -p buildonce-core --test retry` -->\n";
    const END: &str = "<!-- end of rules -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/retry.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(START).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let table = documented_rules();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, [before, START, &table, END, after].concat()).unwrap();
    } else {
        assert!(written == table, "docs/retry.md differs from the table: run it with BLESS=1");
    }
}

/// Outputs of every kind of failure, and one that says nothing.
const OUTPUTS: [&str; 12] = [
    "read: connection reset by peer",
    "net/http: TLS handshake timeout",
    "429 Too Many Requests",
    "429 Too Many Requests, Retry-After: 95",
    "toomanyrequests: You have reached your pull rate limit. Retry-After: 300",
    "unexpected status: 403 Forbidden",
    "write /x: no space left on device",
    "denied: Your authorization token has expired. Reauthenticate and try again.",
    "dockerfile parse error on line 1: unknown instruction: FRM",
    "src/a.c:1:2: error: expected ';'",
    "push to ghcr.io/acme/app: unexpected status: 502 Bad Gateway",
    "",
];

/// What a host meets: how each attempt would end and how long it takes.
#[derive(Debug, Clone)]
struct World {
    limits: Limits,
    remedies: Vec<Remedy>,
    budget: Option<Budget>,
    seed: u64,
    attempts: Vec<(Outcome, usize, u64)>,
    remembers_rules: bool,
}

/// What came of it.
struct Story {
    decisions: Vec<Decision>,
    history: Vec<Attempt>,
    /// When each attempt began and when it ended.
    times: Vec<(u64, u64)>,
    now: u64,
}

/// Runs the loop of a host: ask, wait, attempt, ask again.
fn play(world: &World) -> Story {
    let mut story = Story { decisions: Vec::new(), history: Vec::new(), times: Vec::new(), now: 0 };
    let policy = Policy { retry: Retry { budget: world.budget, ..Retry::default() }, ..Policy::default() };
    let mut situation = Situation {
        settings: Settings { operation: Operation::Push, limits: world.limits },
        now_ms: Some(0),
        seed: world.seed,
        remedies: world.remedies.clone(),
        registry: Some("registry.example".to_owned()),
        ..Situation::default()
    };
    for (outcome, output, duration_ms) in world.attempts.iter().cycle().take(200) {
        situation.history.clone_from(&story.history);
        situation.tail = if story.history.is_empty() { String::new() } else { OUTPUTS[*output].to_owned() };
        situation.elapsed_ms = story.now;
        let decision = decide(&policy, &situation);
        assert_eq!(decision, decide(&policy, &situation), "the same situation gave two answers");
        situation.tokens = decision.tokens.clone();
        if let (Some(last), true) = (story.history.last_mut(), world.remembers_rules) {
            last.rule = Some(decision.rule.clone());
        }
        story.decisions.push(decision.clone());
        if !matches!(decision.action, Action::Retry | Action::Remedy) {
            return story;
        }
        story.now += decision.delay_ms;
        // A host ends an attempt at its timeout.
        let (outcome, took) = match decision.timeout_ms {
            Some(timeout) if *duration_ms > timeout => (Outcome::TimedOut, timeout),
            _ => (outcome.clone(), *duration_ms),
        };
        story.times.push((story.now, story.now + took));
        story.now += took;
        let failure = classify(&outcome, OUTPUTS[*output]);
        story.history.push(Attempt { outcome, failure, duration_ms: took, rule: None, remedy: decision.remedy });
    }
    panic!("200 attempts were not the end: {:?}", story.decisions.last());
}

fn worlds() -> impl Strategy<Value = World> {
    let kind = prop_oneof![Just(BackoffKind::Exponential), Just(BackoffKind::Constant), Just(BackoffKind::Linear)];
    let jitter = prop_oneof![Just(Jitter::Full), Just(Jitter::Equal), Just(Jitter::None)];
    let backoff = (kind, jitter, 0..100_000_u64, 500..4000_u32, 0..200_000_u64).prop_map(
        |(kind, jitter, first_ms, factor_thousandths, max_ms)| Backoff {
            kind,
            first_ms,
            factor_thousandths,
            max_ms,
            jitter,
        },
    );
    let limits = (
        proptest::option::of(1..10_u32),
        proptest::option::of(1..600_000_u64),
        proptest::option::of(1..2_000_000_u64),
        backoff,
    )
        .prop_map(|(attempts, timeout_ms, deadline_ms, backoff)| Limits {
            attempts,
            timeout_ms,
            deadline_ms,
            backoff,
        });
    let outcome = prop_oneof![
        8 => (1..256).prop_map(Outcome::Exited),
        2 => (1..32).prop_map(Outcome::Signalled),
        1 => Just(Outcome::Cancelled),
        1 => Just(Outcome::Exited(0)),
        1 => Just(Outcome::SpawnFailed("No such file or directory".to_owned())),
    ];
    let attempts = proptest::collection::vec((outcome, 0..OUTPUTS.len(), 0..300_000_u64), 1..12);
    let remedies = proptest::sample::subsequence(
        vec![Remedy::Relogin, Remedy::Prune, Remedy::UseMirror, Remedy::IgnoreCacheExport, Remedy::VerifyRemoteDigest],
        0..=5,
    );
    let budget = proptest::option::of(
        (0..20_u32, 0..1000_u32).prop_map(|(tokens, refill_thousandths)| Budget { tokens, refill_thousandths }),
    );
    (limits, remedies, budget, any::<u64>(), attempts, any::<bool>()).prop_map(
        |(limits, remedies, budget, seed, attempts, remembers_rules)| World {
            limits,
            remedies,
            budget,
            seed,
            attempts,
            remembers_rules,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn limits_hold_in_every_world(world in worlds()) {
        let story = play(&world);
        let last = story.decisions.last().unwrap();

        // Attempts: never more than the operation says, else than the kindest class and one for each remedy.
        let most = world.limits.attempts.map_or(4 + world.remedies.len(), |attempts| usize::try_from(attempts).unwrap());
        prop_assert!(story.history.len() <= most, "{} attempts", story.history.len());

        // The deadline: no attempt begins or, since its timeout is cut, ends after it.
        if let Some(deadline) = world.limits.deadline_ms {
            prop_assert!(story.times.iter().all(|(_, end)| *end <= deadline), "{:?}", story.times);
        }

        // No pause before a final answer, and none before the first attempt.
        prop_assert_eq!(last.delay_ms, 0);
        prop_assert_eq!(story.decisions.first().unwrap().delay_ms, 0);
        prop_assert_eq!(story.now, story.times.last().map_or(0, |(_, end)| *end));

        // The budget: a bucket of N tokens gives at most half of them, rounded up.
        if let Some(budget) = world.budget {
            for host in ["registry.example", "ghcr.io", "docker.io"] {
                let of_host = |decision: &&Decision| matches!(decision.action, Action::Retry | Action::Remedy) && decision.attempt > 0
                    && story.history[decision.attempt as usize - 1].failure.registry.as_deref().unwrap_or("registry.example") == host;
                let retries = story.decisions.iter().filter(of_host).count();
                prop_assert!(retries <= (budget.tokens as usize).div_ceil(2), "{retries} retries from {budget:?}");
            }
        }

        // What is over stays over.
        for (attempt, decision) in story.history.iter().zip(story.decisions.iter().skip(1)) {
            let goes_on = matches!(decision.action, Action::Retry | Action::Remedy);
            prop_assert!(!(goes_on && (attempt.outcome == Outcome::Cancelled || attempt.outcome.is_success())));
            prop_assert!(attempt.outcome.is_success() == (decision.action == Action::Done));
            prop_assert!(!decision.reason.message.is_empty());
        }
    }

    #[test]
    fn a_permanent_failure_gets_exactly_one_attempt(mut world in worlds(), output in 8..10_usize, code in 1..3_i32) {
        world.attempts = vec![(Outcome::Exited(code), output, 1)];
        world.limits.timeout_ms = None;
        world.limits.deadline_ms = None;
        let story = play(&world);
        prop_assert_eq!(story.history.len(), 1);
        prop_assert_eq!(story.decisions.last().unwrap().reason.code.as_str(), "permanent");
        let failure = &story.history.first().unwrap().failure;
        prop_assert_eq!((failure.class, failure.kind()), (Class::Permanent, Kind::Permanent));
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_always_the_same_way(text in "(?s).{0,400}", code in 0..200_i32) {
        let once = classify(&Outcome::Exited(code), &text);
        prop_assert_eq!(&once, &classify(&Outcome::Exited(code), &text));
        prop_assert!(once.evidence.len() <= 400);
        prop_assert!(once.confidence <= Confidence::Certain);
    }
}
