//! Who is meant by a name in a duty table, and who might be where nobody bears it.

use std::{cmp::Reverse, collections::BTreeMap};

use compact_str::CompactString;

use super::{
    Faults,
    people::without_padding,
    problem::{self, Problem},
    roster::{PersonRef, RosterLine},
};
use crate::domain::{
    ids::{PersonId, PostId},
    person::Person,
    roster::Shift,
};

/// Most people that are suggested for one name.
const SUGGESTED: usize = 5;
/// Digits at the end of a telephone number by which somebody is known again.
const TAIL: usize = 4;

/// Whom somebody chose for names, as the sheet writes them; it outweighs what the names say.
pub type Choices = BTreeMap<CompactString, PersonId>;

/// The people that a duty table can name.
pub struct People<'a> {
    all: Vec<&'a Person>,
    by_id: BTreeMap<&'a str, &'a Person>,
    by_name: BTreeMap<CompactString, Vec<&'a Person>>,
}

/// Whom a name stands for.
#[derive(Debug)]
pub enum Found<'a> {
    One(&'a Person),
    /// Several people bear it, equally near to the post.
    Several(Vec<&'a Person>),
    Nobody,
}

/// Somebody who may be meant.
#[derive(Debug)]
pub struct Suggestion<'a> {
    pub person: &'a Person,
    pub why: Why,
}

/// Why somebody may be meant, the likeliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Bears the name, as others do.
    SameName,
    /// Bears it but for spaces and dots.
    Spacing,
    /// Has the telephone number that stands beside the name.
    SameNumber,
    /// Has the surname, and a number that ends alike.
    SurnameAndNumber,
    /// Has a name that differs in one letter.
    OneLetter,
}

impl Why {
    pub fn as_str(self) -> &'static str {
        match self {
            Why::SameName => "same_name",
            Why::Spacing => "spacing",
            Why::SameNumber => "same_number",
            Why::SurnameAndNumber => "surname_and_number",
            Why::OneLetter => "one_letter",
        }
    }
}

impl<'a> People<'a> {
    pub fn new(people: impl Iterator<Item = &'a Person>) -> Self {
        let all: Vec<&Person> = people.collect();
        let mut by_name: BTreeMap<_, Vec<&Person>> = BTreeMap::new();
        for person in &all {
            by_name.entry(without_padding(&person.name)).or_default().push(person);
        }
        let by_id = all.iter().map(|person| (person.id.as_str(), *person)).collect();
        Self { all, by_id, by_name }
    }

    /// Finds whom `wanted` means: by choice, by id, by name and number, or by a name that one person bears in the
    /// post's area, below it, or anywhere, in that order.
    pub fn find(&self, wanted: &PersonRef, post: &PostId, choices: &Choices) -> Found<'a> {
        let text = choices.get(&wanted.text).map_or(wanted.text.as_str(), PersonId::as_str);
        if let Some(person) = self.by_id.get(text) {
            return Found::One(person);
        }
        let Some(namesakes) = self.by_name.get(text) else { return Found::Nobody };
        let has_phone = |person: &Person| {
            let phone = wanted.phone.as_ref();
            phone.is_some_and(|phone| person.contacts.iter().any(|c| c.address == *phone))
        };
        let nearness = |person: &Person| {
            (has_phone(person), person.area == post.area, post.area.contains(person.area))
        };
        let nearest = namesakes.iter().map(|person| nearness(person)).max();
        let nearest = namesakes.iter().filter(|person| Some(nearness(person)) == nearest);
        let nearest: Vec<&Person> = nearest.copied().collect();
        match nearest[..] {
            [person] => Found::One(person),
            _ => Found::Several(nearest),
        }
    }

    /// Returns who may be meant where a name says too little, the likeliest first, then the nearest to the post.
    pub fn suggest(&self, wanted: &PersonRef, post: &PostId) -> Vec<Suggestion<'a>> {
        let likely = self
            .all
            .iter()
            .filter_map(|person| Some(Suggestion { person, why: likeness(wanted, person)? }));
        let mut likely: Vec<Suggestion<'_>> = likely.collect();
        likely.sort_by_key(|Suggestion { person, why }| {
            let near = (person.area == post.area, post.area.contains(person.area));
            (*why, Reverse(near), &person.id)
        });
        likely.truncate(SUGGESTED);
        likely
    }
}

/// Finds the people that the lines name; a name of nobody or of several is a fault.
pub fn resolve<'a>(
    lines: Vec<RosterLine>,
    people: impl Iterator<Item = &'a Person>,
    choices: &Choices,
) -> Result<Vec<(PostId, Shift)>, Faults> {
    let people = People::new(people);
    let mut faults = Faults::default();
    let mut shifts = Vec::new();
    for line in lines {
        let mut ids: Vec<PersonId> = Vec::new();
        for wanted in &line.people {
            match people.find(wanted, &line.post, choices) {
                Found::One(person) if ids.contains(&person.id) => {}
                Found::One(person) => ids.push(person.id.clone()),
                Found::Several(several) => {
                    faults.note(wanted.place.clone(), namesakes(wanted, &several));
                }
                Found::Nobody => {
                    faults.note(wanted.place.clone(), problem::unknown_person(&wanted.text));
                }
            }
        }
        shifts.push((line.post, Shift { from: line.from, to: line.to, people: ids }));
    }
    faults.or(shifts)
}

