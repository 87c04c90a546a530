//! Messages that name no other and mean one all the same: by custom an office's newest word on a hazard is what
//! holds, and many sources hand its messages on without their references.
//!
//! Invariant: nobody falls through. An alert takes the place of an older one only where it covers all of it; an
//! update or a cancel that names nothing is about what the office has in force of that hazard.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    Life, Message, MessageKind, Status, Warning,
    replace::{is_now, overtakes},
};
use crate::domain::{area::Extent, board::Board, ids::WarningId, time::Timestamp};

/// Digits of place and agency at the start of a national identifier (预警信息唯一标识).
const OFFICE_DIGITS: usize = 14;
/// Digits of the time of entry after them.
const TIME_DIGITS: usize = 14;

/// Returns the office in a national identifier, `ZZZZZZDDDUUUXX_YYYYMMDDhhmmss` and perhaps `_N`.
pub fn office(identifier: &str) -> Option<&str> {
    let digits =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let (office, rest) = identifier.split_once('_')?;
    let (time, serial) = rest.split_once('_').unwrap_or((rest, "0"));
    let is_national =
        digits(office, OFFICE_DIGITS) && digits(time, TIME_DIGITS) && digits(serial, 1);
    is_national.then_some(office)
}

/// One hazard of one office; a drill's is another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Matter {
    office: CompactString,
    hazard: CompactString,
    status: Status,
}

impl Matter {
    pub(super) fn of(message: &Message) -> Option<Self> {
        let hazard = message.event_code.as_ref().unwrap_or(&message.event).clone();
        let office = office(&message.identifier)?.into();
        let counts = message.status.calls_people() && !hazard.is_empty();
        counts.then_some(Self { office, hazard, status: message.status })
    }
}

/// What is known of a matter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Standing {
    in_force: BTreeSet<WarningId>,
    /// The newest word that ended it without naming what it ends.
    ended: Option<(Timestamp, WarningId)>,
}

/// What every office says, by matter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Offices(BTreeMap<Matter, Standing>);

impl Offices {
    pub(super) fn accept(&mut self, warning: &Warning) {
        let Some(matter) = Matter::of(&warning.message) else { return };
        let Warning { id, message, life, accepted_at, .. } = warning;
        let ends = message.kind == MessageKind::Cancel && message.references.is_empty();
        if ends {
            let standing = self.0.entry(matter).or_default();
            // What a clock far ahead calls its time was said when it came, at the latest.
            let at = message.sent.min(*accepted_at);
            standing.ended = standing.ended.max(Some((at, *id)));
        } else if *life == Life::Active {
            self.0.entry(matter).or_default().in_force.insert(*id);
        }
    }

    pub(super) fn end(&mut self, warning: &Warning) {
        let Some(matter) = Matter::of(&warning.message) else { return };
        if let Some(standing) = self.0.get_mut(&matter) {
            standing.in_force.remove(&warning.id);
            if standing.in_force.is_empty() && standing.ended.is_none() {
                self.0.remove(&matter);
            }
        }
    }
}

/// Returns the warnings in force that a message which names none takes the place of or ends.
pub(super) fn meant<'b>(
    board: &'b Board,
    message: &mut Message,
    extent: &Extent,
    now: Timestamp,
) -> Vec<&'b Warning> {
    // What begins tomorrow leaves today's danger as it is; what is over says nothing of it.
    let warns = message.kind != MessageKind::Cancel;
    if !message.references.is_empty() || (warns && !is_now(message, now)) {
        return Vec::new();
    }
    let older = |warning: &&Warning| !overtakes(warning, message);
    let said = of_office(board, message).filter(older);
    let meant: Vec<&Warning> = match message.kind {
        MessageKind::Update | MessageKind::Cancel => said.collect(),
        MessageKind::Alert => said.filter(|warning| extent.covers(&warning.extent)).collect(),
        MessageKind::Ack | MessageKind::Error => Vec::new(),
    };
    for warning in &meant {
        let name = &warning.message.identifier;
        let note = format!(
            "names no other: taken to be about {name}, the same office's of the same hazard"
        );
        message.notes.push(note);
    }
    meant
}

/// Returns the life of a message that comes after the same office's later word on the same hazard.
pub(super) fn overtaken(
    board: &Board,
    message: &Message,
    extent: &Extent,
    now: Timestamp,
) -> Option<Life> {
    let matter = Matter::of(message)?;
    let ended = board.warnings.offices.0.get(&matter)?.ended;
    let ender = ended.and_then(|(_, id)| board.warnings.get(id));
    if let Some(ender) = ender.filter(|ender| overtakes(ender, message)) {
        return Some(Life::Cancelled { by: ender.id });
    }
    let mut later = of_office(board, message).filter(|warning| {
        overtakes(warning, message)
            && is_now(&warning.message, now)
            && (warning.message.kind == MessageKind::Update || warning.extent.covers(extent))
    });
    later.next().map(|warning| Life::Superseded { by: warning.id })
}

/// Returns what the office of `message` has in force of its hazard.
fn of_office<'b>(
    board: &'b Board,
    message: &Message,
) -> impl Iterator<Item = &'b Warning> + use<'b> {
    let standing = Matter::of(message).and_then(|matter| board.warnings.offices.0.get(&matter));
    let in_force = standing.into_iter().flat_map(|standing| &standing.in_force);
    in_force.filter_map(|id| board.warnings.get(*id))
}
