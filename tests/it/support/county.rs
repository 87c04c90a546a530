//! A small county whose board is driven command by command, in memory and at any instant.

use chrono_tz::Asia::Shanghai;
use compact_str::CompactString;
use jiaoying::domain::{
    actor::{Actor, Role},
    area::Area,
    board::Board,
    callout::{
        attempt::{Attempt, Outcome, Progress},
        obligation::{Obligation, StateName},
        policy::{CalloutKind, PolicySet},
    },
    command::{AnswerKind, Command, GiveAnswer, OpenCallout, Reply, RosterStep},
    decision::Decision,
    event::{Entry, Event, LinesSet},
    ids::{AreaCode, AttemptId, CalloutId, ObligationId, PersonId},
    person::{Channel, Contact, Person},
    rejection::Rejection,
    roster::Post,
    site::{Facts, Site},
    time::Timestamp,
    unit::{Unit, UnitKind},
    warning::{Colour, Message, MessageKind, Original, Reference, Status, WarnedArea},
};

pub const COUNTY: &str = "990101000000";

/// The journal of a small county and the board it adds up to.
pub struct County {
    pub board: Board,
    pub journal: Vec<Entry>,
    pub now: Timestamp,
    /// Time runs only when told to; deadlines that have come are done at once.
    pub prompt: bool,
    /// Nobody is on duty anywhere, so that an obligation may be in nobody's hands.
    pub lonely: bool,
}

impl County {
    /// Founds a county with `townships` of `villages` each, the policies given, and enough lines.
    pub fn found(policies: &str, townships: u64, villages: u64) -> Self {
        let mut county = Self::bare();
        let set: PolicySet = toml::from_str(policies).unwrap();
        county.must(Command::AdoptPolicies(set));
        for channel in Channel::ALL {
            county.lines(channel, 1_000);
        }
        county.must(Command::SaveAreas(areas(townships, villages)));
        let (people, posts) = staff(&county.board);
        county.must(Command::Roster(RosterStep::SavePeople(people)));
        county.must(Command::Roster(RosterStep::SavePosts(posts)));
        county
    }

    /// Founds a county that is nothing yet but its own area.
    pub fn bare() -> Self {
        let now = "2026-07-21T10:00:00+08:00".parse().unwrap();
        let (board, journal) = (Board::default(), Vec::new());
        let mut county = Self { board, journal, now, prompt: true, lonely: false };
        county.must(Command::SetJurisdiction { area: area(), timezone: Shanghai });
        county.must(Command::SaveAreas(areas(0, 0)));
        county
    }

    pub fn lines(&mut self, channel: Channel, lines: u32) {
        self.must(Command::SetLines(LinesSet { channel, lines, hold_ms: 35_000, simulated: true }));
    }

    /// Submits as the console or the node, whichever may; what the board refuses is a test's mistake.
    #[track_caller]
    pub fn must(&mut self, command: Command) -> Reply {
        self.try_must(command).unwrap()
    }

    pub fn try_must(&mut self, command: Command) -> Result<Reply, Rejection> {
        let of_the_node = matches!(
            command,
            Command::Elapse | Command::RecordAttempt { .. } | Command::RepeatAttempt(_)
        );
        let actor = if of_the_node { Actor::node(area()) } else { Actor::console(area()) };
        self.submit(&actor, command)
    }

    /// Decides, notes and applies, then does what has come due.
    pub fn submit(&mut self, actor: &Actor, command: Command) -> Result<Reply, Rejection> {
        let decision = self.board.decide(actor, &command, self.now)?;
        let reply = decision.reply.clone();
        self.note(actor, decision);
        while self.prompt && self.board.next_deadline().is_some_and(|due| due <= self.now) {
            self.elapse();
        }
        self.check();
        Ok(reply)
    }

    fn elapse(&mut self) {
        let node = Actor::node(area());
        let decision = self.board.decide(&node, &Command::Elapse, self.now).unwrap();
        assert!(!decision.events.is_empty(), "a deadline came and nothing was done");
        self.note(&node, decision);
    }

    /// What must hold after every command: nothing is left without a deadline or a human, and the
    /// indexes are what the obligations say.
    #[track_caller]
    fn check(&self) {
        let breaches = self.board.breaches();
        assert!(breaches.is_empty() || self.lonely, "{breaches:#?}");
        // Costs as much as the board is big, so a long story pays for it only now and then.
        if self.board.seq < 1_000 || self.board.seq.is_multiple_of(64) {
            let mut rebuilt = self.board.clone();
            rebuilt.rebuild();
            assert!(rebuilt == self.board, "an index has drifted from what it is derived from");
        }
    }

    /// Notes an event that no command would bring about.
    pub fn happen(&mut self, event: Event) {
        let console = Actor::console(area());
        self.note(&console, Decision { events: vec![event], reply: Reply::Done });
    }

