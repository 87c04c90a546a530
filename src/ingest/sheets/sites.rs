//! The lists of bases, depots, shelters, gauges and points of risk.

use compact_str::CompactString;

use super::{
    Context,
    fault::Faults,
    fields, gauges,
    headers::Column,
    list::{Line, List, Seen},
    point::{self, MARGIN_KM, UPSTREAM_KM},
    problem::{self, Problem},
    table::Cell,
    units::contact,
};
use crate::domain::{
    ids::{PersonId, SiteId},
    site::{EvacuationPlan, Facts, Hazard, RiskPoint, Shelter, Site, SiteKind},
};

/// Longest evacuation plan, in characters.
const MAX_PLAN: usize = 1_000;
/// Most people in a shelter or at a point of risk.
const MAX_PEOPLE: u32 = 1_000_000;
/// Most people named for one duty at a point of risk.
const MAX_NAMED: usize = 20;

pub(super) fn read(
    kind: SiteKind,
    lists: &[List<'_>],
    context: &Context,
    faults: &mut Faults,
) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    let mut seen = Seen::new();
    for line in lists.iter().flat_map(List::lines) {
        let id = line.need(Column::Id, fields::id::<SiteId>, faults);
        let is_known = |site: &&mut Site| kind == SiteKind::Gauge && Some(&site.id) == id.as_ref();
        let known = sites.iter_mut().find(is_known);
        if known.is_some_and(|site| gauges::add_later(line, context, site, faults)) {
            continue;
        }
        let name = line.need(Column::Name, fields::name, faults);
        let area = line.need(Column::Area, fields::area_code, faults);
        if let Some(area) = area {
            context.check_area(line, area, faults);
        }
        let margin_km = if kind == SiteKind::Gauge { UPSTREAM_KM } else { MARGIN_KM };
        let at = point::need(line, context, margin_km, faults);
        let contact = contact(line, context, faults);
        let facts = match kind {
            SiteKind::Base => Some(Facts::Base),
            SiteKind::Depot => Some(Facts::Depot),
            SiteKind::Shelter => shelter(line, faults).map(Facts::Shelter),
            SiteKind::Gauge => {
                gauges::read(line, context, faults).map(|gauge| Facts::Gauge(Box::new(gauge)))
            }
            SiteKind::RiskPoint => risk_point(line, context, faults).map(Facts::RiskPoint),
        };
        if let Some(id) = &id {
            if let Some(row) = seen.repeats(id.clone(), line.number()) {
                line.fault(Column::Id, problem::repeated(id, row), faults);
            }
            check_kind(line, context, id, kind, faults);
        }
        if let (Some(id), Some(name), Some(area), Some(at), Some(facts)) =
            (id, name, area, at, facts)
        {
            sites.push(Site { id, name, area, at, contact, facts });
        }
    }
    sites
}

fn check_kind(line: Line<'_>, context: &Context, id: &SiteId, kind: SiteKind, faults: &mut Faults) {
    let known = context.known.as_ref().and_then(|known| known.sites.get(id));
    if let Some(known) = known.filter(|known| **known != kind) {
        line.fault(Column::Id, problem::other_kind(known), faults);
    }
}

fn shelter(line: Line<'_>, faults: &mut Faults) -> Option<Shelter> {
    let capacity = line.need(Column::Capacity, capacity, faults);
    let night_capacity = line.may(Column::NightCapacity, people, faults);
    if let Some((capacity, night)) = capacity.zip(night_capacity)
        && night > capacity
    {
        line.fault(Column::NightCapacity, problem::not_between(0, capacity), faults);
    }
    Some(Shelter { capacity: capacity?, night_capacity })
}

fn capacity(cell: &Cell) -> Result<u32, Problem> {
    people(cell).and_then(|count| match count {
        0 => Err(problem::not_between(1, MAX_PEOPLE)),
        count => Ok(count),
    })
}

fn people(cell: &Cell) -> Result<u32, Problem> {
    let count = fields::count(cell)?;
    if count > MAX_PEOPLE { Err(problem::not_between(0, MAX_PEOPLE)) } else { Ok(count) }
}

fn risk_point(line: Line<'_>, context: &Context, faults: &mut Faults) -> Option<RiskPoint> {
    let hazard = line.need(Column::Hazard, hazard, faults);
    let residents = line.need(Column::Residents, people, faults);
    let repaired = line.need(Column::Repaired, fields::yes, faults);
    let plan = plan(line, context, faults);
    let watchers = named(line, Column::Watchers, context, faults);
    let movers = named(line, Column::Movers, context, faults);
    let (hazard, residents, repaired) = (hazard?, residents?, repaired?);
    Some(RiskPoint { hazard, residents, repaired, plan, watchers, movers })
}

