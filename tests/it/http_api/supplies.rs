//! Supplies over HTTP: from the catalogue to the signed order, and what each role sees of it.

use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;

use super::*;
use crate::support::{socket::WsClient, workbook::sheets};

const DEPOT: &str = "990101-d";

#[tokio::test]
async fn boats_go_from_the_depot_to_the_dyke_and_back_with_every_signature() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let catalogue = desk.get("/supplies/catalogue", 200).await;
    let boat = items(&catalogue).iter().find(|item| item["id"] == "boat").unwrap();
    assert_eq!(
        (&boat["unit"], &boat["confirmed"], &boat["class"]),
        (&json!("艘"), &json!(false), &json!("equipment"))
    );
    assert_eq!(boat["code"].as_str().unwrap().len(), 7);

    let held = desk.post_as("order-1", "/supplies/holds", &order(6), 201).await;
    let again = desk.post_as("order-1", "/supplies/holds", &order(6), 201).await;
    assert_eq!(held, again, "the same request is done once");
    assert_eq!((&held["state"], &held["lines"][0]["held"]), (&json!("held"), &json!(6)));
    assert_eq!(
        held["sender"]["unit"], "县防汛抗旱物资储备库",
        "the depot's own contact hands over"
    );
    let movement = format!("/supplies/movements/{}", id(&held));
    let stock = desk.get(&format!("/supplies/stock?item=冲锋舟&depot={DEPOT}"), 200).await;
    let boats = &items(&stock)[0];
    assert_eq!(
        (&boats["lying"], &boats["free"], &boats["held"]),
        (&json!(20), &json!(14), &json!(6))
    );

    let party = json!({ "unit": "城关街道办", "person": "罗守堤", "phone": "194 0000 0001" });
    let step = |quantity: u32| json!({ "parts": [{ "item": "boat", "quantity": quantity }], "party": party });
    let issued = desk.post(&format!("{movement}/issue"), &step(5), 200).await;
    assert!(issued["paper_due"].as_str().is_some(), "the paper's clock runs: {issued}");
    desk.post(&format!("{movement}/dispatch"), &json!({}), 200).await;
    desk.post(&format!("{movement}/receive"), &step(4), 200).await;
    desk.post(&format!("{movement}/write-off"), &step(1), 200).await;
    desk.post(
        &format!("{movement}/return"),
        &json!({ "parts": [{ "item": "boat", "quantity": 1 }], "from": "transit" }),
        200,
    )
    .await;
    let refused = desk.post(&format!("{movement}/receive"), &json!({}), 409).await;
    assert_eq!(refusal(&refused).0, "supply.stage");
    desk.post(&format!("{movement}/release"), &json!({ "revision": 1 }), 409).await;
    let paper = json!({ "paper": "调〔2026〕7号" });
    let given = desk.post(&format!("{movement}/paper"), &paper, 200).await;
    assert_eq!((&given["paper"], given.get("paper_due")), (&json!("调〔2026〕7号"), None));
    desk.post(&format!("{movement}/release"), &json!({}), 200).await;
    let open = desk.get("/supplies/movements?open=true", 200).await;
    assert_eq!(items(&open)[0]["lines"][0]["received"], 3, "three are in use");
    let last = desk.post(&format!("{movement}/return"), &json!({}), 200).await;
    assert_eq!((&last["state"], &last["open"]), (&json!("closed"), &json!(false)));
    assert!(items(&desk.get("/supplies/movements?open=true", 200).await).is_empty());
    let stages: Vec<&str> = last["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["stage"].as_str().unwrap())
        .collect();
    let expected = [
        "held",
        "issued",
        "transit",
        "received",
        "written_off",
        "returned",
        "released",
        "returned",
    ];
    assert_eq!(stages, expected);
    let boats = desk.get(&format!("/supplies/stock?item=boat&depot={DEPOT}"), 200).await;
    assert_eq!((&items(&boats)[0]["counted"], &items(&boats)[0]["free"]), (&json!(19), &json!(19)));
    server.stop().await;
}

