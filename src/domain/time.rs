//! Wall-clock instants as data. A deadline outlives the process, so it is never a monotonic instant.
//!
//! In texts (journal, API) an instant is RFC 3339 in Beijing time, the one legal time of the
//! jurisdictions this serves; the offset is written out, so it stays an exact instant anywhere.

use std::{
    fmt,
    ops::{Add, Sub},
    str::FromStr,
    time::Duration,
};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Offset written in texts, in seconds east of UTC.
const WRITTEN_OFFSET_S: i32 = 8 * 3600;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Returns the instant `millis` after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns how long from `earlier` until `self`, or zero when `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns the wall-clock reading in `zone`.
    pub fn local(self, zone: Tz) -> NaiveDateTime {
        self.utc().with_timezone(&zone).naive_local()
    }

    /// Returns the year that calendars in `zone` show.
    pub fn year(self, zone: Tz) -> i32 {
        self.local(zone).date().year()
    }

    /// Returns the instant at which clocks in `zone` show `date` plus `minute` minutes.
    ///
    /// A reading that a clock change skips or repeats resolves to the earliest instant at or
    /// after it, so a shift never starts before the one it follows has ended.
    pub fn from_local(zone: Tz, date: NaiveDate, minute: u32) -> Self {
        let midnight = date.and_hms_opt(0, 0, 0).unwrap_or_default();
        let reading = midnight + chrono::Duration::minutes(i64::from(minute));
        let mut candidate = reading;
        loop {
            if let Some(found) = zone.from_local_datetime(&candidate).earliest() {
                return Self(found.timestamp_millis());
            }
            candidate += chrono::Duration::minutes(1);
        }
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, rhs: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(rhs.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, rhs: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(rhs.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// Writes `2026-07-21T18:00:00.000+08:00`: fixed width, so texts sort as instants do.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Timestamp {
    /// Formats without `chrono`'s general formatter: this runs several times for every journal entry.
    fn text(self) -> [u8; 29] {
        let shifted = Timestamp(self.0.saturating_add(i64::from(WRITTEN_OFFSET_S) * 1000)).utc();
        let mut text = *b"0000-00-00T00:00:00.000+08:00";
        let year = u32::try_from(shifted.year()).unwrap_or(0);
        put(&mut text[0..4], year);
        put(&mut text[5..7], shifted.month());
        put(&mut text[8..10], shifted.day());
        put(&mut text[11..13], shifted.hour());
        put(&mut text[14..16], shifted.minute());
        put(&mut text[17..19], shifted.second());
        put(&mut text[20..23], shifted.timestamp_subsec_millis());
        text
    }

    /// Reads the exact form that [`Timestamp::text`] writes; anything else is left to `chrono`.
    fn from_own_text(text: &[u8]) -> Option<Self> {
        if text.len() != 29 || &text[23..] != b"+08:00" || text[10] != b'T' || text[19] != b'.' {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(
            i32::try_from(take(&text[0..4])?).ok()?,
            take(&text[5..7])?,
            take(&text[8..10])?,
        )?;
        let at = date.and_hms_milli_opt(
            take(&text[11..13])?,
            take(&text[14..16])?,
            take(&text[17..19])?,
            take(&text[20..23])?,
        )?;
        Some(Self(at.and_utc().timestamp_millis() - i64::from(WRITTEN_OFFSET_S) * 1000))
    }
}

fn put(digits: &mut [u8], mut value: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

fn take(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| {
        digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0'))
    })
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset, such as 2026-07-21T18:00:00+08:00")]
pub struct NotATime;

/// Reads RFC 3339 with an offset.
impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        if let Some(own) = Self::from_own_text(text.as_bytes()) {
            return Ok(own);
        }
        let parsed: DateTime<FixedOffset> =
            DateTime::parse_from_rfc3339(text).map_err(|_| NotATime)?;
        Ok(Self(parsed.timestamp_millis()))
    }
}

/// Text where people read it, a plain number in snapshots.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_i64(self.0);
        }
        let text = self.text();
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Self);
        }
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time with an offset, such as 2026-07-21T18:00:00+08:00")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A length of time in whole seconds, as policies write it (`wait_s = 300`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u32);

impl Seconds {
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl Add<Seconds> for Timestamp {
    type Output = Timestamp;

    fn add(self, rhs: Seconds) -> Timestamp {
        self + rhs.duration()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_instant_is_written_in_beijing_time_with_its_offset() {
        let at: Timestamp = "2021-07-21T10:00:00Z".parse().unwrap();
        assert_eq!(at.to_string(), "2021-07-21T18:00:00.000+08:00");
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert_eq!("2021-07-21T10:00:00".parse::<Timestamp>(), Err(NotATime));
    }

    #[test]
    fn a_local_reading_that_the_clocks_skip_moves_forward() {
        // Shanghai moved its clocks at 02:00 on 1986-05-04.
        let date = NaiveDate::from_ymd_opt(1986, 5, 4).unwrap();
        let zone = chrono_tz::Asia::Shanghai;
        let at = Timestamp::from_local(zone, date, 2 * 60 + 30);
        assert!(at.local(zone) >= date.and_hms_opt(2, 30, 0).unwrap());
    }

    #[test]
    fn a_reading_in_a_skipped_hour_is_the_first_instant_after_it_at_any_minute() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        let zone = chrono_tz::Europe::Berlin;
        let three = Timestamp::from_local(zone, date, 180);
        for minute in 120..180 {
            assert_eq!(Timestamp::from_local(zone, date, minute), three, "02:{}", minute - 120);
        }
    }

    proptest! {
        #[test]
        fn text_and_number_name_the_same_instant(millis in 0_i64..4_000_000_000_000) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
            let chrono_reads = DateTime::parse_from_rfc3339(&at.to_string()).unwrap();
            prop_assert_eq!(chrono_reads.timestamp_millis(), millis);
        }
    }
}
