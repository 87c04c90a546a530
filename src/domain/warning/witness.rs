//! One warning that several sources tell of: the first counts, the others are its witnesses.
//!
//! Invariant: a witness calls nobody about the hazard. Where it contradicts the first about what decides who is
//! called, somebody is called to look; where it names what the first did not, that is replaced or ended.

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{Colour, Life, Message, MessageKind, Original, Warning, accept, replace::replaced};
use crate::domain::{
    actor::Actor,
    area::Extent,
    board::Board,
    callout::policy::{CalloutKind, Terms},
    command::Reply,
    decision::{Decision, Draft},
    event::{CalloutOpened, Event, WarningWitnessed},
    ids::CalloutId,
    rejection::Rejection,
    time::Timestamp,
};

/// What a witness says otherwise than the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Difference {
    /// Whether it warns, changes or ends.
    Kind {
        first: MessageKind,
        also: MessageKind,
    },
    Colour {
        first: Option<Colour>,
        also: Option<Colour>,
    },
    Hazard {
        first: CompactString,
        also: CompactString,
    },
    /// When it ends.
    Expires {
        first: Option<Timestamp>,
        also: Option<Timestamp>,
    },
    /// The part of the jurisdiction that it is about.
    Area,
}

impl Difference {
    /// Tells whether who is called depends on it. Sources that hand a warning on leave out its type, its end
    /// and its townships, so those alone alarm nobody.
    fn alarms(&self) -> bool {
        match self {
            Difference::Colour { first, also } => first.is_some() && also.is_some(),
            Difference::Kind { first, also } => ends(*first) != ends(*also),
            Difference::Hazard { .. } | Difference::Expires { .. } | Difference::Area => false,
        }
    }

    /// Returns the difference as those read it who have to look.
    fn zh(&self) -> String {
        let colour = |colour: &Option<Colour>| colour.map_or("未标颜色", Colour::zh);
        let act = |kind: &MessageKind| if ends(*kind) { "解除" } else { "发布" };
        match self {
            Difference::Colour { first, also } => {
                format!("先收到{}，后收到{}", colour(first), colour(also))
            }
            Difference::Kind { first, also } => {
                format!("先收到{}，后收到{}", act(first), act(also))
            }
            Difference::Hazard { first, also } => format!("先收到{first}，后收到{also}"),
            Difference::Expires { .. } => "结束时间不一致".to_owned(),
            Difference::Area => "区域不一致".to_owned(),
        }
    }
}

fn ends(kind: MessageKind) -> bool {
    match kind {
        MessageKind::Cancel => true,
        MessageKind::Alert | MessageKind::Update | MessageKind::Ack | MessageKind::Error => false,
    }
}

/// Another source that tells of a warning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Witness {
    /// The login of the source.
    pub source: CompactString,
    pub at: Timestamp,
    pub differs: Vec<Difference>,
    /// What it said, so that the same again is known.
    message: Message,
}

impl Witness {
    pub(super) fn heard(
        witnessed: &WarningWitnessed,
        source: &CompactString,
        at: Timestamp,
    ) -> Self {
        let (differs, message) = (witnessed.differs.clone(), (*witnessed.message).clone());
        Self { source: source.clone(), at, differs, message }
    }
}

impl Warning {
    /// Returns what a source has said of this warning.
    fn said_by(&self, source: &str) -> Option<&Message> {
        let first = (self.source == source).then_some(&self.message);
        let also = || self.witnesses.iter().find(|witness| witness.source == source);
        first.or_else(|| also().map(|witness| &witness.message))
    }
}

/// Decides a message that tells of a known warning. The same again from the same source changes nothing; other
/// content from it is refused.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    known: &Warning,
    message: &Message,
    original: &Original,
    draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let Warning { id, .. } = *known;
    let callouts = known.callout.into_iter().collect();
    let reply = Reply::Warning { id, callouts, repeated: true };
    match known.said_by(&actor.login) {
        Some(said) if is_same(said, message) => Ok(Decision::nothing(reply)),
        Some(_) => Err(Rejection::WarningConflict { identifier: message.identifier.clone(), id }),
        None => draft.witness(board, actor, known, message, original, reply),
    }
}

