//! What one tick looks like: each unit's position written once, and put together for each view that differs.

use std::{
    collections::{BTreeMap, HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::Arc,
};

use bytes::Bytes;
use serde::Serialize;

use super::{
    Form, Look,
    record::{Packed, RECORD, write_record, write_text},
};
use crate::{
    domain::{ids::AreaCode, time::Timestamp},
    hub::wire::{self, Kind},
    positions::{
        Fix, Registry, Staleness, UnitNumber,
        cells::{Cell, Cells, Changed, Number, Tick, View},
    },
};

/// Bytes before the units in the packed form.
const PACKED_HEAD: usize = 16;
const PACKED_VERSION: u8 = 1;

/// What is known of every unit on the map.
pub(super) struct Table {
    registry: Arc<Registry>,
    /// By number.
    fixes: Vec<Option<(Fix, Staleness)>>,
    cells: Cells,
}

impl Table {
    pub fn new(registry: Arc<Registry>) -> Self {
        Self { registry, fixes: Vec::new(), cells: Cells::default() }
    }

    pub fn tick(&self) -> Tick {
        self.cells.now()
    }

    /// Takes in a changed list of units: one that is off the list goes off the map.
    pub fn renew(&mut self, registry: Arc<Registry>) {
        if Arc::ptr_eq(&registry, &self.registry) {
            return;
        }
        self.registry = registry;
        for number in 0..self.fixes.len() {
            if let Some((Fix { unit, .. }, _)) = self.fixes[number]
                && !self.registry.lists(unit)
            {
                self.fixes[number] = None;
                self.cells.remove(unit.number());
            }
        }
    }

    pub fn put(&mut self, fixes: &[Fix]) {
        for fix in fixes {
            let position = fix.unit.index();
            if position >= self.fixes.len() {
                self.fixes.resize(position + 1, None);
            }
            let known = &mut self.fixes[position];
            let newer = known.as_ref().is_none_or(|(known, _)| known.at < fix.at);
            if newer && self.registry.lists(fix.unit) {
                *known = Some((*fix, Staleness::Fresh));
                self.cells.put(fix.unit.number(), fix.place());
            }
        }
    }

    /// Looks at every age: a unit of which nothing is heard has to look so.
    pub fn grow_old(&mut self, now: Timestamp) {
        for (fix, staleness) in self.fixes.iter_mut().flatten() {
            let Some(known) = self.registry.get(fix.unit) else { continue };
            let current = Staleness::of(fix.at, now, known.period_s());
            if current != *staleness {
                *staleness = current;
                self.cells.touch(fix.unit.number());
            }
        }
    }

    fn get(&self, unit: Number) -> Option<&(Fix, Staleness)> {
        self.fixes.get(unit as usize).and_then(Option::as_ref)
    }

    /// Tells whether somebody with `area` may see the unit: it is at home there, or comes from above.
    fn may_see(&self, area: AreaCode, unit: UnitNumber) -> bool {
        let home = self.registry.get(unit).map(|known| known.area);
        home.is_some_and(|home| area.contains(home) || home.contains(area))
    }
}

/// Units of one place, too many to be drawn one by one.
#[derive(Debug, Clone, Copy, Default)]
struct Cluster {
    count: u32,
    lost: u32,
    lon: f64,
    lat: f64,
}

#[derive(Serialize)]
struct ClusterItem {
    lon: f64,
    lat: f64,
    count: u32,
    #[serde(skip_serializing_if = "is_zero")]
    lost: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the serialiser passes it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Where each unit's text or record stands in a buffer, once it has been asked for.
#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    places: Vec<Option<(u32, u32)>>,
}

impl Written {
    fn of(&mut self, unit: Number, write: impl FnOnce(&mut Vec<u8>)) -> &[u8] {
        let position = unit as usize;
        if position >= self.places.len() {
            self.places.resize(position + 1, None);
        }
        let (start, end) = *self.places[position].get_or_insert_with(|| {
            let start = self.bytes.len();
            write(&mut self.bytes);
            (small(start), small(self.bytes.len()))
        });
        &self.bytes[start as usize..end as usize]
    }
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("a tick's positions are some megabytes")
}

type ViewKey = (AreaCode, View, Form, Option<Tick>);

/// One tick, drawn up for whoever asks.
pub(super) struct Sheet<'t> {
    table: &'t Table,
    now: Timestamp,
    tick: Tick,
    text: Written,
    packed: Written,
    /// By level and since when; nothing where that is too long ago.
    changed: HashMap<(u8, Tick), Option<Changed>>,
    frames: HashMap<ViewKey, Option<(Bytes, u64)>>,
    clusters: HashMap<(AreaCode, u8), BTreeMap<Cell, Cluster>>,
    /// In which frame each unit was last, so that it is in each once.
    seen: Vec<u32>,
    frame: u32,
    delivered: u64,
}

