//! What a list of gauges says of each beyond where it stands. Several lines of one gauge are its thresholds from
//! one day on after another.

use super::{
    Context,
    dates::{self, Hint},
    fault::Faults,
    fields,
    headers::Column,
    list::Line,
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::{
    ids::AreaCode,
    site::{Facts, Gauge, Later, Measure, Site, Thresholds},
    time::Timestamp,
};

const MEASURES: &[(Measure, &str, &str)] = &[
    (Measure::Rain, "rain", "雨量站"),
    (Measure::River, "river", "河道站"),
    (Measure::River, "river", "水位站"),
    (Measure::Reservoir, "reservoir", "水库站"),
];

pub(super) fn read(line: Line<'_>, context: &Context, faults: &mut Faults) -> Option<Gauge> {
    let measures = line.need(Column::Measures, |cell| fields::word(cell, MEASURES), faults);
    let water = line.may(Column::Water, fields::name, faults);
    let datum = line.may(Column::Datum, fields::name, faults);
    let station = line.may(Column::Station, fields::code, faults);
    let guards = line.may(Column::Guards, area_codes, faults).unwrap_or_default();
    for code in &guards {
        context.check_area(line, *code, faults);
    }
    let given = thresholds(line, faults);
    let from = line.may(Column::ValidFrom, |cell| day(cell, context), faults);
    let (thresholds, later) = match from {
        Some(from) => (Thresholds::default(), vec![Later { from, thresholds: given }]),
        None => (given, Vec::new()),
    };
    let reports_every_s = line.may(Column::ReportsEvery, fields::count, faults);
    let measures = measures?;
    let gauge =
        Gauge { measures, water, datum, thresholds, later, guards, station, reports_every_s };
    check(line, &gauge, faults);
    Some(gauge)
}

/// Adds the thresholds of a further line to a gauge that has been read; tells whether the line gives a day from
/// which they hold.
pub(super) fn add_later(
    line: Line<'_>,
    context: &Context,
    site: &mut Site,
    faults: &mut Faults,
) -> bool {
    let from = line.may(Column::ValidFrom, |cell| day(cell, context), faults);
    let (Some(from), Facts::Gauge(gauge)) = (from, &mut site.facts) else { return false };
    gauge.later.push(Later { from, thresholds: thresholds(line, faults) });
    gauge.later.sort_by_key(|later| later.from);
    check(line, gauge, faults);
    true
}

fn check(line: Line<'_>, gauge: &Gauge, faults: &mut Faults) {
    if let Some((field, remedy)) = gauge.fault() {
        line.fault(column_of(field), problem::unlikely(remedy), faults);
    }
}

fn thresholds(line: Line<'_>, faults: &mut Faults) -> Thresholds {
    let mut number = |column| line.may(column, fields::number, faults);
    Thresholds {
        warning_m: number(Column::Warning),
        high_water_m: number(Column::HighWater),
        guarantee_m: number(Column::Guarantee),
        flood_limit_m: number(Column::FloodLimit),
        historic_m: number(Column::Historic),
        rain_1h_mm: number(Column::Rain1h),
        rain_3h_mm: number(Column::Rain3h),
        rain_6h_mm: number(Column::Rain6h),
        rain_24h_mm: number(Column::Rain24h),
        leave_1h_mm: number(Column::Leave1h),
        leave_3h_mm: number(Column::Leave3h),
        leave_6h_mm: number(Column::Leave6h),
        leave_24h_mm: number(Column::Leave24h),
    }
}

/// Returns the column from which a gauge's field is read.
fn column_of(field: &str) -> Column {
    match field {
        "rain_1h_mm" => Column::Rain1h,
        "leave_1h_mm" => Column::Leave1h,
        "flood_limit_m" => Column::FloodLimit,
        "high_water_m" => Column::HighWater,
        "guarantee_m" => Column::Guarantee,
        "historic_m" => Column::Historic,
        "reports_every_s" => Column::ReportsEvery,
        "guards" => Column::Guards,
        "later" => Column::ValidFrom,
        _ => Column::Warning,
    }
}

/// Returns the beginning of a day where the lists are kept.
fn day(cell: &Cell, context: &Context) -> Result<Timestamp, Problem> {
    let date = dates::date(cell, Hint::default())?;
    Ok(Timestamp::from_local(context.zone, date, 0))
}

fn area_codes(cell: &Cell) -> Result<Vec<AreaCode>, Problem> {
    let text = fields::digits(cell)?;
    let pieces = text.split([';', '；', '、', ' ', '\n']).filter(|piece| !piece.is_empty());
    pieces.map(|piece| fields::area_code(&Cell::Text(piece.into()))).collect()
}
