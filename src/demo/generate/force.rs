//! The teams, vehicles and machines of 示例县 and where they stand.

use super::{county::County, random::Random};

/// A line of the list of units.
#[derive(Debug)]
pub(super) struct Unit {
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    pub area: String,
    pub at: [f64; 2],
    pub terminal: String,
    pub reports_every_s: u32,
    pub strength: usize,
    pub contact: String,
    pub deputy: String,
    pub can: &'static str,
    /// How much of it, and what it brings along, as lists write them.
    pub capacity: String,
    pub equipment: &'static str,
}

/// People of the county's brigade, of the township teams and of the village teams.
const BRIGADE: usize = 1_322;
const TOWNSHIP_TEAMS: usize = 587;
const VILLAGE_TEAMS: usize = 12_338;
/// Squadrons that stand in the county town; of the others two stand in each township.
const SQUADRONS_IN_TOWN: usize = 4;
const SQUADRONS: usize = 26;
/// How often a team's hand-held reports, in seconds.
const HAND_HELD_S: u32 = 60;
/// How far from its base's gate a vehicle stands, in degrees: about 150 m.
const YARD: f64 = 0.0015;

/// Kind, how many, seconds between two reports, crew, and what it can do. They are 577 in all.
const VEHICLES: [(&str, &str, usize, u32, usize, &str); 26] = [
    ("boat", "冲锋舟", 64, 10, 4, "水域救援"),
    ("rubber_boat", "橡皮艇", 88, 20, 3, "水域救援"),
    ("pump_truck", "排涝泵车", 36, 30, 3, "排涝"),
    ("fire_engine", "消防车", 24, 10, 6, "灭火"),
    ("water_tanker", "水罐车", 14, 20, 2, "供水"),
    ("ladder_truck", "登高平台车", 3, 20, 4, "高空救援"),
    ("rescue_truck", "抢险救援车", 26, 10, 6, "破拆"),
    ("ambulance", "救护车", 24, 10, 3, "医疗救护"),
    ("command_vehicle", "应急指挥车", 6, 10, 4, "前方指挥"),
    ("radio_vehicle", "应急通信车", 4, 20, 3, "通信保障"),
    ("patrol_car", "巡逻车", 58, 15, 2, "巡查"),
    ("loudspeaker_van", "应急广播车", 23, 30, 2, "广播"),
    ("bus", "转移客车", 28, 30, 1, "转移安置"),
    ("pickup", "皮卡车", 36, 20, 2, "巡查"),
    ("truck", "运输卡车", 26, 30, 2, "物资运输"),
    ("tipper", "自卸车", 22, 30, 1, "土石运输"),
    ("flatbed", "平板拖车", 10, 30, 1, "设备运输"),
    ("tow_truck", "清障车", 6, 20, 2, "清障"),
    ("excavator", "挖掘机", 24, 60, 1, "土石方"),
    ("loader", "装载机", 18, 60, 1, "土石方"),
    ("bulldozer", "推土机", 6, 60, 1, "土石方"),
    ("crane", "汽车吊", 6, 60, 2, "吊装"),
    ("generator", "发电车", 9, 30, 2, "供电"),
    ("lighting_truck", "照明车", 7, 30, 2, "照明"),
    ("drone", "无人机", 6, 10, 2, "侦察"),
    ("snow_plough", "除雪车", 3, 60, 1, "除雪"),
];

pub(super) fn generate(county: &County, random: &Random) -> Vec<Unit> {
    let mut units: Vec<Unit> = squadrons(county).collect();
    units.extend(township_teams(county));
    units.extend(village_teams(county));
    units.extend(vehicles(county, random));
    units
}

/// Shares `people` out over `teams` as evenly as it goes; the first have one more.
fn share(people: usize, teams: usize, index: usize) -> usize {
    people / teams + usize::from(index < people % teams)
}

fn team(id: String, name: String, area: &str, at: [f64; 2], strength: usize) -> Unit {
    Unit {
        id,
        name,
        kind: "team",
        area: area.to_owned(),
        at,
        terminal: String::new(),
        reports_every_s: HAND_HELD_S,
        strength,
        contact: String::new(),
        deputy: String::new(),
        can: "转移安置",
        capacity: String::new(),
        equipment: "",
    }
}

