//! What lies where: sums for everybody, depots and lots for those who work with them; and counts (盘点).

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    ApiError, Asked, Caller, Cell, List, ROWS_MAX, Sheet, Web, Written, download, named,
    quantity::Quantity, seen,
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Role},
        board::Board,
        command::Command,
        ids::{AreaCode, SiteId},
        rejection::Rejection,
        site::Site,
        supply::{Count, StockLine, SupplyFault, SupplyStep},
    },
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// One depot; all when left out.
    #[param(value_type = Option<String>)]
    depot: Option<SiteId>,
    /// One item, by code or name.
    #[param(value_type = Option<String>)]
    item: Option<CompactString>,
    /// Depots of this area and of what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
}

/// One item in all the depots that were asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct ItemStock {
    #[schema(value_type = String)]
    item: CompactString,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    unit: CompactString,
    #[serde(flatten)]
    sums: Sums,
    /// Left out for those who see sums only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depots: Vec<DepotStock>,
}

/// How many: `counted` = `free` + `held` + `out` + `expired` − `short`.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub(super) struct Sums {
    /// Lying in the depot, and out of it on loan.
    counted: u64,
    lying: u64,
    /// Can be promised.
    free: u64,
    /// Promised, and still to leave.
    held: u64,
    /// Handed out, on the way or in use.
    out: u64,
    /// Lying there, and of no use any more.
    expired: u64,
    /// Promised, and not there.
    short: u64,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.counted += other.counted;
        self.lying += other.lying;
        self.free += other.free;
        self.held += other.held;
        self.out += other.out;
        self.expired += other.expired;
        self.short += other.short;
    }
}

/// One item in one depot.
#[derive(Serialize, ToSchema)]
pub(super) struct DepotStock {
    #[schema(value_type = String)]
    depot: SiteId,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    area: AreaCode,
    #[serde(flatten)]
    sums: Sums,
    lots: Vec<LotView>,
}

/// One lot.
#[derive(Serialize, ToSchema)]
pub(super) struct LotView {
    #[schema(value_type = String)]
    batch: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    produced: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    expires: Option<NaiveDate>,
    #[schema(value_type = String)]
    position: CompactString,
    quantity: u32,
}

/// What was found in a depot: its whole stock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CountInput {
    #[schema(value_type = String)]
    depot: SiteId,
    lines: Vec<CountedInput>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CountedInput {
    #[schema(value_type = String)]
    item: CompactString,
    quantity: Quantity,
    /// As the catalogue has it when left out.
    #[schema(value_type = Option<String>)]
    unit: Option<CompactString>,
    #[serde(default)]
    #[schema(value_type = String)]
    batch: CompactString,
    #[schema(value_type = Option<String>, format = Date)]
    produced: Option<NaiveDate>,
    #[schema(value_type = Option<String>, format = Date)]
    expires: Option<NaiveDate>,
    #[serde(default)]
    #[schema(value_type = String)]
    position: CompactString,
}

/// Lists what lies where, by item.
#[utoipa::path(get, path = "/api/v1/supplies/stock", params(Filter),
    responses((status = 200, body = Vec<ItemStock>), (status = 403), (status = 422)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<ItemStock>>, ApiError> {
    let items = gather(&web, caller.actor, filter).await?;
    Ok(Json(List::whole(items)))
}

/// Returns the same as a workbook, one row for each lot.
#[utoipa::path(get, path = "/api/v1/supplies/stock.xlsx", params(Filter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403), (status = 422)))]
pub(super) async fn workbook(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, ApiError> {
    let items = gather(&web, caller.actor, filter).await?;
    let rows = items.iter().flat_map(|item| {
        let sum = item.depots.is_empty().then(|| row(item, None, item.sums, None));
        let depots = item.depots.iter().flat_map(move |depot| {
            let bare = depot.lots.is_empty().then_some(None);
            let lots = depot.lots.iter().map(Some).chain(bare);
            lots.map(move |lot| row(item, Some(depot), depot.sums, lot))
        });
        sum.into_iter().chain(depots)
    });
    let headings = &[
        ("物资编码", 16),
        ("名称", 16),
        ("单位", 6),
        ("储备点编号", 18),
        ("储备点", 26),
        ("区划代码", 16),
        ("批次", 14),
        ("生产日期", 12),
        ("有效期至", 12),
        ("存放位置", 14),
        ("数量", 10),
        ("该点可用", 10),
        ("该点预占", 10),
        ("该点在外", 10),
        ("该点缺口", 10),
    ];
    let sheet = Sheet::of("库存", headings, rows, ROWS_MAX);
    download(&web, vec![sheet], "stock.xlsx").await
}

fn row(
    item: &ItemStock,
    depot: Option<&DepotStock>,
    sums: Sums,
    lot: Option<&LotView>,
) -> Vec<Cell> {
    vec![
        Cell::text(&item.item),
        Cell::text(&item.name),
        Cell::text(&item.unit),
        Cell::may(depot.map(|depot| &depot.depot)),
        Cell::may(depot.map(|depot| &depot.name)),
        Cell::may(depot.map(|depot| depot.area)),
        Cell::may(lot.map(|lot| &lot.batch)),
        Cell::may(lot.and_then(|lot| lot.produced)),
        Cell::may(lot.and_then(|lot| lot.expires)),
        Cell::may(lot.map(|lot| &lot.position)),
        Cell::Number(lot.map_or(sums.lying, |lot| u64::from(lot.quantity))),
        Cell::Number(sums.free),
        Cell::Number(sums.held),
        Cell::Number(sums.out),
        Cell::Number(sums.short),
    ]
}

/// Takes a count; it is the whole stock of its depot.
#[utoipa::path(post, path = "/api/v1/supplies/counts", request_body = CountInput,
    responses((status = 204), (status = 403), (status = 422)))]
