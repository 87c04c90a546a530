//! Reads the times of messages: an instant with its offset from UTC, to the second.

use chrono::{Days, NaiveDate, NaiveDateTime};

use super::{
    fault::{Problem, excerpt},
    note::Remark,
    words::Version,
};
use crate::domain::time::Timestamp;

/// Years outside are slips such as the zero date of a database.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;
/// The annex of the national rules for identifiers writes this after a space.
const SPACED_OFFSET: &str = "+08:00";

/// Reads `YYYY-MM-DDThh:mm:ss±hh:mm`, the one form of 1.2, and what older versions and the
/// national platform write.
pub(super) fn time(text: &str, version: Version) -> Result<(Timestamp, Option<Remark>), Problem> {
    parse(text, version).ok_or_else(|| Problem::Time { text: excerpt(text), version })
}

fn parse(text: &str, version: Version) -> Option<(Timestamp, Option<Remark>)> {
    let (date, rest) = text.split_at_checked(10)?;
    let (separator, rest) = rest.split_at_checked(1)?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let (fraction, offset) = rest.split_at(fraction_len(rest)?);
    let loose = !fraction.is_empty() || offset == "Z";
    let remark = match separator {
        "T" if !loose => None,
        "T" if version < Version::V1_2 => Some(Remark::LooseTime),
        " " if rest == SPACED_OFFSET => Some(Remark::SpaceInTime),
        _ => return None,
    };
    let seconds = local(date, clock)?.and_utc().timestamp() - offset_s(offset)?;
    Some((Timestamp::from_millis(seconds * 1000), remark))
}

/// Returns the length of `.802` at the start, which may be nothing.
fn fraction_len(text: &str) -> Option<usize> {
    let Some(digits) = text.strip_prefix('.') else { return Some(0) };
    let len = digits.bytes().take_while(u8::is_ascii_digit).count();
    (len > 0).then_some(len + 1)
}

fn local(date: &str, clock: &str) -> Option<NaiveDateTime> {
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    match (hour, minute, second) {
        // The schemas' way to write the end of a day.
        (24, 0, 0) => date.checked_add_days(Days::new(1))?.and_hms_opt(0, 0, 0),
        _ => date.and_hms_opt(hour, minute, second),
    }
}

fn offset_s(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let [hours, minutes] = fields(rest, ':', [2, 2])?;
    let seconds = i64::from(hours * 3600 + minutes * 60);
    (minutes < 60 && seconds <= 14 * 3600).then_some(sign * seconds)
}

/// Reads numbers of exactly so many digits with a separator between.
fn fields<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
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
    fn a_time_keeps_its_instant_whatever_its_offset() {
        for text in [
            "2003-04-02T14:39:01-05:00",
            "2003-04-03T03:39:01+08:00",
            "2003-04-02T19:39:01-00:00",
            "2003-04-02T19:39:01+00:00",
        ] {
            check(text, Version::V1_2, Some(("2003-04-02T19:39:01Z", None)));
        }
        check("2003-04-02T24:00:00+00:00", Version::V1_2, Some(("2003-04-03T00:00:00Z", None)));
    }

    #[test]
    fn a_time_that_is_no_instant_or_no_real_time_is_refused() {
        for text in [
            "",
            "now",
            "2003-04-02",
            "2003-04-02T14:39:01",
            "2003-04-02T14:39-05:00",
            "2003-04-02t14:39:01-05:00",
            "2003-02-29T14:39:01-05:00",
            "2003-13-01T14:39:01-05:00",
            "2003-04-02T24:00:01-05:00",
            "2003-04-02T23:60:00-05:00",
            "2003-04-02T23:59:60-05:00",
            "2003-04-02T14:39:01-15:00",
            "2003-04-02T14:39:01-05:60",
            "2003-04-02T14:39:01-0500",
            "2003-04-02T14:39:01,05:00",
            "2003-04-02T14:39:01-05:00 ",
            "2003-4-2T14:39:01-05:00",
            "0001-01-01T00:00:00+08:00",
            "20030402T143901-0500",
            "２００３-04-02T14:39:01-05:00",
            "2003-04-02T14:39:0é-05:00",
        ] {
            for version in Version::ALL {
                check(text, version, None);
            }
        }
    }

    #[test]
    fn only_versions_before_1_2_allow_z_and_fractions() {
        for text in ["2003-04-02T19:39:01Z", "2003-04-02T14:39:01.802-05:00"] {
            check(text, Version::V1_2, None);
            let loose = Some(("2003-04-02T19:39:01Z", Some(Remark::LooseTime)));
            check(text, Version::V1_1, loose.clone());
            check(text, Version::V1_0, loose);
        }
        check("2003-04-02T14:39:01.-05:00", Version::V1_1, None);
    }

    #[test]
    fn the_national_form_with_a_space_is_understood_in_beijing_time_only() {
        let spaced = Some(("2023-06-05T08:06:43Z", Some(Remark::SpaceInTime)));
        check("2023-06-05 16:06:43+08:00", Version::V1_2, spaced);
        check("2023-06-05 16:06:43+07:00", Version::V1_2, None);
        check("2023-06-05 16:06:43", Version::V1_2, None);
        check("2023-06-05_16:06:43+08:00", Version::V1_2, None);
    }

    #[track_caller]
    fn check(text: &str, version: Version, expected: Option<(&str, Option<Remark>)>) {
        let expected = expected.map(|(instant, remark)| (instant.parse().unwrap(), remark));
        assert_eq!(time(text, version).ok(), expected, "{text} in {version}");
    }
}
