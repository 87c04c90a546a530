//! Reports to the levels above and rounds of townships, over HTTP: from the report of an incident to the printed sheet.

use jiaoying::{
    access::Holder,
    domain::{
        actor::{Actor, Role},
        command::{Command, Reply},
        deadline::Rules,
        incident::IncidentStep,
        report::ReportStep,
    },
};

use super::*;
use crate::support::socket::WsClient;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one report, from the first call to the paper")]
async fn a_report_is_told_by_phone_drafted_checked_signed_sent_and_printed() {
    let server = TestServer::start().await;
    let (desk, commander) = (server.demo("dispatcher"), server.demo("commander"));
    let (screen, leader) = (server.demo("screen"), server.demo("leader"));
    let mut socket = WsClient::open(&screen.base, None).await;
    socket.hello(json!({"token": screen.token, "topics": ["incidents"]})).await;
    let incident = received(&server, 3).await;
    let path = format!("/incidents/{incident}/reports");

    // Each clock has its own time, its rule and how sure that is.
    let known = desk.get(&path, 200).await;
    let clocks = known["clocks"].as_array().unwrap();
    let drawn: Vec<_> = clocks.iter().map(|clock| (&clock["medium"], &clock["state"])).collect();
    assert_eq!(
        drawn,
        [(&json!("phone"), &json!("running")), (&json!("written"), &json!("running"))]
    );
    assert_eq!((&clocks[0]["confirmed"], &clocks[0]["late_s"]), (&json!(false), &json!(0)));
    assert!(clocks[0]["text"].as_str().unwrap().ends_with("前报市级（待确认）"), "{known}");
    assert!(clocks[0]["source"].as_str().unwrap().contains("国办"), "{known}");

    let call =
        json!({"stage": "first", "to": "city", "whom": "市局王五 13900000007", "words": "已报"});
    let told = desk.post(&format!("/incidents/{incident}/calls"), &call, 201).await;
    assert_eq!(
        (&told["clocks"][0]["state"], &told["clocks"][0]["late_s"]),
        (&json!("met"), &json!(0))
    );
    assert_eq!(told["calls"][0]["noted_by"], "dispatcher");
    assert_eq!(screen.get(&path, 200).await["calls"][0].get("whom"), None);

    let drafted = desk.post(&path, &json!({}), 201).await;
    let report = format!("/reports/{}", id(&drafted));
    assert_eq!((&drafted["stage"], &drafted["to"]), (&json!("first"), &json!(["city"])));
    assert!(drafted["text"].as_str().unwrap().contains("现场指挥负责人：李四 13900000001"));
    assert!(
        !drafted["text"].as_str().unwrap().contains("13900000000"),
        "who reported it stays here"
    );
    assert_eq!(screen.get(&report, 200).await.get("text"), None);

    let post = async |who: &Client, step: &str, body: Value, status| {
        who.post(&format!("{report}/{step}"), &body, status).await
    };
    let refused = post(&desk, "send", json!({}), 409).await;
    assert_eq!(refusal(&refused).0, "report.unsigned");
    let edit = |revision: u32| {
        json!({"revision": revision, "to": ["city"], "title": drafted["title"],
            "text": "<script>alert('x')</script>\n2人被困。"})
    };
    let edited = post(&desk, "edit", edit(1), 200).await;
    assert_eq!(edited["revision"], 2);
    let stale = post(&commander, "edit", edit(1), 409).await;
    assert_eq!(refusal(&stale), ("report.changed_since", "revision"));
    assert!(
        stale["error"]["message"].as_str().unwrap().contains("dispatcher has changed"),
        "{stale}"
    );
    post(&desk, "check", json!({"revision": 2}), 200).await;
    post(&desk, "sign", json!({"revision": 2}), 403).await;
    let signed = post(&leader, "sign", json!({"revision": 2, "ordinal": 54}), 200).await;
    assert!(signed["number"].as_str().unwrap().ends_with("年第54期"), "{signed}");
    let signer = signed["signed"]["name"].as_str().unwrap();
    let sent = post(&desk, "send", json!({}), 200).await;
    assert_eq!((&sent["state"], &sent["late_s"]), (&json!("sent"), &json!(0)));
    let known = desk.get(&path, 200).await;
    assert_eq!(known["clocks"][1]["state"], "met");

    // The sheet, for paper: escaped, without styles or scripts inside.
    let response =
        desk.request(reqwest::Method::GET, &format!("{report}.html")).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert!(header("content-security-policy").starts_with("default-src 'self';"));
    let sheet = response.text().await.unwrap();
    for part in ["突发事件信息专报", "年第54期", signer, "&lt;script&gt;", "<p>2人被困。</p>"]
    {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    assert!(!sheet.contains("<script") && !sheet.contains("style="), "{sheet}");
    let style = server.stranger().get("/report.css", 200).await;
    assert!(style.as_str().unwrap().contains("@page"));
    screen.get(&format!("{report}.html"), 403).await;

    // What was written and said goes over no socket.
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "report_sent") {
        let frame = socket.next().await.unwrap();
        let text = frame.to_string();
        assert!(!text.contains("1390000000") && !text.contains("被困。"), "{text}");
        kinds.push(frame["kind"].as_str().unwrap_or_default().to_owned());
    }
    assert!(kinds.iter().any(|kind| kind == "reported_by_phone"), "{kinds:?}");
    server.stop().await;
}

