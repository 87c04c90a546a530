//! Times as Chinese sources write them: to the minute or the second, with or without an offset. One
//! without is Beijing time, the one legal time of the country.

use chrono::{NaiveDate, NaiveTime};

use crate::domain::time::Timestamp;

/// Years outside are slips such as the zero date of a database.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;
const BEIJING_S: i64 = 8 * 3600;

/// Reads `2026-07-21 18:00`, with `/` for `-`, `T` for the space, and with seconds, a fraction of them
/// and an offset such as `+08:00` where they are given.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let mark = char::from(*date.as_bytes().get(4)?);
    let rest = rest.strip_prefix(['T', ' ']).filter(|_| mark == '-' || mark == '/')?;
    let [year, month, day] = fields(date, mark)?;
    let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    let end = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(end);
    let clock = clock.split('.').next()?;
    let [hour, minute, second] = match clock.matches(':').count() {
        1 => fields(&format!("{clock}:00"), ':')?,
        _ => fields(clock, ':')?,
    };
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let at = date.and_time(NaiveTime::from_hms_opt(hour, minute, second)?);
    Some(Timestamp::from_millis((at.and_utc().timestamp() - offset_s(offset)?) * 1000))
}

/// Reads the fourteen digits of an identifier's time of entry.
pub(super) fn of_digits(digits: &str) -> Option<Timestamp> {
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (date, clock) = digits.split_at(8);
    let (y, m, d) = (&date[..4], &date[4..6], &date[6..]);
    parse(&format!("{y}-{m}-{d} {}:{}:{}", &clock[..2], &clock[2..4], &clock[4..]))
}

/// Tells whether a time that [`parse`] reads names its seconds.
pub(super) fn has_seconds(text: &str) -> bool {
    text.split(['+', 'Z']).next().is_some_and(|clock| clock.matches(':').count() >= 2)
}

fn offset_s(text: &str) -> Option<i64> {
    let sign = match text {
        "" => return Some(BEIJING_S),
        "Z" => return Some(0),
        _ if text.starts_with('-') => -1,
        _ => 1,
    };
    let digits = text[1..].replace(':', "");
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Reads three numbers of at least two digits.
fn fields(text: &str, mark: char) -> Option<[u32; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split(mark);
    for number in &mut numbers {
        let part = parts.next()?;
        if part.len() < 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_that_sources_write_a_time_is_read() {
        for text in [
            "2023-06-05 16:06:00",
            "2023/06/05 16:06",
            "2023-06-05 16:06",
            "2023-06-05T16:06+08:00",
            "2023-06-05 16:06:00+08:00",
            "2023-06-05T16:06:00+0800",
            "2023-06-05T16:06:00.000+08:00",
            "2023-06-05T08:06Z",
            "2023-06-05T02:06-06:00",
            " 2023-06-05 16:06 ",
        ] {
            assert_eq!(parse(text), "2023-06-05T16:06:00+08:00".parse().ok(), "{text}");
        }
        assert_eq!(of_digits("20230605160600"), parse("2023-06-05 16:06"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "now",
            "2023-06-05",
            "2023-06-31 16:06",
            "2023-06-05 24:06",
            "2023-06/05 16:06",
            "0000-00-00 00:00:00",
            "2023-06-05 16:06+8",
            "2023-06-05 16:06++800",
            "2023-06-05 16",
            "2023年06月05日 16:06",
            "2023-06-05 16:06:07:08",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(of_digits("20231399999999"), None);
        assert_eq!(of_digits("2023"), None);
    }

    #[test]
    fn a_time_to_the_minute_is_told_from_one_to_the_second() {
        assert!(has_seconds("2023-06-05 16:06:00+08:00") && !has_seconds("2023-06-05T16:06+08:00"));
    }
}
