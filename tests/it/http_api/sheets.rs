//! Lists as workbooks: what stands in them, in whose time, and who gets what of it.

use chrono::{DateTime, FixedOffset, TimeDelta};
use jiaoying::{
    access::Holder,
    clock::{Clock, SystemClock},
    domain::actor::Role,
};

use super::*;
use crate::support::{
    patience::until,
    workbook::{Sheet, read, sheets},
};

const EVERY: [&str; 6] = [
    "/incidents.xlsx",
    "/tasks.xlsx",
    "/assignments.xlsx",
    "/evacuations.xlsx",
    "/reports.xlsx",
    "/hotspots.xlsx",
];
/// A village at risk, and its township.
const VILLAGE_AT_RISK: &str = "990101100201";
const TOWNSHIP_AT_RISK: &str = "990101100000";

#[tokio::test]
async fn the_situation_list_holds_what_the_list_shows_and_no_formula() {
    let server = TestServer::start_with(&[("JIAOYING_TIMEZONE", "Asia/Urumqi")]).await;
    let desk = server.demo("dispatcher");
    let first = received(&desk, TOWNSHIP, "=1+1").await;
    let other = received(&desk, OTHER_TOWNSHIP, "@SUM(A1)").await;
    let list = one(&desk, "/incidents.xlsx").await;
    assert_eq!(list.rows.len(), 2);
    assert_eq!(list.rows[0][0], other, "the newest first");
    let said = |heading: &str| list.cell(&first, heading).to_owned();
    assert_eq!((said("事件"), said("经过")), ("=1+1".into(), "-2+3".into()));
    assert_eq!(
        (said("等级"), said("状态"), said("类别编码")),
        ("重大".into(), "接报".into(), "11A04".into())
    );
    assert_eq!(
        (said("死亡"), said("被困"), said("失踪")),
        ("0".into(), "12".into(), String::new())
    );
    assert_eq!((said("报告人"), said("报告电话")), ("王某".into(), "19400001111".into()));
    let known = desk.get(&format!("/incidents/{first}"), 200).await;
    assert_eq!(said("接报时间"), local(&known["received_at"], 6));
    let within = one(&desk, &format!("/incidents.xlsx?area={TOWNSHIP}")).await;
    assert_eq!((within.rows.len(), &*within.rows[0][0]), (1, &*first));
    assert!(one(&desk, "/incidents.xlsx?open=false").await.rows.is_empty());
    let cut = one(&desk, "/incidents.xlsx?limit=1").await;
    assert!(cut.rows[0][0] == other && cut.holds("只列出前 1 条"), "{:?}", cut.rows);
    for (question, field) in [("limit=0", "limit"), ("after=x", "after"), ("open=x", "open")] {
        let refused = desk.get(&format!("/incidents.xlsx?{question}"), 400).await;
        assert_eq!(refusal(&refused), ("query.invalid", field));
    }
    server.stop().await;
}

#[tokio::test]
async fn the_paper_call_sheet_names_whom_to_call_in_which_order_with_room_to_tick_them_off() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let sheet = one(&desk, &format!("/call-sheet.xlsx?area={TOWNSHIP}")).await;
    let duty = desk.get(&format!("/duty?area={TOWNSHIP}"), 200).await;
    let post = format!("{TOWNSHIP}/duty_officer");
    let officer = items(&duty).iter().find(|item| item["post"] == post.as_str()).unwrap();
    let titled = |row: &&Vec<String>| row[2] == officer["post_title"].as_str().unwrap();
    let rows: Vec<&Vec<String>> = sheet.rows.iter().filter(titled).collect();
    assert_eq!((&*rows[0][3], &*rows[0][4]), ("值班", officer["name"].as_str().unwrap()));
    assert_eq!(rows[0][6], officer["phone"].as_str().unwrap(), "it can be dialled");
    assert_eq!(rows[1][3], "接班");
    assert!(rows.iter().all(|row| row[9].is_empty() && row[11].is_empty()), "{rows:?}");
    let numbers: Vec<usize> = sheet.rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert!(numbers.iter().copied().eq(1..=numbers.len()));
    desk.get("/call-sheet.xlsx?area=990199000000", 422).await;
    server.stop().await;
}

