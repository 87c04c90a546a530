//! Reports by telephone: who was told what, and when.

use compact_str::CompactString;

use super::{
    clock::Turn,
    step::{ReportFault, at_desk, text_fits},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    command::Reply,
    deadline::{Medium, Rank, Series, Stage},
    decision::{Decision, Draft},
    event::ReportedByPhone,
    ids::IncidentId,
    incident::Incident,
    rejection::Rejection,
    time::Timestamp,
};

/// Longest name of somebody who was told, in characters.
const WHOM_LIMIT: usize = 64;
/// Longest account of what was said, in characters.
const WORDS_LIMIT: usize = 2_000;

/// Somebody above was told by telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellByPhone {
    pub incident: IncidentId,
    pub series: Series,
    pub stage: Stage,
    pub to: Rank,
    /// Unit and name of whoever was told.
    pub whom: CompactString,
    pub at: Timestamp,
    pub words: String,
}

pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    told: &TellByPhone,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let county = at_desk(board, actor, Capability::Dispatch)?;
    let incident = Incident::seen(board, actor, told.incident)?;
    text_fits("whom", &told.whom, WHOM_LIMIT)?;
    text_fits("words", &told.words, WORDS_LIMIT)?;
    if told.to <= Rank::from(county.level()) {
        return Err(ReportFault::NotAbove(told.to).into());
    }
    if told.at > draft.now {
        return Err(ReportFault::Time { than: "now" }.into());
    }
    if told.at < incident.particulars.occurred.at {
        return Err(ReportFault::Time { than: "the incident" }.into());
    }
    let turn = Turn::of(incident);
    draft.push(ReportedByPhone {
        incident: incident.id,
        area: incident.area(),
        series: told.series,
        stage: told.stage,
        to: told.to,
        whom: told.whom.trim().into(),
        at: told.at,
        words: told.words.trim().to_owned(),
    });
    let mut dossier = board.reports.dossier(incident.id).cloned().unwrap_or_default();
    draft.meet_clocks(turn, &mut dossier, told.at, |clock| {
        clock.medium == Medium::Phone
            && (clock.series, clock.stage) == (told.series, told.stage)
            && clock.hop.to() == told.to
    });
    draft.keep_clocks_of(turn, dossier)?;
    Ok(draft.finish(Reply::Done))
}