fn named(line: Line<'_>, column: Column, context: &Context, faults: &mut Faults) -> Vec<PersonId> {
    let people = line.may(column, fields::person_ids, faults).unwrap_or_default();
    context.check_people(line, column, &people, faults);
    if people.len() > MAX_NAMED {
        line.fault(column, problem::too_many(MAX_NAMED), faults);
    }
    people
}

fn hazard(cell: &Cell) -> Result<Hazard, Problem> {
    let hazards: Vec<_> = Hazard::ALL.iter().map(|one| (*one, one.as_str(), one.zh())).collect();
    fields::word(cell, &hazards)
}

fn plan(line: Line<'_>, context: &Context, faults: &mut Faults) -> Option<EvacuationPlan> {
    let text = line.may(Column::Plan, plan_text, faults).unwrap_or_default();
    let people = line.may(Column::PlanPeople, capacity, faults);
    if line.cell(Column::Shelter).is_empty() && (!text.is_empty() || people.is_some()) {
        line.fault(Column::Shelter, problem::plan_to_nowhere(), faults);
    }
    let unknown = |id: &SiteId| problem::unknown_shelter(id);
    let shelter = context.site(line, Column::Shelter, SiteKind::Shelter, unknown, faults)?;
    Some(EvacuationPlan { shelter, people, text })
}

