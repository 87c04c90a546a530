//! Random courses of events: warnings and their changes, answers of every kind, a roster that is edited
//! meanwhile, and a machine that fails.

use compact_str::{CompactString, format_compact};
use jiaoying::domain::{
    callout::policy::{CalloutKind, PolicySet},
    command::AnswerKind,
    ids::{AreaCode, PersonId, PostId},
    person::Channel,
    time::Timestamp,
    warning::{Colour, MessageKind, Status},
};

use super::duties;
use crate::sim::{
    dice::Dice,
    plan::{Among, By, Change, County, HOME, Planned, Recovery, Seat, Step, TableChange, Warn},
};

/// What the story so far allows the next step to refer to.
struct Story<'a> {
    dice: &'a mut Dice,
    county: &'a County,
    policies: &'a [PolicySet],
    /// Seconds since the start, as far as the plan itself lets time run.
    now_s: i64,
    warns: Vec<Warn>,
    next_name: u32,
}

/// Writes the steps of a scenario.
pub fn steps(
    dice: &mut Dice,
    _start: Timestamp,
    county: &County,
    policies: &[PolicySet],
) -> Vec<Planned> {
    let mut story = Story { dice, county, policies, now_s: 0, warns: Vec::new(), next_name: 1 };
    let mut steps = Vec::new();
    let opening = if story.dice.chance(75) { story.alert() } else { story.open() };
    steps.push(opening);
    for _ in 0..story.dice.within(5, 17) {
        steps.push(story.step());
    }
    let mut planned = Vec::new();
    for step in steps {
        let prompt = !story.dice.chance(10);
        planned.push(Planned { prompt, step });
    }
    planned
}

