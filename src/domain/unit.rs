//! Units: the teams, vehicles and machines that are sent out, as the county registers them.
//!
//! Where one is at this moment is perishable and not kept here: positions come by their own plane.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    area::LonLat,
    board::{Board, require},
    capability::AMOUNT_MAX,
    decision::Draft,
    event::{Event, UnitRemoved, UnitSaved},
    ids::{AreaCode, Duty, PersonId, PostId, UnitId},
    rejection::Rejection,
    roster::change::{known_area, known_people},
};

/// Longest name, terminal and capability, in characters.
const TEXT_LIMIT: usize = 64;
/// Most capabilities of one unit.
pub const CAPABILITY_LIMIT: usize = 16;
/// Most kinds of equipment of one unit.
pub const EQUIPMENT_LIMIT: usize = 200;
/// Most people of one unit who are named.
pub const MEMBER_LIMIT: usize = 500;
/// Most pieces of one kind of equipment.
pub const PIECES_MAX: u32 = 1_000_000;
/// Longest time between two reports of a terminal, in seconds: a slower one is never up to date.
pub const SLOWEST_REPORT_S: u32 = 3_600;

/// Declares the kinds of unit: variant, name on the wire, and what people call it.
macro_rules! kinds {
    ($($kind:ident $name:literal $zh:literal;)*) => {
        /// What a unit is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum UnitKind {
            $(#[doc = $zh] $kind,)*
        }

        impl UnitKind {
            pub const ALL: &[UnitKind] = &[$(UnitKind::$kind,)*];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(UnitKind::$kind => $name,)*
                }
            }

            /// Returns what people call it.
            pub fn zh(self) -> &'static str {
                match self {
                    $(UnitKind::$kind => $zh,)*
                }
            }
        }
    };
}

kinds! {
    Team "team" "救援队伍";
    Boat "boat" "冲锋舟";
    RubberBoat "rubber_boat" "橡皮艇";
    PumpTruck "pump_truck" "排涝泵车";
    FireEngine "fire_engine" "消防车";
    WaterTanker "water_tanker" "水罐车";
    LadderTruck "ladder_truck" "登高平台车";
    RescueTruck "rescue_truck" "抢险救援车";
    Ambulance "ambulance" "救护车";
    CommandVehicle "command_vehicle" "应急指挥车";
    RadioVehicle "radio_vehicle" "应急通信车";
    PatrolCar "patrol_car" "巡逻车";
    LoudspeakerVan "loudspeaker_van" "应急广播车";
    Bus "bus" "转移客车";
    Pickup "pickup" "皮卡车";
    Truck "truck" "运输卡车";
    Tipper "tipper" "自卸车";
    Flatbed "flatbed" "平板拖车";
    TowTruck "tow_truck" "清障车";
    Excavator "excavator" "挖掘机";
    Loader "loader" "装载机";
    Bulldozer "bulldozer" "推土机";
    Crane "crane" "汽车吊";
    Generator "generator" "发电车";
    LightingTruck "lighting_truck" "照明车";
    Drone "drone" "无人机";
    SnowPlough "snow_plough" "除雪车";
    Other "other" "其他";
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A team, vehicle or machine that can be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub id: UnitId,
    pub name: CompactString,
    pub kind: UnitKind,
    /// The division it belongs to: whoever sees that area sees the unit, wherever it drives.
    pub area: AreaCode,
    /// Where it stands when it is not out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<LonLat>,
    /// Seconds between two reports of its terminal: a position is stale by this measure.
    pub reports_every_s: u32,
    /// What the gateway calls its terminal, where that is not the unit's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<CompactString>,
    /// People of a team, or crew of a vehicle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<u32>,
    /// Who is called when it is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<PersonId>,
    /// What it can do, such as `boat_rescue`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<CompactString>,
    /// How much of it, by the code of the capability, where an amount is counted: `pump` 1000 (m³/h).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capacity: BTreeMap<CompactString, u32>,
    /// What it brings along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<Equipment>,
    /// Its people, as far as they are known by name; `strength` counts the others too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<PersonId>,
    /// Who is called when the contact is not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<PersonId>,
}

/// One kind of thing that a unit brings along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equipment {
    pub name: CompactString,
    pub count: u32,
}

impl Unit {
    /// Returns the name under which its positions come.
    pub fn terminal(&self) -> &str {
        self.terminal.as_deref().unwrap_or(self.id.as_str())
    }

    /// Returns the post that gives its leader a place in the county, for ladders and roll-ups.
    pub fn post(&self) -> PostId {
        PostId { area: self.area, duty: Duty::TEAM_LEADER }
    }

    /// Tells whether `person` is one of it, as far as the list of units says.
    pub fn has(&self, person: &PersonId) -> bool {
        let answering = self.contact.iter().chain(&self.deputy);
        answering.chain(&self.members).any(|one| one == person)
    }

    /// Returns who answers for it when it is called, or stands in for them.
    pub fn answering(&self, deputies: bool) -> impl Iterator<Item = &PersonId> {
        let (first, second) = (self.contact.iter(), self.deputy.iter());
        first.filter(move |_| !deputies).chain(second.filter(move |_| deputies))
    }
}

