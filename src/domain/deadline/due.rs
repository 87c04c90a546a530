//! How long a rule gives: minutes, times of the day, or working days.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    daily::{ClockTime, next_daily},
    working,
};
use crate::domain::{
    roster::Calendar,
    time::{Seconds, Timestamp},
};

/// 30 days.
const MINUTES_MAX: u32 = 43_200;
const TIMES_MAX: usize = 24;
const WORKING_DAYS_MAX: u32 = 60;

/// By what days and hours are told.
#[derive(Debug, Clone, Copy)]
pub struct Reckoning<'r> {
    pub zone: Tz,
    pub calendar: &'r Calendar,
}

/// How long a rule gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Due {
    /// So many minutes after the start.
    Minutes(u32),
    /// Every day by these times.
    Daily(Vec<ClockTime>),
    /// At the end of so many working days after the day of the start.
    WorkingDays(u32),
}

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueAt {
    pub(super) at: Timestamp,
    /// A year whose holidays nobody has entered, so that working days may be wrong.
    pub(super) unknown_year: Option<i32>,
}

impl Due {
    /// Returns when it is due that started at `start`; of a daily one, for the first time.
    pub(super) fn after(&self, start: Timestamp, reckoning: Reckoning<'_>) -> DueAt {
        let sure = |at| DueAt { at, unknown_year: None };
        match self {
            Due::Minutes(minutes) => sure(start + Seconds(minutes.saturating_mul(60))),
            Due::Daily(times) => sure(next_daily(times, reckoning.zone, start).unwrap_or(start)),
            Due::WorkingDays(days) => {
                let end = working::end_of(start, *days, reckoning);
                DueAt { at: end.at, unknown_year: end.unknown_year }
            }
        }
    }
}

/// The three forms as the file has them: exactly one of the keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    daily: Option<Vec<ClockTime>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    working_days: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotDue {
    #[error("give exactly one of minutes, daily and working_days")]
    NotOne,
    #[error("minutes: use 1 to {MINUTES_MAX}")]
    Minutes,
    #[error("daily: use 1 to {TIMES_MAX} times, each later than the one before it")]
    Daily,
    #[error("working_days: use 1 to {WORKING_DAYS_MAX}")]
    WorkingDays,
}

impl TryFrom<Written> for Due {
    type Error = NotDue;

    fn try_from(written: Written) -> Result<Self, NotDue> {
        match (written.minutes, written.daily, written.working_days) {
            (Some(minutes), None, None) => match minutes {
                1..=MINUTES_MAX => Ok(Due::Minutes(minutes)),
                _ => Err(NotDue::Minutes),
            },
            (None, Some(times), None) if are_times(&times) => Ok(Due::Daily(times)),
            (None, Some(_), None) => Err(NotDue::Daily),
            (None, None, Some(days)) => match days {
                1..=WORKING_DAYS_MAX => Ok(Due::WorkingDays(days)),
                _ => Err(NotDue::WorkingDays),
            },
            _ => Err(NotDue::NotOne),
        }
    }
}

impl From<Due> for Written {
    fn from(due: Due) -> Written {
        match due {
            Due::Minutes(minutes) => Written { minutes: Some(minutes), ..Written::default() },
            Due::Daily(times) => Written { daily: Some(times), ..Written::default() },
            Due::WorkingDays(days) => Written { working_days: Some(days), ..Written::default() },
        }
    }
}

/// Tells whether these can be the times of a day: some, not too many, in order.
pub(super) fn are_times(times: &[ClockTime]) -> bool {
    (1..=TIMES_MAX).contains(&times.len()) && times.windows(2).all(|two| two[0] < two[1])
}