    fn note(&mut self, actor: &Actor, decision: Decision) {
        for event in decision.events {
            let seq = self.board.seq + 1;
            let entry = Entry { seq, at: self.now, actor: actor.login.clone(), event };
            self.board.apply(&entry);
            self.journal.push(entry);
        }
    }

    /// Lets time pass, stopping at every deadline on the way.
    pub fn pass(&mut self, seconds: u64) {
        let end = self.now + std::time::Duration::from_secs(seconds);
        while let Some(due) = self.board.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.must(Command::Elapse);
        }
        self.now = end;
    }

    #[track_caller]
    pub fn warn(&mut self, message: Message) -> Reply {
        self.try_warn(message).unwrap()
    }

    pub fn try_warn(&mut self, message: Message) -> Result<Reply, Rejection> {
        let original = Original { media_type: "test".into(), body: String::new(), base64: false };
        let gateway = actor("gateway", Role::Gateway);
        self.submit(&gateway, Command::AcceptWarning { message: Box::new(message), original })
    }

    /// Accepts a red warning for the whole county and returns its callout.
    pub fn red(&mut self) -> CalloutId {
        let reply = self.warn(alert("n1", Colour::Red, &[COUNTY]));
        let Reply::Warning { callouts, .. } = reply else { panic!("{reply:?}") };
        callouts[0]
    }

    pub fn open_by_hand(&mut self, open: OpenCallout) -> Result<Reply, Rejection> {
        self.submit(&actor("dispatcher", Role::Dispatcher), Command::OpenCallout(open))
    }

    pub fn answer_as(
        &mut self,
        person: &str,
        obligation: ObligationId,
        answer: AnswerKind,
    ) -> Result<Reply, Rejection> {
        self.submit(&in_person(person), given(obligation, answer, None))
    }

    pub fn answer_for(
        &mut self,
        whom: &str,
        obligation: ObligationId,
        answer: AnswerKind,
    ) -> Result<Reply, Rejection> {
        self.submit(&actor("dispatcher", Role::Dispatcher), given(obligation, answer, Some(whom)))
    }

    pub fn answer_on_behalf(
        &mut self,
        whom: &str,
        obligation: ObligationId,
        via: &str,
        note: &str,
    ) -> Result<Reply, Rejection> {
        let command = Command::Answer(GiveAnswer {
            obligation,
            answer: AnswerKind::Acknowledged,
            note: note.to_owned(),
            on_behalf_of: Some(whom.into()),
            via: Some(via.into()),
            here: None,
        });
        self.submit(&actor("dispatcher", Role::Dispatcher), command)
    }

    pub fn record(&mut self, attempt: AttemptId, outcome: Outcome) {
        self.must(Command::RecordAttempt { attempt, outcome });
    }

    /// Returns the obligation that stands for `post` in the newest callout that has one, errands apart.
    #[track_caller]
    pub fn at(&self, post: &str) -> &Obligation {
        let post = post.parse().unwrap();
        let callouts = self.board.callouts.iter().rev();
        let mut callouts = callouts.filter(|callout| callout.kind != CalloutKind::Errand);
        let id = callouts.find_map(|callout| callout.by_post.get(&post)).unwrap();
        self.board.callouts.obligation(*id).unwrap()
    }

    pub fn state(&self, post: &str) -> StateName {
        self.at(post).state.name()
    }

    /// Returns the attempts to `person` by `channel` in the order they were planned.
    pub fn tried(&self, person: &str, channel: Channel) -> Vec<Attempt> {
        let person: PersonId = person.parse().unwrap();
        let all = self.board.callouts.obligations().flat_map(|o| &o.attempts);
        let own = all.filter(|a| a.person == person && a.channel == channel);
        own.filter(|a| a.progress != Progress::Dropped).cloned().collect()
    }

    /// Returns the events of `kind`, oldest first.
    pub fn events(&self, kind: &str) -> Vec<&Event> {
        self.journal.iter().map(|e| &e.event).filter(|event| event.kind() == kind).collect()
    }

    /// Returns the board that the journal adds up to when read from the start.
    pub fn replayed(&self) -> Board {
        let mut board = Board::default();
        for entry in &self.journal {
            let event = &entry.event;
            let text = event.encode();
            let event = Event::decode(event.kind(), event.version(), &text).unwrap();
            board.apply(&Entry { event, ..entry.clone() });
        }
        board
    }
}

pub fn actor(login: &str, role: Role) -> Actor {
    Actor { login: login.into(), role, area: area(), person: None }
}

/// Returns `person` at his own page.
pub fn in_person(person: &str) -> Actor {
    Actor { person: Some(person.parse().unwrap()), ..actor(person, Role::Leader) }
}

pub fn area() -> AreaCode {
    COUNTY.parse().unwrap()
}

pub fn given(obligation: ObligationId, answer: AnswerKind, whom: Option<&str>) -> Command {
    Command::Answer(GiveAnswer {
        obligation,
        answer,
        note: String::new(),
        on_behalf_of: whom.map(CompactString::from),
        via: None,
        here: None,
    })
}

