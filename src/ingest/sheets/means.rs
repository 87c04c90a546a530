//! What a unit can do by its figures, what it brings along, and who belongs to it.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::{
    fields,
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::{
    capability::{AMOUNT_MAX, Catalogue, Counting},
    ids::PersonId,
    unit::{CAPABILITY_LIMIT, EQUIPMENT_LIMIT, Equipment, MEMBER_LIMIT, PIECES_MAX},
};

/// Reads capacities: `排涝:1000;供电:50`, each by the code that its word means.
pub(super) fn amounts(
    cell: &Cell,
    catalogue: &Catalogue,
) -> Result<BTreeMap<CompactString, u32>, Problem> {
    let mut amounts = BTreeMap::new();
    for piece in fields::words(cell)? {
        let (word, amount) = piece.split_once([':', '=']).unwrap_or((&piece, ""));
        let (word, amount) = (word.trim(), amount.trim());
        let ability = catalogue.find(word);
        let ability =
            ability.ok_or_else(|| problem::unknown_capability(word, catalogue.known()))?;
        if ability.counted != Counting::Amount {
            return Err(problem::not_measured(word));
        }
        let amount = whole(amount, AMOUNT_MAX).ok_or_else(|| problem::not_an_amount(&piece))?;
        if amounts.insert(ability.code.clone(), amount).is_some() {
            return Err(problem::listed_twice(word));
        }
    }
    few(amounts.len(), CAPABILITY_LIMIT)?;
    Ok(amounts)
}

/// Reads equipment: `冲锋舟:2；救生衣×40`; no number means one piece.
pub(super) fn equipment(cell: &Cell) -> Result<Vec<Equipment>, Problem> {
    let mut equipment: Vec<Equipment> = Vec::new();
    for piece in fields::words(cell)? {
        let split = piece.rsplit_once([':', '×', '*']);
        let (name, count) = match split {
            Some((name, count)) => (name.trim(), whole(count.trim(), PIECES_MAX)),
            None => (piece.as_str(), Some(1)),
        };
        let count = count.filter(|_| !name.is_empty());
        let count = count.ok_or_else(|| problem::not_equipment(&piece))?;
        if equipment.iter().any(|kind| kind.name == name) {
            return Err(problem::listed_twice(name));
        }
        equipment.push(Equipment { name: name.into(), count });
    }
    few(equipment.len(), EQUIPMENT_LIMIT)?;
    Ok(equipment)
}

/// Reads the ids of a team's people.
pub(super) fn members(cell: &Cell) -> Result<Vec<PersonId>, Problem> {
    let members = fields::person_ids(cell)?;
    few(members.len(), MEMBER_LIMIT)?;
    Ok(members)
}

fn whole(text: &str, most: u32) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=most).contains(number))
}

fn few(count: usize, limit: usize) -> Result<(), Problem> {
    if count > limit { Err(problem::too_many(limit)) } else { Ok(()) }
}
