//! The files of units, sites and lines, as a bureau would hand them in.

use super::{
    force::Unit,
    places::{Gauge, Place, RiskPoint, Shelter},
    put,
    roads::Line,
    stock,
};

const PLACE: &str = "编号,名称,区划代码,经度,纬度,责任人";

pub(super) fn units(units: &[Unit]) -> String {
    let mut text = String::from(
        "编号,名称,类型,区划代码,经度,纬度,终端号,上报间隔,人数,责任人,备用联系人,能力,能力指标,主要装备\n",
    );
    for unit in units {
        let Unit { id, name, kind, area, at: [lon, lat], .. } = unit;
        let Unit { terminal, reports_every_s, strength, contact, can, .. } = unit;
        let Unit { deputy, capacity, equipment, .. } = unit;
        put(
            &mut text,
            format_args!(
                "{id},{name},{kind},{area},{lon:.5},{lat:.5},{terminal},{reports_every_s},{strength},\
                 {contact},{deputy},{can},{capacity},{equipment}\n"
            ),
        );
    }
    text
}

pub(super) fn bases(places: &[Place]) -> String {
    let mut text = format!("{PLACE}\n");
    for site in places {
        put(&mut text, format_args!("{}\n", place(site)));
    }
    text
}

pub(super) fn stock(lines: &[stock::Line]) -> String {
    let mut text = String::from("储备点,物资编码,名称,单位,数量,批次,生产日期,有效期至\n");
    for stock::Line { depot, item, name, unit, quantity, lot } in lines {
        let stock::Lot { batch, produced, expires } = lot;
        put(
            &mut text,
            format_args!("{depot},{item},{name},{unit},{quantity},{batch},{produced},{expires}\n"),
        );
    }
    text
}

pub(super) fn shelters(shelters: &[Shelter]) -> String {
    let mut text = format!("{PLACE},容纳人数,夜间容纳人数\n");
    for Shelter { place: site, capacity, night_capacity } in shelters {
        put(&mut text, format_args!("{},{capacity},{night_capacity}\n", place(site)));
    }
    text
}

pub(super) fn gauges(gauges: &[Gauge]) -> String {
    let mut text = format!(
        "{PLACE},站类,河流,高程基准,警戒水位,保证水位,汛限水位,1小时雨量,3小时雨量,24小时雨量,历史最高水位,上报间隔\n"
    );
    for Gauge { place: site, measures, water, thresholds } in gauges {
        let datum = if water.is_empty() { "" } else { "示例县假设基面" };
        put(
            &mut text,
            format_args!("{},{measures},{water},{datum},{thresholds},300\n", place(site)),
        );
    }
    text
}

pub(super) fn risk_points(points: &[RiskPoint]) -> String {
    let mut text = format!("{PLACE},灾害类型,威胁人数,已整治,安置点,转移预案\n");
    for RiskPoint { place: site, hazard, residents, repaired, shelter, plan } in points {
        let repaired = if *repaired { "是" } else { "否" };
        put(
            &mut text,
            format_args!("{},{hazard},{residents},{repaired},{shelter},{plan}\n", place(site)),
        );
    }
    text
}

fn place(Place { id, name, area, at: [lon, lat], contact }: &Place) -> String {
    format!("{id},{name},{area},{lon:.5},{lat:.5},{contact}")
}

/// Writes lines as GeoJSON, one feature a line.
pub(super) fn lines(lines: &[Line]) -> String {
    let feature = |Line { id, name, class, points }: &Line| {
        let points: Vec<String> =
            points.iter().map(|[lon, lat]| format!("[{lon:.5},{lat:.5}]")).collect();
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"id\":\"{id}\",\"name\":\"{name}\",\
             \"class\":\"{class}\"}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":[{}]}}}}",
            points.join(",")
        )
    };
    let features: Vec<String> = lines.iter().map(feature).collect();
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n", features.join(",\n"))
}