#[tokio::test]
async fn the_paper_call_sheet_lies_beside_the_journal_before_anybody_asks_for_it() {
    let server = TestServer::start_with(&[("JIAOYING_CALL_SHEET_EVERY_S", "1")]).await;
    let file = server.dir.path().join("call-sheet.xlsx");
    let bytes =
        until(Duration::from_secs(60), "the call sheet", async || std::fs::read(&file).ok());
    let [on_disk] = &read(&bytes.await)[..] else { panic!("one sheet") };
    let asked = one(&server.demo("dispatcher"), "/call-sheet.xlsx").await;
    assert_eq!(on_disk.rows, asked.rows);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds telephone numbers");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_wall_gets_no_telephone_number_and_a_township_nothing_of_another() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let incident = received(&desk, TOWNSHIP, "柳河左堤").await;
    let phone = ordered(&desk, &incident).await.1;
    let there = server.account("there", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let elsewhere = server.account("other", Role::Dispatcher, OTHER_TOWNSHIP, Holder::Nobody).await;
    evacuated(&desk).await;
    for path in EVERY {
        for sheet in sheets(&server.demo("screen"), path).await {
            for number in ["19400001111", &*phone, "19400002222"] {
                assert!(!sheet.holds(number), "{number} in {path}");
            }
            assert!(!sheet.holds("王某"), "whoever reported it, in {path}");
        }
        let sheets = sheets(&elsewhere, path).await;
        let rows: Vec<_> = sheets.iter().flat_map(|sheet| &sheet.rows).collect();
        assert!(rows.is_empty(), "{path}: {rows:?}");
    }
    let sent = one(&server.demo("screen"), "/assignments.xlsx").await;
    assert!(sent.rows[0].iter().any(|cell| cell.contains("****")), "masked: {:?}", sent.rows);
    assert!(one(&desk, "/assignments.xlsx").await.holds(&phone));
    assert_eq!(one(&there, "/incidents.xlsx").await.rows.len(), 1);
    assert_eq!(one(&there, "/reports.xlsx").await.rows.len(), 3, "the clocks of its incident");
    for path in ["/evacuations.xlsx", "/hotspots.xlsx"] {
        elsewhere.get(&format!("{path}?area={COUNTY}"), 403).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn units_come_with_the_time_they_were_in_each_status() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let incident = received(&desk, TOWNSHIP, "柳河左堤").await;
    let (assignment, _) = ordered(&desk, &incident).await;
    let path = format!("/assignments/{assignment}/status");
    for status in ["accepted", "en_route", "on_scene"] {
        desk.post(&path, &json!({ "status": status, "note": "=到" }), 200).await;
    }
    let sent = one(&desk, &format!("/assignments.xlsx?incident={incident}")).await;
    let said = |heading: &str| sent.cell(&assignment, heading).to_owned();
    assert_eq!(
        (said("状态"), said("事件编号"), said("说明")),
        ("到场".into(), incident, "=到".into())
    );
    for reached in ["下达", "接令", "出动", "到场"] {
        assert!(said(reached).starts_with("20"), "{reached}: {:?}", sent.rows);
    }
    assert_eq!((said("完成或召回"), said("返程（分）")), (String::new(), String::new()));
    // What has begun and lasts is counted, a minute begun as one.
    assert!(["0", "1"].contains(&&*said("现场（分）")), "{:?}", sent.rows);
    assert!(one(&desk, "/assignments.xlsx?incident=i-99").await.rows.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn tasks_come_with_who_has_to_do_what_by_when_and_what_was_said() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let task = json!({
        "title": "排查低洼院落", "on_word_of": "杨允田", "posts": [format!("{TOWNSHIP}/lead_officer")],
        "due_at": "2099-01-01T00:00:00+08:00", "drill": true,
    });
    let given = desk.post("/tasks", &task, 201).await;
    let task = given["ids"][0].as_str().unwrap().to_owned();
    let done = json!({ "note": "+36 户", "count": 36 });
    desk.post(&format!("/tasks/{task}/complete"), &done, 200).await;
    let list = one(&desk, "/tasks.xlsx?open=false").await;
    let said = |heading: &str| list.cell(&task, heading).to_owned();
    assert_eq!(said("任务"), "【演练】排查低洼院落");
    assert_eq!(
        (said("时限"), said("状态"), said("提示")),
        ("2099-01-01 00:00:00".into(), "已办结".into(), "绿".into())
    );
    assert_eq!(
        (said("反馈"), said("数量"), said("反馈人")),
        ("+36 户".into(), "36".into(), "dispatcher".into())
    );
    assert!(said("办结时间").starts_with("20") && said("超时（分）").is_empty());
    assert!(one(&desk, "/tasks.xlsx?open=true").await.rows.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn an_evacuation_comes_with_its_progress_by_area() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let evacuation = evacuated(&desk).await;
    let transfers = desk.get(&format!("/evacuations/{evacuation}/transfers"), 200).await;
    let transfer = id(&items(&transfers)[0]).to_owned();
    let numbers = json!({ "moved": 39, "refusing": 3, "immobile": 2 });
    desk.post(&format!("/transfers/{transfer}/progress"), &numbers, 200).await;
    let [orders, areas, list] = &sheets(&desk, "/evacuations.xlsx?open=true").await[..] else {
        panic!("three sheets")
    };
    let names = [orders, areas, list].map(|sheet| sheet.name.as_str());
    assert_eq!(names, ["转移命令", "分区划进度", "转移清单"]);
    let counted = ["应转移", "已转移", "拒绝转移", "行动不便"];
    assert_eq!(counted.map(|heading| orders.cell(&evacuation, heading)), ["78", "39", "3", "2"]);
    assert_eq!(orders.cell(&evacuation, "完成率"), "0.5");
    assert_eq!(areas.cell(&evacuation, "区划代码"), VILLAGE_AT_RISK);
    assert_eq!(areas.cell(&evacuation, "区划"), "桐寨村");
    assert_eq!(list.cell(&transfer, "转出地点"), "桐寨村山洪隐患点");
    assert_eq!(counted.map(|heading| list.cell(&transfer, heading)), ["78", "39", "3", "2"]);
    server.stop().await;
}

#[tokio::test]
async fn reports_come_with_both_clocks_and_by_how_much_they_were_late() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let hours_ago = later(-300);
    let breach = json!({
        "kind": "11A04", "level": 2, "area": TOWNSHIP, "address": "柳河左堤",
        "received_at": hours_ago, "occurred_at": hours_ago,
    });
    let taken = desk.post("/incidents", &breach, 201).await;
    let incident = id(&taken);
    let call =
        json!({"stage": "first", "to": "city", "whom": "市局王五 13900000007", "words": "已报"});
    desk.post(&format!("/incidents/{incident}/calls"), &call, 201).await;
    let drafted = desk.post(&format!("/incidents/{incident}/reports"), &json!({}), 201).await;
    let [clocks, reports] = &sheets(&desk, &format!("/reports.xlsx?incident={incident}")).await[..]
    else {
        panic!("two sheets")
    };
    let column = |heading: &str| -> Vec<&str> {
        let at = clocks.headings.iter().position(|known| known == heading).unwrap();
        clocks.rows.iter().map(|row| row[at].as_str()).collect()
    };
    assert_eq!(column("报告"), ["首报", "首报", "灾情统计初报"]);
    assert_eq!(column("方式"), ["电话", "书面", "书面"]);
    assert_eq!(column("报往")[..2], ["市级", "市级"]);
    assert_eq!(column("状态"), ["迟报", "超时未报", "超时未报"]);
    let late = |late: &&str| late.parse::<u64>().unwrap() > 60;
    assert!(column("超时（分）").iter().all(late), "{:?}", clocks.rows);
    assert!(column("规则出处")[0].contains("国办") && column("规则待确认")[0] == "是");
    assert_eq!(reports.cell(id(&drafted), "状态"), "拟稿");
    let open = one(&desk, "/reports.xlsx?open=true").await;
    assert_eq!(open.rows.len(), 2, "the call has been made: {:?}", open.rows);
    server.stop().await;
}

#[tokio::test]
async fn hot_spots_come_with_what_was_found_there() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let now = SystemClock::new().now().to_string();
    let seen = |point: [f64; 2]| json!({ "satellite": "GK2A", "at": now, "point": point, "confidence": "high", "frp_mw": 5.5 });
    let seen = json!({ "detections": [seen([114.44, 35.6281]), seen([114.36044, 35.72113])] });
    desk.post("/hotspots", &seen, 200).await;
    let roof = json!({ "finding": "false", "note": "=彩钢瓦反光" });
    desk.post("/hotspots/f-1/finding", &roof, 200).await;
    let list = one(&desk, "/hotspots.xlsx").await;
    assert_eq!((list.cell("f-1", "核查结果"), list.cell("f-1", "说明")), ("误报", "=彩钢瓦反光"));
    assert_eq!(
        (list.cell("f-2", "核查结果"), list.cell("f-2", "辐射功率（兆瓦）")),
        ("待核查", "5.5")
    );
    let open = one(&desk, "/hotspots.xlsx?open=true").await;
    assert_eq!((open.rows.len(), &*open.rows[0][0]), (1, "f-2"));
    server.stop().await;
}

/// Returns the first sheet of a workbook.
async fn one(caller: &Client, path: &str) -> Sheet {
    sheets(caller, path).await.remove(0)
}

/// Takes an incident down and returns its id.
async fn received(desk: &Client, area: &str, address: &str) -> String {
    let breach = json!({
        "kind": "11A04", "level": 2, "area": area, "address": address, "course": "-2+3",
        "casualties": { "dead": 0, "trapped": 12 }, "commander": "李某 19400002222",
        "source": { "name": "王某", "phone": "19400001111" },
    });
    id(&desk.post("/incidents", &breach, 201).await).to_owned()
}

/// Sends a boat; returns its assignment and its contact's number.
async fn ordered(desk: &Client, incident: &str) -> (String, String) {
    let boats = desk.get("/units?kind=boat&limit=1", 200).await;
    let boat = &items(&boats)[0];
    let order = json!({ "unit": boat["id"], "order": "立即到柳河左堤转移群众" });
    let ordered = desk.post(&format!("/incidents/{incident}/assignments"), &order, 201).await;
    let sent = desk.get("/assignments", 200).await;
    let phone = items(&sent)[0]["contact"]["phone"].as_str().unwrap().to_owned();
    (id(&ordered).to_owned(), phone)
}

/// Orders a village to leave and returns the order's id.
async fn evacuated(desk: &Client) -> String {
    let order = json!({
        "threatened": { "area": TOWNSHIP_AT_RISK, "hazard": "flash_flood" },
        "due_at": later(120), "text": "立即转移", "on_word_of": "县长",
    });
    id(&desk.post("/evacuations", &order, 201).await).to_owned()
}

/// So many minutes from now.
fn later(minutes: i64) -> String {
    let now: DateTime<FixedOffset> = SystemClock::new().now().to_string().parse().unwrap();
    (now + TimeDelta::minutes(minutes)).to_rfc3339()
}

/// Returns what a clock shows so many hours east of Greenwich.
fn local(at: &Value, hours: i32) -> String {
    let at: DateTime<FixedOffset> = at.as_str().unwrap().parse().unwrap();
    let zone = FixedOffset::east_opt(hours * 3_600).unwrap();
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}
