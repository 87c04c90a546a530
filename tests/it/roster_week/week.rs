//! One county whose board is edited, beside the oracle and beside a second board that knows only what was written down.

use std::{collections::BTreeSet, time::Duration};

use jiaoying::domain::{
    actor::{Actor, Role},
    area::Area,
    board::Board,
    callout::policy::{CalloutKind, PolicySet},
    command::{Command, RosterStep},
    decision::Decision,
    event::{Entry, Event, LinesSet},
    ids::{AreaCode, Duty, Level, PersonId, PostId},
    person::{Channel, Contact, Person},
    roster::Post,
    time::Timestamp,
};

use super::{
    clocks::{Clocks, HOUR, moved},
    compare::Steps,
    oracle::{Oracle, standing},
};
use crate::sim::dice::Dice;

const SHIPPED: &str = include_str!("../../../config/policies.toml");
pub const COUNTY: &str = "990101000000";
const TOWNSHIP: &str = "990101001000";
/// The desks of the county and of a township, which are signed for; who approves; and a post for one person only.
pub const POSTS: [&str; 4] = [
    "990101000000/duty_officer",
    "990101001000/duty_officer",
    "990101000000/lead_officer",
    "990101000000/flood_chief",
];
/// The last two have only a page, and nothing at all.
pub const PEOPLE: [&str; 9] =
    ["zhang", "li", "wang", "zhao", "chen", "lin", "he", "paged", "unreached"];
/// More steps than any wake-up takes.
const WAKES_MAX: usize = 1_000;

/// What is wrong, in words.
pub type Checked = Result<(), String>;

pub struct Week {
    pub board: Board,
    /// The board that what was written down adds up to.
    written: Board,
    pub oracle: Oracle,
    /// Who holds which post through the time that is looked at, by the oracle.
    pub steps: Steps,
    pub now: Timestamp,
    pub start: Timestamp,
    pub dice: Dice,
    /// A change of duty is in force as soon as somebody takes it.
    pub unapproved: bool,
    pub story: Vec<String>,
    pub counts: Counts,
}

/// What a week has seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub taken: u64,
    pub refused: u64,
    pub events: u64,
    pub imports_back: u64,
    pub asked: u64,
    pub approved: u64,
    pub ended_otherwise: u64,
    pub lapsed: u64,
    pub signed: u64,
}

impl Week {
    /// Founds a county on the morning of a day near a change of clocks or of the calendar.
    pub fn found(seed: u64) -> Result<Self, String> {
        let mut dice = Dice::about(&[seed, 1]);
        let (clocks, day) = Clocks::throw(&mut dice);
        let start = clocks.at(day, 600);
        let unapproved = dice.chance(30);
        let mut week = Self {
            board: Board::default(),
            written: Board::default(),
            oracle: Oracle::new(clocks),
            steps: Steps::new(),
            now: start,
            start,
            dice,
            unapproved,
            story: vec![format!("{:?} from {start}", clocks.zone)],
            counts: Counts::default(),
        };
        let timezone = clocks.zone;
        week.must(Command::SetJurisdiction { area: county(), timezone })?;
        week.must(Command::AdoptPolicies(policies(unapproved)))?;
        for channel in Channel::ALL {
            let lines = LinesSet { channel, lines: 1_000, hold_ms: 35_000, simulated: true };
            week.must(Command::SetLines(lines))?;
        }
        week.must(Command::SaveAreas(vec![area(COUNTY), area(TOWNSHIP)]))?;
        let people = PEOPLE.iter().enumerate().map(|(n, id)| person(id, n < 7, n < 8));
        week.must(Command::Roster(RosterStep::SavePeople(people.collect())))?;
        let posts = POSTS.iter().enumerate().map(|(n, id)| post(id, n)).collect();
        week.must(Command::Roster(RosterStep::SavePosts(posts)))?;
        week.oracle.seats.insert(POSTS[3].parse().unwrap(), 1);
        Ok(week)
    }

    fn must(&mut self, command: Command) -> Checked {
        let taken = self.submit(&console(), command)?;
        if taken { Ok(()) } else { Err("the county could not be founded".into()) }
    }

    /// Gives a command, and sees that it does what the rules say and nothing else. Tells whether it was taken.
    pub fn submit(&mut self, actor: &Actor, command: Command) -> Result<bool, String> {
        self.story.push(format!("{} {}: {command:?}", self.now, actor.login));
        let foreseen = self.foreseen(actor, &command);
        let verdict = self.verdict(actor, &command);
        let lifted = match &command {
            Command::Roster(RosterStep::RemoveOverride(id)) => standing(&self.board, *id),
            _ => None,
        };
        let decided = self.board.decide(actor, &command, self.now);
        if verdict.is_some_and(|verdict| verdict != decided.is_ok()) {
            return Err(format!("by the rules it is {verdict:?} that this is taken: {decided:?}"));
        }
        let Ok(decision) = decided else {
            self.counts.refused += 1;
            return Ok(false);
        };
        self.counts.taken += 1;
        let reply = decision.reply.clone();
        self.happen(actor, decision)?;
        self.oracle.note(&command, &reply, lifted, self.now);
        self.follow_swaps(Some(foreseen))?;
        self.catch_up()?;
        self.check()?;
        Ok(true)
    }

    fn verdict(&self, actor: &Actor, command: &Command) -> Option<bool> {
        match command {
            Command::Roster(_) | Command::Leave(_) if actor.role != Role::Admin => Some(false),
            Command::Roster(step) => Some(self.oracle.takes(&self.board, step, self.now)),
            Command::Leave(step) => Some(self.oracle.takes_leave(step, self.now)),
            Command::Swap(step) => self.takes_swap(actor, step),
            Command::Answer(given) => self.takes_answer(actor, given),
            _ => None,
        }
    }

