//! Makes the files of the demonstration county from a seed: one module for each noun.
//!
//! The result is committed under `config/demo/`; a test makes it again and compares, and
//! `DEMO_WRITE=1 cargo test --lib demo::generate` writes it.

mod county;
mod force;
mod names;
mod places;
mod plane;
mod posts;
pub(super) mod random;
mod roads;
mod rotations;
mod staff;
mod stock;
mod write;

use std::fmt::Write as _;

use self::random::Random;

/// The seed of the committed county.
pub const SEED: u64 = 990_101;

/// Returns each file's name and text.
pub fn generate(seed: u64) -> Vec<(&'static str, String)> {
    let random = Random::new(seed);
    let divisions = county::generate(&random);
    let staff = staff::generate(&divisions, &random);
    let places = places::generate(&divisions, &random);
    vec![
        ("areas.csv", areas(&divisions)),
        ("outlines.geojson", outlines(&divisions)),
        ("people.csv", people(&staff)),
        ("posts.csv", post_lines(&posts::generate(&divisions, &staff))),
        ("rotations.csv", rotation_lines(&rotations::generate(&divisions, &staff))),
        ("units.csv", write::units(&force::generate(&divisions, &random))),
        ("bases.csv", write::bases(&places.bases)),
        ("depots.csv", write::bases(&places.depots)),
        ("stock.csv", write::stock(&stock::generate(&divisions, &places.depots, &random))),
        ("shelters.csv", write::shelters(&places.shelters)),
        ("gauges.csv", write::gauges(&places.gauges)),
        ("risk_points.csv", write::risk_points(&places.risk_points)),
        ("rivers.geojson", write::lines(&roads::rivers(&random))),
        ("roads.geojson", write::lines(&roads::roads(&divisions, &random))),
    ]
}

fn areas(divisions: &county::County) -> String {
    let mut text = String::from("区划代码,名称,经度,纬度\n");
    let mut line = |code: &str, name: &str, [lon, lat]: [f64; 2]| {
        put(&mut text, format_args!("{code},{name},{lon:.5},{lat:.5}\n"));
    };
    line(divisions.code, divisions.name, divisions.seat);
    for (index, township) in divisions.townships.iter().enumerate() {
        line(&township.code, township.name, township.seat);
        for village in divisions.villages.iter().filter(|village| village.township == index) {
            line(&village.code, &village.name, village.site);
        }
    }
    text
}

fn outlines(divisions: &county::County) -> String {
    let mut features = vec![feature(divisions.code, divisions.name, &divisions.outline)];
    let townships = divisions.townships.iter();
    features.extend(townships.map(|place| feature(&place.code, place.name, &place.outline)));
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n", features.join(",\n"))
}

fn feature(code: &str, name: &str, ring: &[[f64; 2]]) -> String {
    let points: Vec<String> =
        ring.iter().map(|[lon, lat]| format!("[{lon:.5},{lat:.5}]")).collect();
    format!(
        "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{code}\",\"name\":\"{name}\"}},\
         \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}",
        points.join(",")
    )
}

fn people(staff: &staff::Staff) -> String {
    let mut text = String::from("编号,姓名,区划代码,职务,手机,固定电话,移动端\n");
    for person in staff.iter() {
        let staff::Person { id, name, area, title, mobile, landline, app } = person;
        let app = if *app { "是" } else { "否" };
        put(&mut text, format_args!("{id},{name},{area},{title},{mobile},{landline},{app}\n"));
    }
    text
}

fn post_lines(posts: &[posts::Post]) -> String {
    let mut text = String::from("区划代码,岗位,岗位名称,责任人,代理人\n");
    for posts::Post { area, duty, title, holders, deputies } in posts {
        let (holders, deputies) = (holders.join(";"), deputies.join(";"));
        put(&mut text, format_args!("{area},{duty},{title},{holders},{deputies}\n"));
    }
    text
}

fn rotation_lines(turns: &[rotations::Turn]) -> String {
    let mut text =
        String::from("区划代码,岗位,起始日期,日期类型,开始时间,结束时间,班次,值班人员\n");
    for rotations::Turn { area, duty, day_type, crew, people } in turns {
        let (start, people) = (rotations::STARTS_ON, people.join(";"));
        put(
            &mut text,
            format_args!("{area},{duty},{start},{day_type},08:00,次日08:00,{crew},{people}\n"),
        );
    }
    text
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests;
