//! The table of changes (`config/changes.toml`): every case of every row is told to a county, and the README
//! shows the table as it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiaoying::domain::{
    actor::Role,
    callout::{
        obligation::{StateName, WithdrawReason},
        policy::PolicySet,
    },
    command::Command,
    event::{CalloutEvent, CloseReason, Event},
    ids::{ObligationId, PostId},
    rejection::Rejection,
    warning::{Colour, Life, Message, MessageKind, Original, Status},
};
use serde::Deserialize;

use crate::support::{
    county::{COUNTY, County, about, actor, alert},
    story::{policies, policy},
};

const TABLE: &str = include_str!("../../config/changes.toml");
const README: &str = include_str!("../../README.md");

/// The changes that the table has to speak of.
const CHANGES: &[&str] = &[
    "new",
    "repeat",
    "repeat_renamed",
    "conflict",
    "witness",
    "upgrade",
    "downgrade",
    "area_grows",
    "area_shrinks",
    "area_and_colour",
    "cancel",
    "expire",
    "supersede_several",
    "alert_replaces",
    "late_original",
    "out_of_order",
    "update_unknown",
    "cancel_unknown",
    "office_alert",
    "office_cancel",
    "update_of_ended",
    "exercise",
    "exercise_names_real",
    "real_names_exercise",
    "test_system_draft",
    "ack_error",
    "over",
    "colour_left_out",
    "other_hazard",
];