pub(super) async fn count(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let CountInput { depot, lines } = written.json()?;
    let rules = web.board.read(|board| board.supplies.rules().clone()).await?;
    let line = |line: CountedInput| {
        let known = rules.items.find(&line.item).ok();
        let known_unit = || known.map(|item| item.unit.clone());
        let unit = line.unit.or_else(known_unit).unwrap_or_default();
        let name = known.map_or_else(|| line.item.clone(), |item| item.name.clone());
        StockLine {
            item: line.item,
            name,
            unit,
            quantity: line.quantity.0,
            batch: line.batch,
            produced: line.produced,
            expires: line.expires,
            position: line.position,
        }
    };
    let lines: Vec<StockLine> = lines.into_iter().map(line).collect();
    // An item that the catalogue does not know is refused as such, before what it might be counted in.
    let unknown = lines.iter().find_map(|line| rules.items.resolve(&line.item).err());
    if let Some(fault) = unknown {
        return Err(SubmitError::from(Rejection::from(fault)).into());
    }
    let id = written.command_id(&caller.actor);
    let command = Command::Supply(SupplyStep::Count(vec![Count { depot, lines }]));
    web.board.submit_as(caller.actor, command, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many of each item are out of each depot.
type Outs = BTreeMap<(SiteId, CompactString), u64>;

/// Asks for what the filter wants, by item in order of code.
async fn gather(web: &Web, actor: Actor, filter: Filter) -> Result<Vec<ItemStock>, ApiError> {
    let area = seen(&actor, filter.area)?;
    let now = web.board.now();
    let found = web.board.read(move |board| {
        let rules = board.supplies.rules();
        let item = filter.item.map(|item| rules.items.resolve(&item)).transpose()?;
        let depots = board.depots(area);
        let depots = depots.filter(|site| filter.depot.as_ref().is_none_or(|id| *id == site.id));
        let day = board.day(now);
        let outs = board.supplies.outs();
        let mut items: BTreeMap<CompactString, ItemStock> = BTreeMap::new();
        for site in depots {
            for (item, stock) in in_depot(board, site, item.as_ref(), day, &outs) {
                let (name, unit) = named(rules, &item);
                let sum = items.entry(item.clone()).or_insert_with(|| ItemStock {
                    item,
                    name,
                    unit,
                    sums: Sums::default(),
                    depots: Vec::new(),
                });
                sum.sums.add(stock.sums);
                // A screen on the wall shows how much there is, not where.
                if actor.role != Role::Screen {
                    sum.depots.push(stock);
                }
            }
        }
        Ok::<_, SupplyFault>(items.into_values().collect::<Vec<_>>())
    });
    found.await?.map_err(|fault| SubmitError::from(Rejection::from(fault)).into())
}

/// Returns what lies in one depot, is held there or is out of it, by item.
fn in_depot(
    board: &Board,
    site: &Site,
    wanted: Option<&CompactString>,
    day: NaiveDate,
    outs: &Outs,
) -> BTreeMap<CompactString, DepotStock> {
    let supplies = &board.supplies;
    let mut lots: BTreeMap<CompactString, Vec<LotView>> = BTreeMap::new();
    for line in supplies.stocks.of(&site.id) {
        lots.entry(line.item.clone()).or_default().push(LotView {
            batch: line.batch.clone(),
            produced: line.produced,
            expires: line.expires,
            position: line.position.clone(),
            quantity: line.quantity,
        });
    }
    for (item, _) in supplies.held_at(&site.id) {
        lots.entry(item.clone()).or_default();
    }
    let first = (site.id.clone(), CompactString::default());
    for ((_, item), _) in outs.range(first..).take_while(|((depot, _), _)| *depot == site.id) {
        lots.entry(item.clone()).or_default();
    }
    let wanted = |item: &CompactString| wanted.is_none_or(|wanted| wanted == item);
    let lots = lots.into_iter().filter(|(item, _)| wanted(item));
    let stock = lots.map(|(item, lots)| {
        let lying = lots.iter().map(|lot| u64::from(lot.quantity)).sum::<u64>();
        let usable = supplies.usable(&site.id, &item, day);
        let out = outs.get(&(site.id.clone(), item.clone())).copied().unwrap_or(0);
        let sums = Sums {
            counted: lying + out,
            lying,
            free: supplies.free(&site.id, &item, day),
            held: supplies.held(&site.id, &item),
            out,
            expired: lying.saturating_sub(usable),
            short: supplies.short(&site.id, &item, day),
        };
        let (depot, name) = (site.id.clone(), site.name.clone());
        (item, DepotStock { depot, name, area: site.area, sums, lots })
    });
    stock.collect()
}
