//! The contract, held against the last release: hosts that were made for it must work with every later component.
//!
//! `wit/released/<version>/` is a copy that is never edited. Until the first release there is none, and the check holds the contract
//! against itself, which shows that the check works.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wit_component::semver_check;
use wit_parser::{Resolve, UnresolvedPackageGroup};

use crate::shell::{root, say};

/// The world that the component has.
const WORLD: &str = "engine";

fn current() -> PathBuf {
    root().join("wit")
}

fn released() -> PathBuf {
    current().join("released")
}

/// Checks `wit/` against the last release.
pub(crate) fn check() -> Result<()> {
    let new = UnresolvedPackageGroup::parse_dir(current())?;
    let last = last_release(&released())?;
    match &last {
        None => say("no release of the WIT package yet: it is held against itself"),
        Some(version) => say(&format!("the WIT package is held against its release {version}")),
    }
    let old = match last {
        None => UnresolvedPackageGroup::parse_dir(current())?,
        Some(version) => UnresolvedPackageGroup::parse_dir(released().join(version.to_string()))?,
    };
    compatible(old, new)
}

/// Copies `wit/` to where it is never edited again.
pub(crate) fn freeze() -> Result<()> {
    let version = Version::of(&UnresolvedPackageGroup::parse_dir(current())?)?;
    let folder = released().join(version.to_string());
    if folder.exists() {
        bail!("version {version} is released; a changed contract needs a new version in wit/engine.wit");
    }
    check()?;
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(current())? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "wit") {
            fs::copy(&path, folder.join(path.file_name().context("no name")?))?;
        }
    }
    say(&format!("wit/released/{version} is the contract of that release from now on; commit it"));
    Ok(())
}

/// A version of the package, ordered as versions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u64, u64, u64);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let version = Self(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }

    fn of(package: &UnresolvedPackageGroup) -> Result<Self> {
        let version = package.main.name.version.as_ref().context("the WIT package has no version")?;
        Ok(Self(version.major, version.minor, version.patch))
    }

    /// Whether a newer version promises to work where this one did: the first number that is not zero stays.
    fn promises(self, newer: Self) -> bool {
        match self {
            Self(0, minor, _) => newer.0 == 0 && newer.1 == minor,
            Self(major, ..) => newer.0 == major,
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

fn last_release(folder: &Path) -> Result<Option<Version>> {
    if !folder.exists() {
        return Ok(None);
    }
    let mut last = None;
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let version = Version::parse(&name).with_context(|| format!("wit/released/{name} is no version"))?;
        last = last.max(Some(version));
    }
    Ok(last)
}

/// Whether a host of the old package works with a component of the new one.
fn compatible(mut old: UnresolvedPackageGroup, new: UnresolvedPackageGroup) -> Result<()> {
    let (before, now) = (Version::of(&old)?, Version::of(&new)?);
    if now < before {
        bail!("the WIT package has version {now}, older than its release {before}");
    }
    if !before.promises(now) {
        return Ok(());
    }
    // Two packages of one name and version cannot stand side by side; the check does not look at versions.
    old.main.name.version = None;
    let mut resolve = Resolve::default();
    let old = resolve.push_group(old)?;
    let new = resolve.push_group(new)?;
    let old = resolve.select_world(&[old], Some(WORLD))?;
    let new = resolve.select_world(&[new], Some(WORLD))?;
    // The check asks whether what was made for its second world still fits the third, in the eyes of a component that a host loads. Here
    // the hosts are what was made, and the component is what changes, so the new world stands where a release would.
    semver_check(resolve, new, old).with_context(|| {
        format!(
            "a host made for version {before} does not work with this component: keep what it uses and add beside it, or give \
             wit/engine.wit a version that promises nothing to {before}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(version: &str, interface: &str) -> UnresolvedPackageGroup {
        let text =
            format!("package a:b@{version};\ninterface names {{ {interface} }}\nworld engine {{ export names; }}\n");
        UnresolvedPackageGroup::parse("a.wit", &text).map_err(|(_, error)| error).unwrap()
    }

    const BEFORE: &str =
        "record pair { a: string, b: u32 } plan: func(p: pair) -> string; names: func() -> list<string>;";

    fn held(version: &str, interface: &str) -> Result<()> {
        compatible(package("0.1.0", BEFORE), package(version, interface))
    }

    #[test]
    fn an_added_function_is_accepted() {
        held("0.1.0", BEFORE).unwrap();
        held("0.1.1", &format!("{BEFORE} explain: func() -> string;")).unwrap();
    }

    #[test]
    fn what_a_host_may_use_must_stay() {
        let removed = BEFORE.replace("names: func() -> list<string>;", "");
        let parameter = BEFORE.replace("plan: func(p: pair)", "plan: func(p: pair, q: u32)");
        let field = BEFORE.replace("b: u32", "b: u32, c: u32");
        let kind = BEFORE.replace("-> list<string>", "-> string");
        for changed in [removed, parameter, field, kind] {
            assert_ne!(changed, BEFORE);
            let error = held("0.1.1", &changed).expect_err(&changed);
            assert!(error.to_string().starts_with("a host made for version 0.1.0 does not work"), "{error:#}");
        }
    }

    #[test]
    fn a_version_that_promises_nothing_may_change_everything() {
        held("0.2.0", "other: func();").unwrap();
        held("1.0.0", "other: func();").unwrap();
        assert!(held("0.0.9", BEFORE).is_err(), "a version went backwards");
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        assert!(Version::parse("0.10.0") > Version::parse("0.9.1"));
        assert_eq!((Version::parse("1.0"), Version::parse("a.b.c"), Version::parse("1.0.0.0")), (None, None, None));
        assert!(Version(1, 2, 0).promises(Version(1, 9, 0)) && !Version(1, 2, 0).promises(Version(2, 0, 0)));
    }
}
