//! Every county that the rows name as a board of its own, as counties run this program: it is told what its
//! own bureau says, what its city's and what its province's.
//!
//! A place is a county when no other place of the stream lies in it, so every row reaches somebody.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::{CompactString, format_compact};
use jiaoying::domain::{
    actor::{Actor, Role},
    area::Area,
    board::Board,
    callout::policy::PolicySet,
    command::{AnswerKind, Command, GiveAnswer, RosterStep},
    event::{CalloutEvent, Entry, Event, LinesSet},
    ids::{AreaCode, Level, ObligationId, PersonId},
    person::{Channel, Contact, Person},
    roster::Post,
    time::Timestamp,
    warning::{Message, MessageKind, Original, Reference, Status, WarnedArea},
};

use super::{Row, What, naive::InForce};

/// Returns the counties of the stream, and the rows that concern each, in order.
pub fn counties(rows: &[Row]) -> BTreeMap<AreaCode, Vec<usize>> {
    let places: BTreeSet<AreaCode> = rows.iter().map(|row| row.area).collect();
    let holds_others =
        |place: &AreaCode| places.range(*place..=place.last_inside()).nth(1).is_some();
    let leaves = places.iter().copied().filter(|place| !holds_others(place));
    let mut counties: BTreeMap<AreaCode, Vec<usize>> =
        leaves.map(|place| (place, Vec::new())).collect();
    for (number, row) in rows.iter().enumerate() {
        let inside = counties.range_mut(row.area..=row.area.last_inside());
        inside.for_each(|(_, concerned)| concerned.push(number));
    }
    counties
}

/// Writes each row as the message that its bureau would send: a raise is an alert, a change an update and
/// an end a cancel of the last message about the same, or of one that never came.
pub fn messages(rows: &[Row]) -> Vec<Message> {
    let mut last: BTreeMap<(AreaCode, &str), (CompactString, Timestamp)> = BTreeMap::new();
    let mut messages = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let key = (row.area, row.hazard.as_str());
        let kind = match row.what {
            What::Raise => MessageKind::Alert,
            What::Change => MessageKind::Update,
            What::End => MessageKind::Cancel,
        };
        let identifier = format_compact!("{}-{number}", row.area);
        let unseen = || (format_compact!("before-{}-{}", row.area, row.hazard), row.seen);
        let (named, sent) = last.get(&key).cloned().unwrap_or_else(unseen);
        let sender = format_compact!("bureau-of-{}", row.area);
        let reference = Reference { sender: sender.clone(), identifier: named, sent };
        if row.what != What::End {
            last.insert(key, (identifier.clone(), row.seen));
        }
        messages.push(Message {
            identifier,
            sender,
            sent: row.seen,
            status: Status::Actual,
            kind,
            references: if kind == MessageKind::Alert { Vec::new() } else { vec![reference] },
            event: row.hazard.clone(),
            event_code: None,
            colour: row.colour,
            headline: row.hazard.to_string(),
            description: String::new(),
            instruction: String::new(),
            effective: row.seen,
            onset: None,
            expires: row.expires,
            areas: vec![WarnedArea {
                description: format_compact!("{}", row.area),
                codes: vec![row.area],
                shapes: Vec::new(),
            }],
            notes: Vec::new(),
        });
    }
    messages
}

/// One county's board with one duty officer and one who keeps watch.
pub struct County {
    pub board: Board,
    code: AreaCode,
    now: Timestamp,
    /// Who answers does so in the same instant.
    officer: Actor,
}

pub const OFFICER: &str = "duty_officer";
pub const WATCH: &str = "watch";

