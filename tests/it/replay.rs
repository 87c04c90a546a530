//! The journal is the board: replayed, or read from a snapshot, it is the same to the last index, after
//! whatever people, channels and clocks have done.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiaoying::domain::{
    actor::Role,
    board::Board,
    callout::{
        attempt::Outcome,
        obligation::{State, StateName, WithdrawReason},
        policy::CalloutKind,
    },
    command::{AnswerKind, Command, RosterStep},
    event::{CalloutEvent, Event},
    ids::{AttemptId, ObligationId, PersonId},
    person::Channel,
    time::Timestamp,
    warning::{Colour, Message, MessageKind, Status},
};
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::support::{
    county::{COUNTY, County, about, alert, by_hand},
    story::policies,
};

const SHIPPED: &str = include_str!("../../config/policies.toml");

#[test]
fn a_board_read_from_a_snapshot_is_the_board() {
    let mut county = County::found(SHIPPED, 2, 3);
    county.red();
    county.sleep(700);
    county.answer("001001-village_duty", "990101001001/village_duty");
    county.warn(about("n1", MessageKind::Update, alert("n2", Colour::Orange, &["990101001"])));
    county.sleep(100);
    assert_eq!(from_snapshot(&county.board), county.board);
}

#[test]
fn a_snapshot_taken_at_any_moment_goes_on_as_the_board_does() {
    let mut county = County::small(3);
    county.orange();
    county.sleep(130);
    let mut restored = County { board: from_snapshot(&county.board), ..County::small(3) };
    (restored.journal, restored.now) = (county.journal.clone(), county.now);
    county.sleep(2_000);
    restored.sleep(2_000);
    assert_eq!(restored.board, county.board);
}

#[test]
fn the_same_commands_make_the_same_journal_to_the_byte() {
    let tell = || {
        let mut county = County::found(SHIPPED, 1, 2);
        county.red();
        county.sleep(1_500);
        let texts = county.journal.iter().map(|entry| entry.event.encode());
        texts.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(tell(), tell());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: cases(), ..Default::default() })]

    #[test]
    fn whatever_happens_nobody_is_lost_and_the_record_is_the_board(
        lines in 1_u32..6,
        acts in vec(act(), 1..60),
    ) {
        let mut county = County::under(policies(), 3);
        county.lines(Channel::Voice, lines);
        let mut drive = Drive { county, messages: 0, latest: Timestamp::default() };
        for act in &acts {
            drive.act(act);
        }
        drive.check_journal();
        let Drive { county, latest, .. } = drive;
        prop_assert!(county.replayed() == county.board, "the journal adds up to another board");
        prop_assert!(from_snapshot(&county.board) == county.board, "a snapshot reads as another");
        drive_to_the_end(county, latest);
    }
}

/// One thing that somebody or something does.
#[derive(Debug, Clone)]
enum Act {
    Warn(Colour, u8),
    Update(Index, Colour, u8, Status),
    Cancel(Index, Status),
    ByHand { drill: bool },
    Withdraw(Index),
    Answer(Index, AnswerKind),
    OnBehalf(Index, AnswerKind),
    Report(Index, Outcome),
    Repeat(Index),
    Pass(u16),
    Sleep(u16),
    StepBack(u16),
    StandIn(Index, Index, i16),
    Hold(Index, Vec<Index>),
    Lines(Channel, u32),
    Policies(u32),
}

