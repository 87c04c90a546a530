//! The transfer order (调拨单) as a page to be printed and signed: no script, and nothing from elsewhere.

use std::fmt::Write as _;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use super::{
    ApiError, Caller, Named, Web, allow,
    movements::found,
    views::{LineView, MovementView},
};
use crate::domain::{actor::Capability, ids::MovementId, supply::Party, time::Timestamp};

/// How it looks on paper: A4, black on white, room for signatures and the seal.
const STYLE: &str = "@page{size:A4;margin:18mm}\
body{font:12pt/1.6 SimSun,'Noto Serif CJK SC',serif;color:#000;background:#fff;max-width:180mm;margin:auto}\
h1{font-size:20pt;text-align:center;letter-spacing:.4em;margin:0 0 4mm}\
.no{display:flex;justify-content:space-between;margin-bottom:2mm}\
table{width:100%;border-collapse:collapse;margin-bottom:5mm;page-break-inside:auto}\
th,td{border:1px solid #000;padding:1.5mm 2mm;text-align:left;vertical-align:top}\
tr{page-break-inside:avoid}th{font-weight:normal;background:#eee;white-space:nowrap}\
td.n{text-align:right}.drill{border:2px solid #000;text-align:center;font-size:16pt;margin-bottom:4mm}\
.sign{display:flex;justify-content:space-between;margin-top:14mm}.sign p{width:31%}\
@media print{th{background:none}}";

/// Returns the order to be printed.
#[utoipa::path(get, path = "/api/v1/supplies/movements/{id}/order.html", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/html"), (status = 403), (status = 404)))]
pub(super) async fn page(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
) -> Result<Response, ApiError> {
    allow(&caller.actor, Capability::SeePhoneNumbers)?;
    let area = caller.actor.area;
    let movement = found(&web, caller.actor, id).await?;
    let incident = movement.incident;
    let (issuer, drill) = web
        .board
        .read(move |board| {
            let county = board.jurisdiction().unwrap_or(area);
            let incident = incident.and_then(|id| board.incidents.get(id));
            (board.areas.name(county), incident.is_some_and(|incident| incident.drill))
        })
        .await?;
    let mut headers = HeaderMap::new();
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((headers, Html(draw(&movement, &issuer, drill))).into_response())
}

/// Draws the order: who gives what to whom, where, on whose word.
fn draw(movement: &MovementView, issuer: &str, drill: bool) -> String {
    let mut page = String::from("<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">");
    let id = movement.id;
    put(&mut page, format_args!("<title>调拨单 {id}</title><style>{STYLE}</style>"));
    if drill {
        page.push_str("<p class=\"drill\">【演练】</p>");
    }
    put(&mut page, format_args!("<h1>应急物资调拨单</h1><p class=\"no\"><span>编号：{id}</span>"));
    let paper = match &movement.paper {
        Some(paper) => format!("书面指令文号：{}", Escaped(paper)),
        None => match movement.paper_due {
            Some(due) => format!("口头指令，书面指令须于 {} 前补齐", minute(due)),
            None => "口头指令".to_owned(),
        },
    };
    put(&mut page, format_args!("<span>{paper}</span></p><table>"));
    let place = movement.to.at.map(|[lon, lat]| format!("（{lon:.5}，{lat:.5}）"));
    let to = format!("{}{}", movement.to.name, place.unwrap_or_default());
    row(&mut page, "签发单位", issuer);
    row(&mut page, "下达人", &movement.ordered_by);
    row(&mut page, "下达时间", &minute(movement.held_at));
    row(&mut page, "调出单位", &movement.from.name);
    row(&mut page, "移交联系人", &contact(movement.sender.as_ref()));
    row(&mut page, "接收单位", &movement.receiver.unit);
    row(&mut page, "接收地点", &to);
    row(&mut page, "接收联系人", &contact(Some(&movement.receiver)));
    if let Some(incident) = movement.incident {
        row(&mut page, "事件", &incident.to_string());
    }
    if !movement.note.is_empty() {
        row(&mut page, "备注", &movement.note);
    }
    page.push_str("</table><table><tr><th>序号<th>物资编码<th>物资名称<th>规格<th>单位<th>数量<th>已出库<th>批次</tr>");
    for (number, line) in (1..).zip(&movement.lines) {
        goods(&mut page, number, line);
    }
    page.push_str(
        "</table><div class=\"sign\"><p>签发人：<br><br>（公章）</p><p>移交人：<br><br>日期：</p>\
         <p>接收人：<br><br>日期：</p></div></html>",
    );
    page
}

fn goods(page: &mut String, number: u32, line: &LineView) {
    let left = line.wanted - line.held - line.released;
    let batches = line.lots.iter().filter(|lot| !lot.batch.is_empty());
    let batches: Vec<_> = batches.map(|lot| format!("{}×{}", lot.batch, lot.quantity)).collect();
    put(
        page,
        format_args!(
            "<tr><td>{number}<td>{}<td>{}<td>{}<td>{}<td class=\"n\">{}<td class=\"n\">{left}<td>{}</tr>",
            Escaped(&line.item),
            Escaped(&line.name),
            Escaped(&line.spec),
            Escaped(&line.unit),
            line.wanted,
            Escaped(&batches.join("、"))
        ),
    );
}

fn row(page: &mut String, name: &str, text: &str) {
    put(page, format_args!("<tr><th>{name}<td>{}</tr>", Escaped(text)));
}

fn contact(party: Option<&Party>) -> String {
    party.map_or_else(String::new, |party| format!("{} {}", party.person, party.phone))
}

/// Writes `2026-07-21 18:00`.
fn minute(at: Timestamp) -> String {
    at.to_string()[..16].replace('T', " ")
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("writing to a string cannot fail");
}

/// Text that stays text between tags.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
