//! A scenario as data: the county, its policies, and what happens there. A plan is made from a seed, is
//! saved as JSON when its scenario fails, and runs again from that JSON alone.

use std::time::Duration;

use compact_str::{CompactString, format_compact};
use jiaoying::domain::{
    area::Area,
    assignment::{ReadinessState, Status as Progress},
    callout::{
        attempt::Outcome,
        policy::{CalloutKind, PolicySet},
    },
    command::AnswerKind,
    event::DutyTableSet,
    ids::{AreaCode, PersonId, PostId},
    incident::Stage,
    person::{Channel, Person},
    roster::{Calendar, Post},
    time::Timestamp,
    unit::Unit,
    warning::{Colour, Message, MessageKind, Reference, Status, WarnedArea},
};
use serde::{Deserialize, Serialize};

pub const HOME: &str = "990101000000";

/// Everything that one scenario is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Also decides what the carrier does.
    pub seed: u64,
    pub start: Timestamp,
    pub county: County,
    /// The first is adopted before anything happens.
    pub policies: Vec<PolicySet>,
    pub steps: Vec<Planned>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct County {
    pub areas: Vec<Area>,
    pub people: Vec<Person>,
    pub posts: Vec<Post>,
    pub tables: Vec<DutyTableSet>,
    pub overrides: Vec<Change>,
    pub calendar: Calendar,
    pub lines: Vec<(Channel, u32)>,
    #[serde(default)]
    pub units: Vec<Unit>,
}

/// A change of the roster, in seconds from the moment it is entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub post: PostId,
    pub from_s: i64,
    pub to_s: i64,
    pub people: Vec<PersonId>,
}

/// A step and whether what has come due is done before the next one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    pub prompt: bool,
    pub step: Step,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Step {
    /// Time runs; every wake-up comes `lag_ms` after its deadline.
    Pass {
        ms: u64,
        lag_ms: u32,
    },
    Warn(Warn),
    Open {
        kind: CalloutKind,
        area: AreaCode,
        policy: Option<CompactString>,
        severity: Option<Colour>,
        drill: bool,
        by: Seat,
    },
    Answer {
        pick: u32,
        among: Among,
        by: By,
        answer: AnswerKind,
    },
    Withdraw {
        pick: u32,
        by: Seat,
        note: CompactString,
    },
    Override {
        change: Change,
        by: Seat,
    },
    RemoveOverride {
        pick: u32,
    },
    Table(TableChange),
    /// Somebody's post is given to others for good.
    Appoint {
        post: PostId,
        holders: Vec<PersonId>,
        deputies: Vec<PersonId>,
    },
    Adopt {
        set: u32,
    },
    /// The county enters, or forgets, the year's holidays.
    Calendar,
    Lines {
        channel: Channel,
        lines: u32,
    },
    /// A receipt out of the blue: for any attempt, whatever state it is in.
    Receipt {
        pick: u32,
        outcome: Outcome,
    },
    Crash {
        from: Recovery,
    },
    /// The next append fails: its decision is thrown away and taken again `after_ms` later.
    LoseAppend {
        after_ms: u32,
    },
    /// The clock is set forward, or back, by so much.
    SetClock {
        ms: i64,
    },
    /// The node looks although nothing is due.
    LookIdly,
    /// An incident is taken down.
    Receive {
        area: AreaCode,
        level: Option<u8>,
        drill: bool,
        by: Seat,
    },
    /// An incident is brought on, or ended.
    Bring {
        pick: u32,
        to: Stage,
        note: CompactString,
        by: Seat,
    },
    /// A unit is sent to an incident, to be there after so many seconds.
    Send {
        incident: u32,
        unit: u32,
        eta_s: Option<i64>,
        by: Seat,
    },
    /// Somebody says how far a unit has come with an order.
    Go {
        pick: u32,
        to: Progress,
        note: CompactString,
        by: Speaker,
    },
    /// Somebody answers the obligation of an order, of a task, or of what asks about them.
    Sign {
        pick: u32,
        among: Signed,
        by: Speaker,
        answer: AnswerKind,
    },
    SayReady {
        unit: u32,
        state: ReadinessState,
        note: CompactString,
        until_s: Option<i64>,
        by: Speaker,
    },
    Give {
        incident: Option<u32>,
        to: Vec<Obliged>,
        due_s: i64,
        severity: Option<Colour>,
        drill: bool,
        by: Seat,
    },
    /// Something is said of a task.
    Say {
        pick: u32,
        what: Saying,
        by: Speaker,
    },
}

