//! What lies in the depots: one line for each lot of an item.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::{
    Context,
    dates::{self, Hint},
    fault::Faults,
    fields,
    headers::Column,
    list::{Line, List, Seen},
    problem,
};
use crate::domain::{
    ids::SiteId,
    site::SiteKind,
    supply::{Count, StockLine, SupplyFault, catalogue::Item},
};

/// Reads one count for each depot that the file names; a depot's lines need not stand together.
pub(super) fn read(lists: &[List<'_>], context: &Context, faults: &mut Faults) -> Vec<Count> {
    let mut counts: BTreeMap<SiteId, Vec<StockLine>> = BTreeMap::new();
    let mut seen = Seen::new();
    for line in lists.iter().flat_map(List::lines) {
        let unknown = |id: &SiteId| problem::unknown_depot(id);
        line.filled(Column::Depot, faults);
        let depot = context.site(line, Column::Depot, SiteKind::Depot, unknown, faults);
        let written = line.need(Column::Item, fields::code, faults);
        let quantity = line.need(Column::Quantity, fields::count, faults);
        let named = written.and_then(|written| named(line, written, context, faults));
        let lot = lot(line, faults);
        let (Some(depot), Some((item, name, unit))) = (depot, named) else { continue };
        let stock = StockLine { item, name, unit, quantity: quantity.unwrap_or(0), ..lot };
        let key = (depot.clone(), stock.item.clone(), stock.lot());
        if let Some(row) = seen.repeats(key, line.number()) {
            line.fault(Column::Item, problem::repeated(&stock.item, row), faults);
        }
        counts.entry(depot).or_default().push(stock);
    }
    counts.into_iter().map(|(depot, lines)| Count { depot, lines }).collect()
}

/// Returns the item by the county's own code, its name and what it is counted in; the catalogue says what the file
/// leaves out.
fn named(
    line: Line<'_>,
    written: CompactString,
    context: &Context,
    faults: &mut Faults,
) -> Option<(CompactString, CompactString, CompactString)> {
    let catalogue = context.known.as_ref().map(|known| &known.catalogue);
    let Some(catalogue) = catalogue.filter(|catalogue| !catalogue.is_empty()) else {
        let name = line.need(Column::Name, fields::name, faults);
        let unit = line.need(Column::CountedIn, fields::name, faults);
        return Some((written, name?, unit?));
    };
    let unit = line.may(Column::CountedIn, fields::name, faults);
    match catalogue.find(&written) {
        Ok(Item { id, name, unit: counted_in, .. }) => {
            if let Some(unit) = unit.filter(|unit| unit != counted_in) {
                line.fault(Column::CountedIn, problem::other_unit(unit, counted_in), faults);
            }
            Some((id.clone(), name.clone(), counted_in.clone()))
        }
        Err(fault) => {
            line.fault(Column::Item, problem::unknown_item(&written, near(fault)), faults);
            None
        }
    }
}

/// Returns the items that may have been meant.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else comes of looking an item up")]
fn near(fault: SupplyFault) -> String {
    let near = match fault {
        SupplyFault::UnknownItem { near, .. } => near,
        SupplyFault::AmbiguousItem { ids, .. } => ids,
        _ => String::new(),
    };
    if near.is_empty() { "无".to_owned() } else { near }
}

fn lot(line: Line<'_>, faults: &mut Faults) -> StockLine {
    let date = |cell: &_| dates::date(cell, Hint::default());
    let produced: Option<NaiveDate> = line.may(Column::Produced, date, faults);
    let expires: Option<NaiveDate> = line.may(Column::Expires, date, faults);
    if produced.zip(expires).is_some_and(|(produced, expires)| expires < produced) {
        line.fault(Column::Expires, problem::expires_before_made(), faults);
    }
    StockLine {
        batch: line.may(Column::Batch, fields::code, faults).unwrap_or_default(),
        position: line.may(Column::Position, fields::name, faults).unwrap_or_default(),
        produced,
        expires,
        ..StockLine::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Kind, Known, Rows, read as read_file,
            testing::{codes, codes_in, read_ok},
        },
        *,
    };
    use crate::domain::supply::SupplyRules;

    #[test]
    fn lines_of_one_depot_are_one_count() {
        let text = "储备点,物资编码,物资名称,单位,数量\n\
                    d-1,2030101,冲锋舟,艘,12\nd-2,1010201,帐篷,顶,60\nd-1,1010201,帐篷,顶,300\n";
        let import = read_ok(Kind::Stock, text);
        assert_eq!(import.rows.len(), 3);
        let Rows::Stock(counts) = import.rows else { panic!() };
        assert_eq!((counts.len(), counts[0].lines.len()), (2, 2));
    }

    #[test]
    fn an_item_twice_in_a_depot_and_half_a_boat_are_faults() {
        let text = "depot,item,name,unit,quantity\n\
                    d-1,2030101,冲锋舟,艘,12\nd-1,2030101,冲锋舟,艘,0.5\nd-1,,,,\n";
        let expected = ["3 quantity not_a_count", "3 item repeated"];
        assert_eq!(codes(Kind::Stock, text)[..2], expected);
        let negative = "depot,item,name,unit,quantity\nd-1,boat,冲锋舟,艘,-3\n";
        assert_eq!(codes(Kind::Stock, negative), ["2 quantity not_a_count"]);
    }

    #[test]
    fn lots_have_batches_dates_and_places_of_their_own() {
        let text = "储备点,物资编码,名称,单位,数量,批次,生产日期,有效期至,仓位\n\
                    d-1,food,方便食品,箱,40,P1,2026-03-01,2027/2/28,A-1\n\
                    d-1,food,方便食品,箱,60,P2,20260801,2027年8月1日,A-2\n\
                    d-1,food,方便食品,箱,9,,,,\n";
        let Rows::Stock(counts) = read_ok(Kind::Stock, text).rows else { panic!() };
        let [first, second, third] = &counts[0].lines[..] else { panic!() };
        assert_eq!((first.batch.as_str(), first.position.as_str()), ("P1", "A-1"));
        assert_eq!(first.expires, NaiveDate::from_ymd_opt(2027, 2, 28));
        assert_eq!(second.produced, NaiveDate::from_ymd_opt(2026, 8, 1));
        assert_eq!(third.lot(), crate::domain::supply::Lot::default());
        let wrong = "depot,item,name,unit,quantity,batch,produced,expires\n\
                     d-1,food,食品,箱,40,P1,2026-03-01,2026-02-01\n\
                     d-1,food,食品,箱,40,P1,2026-02-30,\n";
        let expected = ["2 expires expires_before_made", "3 produced not_a_date"];
        assert_eq!(codes(Kind::Stock, wrong), expected);
    }

    #[test]
    fn with_a_catalogue_an_item_is_known_by_any_name_and_an_unknown_one_is_refused() {
        let text = "储备点,物资,数量\nd-1,冲锋舟,12\nd-1,2040101,3\nd-1,帐篷,60\n";
        let Rows::Stock(counts) = read_file(Kind::Stock, text.as_bytes(), &known()).unwrap().rows
        else {
            panic!()
        };
        let lines = counts[0].lines.iter();
        let named: Vec<_> = lines.map(|l| (l.item.as_str(), l.unit.as_str())).collect();
        assert_eq!(named, [("boat", "艘"), ("pump", "台"), ("tent", "顶")]);
        let wrong = "depot,item,unit,quantity\nd-1,冲峰舟,艘,1\nd-1,boat,只,2\nd-9,boat,艘,2\n";
        let expected = ["2 item unknown_item", "3 unit other_unit", "4 depot unknown_depot"];
        assert_eq!(codes_in(Kind::Stock, wrong.as_bytes(), &known()), expected);
        let faults = read_file(Kind::Stock, wrong.as_bytes(), &known()).unwrap_err();
        let said = faults.iter().next().unwrap().zh().to_string();
        assert!(said.contains("boat 冲锋舟"), "{said}");
    }

    fn known() -> Context {
        let rules: SupplyRules = toml::from_str(crate::config::SUPPLIES).unwrap();
        let known = Known {
            sites: [("d-1".parse().unwrap(), SiteKind::Depot)].into(),
            catalogue: rules.items,
            ..Known::nothing_of("990101".parse().unwrap())
        };
        Context { known: Some(known), ..Context::default() }
    }
}
