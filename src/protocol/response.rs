//! A response as the wall shows it: one line.

use std::cmp::Reverse;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    board::Board,
    ids::{AreaCode, ResponseId},
    response::{Grade, Response, Summary},
    time::Timestamp,
    warning::Colour,
};

/// Open responses in a snapshot, the gravest first.
const LIMIT: usize = 20;

/// An open response: its level is not a warning's colour.
#[derive(Serialize, ToSchema)]
pub struct ResponseLine {
    #[schema(value_type = String)]
    pub id: ResponseId,
    /// Such as Ⅱ级防汛应急响应.
    pub title: String,
    /// 1 (Ⅰ, gravest) to 4.
    #[schema(value_type = u8)]
    pub level: Grade,
    #[schema(value_type = String)]
    pub colour: Colour,
    pub drill: bool,
    #[schema(value_type = Vec<String>)]
    pub scope: Vec<AreaCode>,
    /// When it was started.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Its tasks that were not taken back.
    pub total: usize,
    pub done: usize,
    pub overdue: usize,
}

impl ResponseLine {
    /// Returns the open responses that somebody with `area` sees: in earnest before drills, the gravest first.
    pub fn all(board: &Board, area: AreaCode, now: Timestamp) -> Vec<Self> {
        let mut open: Vec<&Response> =
            board.responses.open().filter(|response| response.concerns(area)).collect();
        open.sort_by_key(|response| (response.drill, response.level, Reverse(response.id)));
        open.truncate(LIMIT);
        open.into_iter().map(|response| Self::of(board, response, now)).collect()
    }

    fn of(board: &Board, response: &Response, now: Timestamp) -> Self {
        let tally = Summary::of(board.tasks_of(response.id), now).whole;
        Self {
            id: response.id,
            title: response.title(),
            level: response.level,
            colour: response.level.colour(),
            drill: response.drill,
            scope: response.scope.iter().copied().collect(),
            since: response.started_at(),
            total: tally.total,
            done: tally.done,
            overdue: tally.overdue,
        }
    }
}