/// Every unit, by id and by terminal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Units {
    by_id: BTreeMap<UnitId, Unit>,
    by_terminal: BTreeMap<CompactString, UnitId>,
}

impl Units {
    pub fn get(&self, id: &UnitId) -> Option<&Unit> {
        self.by_id.get(id)
    }

    /// Returns the unit whose positions come under this name.
    pub fn by_terminal(&self, terminal: &str) -> Option<&Unit> {
        self.by_terminal.get(terminal).and_then(|id| self.by_id.get(id))
    }

    /// Returns every unit, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Unit> {
        self.by_id.values()
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn save(&mut self, unit: Unit) {
        self.remove(&unit.id);
        self.by_terminal.insert(unit.terminal().into(), unit.id.clone());
        self.by_id.insert(unit.id.clone(), unit);
    }

    pub(super) fn remove(&mut self, id: &UnitId) {
        let Some(unit) = self.by_id.remove(id) else { return };
        // A terminal that has moved to another unit in the same command is that unit's.
        if self.by_terminal.get(unit.terminal()) == Some(id) {
            self.by_terminal.remove(unit.terminal());
        }
    }
}

/// Why a unit is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitFault {
    #[error("no unit {0}; see GET /api/v1/units")]
    Unknown(UnitId),
    #[error("terminal {terminal} is that of unit {unit}; give each unit a terminal of its own")]
    TerminalTaken { terminal: CompactString, unit: UnitId },
    #[error("unit {0} reports every 1 to 3600 seconds; correct reports_every_s")]
    ReportingPeriod(UnitId),
    #[error("unit {0} has a capacity that is not 1 to 10000000; correct it or leave it out")]
    Capacity(UnitId),
    #[error(
        "unit {0} names a kind of equipment twice or not 1 to 1000000 pieces; correct equipment"
    )]
    Equipment(UnitId),
    #[error("unit {0} names one of its people twice; correct members")]
    Members(UnitId),
}

impl UnitFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            UnitFault::Unknown(_) => "unit.unknown",
            UnitFault::TerminalTaken { .. } => "unit.terminal_taken",
            UnitFault::ReportingPeriod(_) => "unit.reporting_period",
            UnitFault::Capacity(_) => "unit.capacity",
            UnitFault::Equipment(_) => "unit.equipment",
            UnitFault::Members(_) => "unit.members",
        }
    }

    /// Returns the field of the request that is at fault.
    pub fn field(&self) -> &'static str {
        match self {
            UnitFault::Unknown(_) => "unit",
            UnitFault::TerminalTaken { .. } => "terminal",
            UnitFault::ReportingPeriod(_) => "reports_every_s",
            UnitFault::Capacity(_) => "capacity",
            UnitFault::Equipment(_) => "equipment",
            UnitFault::Members(_) => "members",
        }
    }
}

/// Decides the import of a list of units; those it leaves out stay as they are.
pub(super) fn save(
    board: &Board,
    actor: &Actor,
    units: &[Unit],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditResources)?;
    let mut after = board.units.clone();
    for unit in units {
        let known = board.units.get(&unit.id);
        // Whoever may not see a unit may not take it away by giving it another area either.
        known.map_or(Ok(()), |known| known_area(board, actor, known.area))?;
        known_area(board, actor, unit.area)?;
        check(board, unit)?;
        after.save(unit.clone());
    }
    let lost = |unit: &&Unit| after.by_terminal(unit.terminal()).is_none_or(|o| o.id != unit.id);
    if let Some(unit) = after.iter().find(lost) {
        let (terminal, unit) = (unit.terminal().into(), unit.id.clone());
        return Err(UnitFault::TerminalTaken { terminal, unit }.into());
    }
    let news = units.iter().filter(|unit| board.units.get(&unit.id) != Some(*unit));
    news.for_each(|unit| draft.push(Event::UnitSaved(UnitSaved { unit: unit.clone() })));
    Ok(())
}

/// Decides that a unit is no more.
pub(super) fn remove(
    board: &Board,
    actor: &Actor,
    id: &UnitId,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditResources)?;
    let unit = board.units.get(id).ok_or_else(|| UnitFault::Unknown(id.clone()))?;
    known_area(board, actor, unit.area)?;
    draft.push(Event::UnitRemoved(UnitRemoved { id: id.clone(), area: unit.area }));
    Ok(())
}

fn check(board: &Board, unit: &Unit) -> Result<(), Rejection> {
    short(&unit.name, "name")?;
    if let Some(terminal) = &unit.terminal {
        short(terminal, "terminal")?;
    }
    if unit.capabilities.len() > CAPABILITY_LIMIT {
        return Err(Rejection::TooLong { field: "capabilities", limit: CAPABILITY_LIMIT });
    }
    unit.capabilities.iter().try_for_each(|word| short(word, "capabilities"))?;
    if !(1..=SLOWEST_REPORT_S).contains(&unit.reports_every_s) {
        return Err(UnitFault::ReportingPeriod(unit.id.clone()).into());
    }
    if !unit.base.is_none_or(on_earth) {
        return Err(Rejection::NotAPoint(unit.id.as_str().into()));
    }
    check_means(unit)?;
    known_people(board, unit.contact.iter().chain(&unit.deputy).chain(&unit.members))
}

