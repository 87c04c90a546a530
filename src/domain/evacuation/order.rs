//! The order to move people: one callout tells everybody who has to move some.

use compact_str::{CompactString, format_compact};

use super::{EvacuationFault, Origin, Plan, Planned};
use crate::domain::{
    actor::Actor,
    board::Board,
    command::Reply,
    decision::{Decision, Draft},
    event::{EvacuationOrdered, TransferOrdered},
    ids::{AreaCode, IncidentId, PostId, SiteId, TransferId},
    rejection::Rejection,
    site::Hazard,
    task::{Cause, Form, Giving, NewTask, Sign},
    time::Timestamp,
    warning::Colour,
};

/// Longest line of a list, in characters.
const LINE_LIMIT: usize = 120;

/// Moves people to shelters by a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEvacuation {
    pub whom: Whom,
    pub due_at: Timestamp,
    pub text: String,
    /// The leader whose instruction it is; empty for the desk's own.
    pub on_word_of: CompactString,
    pub incident: Option<IncidentId>,
    /// Why they are sent although the shelters do not hold them all; none: then they are not.
    pub over_capacity: Option<CompactString>,
    pub drill: bool,
}

/// Who is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    Legs(Vec<Leg>),
    /// Everybody below an unrepaired point of risk in an area, of one hazard or of all.
    Threatened {
        area: AreaCode,
        hazard: Option<Hazard>,
    },
}

/// Those of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub from: Origin,
    /// All who live there, for a point of risk, when left out.
    pub people: Option<u32>,
    /// The shelter of the point's plan, else the nearest with room, when left out.
    pub to: Option<SiteId>,
}

/// One leg with everything that giving it needs.
struct Firm<'p> {
    leg: &'p Planned,
    to: &'p SiteId,
    post: &'p PostId,
    transfer: TransferId,
}

pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    wanted: &OrderEvacuation,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let plan = board.plan_evacuation(actor, wanted, draft.now)?;
    let crowded = plan.legs.iter().any(|leg| !leg.fits());
    let mut firm = Vec::with_capacity(plan.legs.len());
    for leg in &plan.legs {
        let to = leg.to.as_ref().ok_or(EvacuationFault::NoShelter(leg.from.area))?;
        let post = leg.post.as_ref().ok_or(EvacuationFault::NobodyResponsible(leg.from.area))?;
        if !leg.fits() && wanted.over_capacity.is_none() {
            let (site, _) = board.known_shelter(to)?;
            return Err(board.full((site, leg.free, leg.people), wanted.due_at, draft.now).into());
        }
        firm.push(Firm { leg, to, post, transfer: draft.take_transfer() });
    }
    let id = draft.take_evacuation();
    let by = draft.clock_time(wanted.due_at);
    let title = title(board, &plan, wanted, &by);
    draft.push(EvacuationOrdered {
        id,
        area: plan.area,
        hazard: match &wanted.whom {
            Whom::Threatened { hazard, .. } => *hazard,
            Whom::Legs(_) => None,
        },
        title: title.clone(),
        text: wanted.text.clone(),
        on_word_of: wanted.on_word_of.clone(),
        incident: wanted.incident,
        due_at: wanted.due_at,
        over_capacity: wanted.over_capacity.clone().filter(|_| crowded).unwrap_or_default(),
        drill: wanted.drill,
    });
    let giving = Giving {
        cause: Some(Cause::Evacuation(id)),
        on_word_of: wanted.on_word_of.clone(),
        subject: title,
        text: wanted.text.clone(),
        severity: Some(Colour::Red),
        drill: wanted.drill,
    };
    let tasks = firm.iter().map(|firm| task(board, wanted, firm, &by)).collect();
    let tasks = draft.give(&giving, tasks)?;
    for (firm, task) in firm.iter().zip(tasks) {
        let (to, _) = board.known_shelter(firm.to)?;
        draft.push(TransferOrdered {
            id: firm.transfer,
            evacuation: id,
            from: firm.leg.from.clone(),
            to: firm.to.clone(),
            to_area: to.area,
            people: firm.leg.people,
            post: firm.post.clone(),
            task,
            due_at: wanted.due_at,
            drill: wanted.drill,
        });
    }
    Ok(draft.finish(Reply::Evacuation { id }))
}

fn title(board: &Board, plan: &Plan, wanted: &OrderEvacuation, by: &str) -> CompactString {
    let people: u64 = plan.legs.iter().map(|leg| u64::from(leg.people)).sum();
    let hazard = match &wanted.whom {
        Whom::Threatened { hazard: Some(hazard), .. } => hazard.zh(),
        Whom::Threatened { hazard: None, .. } | Whom::Legs(_) => "",
    };
    let title = match plan.legs.as_slice() {
        [leg] => format_compact!("{by}前转移{}{people}人", leg.name),
        legs => {
            let area = board.areas.name(plan.area);
            format_compact!("{by}前转移{area}{hazard}威胁群众{}处{people}人", legs.len())
        }
    };
    title.chars().take(LINE_LIMIT).collect()
}

fn task(board: &Board, wanted: &OrderEvacuation, firm: &Firm<'_>, by: &str) -> NewTask {
    let Firm { leg, to, post, transfer } = firm;
    let shelter = board.sites.get(to).map_or_else(|| to.as_str().into(), |site| site.name.clone());
    let title = format_compact!("{by}前把{}{}人转移到{shelter}", leg.name, leg.people);
    let text = match (wanted.text.is_empty(), leg.way.is_empty()) {
        (_, true) => wanted.text.clone(),
        (true, false) => leg.way.to_string(),
        (false, false) => format!("{}\n{}", wanted.text, leg.way),
    };
    NewTask {
        post: (*post).clone(),
        unit: None,
        title: title.chars().take(LINE_LIMIT).collect(),
        text,
        form: Form::Transfer { transfer: *transfer, people: leg.people },
        due_at: wanted.due_at,
        sign: Sign::AtOnce,
    }
}

impl Draft<'_> {
    /// Returns what clocks show at `at`, with the day where that is another one than now.
    pub(super) fn clock_time(&self, at: Timestamp) -> CompactString {
        let zone = self.board.timezone();
        let (at, now) = (at.local(zone), self.now.local(zone));
        if at.date() == now.date() {
            return format_compact!("{}", at.format("%H:%M"));
        }
        format_compact!("{}", at.format("%m月%d日%H:%M"))
    }
}
