//! Time zones, and the parts of an instant in one of them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::zones::Zone;
use super::{Weeks, padded};

/// The data of moment-timezone end with the year 2499; the last offset before that goes on forever.
const LAST_RULE: i64 = 16_725_225_599;

/// Where a clock hangs.
#[derive(Debug, Clone)]
pub(in crate::tagging::metadata) struct Place {
    zone: Zone,
    /// The host's own zone: it is never called UTC, and has no abbreviation.
    local: bool,
}

impl Place {
    pub(in crate::tagging::metadata) fn utc() -> Self {
        Self { zone: Zone::utc(), local: false }
    }

    /// The host's zone, UTC when there is none of that name.
    pub(in crate::tagging::metadata) fn local(name: Option<&str>) -> Self {
        Self { zone: name.and_then(find).unwrap_or_else(Zone::utc), local: true }
    }

    /// A zone by its name, in any case, with `_` or `/` between its parts.
    pub(in crate::tagging::metadata) fn named(name: &str) -> Option<Self> {
        find(name).map(|zone| Self { zone, local: false })
    }

    /// The parts of an instant in milliseconds; `None` when it is outside of the years −9999 to 9999.
    pub(super) fn clock(&self, time: i64) -> Option<Clock> {
        let instant = Timestamp::from_millisecond(time).ok()?;
        let kind = self.zone.at(time.div_euclid(1000).min(LAST_RULE))?;
        let date = Offset::from_seconds(i32::try_from(kind.offset).ok()?).ok()?.to_datetime(instant);
        let abbreviation = if self.local { "" } else { kind.abbreviation };
        Some(Clock::new(time, date, kind.offset, abbreviation, self.local))
    }

    /// The instant of a wall-clock time here; both in seconds since the epoch.
    pub(in crate::tagging::metadata) fn instant(&self, wall: i64) -> Option<i64> {
        self.zone.instant(wall)
    }
}

/// Whether an instant in milliseconds can be told as a date.
pub(in crate::tagging::metadata) fn in_range(time: i64) -> bool {
    Timestamp::from_millisecond(time).is_ok()
}

fn find(name: &str) -> Option<Zone> {
    // The time zone database has a placeholder for a zone that is not set; moment-timezone does not.
    (!name.eq_ignore_ascii_case("factory")).then(|| Zone::find(name)).flatten()
}

/// The parts of an instant in a time zone.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// Milliseconds since the Unix epoch.
    pub(super) time: i64,
    pub(super) year: i64,
    /// 1 to 12.
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) day_of_year: i64,
    /// 0 for Sunday.
    pub(super) weekday: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millisecond: i64,
    pub(super) abbreviation: &'static str,
    /// Seconds east of Greenwich.
    offset: i64,
    local: bool,
}

impl Clock {
    fn new(time: i64, date: DateTime, offset: i64, abbreviation: &'static str, local: bool) -> Self {
        Self {
            time,
            year: date.year().into(),
            month: date.month().into(),
            day: date.day().into(),
            day_of_year: date.day_of_year().into(),
            weekday: date.weekday().to_sunday_zero_offset().into(),
            hour: date.hour().into(),
            minute: date.minute().into(),
            second: date.second().into(),
            millisecond: date.millisecond().into(),
            abbreviation,
            offset,
            local,
        }
    }

    /// Whether moment takes this for UTC: any zone without an offset at the moment.
    pub(super) fn is_utc(&self) -> bool {
        !self.local && self.offset == 0
    }

    /// Such as `+02:00`.
    pub(super) fn offset(&self, separator: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{}{separator}{}", padded(minutes / 60, 2), padded(minutes % 60, 2))
    }

    pub(super) fn quarter(&self) -> i64 {
        (self.month + 2) / 3
    }

    /// The year that the week belongs to, and its number in that year.
    pub(super) fn week(&self, weeks: Weeks) -> (i64, i64) {
        let week = (self.day_of_year - first_week_offset(self.year, weeks) - 1).div_euclid(7) + 1;
        if week < 1 {
            (self.year - 1, week + weeks_in(self.year - 1, weeks))
        } else if week > weeks_in(self.year, weeks) {
            (self.year + 1, week - weeks_in(self.year, weeks))
        } else {
            (self.year, week)
        }
    }
}

/// Days from January 1st to the start of the first week; negative when that lies in the year before.
fn first_week_offset(year: i64, weeks: Weeks) -> i64 {
    let (start, day) = match weeks {
        Weeks::Sunday => (0, 1),
        Weeks::Monday => (1, 4),
    };
    let weekday = (weekday_of_january_first(year) + day - 1).rem_euclid(7);
    day - 1 - (weekday - start).rem_euclid(7)
}

fn weeks_in(year: i64, weeks: Weeks) -> i64 {
    let next = first_week_offset(year + 1, weeks);
    (days_in(year) - first_week_offset(year, weeks) + next) / 7
}

fn days_in(year: i64) -> i64 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    if leap { 366 } else { 365 }
}

/// 0 for Sunday, by counting the days since a Monday: the first of January of the year 1.
fn weekday_of_january_first(year: i64) -> i64 {
    let before = year - 1;
    let days = before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    (days + 1).rem_euclid(7)
}
