//! Which area a point or an address is in, for whoever takes a report down.

use super::{Areas, LonLat, Shape, distance_m};
use crate::domain::ids::{AreaCode, Level};

/// Round a point, in kilometres, within which an area counts as its own.
const POINT_KM: f64 = 0.01;
/// Farthest that the middle of a village lies from its edge, in metres, where no boundary says.
const VILLAGE_M: f64 = 5_000.0;

impl Areas {
    /// Returns the smallest area that `point` is in: by boundary; a village without one by how near its middle is.
    pub fn at_point(&self, point: LonLat) -> Option<AreaCode> {
        let here = self.touched_by(&Shape::Circle { center: point, radius_km: POINT_KM });
        let lowest = here.into_iter().max_by_key(|code| code.level());
        let within = lowest.filter(|code| code.level() < Level::Village);
        let villages = self.all().filter(|area| {
            area.code.level() == Level::Village
                && lowest.is_none_or(|_| within.is_some_and(|within| within.contains(area.code)))
        });
        let near = villages.filter_map(|area| Some((distance_m(area.centroid?, point), area.code)));
        let nearest = near.min_by(|one, other| one.0.total_cmp(&other.0));
        nearest.filter(|(metres, _)| *metres <= VILLAGE_M).map(|(_, code)| code).or(lowest)
    }

    /// Returns the area that `address` names: of several the smallest, of one name in several places none.
    pub fn named_in(&self, address: &str) -> Option<AreaCode> {
        let named = self
            .all()
            .filter(|area| area.name.chars().count() > 1 && address.contains(bare(&area.name)));
        let named: Vec<AreaCode> = named.map(|area| area.code).collect();
        let lowest = named.iter().map(|code| code.level()).max()?;
        let above = |code: &AreaCode| named.iter().filter(|other| other.contains(*code)).count();
        let mut best: Vec<AreaCode> =
            named.iter().filter(|code| code.level() == lowest).copied().collect();
        // 柳河镇 王庄村 is the one of the villages of that name that lies in 柳河镇.
        let most = best.iter().map(above).max()?;
        best.retain(|code| above(code) == most);
        (best.len() == 1).then(|| best[0])
    }
}

/// Returns a name as people write it in an address: 王庄村委会 is 王庄村.
fn bare(name: &str) -> &str {
    let name = name.strip_suffix("民委员会").or_else(|| name.strip_suffix("委会")).unwrap_or(name);
    name.strip_suffix("办事处").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::area::Area;

    #[test]
    fn a_point_is_in_the_village_whose_middle_is_nearest() {
        let areas = areas();
        assert_eq!(areas.at_point([114.501, 35.6]), Some(code("990101001001")));
        assert_eq!(areas.at_point([114.53, 35.6]), Some(code("990101001002")));
        assert_eq!(areas.at_point([110.0, 30.0]), None, "far from everything");
    }

    #[test]
    fn an_address_names_the_smallest_area_that_can_only_be_meant() {
        let areas = areas();
        assert_eq!(areas.named_in("柳河镇王庄村东头"), Some(code("990101001001")));
        assert_eq!(areas.named_in("青石镇王庄村东头"), Some(code("990101002001")));
        assert_eq!(areas.named_in("柳河镇政府"), Some(code("990101001000")));
        assert_eq!(areas.named_in("王庄村"), None, "there are two");
        assert_eq!(areas.named_in("高速公路出口"), None);
    }

    fn areas() -> Areas {
        let mut areas = Areas::default();
        for (area, name, lon) in [
            ("990101000000", "示例县", 114.5),
            ("990101001000", "柳河镇", 114.5),
            ("990101001001", "王庄村委会", 114.5),
            ("990101001002", "李庄村", 114.53),
            ("990101002000", "青石镇", 114.9),
            ("990101002001", "王庄村", 114.9),
        ] {
            let (code, centroid) = (code(area), Some([lon, 35.6]));
            areas.save(Area { code, name: name.into(), centroid, outline: Vec::new() });
        }
        areas
    }

    fn code(text: &str) -> AreaCode {
        text.parse().unwrap()
    }
}
