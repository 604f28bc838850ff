//! The time zone database, compact.
//!
//! `zones.bin` is written by `cargo xtask schema`. After a note and the four counts (zones; bytes of the texts, of the transition counts,
//! of the distances), each a line:
//!
//! 1. for each zone three lines: its names, its rule for what comes after the last transition, its kinds of time as `offset,abbreviation`;
//! 2. for each zone the number of its transitions (LEB128);
//! 3. for each transition the distance of its local time from that of the one before (LEB128): twice the number of half hours, or
//!    one more than twice the zigzag-coded seconds. Local is the clock that the transition ends; the first counts from the epoch;
//! 4. for each transition the kind that it begins (one byte).
//!
//! A rule is empty where nothing changes any more, else ten numbers: the kinds of standard and of summer time, and for the begin and the
//! end of summer month, week (5 is the last), day of the week (0 is Sunday) and seconds after midnight, by the clock before.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;

/// In seconds.
const HALF_HOUR: i64 = 1800;

/// In seconds. No clock is a day away from that of Greenwich, and none changes twice in two days.
const DAY: i64 = 86_400;

static DATA: &[u8] = include_bytes!("zones.bin");

/// A time zone.
#[derive(Debug, Clone)]
pub(super) struct Zone {
    /// The first kind holds before the first transition.
    kinds: Vec<Kind>,
    /// Seconds since the epoch, and the kind that begins; in order.
    transitions: Vec<(i64, u8)>,
    rule: Option<Rule>,
}

/// How clocks go for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// Seconds east of Greenwich.
    pub(super) offset: i64,
    pub(super) abbreviation: &'static str,
}

/// What comes after the last transition.
#[derive(Debug, Clone, Copy)]
struct Rule {
    standard: Kind,
    summer: Kind,
    begin: [i64; 4],
    end: [i64; 4],
}

impl Zone {
    pub(super) fn utc() -> Self {
        Self { kinds: vec![Kind { offset: 0, abbreviation: "UTC" }], transitions: Vec::new(), rule: None }
    }

    /// A zone by its name, in any case; `/` and `_` are the same.
    pub(super) fn find(name: &str) -> Option<Self> {
        let database = Database::open(DATA)?;
        let is_meant = |known: &str| folded(known).eq(folded(name));
        let (index, [_, rule, kinds]) =
            database.zones().enumerate().find(|(_, [names, ..])| names.split(' ').any(is_meant))?;
        let kinds: Vec<Kind> = kinds.split(' ').filter_map(Kind::parse).collect();
        let transitions = database.transitions(index, &kinds)?;
        Some(Self { rule: Rule::parse(rule, &kinds), kinds, transitions })
    }

    /// How clocks go at an instant, in seconds since the epoch.
    pub(super) fn at(&self, instant: i64) -> Option<Kind> {
        let passed = self.transitions.partition_point(|(time, _)| *time <= instant);
        match self.rule {
            Some(rule) if passed == self.transitions.len() => rule.at(instant),
            _ => {
                let last = passed.checked_sub(1).and_then(|at| self.transitions.get(at));
                self.kinds.get(last.map_or(0, |(_, kind)| usize::from(*kind))).copied()
            }
        }
    }

    /// The instant at which clocks show a time, which is given as seconds since they showed the epoch. Of two instants it is the first;
    /// a time that is left out is told by the clock before.
    pub(super) fn instant(&self, wall: i64) -> Option<i64> {
        let (before, after) = (wall - self.at(wall - DAY)?.offset, wall - self.at(wall + DAY)?.offset);
        let shows = |instant: i64| self.at(instant).is_some_and(|kind| instant + kind.offset == wall);
        Some(if !shows(before) && shows(after) { after } else { before })
    }
}

impl Kind {
    fn parse(text: &'static str) -> Option<Self> {
        let (offset, abbreviation) = text.split_once(',')?;
        Some(Self { offset: offset.parse().ok()?, abbreviation })
    }
}

impl Rule {
    fn parse(text: &str, kinds: &[Kind]) -> Option<Self> {
        let mut numbers = text.split(',').map_while(|number| number.parse::<i64>().ok());
        let mut next = || numbers.next();
        let (standard, summer) = (next()?, next()?);
        let begin = [next()?, next()?, next()?, next()?];
        let end = [next()?, next()?, next()?, next()?];
        let kind = |index: i64| kinds.get(usize::try_from(index).ok()?).copied();
        Some(Self { standard: kind(standard)?, summer: kind(summer)?, begin, end })
    }

    fn at(&self, instant: i64) -> Option<Kind> {
        let standard = Timestamp::from_second(instant + self.standard.offset).ok()?;
        let year = Offset::UTC.to_datetime(standard).year();
        let begin = day_of(year, self.begin)? - self.standard.offset;
        let end = day_of(year, self.end)? - self.summer.offset;
        // South of the equator summer goes on through the turn of the year.
        let summer = if begin < end { (begin..end).contains(&instant) } else { !(end..begin).contains(&instant) };
        Some(if summer { self.summer } else { self.standard })
    }
}

/// When a part of a rule is due in a year, in seconds since the epoch by its own clock.
fn day_of(year: i16, [month, week, day, seconds]: [i64; 4]) -> Option<i64> {
    let number = |number: i64| i8::try_from(number).ok();
    let first = Date::new(year, number(month)?, 1).ok()?;
    let day = Weekday::from_sunday_zero_offset(number(day)?).ok()?;
    let date = first.nth_weekday_of_month(if week == 5 { -1 } else { number(week)? }, day).ok()?;
    Some(seconds_of(DateTime::from_parts(date, Time::midnight()))? + seconds)
}

