//! A month of a clerk's: last month's file, next month filled, two officers who change duty on their phones, the signature
//! at eight, and a red warning a minute later that rings whoever is really there.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{Datelike, Days, FixedOffset, Months, TimeZone};
use jiaoying::{
    access::Holder,
    domain::{
        actor::Role,
        board::Board,
        command::Command,
        handover::{Side, SignHandover},
        ids::PersonId,
        time::Timestamp,
        warning::{Colour, Message},
    },
};
use reqwest::Method;

use super::*;
use crate::support::county::{County, alert, in_person};

const DESK: &str = "990101000000/duty_officer";

#[tokio::test]
async fn from_last_months_file_to_the_right_person_a_minute_after_the_signature() {
    let server = TestServer::start().await;
    let clerk = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let first = today(&clerk).await.with_day(1).unwrap();
    last_month_comes_from_a_file(&clerk, first - Months::new(1)).await;
    let next = first + Months::new(1);
    next_month_is_filled(&clerk, next).await;

    // On the tenth one cannot, and a colleague takes it.
    let tenth = next + Days::new(9);
    let before = on_duty(&clerk, tenth).await;
    let (asker, taker) = swap(&server, &clerk, tenth).await;
    let after = on_duty(&clerk, tenth).await;
    assert!(before.contains(&asker) && !after.contains(&asker) && after.contains(&taker));
    let leaving = on_duty(&clerk, tenth - Days::new(1)).await;
    let board = server.board.read(Board::clone).await.unwrap();
    server.stop().await;

    // The same board on that morning.
    let mut county =
        County { board, journal: Vec::new(), now: at(tenth, 7, 59), prompt: true, lonely: false };
    county.must(Command::Elapse);
    county.pass(60);
    for (side, who) in [(Side::Outgoing, &leaving[0]), (Side::Incoming, &taker)] {
        let (post, note) = (DESK.parse().unwrap(), "已核对".to_owned());
        let sign = SignHandover { post, side, person: None, note };
        county.submit(&in_person(who), Command::SignHandover(sign)).unwrap();
    }
    county.pass(60);
    county.warn(red(county.now));
    let asked = county.at(DESK).asked_now().iter();
    let mut rung: Vec<&PersonId> = asked.map(|asked| &asked.person).collect();
    let mut there: Vec<PersonId> = after.iter().map(|who| who.parse().unwrap()).collect();
    rung.sort();
    there.sort();
    assert_eq!(rung, there.iter().collect::<Vec<_>>(), "those who signed, and nobody who has gone");
}

/// Returns a red warning for the whole county of that minute.
fn red(sent: Timestamp) -> Message {
    let day = Duration::from_secs(24 * 3_600);
    let message = alert("n1", Colour::Red, &[COUNTY]);
    Message { sent, effective: sent, expires: Some(sent + day), ..message }
}

/// Brings in the month's table as a file of days and names; what is asked before it counts is answered.
async fn last_month_comes_from_a_file(clerk: &Client, first: NaiveDate) {
    let people = clerk.get(&format!("/people?area={COUNTY}&limit=500"), 200).await;
    let own = items(&people).iter().filter(|one| one["area"] == COUNTY);
    let ids: Vec<&str> = own.map(id).take(4).collect();
    let days = first.iter_days().take_while(|day| day.month() == first.month());
    let lines = days.zip(ids.iter().cycle());
    let lines: String = lines.map(|(day, who)| format!("{day},990101,值班员,{who}\n")).collect();
    let file = format!("日期,区划代码,岗位,值班人员\n{lines}");
    let look =
        clerk.request(Method::POST, "/roster/imports/preview?area=990101").body(file.clone());
    let preview = expect(look, 200).await;
    assert_eq!(preview["ready"], true, "{preview}");
    let import = json!({"file": BASE64_STANDARD.encode(&file), "file_name": "上月.csv", "seen": preview["seen"]});
    clerk.post("/roster/imports?area=990101", &import, 201).await;
    let last = first + Months::new(1) - Days::new(1);
    let table = format!("/duty-tables?post={DESK}&from={first}&to={last}");
    let table = clerk.get(&table, 200).await;
    let shifts = table["items"][0]["shifts"].as_array().unwrap().len();
    assert_eq!(u64::try_from(shifts).unwrap(), u64::from(last.day()));
}

