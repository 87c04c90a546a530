//! When the next round begins: every township is given its task a while before it is due.

use std::time::Duration;

use compact_str::CompactString;

use super::Cadence;
use crate::domain::{
    board::Board,
    deadline::{next_daily, round_zh},
    decision::Draft,
    event::{Asked, RoundOpened},
    ids::{AreaCode, Duty, Level, PostId, RoundId},
    task::{Cause, Form, Giving, NewTask, Sign},
    time::Timestamp,
};

/// Townships are told so long before a round is due.
const LEAD: Duration = Duration::from_secs(3_600);
/// And called so long before, if they have not answered.
const MARGIN: Duration = Duration::from_secs(15 * 60);
/// A round for which townships would have less time than this is left to the next one.
const LEAST_NOTICE: Duration = Duration::from_secs(20 * 60);
/// Most missed rounds that are told of: more than a node is down between two of its backups.
const MISSED_MAX: usize = 100;

/// Returns when a round is opened that is due at `due`.
pub(super) fn opens_at(due: Timestamp) -> Timestamp {
    due - LEAD
}

/// Returns the first time at which a round that is switched on at `now` can be answered.
pub(super) fn first_due(
    board: &Board,
    rule: &crate::domain::deadline::Round,
    now: Timestamp,
) -> Option<Timestamp> {
    next_daily(&rule.times, board.timezone(), now + LEAST_NOTICE)
}

impl Draft<'_> {
    /// Opens the rounds whose time has come.
    pub(in crate::domain) fn elapse_rounds(&mut self) {
        let (board, now) = (self.board, self.now);
        let due = board.rounds.cadences().filter(|cadence| cadence.is_on());
        let due = due.filter(|cadence| opens_at(cadence.next_due) <= now);
        for (next, cadence) in (board.rounds.next_round()..).zip(due) {
            self.open_round(cadence, RoundId(next));
        }
    }

    fn open_round(&mut self, cadence: &Cadence, id: RoundId) {
        let (board, now) = (self.board, self.now);
        let Some(home) = board.jurisdiction() else { return };
        let zone = board.timezone();
        let next = |after| next_daily(&cadence.rule.times, zone, after);
        // No node ran when these were due: nobody can answer them in time any more, and the record says so.
        let (mut due, mut missed) = (cadence.next_due, Vec::new());
        while due <= now {
            if missed.len() < MISSED_MAX {
                missed.push(due);
            }
            let Some(later) = next(due) else { return };
            due = later;
        }
        let Some(next_due) = next(due) else { return };
        let title: CompactString = round_zh(&cadence.rule, due, zone).into();
        let townships = townships(board, &cadence.areas);
        let tasks = townships.iter().map(|area| NewTask {
            post: PostId { area: *area, duty: Duty::DUTY_OFFICER },
            unit: None,
            title: title.clone(),
            text: cadence.reason.to_string(),
            form: Form::RoundReturn,
            due_at: due,
            sign: Sign::Unless((due - MARGIN).max(now)),
        });
        let giving = Giving {
            cause: Some(Cause::Round(id)),
            on_word_of: CompactString::default(),
            subject: CompactString::default(),
            text: String::new(),
            severity: None,
            drill: cadence.drill,
        };
        // Nobody is called yet, so that no policy can be wanting.
        let Ok(tasks) = self.give(&giving, tasks.collect()) else { return };
        let asked = townships.into_iter().zip(tasks);
        self.push(RoundOpened {
            id,
            area: home,
            cadence: cadence.id,
            due_at: due,
            asked: asked.map(|(area, task)| Asked { area, task }).collect(),
            next_due,
            missed,
        });
    }
}

/// Returns the townships that `areas` mean, as the county has them now.
pub(super) fn townships(board: &Board, areas: &[AreaCode]) -> Vec<AreaCode> {
    let inside = areas.iter().flat_map(|area| board.areas.inside(*area));
    let townships = inside.map(|area| area.code).filter(|code| code.level() == Level::Township);
    let mut townships: Vec<AreaCode> = townships.collect();
    townships.sort_unstable();
    townships.dedup();
    townships
}
