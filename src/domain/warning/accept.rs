//! Accepting a message: whom it touches, what it replaces or ends, and the callout it opens or changes.
//!
//! Invariant: a warning's callout is open only while the warning it is about is in force.

use compact_str::{CompactString, format_compact};

use super::{
    Colour, Life, Message, MessageKind, Original, Reference, Warning, office,
    replace::{Place, place},
    witness,
};
use crate::domain::{
    actor::{Actor, Capability},
    area::{Extent, within_reason},
    board::Board,
    callout::{
        callouts::Callout,
        policy::{CalloutKind, Terms},
        revise::Revision,
    },
    command::Reply,
    decision::{Decision, Draft},
    event::{CalloutOpened, CloseReason, Event, WarningAccepted, WarningEnded},
    ids::{AreaCode, CalloutId, WarningId},
    rejection::Rejection,
    time::Timestamp,
};

/// Most characters of a message that those who are called are told: each obligation shows them. The warning keeps
/// all of it.
const TEXT_LIMIT: usize = 4_000;
/// The severity of a callout about a warning that says no colour: a person at the desk has to look at
/// it before anything else but red.
const UNCOLOURED: Colour = Colour::Orange;

/// Decides a message from a source.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    message: &Message,
    original: &Original,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    if !actor.role.may_issue_warnings() {
        return Err(Rejection::NotAllowed(Capability::IssueWarnings));
    }
    let known = board.warnings.named(&message.sender, &message.identifier, message.status);
    if let Some(known) = known {
        return witness::decide(board, actor, known, message, original, draft);
    }
    let id = board.warnings.next_id();
    let mut message = message.clone();
    let extent = extent(board, &mut message);
    let mut place = place(board, &mut message, draft.now);
    place.replaced.extend(office::meant(board, &mut message, &extent, draft.now));
    let replaced = &place.replaced;
    let touched = std::iter::once(&extent).chain(replaced.iter().map(|warning| &warning.extent));
    if let Some(area) = touched.flat_map(Extent::named).find(|area| !actor.sees(*area)) {
        return Err(Rejection::OutsideArea(area));
    }
    let open = open_callouts(board, replaced);
    let life = life(board, &message, &extent, &place, draft.now);
    let colour = colour(board, &mut message, open.last().copied());
    draft.push(Event::WarningAccepted(WarningAccepted {
        id,
        message: Box::new(message.clone()),
        original: original.clone(),
        extent: extent.clone(),
        life,
        callout: open.last().map(|callout| callout.id),
    }));
    draft.end_replaced(id, &message, replaced);
    let acted_on = match life {
        Life::Active => draft.call_out(id, &message, colour, extent, &open),
        Life::Expired => draft.end_callouts(&open, CloseReason::Expired),
        Life::Superseded { .. } => draft.end_callouts(&open, CloseReason::Superseded),
        Life::Cancelled { .. } | Life::Inert => draft.end_callouts(&open, CloseReason::Cancelled),
    };
    Ok(draft.finish(Reply::Warning { id, callouts: acted_on, repeated: false }))
}

/// Tells whether a message is for this county: it names a part of it or something that holds it, or what it
/// changes or ends has come here. A message that cannot be placed may be for anybody.
pub fn concerns(board: &Board, message: &Message) -> bool {
    let Some(jurisdiction) = board.jurisdiction() else { return false };
    let known = |reference: &Reference| {
        let Reference { sender, identifier, .. } = reference;
        board.warnings.named(sender, identifier, message.status).is_some()
    };
    let codes: Vec<AreaCode> = message.areas.iter().flat_map(|area| &area.codes).copied().collect();
    let drawn = message.areas.iter().flat_map(|area| &area.shapes).collect();
    let (shapes, _) = within_reason(drawn);
    message.references.iter().any(known)
        || !board.areas.extent(jurisdiction, &codes, &shapes).is_empty()
}

/// Returns what part of the jurisdiction the message is about. Where nothing in it can be held against
/// the map, or its shapes are too much to call anybody by, it may be about any part: the jurisdiction's own
/// posts have to look.
pub(super) fn extent(board: &Board, message: &mut Message) -> Extent {
    let Some(jurisdiction) = board.jurisdiction() else { return Extent::default() };
    let codes: Vec<AreaCode> = message.areas.iter().flat_map(|area| &area.codes).copied().collect();
    let drawn = message.areas.iter().flat_map(|area| &area.shapes).collect();
    let (shapes, beyond) = within_reason(drawn);
    let placed = !codes.is_empty() || (!shapes.is_empty() && board.areas.has_geometry());
    let unknown =
        |code: &&AreaCode| jurisdiction.contains(**code) && board.areas.get(**code).is_none();
    for code in codes.iter().filter(unknown) {
        message.notes.push(format!(
            "area code {code} is not in this county's list of areas: all of what it lies in is taken"
        ));
    }
    let mut extent =
        if placed { board.areas.extent(jurisdiction, &codes, &shapes) } else { Extent::default() };
    for excess in &beyond {
        message.notes.push(format!(
            "{excess}: nobody is called by that, and the jurisdiction's own posts have to look"
        ));
    }
    if !placed && beyond.is_empty() {
        let note = "its area cannot be placed: it gives no code, and no shape that this county's \
                    list of areas could be held against";
        message.notes.push(note.to_owned());
    }
    if (!placed || !beyond.is_empty()) && !extent.whole.contains(&jurisdiction) {
        extent.partly.insert(jurisdiction);
    }
    extent
}

