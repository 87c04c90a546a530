//! An obligation: one post that must answer one callout, and lives independently of its neighbours.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Planned, Progress};
use crate::domain::{
    ids::{AttemptId, CalloutId, ObligationId, PersonId, PostId, UnitId},
    person::Channel,
    spot_check::Whereabouts,
    time::Timestamp,
};

/// Who has to answer: whoever holds a post; or the people of a unit, or one person, whom `post` then gives a place in
/// the county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer<'a> {
    pub post: &'a PostId,
    pub who: Who<'a>,
}

/// Who answers for a bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'a> {
    /// Whoever holds the post.
    Holder,
    Unit(&'a UnitId),
    Person(&'a PersonId),
}

impl<'a> Bearer<'a> {
    pub fn holder(post: &'a PostId) -> Self {
        Self { post, who: Who::Holder }
    }

    pub fn unit(post: &'a PostId, unit: &'a UnitId) -> Self {
        Self { post, who: Who::Unit(unit) }
    }

    pub fn person(post: &'a PostId, person: &'a PersonId) -> Self {
        Self { post, who: Who::Person(person) }
    }

    /// Returns the unit, where its people have to answer.
    pub(super) fn as_unit(self) -> Option<UnitId> {
        if let Who::Unit(unit) = self.who { Some(unit.clone()) } else { None }
    }

    /// Returns the person, where nobody else has to answer.
    pub(super) fn as_person(self) -> Option<PersonId> {
        if let Who::Person(person) = self.who { Some(person.clone()) } else { None }
    }
}

/// One rung as it is rung: who it turned out to be, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub rung: u8,
    pub people: Vec<PersonId>,
    pub attempts: Vec<Planned>,
    /// Without an answer by then the next rung is rung.
    pub due_at: Timestamp,
    /// When somebody else takes over the post that this rung names, if the roster says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// A rung that was passed over at once, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub rung: u8,
    pub reason: SkipReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The county has no such post.
    NoPost,
    /// The roster has a gap there.
    Gap,
    /// Those on duty have no address on any of the rung's channels.
    NoChannel,
    /// Everybody on duty has said that they cannot come.
    Declined,
}

/// What the obligation demands now. Exactly one holds at every instant, and none is a silent end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ringing { rung: u8, due_at: Timestamp, until: Option<Timestamp> },
    Answered,
    Unreached { handed: Handed, since: Timestamp },
    Withdrawn { reason: WithdrawReason },
}

/// The names of [`State`], for counting and for the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    Ringing,
    Answered,
    Unreached,
    Withdrawn,
}

impl State {
    pub fn name(&self) -> StateName {
        match self {
            State::Ringing { .. } => StateName::Ringing,
            State::Answered => StateName::Answered,
            State::Unreached { .. } => StateName::Unreached,
            State::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// Tells whether somebody still has to do something about it.
    pub fn is_open(&self) -> bool {
        matches!(self, State::Ringing { .. } | State::Unreached { .. })
    }

    /// Returns when the engine has to look at it again.
    pub fn deadline(&self) -> Option<Timestamp> {
        match self {
            State::Ringing { due_at, until, .. } => {
                Some(until.map_or(*due_at, |until| until.min(*due_at)))
            }
            State::Unreached { handed, .. } => Some(handed.by),
            State::Answered | State::Withdrawn { .. } => None,
        }
    }
}

/// The named human who now has to reach the post, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// `None` only while the county has nobody on any post that could be named.
    pub to: Option<PersonId>,
    pub by: Timestamp,
    /// The obligation that makes them answer for it.
    pub errand: Option<ObligationId>,
    /// Which of the policy's candidates they are.
    pub candidate: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawReason {
    /// The warning was cancelled.
    Cancelled,
    /// The warning ran out.
    Expired,
    /// Another message took the warning's place, and another callout this one's; or the warning is about
    /// another hazard now, which asks something else of this post or of others only.
    Superseded,
    /// The warning no longer covers the area.
    AreaReduced,
    /// A lower colour does not oblige this post.
    Downgraded,
    /// A higher colour asks something else of this post, where a new obligation takes its place, or of
    /// others only.
    Upgraded,
    /// An operator took it back.
    ByHand,
    /// An errand whose post has been reached or given to somebody else, or a reminder of what is done.
    Settled,
    /// A unit that cannot go: whoever ordered it has to find another.
    Refused,
}

/// Why the next rung was rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalateReason {
    /// Nobody answered in time.
    Timeout,
    /// Somebody said that they cannot come.
    Declined,
    /// No channel could carry the call.
    Unreachable,
}

/// An answer, whose it is and how it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who answered, where it is somebody this program knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The operator's words for who answered, where it is nobody this program knows.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub name: CompactString,
    /// The login of the operator who entered it for them (代应答).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered_by: Option<CompactString>,
    pub via: Via,
    /// Came after its rung's time, or from a rung already left: it counts, and the escalation stays.
    pub late: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where they were, where a check asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whereabouts: Option<Whereabouts>,
}

/// How an answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The person's own page.
    App,
    Sms,
    Voice,
    /// Entered by an operator, who says how: 座机, 对讲机 ….
    Desk(CompactString),
}

