//! The bases, depots, shelters, gauges and points of risk of 示例县.

use super::{
    county::{County, Township, Village, on_earth},
    random::Random,
};

/// A line of the list of bases or of depots.
#[derive(Debug)]
pub(super) struct Place {
    pub id: String,
    pub name: String,
    pub area: String,
    pub at: [f64; 2],
    pub contact: String,
}

#[derive(Debug)]
pub(super) struct Shelter {
    pub place: Place,
    pub capacity: usize,
    /// By night, where people need room to lie down.
    pub night_capacity: usize,
}

#[derive(Debug)]
pub(super) struct Gauge {
    pub place: Place,
    pub measures: &'static str,
    pub water: &'static str,
    /// Warning, guarantee and flood limit level, then rain in 1, 3 and 24 hours, as the list writes them.
    pub thresholds: &'static str,
}

#[derive(Debug)]
pub(super) struct RiskPoint {
    pub place: Place,
    pub hazard: &'static str,
    pub residents: usize,
    pub repaired: bool,
    pub shelter: String,
    pub plan: String,
}

#[derive(Debug)]
pub(super) struct Places {
    pub bases: Vec<Place>,
    pub depots: Vec<Place>,
    pub shelters: Vec<Shelter>,
    pub gauges: Vec<Gauge>,
    pub risk_points: Vec<RiskPoint>,
}

/// The large shelters, their places beside the county's seat, and how many they hold.
const LARGE: [(&str, [f64; 2], usize); 4] = [
    ("县体育馆", [0.004, 0.006], 2_400),
    ("县第一高级中学", [-0.009, 0.004], 3_000),
    ("县职业教育中心", [0.006, -0.008], 2_600),
    ("县文化会展中心", [-0.005, -0.007], 1_800),
];
/// Of so many villages one has a depot of its own.
const VILLAGES_PER_DEPOT: usize = 12;
const DATUM_RAIN: &str = ",,,30,50,100,";
/// Name, kind, water, where on the plane, index of the township, thresholds.
type InWater = (&'static str, &'static str, &'static str, [f64; 2], usize, &'static str);
/// Gauges in the rivers and reservoirs.
const IN_WATER: [InWater; 6] = [
    ("柳河水文站", "河道站", "柳河", [-0.35, -0.33], 3, "64.10,66.10,,,,,67.72"),
    ("青石水位站", "河道站", "柳河", [-0.32, 0.42], 2, "78.30,80.00,,,,,"),
    ("河东水位站", "河道站", "双堤河", [0.13, 0.1], 1, "66.80,68.20,,,,,"),
    ("双堤闸水位站", "河道站", "双堤河", [0.12, -0.3], 4, "63.20,64.90,,,,,"),
    ("青石水库站", "水库站", "青石水库", [-0.52, 0.8], 2, ",,118.00,,,,"),
    ("石岭水库站", "水库站", "石岭水库", [0.7, 0.5], 9, ",,126.50,,,,"),
];
/// Points of risk: township's index, how many, and what threatens there by turns.
const RISKS: [(usize, usize, &[&str]); 9] = [
    (2, 10, &["山洪", "滑坡", "泥石流", "崩塌"]),
    (9, 10, &["山洪", "滑坡", "崩塌"]),
    (6, 5, &["山洪", "滑坡"]),
    (3, 4, &["堤防险工", "内涝"]),
    (10, 3, &["堤防险工", "内涝"]),
    (4, 2, &["堤防险工"]),
    (5, 2, &["堤防险工", "内涝"]),
    (7, 2, &["内涝"]),
    (1, 1, &["内涝"]),
];
/// The townships whose first point of risk is not repaired yet.
const UNREPAIRED_IN: [usize; 2] = [2, 9];

pub(super) fn generate(county: &County, random: &Random) -> Places {
    Places {
        bases: bases(county),
        depots: depots(county),
        shelters: shelters(county, &mut random.part("shelters")),
        gauges: gauges(county),
        risk_points: risk_points(county, &mut random.part("risks")),
    }
}

fn place(id: String, name: String, area: &str, at: [f64; 2], contact: String) -> Place {
    Place { id, name, area: area.to_owned(), at, contact }
}

/// Returns a place of a township: its id begins with the township's nine digits.
fn of_township(township: &Township, letter: &str, name: &str, off: [f64; 2]) -> Place {
    let code = &township.code[..9];
    let name = format!("{}{name}", township.name);
    let contact = format!("{code}-07");
    place(format!("{code}-{letter}"), name, &township.code, beside(township.seat, off), contact)
}

fn beside(at: [f64; 2], [east, north]: [f64; 2]) -> [f64; 2] {
    [at[0] + east, at[1] + north]
}

