//! A clerk's own duty table: looked at before it counts, put in force as one, and taken back as one.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;
use rust_xlsxwriter::{Format, Workbook};

use super::*;

const OFFICER: &str = "990101000000/duty_officer";
const LEAD: &str = "990101000000/lead_officer";
const OCTOBER: &str = "from=2026-10-01&to=2026-10-31";

#[tokio::test]
async fn a_month_is_looked_at_put_in_force_and_taken_back_as_one() {
    let server = TestServer::start().await;
    let clerk = clerk(&server).await;
    let staff = staff(&clerk).await;
    let before = october(&clerk).await;
    let head = server.head().await;
    let file = month(&staff, |_, name| name.to_owned());
    let preview = look(&clerk, &file, 200).await;
    assert_eq!((&preview["ready"], &preview["guessed"]), (&json!(true), &json!(false)));
    let sheet = &preview["sheets"][0];
    assert_eq!((&sheet["sheet"], &sheet["layout"]), (&json!("十月"), &json!("lines")));
    let line = &preview["lines"][0];
    let person = &line["people"][0];
    assert_eq!((line["post"].as_str(), &person["text"]), (Some(OFFICER), &json!(staff[0].1)));
    assert_eq!(person["person"]["id"], json!(staff[0].0));
    let place = json!({"sheet": "十月", "row": 3, "column": "值班人员"});
    assert_eq!(person["place"], place);
    let officer = post(&preview, OFFICER);
    assert_eq!(officer["added"].as_array().unwrap().len(), 31, "{officer}");
    nothing_since(&server, head).await;

    let import = json!({
        "file": BASE64_STANDARD.encode(&file), "file_name": "十月值班表.xlsx", "seen": preview["seen"],
    });
    let done = clerk.post("/roster/imports?area=990101", &import, 201).await;
    assert_eq!(done["tables"], 2);
    let entries = done_by_people(&server, head).await;
    let kinds: Vec<&Value> = entries.iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["duty_table_set", "duty_table_set"], "one command, and nothing beside it");
    let table = clerk.get(&format!("/duty-tables?post={OFFICER}&{OCTOBER}"), 200).await;
    assert_eq!(table["items"][0]["shifts"].as_array().unwrap().len(), 31);
    let again = look(&clerk, &file, 200).await;
    assert_eq!(
        (&post(&again, OFFICER)["same"], &post(&again, LEAD)["same"]),
        (&json!(31), &json!(31))
    );
    // What was looked at before is no longer what stands there.
    let refused = clerk.post("/roster/imports?area=990101", &import, 409).await;
    assert_eq!(refusal(&refused), ("roster.changed_since", "seen"));
    // The same file again changes nothing.
    let mut same = import.clone();
    same["seen"] = again["seen"].clone();
    let nothing = clerk.post("/roster/imports?area=990101", &same, 200).await;
    assert!(nothing["id"].is_null() && nothing["tables"] == 0, "{nothing}");

    let list = clerk.get("/roster/imports", 200).await;
    let shown = &items(&list)[0];
    assert_eq!((&shown["file_name"], &shown["by"]), (&json!("十月值班表.xlsx"), &json!("keeper")));
    assert_eq!((&shown["lines"], &shown["changed_since"]), (&json!(62), &json!([])));
    // Another file on top: the first cannot be taken back before it.
    let other =
        month(&staff, |day, name| if day == 9 { staff[3].1.clone() } else { name.to_owned() });
    let preview = look(&clerk, &other, 200).await;
    let officer = post(&preview, OFFICER);
    assert_eq!((officer["changed"].as_array().unwrap().len(), &officer["same"]), (1, &json!(30)));
    let changed = &officer["changed"][0];
    assert_eq!(changed["after"][0]["id"], json!(staff[3].0));
    assert_eq!(changed["before"][0]["id"], json!(staff[8 % 3].0));
    let second = bring_in(&clerk, &other, &preview["seen"], json!({}), 201).await;
    let first = format!("/roster/imports/{}", id(&done));
    let refused = clerk.delete(&first, 409).await;
    assert_eq!(refusal(&refused), ("import.changed_since", "post"));
    assert!(refused["error"]["message"].as_str().unwrap().contains(OFFICER), "{refused}");
    // Imports are told by the journal, so that a restart forgets none.
    let server = TestServer::start_in(server.stop().await, &[]).await;
    let clerk = server.stranger().log_in("keeper", "password-of-keeper").await;
    taken_back(&clerk, &[id(&second), id(&done)]).await;
    assert_eq!(october(&clerk).await, before, "what stood there before");
    server.stop().await;
}