#[test]
fn every_case_of_every_change_is_as_the_table_says() {
    let table = table();
    let known: Vec<&str> = table.change.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(known, CHANGES);
    let mut wrong = Vec::new();
    for change in &table.change {
        assert!(!change.case.is_empty(), "{} has no case", change.id);
        for (number, case) in change.case.iter().enumerate() {
            let (said, became) = (case.then.clone(), play(case));
            if said != became {
                wrong.push(format!("{} {number}:\n table {said:?}\n board {became:?}", change.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_readme_shows_the_table_of_changes() {
    let table = table();
    for (language, head) in [
        (Text::zh as fn(&Text) -> &str, "| 来的是 | 预警怎样 | 人怎样 |"),
        (Text::en, "| What comes | The warnings | The people |"),
    ] {
        let row = |change: &Change| {
            let cells = [&change.comes, &change.warning, &change.people].map(language);
            format!("| {} | {} | {} |", cells[0], cells[1], cells[2])
        };
        let rows: Vec<String> = table.change.iter().map(row).collect();
        let shown = format!("{head}\n| --- | --- | --- |\n{}\n", rows.join("\n"));
        assert!(README.contains(&shown), "the README has to show, word for word:\n\n{shown}");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    change: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    id: String,
    comes: Text,
    warning: Text,
    people: Text,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    zh: String,
    en: String,
}

impl Text {
    fn zh(&self) -> &str {
        &self.zh
    }

    fn en(&self) -> &str {
        &self.en
    }
}

#[derive(Deserialize)]
struct Case {
    /// Red asks of the villages what orange does.
    #[serde(default)]
    same_duty: bool,
    /// A flash flood asks more of the villages than rain of the same colour.
    #[serde(default)]
    flood_policy: bool,
    #[serde(default)]
    given: Vec<Step>,
    when: Vec<Step>,
    #[serde(flatten)]
    then: Then,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Wait { wait_s: u64 },
    Answer { answer: String },
    Message(Box<Said>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    name: String,
    #[serde(default = "an_alert")]
    kind: MessageKind,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default = "actual")]
    status: Status,
    sender: Option<String>,
    /// Who tells of it.
    #[serde(default = "a_gateway")]
    source: String,
    colour: Option<Colour>,
    /// None: the whole township.
    at: Option<Vec<String>>,
    event: Option<String>,
    /// Later than the others, all of which say the same instant.
    #[serde(default)]
    sent_s: u64,
    /// After it was sent.
    #[serde(default)]
    begins_s: u64,
    ends_s: Option<u64>,
    #[serde(default)]
    endless: bool,
}

fn a_gateway() -> String {
    "gateway".to_owned()
}

fn an_alert() -> MessageKind {
    MessageKind::Alert
}

fn actual() -> Status {
    Status::Actual
}

/// What has become of the warnings, and of the people by what came in `when`.
#[derive(Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(default, deny_unknown_fields)]
struct Then {
    life: BTreeMap<String, String>,
    called: BTreeSet<String>,
    ringing: BTreeSet<String>,
    told: BTreeSet<String>,
    let_go: BTreeSet<String>,
    /// Why they were let go; only compared where the table says any.
    reasons: BTreeSet<WithdrawReason>,
    closed: Vec<CloseReason>,
    refused: bool,
    drill: bool,
}

fn table() -> Table {
    toml::from_str(TABLE).unwrap()
}

fn rules(case: &Case) -> PolicySet {
    let mut set = policies();
    if case.same_duty {
        let village = policy(&mut set, "orange").oblige[0].clone();
        policy(&mut set, "red").oblige[1] = village;
    }
    if case.flood_policy {
        let mut floods = policy(&mut set, "orange").clone();
        floods.id = "floods".into();
        floods.applies.events = vec!["11A".into()];
        floods.oblige[0].task = "准备转移".into();
        set.policies.insert(0, floods);
    }
    set
}

fn play(case: &Case) -> Then {
    let mut county = County::under(rules(case), 2);
    let mut names = BTreeSet::new();
    case.given.iter().for_each(|step| assert!(!take(&mut county, step, &mut names)));
    let (before, stood) = (county.journal.len(), ringing(&county));
    let mut then = Then::default();
    for step in &case.when {
        then.refused |= take(&mut county, step, &mut names);
    }
    for (sender, name) in names {
        let mut warnings = county.board.warnings.iter();
        let named = warnings.find(|w| w.message.sender == sender && w.message.identifier == name);
        let life = named.unwrap().life;
        then.life.insert(name, life_name(life).to_owned());
    }
    let still = ringing(&county);
    then.ringing = stood.intersection(&still).map(|(_, post)| short(post)).collect();
    let events: Vec<&Event> = county.journal[before..].iter().map(|entry| &entry.event).collect();
    let replaced: BTreeSet<ObligationId> = events.iter().filter_map(|e| replaces(e)).collect();
    for event in events {
        note(event, &replaced, &mut then);
    }
    if case.then.reasons.is_empty() {
        then.reasons.clear();
    }
    then
}

/// Tells whether it was refused.
fn take(county: &mut County, step: &Step, names: &mut BTreeSet<(String, String)>) -> bool {
    match step {
        Step::Wait { wait_s } => county.sleep(*wait_s),
        Step::Answer { answer } => {
            let (person, post) = match answer.as_str() {
                "A" => ("001001-village_duty", "990101001001/village_duty"),
                "B" => ("001002-village_duty", "990101001002/village_duty"),
                other => panic!("{other} is not in the cast"),
            };
            county.answer(person, post);
        }
        Step::Message(said) => {
            let message = message(said);
            names.insert((message.sender.to_string(), said.name.clone()));
            let original =
                Original { media_type: "test".into(), body: String::new(), base64: false };
            let command = Command::AcceptWarning { message: Box::new(message), original };
            match county.submit(&actor(&said.source, Role::Gateway), command) {
                Ok(_) => {}
                Err(Rejection::WarningConflict { .. }) => return true,
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    false
}

fn message(said: &Said) -> Message {
    let codes: Vec<&str> = match &said.at {
        None => vec!["990101001"],
        Some(at) => at.iter().map(|place| code(place)).collect(),
    };
    let plain = alert(&said.name, said.colour.unwrap_or(Colour::Red), &codes);
    let sent = plain.sent + Duration::from_secs(said.sent_s);
    let effective = sent + Duration::from_secs(said.begins_s);
    let event = said.event.as_deref().unwrap_or("暴雨");
    let ends = |seconds| plain.sent + Duration::from_secs(seconds);
    let message = Message {
        kind: said.kind,
        status: said.status,
        sender: said.sender.as_deref().unwrap_or("county-met").into(),
        colour: said.colour,
        sent,
        effective,
        event: event.into(),
        event_code: Some(if event == "山洪" { "11A51" } else { "11B03" }.into()),
        expires: said.ends_s.map(ends).or(plain.expires).filter(|_| !said.endless),
        ..plain
    };
    let references = said.of.iter().flat_map(|earlier| {
        let sent = plain_sent();
        about(earlier, said.kind, Message { sent, ..message.clone() }).references
    });
    Message { references: references.collect(), ..message.clone() }
}

fn plain_sent() -> jiaoying::domain::time::Timestamp {
    alert("", Colour::Red, &[]).sent
}

fn code(place: &str) -> &'static str {
    match place {
        "A" => "990101001001",
        "B" => "990101001002",
        "county" => COUNTY,
        "city" => "9901",
        "elsewhere" => "990102",
        other => panic!("{other} is no place of the table"),
    }
}

fn ringing(county: &County) -> BTreeSet<(ObligationId, PostId)> {
    let own = county.board.callouts.obligations().filter(|o| o.about.is_none());
    let ringing = own.filter(|o| o.state.name() == StateName::Ringing);
    ringing.map(|o| (o.id, o.post.clone())).collect()
}

fn short(post: &PostId) -> String {
    match post.to_string().as_str() {
        "990101001000/lead_officer" => "T".into(),
        "990101001001/village_duty" => "A".into(),
        "990101001002/village_duty" => "B".into(),
        other => other.to_owned(),
    }
}

fn replaces(event: &Event) -> Option<ObligationId> {
    match event {
        Event::Callout(CalloutEvent::ObligationOpened(opened)) => opened.replaces,
        _ => None,
    }
}

fn note(event: &Event, replaced: &BTreeSet<ObligationId>, then: &mut Then) {
    match event {
        Event::Callout(CalloutEvent::CalloutOpened(opened)) => then.drill |= opened.drill,
        Event::Callout(CalloutEvent::CalloutClosed(closed)) => then.closed.push(closed.reason),
        Event::Callout(CalloutEvent::ObligationOpened(opened)) if opened.about.is_none() => {
            then.called.insert(short(&opened.post));
        }
        Event::Callout(CalloutEvent::ObligationTold(told)) => {
            then.told.insert(short(&told.post));
        }
        Event::Callout(CalloutEvent::ObligationWithdrawn(gone)) if !replaced.contains(&gone.id) => {
            then.let_go.insert(short(&gone.post));
            then.reasons.insert(gone.reason);
            if !gone.notices.is_empty() {
                then.told.insert(short(&gone.post));
            }
        }
        _ => {}
    }
}

fn life_name(life: Life) -> &'static str {
    match life {
        Life::Active => "active",
        Life::Superseded { .. } => "superseded",
        Life::Cancelled { .. } => "cancelled",
        Life::Expired => "expired",
        Life::Inert => "inert",
    }
}
