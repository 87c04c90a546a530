//! What a gauge shows, held against how it stands: the crossing, and the flood warning that follows from it.
//!
//! Invariant: every crossing raises, changes or ends the gauge's own warning in the same step, by the same rules
//! as a message from outside. Two nodes that see the same reading cross once.

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{Mark, Standing, Trend, mark::mark, words};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{Event, GaugeCrossed},
    ids::SiteId,
    rejection::Rejection,
    site::{Facts, Gauge, Site, SiteFault},
    time::Timestamp,
    warning::{self, Message, MessageKind, Original, Reference, Status, WarnedArea},
};

/// What a gauge shows as of its newest reading.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    Level {
        metres: f64,
        /// The highest of the last hour; `None` where that is not known.
        highest_m: Option<f64>,
        trend: Option<Trend>,
    },
    Rain {
        /// Millimetres in the last 1, 3, 6 and 24 hours.
        mm: [f64; 4],
        /// The last 24 hours are known without a gap.
        whole_day: bool,
    },
}

/// What somebody has seen of a gauge.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub gauge: SiteId,
    pub at: Timestamp,
    pub shown: Shown,
    pub exercise: bool,
}

/// A gauge, its site and what it shows.
pub(super) struct Case<'b> {
    pub site: &'b Site,
    pub gauge: &'b Gauge,
    pub seen: &'b Seen,
    pub from: Option<Mark>,
    pub to: Option<Mark>,
}

/// Returns how a gauge stands that shows this, where that is otherwise than before: cheap, so that a node asks it
/// of every reading and the board only of those that matter.
pub fn stands_otherwise(gauge: &Gauge, before: Standing, seen: &Seen) -> Option<Standing> {
    let later = before.since.is_none_or(|since| seen.at > since);
    let thresholds = gauge.thresholds_at(seen.at);
    let mark = mark(gauge.measures, thresholds, before.mark, &seen.shown);
    (later && mark != before.mark).then_some(Standing { mark, since: Some(seen.at), ..before })
}

/// Decides what a node has seen of a gauge.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    seen: &Seen,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::ReportReadings)?;
    let (site, gauge) = known(board, &seen.gauge)?;
    let standing = board.gauges.get(&seen.gauge, seen.exercise);
    let Some(Standing { mark: to, .. }) = stands_otherwise(gauge, standing, seen) else {
        return Ok(Decision::nothing(Reply::Done));
    };
    let case = Case { site, gauge, seen, from: standing.mark, to };
    draft.push(Event::GaugeCrossed(GaugeCrossed {
        gauge: site.id.clone(),
        area: site.area,
        from: standing.mark,
        to,
        at: seen.at,
        shown: seen.shown,
        exercise: seen.exercise,
        warning: board.warnings.next_id(),
    }));
    let message = message(board, &case, standing);
    let body = serde_json::to_string(&seen.shown).unwrap_or_default();
    let original = Original { media_type: "application/json".into(), body, base64: false };
    warning::accept::decide(board, &Actor::node(actor.area), &message, &original, draft)
}

/// Returns a gauge that there is.
pub(super) fn known<'b>(board: &'b Board, id: &SiteId) -> Result<(&'b Site, &'b Gauge), SiteFault> {
    let site = board.sites.get(id).ok_or_else(|| SiteFault::Unknown(id.clone()))?;
    match &site.facts {
        Facts::Gauge(gauge) => Ok((site, gauge)),
        Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::RiskPoint(_) => {
            Err(SiteFault::NotAGauge(id.clone()))
        }
    }
}

/// Puts the crossing into the words of a warning: the first raises it, a further one updates it, and going
/// below every level ends it.
fn message(board: &Board, case: &Case<'_>, standing: Standing) -> Message {
    let before = standing.warning.and_then(|id| board.warning(id)).map(|warning| &warning.message);
    let kind = match (before, standing.mark, case.to) {
        (_, _, None) => MessageKind::Cancel,
        (Some(_), Some(_), Some(_)) => MessageKind::Update,
        (_, _, Some(_)) => MessageKind::Alert,
    };
    let referred = before.filter(|_| kind != MessageKind::Alert);
    let (event, code) = words::hazard(case.gauge.measures);
    let guards = match &case.gauge.guards[..] {
        [] => vec![case.site.area],
        guards => guards.to_vec(),
    };
    let names: Vec<_> = guards.iter().map(|code| board.areas.name(*code)).collect();
    Message {
        identifier: identifier(case.seen),
        sender: format_compact!("gauge-{}", case.site.id),
        sent: case.seen.at,
        status: if case.seen.exercise { Status::Exercise } else { Status::Actual },
        kind,
        references: referred.map(reference).into_iter().collect(),
        event: event.into(),
        event_code: Some(code.into()),
        // The end of a warning is told in the colour that it had.
        colour: case.to.or(case.from).map(Mark::colour),
        headline: words::headline(case),
        description: words::description(case),
        instruction: String::new(),
        effective: case.seen.at,
        onset: None,
        expires: None,
        areas: vec![WarnedArea {
            description: CompactString::from(names.join("、")),
            codes: guards,
            shapes: Vec::new(),
        }],
        notes: Vec::new(),
    }
}

fn reference(message: &Message) -> Reference {
    let Message { sender, identifier, sent, .. } = message.clone();
    Reference { sender, identifier, sent }
}

/// A gauge crosses once at a moment, so its moment is name enough.
fn identifier(seen: &Seen) -> CompactString {
    let digits: String =
        seen.at.to_string().chars().filter(char::is_ascii_digit).take(17).collect();
    let drill = if seen.exercise { "-drill" } else { "" };
    format_compact!("{}_{digits}{drill}", seen.gauge)
}
