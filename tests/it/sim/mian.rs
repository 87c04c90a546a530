//! Nights under the rule of 勉县, read off the journal alone: a call within three minutes, the whole message
//! heard (or a key pressed), else three calls within five minutes and then a name on the list of the
//! superior, who goes and knocks.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use compact_str::CompactString;
use jiaoying::domain::{
    area::Area,
    callout::{
        attempt::Outcome,
        policy::{CalloutKind, PolicySet},
    },
    event::{CalloutEvent, Entry, Event},
    ids::{CalloutId, ObligationId, PersonId},
    person::{Channel, Contact, Person},
    roster::{Calendar, Post},
    time::Timestamp,
};

use super::{
    check::Breach,
    dice::Dice,
    generate::duties,
    plan::{County, HOME, Plan, Planned, Recovery, Seat, Step},
    run::{Failure, run},
};

/// After this long without a word the name is on the list.
const FIVE_MINUTES: Duration = Duration::from_secs(300);
/// How long the list may take to be made.
const LIST_WITHIN: Duration = Duration::from_secs(1);
const CALLS: usize = 3;
/// The policy's time between the beginnings of two calls.
const APART: Duration = Duration::from_secs(100);

/// What a night came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Night {
    pub obliged: u64,
    pub answered: u64,
    pub listed: u64,
    pub calls: u64,
    /// The longest that anybody's first call waited.
    pub first_call: Duration,
    /// The longest that a name took to be on the list after its five minutes.
    pub list: Duration,
}

impl Night {
    pub fn add(&mut self, other: &Night) {
        self.obliged += other.obliged;
        self.answered += other.answered;
        self.listed += other.listed;
        self.calls += other.calls;
        self.first_call = self.first_call.max(other.first_call);
        self.list = self.list.max(other.list);
    }
}

/// Runs the night of a seed against the oracle, and then reads its journal by the rule.
pub fn night(seed: u64, shipped: &PolicySet) -> Result<Night, Failure> {
    let plan = Arc::new(plan(seed, shipped));
    let world = run(&plan)?;
    read(&world.journal).map_err(|breach| {
        let (step, log) = (plan.steps.len(), world.log());
        Failure { seed, step, breach, log }
    })
}

/// Makes the plan of a night: a small county, telephones that ring as they like, and often a crash.
fn plan(seed: u64, shipped: &PolicySet) -> Plan {
    let mut dice = Dice::about(&[seed, 5]);
    let start: Timestamp = "2026-07-21T03:00:00+08:00".parse().expect("a moment");
    let county = county(&mut dice);
    let open = Step::Open {
        kind: CalloutKind::Manual,
        area: HOME.parse().expect("a code"),
        policy: Some("mian_county".into()),
        severity: None,
        drill: false,
        by: Seat::County,
    };
    let mut steps = vec![open];
    let mut left_ms = 330_000;
    while left_ms > 0 {
        let ms = dice.within(1_000, 150_000).min(left_ms);
        left_ms -= ms;
        steps.push(Step::Pass { ms, lag_ms: 0 });
        if dice.chance(30) {
            let from = if dice.chance(50) { Recovery::Journal } else { Recovery::Snapshot };
            steps.push(Step::Crash { from });
        }
    }
    let steps = steps.into_iter().map(|step| Planned { prompt: true, step }).collect();
    Plan { seed, start, county, policies: vec![shipped.clone()], steps }
}

/// Founds a county in which every post is held by one or two people, nearly all of whom have a telephone.
fn county(dice: &mut Dice) -> County {
    let mut codes = vec![HOME.to_owned()];
    for township in 1..=dice.within(1, 3) {
        codes.push(format!("990101{township:03}000"));
        let villages = dice.within(1, 6);
        codes.extend((1..=villages).map(|village| format!("990101{township:03}{village:03}")));
    }
    let (mut people, mut posts) = (Vec::new(), Vec::new());
    for code in &codes {
        for duty in duties(code) {
            let holders = (0..dice.within(1, 2)).map(|_| {
                let number = people.len() + 1;
                people.push(person(dice, number, code));
                people[number - 1].id.clone()
            });
            posts.push(Post {
                id: format!("{code}/{duty}").parse().expect("a post"),
                title: CompactString::default(),
                holders: holders.collect(),
                deputies: Vec::new(),
                rotations: Default::default(),
            });
        }
    }
    let area = |code: &String| Area {
        name: code.as_str().into(),
        code: code.parse().expect("a code"),
        centroid: None,
        outline: Vec::new(),
    };
    let lines = if dice.chance(70) { 100 } else { u32::try_from(dice.within(2, 8)).expect("few") };
    County {
        areas: codes.iter().map(area).collect(),
        people,
        posts,
        tables: Vec::new(),
        overrides: Vec::new(),
        calendar: Calendar::default(),
        lines: vec![(Channel::Voice, lines), (Channel::Sms, 50), (Channel::App, 50)],
        units: Vec::new(),
    }
}

fn person(dice: &mut Dice, number: usize, code: &str) -> Person {
    let mut contacts = Vec::new();
    for (channel, percent) in [(Channel::Voice, 96), (Channel::Sms, 60), (Channel::App, 30)] {
        if dice.chance(percent) {
            contacts.push(Contact { channel, address: "13900000000".into() });
        }
    }
    Person {
        id: format!("p{number:03}").parse().expect("an id"),
        name: CompactString::default(),
        area: code.parse().expect("a code"),
        title: CompactString::default(),
        contacts,
    }
}