/// Who is given a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obliged {
    Post(PostId),
    /// One of the county's units, or one that it does not have.
    Unit(u32),
}

/// What is said of a task.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    Progress,
    Done,
    Withdrawn,
}

/// Whose obligation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signed {
    Orders,
    Tasks,
    Reminders,
}

/// Who speaks for a unit, or of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Desk(Seat),
    /// The first of the unit's people, or whoever was asked last.
    Own,
    /// Whoever was asked last.
    Asked,
    Person(PersonId),
}

/// New lines of a post's table, in seconds from the moment they are entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableChange {
    pub post: PostId,
    pub from_s: i64,
    pub to_s: i64,
    pub shifts: Vec<(i64, i64, Vec<PersonId>)>,
}

/// Who sits at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    County,
    /// The desk of the county's first township.
    Township,
    Gateway,
    Leader,
}

/// Which obligations a pick is made among.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Among {
    Open,
    Unreached,
    Answered,
    All,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The somebody of the picked obligation who was asked so many before the last.
    Asked(u32),
    /// Whoever gave the answer that stands.
    Answerer,
    /// Whoever it was handed to, saying that this person has been reached.
    Sent(CompactString),
    /// Somebody for himself, called or not.
    Person(PersonId),
    /// A desk, for whom it says.
    Desk(Seat, CompactString),
    /// A desk, for the one who was asked last.
    DeskForAsked(Seat),
    /// A machine, for itself.
    Machine,
}

/// What a node that has crashed starts again from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Every entry from the first.
    Journal,
    /// The last snapshot and the entries after it.
    Snapshot,
}

/// A message of a source; times are seconds from the plan's start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warn {
    pub name: u32,
    pub kind: MessageKind,
    pub status: Status,
    pub about: Vec<u32>,
    pub colour: Option<Colour>,
    pub event_code: Option<CompactString>,
    pub areas: Vec<AreaCode>,
    pub sent_s: i64,
    pub expires_s: Option<i64>,
    pub by: Seat,
}

impl Plan {
    pub fn at(&self, seconds: i64) -> Timestamp {
        Timestamp::from_millis(self.start.millis() + seconds * 1000)
    }

    /// Returns the message as its source wrote it.
    pub fn message(&self, warn: &Warn) -> Message {
        let sender = CompactString::const_new("county-met");
        let reference = |name: &u32| Reference {
            sender: sender.clone(),
            identifier: identifier(*name),
            sent: self.at(warn.sent_s),
        };
        Message {
            identifier: identifier(warn.name),
            sender: sender.clone(),
            sent: self.at(warn.sent_s),
            status: warn.status,
            kind: warn.kind,
            references: warn.about.iter().map(reference).collect(),
            event: "暴雨".into(),
            event_code: warn.event_code.clone(),
            colour: warn.colour,
            headline: "示例县气象台".into(),
            description: String::new(),
            instruction: String::new(),
            effective: self.at(warn.sent_s),
            onset: None,
            expires: warn.expires_s.map(|seconds| self.at(seconds)),
            areas: vec![WarnedArea {
                description: "示例县".into(),
                codes: warn.areas.clone(),
                shapes: Vec::new(),
            }],
            notes: Vec::new(),
        }
    }
}

fn identifier(name: u32) -> CompactString {
    format_compact!("n{name}")
}

/// Returns `at` moved by so many seconds.
pub fn moved(at: Timestamp, seconds: i64) -> Timestamp {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { at - by } else { at + by }
}