#[tokio::test]
async fn what_runs_out_next_is_told_of_all_incidents_at_once_the_soonest_first() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let (first, second) = (received(&server, 3).await, received(&server, 1).await);
    let list = desk.get("/report-clocks?open=true", 200).await;
    let due = |clock: &Value| clock["due_at"].as_str().unwrap().to_owned();
    let times: Vec<String> = items(&list).iter().map(due).collect();
    assert!(times.len() >= 4 && times.is_sorted(), "{times:?}");
    let of =
        |incident: &str| items(&list).iter().find(|c| c["incident"] == incident).unwrap().clone();
    assert_eq!((&of(&first)["area"], &of(&second)["ordinal"]), (&json!(VILLAGE), &json!(1)));
    assert!(of(&first)["incident_title"].as_str().unwrap().contains("粮站"), "{list}");

    // Page by page they are the same, also where one is met between two pages.
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/report-clocks?open=true&limit=1{next}"), 200).await;
        seen.extend(items(&page).iter().map(due));
        let Some(after) = page["next"].as_str() else { break };
        next = format!("&after={after}");
    }
    assert_eq!(seen, times);
    let refused = desk.get("/report-clocks?after=yesterday", 400).await;
    assert_eq!(refusal(&refused), ("query.invalid", "after"));

    let call = json!({"stage": "first", "to": "city", "whom": "市局王五", "words": "已报"});
    desk.post(&format!("/incidents/{first}/calls"), &call, 201).await;
    let left = desk.get("/report-clocks?open=true", 200).await;
    let own: Vec<_> = items(&left).iter().filter(|c| c["incident"] == first).collect();
    let [written] = own[..] else { panic!("{left}") };
    assert_eq!(
        (&written["medium"], &written["beside"]["medium"]),
        (&json!("written"), &json!("phone"))
    );
    assert_eq!(written["beside"]["state"], "met");
    let all = desk.get("/report-clocks", 200).await;
    assert_eq!(items(&all).len(), times.len(), "those that were met are in the whole list");
    let elsewhere =
        server.account("elsewhere", Role::Dispatcher, OTHER_TOWNSHIP, Holder::Nobody).await;
    assert!(items(&elsewhere.get("/report-clocks?open=true", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn whoever_did_something_with_a_report_is_named_and_clients_are_told_of_which_incident() {
    let server = TestServer::start().await;
    let leader = server.demo("leader");
    let officer = Holder::Person("990101-01".parse().unwrap());
    let desk = server.account("officer", Role::Dispatcher, COUNTY, officer).await;
    let mut socket = WsClient::open(&leader.base, None).await;
    socket.hello(json!({"token": leader.token, "topics": ["incidents"]})).await;
    let incident = received(&server, 3).await;
    let call = json!({"stage": "first", "to": "city", "whom": "市局王五", "words": "已报"});
    let told = desk.post(&format!("/incidents/{incident}/calls"), &call, 201).await;
    let name = told["calls"][0]["noted_by_name"].as_str().unwrap().to_owned();
    assert!(!name.is_empty() && name != "officer");

    let drafted = desk.post(&format!("/incidents/{incident}/reports"), &json!({}), 201).await;
    assert_eq!(
        (&drafted["drafted"]["name"], &drafted["changed"]["name"]),
        (&json!(name), &json!(name))
    );
    assert!(drafted["incident_title"].as_str().unwrap().contains("粮站"), "{drafted}");
    let report = format!("/reports/{}", id(&drafted));
    desk.post(&format!("{report}/check"), &json!({"revision": 1}), 200).await;
    let back = leader.post(&format!("{report}/return"), &json!({"reason": "补伤亡"}), 200).await;
    assert_eq!(back["returned"]["name"], "示例县带班领导", "a post is named by its title");
    let dropped = desk.post(&format!("{report}/drop"), &json!({"reason": "写错了"}), 200).await;
    assert_eq!(dropped["dropped"]["name"], json!(name));

    let (mut about, mut kind) = (Vec::new(), String::new());
    while kind != "report_dropped" {
        let frame = socket.next().await.unwrap();
        kind = frame["kind"].as_str().unwrap_or_default().to_owned();
        if kind.starts_with("report") {
            about.push((kind.clone(), frame["data"]["incident"].clone()));
        }
    }
    assert!(about.len() >= 6, "{about:?}");
    assert!(about.iter().all(|(_, of)| *of == json!(incident)), "{about:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_draft_composed_twice_under_one_key_is_one_and_a_second_waits_for_the_first() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let incident = received(&server, 3).await;
    let path = format!("/incidents/{incident}/reports");
    let first = desk.post_as("k1", &path, &json!({}), 201).await;
    let again = desk.post_as("k1", &path, &json!({}), 201).await;
    assert_eq!(first["id"], again["id"]);
    let waiting = desk.post(&path, &json!({}), 409).await;
    assert_eq!(refusal(&waiting).0, "report.waiting");
    for (body, code, field) in [
        (json!({"stage": "second"}), "field.invalid", "stage"),
        (json!({"to": ["moon"]}), "field.invalid", "to[0]"),
        (json!({"titel": "x"}), "field.invalid", "titel"),
    ] {
        let refused = desk.post(&path, &body, 422).await;
        assert_eq!(refusal(&refused), (code, field), "{refused}");
    }
    let open = desk.get("/reports?open=true", 200).await;
    assert_eq!(items(&open).len(), 1);
    desk.post(&format!("/reports/{}/drop", id(&first)), &json!({"reason": "写错了"}), 200).await;
    assert!(items(&desk.get("/reports?open=true", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn rounds_are_switched_on_answered_and_show_who_has_not() {
    let server = TestServer::start().await;
    let (desk, screen) = (server.demo("dispatcher"), server.demo("screen"));
    let rules = desk.get("/deadlines", 200).await;
    let rounds: Vec<_> =
        rules["round"].as_array().unwrap().iter().map(|round| &round["id"]).collect();
    assert_eq!(rounds, ["zero_report", "three_a_day", "daily_dispatch"]);
    // A round that is asked for at once, whatever the time of the day.
    let body = json!({"rule": "soon", "areas": [COUNTY], "reason": "防汛Ⅱ级响应"});
    let name = due_soon(&server).await;
    let on = desk.post("/cadences", &body, 201).await;
    assert_eq!((&on["on"], &on["zh"]), (&json!(true), &json!(name)));
    let again = desk.post("/cadences", &body, 409).await;
    assert_eq!(refusal(&again), ("cadence.running", "areas"));
    let round = until(SOON, "a round", async || {
        let list = desk.get("/rounds", 200).await;
        items(&list).last().cloned()
    })
    .await;
    assert_eq!((&round["total"], &round["waiting"]), (&json!(11), &json!(11)));
    let path = format!("/rounds/{}/returns", id(&round));
    let numbers = json!({"area": TOWNSHIP, "answer":
        {"what": "numbers", "casualties": {"trapped": 2}, "moved": 130, "text": "找张三 13900000000"}});
    let officer = Holder::Person("990101-01".parse().unwrap());
    let named = server.account("officer", Role::Dispatcher, COUNTY, officer).await;
    let after = named.post(&path, &numbers, 200).await;
    let townships = after["townships"].as_array().unwrap();
    let own = townships.iter().find(|township| township["area"] == TOWNSHIP).unwrap();
    assert!(own["by"] == "officer" && own["by_name"].is_string(), "{own}");
    assert_eq!((&after["answered"], &after["waiting"]), (&json!(1), &json!(10)));
    assert_eq!((&after["casualties"]["trapped"], &after["moved"]), (&json!(2), &json!(130)));
    let wrong = json!({"area": TOWNSHIP, "answer": {"what": "something"}});
    desk.post(&path, &wrong, 422).await;
    screen.post(&path, &numbers, 403).await;
    let seen = screen.get(&format!("/rounds/{}", id(&round)), 200).await;
    assert!(!seen.to_string().contains("13900000000"), "{seen}");
    let end = format!("/cadences/{}/end", id(&on));
    desk.post(&end, &json!({}), 422).await;
    let off = desk.post(&end, &json!({"reason": "响应终止"}), 200).await;
    assert_eq!((&off["on"], &off["end_reason"]), (&json!(false), &json!("响应终止")));
    let seen = desk.get(&format!("/rounds/{}", id(&round)), 200).await;
    let excused = seen["townships"].as_array().unwrap().iter();
    assert_eq!(excused.filter(|township| township["state"] == "excused").count(), 10);
    server.stop().await;
}

/// Lets the county have one kind of round, due in half an hour, so that it is asked for at once; returns what it is
/// called.
async fn due_soon(server: &TestServer) -> &'static str {
    let due = server.board.now() + Duration::from_secs(30 * 60);
    let due = due.to_string()[11..16].to_owned();
    let rules = format!(
        "[[round]]\nid = \"soon\"\nzh = \"逐时报\"\nen = \"Soon\"\ntimes = [\"{due}\"]\n\
         source = \"x\"\nconfirmed = true\n"
    );
    let rules: Rules = toml::from_str(&rules).unwrap();
    let console = Actor::console(COUNTY.parse().unwrap());
    server.board.submit(console, Command::Report(ReportStep::Adopt(rules))).await.unwrap();
    "逐时报"
}

/// Takes down a collapse of `level` in a village and returns its id.
async fn received(server: &TestServer, level: u8) -> String {
    let now = server.board.now();
    let particulars = json!({
        "kind": "21B01", "level": level, "received_at": now,
        "occurred": {"at": now, "about": true},
        "place": {"area": VILLAGE, "address": "粮站"},
        "source": {"way": "phone", "unit": "镇政府", "name": "张三", "phone": "13900000000"},
        "casualties": {"trapped": 2},
        "commander": "李四 13900000001",
    });
    let actor = Actor {
        login: "dispatcher".into(),
        role: Role::Dispatcher,
        area: COUNTY.parse().unwrap(),
        person: None,
    };
    let particulars = Box::new(serde_json::from_value(particulars).unwrap());
    let receive = Command::Incident(IncidentStep::Receive { particulars, drill: false });
    let committed = server.board.submit(actor, receive).await.unwrap();
    let Reply::Incident { id } = committed.reply else { panic!() };
    id.to_string()
}
