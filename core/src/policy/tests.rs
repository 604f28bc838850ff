//! Whole documents.

use super::*;

#[test]
fn the_built_in_policy_parses() {
    for (name, source) in BUILT_IN {
        match Policy::parse(source, name) {
            Ok(_) => assert!(built_in_names().contains(&name)),
            Err(errors) => panic!("{}", compact(&errors)),
        }
    }
}
