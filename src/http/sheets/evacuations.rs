//! People who are brought to safety (转移情况表): each order, how far it has come by area, and each transfer.
//!
//! Invariant: of an order that goes beyond what its caller sees, only the part that he sees is counted.

use axum::{extract::State, response::Response};

use super::{
    page::{Cell, Headings, ROWS_MAX, Sheet, download},
    words,
};
use crate::{
    domain::{
        board::Board,
        evacuation::{Evacuation, Tally, Transfer},
        ids::{AreaCode, EvacuationId},
        time::Timestamp,
    },
    http::{
        ApiError, Web,
        evacuations::Filter,
        request::{Asked, Caller},
    },
    protocol::{EvacuationView, TallyRow, TransferView},
};

const ORDERS: Headings = &[
    ("编号", 10),
    ("转移命令", 30),
    ("区划代码", 16),
    ("区划", 16),
    ("灾种", 10),
    ("事件", 10),
    ("下达时间", 20),
    ("下达人", 12),
    ("批示领导", 12),
    ("时限", 20),
    ("状态", 10),
    ("转移批数", 9),
    ("应转移", 9),
    ("已转移", 9),
    ("完成率", 8),
    ("拒绝转移", 9),
    ("行动不便", 9),
    ("失联", 8),
    ("进行中", 8),
    ("超时", 8),
    ("解除时间", 20),
    ("批准解除", 12),
];
const AREAS: Headings = &[
    ("命令编号", 10),
    ("转移命令", 30),
    ("区划代码", 16),
    ("区划", 20),
    ("转移批数", 9),
    ("应转移", 9),
    ("已转移", 9),
    ("完成率", 8),
    ("拒绝转移", 9),
    ("行动不便", 9),
    ("失联", 8),
    ("进行中", 8),
    ("超时", 8),
];
const TRANSFERS: Headings = &[
    ("编号", 10),
    ("命令编号", 10),
    ("区划代码", 16),
    ("区划", 16),
    ("转出地点", 26),
    ("安置点编号", 16),
    ("安置点", 26),
    ("责任岗位", 24),
    ("状态", 10),
    ("时限", 20),
    ("应转移", 9),
    ("已转移", 9),
    ("拒绝转移", 9),
    ("行动不便", 9),
    ("失联", 8),
    ("超时", 6),
    ("最近反馈", 20),
    ("反馈人", 12),
    ("说明", 36),
];

/// What a row is made from.
struct Looking<'b> {
    board: &'b Board,
    area: AreaCode,
    now: Timestamp,
}

/// Returns the evacuations that the list of the same questions shows, with their progress by area and their transfers,
/// as a workbook.
#[utoipa::path(get, path = "/api/v1/evacuations.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400), (status = 401), (status = 422)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    let page = filter.page();
    let (most, after) = (page.rows()?, page.after::<EvacuationId>()?);
    let (area, now) = (filter.within(&caller.actor)?, web.board.now());
    let sheets = web.board.read(move |board| {
        let looking = Looking { board, area, now };
        let orders = || filter.choose(board, area, after).take(most);
        let areas = orders().flat_map(|known| looking.areas(known));
        let transfers = orders().flat_map(|known| looking.transfers(known));
        let transfers = transfers.map(|transfer| looking.transfer(transfer));
        let rows = filter.choose(board, area, after).map(|known| looking.order(known));
        vec![
            Sheet::of("转移命令", ORDERS, rows, most),
            Sheet::of("分区划进度", AREAS, areas, ROWS_MAX),
            Sheet::of("转移清单", TRANSFERS, transfers, ROWS_MAX),
        ]
    });
    download(&web, sheets.await?, "evacuations.xlsx").await
}

impl<'b> Looking<'b> {
    fn transfers(&self, known: &'b Evacuation) -> impl Iterator<Item = &'b Transfer> + use<'b> {
        let area = self.area;
        let all = self.board.evacuations.transfers_of(known);
        all.filter(move |transfer| area.contains(transfer.from.area))
    }

    /// Adds up what is seen of an order, by the areas below the narrower of its own and the one asked for.
    fn tally(&self, known: &'b Evacuation) -> (Tally, Vec<TallyRow>) {
        let below = if self.area.contains(known.area) { known.area } else { self.area };
        TallyRow::of(self.board, self.transfers(known), below, self.now)
    }

    fn order(&self, known: &'b Evacuation) -> Vec<Cell> {
        let view = EvacuationView::of(self.board, known, self.now);
        let (tally, _) = self.tally(known);
        let mut cells = vec![
            Cell::text(view.id),
            Cell::Text(words::marked(&view.title, view.drill)),
            Cell::text(view.area),
            Cell::text(&view.area_name),
            Cell::may(view.hazard.map(|hazard| hazard.zh())),
            Cell::may(view.incident),
            Cell::Time(view.ordered_at),
            Cell::text(&view.ordered_by),
            Cell::text(&view.on_word_of),
            Cell::Time(view.due_at),
            Cell::text(words::evacuation(view.state)),
        ];
        cells.extend(counts(&tally));
        cells.push(Cell::may_time(view.ended.as_ref().map(|ended| ended.at)));
        cells.push(Cell::may(view.ended.as_ref().map(|ended| &ended.permitted_by)));
        cells
    }

    fn areas(&self, known: &'b Evacuation) -> Vec<Vec<Cell>> {
        let (_, below) = self.tally(known);
        let row = |row: TallyRow| {
            let mut cells = vec![
                Cell::text(known.id),
                Cell::Text(words::marked(&known.title, known.drill)),
                Cell::text(row.area),
                Cell::text(&row.name),
            ];
            cells.extend(counts(&row.tally));
            cells
        };
        below.into_iter().map(row).collect()
    }

    fn transfer(&self, known: &Transfer) -> Vec<Cell> {
        let view = TransferView::of(self.board, known, self.now);
        let numbers = view.numbers;
        vec![
            Cell::text(view.id),
            Cell::text(view.evacuation),
            Cell::text(view.from.area),
            Cell::text(&view.from.area_name),
            Cell::Text(words::marked(&view.from.name, view.drill)),
            Cell::text(&view.to.id),
            Cell::text(&view.to.name),
            Cell::text(&view.post_title),
            Cell::text(words::transfer(view.state)),
            Cell::Time(view.due_at),
            Cell::number(view.people),
            Cell::number(numbers.moved),
            Cell::number(numbers.refusing),
            Cell::number(numbers.immobile),
            Cell::number(numbers.out_of_contact),
            Cell::yes(view.overdue),
            Cell::Time(view.changed_at),
            Cell::text(&view.changed_by),
            Cell::text(&view.note),
        ]
    }
}

fn counts(tally: &Tally) -> [Cell; 9] {
    [
        Cell::number(tally.transfers),
        Cell::Number(tally.planned),
        Cell::Number(tally.moved),
        Cell::Share { part: tally.moved, whole: tally.planned },
        Cell::Number(tally.refusing),
        Cell::Number(tally.immobile),
        Cell::Number(tally.out_of_contact),
        Cell::number(tally.open),
        Cell::number(tally.overdue),
    ]
}
