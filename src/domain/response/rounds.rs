//! The rounds of reports that a response holds: begun with its level, changed with it, ended with it.
//!
//! Invariant: while a response is open, every township in its scope is asked in each round that its level names, by
//! this response or by whatever asked it before. A round that the county's rules no longer have is not held.

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::{Grade, Plan, Response};
use crate::domain::{
    area::Extent,
    board::Board,
    deadline,
    decision::Draft,
    ids::{AreaCode, Level, ResponseId},
};

/// A response as it is about to be.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a> {
    pub id: ResponseId,
    pub plan: &'a Plan,
    /// `None` where it is about to end.
    pub level: Option<Grade>,
    pub scope: &'a BTreeSet<AreaCode>,
    pub drill: bool,
}

impl<'a> Standing<'a> {
    fn of(response: &'a Response) -> Self {
        let Response { id, plan, level, scope, drill, .. } = response;
        Self { id: *id, plan, level: Some(*level), scope, drill: *drill }
    }

    /// Returns the rounds that it asks for, as the county's rules have them.
    fn rounds(&self, board: &'a Board) -> Vec<&'a deadline::Round> {
        let named = self.level.into_iter().flat_map(|level| self.plan.rounds_at(level));
        named.filter_map(|name| board.reports.rules().round(name)).collect()
    }

    fn reason(&self) -> CompactString {
        self.level.map_or_else(CompactString::default, |level| self.plan.named(level).into())
    }

    fn townships(&self, board: &Board) -> BTreeSet<AreaCode> {
        let extent = Extent { whole: self.scope.clone(), ..Extent::default() };
        let townships = of_county(board).into_iter();
        townships.filter(|township| extent.touches(*township)).collect()
    }
}

impl Draft<'_> {
    /// Holds just the rounds that a response asks for now; `why` is said to those who are asked no longer.
    pub(super) fn hold_rounds(&mut self, standing: Standing<'_>, why: &CompactString) {
        let board = self.board;
        let wanted = standing.rounds(board);
        let mut ended = Vec::new();
        let own = board.rounds.cadences().filter(|cadence| cadence.is_on());
        for cadence in own.filter(|cadence| cadence.response == Some(standing.id)) {
            let rule = wanted.iter().find(|rule| rule.id == cadence.rule.id);
            let asked: BTreeSet<_> = cadence.townships(board).into_iter().collect();
            let rest = || self.unasked(&cadence.rule, standing, Some(&asked));
            if rule.is_none() || rest() != asked {
                self.end_cadence(cadence, why);
                ended.push(&cadence.rule.id);
            }
        }
        wanted.into_iter().for_each(|rule| self.ask_the_rest(rule, standing));
        // Whatever else asks for a round that was held by this one holds it from now on.
        let others = board.responses.open().filter(|other| other.id != standing.id);
        for other in others.filter(|other| other.drill == standing.drill).map(Standing::of) {
            let left = other.rounds(board).into_iter().filter(|rule| ended.contains(&&rule.id));
            left.for_each(|rule| self.ask_the_rest(rule, other));
        }
    }

    fn ask_the_rest(&mut self, rule: &deadline::Round, standing: Standing<'_>) {
        let rest = self.unasked(rule, standing, None);
        if rest.is_empty() {
            return;
        }
        let all = rest == of_county(self.board);
        let home = self.board.jurisdiction().filter(|_| all);
        let areas = home.map_or_else(|| rest.into_iter().collect(), |home| vec![home]);
        let (reason, drill) = (standing.reason(), standing.drill);
        self.begin_cadence(rule, areas, reason, drill, Some(standing.id));
    }

    /// Returns the townships of a response that nobody asks in a round, those in `apart` as if nobody did.
    fn unasked(
        &self,
        rule: &deadline::Round,
        standing: Standing<'_>,
        apart: Option<&BTreeSet<AreaCode>>,
    ) -> BTreeSet<AreaCode> {
        let asked = self.asked_in_rounds(&rule.id, standing.drill);
        let mut townships = standing.townships(self.board);
        townships.retain(|area| {
            !asked.contains(area) || apart.is_some_and(|apart| apart.contains(area))
        });
        townships
    }
}

fn of_county(board: &Board) -> BTreeSet<AreaCode> {
    let areas = board.jurisdiction().into_iter().flat_map(|home| board.areas.inside(home));
    let townships = areas.map(|area| area.code).filter(|code| code.level() == Level::Township);
    townships.collect()
}

impl Board {
    /// Returns every breach of what must always hold of the rounds that responses hold.
    pub(super) fn round_breaches(&self) -> impl Iterator<Item = String> {
        let on = self.rounds.cadences().filter(|cadence| cadence.is_on());
        on.filter_map(|cadence| {
            let holder = self.responses.get(cadence.response?)?;
            (!holder.is_open()).then(|| format!("{}: held by a response that is over", cadence.id))
        })
    }
}
