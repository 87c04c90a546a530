//! How full shelters are, by day and by night, as those who are there say.

use jiaoying::domain::{ids::SiteId, roster::Post};

use super::*;

#[test]
fn people_come_and_go_and_are_never_fewer_than_nobody() {
    let mut county = county();
    count(&mut county, "s-1", Headcount::Counted(40)).unwrap();
    count(&mut county, "s-1", Headcount::Arrived(12)).unwrap();
    count(&mut county, "s-1", Headcount::Departed(50)).unwrap();
    assert_eq!(people_at(&county, "s-1"), 2);
    let refused = count(&mut county, "s-1", Headcount::Departed(3)).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("shelter.too_few", Some("departed")));
    let full = count(&mut county, "s-1", Headcount::Arrived(99)).unwrap_err();
    assert_eq!(full.code(), "shelter.full");
    assert!(full.to_string().contains("98 places free for 99 people"), "{full}");
    let most = count(&mut county, "s-1", Headcount::Arrived(u32::MAX)).unwrap_err();
    assert_eq!(most.code(), "transfer.people");
}

#[test]
fn more_than_it_holds_are_taken_in_with_a_reason() {
    let mut county = county();
    let crowd = |reason: Option<&str>| {
        Command::Evacuation(EvacuationStep::Count(ReportHeadcount {
            shelter: "s-3".parse().unwrap(),
            said: Headcount::Counted(45),
            note: String::new(),
            over_capacity: reason.map(Into::into),
        }))
    };
    assert_eq!(as_desk(&mut county, crowd(None)).unwrap_err().code(), "shelter.full");
    assert_eq!(as_desk(&mut county, crowd(Some(""))).unwrap_err().field(), Some("reason"));
    as_desk(&mut county, crowd(Some("桥断了"))).unwrap();
    let known = county.board.evacuations.occupancy(&"s-3".parse().unwrap()).unwrap();
    assert_eq!((known.people, known.over_capacity.as_str()), (45, "桥断了"));
    count(&mut county, "s-3", Headcount::Departed(20)).unwrap();
    let known = county.board.evacuations.occupancy(&"s-3".parse().unwrap()).unwrap();
    assert_eq!(known.over_capacity, "", "it holds them again");
}

#[test]
fn by_night_there_is_less_room() {
    let mut county = county();
    let facts = Facts::Shelter(Shelter { capacity: 100, night_capacity: Some(60) });
    county.must(Command::SaveSites(vec![site("s-1", COUNTY, facts)]));
    let tonight = |people| OrderEvacuation {
        due_at: "2026-07-21T21:00:00+08:00".parse().unwrap(),
        ..to_legs(vec![from(VILLAGE, people, "s-1")])
    };
    assert_eq!(order(&mut county, tonight(61)).unwrap_err().code(), "shelter.full");
    order(&mut county, tonight(60)).unwrap();
    count(&mut county, "s-1", Headcount::Arrived(40)).unwrap();
}

#[test]
fn a_headcount_grows_old() {
    let mut county = county();
    let stale = |county: &County| {
        let (site, shelter) = county.board.shelter(&"s-1".parse().unwrap()).unwrap();
        county.board.room(site, shelter, county.now, county.now).stale
    };
    assert!(!stale(&county), "nobody is there");
    count(&mut county, "s-1", Headcount::Counted(5)).unwrap();
    county.pass(8 * 3_600);
    assert!(!stale(&county));
    county.pass(1);
    assert!(stale(&county));
    count(&mut county, "s-1", Headcount::Counted(0)).unwrap();
    county.pass(9 * 3_600);
    assert!(!stale(&county), "nobody is there");
}

#[test]
fn whoever_is_responsible_for_a_shelter_counts_and_nobody_else_but_the_desk() {
    let mut county = county();
    let mut shelter = county.board.sites.get(&"s-1".parse().unwrap()).unwrap().clone();
    shelter.contact = WARDEN.parse().ok();
    county.must(Command::SaveSites(vec![shelter]));
    let say = || {
        Command::Evacuation(EvacuationStep::Count(ReportHeadcount {
            shelter: "s-1".parse().unwrap(),
            said: Headcount::Counted(7),
            note: String::new(),
            over_capacity: None,
        }))
    };
    let mut keeper = in_person(WARDEN);
    keeper.role = Role::Screen;
    county.submit(&keeper, say()).unwrap();
    let mut stranger = in_person("002001-village_duty");
    stranger.role = Role::Screen;
    assert_eq!(county.submit(&stranger, say()).unwrap_err().code(), "shelter.not_yours");
    let mut neighbour = actor("leader", Role::Leader);
    neighbour.area = "990101002".parse().unwrap();
    assert_eq!(county.submit(&neighbour, say()).unwrap_err().code(), "shelter.unknown");
}

#[test]
fn a_shelter_with_people_in_it_or_on_their_way_stays_on_the_list() {
    let mut county = county();
    let remove = |id: &str| Command::RemoveSite(id.parse::<SiteId>().unwrap());
    count(&mut county, "s-3", Headcount::Counted(1)).unwrap();
    assert_eq!(county.try_must(remove("s-3")).unwrap_err().code(), "shelter.in_use");
    order(&mut county, to_legs(vec![from(VILLAGE, 60, "s-2")])).unwrap();
    assert_eq!(county.try_must(remove("s-2")).unwrap_err().code(), "shelter.in_use");
    count(&mut county, "s-3", Headcount::Counted(0)).unwrap();
    county.must(remove("s-3"));
}

#[test]
fn the_post_of_whoever_is_responsible_for_a_point_is_told_else_the_one_on_duty_else_the_one_above()
{
    let mut county = county();
    let post_of = |county: &mut County, leg: Leg| {
        let id = order(county, to_legs(vec![leg])).unwrap();
        only(county, id).post.to_string()
    };
    let mut point_2 = county.board.sites.get(&"r-2".parse().unwrap()).unwrap().clone();
    point_2.contact = "001002-grid_person".parse().ok();
    county.must(Command::SaveSites(vec![point_2]));
    let told = post_of(&mut county, Leg { to: "s-2".parse().ok(), ..point("r-2") });
    assert_eq!(told, "990101001002/grid_person");
    assert_eq!(post_of(&mut county, point("r-1")), format!("{VILLAGE}/village_duty"));
    // An area without a post of its own: whoever runs the township's desk.
    let area = jiaoying::domain::area::Area {
        code: "990101001009".parse().unwrap(),
        name: "新村".into(),
        centroid: None,
        outline: Vec::new(),
    };
    county.must(Command::SaveAreas(vec![area]));
    let told = post_of(&mut county, from("990101001009", 5, "s-2"));
    assert_eq!(told, format!("{TOWNSHIP}/duty_officer"));
    let own = Post {
        id: "990101001009/grid_person".parse().unwrap(),
        title: "新村网格员".into(),
        holders: vec![WARDEN.parse().unwrap()],
        deputies: Vec::new(),
        rotations: Default::default(),
    };
    county.must(Command::Roster(jiaoying::domain::command::RosterStep::SavePosts(vec![own])));
    assert_eq!(post_of(&mut county, from("990101001009", 5, "s-2")), "990101001009/grid_person");
}