#[tokio::test]
async fn bad_orders_are_refused_by_field_with_the_remedy_and_change_nothing() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let head = server.head().await;
    let with = |quantity: Value| {
        let mut order = order(1);
        order["lines"][0]["quantity"] = quantity;
        order
    };
    for quantity in [json!(0.5), json!(-1), json!("2"), json!(2.0), json!(4_294_967_296_u64)] {
        let refused = desk.post("/supplies/holds", &with(quantity.clone()), 422).await;
        assert_eq!(refusal(&refused), ("field.invalid", "lines[0].quantity"), "{quantity}");
        let said = refused["error"]["message"].as_str().unwrap();
        assert!(said.contains("a whole number"), "{said}");
    }
    let refused = desk.post("/supplies/holds", &with(json!(0)), 422).await;
    assert_eq!(refusal(&refused), ("supply.quantity", "quantity"));
    let refused = desk.post("/supplies/holds", &with(json!(21)), 409).await;
    assert_eq!(refusal(&refused), ("supply.not_free", "quantity"));
    let details = &refused["error"]["details"];
    assert_eq!((&details["depot"], &details["item"]), (&json!(DEPOT), &json!("boat")), "{details}");
    assert_eq!((&details["wanted"], &details["free"]), (&json!(21), &json!(20)), "{details}");
    assert_eq!((&details["item_name"], &details["unit"]), (&json!("冲锋舟"), &json!("艘")));
    let other = &details["elsewhere"][0];
    assert!(other["free"].as_u64() > Some(0) && other["name"].is_string(), "{details}");
    let said = refused["error"]["message"].as_str().unwrap();
    assert!(said.contains("20 are free") && said.contains("储备点: "), "{said}");
    let mut unknown = order(1);
    unknown["lines"][0]["item"] = json!("冲峰舟");
    let refused = desk.post("/supplies/holds", &unknown, 422).await;
    assert_eq!(refusal(&refused), ("supply.unknown_item", "item"));
    assert!(refused["error"]["message"].as_str().unwrap().contains("冲锋舟"));
    let mut incident = order(1);
    incident["incident"] = json!("i-99");
    desk.post("/supplies/holds", &incident, 404).await;
    let mut typo = order(1);
    typo["recever"] = json!({});
    let refused = desk.post("/supplies/holds", &typo, 422).await;
    assert_eq!(refusal(&refused), ("field.invalid", "recever"));
    for (path, status, code, field) in [
        ("/supplies/stock?item=baot", 422, "supply.unknown_item", "item"),
        ("/supplies/readiness?level=5", 422, "field.invalid", "level"),
        ("/supplies/readiness?level=2&areas=990102000000", 403, "access.outside_area", "area"),
        ("/supplies/readiness?level=2&areas=990101999000", 422, "field.invalid", "areas"),
        ("/supplies/readiness?level=2&areas=here", 422, "field.invalid", "areas"),
        ("/supplies/shortages?days=4000", 422, "field.invalid", "days"),
        ("/supplies/movements/m-99", 404, "supply.unknown", ""),
        ("/supplies/movements/m-99/order.html", 404, "supply.unknown", ""),
    ] {
        let refused = desk.get(path, status).await;
        assert_eq!(refusal(&refused), (code, field), "{path}");
    }
    assert!(done_by_people(&server, head).await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn the_order_is_printed_with_both_sides_and_nothing_in_it_runs() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut wanted = order(2);
    wanted["note"] = json!("<script>alert(1)</script>");
    wanted["receiver"]["unit"] = json!("城关\"街道\"办 & 民兵");
    let held = desk.post("/supplies/holds", &wanted, 201).await;
    let path = format!("/supplies/movements/{}/order.html", id(&held));
    let answer = desk.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-type").starts_with("text/html"));
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'sha256-"));
    assert!(!policy.contains("unsafe"), "{policy}");
    let page = answer.text().await.unwrap();
    assert!(!page.contains("<script"), "what somebody writes stays text");
    for said in [
        "应急物资调拨单",
        "县防汛抗旱物资储备库",
        "冲锋舟",
        "<td>艘<td class=\"n\">2",
        "城关&quot;街道&quot;办 &amp; 民兵",
        "&lt;script&gt;alert(1)",
        "柳河右岸 3 号堤段（114.50000，35.60000）",
        "罗守堤 19400000001",
        "口头指令",
        "@media print",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    server.demo("screen").get(&path, 403).await;
    server.stop().await;
}

#[tokio::test]
async fn lists_come_as_workbooks() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut wanted = order(2);
    wanted["note"] = json!("=1+1");
    wanted["ordered_by"] = json!("=HYPERLINK(\"http://x\")");
    desk.post("/supplies/holds", &wanted, 201).await;
    let stock = rows(&desk, &format!("/supplies/stock.xlsx?depot={DEPOT}")).await;
    assert_eq!(stock[0][1], "名称");
    let boat = stock.iter().find(|row| row[0] == "boat").unwrap();
    assert_eq!(
        (boat[3].as_str(), boat[10].as_str(), boat[11].as_str(), boat[12].as_str()),
        (DEPOT, "20", "18", "2")
    );
    assert_eq!(stock.iter().filter(|row| row[0] == "food").count(), 2, "a row a lot");
    let movements = rows(&desk, "/supplies/movements.xlsx").await;
    assert_eq!((movements[1][0].as_str(), movements[1][9].as_str()), ("m-1", "2"));
    assert_eq!(movements[1][18], "=HYPERLINK(\"http://x\")", "a text is no formula");
    let sums = rows(&server.demo("screen"), "/supplies/stock.xlsx?item=boat").await;
    assert_eq!((sums.len(), sums[1][3].as_str()), (2, ""), "a screen gets the sum alone");
    server.demo("screen").get("/supplies/movements.xlsx", 403).await;
    server.stop().await;
}