/// Fills a month as the post's people take turns, and puts it in force.
async fn next_month_is_filled(clerk: &Client, first: NaiveDate) {
    let until = first + Months::new(1);
    let fill = json!({"post": DESK, "from": first, "to": until - Days::new(1)});
    let filled = clerk.post("/duty-tables/fill", &fill, 200).await;
    let shifts = filled["shifts"].as_array().unwrap().iter();
    let lines: Vec<Value> = shifts
        .map(|shift| {
            let people = shift["people"].as_array().unwrap().iter();
            let people: Vec<&Value> = people.map(|person| &person["id"]).collect();
            json!({"from": shift["from"], "to": shift["to"], "people": people})
        })
        .collect();
    let midnight = |day| local(day, 0, 0).to_rfc3339();
    let set = json!({
        "post": DESK, "from": midnight(first), "to": midnight(until), "shifts": lines, "seen": filled["seen"],
    });
    expect(clerk.request(Method::PUT, "/duty-tables").json(&set), 200).await;
}

/// Lets whoever has the desk on a day ask a colleague, who says yes, and the desk approves; returns both.
async fn swap(server: &TestServer, clerk: &Client, day: NaiveDate) -> (String, String) {
    let asker = on_duty(clerk, day).await.remove(0);
    let one = officer(server, "one", &asker).await;
    let (from, to) = (local(day, 8, 0).to_rfc3339(), local(day + Days::new(1), 8, 0).to_rfc3339());
    let path = format!("/duties/colleagues?post={DESK}&from={from}&to={to}");
    let colleagues = one.get(&path.replace('+', "%2B"), 200).await;
    let able = items(&colleagues).iter().find(|one| one["obstacle"].is_null()).expect("somebody");
    let taker = id(able).to_owned();
    let ask = json!({"post": DESK, "from": from, "to": to, "ask": [taker], "reason": "孩子高考"});
    let asked = one.post("/swaps", &ask, 201).await;
    let two = officer(server, "two", &taker).await;
    let list = two.get("/swaps?open=true", 200).await;
    let answer = items(&list)[0]["answer_by"].as_str().unwrap();
    let yes = json!({"answer": "acknowledged"});
    two.post(&format!("/obligations/{answer}/answer"), &yes, 200).await;
    let approve = format!("/swaps/{}/approve", id(&asked));
    server.demo("dispatcher").post(&approve, &json!({}), 200).await;
    (asker, taker)
}

async fn officer(server: &TestServer, login: &str, person: &str) -> Client {
    let holder = Holder::Person(person.parse().unwrap());
    server.account(login, Role::Leader, COUNTY, holder).await
}

/// Returns who has the county's desk at noon of a day.
async fn on_duty(client: &Client, day: NaiveDate) -> Vec<String> {
    let noon = local(day, 12, 0).to_rfc3339().replace('+', "%2B");
    let duty = client.get(&format!("/duty?area={COUNTY}&at={noon}"), 200).await;
    let desk = items(&duty).iter().filter(|item| item["post"] == DESK);
    desk.map(|item| item["person"].as_str().unwrap().to_owned()).collect()
}

fn local(day: NaiveDate, hour: u32, minute: u32) -> DateTime<FixedOffset> {
    let beijing = FixedOffset::east_opt(8 * 3_600).unwrap();
    beijing.from_local_datetime(&day.and_hms_opt(hour, minute, 0).unwrap()).unwrap()
}

fn at(day: NaiveDate, hour: u32, minute: u32) -> Timestamp {
    Timestamp::from_millis(local(day, hour, minute).timestamp_millis())
}
