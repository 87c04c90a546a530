//! What things are called: codes and numbers that never change once given.

mod place;
mod written;

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use self::place::{AreaCode, Duty, Level, PostId};
use self::written::{given_id, numbered_id, text_serde};

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
    /// A road or a piece of ground that cannot be passed (道路中断).
    ClosureId, 'x', "a closure id such as x-2"
);
text_serde!(ClosureId, u64, ClosureId, |id| id.0);
numbered_id!(
    /// An emergency response of some level (应急响应).
    ResponseId, 'l', "a response id such as l-2"
);
text_serde!(ResponseId, u64, ResponseId, |id| id.0);
numbered_id!(
    /// A response that is proposed and waits for somebody to decide (启动建议).
    ProposalId, 'p', "a proposal id such as p-5"
);
text_serde!(ProposalId, u64, ProposalId, |id| id.0);
numbered_id!(
    /// People being brought to safety on one order (转移).
    EvacuationId, 'e', "an evacuation id such as e-2"
);
text_serde!(EvacuationId, u64, EvacuationId, |id| id.0);
numbered_id!(
    /// Those of one place who are brought to one shelter.
    TransferId, 'y', "a transfer id such as y-14"
);
text_serde!(TransferId, u64, TransferId, |id| id.0);
numbered_id!(
    /// Where satellites have seen a fire (卫星热点).
    HotSpotId, 'f', "a hot spot id such as f-6"
);
text_serde!(HotSpotId, u64, HotSpotId, |id| id.0);
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
    /// Supplies on their way from a depot to a place (调拨单).
    MovementId, 'm', "a movement id such as m-12"
);
text_serde!(MovementId, u64, MovementId, |id| id.0);
numbered_id!(
    /// A change to the roster for a stretch of time (串班, 代班).
    OverrideId, 'v', "an override id such as v-3"
);
text_serde!(OverrideId, u64, OverrideId, |id| id.0);
numbered_id!(
    /// A leave (请假).
    LeaveId, 'q', "a leave id such as q-3"
);
text_serde!(LeaveId, u64, LeaveId, |id| id.0);
numbered_id!(
    /// A change of duty that somebody asks for (代班, 串班).
    SwapId, 'd', "a swap id such as d-3"
);
text_serde!(SwapId, u64, SwapId, |id| id.0);
numbered_id!(
    /// A change of shift at a post (交接班).
    HandoverId, 'h', "a handover id such as h-8"
);
text_serde!(HandoverId, u64, HandoverId, |id| id.0);
numbered_id!(
    /// Duty tables brought in by one file (导入).
    ImportId, 'z', "an import id such as z-140"
);
text_serde!(ImportId, u64, ImportId, |id| id.0);

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