impl Story<'_> {
    fn step(&mut self) -> Step {
        match self.dice.weighted(&[44, 14, 5, 24, 2, 6, 2, 2, 2, 3, 3, 4, 4, 4, 4, 2, 1]) {
            0 => self.pass(),
            1 => self.warn(),
            2 => self.open(),
            3 => self.answer(),
            4 => self.withdraw(),
            5 => self.change(),
            6 => Step::RemoveOverride { pick: self.any() },
            7 => self.table(),
            8 => self.appoint(),
            9 => Step::Adopt { set: self.any() },
            10 => self.lines(),
            11 => self.receipt(),
            12 => self.crash(),
            13 => Step::LoseAppend { after_ms: self.small(2_000) },
            14 => self.clock_step(),
            15 => Step::LookIdly,
            _ => Step::Calendar,
        }
    }

    fn pass(&mut self) -> Step {
        let seconds = *self.dice.pick(&[1, 5, 10, 20, 30, 30, 45, 60, 60, 90, 150, 300]);
        self.now_s += seconds;
        let odd = i64::from(self.small(999));
        let ms = seconds * 1_000 + if self.dice.chance(50) { odd } else { 0 };
        let lag_ms = if self.dice.chance(25) { self.small(40_000) } else { 0 };
        Step::Pass { ms: u64::try_from(ms).expect("forward"), lag_ms }
    }

    fn clock_step(&mut self) -> Step {
        let ms = self.dice.signed(-90_000, 90_000);
        self.now_s += ms / 1_000;
        Step::SetClock { ms }
    }

    fn alert(&mut self) -> Step {
        let warn = self.fresh(MessageKind::Alert);
        self.note(warn)
    }

    fn warn(&mut self) -> Step {
        match self.dice.weighted(&[20, 50, 18, 8, 4]) {
            0 => self.alert(),
            1 => self.follow(MessageKind::Update),
            2 => self.follow(MessageKind::Cancel),
            3 => self.again(),
            _ => {
                let kind = *self.dice.pick(&[MessageKind::Ack, MessageKind::Error]);
                self.follow(kind)
            }
        }
    }

    fn note(&mut self, warn: Warn) -> Step {
        self.warns.push(warn.clone());
        Step::Warn(warn)
    }

    /// The same message again, or another under the same name.
    fn again(&mut self) -> Step {
        let known = self.warns_or_fresh();
        let mut warn = self.dice.pick(&known).clone();
        if self.dice.chance(30) {
            warn.sent_s += 1;
        }
        Step::Warn(warn)
    }

    fn warns_or_fresh(&mut self) -> Vec<Warn> {
        if self.warns.is_empty() {
            let warn = self.fresh(MessageKind::Alert);
            self.warns.push(warn);
        }
        self.warns.clone()
    }

    /// A message about earlier ones: mostly the last, as it was but for one thing.
    fn follow(&mut self, kind: MessageKind) -> Step {
        let known = self.warns_or_fresh();
        let last = known.last().expect("there is one").clone();
        let mut warn = self.fresh(kind);
        let about = if self.dice.chance(80) { last.name } else { self.dice.pick(&known).name };
        warn.about = vec![about];
        if self.dice.chance(12) {
            warn.about.push(self.dice.pick(&known).name);
        }
        // A reference to a message that has not come yet.
        if self.dice.chance(7) {
            warn.about.push(self.next_name + self.small(2));
        }
        if self.dice.chance(85) {
            warn.status = last.status;
        }
        if self.dice.chance(45) {
            warn.areas.clone_from(&last.areas);
        }
        if self.dice.chance(35) {
            warn.colour = last.colour;
        }
        self.note(warn)
    }

    fn fresh(&mut self, kind: MessageKind) -> Warn {
        let name = self.next_name;
        self.next_name += 1;
        let status = [Status::Actual, Status::Exercise, Status::Test, Status::System]
            [self.dice.weighted(&[82, 13, 3, 2])];
        let colour = match self.dice.below(10) {
            0 => None,
            1..=4 => Some(Colour::Red),
            5..=7 => Some(Colour::Orange),
            8 => Some(Colour::Yellow),
            _ => Some(Colour::Blue),
        };
        let expires_s = match self.dice.below(10) {
            0..=3 => None,
            4..=6 => Some(self.now_s + self.dice.signed(60, 1_200)),
            7 => Some(self.now_s + self.dice.signed(-30, 30)),
            _ => Some(self.now_s + 7_200),
        };
        let code = *self.dice.pick(&["11B03", "11A01", ""]);
        let sent_s = self.now_s - self.dice.signed(0, 60);
        let by = [Seat::Gateway, Seat::Township, Seat::Leader][self.dice.weighted(&[93, 4, 3])];
        Warn {
            name,
            kind,
            status,
            about: Vec::new(),
            colour,
            event_code: (!code.is_empty()).then(|| code.into()),
            areas: self.warned(),
            sent_s,
            expires_s,
            by,
        }
    }

    /// The whole county mostly; else some areas, one that the county does not know, or another county.
    fn warned(&mut self) -> Vec<AreaCode> {
        let code = |text: &str| text.parse().expect("a code");
        match self.dice.weighted(&[46, 44, 4, 4, 2]) {
            0 => vec![code(HOME)],
            1 => (0..self.dice.within(1, 2)).map(|_| self.area()).collect(),
            2 => vec![code("990101001999"), self.area()],
            3 => vec![code("990102001000")],
            _ => vec![code("990000000000")],
        }
    }

    fn area(&mut self) -> AreaCode {
        self.dice.pick(&self.county.areas).code
    }

    fn open(&mut self) -> Step {
        let kinds = [CalloutKind::Manual, CalloutKind::SpotCheck, CalloutKind::Warning];
        let kind = kinds[self.dice.weighted(&[70, 27, 3])];
        let area = if self.dice.chance(60) { HOME.parse().expect("a code") } else { self.area() };
        let set = self.dice.pick(self.policies);
        let policy = self.dice.chance(35).then(|| self.dice.pick(&set.policies).id.clone());
        let severity = self.dice.chance(60).then(|| *self.dice.pick(&Colour::ALL));
        let by = self.seat();
        Step::Open { kind, area, policy, severity, drill: self.dice.chance(20), by }
    }

    fn seat(&mut self) -> Seat {
        [Seat::County, Seat::Township, Seat::Leader, Seat::Gateway]
            [self.dice.weighted(&[84, 12, 2, 2])]
    }

    fn answer(&mut self) -> Step {
        let among = [Among::Open, Among::Unreached, Among::Answered, Among::All]
            [self.dice.weighted(&[62, 16, 14, 8])];
        let answer =
            if self.dice.chance(70) { AnswerKind::Acknowledged } else { AnswerKind::Declined };
        let by = self.by();
        Step::Answer { pick: self.any(), among, by, answer }
    }

    fn by(&mut self) -> By {
        match self.dice.weighted(&[46, 14, 10, 8, 10, 10, 2]) {
            0 => By::Asked(self.small(3)),
            1 => By::Answerer,
            2 => By::Sent(self.named()),
            3 => By::Person(self.person()),
            4 => {
                let seat = self.seat();
                By::Desk(seat, self.named())
            }
            5 => {
                let seat = self.seat();
                By::DeskForAsked(seat)
            }
            _ => By::Machine,
        }
    }

    /// Somebody as an operator writes them: by id, by name, by a name nobody has, or not at all.
    fn named(&mut self) -> CompactString {
        let person = self.dice.pick(&self.county.people);
        match self.dice.weighted(&[45, 40, 12, 3]) {
            0 => person.id.as_str().into(),
            1 => person.name.clone(),
            2 => format_compact!("村民{}", self.small(3)),
            _ => " ".into(),
        }
    }

    fn person(&mut self) -> PersonId {
        self.dice.pick(&self.county.people).id.clone()
    }

    fn withdraw(&mut self) -> Step {
        let note = if self.dice.chance(90) { "误发" } else { " " };
        let by = self.seat();
        Step::Withdraw { pick: self.any(), by, note: note.into() }
    }

    fn change(&mut self) -> Step {
        let from_s = self.dice.signed(-120, 240);
        let to_s = from_s + self.dice.signed(0, 900);
        let people = (0..self.dice.weighted(&[3, 67, 30])).map(|_| self.person()).collect();
        let post = self.post();
        let by = self.seat();
        Step::Override { change: Change { post, from_s, to_s, people }, by }
    }

    /// A post of the county, or one that it could have.
    fn post(&mut self) -> PostId {
        if !self.county.posts.is_empty() && self.dice.chance(95) {
            return self.dice.pick(&self.county.posts).id.clone();
        }
        let code = self.area().to_string();
        let duty = self.dice.pick(duties(&code));
        format!("{code}/{duty}").parse().expect("a post")
    }

    fn table(&mut self) -> Step {
        let post = self.post();
        let mut shifts = Vec::new();
        let mut at = self.dice.signed(-600, 60);
        for _ in 0..self.dice.within(0, 3) {
            let to = at + self.dice.signed(60, 900);
            shifts.push((at, to, vec![self.person()]));
            at = to;
        }
        Step::Table(TableChange { post, from_s: -3_600, to_s: 3_600, shifts })
    }

    fn appoint(&mut self) -> Step {
        let post = self.post();
        let holders = (0..self.dice.below(3)).map(|_| self.person()).collect();
        let deputies = (0..self.dice.below(2)).map(|_| self.person()).collect();
        Step::Appoint { post, holders, deputies }
    }

    fn lines(&mut self) -> Step {
        let channel = *self.dice.pick(&Channel::ALL);
        let lines = *self.dice.pick(&[0, 1, 2, 5, 50]);
        Step::Lines { channel, lines }
    }

    fn receipt(&mut self) -> Step {
        let outcome = crate::sim::carrier::any_outcome(self.dice);
        Step::Receipt { pick: self.any(), outcome }
    }

    fn crash(&mut self) -> Step {
        let from = *self.dice.pick(&[Recovery::Journal, Recovery::Snapshot, Recovery::Snapshot]);
        Step::Crash { from }
    }

    fn any(&mut self) -> u32 {
        self.small(1_000)
    }

    fn small(&mut self, limit: u32) -> u32 {
        u32::try_from(self.dice.below(u64::from(limit) + 1)).expect("small")
    }
}
