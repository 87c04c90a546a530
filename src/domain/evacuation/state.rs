//! Every evacuation and transfer, how full shelters are, and what is derived from them for speed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Ended, Evacuation, Occupancy, Stage, Transfer};
use crate::domain::{
    event::{Entry, EvacuationEvent, EvacuationOrdered, ShelterCounted, TransferOrdered},
    ids::{AreaCode, EvacuationId, SiteId, TransferId},
};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evacuations {
    by_id: BTreeMap<EvacuationId, Evacuation>,
    transfers: BTreeMap<TransferId, Transfer>,
    occupancies: BTreeMap<SiteId, Occupancy>,
    #[serde(skip)]
    index: Index,
}

/// Transfers that still concern somebody: running, or with people away from home.
#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    by_area: BTreeSet<(AreaCode, TransferId)>,
    running_to: BTreeSet<(SiteId, TransferId)>,
    expected: BTreeMap<SiteId, u32>,
    moving: BTreeMap<SiteId, TransferId>,
}

impl Evacuations {
    pub fn get(&self, id: EvacuationId) -> Option<&Evacuation> {
        self.by_id.get(&id)
    }

    /// Returns every evacuation in the order in which they were ordered.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Evacuation> {
        self.by_id.values()
    }

    pub fn transfer(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers.get(&id)
    }

    /// Returns the transfers of an evacuation in the order of the order.
    pub fn transfers_of<'a>(
        &'a self,
        evacuation: &'a Evacuation,
    ) -> impl Iterator<Item = &'a Transfer> {
        evacuation.transfers.iter().filter_map(|id| self.transfer(*id))
    }

    /// Returns the transfers from `area` and all that lies in it that still concern somebody, by area.
    pub fn current_in(&self, area: AreaCode) -> impl Iterator<Item = &Transfer> {
        let all = (area, TransferId(0))..=(area.last_inside(), TransferId(u64::MAX));
        self.index.by_area.range(all).filter_map(|(_, id)| self.transfer(*id))
    }

    /// Returns how full a shelter is; none where nobody has ever been.
    pub fn occupancy(&self, shelter: &SiteId) -> Option<&Occupancy> {
        self.occupancies.get(shelter)
    }

    /// Returns how many places of a shelter are kept for people on their way.
    pub fn expected_at(&self, shelter: &SiteId) -> u32 {
        self.index.expected.get(shelter).copied().unwrap_or(0)
    }

    /// Returns how many running transfers lead to a shelter.
    pub fn running_to(&self, shelter: &SiteId) -> usize {
        let all = (shelter.clone(), TransferId(0))..=(shelter.clone(), TransferId(u64::MAX));
        self.index.running_to.range(all).count()
    }

    /// Returns the transfer by which those of a point of risk are being moved.
    pub fn moving(&self, risk_point: &SiteId) -> Option<TransferId> {
        self.index.moving.get(risk_point).copied()
    }

    /// Tells whether people are in a shelter or on their way there.
    pub(in crate::domain) fn needs(&self, shelter: &SiteId) -> bool {
        let inside = self.occupancies.get(shelter).is_some_and(|known| known.people > 0);
        inside || self.running_to(shelter) > 0
    }

    pub(in crate::domain) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(in crate::domain) fn next_transfer(&self) -> u64 {
        self.transfers.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    /// Derives what a snapshot leaves out.
    pub(in crate::domain) fn rebuild(&mut self) {
        self.index = Index::default();
        self.transfers.values().for_each(|transfer| self.index.note(transfer));
    }

    pub(in crate::domain) fn apply(&mut self, event: &EvacuationEvent, entry: &Entry) {
        match event {
            EvacuationEvent::EvacuationOrdered(ordered) => {
                self.by_id.insert(ordered.id, evacuation(ordered, entry));
            }
            EvacuationEvent::TransferOrdered(ordered) => self.begin(ordered, entry),
            EvacuationEvent::TransferProgressed(progressed) => {
                let change = |transfer: &mut Transfer| {
                    transfer.numbers = progressed.numbers;
                    transfer.note.clone_from(&progressed.note);
                };
                let (before, transfer) = self.change(progressed.id, entry, change);
                let arrived = i64::from(progressed.numbers.moved) - i64::from(before);
                self.arrive(transfer, arrived, &progressed.over_capacity);
            }
            EvacuationEvent::TransferEnded(ended) => {
                self.change(ended.id, entry, |transfer| {
                    transfer.stage = if ended.called_off { Stage::CalledOff } else { Stage::Done };
                    transfer.note.clone_from(&ended.note);
                });
            }
            EvacuationEvent::EvacuationEnded(ended) => {
                if let Some(known) = self.by_id.get_mut(&ended.id) {
                    known.ended = Some(Ended {
                        at: entry.at,
                        by: entry.actor.clone(),
                        permitted_by: ended.permitted_by.clone(),
                        note: ended.note.clone(),
                    });
                }
            }
            EvacuationEvent::TransferReturning(returning) => {
                self.change(returning.id, entry, |transfer| {
                    transfer.stage = Stage::Returning;
                    transfer.returning = Some(returning.task);
                });
            }
            EvacuationEvent::TransferReturned(returned) => {
                let (_, transfer) = self.change(returned.id, entry, |transfer| {
                    transfer.stage = Stage::Returned;
                    transfer.note.clone_from(&returned.note);
                });
                self.arrive(transfer, -i64::from(returned.people), "");
            }
            EvacuationEvent::ShelterCounted(counted) => self.count(counted, entry),
        }
    }

    fn begin(&mut self, ordered: &TransferOrdered, entry: &Entry) {
        let transfer = transfer(ordered, entry);
        self.index.note(&transfer);
        if let Some(evacuation) = self.by_id.get_mut(&ordered.evacuation) {
            evacuation.transfers.push(ordered.id);
        }
        self.transfers.insert(ordered.id, transfer);
    }

    fn count(&mut self, counted: &ShelterCounted, entry: &Entry) {
        let occupancy = Occupancy {
            people: counted.people,
            counted: Some((entry.at, entry.actor.clone())),
            over_capacity: counted.over_capacity.clone(),
            note: counted.note.clone(),
        };
        self.occupancies.insert(counted.shelter.clone(), occupancy);
    }

    /// Changes a transfer, and returns how many were moved before and its id.
    fn change(
        &mut self,
        id: TransferId,
        entry: &Entry,
        change: impl FnOnce(&mut Transfer),
    ) -> (u32, TransferId) {
        let Some(transfer) = self.transfers.get_mut(&id) else {
            debug_assert!(false, "an unknown transfer was changed");
            return (0, id);
        };
        let before = transfer.numbers.moved;
        self.index.forget(transfer);
        change(transfer);
        transfer.changed_at = entry.at;
        transfer.changed_by.clone_from(&entry.actor);
        self.index.note(transfer);
        (before, id)
    }

    /// Notes that so many more of a transfer are in its shelter, or so many fewer.
    fn arrive(&mut self, id: TransferId, people: i64, over_capacity: &str) {
        let Some(transfer) = self.transfers.get(&id).filter(|transfer| !transfer.drill) else {
            return;
        };
        let known = self.occupancies.entry(transfer.to.clone()).or_default();
        // Whoever counted there may have seen fewer than were reported: nobody is there less than nobody.
        let left = i64::from(known.people).saturating_add(people).max(0);
        known.people = u32::try_from(left).unwrap_or(u32::MAX);
        if !over_capacity.is_empty() {
            known.over_capacity = over_capacity.into();
        }
    }

    /// Returns every breach of what must always hold.
    pub(in crate::domain) fn breaches(&self) -> Vec<String> {
        let mut expected: BTreeMap<&SiteId, u32> = BTreeMap::new();
        let mut breaches = Vec::new();
        for transfer in self.transfers.values() {
            *expected.entry(&transfer.to).or_default() += transfer.expected();
            if !self.by_id.contains_key(&transfer.evacuation) {
                breaches.push(format!("{}: of no evacuation", transfer.id));
            }
        }
        for (shelter, kept) in &self.index.expected {
            if expected.get(shelter).copied().unwrap_or(0) != *kept {
                breaches.push(format!("{shelter}: keeps {kept} places for nobody"));
            }
        }
        for (shelter, wanted) in expected.into_iter().filter(|(_, wanted)| *wanted > 0) {
            if self.expected_at(shelter) != wanted {
                breaches.push(format!("{shelter}: {wanted} people come and no place is kept"));
            }
        }
        let crowded = |known: &&Occupancy| known.people > super::headcount::MOST_PEOPLE;
        let crowded = self.occupancies.values().filter(crowded).count();
        breaches.extend((crowded > 0).then(|| format!("{crowded} shelters hold a whole city")));
        breaches
    }
}