/// How a message was read may be told better by a newer program; what it says is what counts.
fn is_same(said: &Message, again: &Message) -> bool {
    Message { notes: Vec::new(), ..said.clone() } == Message { notes: Vec::new(), ..again.clone() }
}

impl Draft<'_> {
    fn witness(
        mut self,
        board: &Board,
        actor: &Actor,
        known: &Warning,
        message: &Message,
        original: &Original,
        reply: Reply,
    ) -> Result<Decision, Rejection> {
        let mut message = message.clone();
        let extent = accept::extent(board, &mut message);
        // What the first had named it has replaced; a source that leaves references out has replaced nothing.
        let names_more = known.message.references.is_empty() && known.life != Life::Expired;
        let mut replaced = if names_more { replaced(board, &mut message) } else { Vec::new() };
        replaced.retain(|warning| warning.id != known.id && warning.life == Life::Active);
        let touched =
            std::iter::once(&extent).chain(replaced.iter().map(|warning| &warning.extent));
        if let Some(area) = touched.flat_map(Extent::named).find(|area| !actor.sees(*area)) {
            return Err(Rejection::OutsideArea(area));
        }
        let differs = differences(known, &message, &extent);
        let alarms = known.life == Life::Active && !known.message.status.is_drill();
        let alarming: Vec<_> = differs.iter().filter(|d| alarms && d.alarms()).collect();
        let callout =
            if alarming.is_empty() { None } else { self.contradicted(known, actor, &alarming) };
        self.push(Event::WarningWitnessed(WarningWitnessed {
            id: known.id,
            message: Box::new(message.clone()),
            original: original.clone(),
            differs: differs.clone(),
            callout,
        }));
        self.end_replaced(known.id, &message, &replaced);
        let open = accept::open_callouts(board, &replaced);
        self.end_callouts(&open, accept::close_reason(&message));
        Ok(self.finish(reply))
    }

    /// Calls whoever has to look at what sources contradict each other about; `None` where no policy says who.
    fn contradicted(
        &mut self,
        known: &Warning,
        actor: &Actor,
        alarming: &[&Difference],
    ) -> Option<CalloutId> {
        let area = self.board.jurisdiction()?;
        let set = self.board.callouts.policies()?;
        let policy = set.choose(CalloutKind::Alarm, None, None)?;
        let told = alarming.iter().map(|difference| difference.zh()).collect::<Vec<_>>().join("；");
        let Message { headline, event, .. } = &known.message;
        let id = self.take_callout();
        let opened = CalloutOpened {
            id,
            kind: CalloutKind::Alarm,
            subject: format_compact!("预警来源不一致：{event}"),
            text: format!("{headline}\n{told}（{}、{}）。请核实。", known.source, actor.login),
            severity: policy.severity.unwrap_or(Colour::Yellow),
            drill: false,
            extent: Extent { partly: [area].into(), ..Extent::default() },
            policy: policy.id.clone(),
            warning: None,
            parent: None,
        };
        self.open_callout(opened, Terms { set, policy });
        Some(id)
    }
}

/// Says what a witness says otherwise. What it leaves out it does not contradict, references and text apart.
fn differences(known: &Warning, message: &Message, extent: &Extent) -> Vec<Difference> {
    let first = &known.message;
    let mut differs = Vec::new();
    if first.kind != message.kind {
        differs.push(Difference::Kind { first: first.kind, also: message.kind });
    }
    if first.colour != message.colour {
        differs.push(Difference::Colour { first: first.colour, also: message.colour });
    }
    let codes = first.event_code.as_ref().zip(message.event_code.as_ref());
    if codes.map_or(first.event != message.event, |(first, also)| first != also) {
        let (first, also) = (first.event.clone(), message.event.clone());
        differs.push(Difference::Hazard { first, also });
    }
    if first.expires != message.expires {
        differs.push(Difference::Expires { first: first.expires, also: message.expires });
    }
    if known.extent != *extent {
        differs.push(Difference::Area);
    }
    differs
}