fn squadrons(county: &County) -> impl Iterator<Item = Unit> + use<'_> {
    (0..SQUADRONS).map(|index| {
        let number = index + 1;
        let away = index.checked_sub(SQUADRONS_IN_TOWN).map(|index| index / 2);
        let at = away.map_or(county.seat, |township| county.townships[township].seat);
        Unit {
            contact: format!("990101-{:02}", 27 + index % 8),
            deputy: format!("990101-{:02}", 27 + (index + 1) % 8),
            can: "水域救援;破拆;医疗救护",
            equipment: "救生衣:60;抛绳器:4;液压破拆工具组:2;急救箱:4",
            ..team(
                format!("990101-{number:02}t"),
                format!("县应急救援大队{number}中队"),
                county.code,
                at,
                share(BRIGADE, SQUADRONS, index),
            )
        }
    })
}

fn township_teams(county: &County) -> impl Iterator<Item = Unit> + use<'_> {
    county.townships.iter().enumerate().map(|(index, township)| {
        let strength = share(TOWNSHIP_TEAMS, county.townships.len(), index);
        let code = &township.code[..9];
        Unit {
            contact: format!("{code}-06"),
            deputy: format!("{code}-07"),
            can: "转移安置;排涝",
            // Two portable pumps.
            capacity: "排涝:200".to_owned(),
            equipment: "移动排涝泵:2;救生衣:30;手持扩音器:6",
            ..team(
                format!("{code}-t"),
                format!("{}应急分队", township.name),
                &township.code,
                township.seat,
                strength,
            )
        }
    })
}

fn village_teams(county: &County) -> impl Iterator<Item = Unit> + use<'_> {
    county.villages.iter().enumerate().map(|(index, village)| Unit {
        contact: format!("{}-1", village.code),
        deputy: format!("{}-2", village.code),
        ..team(
            format!("{}-t", village.code),
            format!("{}应急小分队", village.name),
            &village.code,
            village.site,
            share(VILLAGE_TEAMS, county.villages.len(), index),
        )
    })
}

/// Figures of each vehicle by what is usually bought: the larger ones stand in the county's own yard, which has the
/// first two places of each round.
fn capacity(kind: &str, index: usize) -> String {
    let figures: (&str, &[u32]) = match kind {
        "pump_truck" => ("排涝", &[3_000, 1_500, 500, 1_000, 500, 300]),
        "bus" => ("人员运输", &[49, 49, 35, 29]),
        "generator" => ("供电", &[200, 120, 50]),
        _ => return String::new(),
    };
    let (word, sizes) = figures;
    format!("{word}:{}", sizes[index % sizes.len()])
}

fn vehicles(county: &County, random: &Random) -> Vec<Unit> {
    let mut random = random.part("vehicles");
    let mut vehicles = Vec::new();
    for (kind, name, count, reports_every_s, strength, can) in VEHICLES {
        for index in 0..count {
            // The county's own yard has two places in each round, every township one.
            let owner = (index % (county.townships.len() + 2)).checked_sub(2);
            let owner = owner.map(|township| &county.townships[township]);
            let (area, place) = owner
                .map_or((county.code, county.name), |township| (&township.code, township.name));
            let gate = owner.map_or(county.seat, |township| township.seat);
            let number = index + 1;
            vehicles.push(Unit {
                id: format!("990101-{kind}-{number:02}"),
                name: format!("{place}{name}{number:02}号"),
                kind,
                area: area.to_owned(),
                at: gate.map(|axis| axis + YARD * (random.unit() * 2.0 - 1.0)),
                terminal: format!("99010{:06}", vehicles.len() + 1),
                reports_every_s,
                strength,
                // The leader of a squadron, or somebody of the township's own office.
                contact: owner.map_or_else(
                    || format!("990101-{:02}", 27 + index % 8),
                    |township| format!("{}-08", &township.code[..9]),
                ),
                deputy: String::new(),
                can,
                capacity: capacity(kind, index),
                equipment: "",
            });
        }
    }
    vehicles
}