fn act() -> impl Strategy<Value = Act> {
    let colour = || prop::sample::select(Colour::ALL.to_vec());
    let status = || {
        prop::sample::select(vec![Status::Actual, Status::Actual, Status::Exercise, Status::Test])
    };
    let kind = || prop::sample::select(vec![AnswerKind::Acknowledged, AnswerKind::Declined]);
    let index = any::<Index>;
    prop_oneof![
        2 => (colour(), 0_u8..5).prop_map(|(colour, area)| Act::Warn(colour, area)),
        3 => (index(), colour(), 0_u8..6, status()).prop_map(|(i, c, a, s)| Act::Update(i, c, a, s)),
        1 => (index(), status()).prop_map(|(i, s)| Act::Cancel(i, s)),
        1 => any::<bool>().prop_map(|drill| Act::ByHand { drill }),
        1 => index().prop_map(Act::Withdraw),
        6 => (index(), kind()).prop_map(|(i, kind)| Act::Answer(i, kind)),
        2 => (index(), kind()).prop_map(|(i, kind)| Act::OnBehalf(i, kind)),
        12 => (index(), outcome()).prop_map(|(i, outcome)| Act::Report(i, outcome)),
        1 => index().prop_map(Act::Repeat),
        6 => (0_u16..400).prop_map(Act::Pass),
        3 => (0_u16..2_000).prop_map(Act::Sleep),
        1 => (0_u16..4_000).prop_map(Act::StepBack),
        3 => (index(), index(), -50_i16..300).prop_map(|(p, who, from)| Act::StandIn(p, who, from)),
        2 => (index(), vec(index(), 0..3)).prop_map(|(p, who)| Act::Hold(p, who)),
        1 => (prop::sample::select(Channel::ALL.to_vec()), 0_u32..4)
            .prop_map(|(channel, lines)| Act::Lines(channel, lines)),
        1 => (60_u32..600).prop_map(Act::Policies),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let failed = |lasting| Outcome::Failed { reason: "no route".into(), lasting };
    prop::sample::select(vec![
        Outcome::Sent,
        Outcome::Delivered,
        Outcome::Read,
        Outcome::NoAnswer,
        Outcome::NoAnswer,
        Outcome::Busy,
        Outcome::HungUp { after_s: 8 },
        Outcome::Voicemail,
        Outcome::HeardInFull,
        Outcome::KeyPressed { key: '1' },
        Outcome::KeyPressed { key: '2' },
        Outcome::Replied { text: "收到".into() },
        Outcome::Replied { text: "2".into() },
        Outcome::RungOff,
        failed(true),
        failed(false),
    ])
}

struct Drive {
    county: County,
    messages: usize,
    /// The latest that the clock has ever shown.
    latest: Timestamp,
}

/// Random drives in every run; PROPTEST_CASES asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

impl Drive {
    fn act(&mut self, act: &Act) {
        self.latest = self.latest.max(self.county.now);
        let county = &mut self.county;
        match act {
            Act::Warn(colour, area) => {
                let message = self.message(*colour, *area);
                self.county.warn(message);
            }
            Act::Update(index, colour, area, status) => {
                let message = self.message(*colour, *area);
                self.about(*index, MessageKind::Update, Message { status: *status, ..message });
            }
            Act::Cancel(index, status) => {
                let message = self.message(Colour::Red, 0);
                self.about(*index, MessageKind::Cancel, Message { status: *status, ..message });
            }
            Act::ByHand { drill } => {
                let open = by_hand("会商", None);
                let _ = county
                    .open_by_hand(jiaoying::domain::command::OpenCallout { drill: *drill, ..open });
            }
            Act::Withdraw(index) => {
                let ids: Vec<_> = county.board.callouts.iter().map(|callout| callout.id).collect();
                if let Some(callout) = pick(&ids, *index) {
                    let command = Command::WithdrawCallout { callout, note: "误发".into() };
                    let _ = county.as_role(Role::Commander, command);
                }
            }
            Act::Answer(index, kind) => {
                let asked: Vec<(ObligationId, PersonId)> = (county.board.callouts.obligations())
                    .flat_map(|o| o.asked.iter().map(|asked| (o.id, asked.person.clone())))
                    .collect();
                if let Some((id, person)) = pick(&asked, *index) {
                    let _ = county.answer_as(person.as_str(), id, *kind);
                }
            }
            Act::OnBehalf(index, kind) => {
                if let Some(id) = pick(&self.obligations(), *index) {
                    let _ = self.county.answer_for("001001-grid_person", id, *kind);
                }
            }
            Act::Report(index, outcome) => {
                if let Some(attempt) = pick(&self.attempts(), *index) {
                    self.county.record(attempt, outcome.clone());
                }
            }
            Act::Repeat(index) => {
                if let Some(attempt) = pick(&self.attempts(), *index) {
                    self.county.must(Command::RepeatAttempt(attempt));
                }
            }
            Act::Pass(seconds) => county.pass(u64::from(*seconds)),
            Act::Sleep(seconds) => county.sleep(u64::from(*seconds)),
            Act::StepBack(seconds) => {
                county.now = county.now - Duration::from_secs(u64::from(*seconds));
            }
            Act::StandIn(post, person, from) => self.stand_in(*post, *person, i64::from(*from)),
            Act::Hold(post, people) => self.hold(*post, people),
            Act::Lines(channel, lines) => county.lines(*channel, *lines),
            Act::Policies(wait_s) => {
                let mut set = policies();
                set.ladders[0].rungs[0].wait_s.0 = *wait_s;
                let _ = county.try_must(Command::AdoptPolicies(set));
            }
        }
    }

    fn message(&mut self, colour: Colour, area: u8) -> Message {
        self.messages += 1;
        let areas = [COUNTY, "990101001", "990101001001", "990101001002", "990101001003", "990102"];
        let message = alert(&format!("n{}", self.messages), colour, &[areas[usize::from(area)]]);
        let sent = self.county.now;
        let expires = Some(sent + Duration::from_secs(7_200));
        Message { sent, effective: sent, expires, ..message }
    }

    /// Sends a message about an earlier one, or about one that has not come yet.
    fn about(&mut self, index: Index, kind: MessageKind, message: Message) {
        let earlier = format!("n{}", 1 + index.index(self.messages + 1));
        let _ = self.county.try_warn(about(&earlier, kind, message));
    }

    fn stand_in(&mut self, post: Index, person: Index, from_s: i64) {
        let posts = self.posts();
        let person = self.person(person);
        let post = &posts[post.index(posts.len())];
        let at = |s: i64| Timestamp::from_millis(self.county.now.millis() + s * 1_000);
        let change = jiaoying::domain::command::AddOverride {
            post: post.parse().unwrap(),
            from: at(from_s),
            to: at(from_s + 200),
            people: vec![person],
            reason: "代班".into(),
        };
        let _ = self.county.try_must(Command::Roster(RosterStep::AddOverride(change)));
    }

    fn hold(&mut self, post: Index, people: &[Index]) {
        let posts = self.posts();
        let people: Vec<PersonId> = people.iter().map(|person| self.person(*person)).collect();
        let people: Vec<&str> = people.iter().map(PersonId::as_str).collect();
        self.county.hold(&posts[post.index(posts.len())], &people);
    }

    fn person(&self, index: Index) -> PersonId {
        let people: Vec<PersonId> = self.county.board.people.iter().map(|p| p.id.clone()).collect();
        people[index.index(people.len())].clone()
    }

    fn posts(&self) -> Vec<String> {
        self.county.board.roster.iter().map(|staffing| staffing.post.id.to_string()).collect()
    }

    fn obligations(&self) -> Vec<ObligationId> {
        self.county.board.callouts.obligations().map(|obligation| obligation.id).collect()
    }

    fn attempts(&self) -> Vec<AttemptId> {
        let all = self.county.board.callouts.obligations().flat_map(|o| &o.attempts);
        all.map(|attempt| attempt.id).collect()
    }

    /// What must hold of the record itself.
    fn check_journal(&self) {
        let mut answered: BTreeSet<ObligationId> = BTreeSet::new();
        let mut on_the_phone: BTreeMap<PersonId, AttemptId> = BTreeMap::new();
        let mut started: BTreeSet<AttemptId> = BTreeSet::new();
        for entry in &self.county.journal {
            match &entry.event {
                Event::Callout(CalloutEvent::ObligationAnswered(event)) => {
                    assert!(answered.insert(event.id), "{} was answered twice", event.id);
                }
                Event::Callout(CalloutEvent::ObligationEscalated(event)) => {
                    answered.remove(&event.id);
                }
                Event::Callout(CalloutEvent::ObligationUnreached(event)) => {
                    answered.remove(&event.id);
                }
                Event::Callout(CalloutEvent::AttemptStarted(event)) => {
                    assert!(started.insert(event.id), "{} was started twice", event.id);
                    let (obligation, attempt) =
                        self.county.board.callouts.attempt(event.id).unwrap();
                    let asks = !attempt.notice;
                    assert!(
                        !asks || !answered.contains(&event.id.obligation),
                        "{} rang after the answer of {}",
                        event.id,
                        obligation.post
                    );
                    if event.channel == Channel::Voice {
                        let other = on_the_phone.insert(event.person.clone(), event.id);
                        assert_eq!(other, None, "{} was rung on two lines", event.person);
                    }
                }
                Event::Callout(CalloutEvent::AttemptRecorded(event))
                    if event.outcome.ends(event.channel)
                        && on_the_phone.get(&event.person) == Some(&event.id) =>
                {
                    on_the_phone.remove(&event.person);
                }
                _ => {}
            }
        }
    }
}

/// With nobody saying anything more, everything open ends in somebody's hands and goes on from there.
fn drive_to_the_end(mut county: County, latest: Timestamp) {
    county.sleep(latest.since(county.now).as_secs() + 3_000);
    let open = county.board.callouts.obligations().filter(|o| o.state.is_open()).cloned();
    for obligation in open.collect::<Vec<_>>() {
        let callout = county.board.callouts.get(obligation.callout).unwrap();
        if callout.kind == CalloutKind::Errand {
            continue;
        }
        assert_eq!(obligation.state.name(), StateName::Unreached, "{}", obligation.id);
        let State::Unreached { handed, .. } = &obligation.state else { unreachable!() };
        let errand = county.obligation(handed.errand.expect("somebody is always told"));
        let by_hand = State::Withdrawn { reason: WithdrawReason::ByHand };
        let known = errand.state.is_open() || errand.answer.is_some() || errand.state == by_hand;
        assert!(known, "{}: {errand:#?}", obligation.id);
    }
}

fn pick<T: Clone>(all: &[T], index: Index) -> Option<T> {
    (!all.is_empty()).then(|| index.get(all).clone())
}

fn from_snapshot(board: &Board) -> Board {
    let bytes = rmp_serde::to_vec_named(board).unwrap();
    let mut read: Board = rmp_serde::from_slice(&bytes).unwrap();
    read.rebuild();
    read
}
