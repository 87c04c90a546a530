//! Hot spots from the file that satellites' keepers publish to the incident that a true fire opens.

use jiaoying::clock::{Clock, SystemClock};

use super::*;

const HEADING: &str = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n";

#[tokio::test]
async fn a_file_sends_the_villages_to_look_and_a_true_fire_is_an_incident() {
    let server = TestServer::start().await;
    let (gateway, desk) = (server.demo("gateway"), server.demo("dispatcher"));
    let (day, time) = just_now();
    let line = |lat: &str, lon: &str, frp: &str| {
        format!("{lat},{lon},337.31,0.45,0.63,{day},{time},N20,VIIRS,n,2.0NRT,294.10,{frp},D\n")
    };
    // Two pixels beside each other, one far from them, and one in another county.
    let file = [
        line("35.72113", "114.36044", "5.61"),
        line("35.72400", "114.36300", "21.07"),
        line("35.62810", "114.44000", "2.00"),
        line("30.00000", "110.00000", "9.00"),
    ];
    let file = format!("{HEADING}{}", file.concat());
    let taken = csv(&gateway, &file, 200).await;
    assert_eq!(
        taken,
        json!({
            "found": ["f-1", "f-2"], "new": 3, "joined": 0, "known": 0, "outside": 1, "old": 0
        })
    );
    let again = csv(&gateway, &file, 200).await;
    assert_eq!((&again["known"], &again["found"]), (&json!(3), &json!([])));
    let listed = desk.get("/hotspots?open=true", 200).await;
    assert_eq!(listed["statistics"]["open"], 2);
    let fire = items(&listed).iter().find(|spot| id(spot) == "f-1").unwrap().clone();
    assert_eq!((&fire["pixels"], &fire["frp_mw"]), (&json!(2), &json!(21.07)));
    assert_eq!((&fire["state"], &fire["area_name"]), (&json!("open"), &json!("桐寨村")));
    assert!(fire["post"].as_str().unwrap().starts_with("990101100201/"), "{fire}");
    let task = fire["task"].as_str().unwrap();
    let drawn = desk.get("/map?layers=hot_spots", 200).await;
    assert_eq!(drawn["features"].as_array().unwrap().len(), 2);

    let unsure = desk.post("/hotspots/f-2/finding", &json!({ "finding": "false" }), 422).await;
    assert_eq!(refusal(&unsure), ("field.empty", "note"));
    let roof = json!({ "finding": "false", "note": "彩钢瓦反光" });
    assert_eq!(desk.post("/hotspots/f-2/finding", &roof, 200).await["state"], "false");
    let wrong = desk.post("/hotspots/f-1/finding", &json!({ "finding": "smoke" }), 422).await;
    assert_eq!(refusal(&wrong), ("field.invalid", "finding"));
    let burns = desk.post("/hotspots/f-1/finding", &json!({ "finding": "true_fire" }), 200).await;
    let incident = burns["settled"]["incident"].as_str().unwrap();
    let incident = desk.get(&format!("/incidents/{incident}"), 200).await;
    assert_eq!(incident["kind"], "11G01", "{incident}");
    let tasks = desk.get("/tasks?limit=100", 200).await;
    let verified = items(&tasks).iter().find(|one| one["id"] == task).unwrap();
    assert_eq!(
        (&verified["stage"], &verified["form"]),
        (&json!("done"), &json!({ "verification": { "hot_spot": "f-1" } }))
    );
    let statistics = &desk.get("/hotspots", 200).await["statistics"];
    assert_eq!((&statistics["true_fire"], &statistics["false"]), (&json!(1), &json!(1)));
    server.stop().await;
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_row_and_column_and_nothing_of_it_is_taken() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let head = server.head().await;
    let (day, time) = just_now();
    let good =
        format!("35.72,114.36,337.31,0.45,0.63,{day},{time},N20,VIIRS,n,2.0NRT,294.10,5.61,D\n");
    for (wrong, field) in [
        (good.replace("35.72", "三十五"), "row 3, column latitude"),
        (good.replace(&time, "2560"), "row 3, column acq_time"),
        (good.replace(",n,", ",?,"), "row 3, column confidence"),
        ("35.72,114.36,33".to_owned(), "row 3, column satellite"),
    ] {
        let refused = csv(&gateway, &format!("{HEADING}{good}{wrong}"), 422).await;
        assert_eq!(refusal(&refused), ("hot_spot.sheet", field), "{refused}");
        assert!(refused["error"]["message"].as_str().unwrap().ends_with("nothing was taken"));
    }
    let page = csv(&gateway, "Invalid MAP_KEY.", 422).await;
    assert_eq!(refusal(&page), ("hot_spot.sheet", "row 1, column latitude"));
    let later = good.replace(&day, "2999-01-01");
    let refused = csv(&gateway, &format!("{HEADING}{later}"), 422).await;
    assert_eq!(refusal(&refused), ("hot_spot.detection", "at"));
    assert_eq!(done_by_people(&server, head).await, Vec::<Value>::new());
    server.stop().await;
}

#[tokio::test]
async fn detections_come_as_json_too_and_a_drill_is_no_number_in_the_statistics() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let now = SystemClock::new().now().to_string();
    let one =
        json!({ "satellite": "GK2A", "at": now, "point": [114.44, 35.6281], "confidence": "high" });
    let drill = json!({ "detections": [one], "drill": true });
    assert_eq!(desk.post("/hotspots", &drill, 200).await["found"], json!(["f-1"]));
    let listed = desk.get("/hotspots", 200).await;
    assert_eq!(
        (&items(&listed)[0]["drill"], &listed["statistics"]["total"]),
        (&json!(true), &json!(0))
    );
    let wrong = json!({ "detections": [{ "satellite": "GK2A", "at": now, "point": [114.44, 35.6], "confidence": "sure" }] });
    let refused = desk.post("/hotspots", &wrong, 422).await;
    assert_eq!(refusal(&refused).1, "detections[0].confidence");
    server.stop().await;
}

fn csv(caller: &Client, file: &str, status: u16) -> impl Future<Output = Value> {
    let request = caller.request(reqwest::Method::POST, "/hotspots");
    expect(request.header("content-type", "text/csv").body(file.to_owned()), status)
}

/// Returns day and minute of a pass that has just been, as FIRMS writes them.
fn just_now() -> (String, String) {
    let now: chrono::DateTime<chrono::Utc> = SystemClock::new().now().to_string().parse().unwrap();
    let pass = now - chrono::TimeDelta::minutes(10);
    (pass.format("%Y-%m-%d").to_string(), pass.format("%H%M").to_string())
}
