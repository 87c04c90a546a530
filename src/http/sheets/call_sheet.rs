//! The paper call sheet (电话叫应单): who is to be called where, now and after the next change of shift, with room to tick
//! them off. It is printed before it is needed: on the day it is, nothing may be left but paper and a telephone.

use axum::{extract::State, response::Response};
use chrono_tz::Tz;
use rust_xlsxwriter::XlsxError;
use serde::Deserialize;
use utoipa::IntoParams;

use super::page::{self, Cell, Headings, ROWS_MAX, Sheet, download};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        ids::{AreaCode, PersonId},
        rejection::Rejection,
        roster::Staffing,
        time::Timestamp,
    },
    http::{
        ApiError, Web,
        request::{Asked, Caller, allow},
    },
    protocol::{DutyPlace, Viewer},
};

const HEADINGS: Headings = &[
    ("序号", 6),
    ("区划", 14),
    ("岗位", 24),
    ("次序", 8),
    ("姓名", 10),
    ("职务", 20),
    ("电话", 16),
    ("其他电话", 16),
    ("值班至", 18),
    ("拨打时间", 12),
    ("接听人", 10),
    ("答复", 24),
];

#[derive(Deserialize, IntoParams)]
pub(in crate::http) struct Where {
    /// This area and what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
}

/// Returns whom to call by hand, post by post in the order of calling, as a workbook to be printed.
#[utoipa::path(get, path = "/api/v1/call-sheet.xlsx", params(Where),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 401), (status = 403), (status = 422)))]
pub(in crate::http) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(Where { area }): Asked<Where>,
) -> Result<Response, ApiError> {
    // Without clear numbers it would be no use, and with them it is not for everybody.
    allow(&caller.actor, Capability::OverrideRoster)?;
    let (actor, now) = (caller.actor, web.board.now());
    let sheet = web.board.read(move |board| {
        let area = area.unwrap_or(actor.area);
        if board.areas.get(area).is_none() {
            return Err(Rejection::UnknownArea(area));
        }
        if !actor.sees(area) {
            return Err(Rejection::OutsideArea(area));
        }
        Ok(sheet(board, area, &Viewer { actor: &actor, now }))
    });
    let sheet = sheet.await?.map_err(SubmitError::from)?;
    download(&web, vec![sheet], "call-sheet.xlsx").await
}

/// The whole county's, with everybody's numbers: for paper, and for nobody who has not the key to the machine.
pub(crate) struct CallSheet {
    sheet: Sheet,
    zone: Tz,
}

impl CallSheet {
    pub fn of(board: &Board, now: Timestamp) -> Self {
        let area = board.jurisdiction().unwrap_or(AreaCode::UNSET);
        let viewer = Viewer { actor: &Actor::console(area), now };
        Self { sheet: sheet(board, area, &viewer), zone: board.timezone() }
    }

    /// Writes it as a workbook.
    pub fn write(self) -> Result<Vec<u8>, XlsxError> {
        page::write(&[self.sheet], self.zone)
    }
}

fn sheet(board: &Board, area: AreaCode, viewer: &Viewer<'_>) -> Sheet {
    let rows = board.roster.within(area).flat_map(|staffing| lines(board, staffing, viewer.now));
    let rows = rows.zip(1_u64..).map(|(line, number)| row(board, &line, number, viewer));
    Sheet::of("电话叫应单", HEADINGS, rows, ROWS_MAX)
}

/// Somebody to be called at a post.
struct Line {
    place: DutyPlace,
    order: &'static str,
    /// Nobody, where nobody holds the post.
    person: Option<PersonId>,
    until: Option<Timestamp>,
}

/// Returns who is to be called at a post: whoever is on duty, whoever is next, and the deputies.
fn lines(board: &Board, staffing: &Staffing, now: Timestamp) -> Vec<Line> {
    let place = DutyPlace::of(board, &staffing.post.id);
    let duty = board.on_duty(staffing, now);
    let mut listed: Vec<PersonId> = Vec::new();
    let mut lines = Vec::new();
    let mut list = |order, people: Vec<PersonId>, until: Option<Timestamp>| {
        for person in people {
            if !listed.contains(&person) {
                listed.push(person.clone());
                lines.push(Line { place: place.clone(), order, person: Some(person), until });
            }
        }
    };
    let people = |people: Vec<&PersonId>| people.into_iter().cloned().collect::<Vec<_>>();
    let gap = duty.people.is_empty();
    list("值班", people(duty.people), duty.to);
    if let Some(at) = duty.to {
        let next = board.on_duty(staffing, at);
        list("接班", people(next.people), next.to);
    }
    list("替补", staffing.post.deputies.clone(), None);
    if gap {
        lines.insert(0, Line { place, order: "值班", person: None, until: duty.to });
    }
    lines
}

fn row(board: &Board, line: &Line, number: u64, viewer: &Viewer<'_>) -> Vec<Cell> {
    let known = line.person.as_ref().and_then(|person| board.people.get(person));
    let phone = line.person.as_ref().and_then(|person| viewer.number(board, person, true));
    let clear = known.and_then(|known| known.phone()) == phone.as_deref();
    let other = known.filter(|_| clear).and_then(|known| {
        let mut numbers = known.contacts.iter().map(|contact| contact.address.as_str());
        numbers.find(|number| !number.is_empty() && Some(*number) != phone.as_deref())
    });
    vec![
        Cell::number(number),
        Cell::text(&line.place.area_name),
        Cell::text(&line.place.post_title),
        Cell::text(line.order),
        known.map_or_else(|| Cell::text("无人值班"), |known| Cell::text(&known.name)),
        Cell::may(known.map(|known| &known.title)),
        Cell::may(phone.as_ref()),
        Cell::may(other),
        Cell::may_time(line.until),
        Cell::empty(),
        Cell::empty(),
        Cell::empty(),
    ]
}
