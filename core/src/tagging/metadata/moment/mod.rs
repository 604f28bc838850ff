//! Dates by format, in the language of moment.js 2.30 with its English locale.

mod tokens;
mod zone;
mod zones;

pub(super) use zone::{Place, in_range};
pub(super) use zones::seconds_of;

use tokens::Piece;
use zone::Clock;

/// `format`, or the ISO form when it is empty, of a time in milliseconds since the Unix epoch. `None` when the format
/// holds nothing but line ends, on which moment fails.
pub(super) fn format(time: Option<i64>, place: &Place, format: &str) -> Option<String> {
    let Some(clock) = time.and_then(|time| place.clock(time)) else { return Some("Invalid date".to_owned()) };
    let default = if clock.is_utc() { "YYYY-MM-DDTHH:mm:ss[Z]" } else { "YYYY-MM-DDTHH:mm:ssZ" };
    let format = if format.is_empty() { default } else { format };
    let pieces = tokens::pieces(&tokens::expand(format));
    if pieces.is_empty() {
        return None;
    }
    let text = |piece: &Piece| match piece {
        Piece::Token(token) => render(token, &clock).unwrap_or_else(|| token.clone()),
        Piece::Literal(text) => text.clone(),
    };
    Some(pieces.iter().map(text).collect())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A number with zeros in front, and its sign before them.
fn padded(number: i64, width: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{:0width$}", number.abs())
}

fn ordinal(number: i64) -> String {
    let suffix = match (number % 100 / 10, number % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// The first `length` letters of a name; all of it without a length.
fn name(names: &[&str], index: i64, length: Option<usize>) -> String {
    let name = usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default();
    length.map_or(name, |length| name.get(..length).unwrap_or(name)).to_owned()
}

/// What stands for a token; `None` when it is none.
fn render(token: &str, clock: &Clock) -> Option<String> {
    let month = clock.month;
    let hour12 = if clock.hour % 12 == 0 { 12 } else { clock.hour % 12 };
    let hour24 = if clock.hour == 0 { 24 } else { clock.hour };
    let afternoon = clock.hour > 11;
    let week = clock.week(Weeks::Sunday);
    let iso = clock.week(Weeks::Monday);
    // Year 0 is the year 1 before Christ.
    let (era_year, era, era_name) =
        if clock.year > 0 { (clock.year, "AD", "Anno Domini") } else { (1 - clock.year, "BC", "Before Christ") };
    Some(match token {
        "M" => month.to_string(),
        "MM" => padded(month, 2),
        "Mo" => ordinal(month),
        "MMM" => name(&MONTHS, month - 1, Some(3)),
        "MMMM" => name(&MONTHS, month - 1, None),
        "D" => clock.day.to_string(),
        "DD" => padded(clock.day, 2),
        "Do" => ordinal(clock.day),
        "DDD" => clock.day_of_year.to_string(),
        "DDDo" => ordinal(clock.day_of_year),
        "DDDD" => padded(clock.day_of_year, 3),
        "d" | "e" => clock.weekday.to_string(),
        "do" => ordinal(clock.weekday),
        "dd" => name(&DAYS, clock.weekday, Some(2)),
        "ddd" => name(&DAYS, clock.weekday, Some(3)),
        "dddd" => name(&DAYS, clock.weekday, None),
        "E" => if clock.weekday == 0 { 7 } else { clock.weekday }.to_string(),
        "w" => week.1.to_string(),
        "wo" => ordinal(week.1),
        "ww" => padded(week.1, 2),
        "W" => iso.1.to_string(),
        "Wo" => ordinal(iso.1),
        "WW" => padded(iso.1, 2),
        "gg" => padded(week.0 % 100, 2),
        "gggg" => padded(week.0, 4),
        "ggggg" => padded(week.0, 5),
        "GG" => padded(iso.0 % 100, 2),
        "GGGG" => padded(iso.0, 4),
        "GGGGG" => padded(iso.0, 5),
        "Q" => clock.quarter().to_string(),
        "Qo" => ordinal(clock.quarter()),
        "N" | "NN" | "NNN" | "NNNNN" => era.to_owned(),
        "NNNN" => era_name.to_owned(),
        "y" => era_year.to_string(),
        "yo" => ordinal(era_year),
        "yy" => padded(era_year, 2),
        "yyy" => padded(era_year, 3),
        "yyyy" => padded(era_year, 4),
        "Y" | "YYYY" => padded(clock.year, 4),
        "YY" => padded(clock.year % 100, 2),
        "YYYYY" => padded(clock.year, 5),
        "YYYYYY" => format!("{}{}", if clock.year < 0 { "" } else { "+" }, padded(clock.year, 6)),
        "A" => if afternoon { "PM" } else { "AM" }.to_owned(),
        "a" => if afternoon { "pm" } else { "am" }.to_owned(),
        "H" => clock.hour.to_string(),
        "HH" => padded(clock.hour, 2),
        "h" => hour12.to_string(),
        "hh" => padded(hour12, 2),
        "k" => hour24.to_string(),
        "kk" => padded(hour24, 2),
        "hmm" => format!("{hour12}{}", padded(clock.minute, 2)),
        "hmmss" => format!("{hour12}{}{}", padded(clock.minute, 2), padded(clock.second, 2)),
        "Hmm" => format!("{}{}", clock.hour, padded(clock.minute, 2)),
        "Hmmss" => format!("{}{}{}", clock.hour, padded(clock.minute, 2), padded(clock.second, 2)),
        "m" => clock.minute.to_string(),
        "mm" => padded(clock.minute, 2),
        "s" => clock.second.to_string(),
        "ss" => padded(clock.second, 2),
        "x" => clock.time.to_string(),
        "X" => clock.time.div_euclid(1000).to_string(),
        "z" | "zz" => clock.abbreviation.to_owned(),
        "Z" => clock.offset(":"),
        "ZZ" => clock.offset(""),
        _ if !token.is_empty() && token.bytes().all(|b| b == b'S') => fraction(clock.millisecond, token.len()),
        _ => return None,
    })
}

/// Digits after the decimal point of a second; there are three, the rest are zeros.
fn fraction(millisecond: i64, digits: usize) -> String {
    let all = format!("{}{}", padded(millisecond, 3), "0".repeat(digits.saturating_sub(3)));
    all.get(..digits).unwrap_or(&all).to_owned()
}

/// How weeks are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weeks {
    /// They start on Sunday, and the first one holds January 1st.
    Sunday,
    /// They start on Monday, and the first one holds January 4th (ISO 8601).
    Monday,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(time: i64, text: &str) -> String {
        format(Some(time), &Place::utc(), text).unwrap()
    }

    #[test]
    fn tokens_of_a_known_instant() {
        // 2020-01-10T00:30:05.090Z, a Friday.
        let time = 1_578_616_205_090;
        for (format, text) in [
            ("", "2020-01-10T00:30:05Z"),
            ("YYYYMMDD-HHmmss", "20200110-003005"),
            ("dddd, MMMM Do YYYY, h:mm:ss a", "Friday, January 10th 2020, 12:30:05 am"),
            ("E e d do dd ddd Q Qo", "5 5 5 5th Fr Fri 1 1st"),
            ("w ww wo W WW Wo", "2 02 2nd 2 02 2nd"),
            ("gg gggg ggggg GG GGGG", "20 2020 02020 20 2020"),
            ("S SS SSS SSSSSS", "0 09 090 090000"),
            ("X x", "1578616205 1578616205090"),
            ("Z ZZ z zz", "+00:00 +0000 UTC UTC"),
            ("k kk H h hmm Hmmss", "24 24 0 12 1230 03005"),
            ("N NNNN NNNNN y yyyy YYYYYY", "AD Anno Domini AD 2020 2020 +002020"),
            ("L LL lll LTS", "01/10/2020 January 10, 2020 Jan 10, 2020 12:30 AM 12:30:05 AM"),
            ("[T]\\YYYYY [a[b] g", "TYYYYY [amb g"),
        ] {
            assert_eq!(utc(time, format), text, "{format}");
        }
    }

    #[test]
    fn weeks_at_the_turn_of_a_year() {
        for (time, text) in [
            (1_546_300_800_000, "2019 1 2019 1"),  // Tuesday, 2019-01-01
            (1_577_750_400_000, "2020 1 2020 1"),  // Tuesday, 2019-12-31
            (1_609_459_200_000, "2021 1 2020 53"), // Friday, 2021-01-01
            (1_483_228_800_000, "2017 1 2016 52"), // Sunday, 2017-01-01
        ] {
            assert_eq!(utc(time, "gggg w GGGG W"), text, "{time}");
        }
    }

    #[test]
    fn a_format_of_line_ends_only_has_no_answer() {
        assert_eq!(format(Some(0), &Place::utc(), "\n"), None);
        assert_eq!(format(None, &Place::utc(), "YYYY").as_deref(), Some("Invalid date"));
    }
}
