//! Places and posts: codes of divisions, kinds of duty, one duty in one area.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{BadId, written::text_serde};

/// The level of an administrative division, widest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Province,
    City,
    County,
    Township,
    Village,
}

/// A 12-digit statistical division code (GB/T 2260 + GB/T 10114): province 2, city 4, county 6,
/// township 9, village 12 significant digits, so that "lies in" is "has the prefix".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaCode(u64);

impl AreaCode {
    /// Stands for the jurisdiction while none has been set; no area has it.
    pub const UNSET: AreaCode = AreaCode(0);

    const EXPECTED: &'static str = "an area code of 12 digits (6 for a county, 9 for a township)";

    pub fn level(self) -> Level {
        match self.0 {
            code if code % 1_000 != 0 => Level::Village,
            code if code % 1_000_000 != 0 => Level::Township,
            code if code % 100_000_000 != 0 => Level::County,
            code if code % 10_000_000_000 != 0 => Level::City,
            _ => Level::Province,
        }
    }

    /// Returns the division this one lies in, or `None` for a province.
    pub fn parent(self) -> Option<AreaCode> {
        let unit = match self.level() {
            Level::Village => 1_000,
            Level::Township => 1_000_000,
            Level::County => 100_000_000,
            Level::City => 10_000_000_000,
            Level::Province => return None,
        };
        Some(AreaCode(self.0 / unit * unit))
    }

    /// Returns this division and those it lies in, nearest first.
    pub fn lineage(self) -> impl Iterator<Item = AreaCode> {
        std::iter::successors(Some(self), |code| code.parent())
    }

    /// Returns the division of `level` that this one lies in or is.
    pub fn at(self, level: Level) -> Option<AreaCode> {
        self.lineage().find(|code| code.level() == level)
    }

    /// Tells whether `other` is this division or lies in it.
    pub fn contains(self, other: AreaCode) -> bool {
        (self.0..=self.last()).contains(&other.0)
    }

    /// Returns the highest code that lies in this division, so that `code..=code.last()` is a range
    /// of keys.
    pub fn last_inside(self) -> AreaCode {
        AreaCode(self.last())
    }

    /// Tells whether no real place has it: of the provinces (GB/T 2260) none is 99.
    pub fn is_invented(self) -> bool {
        self.0 / 10_000_000_000 == 99
    }

    fn last(self) -> u64 {
        let span = match self.level() {
            Level::Village => 1,
            Level::Township => 1_000,
            Level::County => 1_000_000,
            Level::City => 100_000_000,
            Level::Province => 10_000_000_000,
        };
        self.0 + span - 1
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads 2, 4, 6, 9 or 12 digits; shorter codes are filled with zeros.
impl FromStr for AreaCode {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId::new(text, Self::EXPECTED);
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        let unit = match text.len() {
            2 => 10_000_000_000,
            4 => 100_000_000,
            6 => 1_000_000,
            9 => 1_000,
            12 => 1,
            _ => return Err(bad()),
        };
        let code: u64 = text.parse().map_err(|_| bad())?;
        // 10 is the lowest province; a zero prefix would make an area with no level.
        if code * unit < 100_000_000_000 {
            return Err(bad());
        }
        Ok(AreaCode(code * unit))
    }
}

text_serde!(AreaCode, u64, AreaCode, |area| area.0);

/// A kind of duty, such as `lead_officer` (带班领导) or `duty_officer` (值班员). The county's list is data,
/// in `config/policies.toml`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duty(CompactString);

impl Duty {
    /// Sorts before every duty there can be: the start of an area's posts in a map by post.
    pub(in crate::domain) const LOWEST: Duty = Duty(CompactString::const_new(""));

    /// Runs the desk of an area around the clock (值班员).
    pub const DUTY_OFFICER: Duty = Duty(CompactString::const_new("duty_officer"));

    /// Leads an area's desk around the clock (带班领导).
    pub const LEAD_OFFICER: Duty = Duty(CompactString::const_new("lead_officer"));

    /// Answers for a village around the clock (村值班).
    pub const VILLAGE_DUTY: Duty = Duty(CompactString::const_new("village_duty"));

    /// Of whoever leads a unit; the roster has no such posts, the list of units says who it is.
    pub const TEAM_LEADER: Duty = Duty(CompactString::const_new("team_leader"));

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Duty {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            return Err(BadId::new(text, "a duty name of a-z, 0-9 and _, such as duty_officer"));
        }
        Ok(Duty(text.into()))
    }
}

text_serde!(Duty);

/// A post (岗位): one duty in one area. Obligations rest on posts; the roster says who holds them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostId {
    pub area: AreaCode,
    pub duty: Duty,
}

/// Writes `990101000000/lead_officer`.
impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.area, self.duty)
    }
}

impl fmt::Debug for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PostId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let Some((area, duty)) = text.split_once('/') else {
            return Err(BadId::new(text, "a post such as 990101000000/duty_officer"));
        };
        Ok(PostId { area: area.parse()?, duty: duty.parse()? })
    }
}

text_serde!(PostId, (AreaCode, Duty), |(area, duty)| PostId { area, duty }, |post| (
    post.area,
    post.duty.clone()
));
