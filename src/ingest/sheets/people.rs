//! The list of people and the numbers by which they are reached.

use compact_str::CompactString;

use super::{
    Context,
    fault::Faults,
    fields,
    headers::Column,
    list::{Line, List, Seen},
    phones, problem,
};
use crate::domain::person::{Channel, Contact, Person};

pub(super) fn read(lists: &[List<'_>], context: &Context, faults: &mut Faults) -> Vec<Person> {
    let mut people = Vec::new();
    let mut seen = Seen::new();
    for line in lists.iter().flat_map(List::lines) {
        let id = line.need(Column::Id, fields::person_id, faults);
        let name = line.need(Column::Name, fields::name, faults);
        let area = line.need(Column::Area, fields::area_code, faults);
        if let Some(area) = area {
            context.check_area(line, area, faults);
        }
        let title = line.may(Column::Title, fields::name, faults).unwrap_or_default();
        let contacts = contacts(line, faults);
        if let Some(id) = &id
            && let Some(row) = seen.repeats(id.clone(), line.number())
        {
            line.fault(Column::Id, problem::repeated(id, row), faults);
        }
        if let (Some(id), Some(name), Some(area)) = (id, name, area) {
            people.push(Person { id, name: without_padding(&name), area, title, contacts });
        }
    }
    people
}

/// Returns the contacts in order of preference: the phone's page, calls and texts to the mobile, then
/// calls to the landline. Having none is a readiness fault, which the roster shows, not a wrong file.
fn contacts(line: Line<'_>, faults: &mut Faults) -> Vec<Contact> {
    let app = line.may(Column::App, fields::yes, faults).unwrap_or(false);
    let mobiles = line.may(Column::Mobile, phones::mobiles, faults).unwrap_or_default();
    let landlines = line.may(Column::Landline, phones::landlines, faults).unwrap_or_default();
    let to = |channel| move |address: &CompactString| Contact { channel, address: address.clone() };
    let app = app.then(|| Contact { channel: Channel::App, address: CompactString::default() });
    app.into_iter()
        .chain(mobiles.iter().map(to(Channel::Voice)))
        .chain(mobiles.iter().map(to(Channel::Sms)))
        .chain(landlines.iter().map(to(Channel::Voice)))
        .collect()
}

/// Returns a name of two letters without the space that lines it up with longer ones: `陈　明`.
pub(super) fn without_padding(name: &str) -> CompactString {
    let mut pieces = name.split_whitespace();
    let pair = (pieces.next(), pieces.next(), pieces.next());
    let single = |piece: &str| piece.chars().count() == 1 && !piece.is_ascii();
    match pair {
        (Some(first), Some(second), None) if single(first) && single(second) => {
            CompactString::from(format!("{first}{second}"))
        }
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Rows,
        testing::{codes, read_ok},
    };
    use super::*;

    #[test]
    fn a_person_is_reached_in_order_of_preference() {
        let people = people(
            "编号,姓名,区划代码,职务,手机,固定电话,移动端\n\
             v1,陈\u{3000}明,990101100201,东街村党支部书记,19400000001/19400000002,0980-5551234,是\n\
             v2,谢怀远,990101100201,,,,\n",
        );
        let shown: Vec<String> =
            people[0].contacts.iter().map(|c| format!("{} {}", c.channel, c.address)).collect();
        let expected = [
            "app ",
            "voice 19400000001",
            "voice 19400000002",
            "sms 19400000001",
            "sms 19400000002",
            "voice 09805551234",
        ];
        assert_eq!(shown, expected);
        assert_eq!(people[0].name, "陈明");
        assert!(people[1].contacts.is_empty());
    }

    #[test]
    fn every_fault_of_every_line_is_reported_at_once() {
        let text = "id,name,area,mobile,landline,app\n\
                    v1,谢怀远,990101,1940000000,0980-5551234-801,可能\n\
                    v1,,99,1.94E+10,110,是\n\
                    a b,严守田,,,,\n";
        let expected = [
            "2 app not_yes_or_no",
            "2 mobile not_a_mobile",
            "2 landline extension",
            "3 name missing",
            "3 mobile digits_lost",
            "3 landline not_a_landline",
            "3 id repeated",
            "4 id not_an_id",
            "4 area missing",
        ];
        assert_eq!(codes(Kind::People, text), expected);
    }

    fn people(text: &str) -> Vec<Person> {
        let Rows::People(people) = read_ok(Kind::People, text).rows else { panic!("another kind") };
        people
    }
}
