//! What the tests of the readers share.

use chrono_tz::Asia::Shanghai;

use super::{Context, Import, Kind, RosterLine, read};

#[track_caller]
pub(super) fn read_ok(kind: Kind, text: &str) -> Import {
    read(kind, text.as_bytes(), &Context::default()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Returns each fault as `row column code`.
#[track_caller]
pub(super) fn codes(kind: Kind, text: &str) -> Vec<String> {
    codes_in(kind, text.as_bytes(), &Context::default())
}

#[track_caller]
pub(super) fn codes_in(kind: Kind, bytes: &[u8], context: &Context) -> Vec<String> {
    let faults = read(kind, bytes, context).expect_err("the file has faults");
    let shown = faults.iter().map(|fault| {
        let row = fault.place.row.map_or_else(|| "file".to_owned(), |row| row.to_string());
        [row, fault.place.column.to_string(), fault.problem.code.to_owned()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    });
    shown.collect()
}

/// Returns each line as `post start +minutes people`.
pub(super) fn shown(lines: &[RosterLine]) -> Vec<String> {
    let show = |line: &RosterLine| {
        let from = line.from.local(Shanghai).format("%Y-%m-%dT%H:%M");
        let minutes = line.to.since(line.from).as_secs() / 60;
        let people: Vec<&str> = line.people.iter().map(|person| person.text.as_str()).collect();
        format!("{} {from} +{minutes} {}", line.post, people.join(" "))
    };
    lines.iter().map(show).collect()
}
