//! G1: which of 700,000 villages a polygon touches, by the call that warnings make, beside shapely and PostGIS on
//! the same points with the same polygons in turn.

mod postgis;
mod shapely;
mod tree;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use jiaoying::domain::{
    actor::Actor,
    area::{Area, LonLat, Shape, within_reason},
    board::Board,
    command::Command,
    event::Entry,
    ids::{AreaCode, Level},
    time::Timestamp,
};

use self::{postgis::PostGis, shapely::Shapely};
use crate::report::{Line, Report, Times, memory_mib};

const ROUNDS: usize = 7;
/// Polygons of each size, in different parts of the country.
const POLYGONS: usize = 12;
const CORNERS: u32 = 200;
/// How near to the wished number of hits a polygon has to come.
const NEAR: f64 = 0.05;
/// Areas of a county with its townships and villages.
const COUNTY: usize = 2_000;
/// Corners of the outlines that are laid around the counties at the end.
const OUTLINE: u32 = 300;

/// What somebody found, and in which time.
#[derive(Clone, Copy)]
pub struct Answer {
    hits: usize,
    took: Duration,
}

/// A polygon size that the design names.
struct Size {
    name: &'static str,
    hits: usize,
    target: Duration,
    told: &'static str,
}

const SIZES: [Size; 2] = [
    Size {
        name: "county-sized", hits: 700, target: Duration::from_micros(200), told: "≤ 0.2 ms"
    },
    Size {
        name: "province-sized", hits: 32_000, target: Duration::from_millis(8), told: "≤ 8 ms"
    },
];

/// A polygon, and the province that most of it lies in.
struct Drawn {
    shape: Shape,
    province: AreaCode,
}

/// G1.
pub fn national(report: &mut Report) {
    let areas = tree::areas();
    let villages = areas.iter().filter(|area| area.code.level() == Level::Village).count();
    county(report, &areas);
    let before = memory_mib("VmRSS");
    let mut board = Board::default();
    let imported = timed(|| save(&mut board, areas.clone())).1;
    let held = memory_mib("VmRSS");
    let nowhere = Shape::Circle { center: [0.0, 0.0], radius_km: 1.0 };
    let (_, built) = timed(|| board.areas.touched_by(&nowhere));
    report.note(&format!(
        "G1: {} areas, {villages} of them villages; saved in {}, {} MiB; index made by the first shape in {}, {} MiB",
        areas.len(),
        ms(imported),
        held - before,
        ms(built),
        memory_mib("VmRSS").saturating_sub(held),
    ));
    let mut peers = Peers::start(report, &areas);
    for size in &SIZES {
        let drawn: Vec<Drawn> = (0..POLYGONS).map(|n| draw(&board, &areas, size.hits, n)).collect();
        compare(report, &board, size, &drawn, &mut peers);
    }
    drop(peers);
    worst(report, &board);
    outlined(report, &mut board, &areas);
}

/// Takes turns over the same polygons, and prints the line.
fn compare(report: &mut Report, board: &Board, size: &Size, drawn: &[Drawn], peers: &mut Peers) {
    let mut times: BTreeMap<&str, Times> = BTreeMap::new();
    let mut hits = Vec::new();
    for _ in 0..ROUNDS {
        for Drawn { shape, province } in drawn {
            let Shape::Polygon(ring) = shape else { unreachable!("polygons are drawn") };
            let (touched, took) = timed(|| board.areas.touched_by(shape));
            times.entry("touched").or_default().add(took);
            let (_, took) = timed(|| board.areas.extent(*province, &[], &[shape]));
            times.entry("extent").or_default().add(took);
            let count = touched.len();
            hits.push(count);
            for (name, answer) in peers.ask(ring) {
                assert_eq!(answer.hits, count, "{name} finds others");
                times.entry(name).or_default().add(answer.took);
            }
        }
    }
    hits.sort_unstable();
    let of = |name: &str| times.get(name).map(Times::median);
    let (touched, extent) = (times["touched"].median(), times["extent"].median());
    let peers: Vec<String> = ["shapely", "PostGIS"]
        .iter()
        .filter_map(|name| Some(format!("{name} {}", ms(of(name)?))))
        .collect();
    report.line(Line {
        id: "G1",
        what: &format!(
            "polygon of {CORNERS} corners, {}: {} areas touched",
            size.name,
            hits[hits.len() / 2]
        ),
        value: format!("extent {}, touched {}", ms(extent), ms(touched)),
        target: size.told,
        limit: &if peers.is_empty() { "no peer is installed".to_owned() } else { peers.join(", ") },
        pass: touched.max(extent) <= size.target,
    });
    report.note(&format!(
        "G1: {}: worst of {} each: extent {}, touched {}; all found the same",
        size.name,
        times["extent"].len(),
        ms(times["extent"].worst()),
        ms(times["touched"].worst())
    ));
}

/// The others, as far as they are installed.
struct Peers {
    shapely: Option<Shapely>,
    postgis: Option<PostGis>,
}

