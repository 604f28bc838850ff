//! The time zone database, compact.
//!
//! `zones.bin` is written by `cargo xtask schema`. After a note and the four counts (zones; bytes of the texts, of the transition counts,
//! of the distances), each a line:
//!
//! 1. for each zone three lines: its names, its POSIX rule for what comes after the last transition, its types as `offset,dst,abbreviation`;
//! 2. for each zone the number of its transitions (LEB128);
//! 3. for each transition the distance of its local time from that of the one before (LEB128): twice the number of half hours, or
//!    one more than twice the zigzag-coded seconds. Local is the clock that the transition ends; the first counts from the epoch;
//! 4. for each transition the type that it begins (one byte).

use jiff::tz::TimeZone;

/// In seconds.
const HALF_HOUR: i64 = 1800;

static DATA: &[u8] = include_bytes!("zones.bin");

/// A zone by its name, in lower case; `/` and `_` are the same.
pub(super) fn find(name: &str) -> Option<TimeZone> {
    let database = Database::open(DATA)?;
    let (index, [names, rule, types]) = database
        .zones()
        .enumerate()
        .find(|(_, [names, ..])| names.split(' ').any(|known| folded(known).eq(folded(name))))?;
    let known = names.split(' ').find(|known| folded(known).eq(folded(name)))?;
    let transitions = database.transitions(index, types)?;
    TimeZone::tzif(known, &tzif(&transitions, types, rule)?).ok()
}

fn folded(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|b| if b == b'/' { b'_' } else { b.to_ascii_lowercase() })
}

struct Database {
    lines: &'static str,
    counts: &'static [u8],
    distances: &'static [u8],
    types: &'static [u8],
}

impl Database {
    fn open(data: &'static [u8]) -> Option<Self> {
        let mut head = data.splitn(3, |b| *b == b'\n');
        let (_note, counts, rest) = (head.next()?, head.next()?, head.next()?);
        let mut counts = std::str::from_utf8(counts).ok()?.split(' ').skip(1).map_while(|n| n.parse().ok());
        let (lines, rest) = rest.split_at_checked(counts.next()?)?;
        let (transitions, rest) = rest.split_at_checked(counts.next()?)?;
        let (distances, types) = rest.split_at_checked(counts.next()?)?;
        Some(Self { lines: std::str::from_utf8(lines).ok()?, counts: transitions, distances, types })
    }

    /// Names, rule and types of each zone.
    fn zones(&self) -> impl Iterator<Item = [&'static str; 3]> {
        let mut lines = self.lines.lines();
        std::iter::from_fn(move || Some([lines.next()?, lines.next()?, lines.next()?]))
    }

    /// Transitions of a zone: seconds since the epoch, and the type that begins.
    fn transitions(&self, zone: usize, types: &str) -> Option<Vec<(i64, u8)>> {
        let mut counts = self.counts;
        let mut before = 0;
        for _ in 0..zone {
            before += varint(&mut counts)?;
        }
        let count = usize::try_from(varint(&mut counts)?).ok()?;
        let mut distances = self.distances;
        for _ in 0..before {
            varint(&mut distances)?;
        }
        let offsets: Vec<i64> = types.split(' ').map_while(|kind| kind.split(',').next()?.parse().ok()).collect();
        let begins = self.types.get(usize::try_from(before).ok()?..)?.get(..count)?;
        let (mut offset, mut local) = (*offsets.first()?, 0);
        begins
            .iter()
            .map(|kind| {
                let code = varint(&mut distances)?;
                local += if code & 1 == 0 { (code >> 1) * HALF_HOUR } else { zigzag(code >> 1) };
                let time = local - offset;
                offset = *offsets.get(usize::from(*kind))?;
                Some((time, *kind))
            })
            .collect()
    }
}

fn zigzag(code: i64) -> i64 {
    (code >> 1) ^ -(code & 1)
}

fn varint(bytes: &mut &[u8]) -> Option<i64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= i64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// The zone as the library reads it: `TZif` (RFC 9636), the 32-bit part left empty.
fn tzif(transitions: &[(i64, u8)], types: &str, rule: &str) -> Option<Vec<u8>> {
    let kinds: Vec<_> = types.split(' ').collect();
    let (mut records, mut abbreviations) = (Vec::new(), Vec::new());
    for kind in &kinds {
        let mut parts = kind.split(',');
        let offset: i32 = parts.next()?.parse().ok()?;
        records.extend(offset.to_be_bytes());
        records.push(parts.next()?.parse().ok()?);
        records.push(u8::try_from(abbreviations.len()).ok()?);
        abbreviations.extend(parts.next()?.bytes().chain([0]));
    }
    let mut out = Vec::new();
    header(&mut out, [0, 0, 0, 0, 1, 1]);
    out.extend([0; 7]);
    let [time, kind, chars] =
        [transitions.len(), kinds.len(), abbreviations.len()].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    header(&mut out, [0, 0, 0, time, kind, chars]);
    out.extend(transitions.iter().flat_map(|(time, _)| time.to_be_bytes()));
    out.extend(transitions.iter().map(|(_, kind)| *kind));
    out.extend(records);
    out.extend(abbreviations);
    out.extend(format!("\n{rule}\n").into_bytes());
    Some(out)
}

fn header(out: &mut Vec<u8>, counts: [u32; 6]) {
    out.extend(b"TZif2");
    out.extend([0; 15]);
    out.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    /// The library carries the whole database in tests; the compact one must say the same of every instant.
    #[test]
    fn every_zone_tells_the_same_time_as_the_whole_database() {
        let whole = TimeZoneDatabase::bundled();
        let mut zones = 0;
        for name in whole.available() {
            let expected = whole.get(name.as_str()).unwrap();
            if name.as_str() == "Etc/Unknown" {
                continue;
            }
            let zone = find(&name.as_str().to_lowercase()).unwrap_or_else(|| panic!("{name} is missing"));
            zones += 1;
            // Some instants of every season, and both sides of each transition.
            let steps =
                (-4_000_000_000..6_000_000_000_i64).step_by(7_948_800).map(|s| Timestamp::from_second(s).unwrap());
            let turns =
                expected.following(Timestamp::from_second(-4_000_000_000).unwrap()).take(400).map(|t| t.timestamp());
            let around = turns.flat_map(|t| [t - jiff::SignedDuration::from_secs(1), t]);
            for instant in steps.chain(around) {
                let (a, b) = (zone.to_offset_info(instant), expected.to_offset_info(instant));
                let tell = |i: &jiff::tz::TimeZoneOffsetInfo<'_>| (i.offset(), i.dst(), i.abbreviation().to_owned());
                assert_eq!(tell(&a), tell(&b), "{name} at {instant}");
            }
        }
        assert!(zones > 590, "only {zones} zones");
    }

    #[test]
    fn a_name_is_found_in_any_case_with_either_separator() {
        for name in ["europe/berlin", "Europe_Berlin", "EUROPE/BERLIN", "america/argentina_buenos_aires"] {
            assert!(find(name).is_some(), "{name}");
        }
        for name in ["", "Europe", "Europe Berlin", "UTC\n"] {
            assert!(find(name).is_none(), "{name}");
        }
    }
}