#[tokio::test]
async fn a_name_that_is_not_clear_is_chosen_for_and_nothing_is_half_imported() {
    let server = TestServer::start().await;
    let clerk = clerk(&server).await;
    let staff = staff(&clerk).await;
    let near = {
        let mut letters: Vec<char> = staff[1].1.chars().collect();
        *letters.last_mut().unwrap() = '鑫';
        letters.into_iter().collect::<String>()
    };
    let text = |day: &str, name: &str| {
        format!(
            "日期,区划代码,岗位,值班人员\n2026-10-01,990101,值班员,{}\n{day},990101,值班员,{name}\n",
            staff[0].1
        )
    };
    let head = server.head().await;
    let file = text("2026-10-02", &near).into_bytes();
    let preview = look(&clerk, &file, 200).await;
    assert_eq!(preview["ready"], false);
    let name = &preview["names"][0];
    assert_eq!((&name["text"], &name["matches"]), (&json!(near), &json!("nobody")));
    assert_eq!(name["places"][0], json!({"row": 3, "column": "值班人员"}));
    let suggested = name["suggestions"].as_array().unwrap();
    let one =
        suggested.iter().find(|one| one["id"] == staff[1].0).expect("the right one is suggested");
    assert_eq!((&one["name"], &one["why"]), (&json!(staff[1].1), &json!("one_letter")));
    let unclear = &post(&preview, OFFICER)["added"][1];
    assert_eq!(unclear["unclear"], json!([near]));
    let refused = bring_in(&clerk, &file, &preview["seen"], json!({}), 422).await;
    assert_eq!(refusal(&refused), ("file.faulty", "file"));
    assert_eq!(refused["error"]["details"]["faults"][0]["row"], 3);
    let strange = json!({ "choices": { near.as_str(): "nobody-at-all" } });
    let refused = bring_in(&clerk, &file, &preview["seen"], strange, 422).await;
    assert_eq!(refusal(&refused).0, "person.unknown");

    // Whatever is wrong with a file, all of it stays out.
    let broken = [
        (text("2026-02-29", &staff[1].1), "not_a_date"),
        (text("下周一", &staff[1].1), "not_a_date"),
        (text("2026-10-02", ""), "missing"),
        (text("2026-10-02", "同上"), "nobody"),
        ("日期,区划代码,岗位,值班人员\n2026-10-01,990101,大厨,王五\n2026-10-01,990101,值班员,x\n".to_owned(), "unknown_duty"),
    ];
    for (text, code) in broken {
        let preview = look(&clerk, text.as_bytes(), 200).await;
        let fault = &preview["faults"][0];
        assert_eq!(fault["code"], code, "{preview}");
        assert!(fault["row"].is_number() && !fault["remedy"].as_str().unwrap().is_empty());
        let refused = bring_in(&clerk, text.as_bytes(), &preview["seen"], json!({}), 422).await;
        assert_eq!(refusal(&refused), ("file.faulty", "file"));
        assert_eq!(refused["error"]["details"]["faults"][0]["code"], code);
    }
    nothing_since(&server, head).await;

    let chosen = json!({ "choices": { near.as_str(): staff[1].0 } });
    let mut asked = chosen.clone();
    asked["file"] = json!(BASE64_STANDARD.encode(&file));
    let looked = clerk.post("/roster/imports/preview", &asked, 200).await;
    assert_eq!((&looked["ready"], &looked["names"]), (&json!(true), &json!([])));
    bring_in(&clerk, &file, &preview["seen"], chosen, 201).await;
    let table = clerk.get(&format!("/duty-tables?post={OFFICER}&{OCTOBER}"), 200).await;
    let second = &table["items"][0]["shifts"][1]["people"][0];
    assert_eq!(second["id"], json!(staff[1].0));
    server.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_the_remedy() {
    let server = TestServer::start().await;
    let clerk = clerk(&server).await;
    let head = server.head().await;
    let mut truncated = month(&staff(&clerk).await, |_, name| name.to_owned());
    truncated.truncate(truncated.len() / 2);
    for (bytes, code) in [
        (with_macros(), "macros"),
        (Vec::new(), "empty"),
        (truncated, "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0".to_vec(), "unknown_format"),
        ("编号,姓名,区划代码\np1,谢怀远,990101\n".into(), "no_header"),
    ] {
        let preview = look(&clerk, &bytes, 200).await;
        assert_eq!(preview["faults"][0]["code"], code, "{preview}");
        assert_eq!(preview["ready"], false);
        let refused = bring_in(&clerk, &bytes, &json!(0), json!({}), 422).await;
        assert_eq!(refused["error"]["details"]["faults"][0]["code"], code);
    }
    let request = clerk.request(Method::POST, "/roster/imports/preview");
    let refused = expect(request.body(vec![b'x'; 50 << 20]), 413).await;
    assert_eq!(refusal(&refused), ("body.too_large", "body"));
    for (body, field) in [
        (json!({"file": "没有", "seen": 0}), "file"),
        (json!({"file": ""}), "seen"),
        (json!({"file": "", "seen": "x"}), "seen"),
        (json!({"file": "", "seen": 0, "choices": {"a": "b c"}}), "choices.a"),
        (json!({"seen": 0}), "file"),
    ] {
        let refused = clerk.post("/roster/imports", &body, 422).await;
        assert_eq!(refusal(&refused).1, field, "{refused}");
    }
    for (query, status, code) in [
        ("area=990101999", 422, "area.unknown"),
        ("area=x", 400, "query.invalid"),
        ("year=x", 400, "query.invalid"),
    ] {
        let request = clerk.request(Method::POST, &format!("/roster/imports/preview?{query}"));
        assert_eq!(refusal(&expect(request.body("a,b"), status).await).0, code);
    }
    nothing_since(&server, head).await;
    server.stop().await;
}

#[tokio::test]
async fn a_township_brings_in_its_own_posts_and_creates_them_when_told() {
    let server = TestServer::start().await;
    let there = server.account("there", Role::Admin, TOWNSHIP, Holder::Nobody).await;
    let people = there.get(&format!("/people?area={TOWNSHIP}&limit=1"), 200).await;
    let someone = id(&items(&people)[0]).to_owned();
    let file =
        format!("日期,岗位,值班人员\n2026-10-01,备勤,{someone}\n2026-10-02,备勤,{someone}\n");
    let look = |client: &Client, area: &str| {
        let path = format!("/roster/imports/preview?area={area}");
        client.request(Method::POST, &path).body(file.clone())
    };
    let refused = expect(look(&there, OTHER_TOWNSHIP), 403).await;
    assert_eq!(refusal(&refused), ("access.outside_area", "area"));
    let preview = expect(look(&there, TOWNSHIP), 200).await;
    let post = &preview["posts"][0];
    assert_eq!((&post["known"], &post["duty_known"]), (&json!(false), &json!(true)), "{preview}");
    let import = |extra: Value| {
        let mut body = json!({"file": BASE64_STANDARD.encode(&file), "seen": preview["seen"]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let path = format!("/roster/imports?area={TOWNSHIP}");
    let refused = there.post(&path, &import(json!({})), 422).await;
    assert_eq!(refusal(&refused), ("post.unknown", "create_posts"));
    let done = there.post(&path, &import(json!({"create_posts": true})), 201).await;
    let table = format!("/duty-tables?post={}&{OCTOBER}", post["post"].as_str().unwrap());
    let view = there.get(&table, 200).await;
    assert_eq!(view["items"][0]["post_title"], post["post_title"]);
    assert_eq!(view["items"][0]["shifts"].as_array().unwrap().len(), 2);
    // Others neither see it nor take it back.
    let other = server.account("other", Role::Admin, OTHER_TOWNSHIP, Holder::Nobody).await;
    assert!(items(&other.get("/roster/imports", 200).await).is_empty());
    let undo = format!("/roster/imports/{}", id(&done));
    assert_eq!(refusal(&other.delete(&undo, 403).await).0, "access.outside_area");
    there.delete(&undo, 204).await;
    let view = there.get(&table, 200).await;
    assert_eq!(view["items"][0]["shifts"], json!([]), "the post stays, without lines");
    server.stop().await;
}

#[tokio::test]
async fn a_layout_nobody_has_seen_counts_only_when_somebody_says_so() {
    let server = TestServer::start().await;
    let clerk = clerk(&server).await;
    let staff = staff(&clerk).await;
    let mut text = "2026年10月值守一览\n哪天,今日带班领导姓名,值守同志（人）\n".to_owned();
    for day in 1..=3 {
        text += &format!("10月{day}日,{},{}\n", staff[0].1, staff[day].1);
    }
    let head = server.head().await;
    let preview = look(&clerk, text.as_bytes(), 200).await;
    assert_eq!((&preview["guessed"], &preview["ready"]), (&json!(true), &json!(true)), "{preview}");
    let columns = &preview["sheets"][0]["columns"];
    assert_eq!(columns[0], json!({"column": "A", "heading": "哪天", "means": "date"}));
    assert_eq!(columns[1]["duty"], "lead_officer");
    let refused = bring_in(&clerk, text.as_bytes(), &preview["seen"], json!({}), 422).await;
    assert_eq!(refusal(&refused), ("roster.guessed", "accept_guess"));
    nothing_since(&server, head).await;
    let accepted = json!({"accept_guess": true});
    bring_in(&clerk, text.as_bytes(), &preview["seen"], accepted, 201).await;
    let table = clerk.get(&format!("/duty-tables?post={OFFICER}&{OCTOBER}"), 200).await;
    assert_eq!(table["items"][0]["shifts"].as_array().unwrap().len(), 3);
    server.stop().await;
}

#[tokio::test]
async fn a_month_goes_out_as_a_workbook_and_comes_back_as_it_was() {
    let server = TestServer::start().await;
    let clerk = clerk(&server).await;
    let staff = staff(&clerk).await;
    let file = month(&staff, |_, name| name.to_owned());
    let seen = look(&clerk, &file, 200).await["seen"].clone();
    bring_in(&clerk, &file, &seen, json!({}), 201).await;
    for month in ["2026-10", "2026-12"] {
        let written = download(&clerk, &format!("/roster.xlsx?area=990101&month={month}")).await;
        let back = look(&clerk, &written, 200).await;
        assert_eq!((&back["ready"], &back["guessed"]), (&json!(true), &json!(false)), "{back}");
        assert_eq!(back["sheets"][0]["layout"], "lines");
        // Whoever holds the posts by rotation stands in the sheet as well; what was a table is the same.
        let (from, to) = (format!("{month}-01"), format!("{month}-31"));
        let path = format!("/duty-tables?area={COUNTY}&from={from}&to={to}");
        let view = clerk.get(&path, 200).await;
        for held in items(&view) {
            let written = back["lines"].as_array().unwrap().iter();
            let written: Vec<&Value> =
                written.filter(|line| line["post"] == held["post"]).collect();
            let table = held["shifts"].as_array().unwrap();
            for line in table {
                let same = written.iter().find(|other| other["from"] == line["from"]).unwrap();
                assert_eq!(same["to"], line["to"]);
                let people = same["people"].as_array().unwrap().iter();
                let people: Vec<&Value> = people.map(|person| &person["person"]).collect();
                assert_eq!(json!(people), line["people"]);
            }
            assert!(table.is_empty() || written.len() == table.len(), "{}", held["post"]);
        }
        assert!(back["posts"].as_array().unwrap().len() > 1, "rotations are in it too");
    }
    for (question, status, field) in [
        ("month=2026-13", 400, "month"),
        ("month=october", 400, "month"),
        ("month=2026-1", 400, "month"),
        ("month=1999-12", 400, "month"),
        ("month=2026-10&area=990101999", 422, "area"),
    ] {
        let refused = clerk.get(&format!("/roster.xlsx?{question}"), status).await;
        assert_eq!(refusal(&refused).1, field, "{refused}");
    }
    assert!(!download(&clerk, "/roster.xlsx").await.is_empty(), "this month");
    let there = server.account("there", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let refused = there.get("/roster.xlsx?month=2026-10&area=990101", 403).await;
    assert_eq!(refusal(&refused).0, "access.outside_area");
    server.stop().await;
}

/// Takes imports back, the last first; each only once.
async fn taken_back(clerk: &Client, imports: &[&str]) {
    for import in imports {
        let path = format!("/roster/imports/{import}");
        clerk.delete(&path, 204).await;
        assert_eq!(refusal(&clerk.delete(&path, 409).await).0, "import.taken_back");
    }
    assert_eq!(refusal(&clerk.delete("/roster/imports/z-1", 404).await).0, "import.unknown");
    let list = clerk.get("/roster/imports", 200).await;
    assert!(items(&list).iter().all(|import| import["taken_back"]["by"] == "keeper"), "{list}");
}

async fn download(client: &Client, path: &str) -> Vec<u8> {
    let response = client.request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    response.bytes().await.unwrap().to_vec()
}

/// Fails if anybody but the node itself has changed anything since `head`.
async fn nothing_since(server: &TestServer, head: u64) {
    let done = done_by_people(server, head).await;
    assert!(done.is_empty(), "{done:?}");
}

async fn clerk(server: &TestServer) -> Client {
    server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await
}

/// Returns the ids and names of some of the county's own people, each name borne by one of them only.
async fn staff(clerk: &Client) -> Vec<(String, String)> {
    let people = clerk.get(&format!("/people?area={COUNTY}&limit=500"), 200).await;
    let all: Vec<(String, String)> = items(&people)
        .iter()
        .filter(|person| person["area"] == COUNTY)
        .map(|person| (id(person).to_owned(), person["name"].as_str().unwrap().to_owned()))
        .collect();
    let alone = |name: &str| all.iter().filter(|(_, other)| other == name).count() == 1;
    let some: Vec<_> = all.iter().filter(|(_, name)| alone(name)).take(6).cloned().collect();
    assert_eq!(some.len(), 6);
    some
}

/// Returns October as bureaus lay it out: a day a line, three officers in turn, one leader.
fn month(staff: &[(String, String)], officer: impl Fn(usize, &str) -> String) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("十月").unwrap();
    let title = "示例县应急管理局2026年10月份值班表";
    sheet.merge_range(0, 0, 0, 2, title, &Format::new()).unwrap();
    for (column, heading) in (0..).zip(["日期", "带班领导", "值班人员"]) {
        sheet.write(1, column, heading).unwrap();
    }
    for day in 1..=31_usize {
        let row = u32::try_from(day).unwrap() + 1;
        sheet.write(row, 0, format!("10月{day}日")).unwrap();
        sheet.write(row, 1, &staff[5].1).unwrap();
        sheet.write(row, 2, officer(day, &staff[(day - 1) % 3].1)).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// Returns a workbook that a program travels with.
fn with_macros() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "日期").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let mut archive = zip::ZipWriter::new_append(std::io::Cursor::new(bytes)).unwrap();
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("xl/vbaProject.bin", options).unwrap();
    std::io::Write::write_all(&mut archive, b"Attribute VB_Name").unwrap();
    archive.finish().unwrap().into_inner()
}

/// Looks at a file for the county.
#[track_caller]
fn look(clerk: &Client, file: &[u8], status: u16) -> impl Future<Output = Value> {
    let request = clerk.request(Method::POST, "/roster/imports/preview?area=990101");
    expect(request.header("content-type", "application/octet-stream").body(file.to_vec()), status)
}

#[track_caller]
fn bring_in(
    clerk: &Client,
    file: &[u8],
    seen: &Value,
    extra: Value,
    status: u16,
) -> impl Future<Output = Value> {
    let mut body = json!({"file": BASE64_STANDARD.encode(file), "seen": seen});
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    expect(clerk.request(Method::POST, "/roster/imports?area=990101").json(&body), status)
}

fn post<'v>(preview: &'v Value, post: &str) -> &'v Value {
    let posts = preview["posts"].as_array().unwrap();
    posts.iter().find(|view| view["post"] == post).expect("the post is in the file")
}

/// Returns who holds the county's posts in October, and by what.
async fn october(clerk: &Client) -> Vec<Value> {
    let view = clerk.get(&format!("/duty-tables?area={COUNTY}&{OCTOBER}"), 200).await;
    let mut posts = items(&view).to_vec();
    for post in &mut posts {
        post.as_object_mut().unwrap().remove("seen");
    }
    posts
}