fn namesakes(wanted: &PersonRef, several: &[&Person]) -> Problem {
    let shown = several.iter().map(|person| format!("{} {}", person.id, person.title));
    problem::namesakes(&wanted.text, shown.collect::<Vec<_>>().join("、"))
}

fn likeness(wanted: &PersonRef, person: &Person) -> Option<Why> {
    let (theirs, written) = (bare(&person.name), bare(&wanted.text));
    if without_padding(&person.name) == wanted.text {
        return Some(Why::SameName);
    }
    if theirs == written {
        return Some(Why::Spacing);
    }
    let phone = wanted.phone.as_deref().unwrap_or_default();
    let numbers = || person.contacts.iter().map(|contact| contact.address.as_str());
    if !phone.is_empty() && numbers().any(|number| number == phone) {
        return Some(Why::SameNumber);
    }
    let tail = phone.len().checked_sub(TAIL).and_then(|at| phone.get(at..));
    let surname = theirs.chars().next() == written.chars().next();
    if surname && tail.is_some_and(|tail| numbers().any(|number| number.ends_with(tail))) {
        return Some(Why::SurnameAndNumber);
    }
    one_apart(&theirs, &written).then_some(Why::OneLetter)
}

/// Returns a name without spaces and the dots inside names: 阿依古丽·买买提.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !"·•．.・".contains(*c)).collect()
}

/// Tells whether one letter, changed, added or left out, makes one text of the other, and at least one stays.
pub(super) fn one_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short == long || long.len() - short.len() > 1 || long.len() < 2 {
        return false;
    }
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let skipped = usize::from(short.len() == long.len());
    short.get(same + skipped..) == long.get(same + 1..) && !short.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            person::{Channel, Contact},
            time::Timestamp,
        },
        ingest::sheets::Place,
    };

    #[test]
    fn a_name_is_sought_in_the_posts_area_first() {
        let people = [
            person("c1", "王福来", "990101", "19400000001"),
            person("v1", "王福来", "990101100201", "19400000002"),
            person("v2", "王福来", "990101100201", "19400000003"),
            person("t1", "马存善", "990101100", "19400000004"),
        ];
        let chosen: Choices = [("老王".into(), "v2".parse().unwrap())].into();
        let find = |post: &str, text: &str, phone: Option<&str>| {
            let line = RosterLine {
                post: post.parse().unwrap(),
                from: Timestamp::from_millis(0),
                to: Timestamp::from_millis(1),
                people: vec![called(text, phone)],
            };
            match resolve(vec![line], people.iter(), &chosen) {
                Ok(shifts) => shifts[0].1.people[0].to_string(),
                Err(faults) => faults.iter().next().unwrap().to_string(),
            }
        };
        assert_eq!(find("990101000000/duty_officer", "王福来", None), "c1");
        assert_eq!(find("990101100000/duty_officer", "马存善", None), "t1");
        assert_eq!(find("990101101000/duty_officer", "马存善", None), "t1");
        assert_eq!(find("990101100201/grid_person", "王福来", Some("19400000003")), "v2");
        assert_eq!(find("990101100201/grid_person", "v1", None), "v1");
        assert_eq!(find("990101000000/duty_officer", "老王", None), "v2");
        let several = find("990101100201/grid_person", "王福来", None);
        assert!(several.contains("v1 某职务、v2 某职务"), "{several}");
        assert!(find("990101000000/duty_officer", "赵无极", None).contains("nobody known"));
    }

    #[test]
    fn whoever_is_nearly_named_is_suggested_the_likeliest_first() {
        let people = [
            person("a", "阿依古丽·买买提", "990101", "19400000001"),
            person("b", "王福来", "990101100", "19400000002"),
            person("c", "王福", "990101", "19400000003"),
            person("d", "李福来", "990101", "19400000004"),
        ];
        let post = "990101000000/duty_officer".parse().unwrap();
        let people = People::new(people.iter());
        let told = |text: &str, phone: Option<&str>| {
            let suggested = people.suggest(&called(text, phone), &post);
            let told =
                suggested.iter().map(|one| format!("{} {}", one.person.id, one.why.as_str()));
            told.collect::<Vec<_>>()
        };
        assert_eq!(told("阿依古丽买买提", None), ["a spacing"]);
        assert_eq!(told("汪福来", None), ["d one_letter", "b one_letter"]);
        assert_eq!(told("王富贵", Some("19911110002")), ["b surname_and_number"]);
        assert_eq!(told("张三丰", Some("19400000004")), ["d same_number"]);
        assert_eq!(told("王福来", None), ["b same_name", "c one_letter", "d one_letter"]);
        assert!(told("赵无极", None).is_empty());
    }

    #[test]
    fn one_letter_is_one_letter() {
        for (one, other) in [("王福", "王福来"), ("王来", "王福来"), ("汪福来", "王福来")]
        {
            assert!(one_apart(one, other) && one_apart(other, one), "{one} {other}");
        }
        for (one, other) in [("王福来", "王福来"), ("王", "李"), ("王福", "李来"), ("", "王")]
        {
            assert!(!one_apart(one, other), "{one} {other}");
        }
    }

    fn called(text: &str, phone: Option<&str>) -> PersonRef {
        PersonRef { text: text.into(), phone: phone.map(Into::into), place: Place::default() }
    }

    fn person(id: &str, name: &str, area: &str, phone: &str) -> Person {
        Person {
            id: id.parse().unwrap(),
            name: name.into(),
            area: area.parse().unwrap(),
            title: "某职务".into(),
            contacts: vec![Contact { channel: Channel::Voice, address: phone.into() }],
        }
    }
}