/// A time as seconds since the same clock showed the epoch.
pub(in crate::tagging::metadata) fn seconds_of(wall: DateTime) -> Option<i64> {
    Offset::UTC.to_timestamp(wall).ok().map(Timestamp::as_second)
}

fn folded(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|b| if b == b'/' { b'_' } else { b.to_ascii_lowercase() })
}

struct Database {
    lines: &'static str,
    counts: &'static [u8],
    distances: &'static [u8],
    kinds: &'static [u8],
}

impl Database {
    fn open(data: &'static [u8]) -> Option<Self> {
        let mut head = data.splitn(3, |b| *b == b'\n');
        let (_note, counts, rest) = (head.next()?, head.next()?, head.next()?);
        let mut counts = std::str::from_utf8(counts).ok()?.split(' ').skip(1).map_while(|n| n.parse().ok());
        let (lines, rest) = rest.split_at_checked(counts.next()?)?;
        let (transitions, rest) = rest.split_at_checked(counts.next()?)?;
        let (distances, kinds) = rest.split_at_checked(counts.next()?)?;
        Some(Self { lines: std::str::from_utf8(lines).ok()?, counts: transitions, distances, kinds })
    }

    /// Names, rule and kinds of each zone.
    fn zones(&self) -> impl Iterator<Item = [&'static str; 3]> {
        let mut lines = self.lines.lines();
        std::iter::from_fn(move || Some([lines.next()?, lines.next()?, lines.next()?]))
    }

    fn transitions(&self, zone: usize, kinds: &[Kind]) -> Option<Vec<(i64, u8)>> {
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
        let begins = self.kinds.get(usize::try_from(before).ok()?..)?.get(..count)?;
        let (mut offset, mut local) = (kinds.first()?.offset, 0);
        let mut transitions = Vec::with_capacity(count);
        for kind in begins {
            let code = varint(&mut distances)?;
            local += if code & 1 == 0 { (code >> 1) * HALF_HOUR } else { zigzag(code >> 1) };
            transitions.push((local - offset, *kind));
            offset = kinds.get(usize::from(*kind))?.offset;
        }
        Some(transitions)
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

#[cfg(test)]
mod tests {
    use jiff::tz::{TimeZone, TimeZoneDatabase};
    use jiff::{SignedDuration, ToSpan as _};

    use super::*;

    fn every_zone() -> Vec<(String, Zone, TimeZone)> {
        let whole = TimeZoneDatabase::bundled();
        let names: Vec<String> =
            whole.available().map(|name| name.as_str().to_owned()).filter(|name| name != "Etc/Unknown").collect();
        assert!(names.len() > 590, "only {} zones", names.len());
        let both = |name: String| {
            let zone = Zone::find(&name.to_lowercase()).unwrap_or_else(|| panic!("{name} is missing"));
            let expected = whole.get(&name).unwrap();
            (name, zone, expected)
        };
        names.into_iter().map(both).collect()
    }

    /// Both sides of each transition.
    fn turns(zone: &TimeZone, since: i64) -> impl Iterator<Item = Timestamp> {
        let turns = zone.following(Timestamp::from_second(since).unwrap()).take(400).map(|t| t.timestamp());
        turns.flat_map(|t| [t - SignedDuration::from_secs(1), t])
    }

    /// The library carries the whole database in tests; the compact one must say the same of every instant.
    #[test]
    fn every_zone_tells_the_same_time_as_the_whole_database() {
        for (name, zone, expected) in every_zone() {
            let seasons = (-4_000_000_000..16_700_000_000_i64).step_by(23_846_400);
            let seasons = seasons.map(|second| Timestamp::from_second(second).unwrap());
            for instant in seasons.chain(turns(&expected, -4_000_000_000)) {
                let kind = zone.at(instant.as_second()).unwrap();
                let info = expected.to_offset_info(instant);
                let told = (info.offset().seconds().into(), info.abbreviation());
                assert_eq!((kind.offset, kind.abbreviation), told, "{name} at {instant}");
            }
        }
    }

    #[test]
    fn every_zone_finds_the_instant_of_a_wall_clock_time() {
        for (name, zone, expected) in every_zone() {
            for instant in turns(&expected, 0).take(120) {
                for minutes in [-30, 0, 30] {
                    let wall = expected.to_datetime(instant).checked_add(minutes.minutes()).unwrap();
                    let told = expected.to_ambiguous_zoned(wall).compatible().unwrap().timestamp().as_second();
                    let found = zone.instant(seconds_of(wall).unwrap()).unwrap();
                    // Where a rule says otherwise than the transitions before it, the library takes the rule too early.
                    let shows = |instant| expected.to_datetime(Timestamp::from_second(instant).unwrap()) == wall;
                    assert!(found == told || (shows(found) && !shows(told)), "{name} at {wall}: {found}, not {told}");
                }
            }
        }
    }

    #[test]
    fn a_name_is_found_in_any_case_with_either_separator() {
        for name in ["europe/berlin", "Europe_Berlin", "EUROPE/BERLIN", "america/argentina_buenos_aires"] {
            assert!(Zone::find(name).is_some(), "{name}");
        }
        for name in ["", "Europe", "Europe Berlin", "UTC\n"] {
            assert!(Zone::find(name).is_none(), "{name}");
        }
    }
}
