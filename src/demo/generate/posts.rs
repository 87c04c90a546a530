//! The posts of 示例县 and who holds them permanently.

use super::{
    county::{County, Kind},
    staff::{Person, Staff, county, township, village},
};

/// One post, as a line of `posts.csv`.
#[derive(Debug)]
pub(super) struct Post {
    pub area: String,
    pub duty: &'static str,
    pub title: String,
    pub holders: Vec<String>,
    pub deputies: Vec<String>,
}

pub(super) fn generate(divisions: &County, staff: &Staff) -> Vec<Post> {
    let mut posts = county_posts(divisions, &staff.county);
    for (place, people) in divisions.townships.iter().zip(&staff.townships) {
        let head = match place.kind {
            Kind::Subdistrict => "办事处主任",
            Kind::Town => "镇长",
            Kind::Township => "乡长",
        };
        let post = |duty, title: &str, holders, deputies| Post {
            area: place.code.clone(),
            duty,
            title: format!("{}{title}", place.name),
            holders,
            deputies,
        };
        posts.extend([
            post("lead_officer", "带班领导", vec![], vec![]),
            post("duty_officer", "值班员", vec![], vec![]),
            post(
                "township_head",
                head,
                ids(people, [township::HEAD]),
                ids(people, [township::DEPUTY]),
            ),
        ]);
    }
    for (place, people) in divisions.villages.iter().zip(&staff.villages) {
        let post = |duty, title: &str, holders, deputies| Post {
            area: place.code.clone(),
            duty,
            title: format!("{}{title}", place.name),
            holders,
            deputies,
        };
        let (secretary, warden) =
            (ids(people, [village::SECRETARY]), ids(people, [village::WARDEN]));
        let grid = ids(people, village::GRID);
        posts.extend([
            post("village_duty", "值班岗", secretary, warden.clone()),
            post("flood_warden", "防汛责任人", warden, grid.clone()),
            post("grid_person", "网格员", grid, vec![]),
        ]);
    }
    posts
}

fn county_posts(divisions: &County, people: &[Person]) -> Vec<Post> {
    let post = |duty, title: &str, holders, deputies| Post {
        area: divisions.code.to_owned(),
        duty,
        title: title.to_owned(),
        holders,
        deputies,
    };
    let department = |duty, title, who| post(duty, title, ids(people, [who]), vec![]);
    vec![
        post("lead_officer", "示例县带班领导", vec![], vec![]),
        post("duty_officer", "示例县值班员", vec![], vec![]),
        post("standby", "示例县备勤", vec![], vec![]),
        post(
            "flood_chief",
            "示例县防汛抗旱指挥部指挥长",
            ids(people, [county::CHIEF]),
            ids(people, [county::DEPUTY_CHIEF]),
        ),
        post(
            "bureau_head",
            "示例县应急管理局局长",
            ids(people, [county::BUREAU_HEAD]),
            ids(people, county::BUREAU_DEPUTIES),
        ),
        post("met_desk", "示例县气象台值班岗", ids(people, county::MET_DESK), vec![]),
        department("water_bureau", "示例县水利局", county::WATER),
        department("natural_resources", "示例县自然资源和林业局", county::LAND),
        department("transport_bureau", "示例县交通运输局", county::TRANSPORT),
        department("public_security", "示例县公安局", county::POLICE),
        department("health_commission", "示例县卫生健康委", county::HEALTH),
        department("power_company", "示例县供电公司", county::POWER),
    ]
}

fn ids(people: &[Person], positions: impl IntoIterator<Item = usize>) -> Vec<String> {
    positions.into_iter().map(|position| people[position].id.clone()).collect()
}
