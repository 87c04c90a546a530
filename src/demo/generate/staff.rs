//! The people of 示例县 and how they are reached, real life's defects included.

use std::collections::BTreeSet;

use super::{
    county::{County, Kind, Township, Village},
    names,
    random::Random,
};

/// A mobile number is this and four digits. No carrier of China has been given 194.
const MOBILE: &str = "1940000";
/// A landline number is this and four digits. No place of China has the area code 0980.
const LANDLINE: &str = "0980-555";

/// Who serves at county level, in the order of their ids.
const COUNTY: [(&str, usize); 17] = [
    ("县委常委、县政府常务副县长", 1),
    ("县委常委、县委办公室主任", 1),
    ("县政府副县长", 3),
    ("县政府党组成员", 1),
    ("县政府办公室主任", 1),
    ("县长、县防汛抗旱指挥部指挥长", 1),
    ("县应急管理局局长", 1),
    ("县应急管理局副局长", 2),
    ("县气象台预报员", 3),
    ("县应急指挥中心值班员", 12),
    ("县应急管理局备勤人员", 8),
    ("县水利局局长", 1),
    ("县自然资源和林业局局长", 1),
    ("县交通运输局局长", 1),
    ("县公安局副局长", 1),
    ("县卫生健康委主任", 1),
    ("县供电公司经理", 1),
];
/// Who serves in a township, after its head.
const TOWNSHIP: [(&str, usize); 5] = [
    ("党委副书记", 1),
    ("副职领导", 3),
    ("人民武装部部长", 1),
    ("应急管理办公室主任", 1),
    ("应急管理办公室干事", 5),
];

/// Positions in [`Staff::county`].
pub(super) mod county {
    use std::ops::Range;

    pub const LEADERS: Range<usize> = 0..7;
    /// The executive deputy also takes turns as lead officer.
    pub const DEPUTY_CHIEF: usize = 0;
    pub const CHIEF: usize = 7;
    pub const BUREAU_HEAD: usize = 8;
    pub const BUREAU_DEPUTIES: Range<usize> = 9..11;
    pub const MET_DESK: Range<usize> = 11..14;
    pub const DUTY_OFFICERS: Range<usize> = 14..26;
    pub const STANDBY: Range<usize> = 26..34;
    pub const WATER: usize = 34;
    pub const LAND: usize = 35;
    pub const TRANSPORT: usize = 36;
    pub const POLICE: usize = 37;
    pub const HEALTH: usize = 38;
    pub const POWER: usize = 39;
}

/// Positions in each of [`Staff::townships`].
pub(super) mod township {
    use std::ops::Range;

    pub const HEAD: usize = 0;
    pub const LEADERS: Range<usize> = 1..6;
    /// The deputy secretary also takes turns as lead officer.
    pub const DEPUTY: usize = 1;
    pub const DUTY_OFFICERS: Range<usize> = 6..12;
}

/// Positions in each of [`Staff::villages`].
pub(super) mod village {
    pub const SECRETARY: usize = 0;
    pub const WARDEN: usize = 1;
    pub const GRID: [usize; 2] = [2, 3];
    pub const TITLES: [&str; 4] = ["党支部书记", "防汛责任人", "网格员", "网格员"];
}

/// What is wrong with a contact, as in every real list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    /// No mobile: neither a text message nor the phone page reaches them.
    LandlineOnly,
    /// No channel at all: their rung is skipped.
    Unreachable,
    /// The same mobile as the person before them: two obligations ring one phone.
    SharedMobile,
}

/// Every defect there is on purpose: index of the village, position of the person.
pub(super) const DEFECTS: [(usize, usize, Defect); 9] = [
    (17, village::WARDEN, Defect::LandlineOnly),
    (96, village::WARDEN, Defect::LandlineOnly),
    (151, village::WARDEN, Defect::LandlineOnly),
    (233, village::WARDEN, Defect::LandlineOnly),
    (318, village::WARDEN, Defect::LandlineOnly),
    (402, village::WARDEN, Defect::LandlineOnly),
    (64, village::SECRETARY, Defect::Unreachable),
    (287, village::SECRETARY, Defect::Unreachable),
    (205, village::GRID[1], Defect::SharedMobile),
];

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: String,
    pub name: String,
    pub area: String,
    pub title: String,
    pub mobile: String,
    pub landline: String,
    pub app: bool,
}