impl Index {
    fn note(&mut self, transfer: &Transfer) {
        let id = transfer.id;
        if transfer.stage == Stage::Running || transfer.has_people_away() {
            self.by_area.insert((transfer.from.area, id));
        }
        if transfer.stage != Stage::Running {
            return;
        }
        self.running_to.insert((transfer.to.clone(), id));
        if let Some(point) = transfer.from.risk_point.as_ref().filter(|_| !transfer.drill) {
            self.moving.insert(point.clone(), id);
        }
        if transfer.expected() > 0 {
            *self.expected.entry(transfer.to.clone()).or_default() += transfer.expected();
        }
    }

    fn forget(&mut self, transfer: &Transfer) {
        self.by_area.remove(&(transfer.from.area, transfer.id));
        self.running_to.remove(&(transfer.to.clone(), transfer.id));
        if let Some(point) = &transfer.from.risk_point
            && self.moving.get(point) == Some(&transfer.id)
        {
            self.moving.remove(point);
        }
        if let Some(kept) = self.expected.get_mut(&transfer.to) {
            *kept = kept.saturating_sub(transfer.expected());
            if *kept == 0 {
                self.expected.remove(&transfer.to);
            }
        }
    }
}

fn evacuation(ordered: &EvacuationOrdered, entry: &Entry) -> Evacuation {
    Evacuation {
        id: ordered.id,
        area: ordered.area,
        hazard: ordered.hazard,
        title: ordered.title.clone(),
        text: ordered.text.clone(),
        on_word_of: ordered.on_word_of.clone(),
        incident: ordered.incident,
        due_at: ordered.due_at,
        over_capacity: ordered.over_capacity.clone(),
        drill: ordered.drill,
        ordered_at: entry.at,
        ordered_by: entry.actor.clone(),
        ended: None,
        transfers: Vec::new(),
    }
}

fn transfer(ordered: &TransferOrdered, entry: &Entry) -> Transfer {
    Transfer {
        id: ordered.id,
        evacuation: ordered.evacuation,
        from: ordered.from.clone(),
        to: ordered.to.clone(),
        to_area: ordered.to_area,
        people: ordered.people,
        post: ordered.post.clone(),
        task: ordered.task,
        due_at: ordered.due_at,
        drill: ordered.drill,
        stage: Stage::Running,
        numbers: super::Numbers::default(),
        returning: None,
        changed_at: entry.at,
        changed_by: entry.actor.clone(),
        note: String::new(),
    }
}