pub fn by_hand(subject: &str, policy: Option<&str>) -> OpenCallout {
    OpenCallout {
        kind: CalloutKind::Manual,
        subject: subject.into(),
        text: String::new(),
        area: area(),
        policy: policy.map(CompactString::from),
        severity: None,
        drill: false,
    }
}

/// Writes a message as a national source would.
pub fn alert(identifier: &str, colour: Colour, areas: &[&str]) -> Message {
    let sent: Timestamp = "2026-07-21T09:59:00+08:00".parse().unwrap();
    Message {
        identifier: identifier.into(),
        sender: "county-met".into(),
        sent,
        status: Status::Actual,
        kind: MessageKind::Alert,
        references: Vec::new(),
        event: "暴雨".into(),
        event_code: Some("11B03".into()),
        colour: Some(colour),
        headline: format!("示例县气象台发布暴雨{}预警", colour.zh()),
        description: "预计未来 3 小时降雨量将达 100 毫米以上".into(),
        instruction: String::new(),
        effective: sent,
        onset: None,
        expires: Some(sent + std::time::Duration::from_secs(24 * 3600)),
        areas: vec![WarnedArea {
            description: "示例县".into(),
            codes: areas.iter().map(|code| code.parse().unwrap()).collect(),
            shapes: Vec::new(),
        }],
        notes: Vec::new(),
    }
}

/// Writes a message about an earlier one.
pub fn about(earlier: &str, kind: MessageKind, message: Message) -> Message {
    let reference = Reference {
        sender: message.sender.clone(),
        identifier: earlier.into(),
        sent: message.sent,
    };
    Message { kind, references: vec![reference], ..message }
}

fn areas(townships: u64, villages: u64) -> Vec<Area> {
    let area = |code: String| Area {
        name: code.as_str().into(),
        code: code.parse().unwrap(),
        centroid: None,
        outline: Vec::new(),
    };
    let mut areas = vec![area(COUNTY.to_owned())];
    for township in 1..=townships {
        areas.push(area(format!("990101{township:03}000")));
        areas.extend((1..=villages).map(|v| area(format!("990101{township:03}{v:03}"))));
    }
    areas
}

/// One holder and one deputy for each duty that the shipped policies name, at its level; a person's
/// id is the last six digits of the area, the duty, and `-b` for the deputy.
fn staff(board: &Board) -> (Vec<Person>, Vec<Post>) {
    let (mut people, mut posts) = (Vec::new(), Vec::new());
    for area in board.areas.inside(COUNTY.parse().unwrap()) {
        for duty in duties(&area.code.to_string()) {
            let short = format!("{}-{duty}", &area.code.to_string()[6..]);
            let deputy = format!("{short}-b");
            people.push(person(&short, &area.code.to_string()));
            people.push(person(&deputy, &area.code.to_string()));
            posts.push(Post {
                id: format!("{}/{duty}", area.code).parse().unwrap(),
                title: short.as_str().into(),
                holders: vec![short.parse().unwrap()],
                deputies: vec![deputy.parse().unwrap()],
                rotations: Default::default(),
            });
        }
    }
    (people, posts)
}

fn duties(code: &str) -> &'static [&'static str] {
    if code.ends_with("000000") {
        &["lead_officer", "duty_officer", "flood_chief", "bureau_head"]
    } else if code.ends_with("000") {
        &["lead_officer", "duty_officer", "township_head"]
    } else {
        &["village_duty", "flood_warden", "grid_person"]
    }
}

/// Somebody with a page, a mobile telephone, and nothing else.
pub fn person(id: &str, area: &str) -> Person {
    let contact = |channel, address: &str| Contact { channel, address: address.into() };
    Person {
        id: id.parse().unwrap(),
        name: format!("姓名{id}").into(),
        area: area.parse().unwrap(),
        title: CompactString::default(),
        contacts: vec![
            contact(Channel::App, ""),
            contact(Channel::Sms, "13900000000"),
            contact(Channel::Voice, "13900000000"),
        ],
    }
}

pub fn unit(id: &str, area: &str) -> Unit {
    Unit {
        id: id.parse().unwrap(),
        name: format!("冲锋舟{id}").into(),
        kind: UnitKind::Boat,
        area: area.parse().unwrap(),
        base: None,
        reports_every_s: 30,
        terminal: None,
        strength: None,
        contact: None,
        capabilities: Vec::new(),
        capacity: Default::default(),
        equipment: Vec::new(),
        members: Vec::new(),
        deputy: None,
    }
}

pub fn site(id: &str, area: &str, facts: Facts) -> Site {
    Site {
        id: id.parse().unwrap(),
        name: format!("地点{id}").into(),
        area: area.parse().unwrap(),
        at: [114.5, 35.6],
        contact: None,
        facts,
    }
}