impl County {
    pub fn found(code: AreaCode, policies: &PolicySet, now: Timestamp) -> Self {
        let name = CompactString::from("county");
        let officer = Actor {
            login: OFFICER.into(),
            role: Role::Leader,
            area: code,
            person: Some(OFFICER.parse().unwrap()),
        };
        let mut county = Self { board: Board::default(), code, now, officer };
        let console = Actor::console(code);
        let timezone = chrono_tz::Asia::Shanghai;
        county.submit(&console, &Command::SetJurisdiction { area: code, timezone });
        county.submit(&console, &Command::AdoptPolicies(policies.clone()));
        for channel in Channel::ALL {
            let lines = LinesSet { channel, lines: 100, hold_ms: 35_000, simulated: true };
            county.submit(&console, &Command::SetLines(lines));
        }
        let area = Area { code, name, centroid: None, outline: Vec::new() };
        county.submit(&console, &Command::SaveAreas(vec![area]));
        county.submit(
            &console,
            &Command::Roster(RosterStep::SavePeople(vec![
                person(OFFICER, code),
                person(WATCH, code),
            ])),
        );
        county.submit(
            &console,
            &Command::Roster(RosterStep::SavePosts(vec![post(OFFICER, code), post(WATCH, code)])),
        );
        county
    }

    /// Lets time pass up to `at`, stopping at every deadline on the way; returns what happened.
    pub fn pass(&mut self, at: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(due) = self.board.next_deadline().filter(|due| *due <= at) {
            self.now = self.now.max(due);
            let done = self.submit(&Actor::node(self.code), &Command::Elapse);
            assert!(
                !done.is_empty(),
                "{} at {}: a deadline came and nothing was done",
                self.code,
                due
            );
            events.extend(done);
        }
        self.now = at;
        events
    }

    /// Takes a message now, and answers what it rings for; returns what happened.
    pub fn warn(&mut self, message: &Message) -> Vec<Event> {
        let original =
            Original { media_type: "text/csv".into(), body: String::new(), base64: false };
        let gateway = Actor {
            role: Role::Gateway,
            login: "gateway".into(),
            person: None,
            ..self.officer.clone()
        };
        let message = Box::new(message.clone());
        let mut events = self.submit(&gateway, &Command::AcceptWarning { message, original });
        // A page that nobody read would end with the officer on the telephone, call after call for 41 days.
        let rung: Vec<(ObligationId, PersonId)> = events
            .iter()
            .filter_map(|event| match event {
                Event::Callout(CalloutEvent::ObligationOpened(opened)) => {
                    Some((opened.id, opened.post.duty.as_str().parse().unwrap()))
                }
                _ => None,
            })
            .collect();
        for (obligation, person) in rung {
            let answer = GiveAnswer {
                obligation,
                answer: AnswerKind::Acknowledged,
                note: String::new(),
                on_behalf_of: None,
                via: None,
                here: None,
            };
            let whoever = Actor { person: Some(person), ..self.officer.clone() };
            events.extend(self.submit(&whoever, &Command::Answer(answer)));
        }
        events
    }

    /// Returns what is in force, as the board says it.
    pub fn in_force(&self) -> InForce {
        let of = |message: &Message| {
            ((message.areas[0].codes[0], message.event.clone()), message.colour)
        };
        self.board.active_warnings().map(|warning| of(&warning.message)).collect()
    }

    fn submit(&mut self, actor: &Actor, command: &Command) -> Vec<Event> {
        let decision = self.board.decide(actor, command, self.now).unwrap();
        for event in &decision.events {
            let (seq, login) = (self.board.seq + 1, actor.login.clone());
            self.board.apply(&Entry { seq, at: self.now, actor: login, event: event.clone() });
        }
        decision.events
    }
}

/// Names the level of `code` as policies do.
pub fn level(code: AreaCode) -> &'static str {
    match code.level() {
        Level::Province => "province",
        Level::City => "city",
        Level::County => "county",
        Level::Township => "township",
        Level::Village => "village",
    }
}

fn person(id: &str, area: AreaCode) -> Person {
    let contact = |channel| Contact { channel, address: "13900000000".into() };
    Person {
        id: id.parse().unwrap(),
        name: id.into(),
        area,
        title: CompactString::default(),
        contacts: vec![contact(Channel::App), contact(Channel::Voice)],
    }
}

fn post(duty: &str, area: AreaCode) -> Post {
    Post {
        id: format!("{area}/{duty}").parse().unwrap(),
        title: duty.into(),
        holders: vec![duty.parse().unwrap()],
        deputies: Vec::new(),
        rotations: Default::default(),
    }
}