#[tokio::test]
async fn what_is_short_and_what_a_response_would_take_is_said() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let short = desk.get("/supplies/shortages?days=3650", 200).await;
    let tents =
        items(&short).iter().filter(|s| s["item"] == "tent" && s["lacking"].as_u64() > Some(0));
    assert!(tents.count() > 0, "{short}");
    let expiring = short["expiring"].as_array().unwrap();
    assert!(expiring.iter().all(|lot| ["food", "water"].contains(&lot["item"].as_str().unwrap())));
    assert!(expiring.is_sorted_by_key(|lot| lot["expires"].as_str().unwrap().to_owned()));
    let one = desk.get(&format!("/supplies/readiness?level=2&areas={TOWNSHIP}"), 200).await;
    let boats = |ready: &Value| {
        let items = ready["items"].as_array().unwrap();
        items.iter().find(|item| item["item"] == "boat").unwrap().clone()
    };
    assert_eq!((&boats(&one)["needed"], &boats(&one)["missing"]), (&json!(13), &json!(0)));
    let nearest = &boats(&one)["nearest"][0];
    assert!(nearest["distance_m"].as_f64().unwrap() < 2_000.0, "{nearest}");
    let whole = desk.get("/supplies/readiness?level=1", 200).await;
    assert_eq!(
        (whole["townships"].as_array().unwrap().len(), &whole["ready"]),
        (11, &json!(false))
    );
    let missing = boats(&whole);
    let number = |name: &str| missing[name].as_u64().unwrap();
    assert_eq!(number("missing"), number("needed") - number("free"));
    server.stop().await;
}

