//! What things are called: codes and numbers that never change once given.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct BadId {
    pub text: String,
    pub expected: &'static str,
}

impl BadId {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.chars().take(64).collect(), expected }
    }
}

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

given_id!(
    /// A person's id as the county writes it in its list of people.
    PersonId, "a person id of up to 64 characters without spaces or /"
);
given_id!(
    /// A unit's id as the county writes it in its list of teams, vehicles and machines.
    UnitId, "a unit id of up to 64 characters without spaces or /"
);

given_id!(
    /// A site's id as the county writes it in its lists of depots, shelters, gauges and the like.
    SiteId, "a site id of up to 64 characters without spaces or /"
);

numbered_id!(
    /// A warning (预警) as this jurisdiction knows it.
    WarningId, 'w', "a warning id such as w-12"
);
// Text even in snapshots: inside an enum with a tag, serde forgets what kind of format it reads.
text_serde!(WarningId);
numbered_id!(
    /// What the public is told of a warning (预警发布稿).
    BulletinId, 'b', "a bulletin id such as b-3"
);
text_serde!(BulletinId, u64, BulletinId, |id| id.0);
numbered_id!(
    /// An incident (突发事件) as it was reported.
    IncidentId, 'i', "an incident id such as i-4"
);
text_serde!(IncidentId, u64, IncidentId, |id| id.0);
numbered_id!(
    /// One unit sent to one incident (调派).
    AssignmentId, 'a', "an assignment id such as a-9"
);
text_serde!(AssignmentId, u64, AssignmentId, |id| id.0);
numbered_id!(
    /// Something that somebody has to do by a time (任务).
    TaskId, 't', "a task id such as t-21"
);
text_serde!(TaskId, u64, TaskId, |id| id.0);
numbered_id!(
    /// A report to the levels above (信息报送).
    ReportId, 'r', "a report id such as r-5"
);
text_serde!(ReportId, u64, ReportId, |id| id.0);
numbered_id!(
    /// Rounds of reports that have been switched on (一日三报, 零报告).
    CadenceId, 'k', "a cadence id such as k-1"
);
text_serde!(CadenceId, u64, CadenceId, |id| id.0);
numbered_id!(
    /// One round of reports of every township.
    RoundId, 'n', "a round id such as n-12"
);
text_serde!(RoundId, u64, RoundId, |id| id.0);
numbered_id!(
    /// A callout (叫应).
    CalloutId, 'c', "a callout id such as c-7"
);
text_serde!(CalloutId, u64, CalloutId, |id| id.0);
numbered_id!(
    /// One post's duty to answer one callout.
    ObligationId, 'o', "an obligation id such as o-345"
);
text_serde!(ObligationId, u64, ObligationId, |id| id.0);
numbered_id!(
    /// A change to the roster for a stretch of time (串班, 代班).
    OverrideId, 'v', "an override id such as v-3"
);
text_serde!(OverrideId, u64, OverrideId, |id| id.0);

/// One try to reach one person by one channel: the obligation and its running number there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId {
    pub obligation: ObligationId,
    pub number: u32,
}

/// Writes `o-345.2`.
impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.obligation, self.number)
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AttemptId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId::new(text, "an attempt id such as o-345.2");
        let (obligation, number) = text.split_once('.').ok_or_else(bad)?;
        Ok(AttemptId {
            obligation: obligation.parse()?,
            number: number.parse().map_err(|_| bad())?,
        })
    }
}

text_serde!(
    AttemptId,
    (ObligationId, u32),
    |(obligation, number)| AttemptId { obligation, number },
    |id| (id.obligation, id.number)
);

/// Serialises a type as the text it displays and parses; in snapshots, if a third form is named, as
/// that.
macro_rules! text_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(text_serde!(visitor $name))
            }
        }
    };
    ($name:ident, $compact:ty, $make:expr, $take:expr) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    return serializer.collect_str(self);
                }
                let take: fn(&$name) -> _ = $take;
                take(self).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    return deserializer.deserialize_str(text_serde!(visitor $name));
                }
                let make: fn($compact) -> $name = $make;
                <$compact>::deserialize(deserializer).map(make)
            }
        }
    };
    (visitor $name:ident) => {{
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = $name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                text.parse().map_err(E::custom)
            }
        }
        Text
    }};
}
use text_serde;

/// An id that the county gives: any short text without spaces or `/`.
macro_rules! given_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(CompactString);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let fits = (1..=64).contains(&text.len())
                    && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/');
                if !fits {
                    return Err(BadId::new(text, $expected));
                }
                Ok($name(text.into()))
            }
        }

        text_serde!($name);
    };
}
use given_id;

/// An id that is a letter and a running number, such as `c-7`.
macro_rules! numbered_id {
    ($(#[$doc:meta])* $name:ident, $letter:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}-{}", $letter, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix($letter)
                    .and_then(|rest| rest.strip_prefix('-'))
                    .and_then(|digits| digits.parse().ok())
                    .map($name)
                    .ok_or_else(|| BadId::new(text, $expected))
            }
        }

    };
}
use numbered_id;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_lies_in_its_township_and_county() {
        let village: AreaCode = "990101003012".parse().unwrap();
        let chain: Vec<String> = village.lineage().map(|code| code.to_string()).collect();
        let expected =
            ["990101003012", "990101003000", "990101000000", "990100000000", "990000000000"];
        assert_eq!(chain, expected);
        assert!(area("990101").contains(village));
        assert!(!area("990102").contains(village));
        assert!(!area("990101004").contains(village));
    }

    #[test]
    fn short_codes_are_filled_with_zeros_and_nonsense_is_refused() {
        assert_eq!(area("990101").to_string(), "990101000000");
        assert_eq!(area("990101").level(), Level::County);
        for text in ["", "99010", "99010100000x", "000101000000", "9901010000001", "-90101"] {
            assert!(text.parse::<AreaCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_invented_place_is_told_from_a_real_one() {
        assert!(area("990101003012").is_invented());
        for real in ["610721", "659012", "820000", "110000"] {
            assert!(!area(real).is_invented(), "{real}");
        }
    }

    #[test]
    fn ids_are_read_as_they_are_written() {
        let attempt = AttemptId { obligation: ObligationId(345), number: 2 };
        assert_eq!(attempt.to_string().parse(), Ok(attempt));
        let post: PostId = "990101000000/duty_officer".parse().unwrap();
        assert_eq!(post.to_string().parse(), Ok(post));
        assert!("x-3".parse::<CalloutId>().is_err());
        assert!("Duty Officer".parse::<Duty>().is_err());
    }

    fn area(text: &str) -> AreaCode {
        text.parse().unwrap()
    }
}