impl Peers {
    /// Gives them the points that a shape is held against: townships and villages.
    fn start(report: &mut Report, areas: &[Area]) -> Self {
        let points: Vec<(u64, LonLat)> = areas
            .iter()
            .filter(|area| area.code.level() >= Level::Township)
            .map(|area| (area.code.to_string().parse().unwrap(), area.centroid.unwrap()))
            .collect();
        let places: Vec<LonLat> = points.iter().map(|(_, at)| *at).collect();
        let shapely = Shapely::start(&places);
        let postgis = PostGis::start(&points);
        let mut told = |name, built: Option<Duration>, how, install| match built {
            Some(built) => report.note(&format!("G1: {name}: {how}; set up in {}", ms(built))),
            None => {
                report.note(&format!("G1: {name} is not installed ({install}), so it is left out"))
            }
        };
        let built = shapely.as_ref().map(|shapely| shapely.built);
        told(
            "shapely",
            built,
            "STRtree, prepared polygon, time taken in Python",
            "benches/peers.sh",
        );
        let built = postgis.as_ref().map(|postgis| postgis.built);
        let install = "apt-get install postgresql-15-postgis-3";
        told("PostGIS", built, "GiST, warm, execution time of EXPLAIN ANALYZE", install);
        Self { shapely, postgis }
    }

    fn ask(&mut self, ring: &[LonLat]) -> Vec<(&'static str, Answer)> {
        let shapely = self.shapely.as_mut().map(|shapely| ("shapely", shapely.ask(ring)));
        let postgis = self.postgis.as_mut().map(|postgis| ("PostGIS", postgis.ask(ring)));
        shapely.into_iter().chain(postgis).collect()
    }
}

/// Draws a polygon around the middle of a province, as wide as it takes to touch so many areas.
fn draw(board: &Board, areas: &[Area], hits: usize, number: usize) -> Drawn {
    let provinces: Vec<&Area> =
        areas.iter().filter(|area| area.code.level() == Level::Province).collect();
    let province = provinces[(number * 7 + 3) % provinces.len()];
    // A village near the middle of the list of the province, so that it is not drawn around a desert.
    let inside: Vec<&Area> = board.areas.inside(province.code).collect();
    let center = inside[inside.len() / 2].centroid.unwrap();
    let (mut low, mut high) = (0.0, 30.0);
    loop {
        let reach = f64::midpoint(low, high);
        let shape = Shape::Polygon(tree::ring(center, reach, CORNERS, number));
        let found = board.areas.touched_by(&shape).len();
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let share = found as f64 / hits as f64;
        if (share - 1.0).abs() < NEAR || high - low < 1e-6 {
            return Drawn { shape, province: province.code };
        }
        if share > 1.0 { high = reach } else { low = reach }
    }
}

/// A county pays next to nothing for the index.
fn county(report: &mut Report, areas: &[Area]) {
    let mut board = Board::default();
    save(&mut board, areas[..COUNTY].to_vec());
    let shape = Shape::Circle { center: areas[COUNTY / 2].centroid.unwrap(), radius_km: 10.0 };
    let (_, first) = timed(|| board.areas.touched_by(&shape));
    let (found, second) = timed(|| board.areas.touched_by(&shape));
    report.note(&format!(
        "G1: a county of {COUNTY} areas: the first shape {}, the next {} ({} touched)",
        ms(first),
        ms(second),
        found.len()
    ));
}

/// The most work that a shape within the limits makes: a comb of thin teeth, each as long as the country.
fn worst(report: &mut Report, board: &Board) {
    const TEETH: u32 = 2_499;
    let teeth = (0..TEETH).flat_map(|tooth| {
        let [west, east] = [0.0, 0.001].map(|thick| 75.0 + 0.023 * f64::from(tooth) + thick);
        [[west, 20.1], [west, 53.0], [east, 53.0], [east, 20.1]]
    });
    let base = [[133.0, 20.0], [75.0, 20.0]];
    let ring: Vec<LonLat> =
        base.into_iter().chain([[75.0, 20.1]]).chain(teeth).chain([base[0]]).collect();
    let points = ring.len();
    let shape = Shape::Polygon(ring);
    assert_eq!(within_reason(vec![&shape]).1, []);
    let took: Times = (0..ROUNDS).map(|_| timed(|| board.areas.touched_by(&shape)).1).collect();
    report.note(&format!(
        "G1: the most work within the limits, a comb of {points} points from coast to coast: {}",
        ms(took.median()),
    ));
}

/// The same with a boundary around each county.
fn outlined(report: &mut Report, board: &mut Board, areas: &[Area]) {
    let counties = tree::with_outlines(areas, OUTLINE);
    let count = counties.len();
    save(board, counties);
    for size in &SIZES {
        let drawn: Vec<Drawn> = (0..POLYGONS).map(|n| draw(board, areas, size.hits, n)).collect();
        let asked = |_| drawn.iter().map(|d| timed(|| board.areas.touched_by(&d.shape)).1);
        let times: Times = (0..ROUNDS).flat_map(asked).collect();
        report.note(&format!(
            "G1: with {count} outlines of {OUTLINE} corners besides, {}: {}",
            size.name,
            ms(times.median())
        ));
    }
}

/// Saves areas as an import does.
fn save(board: &mut Board, areas: Vec<Area>) {
    let now = Timestamp::from_millis(0);
    let decision =
        board.decide(&Actor::console(AreaCode::UNSET), &Command::SaveAreas(areas), now).unwrap();
    for event in decision.events {
        let seq = board.seq + 1;
        board.apply(&Entry { seq, at: now, actor: "bench".into(), event });
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

/// Writes milliseconds down to the microsecond.
fn ms(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    if millis < 10.0 { format!("{millis:.3} ms") } else { format!("{millis:.0} ms") }
}
