//! Lists of what is in force: nmc.cn and weather.com.cn.

use serde_json::json;

use super::*;

const RAIN: &str = "99010141600000_20260721100000";
const ELSEWHERE: &str = "41062241600000_20260721100000";

#[tokio::test]
async fn a_list_brings_what_concerns_the_county_and_its_silence_is_an_alarm_until_it_is_heard_again()
 {
    let far = Far::start().await;
    far.says(
        "/list",
        nmc(json!([
            item(RAIN, "示例县气象台发布暴雨橙色预警信号"),
            item(ELSEWHERE, "别处县气象台发布暴雨红色预警信号"),
            {"title": "没有时间"},
        ])),
    );
    let settings = |url: &str| {
        format!(
            "[[sources]]\nname = \"国家预警\"\nkind = \"nmc\"\nurl = \"{url}\"\nevery_s = 1\nsilent_after_s = 3\n\
         headers = {{ \"X-Key\" = \"secret\" }}\n"
        )
    };
    let server = start(&settings(&far.url("/list"))).await;
    let desk = server.demo("dispatcher");
    let warnings = in_force(&desk, 1).await;
    assert_eq!(
        (&warnings[0]["identifier"], &warnings[0]["colour"]),
        (&json!(RAIN), &json!("orange"))
    );
    assert_eq!(warnings[0]["sources"][0]["source"], "source:国家预警");
    assert_eq!(far.asked_for("/list")[0]["x-key"], "secret");
    let heard = source(&desk, "国家预警", |source| source["state"] == "heard").await;
    assert_eq!(
        (&heard["accepted"], &heard["elsewhere"], &heard["refused"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert!(heard["faults"][0]["why"].as_str().unwrap().contains("issuetime"), "{heard}");
    assert!(!heard.to_string().contains("secret"));

    let address = far.pull_the_plug().await;
    let alarm = callout(&desk, "预警信息源中断：国家预警", "open").await;
    let silent = source(&desk, "国家预警", |source| source["state"] == "silent").await;
    assert_eq!(silent["callout"], alarm["id"]);
    assert!(silent["trouble"].as_str().unwrap().contains("cannot be reached"), "{silent}");

    let far = Far::start_at(address).await;
    far.says("/list", nmc(json!([])));
    callout(&desk, "预警信息源中断：国家预警", "closed").await;
    source(&desk, "国家预警", |source| source["state"] == "heard").await;
    let dir = server.stop().await;

    // A restarted node asks again, and knows the warning again.
    far.says("/list", nmc(json!([item(RAIN, "示例县气象台发布暴雨橙色预警信号")])));
    let server = restart(dir, &settings(&far.url("/list"))).await;
    let desk = server.demo("dispatcher");
    source(&desk, "国家预警", |source| source["known"] == 1).await;
    assert_eq!(in_force(&desk, 1).await[0]["identifier"], RAIN);
    server.stop().await;
}

#[tokio::test]
async fn a_page_that_answers_nonsense_or_stands_still_is_not_heard() {
    let far = Far::start().await;
    far.says("/nonsense", "<html>维护中</html>");
    far.says("/still", nmc(json!([item(ELSEWHERE, "别处县气象台发布暴雨红色预警信号")])));
    let one = |name: &str, more: &str| {
        format!(
            "[[sources]]\nname = \"{name}\"\nkind = \"nmc\"\nurl = \"{}\"\nevery_s = 1\nsilent_after_s = 2\n{more}\n",
            far.url(&format!("/{name}"))
        )
    };
    let server =
        start(&[one("nonsense", ""), one("still", "news_within_s = 86400")].concat()).await;
    let desk = server.demo("dispatcher");
    for (name, why) in [("nonsense", "not understood"), ("still", "stood still")] {
        let silent = source(&desk, name, |source| source["state"] == "silent").await;
        assert!(silent["trouble"].as_str().unwrap().contains(why), "{silent}");
    }
    // Both are one alarm: the same people have to look.
    let all = desk.get("/callouts?open=true", 200).await;
    let alarms = items(&all).iter().filter(|callout| callout["kind"] == "alarm").count();
    assert_eq!(alarms, 1);
    server.stop().await;
}

#[tokio::test]
async fn of_a_list_that_leads_to_scripts_only_those_near_are_read_and_each_once() {
    let far = Far::start().await;
    far.says(
        "/list",
        r#"var alarminfo={"count":"3","data":[
        ["示例省示例市示例县","1.html","110","35","","",""],
        ["示例省","2.html","110","35","","",""],
        ["别处省别处市","3.html","110","35","","",""]]};"#,
    );
    let script = |identifier: &str, title: &str| {
        json!({
            "identifier": identifier, "head": title, "ISSUETIME": "2026-07-21 10:00:00",
            "ISSUECONTENT": title, "UNDERWRITER": "王五",
        })
    };
    let said = |value: serde_json::Value| format!("var alarminfo={value};");
    far.says("/1.html", said(script(RAIN, "示例县气象台发布暴雨橙色预警信号")));
    far.page("/2.html", Page { status: 503, body: String::new(), tag: None });
    let settings = format!(
        "[[sources]]\nname = \"天气网\"\nkind = \"weathercn\"\nurl = \"{}\"\nitem_url = \"{}\"\n\
         region = \"示例省示例市示例县\"\nevery_s = 1\nsilent_after_s = 60\n",
        far.url("/list"),
        far.url("/{file}")
    );
    let server = start(&settings).await;
    let desk = server.demo("dispatcher");
    in_force(&desk, 1).await;
    let trouble = source(&desk, "天气网", |source| source["state"] == "trouble").await;
    assert!(trouble["trouble"].as_str().unwrap().contains("1 of its messages"), "{trouble}");
    // What could not be fetched is fetched when it can be.
    let wind = "99000041600000_20260721110000";
    far.says("/2.html", said(script(wind, "示例省气象台发布大风蓝色预警信号")));
    in_force(&desk, 2).await;
    source(&desk, "天气网", |source| source["state"] == "heard").await;
    assert_eq!((far.asked_for("/1.html").len(), far.asked_for("/3.html").len()), (1, 0));
    let journal = desk.journal(0).await;
    assert!(!serde_json::to_string(&journal).unwrap().contains("王五"), "the forecaster's name");
    server.stop().await;
}
