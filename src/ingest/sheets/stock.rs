//! What lies in the depots: one line for each item of a depot.

use std::collections::BTreeMap;

use super::{
    Context,
    fault::Faults,
    fields,
    headers::Column,
    list::{List, Seen},
    problem,
};
use crate::domain::{
    ids::SiteId,
    site::SiteKind,
    stock::{Count, StockLine},
};

/// Reads one count for each depot that the file names; a depot's lines need not stand together.
pub(super) fn read(lists: &[List<'_>], context: &Context, faults: &mut Faults) -> Vec<Count> {
    let mut counts: BTreeMap<SiteId, Vec<StockLine>> = BTreeMap::new();
    let mut seen = Seen::new();
    for line in lists.iter().flat_map(List::lines) {
        let depot = line.need(Column::Depot, fields::id::<SiteId>, faults);
        let item = line.need(Column::Item, fields::code, faults);
        let name = line.need(Column::Name, fields::name, faults);
        let unit = line.need(Column::CountedIn, fields::name, faults);
        let quantity = line.need(Column::Quantity, fields::count, faults);
        let known = context.known.as_ref();
        if let Some(depot) = &depot
            && known.is_some_and(|known| known.sites.get(depot) != Some(&SiteKind::Depot))
        {
            line.fault(Column::Depot, problem::unknown_depot(depot), faults);
        }
        let (Some(depot), Some(item)) = (depot, item) else { continue };
        if let Some(row) = seen.repeats((depot.clone(), item.clone()), line.number()) {
            line.fault(Column::Item, problem::repeated(&item, row), faults);
        }
        if let (Some(name), Some(unit), Some(quantity)) = (name, unit, quantity) {
            counts.entry(depot).or_default().push(StockLine { item, name, unit, quantity });
        }
    }
    counts.into_iter().map(|(depot, lines)| Count { depot, lines }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Rows,
        testing::{codes, read_ok},
    };

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
    }
}