/// Checks what it can do, with what, and with whom.
fn check_means(unit: &Unit) -> Result<(), Rejection> {
    let bounds = [
        ("capacity", unit.capacity.len(), CAPABILITY_LIMIT),
        ("equipment", unit.equipment.len(), EQUIPMENT_LIMIT),
        ("members", unit.members.len(), MEMBER_LIMIT),
    ];
    if let Some((field, _, limit)) = bounds.into_iter().find(|(_, count, limit)| count > limit) {
        return Err(Rejection::TooLong { field, limit });
    }
    unit.capacity.keys().try_for_each(|code| short(code, "capacity"))?;
    unit.equipment.iter().try_for_each(|kind| short(&kind.name, "equipment"))?;
    if !unit.capacity.values().all(|amount| (1..=AMOUNT_MAX).contains(amount)) {
        return Err(UnitFault::Capacity(unit.id.clone()).into());
    }
    let pieces = |kind: &Equipment| (1..=PIECES_MAX).contains(&kind.count);
    let kinds: BTreeSet<_> = unit.equipment.iter().map(|kind| &kind.name).collect();
    if kinds.len() < unit.equipment.len() || !unit.equipment.iter().all(pieces) {
        return Err(UnitFault::Equipment(unit.id.clone()).into());
    }
    let people: BTreeSet<_> = unit.members.iter().collect();
    if people.len() < unit.members.len() {
        return Err(UnitFault::Members(unit.id.clone()).into());
    }
    Ok(())
}

/// Tells whether `at` is a longitude and a latitude; neither `NaN` nor infinity is one.
pub fn on_earth([lon, lat]: LonLat) -> bool {
    lon.abs() <= 180.0 && lat.abs() <= 90.0
}

pub(super) fn short(text: &str, field: &'static str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::Empty { field });
    }
    if text.chars().count() > TEXT_LIMIT {
        return Err(Rejection::TooLong { field, limit: TEXT_LIMIT });
    }
    Ok(())
}

#[cfg(test)]
impl Unit {
    /// A unit of which little is known.
    pub(crate) fn sample(id: &str, kind: UnitKind) -> Self {
        Self {
            id: id.parse().expect("an id"),
            name: id.into(),
            kind,
            area: "990101".parse().expect("an area"),
            base: None,
            reports_every_s: 30,
            terminal: None,
            strength: None,
            contact: None,
            capabilities: Vec::new(),
            capacity: BTreeMap::new(),
            equipment: Vec::new(),
            members: Vec::new(),
            deputy: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_as_it_is_called() {
        for kind in UnitKind::ALL {
            let written = serde_json::to_value(kind).unwrap();
            assert_eq!(written, kind.as_str(), "{kind:?}");
        }
    }

    #[test]
    fn a_unit_of_an_old_record_is_read_and_one_with_its_means_comes_back_as_it_went_in() {
        let old =
            r#"{"id":"u-1","name":"u-1","kind":"boat","area":"990101000000","reports_every_s":30}"#;
        let unit: Unit = serde_json::from_str(old).unwrap();
        assert_eq!(unit, Unit::sample("u-1", UnitKind::Boat));
        assert_eq!(serde_json::to_string(&unit).unwrap(), old);
        let full = Unit {
            capacity: [("pump".into(), 1_000)].into(),
            equipment: vec![Equipment { name: "水带".into(), count: 20 }],
            members: vec!["p1".parse().unwrap()],
            deputy: Some("p2".parse().unwrap()),
            ..unit
        };
        let written = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<Unit>(&written).unwrap(), full);
    }

    #[test]
    fn a_unit_is_found_by_its_terminal_until_it_has_another() {
        let mut units = Units::default();
        units.save(unit("u-1", None));
        units.save(unit("u-2", Some("866")));
        assert_eq!(units.by_terminal("u-1").unwrap().id.as_str(), "u-1");
        assert_eq!(units.by_terminal("866").unwrap().id.as_str(), "u-2");
        assert!(units.by_terminal("u-2").is_none(), "it reports under its terminal's name");
        units.save(unit("u-2", Some("867")));
        assert!(units.by_terminal("866").is_none());
        units.remove(&"u-2".parse().unwrap());
        assert!(units.by_terminal("867").is_none() && units.len() == 1);
    }

    #[test]
    fn terminals_that_two_units_exchange_are_found_with_their_new_owners() {
        let mut units = Units::default();
        units.save(unit("u-1", Some("a")));
        units.save(unit("u-2", Some("b")));
        units.save(unit("u-1", Some("b")));
        units.save(unit("u-2", Some("a")));
        assert_eq!(units.by_terminal("a").unwrap().id.as_str(), "u-2");
        assert_eq!(units.by_terminal("b").unwrap().id.as_str(), "u-1");
    }

    fn unit(id: &str, terminal: Option<&str>) -> Unit {
        Unit { terminal: terminal.map(Into::into), ..Unit::sample(id, UnitKind::Boat) }
    }
}