/// Everybody, by where they serve.
#[derive(Debug)]
pub(super) struct Staff {
    pub county: Vec<Person>,
    pub townships: Vec<Vec<Person>>,
    pub villages: Vec<Vec<Person>>,
}

impl Staff {
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        let townships = self.townships.iter().flatten();
        self.county.iter().chain(townships).chain(self.villages.iter().flatten())
    }
}

/// Hands out names and numbers; no number twice.
struct Registry {
    random: Random,
    mobiles: usize,
    landlines: usize,
}

impl Registry {
    fn mobile(&mut self) -> String {
        // 7919 and 10,000 have no common factor, so the first 10,000 numbers all differ.
        let number = (self.mobiles * 7_919 + 1_234) % 10_000;
        self.mobiles += 1;
        format!("{MOBILE}{number:04}")
    }

    fn landline(&mut self) -> String {
        self.landlines += 1;
        format!("{LANDLINE}{:04}", self.landlines)
    }

    /// Returns a name that `taken` does not have: colleagues in one office are told apart by name.
    fn name(&mut self, women: usize, taken: &mut BTreeSet<String>) -> String {
        loop {
            let name = names::person(women, &mut self.random);
            if taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

pub(super) fn generate(divisions: &County, random: &Random) -> Staff {
    let mut registry = Registry { random: random.part("people"), mobiles: 0, landlines: 0 };
    let county = county_people(divisions, &mut registry);
    let townships =
        divisions.townships.iter().map(|township| township_people(township, &mut registry));
    let townships = townships.collect();
    let villages = divisions.villages.iter().enumerate();
    let villages =
        villages.map(|(index, village)| village_people(index, village, &mut registry)).collect();
    Staff { county, townships, villages }
}

fn county_people(county: &County, registry: &mut Registry) -> Vec<Person> {
    let mut taken = BTreeSet::new();
    let titles = COUNTY.iter().flat_map(|(title, count)| std::iter::repeat_n(*title, *count));
    let person = |(number, title): (usize, &str)| Person {
        id: format!("990101-{number:02}"),
        name: registry.name(25, &mut taken),
        area: county.code.to_owned(),
        title: title.to_owned(),
        mobile: registry.mobile(),
        landline: if number <= 14 { registry.landline() } else { String::new() },
        app: true,
    };
    (1..).zip(titles).map(person).collect()
}

fn township_people(township: &Township, registry: &mut Registry) -> Vec<Person> {
    let mut taken = BTreeSet::new();
    let head = match township.kind {
        Kind::Subdistrict => "办事处主任",
        Kind::Town => "镇长",
        Kind::Township => "乡长",
    };
    let rest = TOWNSHIP.iter().flat_map(|(title, count)| std::iter::repeat_n(*title, *count));
    let person = |(number, title): (usize, &str)| Person {
        id: format!("{}-{number:02}", &township.code[..9]),
        name: registry.name(25, &mut taken),
        area: township.code.clone(),
        title: format!("{}{title}", township.name),
        mobile: registry.mobile(),
        landline: if number == 1 { registry.landline() } else { String::new() },
        app: true,
    };
    (1..).zip(std::iter::once(head).chain(rest)).map(person).collect()
}

fn village_people(index: usize, village: &Village, registry: &mut Registry) -> Vec<Person> {
    let mut taken = BTreeSet::new();
    let mut people: Vec<Person> = Vec::new();
    for (position, title) in village::TITLES.iter().enumerate() {
        // Every secretary has the phone page, of the others fewer.
        let has_app = [100, 85, 60, 60][position];
        let mut person = Person {
            id: format!("{}-{}", village.code, position + 1),
            name: registry.name(if position < 2 { 15 } else { 45 }, &mut taken),
            area: village.code.clone(),
            title: format!("{}{title}", village.name),
            mobile: registry.mobile(),
            landline: String::new(),
            app: registry.random.below(100) < has_app,
        };
        let defect = DEFECTS.iter().find(|(at, who, _)| (*at, *who) == (index, position));
        match defect.map(|(_, _, defect)| *defect) {
            None => {}
            Some(Defect::LandlineOnly) => {
                (person.mobile, person.app) = (String::new(), false);
                person.landline = registry.landline();
            }
            Some(Defect::Unreachable) => (person.mobile, person.app) = (String::new(), false),
            Some(Defect::SharedMobile) => {
                person.mobile = people.last().map(|other| other.mobile.clone()).unwrap_or_default();
            }
        }
        people.push(person);
    }
    people
}