impl<'t> Sheet<'t> {
    /// Ends the tick that runs and draws it up.
    pub fn new(table: &'t mut Table, now: Timestamp) -> Self {
        let tick = table.cells.turn();
        Self {
            seen: vec![0; table.fixes.len()],
            table,
            now,
            tick,
            text: Written::default(),
            packed: Written::default(),
            changed: HashMap::new(),
            frames: HashMap::new(),
            clusters: HashMap::new(),
            frame: 0,
            delivered: 0,
        }
    }

    pub fn tick(&self) -> Tick {
        self.tick
    }

    /// Returns how many positions were handed out.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Returns the frame for a view: what changed since a tick, or everything there is.
    pub fn units(&mut self, look: &Look, since: Option<Tick>) -> Option<Bytes> {
        let key = (look.area, look.view.clone(), look.form, since);
        if let Some(known) = self.frames.get(&key) {
            let (frame, count) = known.clone()?;
            self.delivered += count;
            return Some(frame);
        }
        let made = self.put_together(look, since);
        self.delivered += made.as_ref().map_or(0, |(_, count)| *count);
        self.frames.insert(key, made.clone());
        made.map(|(frame, _)| frame)
    }

    fn put_together(&mut self, look: &Look, since: Option<Tick>) -> Option<(Bytes, u64)> {
        let (units, full) = match since.and_then(|since| self.changed_in(&look.view, since)) {
            Some(changed) => (changed, false),
            None => (self.table.cells.within(&look.view), true),
        };
        self.frame += 1;
        let mut body = Vec::with_capacity(units.len() * RECORD + PACKED_HEAD);
        let mut count = 0;
        for unit in units {
            count += u64::from(self.append(&mut body, unit, look));
        }
        if count == 0 && !full {
            return None;
        }
        Some((self.envelope(body, look.form, full, count), count))
    }

    fn changed_in(&mut self, view: &View, since: Tick) -> Option<Vec<Number>> {
        let cells = &self.table.cells;
        let changed = self
            .changed
            .entry((view.level, since))
            .or_insert_with(|| cells.since(view.level, since));
        Some(view.part(changed.as_ref()?).flatten().copied().collect())
    }

    /// Appends a unit, unless the frame has it already or the client may not see it.
    fn append(&mut self, body: &mut Vec<u8>, unit: Number, look: &Look) -> bool {
        let (table, now) = (self.table, self.now);
        let Some((fix, staleness)) = table.get(unit) else {
            return self.append_gone(body, unit, look);
        };
        let seen = &mut self.seen[unit as usize];
        if *seen == self.frame || !table.may_see(look.area, fix.unit) {
            return false;
        }
        *seen = self.frame;
        match look.form {
            Form::Text => {
                let Some(known) = table.registry.get(fix.unit) else { return false };
                if !body.is_empty() {
                    body.push(b',');
                }
                let text = self.text.of(unit, |out| write_text(out, &known.id, fix, *staleness));
                body.extend_from_slice(text);
            }
            Form::Packed => {
                let record = self.packed.of(unit, |out| write_record(out, fix, *staleness, now));
                body.extend_from_slice(record);
            }
        }
        true
    }