#[tokio::test]
async fn an_administrator_counts_and_the_others_see_what_is_theirs() {
    let server = TestServer::start().await;
    let admin = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let (desk, screen) = (server.demo("dispatcher"), server.demo("screen"));
    let mut socket = WsClient::open(&screen.base, None).await;
    socket.hello(json!({ "token": screen.token, "topics": ["incidents"] })).await;
    let counted = json!({ "depot": DEPOT, "lines": [
        { "item": "冲锋舟", "quantity": 4 },
        { "item": "food", "quantity": 7, "batch": "F9", "expires": "2039-12-31", "position": "3-1" },
    ]});
    desk.post("/supplies/counts", &counted, 403).await;
    admin.post("/supplies/counts", &counted, 204).await;
    let half = json!({ "depot": DEPOT, "lines": [{ "item": "boat", "quantity": 1.5 }] });
    let refused = admin.post("/supplies/counts", &half, 422).await;
    assert_eq!(refusal(&refused), ("field.invalid", "lines[0].quantity"));
    let strange = json!({ "depot": DEPOT, "lines": [{ "item": "直升机", "quantity": 1 }] });
    assert_eq!(
        refusal(&admin.post("/supplies/counts", &strange, 422).await).0,
        "supply.unknown_item"
    );
    let stock = desk.get(&format!("/supplies/stock?depot={DEPOT}"), 200).await;
    assert_eq!(items(&stock).len(), 2, "a count is the whole stock");
    assert_eq!(items(&stock)[1]["depots"][0]["lots"][0]["batch"], "F9");
    let sums = screen.get("/supplies/stock?item=boat", 200).await;
    assert!(items(&sums)[0]["free"].as_u64() > Some(4) && items(&sums)[0].get("depots").is_none());

    let held = desk.post("/supplies/holds", &order(2), 201).await;
    let movement = format!("/supplies/movements/{}", id(&held));
    let shown = screen.get(&movement, 200).await;
    assert_eq!((&shown["receiver"]["person"], shown["receiver"].get("phone")), (&json!(""), None));
    let frame = socket.wait_for_event("supply_held").await;
    assert!(!frame.to_string().contains("19400000001"), "no telephone number by socket: {frame}");
    let elsewhere = server.account("other", Role::Leader, OTHER_TOWNSHIP, Holder::Nobody).await;
    elsewhere.get(&movement, 404).await;
    let there = server.account("there", Role::Leader, TOWNSHIP, Holder::Nobody).await;
    assert_eq!(there.get(&movement, 200).await["receiver"]["phone"], "19400000001");
    let own = there.get("/supplies/stock?item=boat", 200).await;
    let depots = items(&own)[0]["depots"].as_array().unwrap();
    assert!(depots.iter().all(|depot| depot["area"].as_str().unwrap().starts_with("990101001")));
    there.get(&format!("/supplies/stock?area={COUNTY}"), 403).await;
    server.stop().await;
}

#[tokio::test]
async fn a_restart_of_the_demonstration_brings_nothing_back_that_has_left() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let held = desk.post("/supplies/holds", &order(5), 201).await;
    desk.post(&format!("/supplies/movements/{}/issue", id(&held)), &json!({}), 200).await;
    let dir = server.stop().await;
    let server = TestServer::start_in(dir, &[]).await;
    let stock = server
        .demo("dispatcher")
        .get(&format!("/supplies/stock?item=boat&depot={DEPOT}"), 200)
        .await;
    let boats = &items(&stock)[0];
    assert_eq!(
        (&boats["lying"], &boats["out"], &boats["counted"]),
        (&json!(15), &json!(5), &json!(20))
    );
    server.stop().await;
}

fn order(boats: u32) -> Value {
    json!({
        "depot": DEPOT,
        "lines": [{ "item": "boat", "quantity": boats }],
        "to": { "place": { "name": "柳河右岸 3 号堤段", "at": [114.5, 35.6], "area": TOWNSHIP } },
        "receiver": { "unit": "城关街道办", "person": "罗守堤", "phone": "19400000001" },
        "ordered_by": "罗麦祥",
    })
}

/// Returns the cells of a workbook's one sheet.
async fn rows(caller: &Client, path: &str) -> Vec<Vec<String>> {
    let sheet = sheets(caller, path).await.remove(0);
    [sheet.headings].into_iter().chain(sheet.rows).collect()
}