fn bases(county: &County) -> Vec<Place> {
    let name = "县应急救援大队驻地".to_owned();
    let contact = "990101-10".to_owned();
    let own = place("990101-b".to_owned(), name, county.code, county.seat, contact);
    let townships = county.townships.iter();
    let townships = townships.map(|township| of_township(township, "b", "应急分队驻地", [0.0; 2]));
    std::iter::once(own).chain(townships).collect()
}

fn depots(county: &County) -> Vec<Place> {
    let name = "县防汛抗旱物资储备库".to_owned();
    let at = beside(county.seat, [0.011, -0.002]);
    let own = place("990101-d".to_owned(), name, county.code, at, "990101-11".to_owned());
    let townships = county.townships.iter();
    let townships =
        townships.map(|township| of_township(township, "d", "物资储备点", [0.003, 0.001]));
    let villages = county.villages.iter().step_by(VILLAGES_PER_DEPOT);
    let villages = villages.map(|village| of_village(village, "d", "物资储备点"));
    std::iter::once(own).chain(townships).chain(villages).collect()
}

fn of_village(village: &Village, letter: &str, name: &str) -> Place {
    let Village { code, name: village_name, site, .. } = village;
    let name = format!("{village_name}{name}");
    place(format!("{code}-{letter}"), name, code, *site, format!("{code}-2"))
}

fn shelters(county: &County, random: &mut Random) -> Vec<Shelter> {
    let large = (1..).zip(LARGE).map(|(number, (name, off, capacity))| {
        let id = format!("990101-s{number}");
        let at = beside(county.seat, off);
        let place = place(id, name.to_owned(), county.code, at, "990101-11".to_owned());
        Shelter { place, capacity, night_capacity: sleepers(capacity) }
    });
    let mut shelters: Vec<Shelter> = large.collect();
    shelters.extend(county.townships.iter().map(|township| {
        let capacity = 400 + 50 * random.below(11);
        let place = of_township(township, "s", "中心小学", [-0.002, 0.003]);
        Shelter { place, capacity, night_capacity: sleepers(capacity) }
    }));
    shelters
}

/// Of five who find room by day three can lie down by night.
fn sleepers(capacity: usize) -> usize {
    capacity * 3 / 5
}

fn gauges(county: &County) -> Vec<Gauge> {
    let rain = county.townships.iter().map(|township| Gauge {
        place: of_township(township, "g", "雨量站", [-0.001, -0.001]),
        measures: "雨量站",
        water: "",
        thresholds: DATUM_RAIN,
    });
    let in_water = (1..).zip(IN_WATER);
    let in_water = in_water.map(|(number, (name, measures, water, at, township, thresholds))| {
        let township = &county.townships[township];
        let id = format!("990101-g{number}");
        let contact = format!("{}-07", &township.code[..9]);
        let place = place(id, name.to_owned(), &township.code, on_earth(at), contact);
        Gauge { place, measures, water, thresholds }
    });
    rain.chain(in_water).collect()
}

fn risk_points(county: &County, random: &mut Random) -> Vec<RiskPoint> {
    let mut points = Vec::new();
    for (township, count, hazards) in RISKS {
        let villages: Vec<&Village> =
            county.villages.iter().filter(|village| village.township == township).collect();
        for index in 0..count {
            // Spread over the township's villages, which are listed as they were scattered.
            let village = villages[index * villages.len() / count];
            let hazard = hazards[index % hazards.len()];
            let repaired = index > 0 || !UNREPAIRED_IN.contains(&township);
            points.push(risk_point(&county.townships[township], village, hazard, repaired, random));
        }
    }
    points
}

fn risk_point(
    township: &Township,
    village: &Village,
    hazard: &'static str,
    repaired: bool,
    random: &mut Random,
) -> RiskPoint {
    let off = [0, 1].map(|_| 0.004 * (random.unit() * 2.0 - 1.0));
    let mut place = of_village(village, "r", "");
    place.name = format!("{}{hazard}隐患点", village.name);
    place.at = beside(place.at, off);
    let residents = 8 + random.below(90);
    let (shelter, plan) = if repaired {
        Default::default()
    } else {
        let plan = format!(
            "接到橙色以上预警即转移：广播、铜锣、逐户敲门三遍，{residents}人沿村道到村委会集合，\
             乘转移客车到{}中心小学；行动不便者由村小分队一对一接送，清点后报乡镇。",
            township.name
        );
        (format!("{}-s", &township.code[..9]), plan)
    };
    RiskPoint { place, hazard, residents, repaired, shelter, plan }
}