    /// Appends that a unit is off the map.
    fn append_gone(&mut self, body: &mut Vec<u8>, unit: Number, look: &Look) -> bool {
        let seen = self.seen.get_mut(unit as usize).filter(|seen| **seen != self.frame);
        let known = self.table.registry.at(unit);
        let (Some(seen), Some(known)) = (seen, known) else { return false };
        if !look.area.contains(known.area) && !known.area.contains(look.area) {
            return false;
        }
        *seen = self.frame;
        match look.form {
            Form::Text => {
                if !body.is_empty() {
                    body.push(b',');
                }
                let gone = serde_json::json!({ "unit": known.id, "gone": true });
                body.extend_from_slice(gone.to_string().as_bytes());
            }
            Form::Packed => {
                body.extend_from_slice(&unit.to_le_bytes());
                body.extend_from_slice(&[0; 16]);
                body.extend_from_slice(&[Packed::GONE, 0, 0, 0]);
            }
        }
        true
    }

    fn envelope(&self, body: Vec<u8>, form: Form, full: bool, count: u64) -> Bytes {
        let mut payload = Vec::with_capacity(body.len() + 96);
        let kind = match form {
            Form::Text => {
                let full = if full { "\"full\":true," } else { "" };
                let head = format!(r#"{{"type":"positions","at":"{}",{full}"items":["#, self.now);
                payload.extend_from_slice(head.as_bytes());
                payload.extend_from_slice(&body);
                payload.extend_from_slice(b"]}");
                Kind::Text
            }
            Form::Packed => {
                payload.extend_from_slice(&[PACKED_VERSION, u8::from(full), 0, 0]);
                payload.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
                payload.extend_from_slice(&self.now.millis().to_le_bytes());
                payload.extend_from_slice(&body);
                Kind::Binary
            }
        };
        wire::message(kind, &payload)
    }

    /// Returns how many units are in view, as exactly as the view's cells are.
    pub fn count(&mut self, look: &Look) -> usize {
        let clusters = self.clusters_of(look);
        let counts = look.view.part(clusters).map(|cluster| cluster.count as usize);
        counts.sum()
    }

    /// Returns the clusters in view, and a number by which a change is known.
    pub fn clusters(&mut self, look: &Look) -> (Bytes, u64) {
        let now = self.now;
        let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5;
        let item = |cluster: &Cluster| {
            let count = f64::from(cluster.count);
            let (lon, lat) = (rounded(cluster.lon / count), rounded(cluster.lat / count));
            ClusterItem { lon, lat, count: cluster.count, lost: cluster.lost }
        };
        let items: Vec<_> = look.view.part(self.clusters_of(look)).map(item).collect();
        let items = serde_json::to_string(&items).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        items.hash(&mut hasher);
        let text = format!(r#"{{"type":"clusters","at":"{now}","items":{items}}}"#);
        (wire::message(Kind::Text, text.as_bytes()), hasher.finish())
    }

    fn clusters_of(&mut self, look: &Look) -> &BTreeMap<Cell, Cluster> {
        let table = self.table;
        self.clusters.entry((look.area, look.view.level)).or_insert_with(|| {
            let groups = table.cells.grouped(look.view.level).into_iter();
            let clusters = groups.map(|(cell, units)| {
                let seen = units.iter().filter_map(|unit| table.get(*unit));
                let seen = seen.filter(|(fix, _)| table.may_see(look.area, fix.unit));
                (cell, seen.fold(Cluster::default(), Cluster::with))
            });
            clusters.filter(|(_, cluster)| cluster.count > 0).collect()
        })
    }
}

impl Cluster {
    fn with(self, (fix, staleness): &(Fix, Staleness)) -> Self {
        Self {
            count: self.count + 1,
            lost: self.lost + u32::from(*staleness == Staleness::Lost),
            lon: self.lon + fix.lon,
            lat: self.lat + fix.lat,
        }
    }
}
