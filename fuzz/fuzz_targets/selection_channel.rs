//! The newest tag of a channel. The input: a channel as JSON on one line, then tags, one a line.
#![no_main]

use buildonce_core::selection::channel::{ChannelPolicy, Mode, TagInfo, channel};
use buildonce_fuzz::{check_refusal, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((policy, tags)) = text(bytes).and_then(|input| input.split_once('\n')) else { return };
    let Ok(policy) = serde_json::from_str::<ChannelPolicy>(policy) else { return };
    let tags: Vec<_> = tags.lines().map(TagInfo::named).collect();
    let answer = channel(&policy, &tags);
    assert_eq!(answer, channel(&policy, &tags), "the same tags have two newest");
    match &answer {
        Ok(choice) => {
            if let Some(newest) = &choice.tag {
                assert!(tags.contains(newest), "{newest:?} is none of the tags");
                assert!(choice.candidates > 0, "{choice:?}");
            }
            assert!(choice.candidates <= tags.len() as u64, "{choice:?}");
        }
        Err(refusal) => check_refusal(refusal, ""),
    }
    if policy.mode == Mode::Native {
        let reversed: Vec<_> = tags.into_iter().rev().collect();
        assert_eq!(channel(&policy, &reversed), answer, "the order of the listing shows");
    }
});
