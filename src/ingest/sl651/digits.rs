//! Digits two to a byte (BCD), as times and numbers are sent.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use crate::domain::time::Timestamp;

/// Stations keep Beijing time.
const OFFSET_MS: i64 = 8 * 3_600_000;
/// Of the two digits of a year.
const CENTURY: i32 = 2000;

/// Reads a byte of two digits.
pub(super) fn pair(byte: u8) -> Option<u8> {
    let (high, low) = (byte >> 4, byte & 0x0F);
    (high < 10 && low < 10).then_some(high * 10 + low)
}

/// Writes a number below a hundred as two digits.
pub(super) fn to_pair(value: u32) -> u8 {
    let value = u8::try_from(value % 100).unwrap_or(0);
    ((value / 10) << 4) | (value % 10)
}

/// Reads year, month, day, hour, minute and, where it is there, second.
pub(super) fn time(bytes: &[u8]) -> Option<Timestamp> {
    let (date, clock) = bytes.split_at_checked(3)?;
    let field = |bytes: &[u8], at: usize| bytes.get(at).copied().and_then(pair).map(u32::from);
    let year = CENTURY + i32::try_from(field(date, 0)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, field(date, 1)?, field(date, 2)?)?;
    let second = if clock.len() == 2 { 0 } else { field(clock, 2)? };
    let reading = date.and_hms_opt(field(clock, 0)?, field(clock, 1)?, second)?;
    Some(Timestamp::from_millis(reading.and_utc().timestamp_millis() - OFFSET_MS))
}

/// Writes an instant to the second in six bytes, or nothing when it has no such form.
pub(super) fn from_time(at: Timestamp) -> Option<[u8; 6]> {
    let reading = beijing(at)?;
    let year = u32::try_from(reading.year() - CENTURY).ok().filter(|year| *year < 100)?;
    let whole = at.millis().rem_euclid(1_000) == 0;
    whole.then(|| {
        [year, reading.month(), reading.day(), reading.hour(), reading.minute(), reading.second()]
            .map(to_pair)
    })
}

/// Returns the instant at which the hour that `at` lies in began; the full hour ends the one before.
pub(super) fn hour_that_ends_at_or_after(at: Timestamp) -> Timestamp {
    const HOUR_MS: i64 = 3_600_000;
    Timestamp::from_millis((at.millis() - 1).div_euclid(HOUR_MS) * HOUR_MS)
}

/// Reads hexadecimal digits into `place`, which they must fill.
pub(super) fn from_hex(text: &[u8], place: &mut [u8]) -> Option<()> {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != place.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in place.iter_mut().zip(pairs) {
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        *byte = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
    }
    Some(())
}

fn beijing(at: Timestamp) -> Option<NaiveDateTime> {
    let shifted = at.millis().checked_add(OFFSET_MS)?;
    chrono::DateTime::from_timestamp_millis(shifted).map(|reading| reading.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stations_clock_shows_beijing_time() {
        let at: Timestamp = "2024-01-09T15:30:07+08:00".parse().unwrap();
        let bytes = [0x24, 0x01, 0x09, 0x15, 0x30, 0x07];
        assert_eq!(time(&bytes), Some(at));
        assert_eq!(from_time(at), Some(bytes));
        let minute: Timestamp = "2024-01-09T15:30:00+08:00".parse().unwrap();
        assert_eq!(time(&bytes[..5]), Some(minute));
    }

    #[test]
    fn what_no_clock_can_show_is_no_time() {
        let times: [&[u8]; 6] = [
            &[0x24, 0x13, 0x09, 0x15, 0x30, 0x00],
            &[0x23, 0x02, 0x29, 0x15, 0x30, 0x00],
            &[0x24, 0x01, 0x09, 0x24, 0x00, 0x00],
            &[0x24, 0x01, 0x0A, 0x15, 0x30, 0x00],
            &[0xFF; 6],
            &[0x24, 0x01],
        ];
        for bytes in times {
            assert_eq!(time(bytes), None, "{bytes:02X?}");
        }
        assert_eq!(from_time(Timestamp::from_millis(-1_000)), None);
        assert_eq!(from_time(Timestamp::from_millis(1_700_000_000_001)), None);
    }

    #[test]
    fn a_full_hour_ends_the_hour_before() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (given, begun) in [("09:30", "09:00"), ("10:00", "09:00"), ("09:01", "09:00")] {
            let given = at(&format!("2022-09-26T{given}:00+08:00"));
            let begun = at(&format!("2022-09-26T{begun}:00+08:00"));
            assert_eq!(hour_that_ends_at_or_after(given), begun);
        }
    }
}