impl From<Channel> for Via {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::App => Via::App,
            Channel::Sms => Via::Sms,
            Channel::Voice => Via::Voice,
        }
    }
}

/// Somebody who has been rung for this obligation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub person: PersonId,
    pub rung: u8,
    pub at: Timestamp,
    pub declined: bool,
    /// Sequence number of "cannot come".
    pub declined_seq: Option<u64>,
    /// Somebody else has taken over the post since.
    pub gone: bool,
}

impl Asked {
    /// Tells whether the answer is still expected of them.
    pub fn is_wanted(&self) -> bool {
        !self.declined && !self.gone
    }
}

/// An obligation as the board knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Obligation {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    /// The unit whose people have to answer, where it is not whoever holds the post.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// The one person who has to answer, likewise.
    #[serde(default)]
    pub person: Option<PersonId>,
    pub ladder: CompactString,
    /// The journal entry that adopted the policies whose ladder it climbs.
    pub policies: u64,
    pub task: CompactString,
    /// The obligation this errand is about.
    pub about: Option<ObligationId>,
    /// The obligation that this one took the place of, after an upgrade.
    pub replaces: Option<ObligationId>,
    pub opened_at: Timestamp,
    pub state: State,
    pub asked: Vec<Asked>,
    pub attempts: Vec<Attempt>,
    pub skipped: Vec<Skipped>,
    /// The rung rung last, and since when.
    pub rung: u8,
    pub rung_since: Timestamp,
    /// Where in `asked` and in `attempts` those of that ringing begin. Positions, not times: a clock
    /// may step back.
    pub rung_asked: u32,
    pub rung_attempts: u32,
    /// Apart: of a hundred thousand obligations few have been answered when most memory is needed.
    pub answer: Option<Box<Answer>>,
    pub answered_at: Option<Timestamp>,
    /// Sequence number of the answer.
    pub answered_seq: Option<u64>,
}

impl Obligation {
    pub fn bearer(&self) -> Bearer<'_> {
        let who = match (&self.unit, &self.person) {
            (Some(unit), _) => Who::Unit(unit),
            (None, Some(person)) => Who::Person(person),
            (None, None) => Who::Holder,
        };
        Bearer { post: &self.post, who }
    }

    /// Returns those who have been asked since the rung was rung.
    pub fn asked_now(&self) -> &[Asked] {
        self.asked.get(self.rung_asked as usize..).unwrap_or_default()
    }

    /// Returns the calls that have been planned since the rung was rung, of that rung.
    pub fn calls_now(&self) -> impl Iterator<Item = &Attempt> {
        let since = self.attempts.get(self.rung_attempts as usize..).unwrap_or_default();
        since.iter().filter(|attempt| !attempt.notice)
    }

    /// Tells whether an answer is expected of `person` on the rung being rung.
    pub fn wants(&self, person: &PersonId) -> bool {
        self.asked_now().iter().any(|asked| asked.person == *person && asked.is_wanted())
    }

    /// Tells whether an answer of `person` is still waited for, on whatever rung he was asked.
    pub fn rests_on(&self, person: &PersonId) -> bool {
        let asked = self.asked.iter().any(|asked| asked.person == *person && asked.is_wanted());
        self.state.is_open() && asked
    }

    pub fn was_asked(&self, person: &PersonId) -> bool {
        self.asked.iter().any(|asked| asked.person == *person)
    }

    pub fn has_declined(&self, person: &PersonId) -> bool {
        self.asked.iter().any(|asked| asked.person == *person && asked.declined)
    }

    /// Returns to whom it is handed while nobody has been reached.
    pub fn handed(&self) -> Option<&Handed> {
        match &self.state {
            State::Unreached { handed, .. } => Some(handed),
            State::Ringing { .. } | State::Answered | State::Withdrawn { .. } => None,
        }
    }

    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.attempts.get(usize::try_from(id.number).ok()?).filter(|found| found.id == id)
    }

    pub(super) fn attempt_mut(&mut self, id: AttemptId) -> Option<&mut Attempt> {
        self.attempts.get_mut(usize::try_from(id.number).ok()?).filter(|found| found.id == id)
    }

    /// Returns the number the next attempt gets.
    pub fn next_number(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// Returns the attempts that wait for a line.
    pub fn waiting(&self) -> impl Iterator<Item = AttemptId> {
        let queued = self.attempts.iter().filter(|a| a.progress == Progress::Queued);
        queued.map(|attempt| attempt.id)
    }

    /// Returns how often `person` has been called by `channel`, first calls that wait included: a second
    /// one that waits is given up with its rung.
    pub fn tries(&self, person: &PersonId, channel: Channel) -> u32 {
        let calls = self.attempts.iter().filter(|attempt| {
            let counts = match attempt.progress {
                Progress::Started | Progress::Ended => true,
                Progress::Queued => attempt.ordinal == 0,
                Progress::Dropped => false,
            };
            attempt.person == *person && attempt.channel == channel && !attempt.notice && counts
        });
        u32::try_from(calls.count()).unwrap_or(u32::MAX)
    }
}