    /// Notes what was decided, on both boards.
    fn happen(&mut self, actor: &Actor, decision: Decision) -> Checked {
        for event in decision.events {
            let (seq, at, login) = (self.board.seq + 1, self.now, actor.login.clone());
            let (kind, version, text) = (event.kind(), event.version(), event.encode());
            let read = Event::decode(kind, version, &text).map_err(|e| format!("{e:?}: {text}"))?;
            self.board.apply(&Entry { seq, at, actor: login.clone(), event });
            self.written.apply(&Entry { seq, at, actor: login, event: read });
            self.counts.events += 1;
        }
        Ok(())
    }

    /// Does what has come due; nothing may be due after it.
    fn catch_up(&mut self) -> Checked {
        let node = Actor::node(county());
        for _ in 0..WAKES_MAX {
            if self.board.next_deadline().is_none_or(|due| due > self.now) {
                return Ok(());
            }
            let decided = self.board.decide(&node, &Command::Elapse, self.now);
            let decision = decided.map_err(|refused| format!("no elapse: {refused}"))?;
            if decision.events.is_empty() {
                return Err(format!("{:?} came and nothing was done", self.board.next_deadline()));
            }
            // Most wake-ups only ring people again.
            let rings = decision.events.iter().all(|event| matches!(event, Event::Callout(_)));
            self.happen(&node, decision)?;
            if !rings {
                self.follow_swaps(None)?;
                self.check_duties()?;
            }
        }
        Err("the deadlines never end".into())
    }

    /// Lets time run to `end`, stopping at every deadline on the way.
    pub fn pass(&mut self, end: Timestamp) -> Checked {
        self.story.push(format!("{} until {end}", self.now));
        while let Some(due) = self.board.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.catch_up()?;
        }
        self.now = end;
        self.check()
    }

    fn check(&mut self) -> Checked {
        if self.board != self.written {
            return Err("what was written adds up to another board".into());
        }
        if self.dice.chance(10) {
            self.restart()?;
        }
        let breaches = self.board.breaches();
        if !breaches.is_empty() {
            return Err(format!("{breaches:?}"));
        }
        // A county that is being founded has no posts yet.
        if self.oracle.posts.is_empty() {
            return Ok(());
        }
        self.check_duties()?;
        self.compare()
    }

    /// A node that starts again from a snapshot has the same board.
    fn restart(&mut self) -> Checked {
        let bytes = rmp_serde::to_vec_named(&self.written).map_err(|e| e.to_string())?;
        let mut read: Board = rmp_serde::from_slice(&bytes).map_err(|e| e.to_string())?;
        read.rebuild();
        self.written = read;
        let same = self.board == self.written;
        if same { Ok(()) } else { Err("the snapshot holds another board".into()) }
    }

    /// The time that is looked at: what lies before the week as well as what is planned in it.
    pub fn horizon(&self) -> (Timestamp, Timestamp) {
        (moved(self.start, -3 * 24 * HOUR), moved(self.start, 17 * 24 * HOUR))
    }
}

pub fn county() -> AreaCode {
    COUNTY.parse().unwrap()
}

pub fn console() -> Actor {
    Actor::console(county())
}

pub fn seat(login: &str, role: Role, own: Option<&PersonId>) -> Actor {
    Actor { login: login.into(), role, area: county(), person: own.cloned() }
}

fn policies(unapproved: bool) -> PolicySet {
    // Whom a call rings again and again is not looked at here, and would fill the week.
    let patient = SHIPPED.replace("wait_s = 180\n", "wait_s = 604800\n");
    let patient = patient.replace("within_s = 1800 ", "within_s = 604800 ");
    let mut set: PolicySet = toml::from_str(&patient).unwrap();
    let duty: Duty = "duty_officer".parse().unwrap();
    let signing = set.handover.as_mut().unwrap();
    signing.levels = BTreeSet::from([Level::County, Level::Township]);
    signing.duties = BTreeSet::from([duty]);
    let swaps = set.policies.iter_mut();
    let swaps =
        swaps.filter(|policy| unapproved && policy.applies.kinds.contains(&CalloutKind::Swap));
    swaps.for_each(|policy| policy.oblige.clear());
    let chiefs = set.duties.iter_mut().filter(|duty| duty.name == "flood_chief".parse().unwrap());
    chiefs.for_each(|duty| duty.seats = Some(1));
    set.spot_checks.clear();
    set
}

fn area(code: &str) -> Area {
    let (name, code) = (code.into(), code.parse().unwrap());
    Area { name, code, centroid: None, outline: Vec::new() }
}

pub fn person(id: &str, telephone: bool, page: bool) -> Person {
    let contact = |channel, address: &str| Contact { channel, address: address.into() };
    let mut contacts = Vec::new();
    if page {
        contacts.push(contact(Channel::App, ""));
    }
    if telephone {
        contacts.push(contact(Channel::Voice, "13900000000"));
    }
    Person {
        id: id.parse().unwrap(),
        name: format!("姓名{id}").into(),
        area: county(),
        title: "".into(),
        contacts,
    }
}

/// The desk has nobody but by the roster; the others are somebody's.
fn post(id: &str, number: usize) -> Post {
    let id: PostId = id.parse().unwrap();
    let holders = if number == 0 { Vec::new() } else { vec![PEOPLE[number].parse().unwrap()] };
    let title = id.to_string().as_str().into();
    Post { id, title, holders, deputies: Vec::new(), rotations: Default::default() }
}

/// How long those who went are called as well, by the policies.
pub const BOTH: Duration = Duration::from_secs(7_200);
