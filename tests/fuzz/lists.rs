//! The county's own lists, and what satellites saw: a file is read whole or not at all, and every refusal names what is wrong.

use jiaoying::{
    domain::{hotspot::Detection, unit::on_earth},
    ingest::{
        hotspots,
        sheets::{Context, Kind, read},
    },
};
use rust_xlsxwriter::Workbook;

use super::run::Target;

const KINDS: [(Kind, &str); 13] = [
    (Kind::Areas, include_str!("../../config/examples/areas.csv")),
    (Kind::People, include_str!("../../config/examples/people.csv")),
    (Kind::Posts, include_str!("../../config/examples/posts.csv")),
    (Kind::Rotations, include_str!("../../config/examples/rotations.csv")),
    (Kind::Roster, include_str!("../../config/examples/roster.csv")),
    (Kind::Units, include_str!("../../config/examples/units.csv")),
    (Kind::Bases, include_str!("../../config/examples/bases.csv")),
    (Kind::Depots, include_str!("../../config/examples/depots.csv")),
    (Kind::Shelters, include_str!("../../config/examples/shelters.csv")),
    (Kind::Gauges, include_str!("../../config/examples/gauges.csv")),
    (Kind::RiskPoints, include_str!("../../config/examples/risk_points.csv")),
    (Kind::Closures, include_str!("../../config/examples/closures.csv")),
    (Kind::Stock, include_str!("../../config/examples/stock.csv")),
];

/// Lists as CSV and as workbooks; each is read as what it is, and as something else.
pub fn sheets() -> Target {
    let texts = KINDS.map(|(_, text)| text.as_bytes().to_vec());
    let gbk = KINDS.map(|(_, text)| encoding_rs::GBK.encode(text).0.into_owned());
    let books = KINDS.map(|(_, text)| workbook(text));
    Target {
        samples: texts.into_iter().chain(gbk).chain(books).collect(),
        check: Box::new(|bytes, dice| {
            let guess = KINDS.iter().find(|(_, text)| {
                let head = text.lines().next().unwrap_or_default().as_bytes();
                bytes.starts_with(head)
            });
            let kind = guess.filter(|_| dice.chance(80)).unwrap_or_else(|| dice.pick(&KINDS)).0;
            check(kind, bytes)
        }),
    }
}

/// Outlines and points as GeoJSON.
pub fn geojson() -> Target {
    let samples = [
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990101","name":"示例县"},
            "geometry":{"type":"Polygon","coordinates":[[[114.0,35.0],[114.5,35.0],[114.5,35.5],[114.0,35.5],[114.0,35.0]],
            [[114.1,35.1],[114.2,35.1],[114.2,35.2],[114.1,35.1]]]}}]}"#,
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990101001","name":"城关镇"},
            "geometry":{"type":"MultiPolygon","coordinates":[[[[114.0,35.0],[114.5,35.0],[114.5,35.5],[114.0,35.0]]]]}}]}"#,
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"编号":"s-1","名称":"一中",
            "行政区划代码":"990101"},"geometry":{"type":"Point","coordinates":[114.5,35.6]}}]}"#,
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"区划代码":990101,"原因":"水淹"},
            "geometry":{"type":"Polygon","coordinates":[[[114.1,35.1],[114.4,35.1],[114.4,35.4],[114.1,35.1]]]}}]}"#,
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"编号":"r-1","名称":"北沟","区划代码":990101,
            "灾害类型":"滑坡","威胁人数":30,"已整治":"否","安置点":"s-1","转移人数":31,"转移责任人":["p-1","p-2"]},
            "geometry":{"type":"Polygon","coordinates":[[[114.1,35.1],[114.4,35.1],[114.4,35.4],[114.1,35.1]]]}}]}"#,
    ];
    Target {
        samples: samples.map(|text| text.as_bytes().to_vec()).to_vec(),
        check: Box::new(|bytes, dice| {
            let kinds = [
                Kind::Areas,
                Kind::Units,
                Kind::Shelters,
                Kind::Gauges,
                Kind::RiskPoints,
                Kind::Closures,
            ];
            check(*dice.pick(&kinds), bytes)
        }),
    }
}

/// Detections of heat as CSV; what is taken lies on earth and comes back the same from the journal.
pub fn hotspots() -> Target {
    let samples = [
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,\
         bright_ti5,frp,daynight\n35.72113,114.36044,337.31,0.45,0.63,2026-03-21,0542,N20,VIIRS,n,2.0NRT,294.10,5.61,D\n\
         35.72400,114.36300,340.00,0.45,0.63,2026-03-21,0542,N20,VIIRS,h,2.0NRT,294.10,21.07,N\n",
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,\
         bright_t31,frp,daynight\n35.62810,114.44000,312.5,1.1,1.0,2026-03-21,310,Terra,MODIS,64,6.1NRT,290.3,9.9,D\n",
    ];
    Target {
        samples: samples.map(|text| text.as_bytes().to_vec()).to_vec(),
        check: Box::new(|bytes, _| match hotspots::read(bytes) {
            Ok(seen) => {
                assert!(seen.iter().all(|detection| on_earth(detection.point)), "{seen:?}");
                let kept = serde_json::to_string(&seen).unwrap();
                assert_eq!(serde_json::from_str::<Vec<Detection>>(&kept).unwrap(), seen);
                true
            }
            Err(faults) => {
                assert!(!faults.to_string().is_empty() && !faults.told.is_empty(), "no reason");
                false
            }
        }),
    }
}

fn check(kind: Kind, bytes: &[u8]) -> bool {
    let context = Context::default();
    match read(kind, bytes, &context) {
        Ok(import) => {
            assert!(!import.rows.is_empty(), "{}: taken, and nothing in it", kind.as_str());
            assert_eq!(read(kind, bytes, &context).as_ref(), Ok(&import));
            true
        }
        Err(faults) => {
            assert!(faults.total() > 0, "{}: refused without a reason", kind.as_str());
            faults.iter().for_each(|fault| assert!(!fault.zh().is_empty()));
            false
        }
    }
}

fn workbook(text: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    for (row, record) in (0..).zip(reader.records()) {
        for (column, cell) in (0..).zip(record.unwrap().iter()) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}