fn plan_text(cell: &Cell) -> Result<CompactString, Problem> {
    let text = cell.text();
    if text.chars().count() > MAX_PLAN {
        return Err(problem::too_long(MAX_PLAN));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Known, Rows,
        testing::{codes, codes_in, read_ok},
    };
    use super::*;
    use crate::domain::site::Measure;

    #[test]
    fn thresholds_change_from_a_day_on_and_a_gauge_guards_several_areas() {
        let text = "id,name,area,lon,lat,measures,flood_limit_m,valid_from,guards,station\n\
                    g-1,石岭水库,990101,114.45,35.6,水库站,118.0,,990101001；990101002,0012345678\n\
                    g-1,石岭水库,990101,114.45,35.6,水库站,117.5,2026-09-01,,\n\
                    g-1,石岭水库,990101,114.45,35.6,水库站,116.5,2026-06-01,,\n";
        let Rows::Sites(sites) = read_ok(Kind::Gauges, text).rows else { panic!() };
        let [Site { facts: Facts::Gauge(gauge), .. }] = &sites[..] else { panic!("{sites:?}") };
        let limit = |day: &str| {
            let at = format!("2026-{day}T00:00:00+08:00").parse().unwrap();
            gauge.thresholds_at(at).flood_limit_m.unwrap()
        };
        assert_eq!([limit("05-31"), limit("06-01"), limit("10-01")], [118.0, 116.5, 117.5]);
        assert_eq!(gauge.guards.len(), 2);
        assert_eq!(gauge.station.as_deref(), Some("0012345678"));
        let twice = format!("{text}g-1,石岭水库,990101,114.45,35.6,水库站,117.5,2026-09-01,,\n");
        assert_eq!(codes(Kind::Gauges, &twice), ["5 valid_from unlikely"]);
    }

    #[test]
    fn a_gauge_is_read_with_its_thresholds() {
        let text = "站码,站名,区划代码,经度,纬度,站类,河流,基面,警戒水位,保证水位,上报间隔\n\
                    g-1,柳河站,990101,114.45,35.6,河道站,柳河,1985国家高程基准,64.10,66.1,300\n\
                    g-2,青石站,990101,114.45,35.6,rain,,,,,\n";
        let Rows::Sites(sites) = read_ok(Kind::Gauges, text).rows else { panic!() };
        let Facts::Gauge(gauge) = &sites[0].facts else { panic!() };
        assert_eq!((gauge.measures, gauge.thresholds.warning_m), (Measure::River, Some(64.1)));
        assert_eq!((gauge.water.as_deref(), gauge.reports_every_s), (Some("柳河"), Some(300)));
        assert_eq!(sites[1].kind(), SiteKind::Gauge);
    }

    #[test]
    fn every_fault_of_a_site_is_named_with_its_cell() {
        let gauges = "id,name,area,lon,lat,measures,warning_m,guarantee_m,rain_1h_mm\n\
                      g-1,甲,990101,114.45,35.6,潮位站,,,\n\
                      g-2,乙,990101,114.45,35.6,河道站,66,64,\n\
                      g-3,丙,990101,114.45,35.6,rain,64,,\n\
                      g-4,丁,990101,114.45,35.6,rain,,,五十\n";
        let expected = [
            "2 measures one_of",
            "3 guarantee_m unlikely",
            "4 warning_m unlikely",
            "5 rain_1h_mm not_a_number",
        ];
        assert_eq!(codes(Kind::Gauges, gauges), expected);
        let points = "id,name,area,lon,lat,hazard,residents,repaired,shelter,plan\n\
                      r-1,甲,990101,114.45,35.6,海啸,-1,也许,,\n\
                      r-2,乙,990101,114.45,35.6,滑坡,46,否,,步行\n\
                      r-2,丙,990101,114.45,35.6,滑坡,46,否,,\n";
        let expected = [
            "2 hazard one_of",
            "2 residents not_a_count",
            "2 repaired not_yes_or_no",
            "3 shelter plan_to_nowhere",
            "4 id repeated",
        ];
        assert_eq!(codes(Kind::RiskPoints, points), expected);
        let shelters = "id,name,area,lon,lat,capacity\ns-1,甲,990101,114.45,35.6,0\n";
        assert_eq!(codes(Kind::Shelters, shelters), ["2 capacity not_between"]);
        let by_night = "编号,名称,区划代码,经度,纬度,容纳人数,夜间容纳人数\n\
                        s-1,甲,990101,114.45,35.6,500,501\n\
                        s-2,乙,990101,114.45,35.6,500,很多\n";
        let expected = ["2 夜间容纳人数 not_between", "3 夜间容纳人数 not_a_count"];
        assert_eq!(codes(Kind::Shelters, by_night), expected);
    }

    #[test]
    fn a_point_of_risk_names_who_watches_it_who_moves_its_people_and_how_many() {
        let text = "编号,名称,区划代码,经度,纬度,灾害种类,受威胁人口,是否已整治,安置地点,转移人数,监测责任人,转移责任人\n\
                    r-1,甲,990101,114.45,35.6,滑坡,46,否,一中,52,p-1；p-2,p-2\n";
        let site = |id: &str| (id.parse().unwrap(), SiteKind::Shelter);
        let names = [((SiteKind::Shelter, "一中".into()), "s-1".parse().unwrap())].into();
        let known = Known {
            sites: [site("s-1")].into(),
            names,
            people: ["p-1", "p-2"].map(|id| id.parse().unwrap()).into(),
            ..Known::nothing_of("990101".parse().unwrap())
        };
        let known_areas = [("990101".parse().unwrap(), "示例县".into())].into();
        let context = Context { known: Some(known), known_areas, ..Context::default() };
        let rows = super::super::read(Kind::RiskPoints, text.as_bytes(), &context).unwrap().rows;
        let Rows::Sites(sites) = rows else { panic!() };
        let Facts::RiskPoint(point) = &sites[0].facts else { panic!() };
        assert_eq!((point.residents, point.to_move()), (46, 52));
        assert_eq!(point.plan.as_ref().unwrap().shelter.as_str(), "s-1", "by its name");
        assert_eq!((point.watchers.len(), point.movers[0].as_str()), (2, "p-2"));
        let wrong = text.replace("一中,52,p-1；p-2,p-2", "二中,0,p-1；p-1,p-9");
        let expected = [
            "2 转移人数 not_between",
            "2 安置地点 unknown_shelter",
            "2 监测责任人 named_twice",
            "2 转移责任人 unknown_people",
        ];
        assert_eq!(codes_in(Kind::RiskPoints, wrong.as_bytes(), &context), expected);
        let nowhere = text.replace("一中,52", ",52");
        let expected = ["2 安置地点 plan_to_nowhere"];
        assert_eq!(codes_in(Kind::RiskPoints, nowhere.as_bytes(), &context), expected);
    }

    #[test]
    fn a_site_keeps_its_kind_and_a_plan_leads_to_a_shelter() {
        let site = |id: &str, kind| (id.parse().unwrap(), kind);
        let known = Known {
            sites: [site("d-1", SiteKind::Depot), site("s-1", SiteKind::Shelter)].into(),
            ..Known::nothing_of("990101".parse().unwrap())
        };
        let known_areas = [("990101".parse().unwrap(), "示例县".into())].into();
        let context = Context { known: Some(known), known_areas, ..Context::default() };
        let text = "id,name,area,lon,lat,hazard,residents,repaired,shelter\n\
                    r-1,甲,990101,114.45,35.6,滑坡,46,否,s-1\n\
                    r-2,乙,990101,114.45,35.6,滑坡,46,否,d-1\n\
                    d-1,丙,990101,114.45,35.6,滑坡,46,是,\n";
        let expected = ["3 shelter unknown_shelter", "4 id other_kind"];
        assert_eq!(codes_in(Kind::RiskPoints, text.as_bytes(), &context), expected);
    }
}