/// Says where the warning's life begins: one that comes after its own end begins there.
fn life(
    board: &Board,
    message: &Message,
    extent: &Extent,
    place: &Place<'_>,
    now: Timestamp,
) -> Life {
    let warns = matches!(message.kind, MessageKind::Alert | MessageKind::Update);
    if !warns || !message.status.calls_people() {
        return Life::Inert;
    }
    if let Some(by) = board.warnings.ended_early(message).or(place.overtaken_by) {
        return match by.message.kind {
            MessageKind::Cancel => Life::Cancelled { by: by.id },
            MessageKind::Alert | MessageKind::Update | MessageKind::Ack | MessageKind::Error => {
                Life::Superseded { by: by.id }
            }
        };
    }
    if let Some(life) = office::overtaken(board, message, extent, now) {
        return life;
    }
    if message.is_over(now) { Life::Expired } else { Life::Active }
}

/// Returns the open callouts that are about a warning that is replaced, oldest first.
pub(super) fn open_callouts<'b>(board: &'b Board, replaced: &[&Warning]) -> Vec<&'b Callout> {
    let about = |callout: &&Callout| {
        let warning = callout.warning;
        replaced.iter().any(|replaced| Some(replaced.id) == warning)
    };
    board.callouts.open().filter(about).collect()
}

/// Returns the colour to act by. An update that says none leaves the colour its callout has: a colour
/// left out must not let go of everybody whom it had woken.
fn colour(board: &Board, message: &mut Message, open: Option<&Callout>) -> Option<Colour> {
    let open = open.filter(|_| message.colour.is_none())?;
    let terms = board.callouts.frozen(open);
    if terms.is_none_or(|terms| terms.policy.applies.uncoloured) {
        return None;
    }
    message.notes.push(format!("says no colour, so {} stays", open.severity.zh()));
    Some(open.severity)
}

impl Draft<'_> {
    pub(super) fn end_replaced(&mut self, by: WarningId, message: &Message, replaced: &[&Warning]) {
        let life = match message.kind {
            MessageKind::Cancel => Life::Cancelled { by },
            MessageKind::Alert | MessageKind::Update | MessageKind::Ack | MessageKind::Error => {
                Life::Superseded { by }
            }
        };
        for warning in replaced.iter().filter(|warning| warning.life == Life::Active) {
            self.push(Event::WarningEnded(WarningEnded { id: warning.id, life }));
        }
    }

    /// Opens the warning's callout, or changes the newest of those that its predecessors opened and
    /// ends the others.
    fn call_out(
        &mut self,
        id: WarningId,
        message: &Message,
        kept: Option<Colour>,
        extent: Extent,
        open: &[&Callout],
    ) -> Vec<CalloutId> {
        let colour = message.colour.or(kept);
        let Some(set) = self.board.callouts.policies() else { return Vec::new() };
        let code = message.event_code.as_deref();
        let policy = set.choose(CalloutKind::Warning, colour, code);
        let Some(policy) = policy else { return Vec::new() };
        let severity = colour.or(policy.severity).unwrap_or(UNCOLOURED);
        let terms = Terms { set, policy };
        if let Some((newest, others)) = open.split_last() {
            let about = newest.warning.and_then(|about| self.board.warnings.get(about));
            let revision = Revision {
                warning: id,
                subject: subject(message),
                text: text(message),
                severity,
                extent,
                terms,
                other_hazard: about.is_some_and(|was| !was.message.is_about_hazard_of(message)),
            };
            self.revise(newest, revision);
            self.end_callouts(others, CloseReason::Superseded);
            return vec![newest.id];
        }
        if extent.is_empty() {
            return Vec::new();
        }
        let opened = CalloutOpened {
            id: self.take_callout(),
            kind: CalloutKind::Warning,
            subject: subject(message),
            text: text(message),
            severity,
            drill: message.status.is_drill(),
            extent,
            policy: policy.id.clone(),
            warning: Some(id),
            parent: None,
        };
        let callout = opened.id;
        self.open_callout(opened, terms);
        vec![callout]
    }

    pub(super) fn end_callouts(
        &mut self,
        open: &[&Callout],
        reason: CloseReason,
    ) -> Vec<CalloutId> {
        for callout in open {
            self.end_callout(callout, reason, CompactString::default());
        }
        open.iter().map(|callout| callout.id).collect()
    }

    /// Ends the warnings that have run out, and the callouts about them.
    pub(in crate::domain) fn expire_warnings(&mut self) {
        let board = self.board;
        for warning in board.warnings.expired_at(self.now) {
            let life = Life::Expired;
            self.push(Event::WarningEnded(WarningEnded { id: warning.id, life }));
            self.end_callouts(&open_callouts(board, &[warning]), CloseReason::Expired);
        }
    }
}

/// Says why the callouts end that are about what a message replaces or ends.
pub(super) fn close_reason(message: &Message) -> CloseReason {
    match message.kind {
        MessageKind::Cancel => CloseReason::Cancelled,
        MessageKind::Alert | MessageKind::Update | MessageKind::Ack | MessageKind::Error => {
            CloseReason::Superseded
        }
    }
}

/// One line for the wall: the hazard and its colour as the source says them.
fn subject(message: &Message) -> CompactString {
    match message.colour {
        Some(colour) => format_compact!("{}{}预警", message.event, colour.zh()),
        None => format_compact!("{}预警（未标颜色）", message.event),
    }
}

/// What those who are called are told: the source's own words.
fn text(message: &Message) -> String {
    let parts = [&message.headline, &message.description, &message.instruction];
    let parts = parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    let text = parts.collect::<Vec<_>>().join("\n");
    match text.char_indices().nth(TEXT_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
