//! The list of teams, vehicles and machines.

use std::collections::BTreeSet;

use super::{
    Context,
    fault::Faults,
    fields,
    headers::Column,
    list::{Line, List, Seen},
    means,
    point::{self, MARGIN_KM},
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::{
    ids::{PersonId, UnitId},
    unit::{SLOWEST_REPORT_S, Unit, UnitKind},
};

/// How often a terminal reports where the list does not say, in seconds.
const REPORTS_EVERY_S: u32 = 60;

pub(super) fn read(lists: &[List<'_>], context: &Context, faults: &mut Faults) -> Vec<Unit> {
    let mut units = Vec::new();
    let (mut ids, mut terminals) = (Seen::new(), Seen::new());
    for line in lists.iter().flat_map(List::lines) {
        let Some(unit) = unit(line, context, faults) else { continue };
        if let Some(row) = ids.repeats(unit.id.clone(), line.number()) {
            line.fault(Column::Id, problem::repeated(&unit.id, row), faults);
        } else if let Some(row) = terminals.repeats(unit.terminal().to_owned(), line.number()) {
            line.fault(Column::Terminal, problem::repeated(unit.terminal(), row), faults);
        }
        units.push((line, unit));
    }
    check_terminals(&units, context, faults);
    units.into_iter().map(|(_, unit)| unit).collect()
}

fn unit(line: Line<'_>, context: &Context, faults: &mut Faults) -> Option<Unit> {
    let id = line.need(Column::Id, fields::id::<UnitId>, faults);
    let name = line.need(Column::Name, fields::name, faults);
    let kind = line.need(Column::Kind, kind, faults);
    let area = line.need(Column::Area, fields::area_code, faults);
    if let Some(area) = area {
        context.check_area(line, area, faults);
    }
    let base = point::may(line, context, MARGIN_KM, faults);
    let terminal = line.may(Column::Terminal, fields::code, faults);
    let reports_every_s = line.may(Column::ReportsEvery, period, faults);
    let strength = line.may(Column::Strength, fields::count, faults);
    let contact = contact(line, context, faults);
    let capabilities = line.may(Column::Capabilities, fields::words, faults).unwrap_or_default();
    let amounts = |cell: &Cell| means::amounts(cell, &context.abilities);
    let capacity = line.may(Column::Amounts, amounts, faults).unwrap_or_default();
    let equipment = line.may(Column::Equipment, means::equipment, faults).unwrap_or_default();
    let members = people(line, Column::Members, context, faults);
    let deputy = person(line, Column::Deputy, context, faults);
    let (id, name, kind, area) = (id?, name?, kind?, area?);
    // A terminal that bears the unit's own id needs no name of its own.
    let terminal = terminal.filter(|terminal| terminal != id.as_str());
    let reports_every_s = reports_every_s.unwrap_or(REPORTS_EVERY_S);
    Some(Unit {
        id,
        name,
        kind,
        area,
        base,
        reports_every_s,
        terminal,
        strength,
        contact,
        capabilities,
        capacity,
        equipment,
        members,
        deputy,
    })
}

/// Reads who is responsible.
pub(super) fn contact(line: Line<'_>, context: &Context, faults: &mut Faults) -> Option<PersonId> {
    person(line, Column::Contact, context, faults)
}

fn person(
    line: Line<'_>,
    column: Column,
    context: &Context,
    faults: &mut Faults,
) -> Option<PersonId> {
    let person = line.may(column, fields::person_id, faults)?;
    context.check_people(line, column, std::slice::from_ref(&person), faults);
    Some(person)
}

fn people(line: Line<'_>, column: Column, context: &Context, faults: &mut Faults) -> Vec<PersonId> {
    let people = line.may(column, means::members, faults).unwrap_or_default();
    context.check_people(line, column, &people, faults);
    people
}

fn kind(cell: &Cell) -> Result<UnitKind, Problem> {
    let kinds: Vec<_> =
        UnitKind::ALL.iter().map(|kind| (*kind, kind.as_str(), kind.zh())).collect();
    fields::word(cell, &kinds)
}

fn period(cell: &Cell) -> Result<u32, Problem> {
    let seconds = fields::count(cell)?;
    let fits = (1..=SLOWEST_REPORT_S).contains(&seconds);
    fits.then_some(seconds).ok_or_else(|| problem::not_between(1, SLOWEST_REPORT_S))
}

/// Notes terminals of units that were imported before and are not in the file, which may exchange them.
fn check_terminals(units: &[(Line<'_>, Unit)], context: &Context, faults: &mut Faults) {
    let Some(known) = &context.known else { return };
    let coming: BTreeSet<&UnitId> = units.iter().map(|(_, unit)| &unit.id).collect();
    for (line, unit) in units {
        let owner = known.terminals.get(unit.terminal());
        if let Some(owner) = owner.filter(|owner| !coming.contains(owner)) {
            line.fault(Column::Terminal, problem::terminal_taken(owner), faults);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Known, Rows,
        testing::{codes, codes_in, read_ok},
    };
    use super::*;

    #[test]
    fn a_list_of_vehicles_is_read_with_what_each_can_do() {
        let text = "编号,名称,类型,所属区划,经度,纬度,终端号,上报间隔,人数,能力\n\
                    u-1,一号艇,冲锋舟,990101,114.45,35.6,866001,10,3,水域救援；转移\n\
                    u-2,东街村队,team,990101100201,,,,,26,\n";
        let Rows::Units(units) = read_ok(Kind::Units, text).rows else { panic!() };
        assert_eq!((units[0].kind, units[0].base), (UnitKind::Boat, Some([114.45, 35.6])));
        assert_eq!(units[0].capabilities, ["水域救援", "转移"]);
        assert_eq!((units[0].terminal(), units[1].terminal()), ("866001", "u-2"));
        assert_eq!((units[0].reports_every_s, units[1].reports_every_s), (10, REPORTS_EVERY_S));
        assert_eq!((units[1].strength, units[1].base), (Some(26), None));
    }

    #[test]
    fn what_a_team_brings_along_is_read_with_its_people_and_its_capacity() {
        let text = "编号,名称,类型,区划代码,能力,能力指标,主要装备,队员编号,备用联系人\n\
                    u-1,一号泵车,排涝泵车,990101,排涝,排涝：1000,移动泵:2；水带×20、照明灯,p1;p2,p3\n";
        let Rows::Units(units) = read_ok(Kind::Units, text).rows else { panic!() };
        let unit = &units[0];
        assert_eq!(unit.capacity, [("pump".into(), 1_000)].into());
        let pieces: Vec<_> = unit.equipment.iter().map(|e| (e.name.as_str(), e.count)).collect();
        assert_eq!(pieces, [("移动泵", 2), ("水带", 20), ("照明灯", 1)]);
        assert_eq!(unit.members, ["p1", "p2"].map(|id| id.parse::<PersonId>().unwrap()));
        assert_eq!(unit.deputy.as_ref().unwrap().as_str(), "p3");
    }

    #[test]
    fn means_that_cannot_be_are_told_with_row_and_column() {
        let text = "id,name,kind,area,capacity,equipment,members\n\
                    u-1,甲,pump_truck,990101,潜水:3,泵:0,p 1\n\
                    u-2,乙,pump_truck,990101,水域救援:2,泵:二,p1;p1\n\
                    u-3,丙,pump_truck,990101,排涝,泵:1;泵:2,\n\
                    u-4,丁,pump_truck,990101,排涝:1.5,:3,\n\
                    u-5,戊,pump_truck,990101,排涝:1;pump:2,,\n";
        let expected = [
            "2 capacity unknown_capability",
            "2 equipment not_equipment",
            "2 members not_an_id",
            "3 capacity not_measured",
            "3 equipment not_equipment",
            "3 members named_twice",
            "4 capacity not_an_amount",
            "4 equipment listed_twice",
            "5 capacity not_an_amount",
            "5 equipment not_equipment",
            "6 capacity listed_twice",
        ];
        assert_eq!(codes(Kind::Units, text), expected);
    }

    #[test]
    fn every_fault_of_every_line_is_reported_at_once() {
        let text = "id,name,kind,area,lon,lat,terminal,reports_every_s,strength\n\
                    u-1,,潜艇,9,114,,,0,-3\n\
                    u 2,乙,boat,990101,35.6,114.45,,3601,\n\
                    u-3,丙,boat,990101,,,t-1,,\n\
                    u-3,丁,boat,990101,,,t-2,,\n\
                    u-5,戊,boat,990101,,,t-1,,\n";
        let expected = [
            "2 name missing",
            "2 kind one_of",
            "2 area not_an_area_code",
            "2 lat half_a_point",
            "2 reports_every_s not_between",
            "2 strength not_a_count",
            "3 id not_an_id",
            "3 lat swapped",
            "3 reports_every_s not_between",
            "5 id repeated",
            "6 terminal repeated",
        ];
        assert_eq!(codes(Kind::Units, text), expected);
    }

    #[test]
    fn a_terminal_of_a_unit_that_is_not_in_the_file_is_refused_and_an_exchange_is_not() {
        let known = Known {
            terminals: [("t-1", "u-1"), ("t-9", "u-9")]
                .map(|(terminal, unit)| (terminal.into(), unit.parse().unwrap()))
                .into(),
            ..Known::nothing_of("990101".parse().unwrap())
        };
        let known_areas = [("990101".parse().unwrap(), "示例县".into())].into();
        let context = Context { known: Some(known), known_areas, ..Context::default() };
        let text = "id,name,kind,area,terminal\nu-1,甲,boat,990101,t-2\nu-2,乙,boat,990101,t-1\n\
                    u-3,丙,boat,990101,t-9\n";
        let expected = ["4 terminal terminal_taken"];
        assert_eq!(codes_in(Kind::Units, text.as_bytes(), &context), expected);
    }
}
