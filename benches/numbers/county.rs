//! Counties of any size: areas, one person on each post, and the policies that call them.

use compact_str::{CompactString, format_compact};
use jiaoying::{
    config, demo,
    domain::{
        area::Area,
        callout::policy::{CalloutKind, PolicySet},
        command::{Command, OpenCallout, RosterStep},
        event::LinesSet,
        ids::AreaCode,
        person::{Channel, Contact, Person},
        roster::Post,
        supply::SupplyStep,
        time::Timestamp,
        warning::{Colour, Message, MessageKind, Original, Status, WarnedArea},
    },
};

pub const COUNTY: &str = "990101000000";

/// The policy `late`: a first rung that a single telephone line holds up, and a second by page.
const LATE: &str = r#"
[[ladder]]
name = "late"

[[ladder.rung]]
who = [{}]
reach = [{ channel = "voice" }]
wait_s = 120

[[ladder.rung]]
who = [{ deputies = true }, { duty = "duty_officer", at = "county" }]
reach = [{ channel = "app" }]
wait_s = 7200

[[policy]]
id = "late"
title = "late"
title_en = "late"
counts = ["key_pressed"]
oblige = [{ level = "village", duty = "village_duty", ladder = "late", task = "late" }]
hand_over = { who = [{ duty = "duty_officer", at = "county" }], ladder = "errand", within_s = 7200 }
"#;

/// How many lines each channel has.
#[derive(Clone, Copy)]
pub struct Lines {
    pub app: u32,
    pub sms: u32,
    pub voice: u32,
}

impl Lines {
    /// Those of a node's default settings.
    pub const DEFAULT: Self = Self { app: 5_000, sms: 400, voice: 105 };
}

/// A county to be founded.
#[derive(Clone, Copy)]
pub struct County {
    pub townships: usize,
    pub villages: usize,
    /// Each village's post has a stand-in too.
    pub deputies: bool,
    pub lines: Lines,
}

impl County {
    /// Returns the commands that found it.
    pub fn founding(self) -> Vec<Command> {
        let area = COUNTY.parse().unwrap();
        let mut commands = rules(area, self.lines);
        let areas = self.areas();
        let (people, posts) = self.staff(&areas);
        commands.push(Command::SaveAreas(areas));
        commands.push(Command::Roster(RosterStep::SavePeople(people)));
        commands.push(Command::Roster(RosterStep::SavePosts(posts)));
        commands
    }

    fn areas(self) -> Vec<Area> {
        let area = |code: String| Area {
            name: format_compact!("地{}", &code[6..]),
            code: code.parse().unwrap(),
            centroid: None,
            outline: Vec::new(),
        };
        let mut areas = vec![area(COUNTY.to_owned())];
        for township in 1..=self.townships {
            areas.push(area(format!("990101{township:03}000")));
            let here = (self.villages + self.townships - township) / self.townships;
            areas
                .extend((1..=here).map(|village| area(format!("990101{township:03}{village:03}"))));
        }
        areas
    }

    fn staff(self, areas: &[Area]) -> (Vec<Person>, Vec<Post>) {
        let (mut people, mut posts) = (Vec::new(), Vec::new());
        for area in areas {
            let code = area.code.to_string();
            for duty in duties(&code) {
                let holder = format!("{}-{duty}", &code[6..]);
                let deputy = format!("{holder}-b");
                people.push(person(&holder, area.code, people.len()));
                let village = *duty == "village_duty";
                let deputies = if self.deputies && village { vec![deputy] } else { Vec::new() };
                people.extend(deputies.iter().map(|id| person(id, area.code, 0)));
                posts.push(Post {
                    id: format!("{code}/{duty}").parse().unwrap(),
                    title: format_compact!("{}{duty}", area.name),
                    holders: vec![holder.parse().unwrap()],
                    deputies: deputies.iter().map(|id| id.parse().unwrap()).collect(),
                    rotations: Default::default(),
                });
            }
        }
        (people, posts)
    }
}

/// Returns the commands that found the demonstration county: 4 + 11 + 478 posts answer a red warning.
pub fn demonstration(lines: Lines) -> Vec<Command> {
    let county = demo::county().unwrap();
    let mut commands = rules(demo::COUNTY.parse().unwrap(), lines);
    commands.push(Command::SaveAreas(county.areas));
    commands.push(Command::Roster(RosterStep::SavePeople(county.people)));
    commands.push(Command::Roster(RosterStep::SavePosts(county.posts)));
    commands.push(Command::SaveUnits(county.units));
    commands.push(Command::SaveSites(county.sites));
    commands.push(Command::Supply(SupplyStep::Count(county.stock)));
    commands
}

fn rules(area: AreaCode, lines: Lines) -> Vec<Command> {
    let policies: PolicySet = toml::from_str(&format!("{}{LATE}", config::POLICIES)).unwrap();
    let line = |channel, lines| {
        Command::SetLines(LinesSet { channel, lines, hold_ms: 35_000, simulated: true })
    };
    vec![
        Command::SetJurisdiction { area, timezone: chrono_tz::Asia::Shanghai },
        Command::AdoptPolicies(policies),
        line(Channel::App, lines.app),
        line(Channel::Sms, lines.sms),
        line(Channel::Voice, lines.voice),
    ]
}

fn duties(code: &str) -> &'static [&'static str] {
    if code.ends_with("000000") {
        &["lead_officer", "duty_officer", "flood_chief", "bureau_head"]
    } else if code.ends_with("000") {
        &["lead_officer"]
    } else {
        &["village_duty"]
    }
}

fn person(id: &str, area: AreaCode, number: usize) -> Person {
    let mobile = format_compact!("139{number:08}");
    let contact = |channel, address: &CompactString| Contact { channel, address: address.clone() };
    Person {
        id: id.parse().unwrap(),
        name: format_compact!("村民{number}"),
        area,
        title: CompactString::default(),
        contacts: vec![
            contact(Channel::App, &CompactString::default()),
            contact(Channel::Sms, &mobile),
            contact(Channel::Voice, &mobile),
        ],
    }
}

/// A warning for the whole county, as a source would write it.
pub fn warning(number: usize, colour: Colour, sent: Timestamp) -> Command {
    let message = Message {
        identifier: format_compact!("bench-{number}"),
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
            codes: vec![COUNTY.parse().unwrap()],
            shapes: Vec::new(),
        }],
        notes: Vec::new(),
    };
    let original =
        Original { media_type: "application/json".into(), body: String::new(), base64: false };
    Command::AcceptWarning { message: Box::new(message), original }
}

/// A callout by hand under `policy`.
pub fn callout(area: AreaCode, policy: &str) -> Command {
    Command::OpenCallout(OpenCallout {
        kind: CalloutKind::Manual,
        subject: "暴雨".into(),
        text: String::new(),
        area,
        policy: Some(policy.into()),
        severity: Some(Colour::Red),
        drill: false,
    })
}