/// What the journal says of one post.
#[derive(Debug)]
struct Page {
    id: ObligationId,
    opened: Timestamp,
    asked: Vec<PersonId>,
    calls: Vec<(Timestamp, PersonId)>,
    words: Vec<(Timestamp, PersonId, Outcome)>,
    answered: Option<Timestamp>,
    listed: Option<(Timestamp, bool)>,
}

/// Reads the journal of a night and says where it breaks the rule.
fn read(journal: &[Entry]) -> Result<Night, Breach> {
    let pages = pages(journal);
    let mut night = Night::default();
    for page in pages.values() {
        night.add(&page.judge()?);
    }
    Ok(night)
}

fn pages(journal: &[Entry]) -> BTreeMap<ObligationId, Page> {
    let mut pages: BTreeMap<ObligationId, Page> = BTreeMap::new();
    for Entry { at, event, .. } in journal {
        match event {
            Event::Callout(CalloutEvent::ObligationOpened(opened))
                if opened.callout == CalloutId(1) =>
            {
                let asked = opened.step.people.clone();
                let page = Page {
                    id: opened.id,
                    opened: *at,
                    asked,
                    calls: Vec::new(),
                    words: Vec::new(),
                    answered: None,
                    listed: None,
                };
                pages.insert(opened.id, page);
            }
            Event::Callout(CalloutEvent::AttemptStarted(started)) => {
                if let Some(page) = pages.get_mut(&started.id.obligation) {
                    page.calls.push((*at, started.person.clone()));
                }
            }
            Event::Callout(CalloutEvent::AttemptRecorded(recorded)) => {
                if let Some(page) = pages.get_mut(&recorded.id.obligation) {
                    let (person, outcome) = (recorded.person.clone(), recorded.outcome.clone());
                    page.words.push((*at, person, outcome));
                }
            }
            Event::Callout(CalloutEvent::ObligationAnswered(answered)) => {
                if let Some(page) = pages.get_mut(&answered.id) {
                    page.answered.get_or_insert(*at);
                }
            }
            Event::Callout(CalloutEvent::ObligationUnreached(unreached)) => {
                if let Some(page) = pages.get_mut(&unreached.id) {
                    let handed = unreached.handed.to.is_some() && unreached.handed.errand.is_some();
                    page.listed.get_or_insert((*at, handed));
                }
            }
            _ => {}
        }
    }
    pages
}

impl Page {
    fn judge(&self) -> Result<Night, Breach> {
        let due = self.opened + FIVE_MINUTES;
        let heard = self.words.iter().find(|(_, _, outcome)| is_heard(outcome));
        let heard = heard.map(|(at, _, _)| *at);
        if self.answered != heard {
            let detail = format!("answered at {:?}, heard at {heard:?}", self.answered);
            return self.breach("who_has_heard_the_whole_message_has_answered", &detail);
        }
        let over = heard.unwrap_or(due).min(due);
        match self.listed {
            None if heard.is_none_or(|heard| heard > due) => {
                return self.breach("after_five_minutes_the_name_is_on_the_list", "it is not");
            }
            Some((_, false)) => {
                return self.breach("the_list_goes_to_a_human", "nobody was named");
            }
            Some((at, _)) if at < over && !self.is_hopeless(at) => {
                return self.breach("nobody_is_listed_who_may_still_answer", &format!("at {at}"));
            }
            Some((at, _)) if heard.is_none() && at > due + LIST_WITHIN => {
                return self.breach("after_five_minutes_the_name_is_on_the_list", &format!("{at}"));
            }
            Some(_) | None => {}
        }
        self.judge_calls()?;
        let first = self.calls.first().map(|(at, _)| at.since(self.opened));
        let in_vain = heard.is_none_or(|heard| heard > due);
        let listed = self.listed.map(|(at, _)| at).filter(|at| in_vain && *at >= due);
        Ok(Night {
            obliged: 1,
            answered: u64::from(heard.is_some()),
            listed: u64::from(self.listed.is_some()),
            calls: self.calls.len() as u64,
            first_call: first.unwrap_or_default(),
            list: listed.map(|at| at.since(due)).unwrap_or_default(),
        })
    }

    fn judge_calls(&self) -> Result<(), Breach> {
        for person in &self.asked {
            let own = self.calls.iter().filter(|(_, who)| who == person);
            let begun: Vec<Timestamp> = own.map(|(at, _)| *at).collect();
            if begun.len() > CALLS {
                return self.breach("three_calls_and_no_more", &format!("{} calls", begun.len()));
            }
            if begun.windows(2).any(|pair| pair[1].since(pair[0]) < APART) {
                return self.breach("calls_are_apart", &format!("{begun:?}"));
            }
        }
        Ok(())
    }

    /// Nobody was there to be called, somebody cannot come, or no call could be carried.
    fn is_hopeless(&self, at: Timestamp) -> bool {
        let by_then = || self.words.iter().filter(|(then, _, _)| *then <= at);
        let ends = || by_then().filter(|(_, _, outcome)| outcome.ends(Channel::Voice));
        self.asked.is_empty()
            || by_then().any(|(_, _, outcome)| *outcome == Outcome::KeyPressed { key: '2' })
            || ends().all(|(_, _, outcome)| matches!(outcome, Outcome::Failed { .. }))
    }

    fn breach<T>(&self, rule: &'static str, detail: &str) -> Result<T, Breach> {
        Err(Breach::new(rule, format!("{}: {detail}\n{self:#?}", self.id)))
    }
}

/// Who presses a key has heard, unless it says that they cannot come.
fn is_heard(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::HeardInFull => true,
        Outcome::KeyPressed { key } => *key != '2',
        _ => false,
    }
}
