//! The command line: lists in, accounts and tokens, and settings that are wrong.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{
    client::{Client, items, refusal},
    patience::within,
    process::{Process, jiaoying, run, said},
};

const COUNTY: &str = "990101000000";
const OWN: (&str, &str) = ("JIAOYING_JURISDICTION", COUNTY);

#[tokio::test]
async fn a_county_brings_in_its_own_lists_and_its_first_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = "areas people posts rotations roster units bases depots shelters gauges \
                 risk_points closures stock";
    for kind in kinds.split(' ') {
        let done = import(folder.path(), kind, &example(kind));
        assert!(done.status.success(), "{kind}: {}", said(&done));
        assert!(said(&done).contains("new or changed"), "{kind}: {}", said(&done));
    }
    let again = import(folder.path(), "people", &example("people"));
    assert!(said(&again).contains(" 0 new or changed"), "{}", said(&again));
    for kind in kinds.split_whitespace() {
        let again = import(folder.path(), kind, &example(kind));
        assert!(said(&again).contains(" 0 new or changed"), "{kind}: {}", said(&again));
    }
    let lost = folder.path().join("lost.csv");
    fs::write(&lost, "depot,item,name,unit,quantity\nx-s-01,tent,帐篷,顶,3\n").unwrap();
    let refused = import(folder.path(), "stock", &lost);
    let told =
        "lost.csv 第 2 行“depot”列：没有导入过储备点 x-s-01；请先导入储备点（import depots）";
    assert!(!refused.status.success() && said(&refused).contains(told), "{}", said(&refused));
    assert!(run(folder.path(), &["verify"]).status.success());

    let mut serve = jiaoying(folder.path(), &["serve"]);
    serve.env(OWN.0, OWN.1);
    let node = Process::start_command(serve);
    node.client.get("/demo", 404).await;
    for known in ["demo-commander", "demo-leader"] {
        node.client.with_token(known).get("/callouts", 401).await;
    }
    let link = node.first_link();
    let admin = json!({ "secret": link, "login": "root", "password": "一个足够长的登录口令" });
    node.client.post("/setup", &admin, 201).await;
    let intruder = json!({ "secret": link, "login": "again", "password": "一个足够长的登录口令" });
    node.client.post("/setup", &intruder, 403).await;
    let admin = node.client.log_in("root", "一个足够长的登录口令").await;
    let duty = admin.get("/duty?at=2026-07-01T09:00:00%2B08:00", 200).await;
    let lead = items(&duty).iter().find(|item| item["post"] == "990101000000/lead_officer");
    assert_eq!(lead.unwrap()["name"], "谢怀远");
    assert_eq!(lead.unwrap()["source"], "table");
    let (status, said) = node.terminate();
    assert!(status.success(), "{said}");
    // The link is spent, so the next start prints none.
    let mut serve = jiaoying(folder.path(), &["serve"]);
    serve.env(OWN.0, OWN.1);
    let (_, said) = Process::start_command(serve).terminate();
    assert!(!said.contains("/login#"), "{said}");
}

#[tokio::test]
async fn workbooks_and_geojson_are_read_as_the_tables_are_and_nothing_is_half_imported() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["areas", "people", "shelters", "depots"] {
        assert!(import(folder.path(), kind, &example(kind)).status.success());
    }
    let book = folder.path().join("安置点.xlsx");
    let rows: &[&[&str]] = &[
        &["场所编号", "场所名称", "所属区划", "经度", "纬度", "可安置人数", "床位数"],
        &["x-s-01", "县体育馆", "990101000000", "114.4480", "35.6250", "2000", "1200"],
        &["x-s-09", "县一中", "990101000000", "114.4481", "35.6251", "800", "801"],
        &["x-s-10", "县二中", "990101000000", "114.4481", "135.6251", "0", ""],
    ];
    workbook(&book, rows);
    let before = said(&run(folder.path(), &["verify"]));
    let refused = said(&import(folder.path(), "shelters", &book));
    for told in [
        "安置点.xlsx 工作表“名单”第 3 行“床位数”列：不在 0 到 800 之间（填的是“801”）；请核对",
        "第 4 行“纬度”列",
        "第 4 行“可安置人数”列：不在 1 到 1000000 之间（填的是“0”）",
        "3 处错误，未导入任何内容",
    ] {
        assert!(refused.contains(told), "{told} in {refused}");
    }
    assert_eq!(said(&run(folder.path(), &["verify"])), before);
    workbook(&book, &rows[..2]);
    // The night's 1,200 places are in the example too, and what a list leaves out stays.
    let same = said(&import(folder.path(), "shelters", &book));
    assert!(same.contains("1 shelters read, 1 new or changed"), "{same}");
    let stock = folder.path().join("库存.xlsx");
    workbook(
        &stock,
        &[
            &["仓库名称", "物资分类代码", "品名", "计量单位", "现有数量", "批号", "到期日期"],
            &["县防汛物资储备库", "boat", "冲锋舟", "艘", "7", "B1", "2031-05-01"],
        ],
    );
    let named = said(&import(folder.path(), "stock", &stock));
    assert!(named.contains("1 stock read, 1 new or changed"), "{named}");

    let square = "[[114.39,35.70],[114.41,35.70],[114.41,35.71],[114.39,35.71],[114.39,35.70]]";
    let feature = |properties: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":\
             {properties},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{square}]}}}}]}}"
        )
    };
    let points = folder.path().join("points.geojson");
    let point = r#"{"编号":"x-r-05","名称":"北沟","区划代码":"990101100000","灾害类型":"泥石流",
        "威胁人数":30,"已整治":"否","安置点":"青石镇中心小学","转移责任人":["x-07","x-08"]}"#;
    fs::write(&points, feature(point)).unwrap();
    let closed = folder.path().join("closed.geojson");
    fs::write(&closed, feature(r#"{"区划代码":990101100000,"原因":"水淹"}"#)).unwrap();
    for (kind, file) in [("risk_points", &points), ("closures", &closed)] {
        for changed in [1, 0] {
            let done = said(&import(folder.path(), kind, file));
            assert!(done.contains(&format!("1 {kind} read, {changed} new or changed")), "{done}");
        }
    }
}

#[tokio::test]
async fn an_import_beside_a_running_node_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let node = Process::start(folder.path(), &[]);
    let mut page = node.demo("commander").watch().await;
    let path = folder.path().join("people.csv");
    fs::write(&path, "编号,姓名,区划代码,手机\nnew-1,新来的人,990101001001,19400000000\n").unwrap();
    let done = import(folder.path(), "people", &path);
    assert!(done.status.success(), "{}", said(&done));
    let saved = page.wait_for_event("person_saved").await;
    assert_eq!(saved["data"]["person"]["id"], "new-1");
    assert!(!saved.to_string().contains("19400000000"), "{saved}");
    let desk = node.demo("dispatcher");
    let opening = json!({ "subject": "抽查", "kind": "spot_check", "area": COUNTY });
    desk.post("/callouts", &opening, 201).await;
    let (status, said) = node.terminate();
    assert!(status.success(), "{said}");
    assert!(run(folder.path(), &["verify"]).status.success());
}

#[test]
fn what_is_wrong_in_a_list_is_named_by_row_and_column_and_nothing_is_brought_in() {
    let folder = tempfile::tempdir().unwrap();
    assert!(import(folder.path(), "areas", &example("areas")).status.success());
    let before = said(&run(folder.path(), &["verify"]));
    let path = folder.path().join("people.csv");
    let rows = "编号,姓名,区划代码,手机\n\
                a-1,好人,990101000000,19400000001\n\
                a-2,,990101000000,19400000002\n\
                a-3,坏码,99010,19400000003\n\
                a-1,重号,990101000000,19400000004\n";
    fs::write(&path, rows).unwrap();
    let refused = import(folder.path(), "people", &path);
    let text = said(&refused);
    assert_eq!(refused.status.code(), Some(1), "{text}");
    for place in ["3", "4", "5", "姓名", "区划代码", "编号", "未导入任何内容"] {
        assert!(text.contains(place), "{place} in {text}");
    }
    assert!(!text.contains("19400000001"), "{text}");
    let unknown = folder.path().join("posts.csv");
    fs::write(&unknown, "区划代码,岗位,岗位名称,责任人,代理人\n990101000000,带班领导,,没有的人,\n")
        .unwrap();
    let refused = import(folder.path(), "posts", &unknown);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(
        said(&refused).contains("第 2 行“责任人”列：没有导入过人员 没有的人"),
        "{}",
        said(&refused)
    );
    let missing = import(folder.path(), "people", &folder.path().join("nowhere.csv"));
    assert!(said(&missing).contains("nowhere.csv"), "{}", said(&missing));
    assert_eq!(import(folder.path(), "nonsense", &path).status.code(), Some(2));
    assert_eq!(said(&run(folder.path(), &["verify"])), before);
}

#[tokio::test]
async fn an_account_and_a_token_made_at_the_console_let_somebody_in_and_out() {
    let folder = tempfile::tempdir().unwrap();
    let node = Process::start(folder.path(), &[]);
    let add = ["user", "add", "zhang", "--role", "leader", "--area", COUNTY];
    let mut command = jiaoying(folder.path(), &add);
    let added = command.env("JIAOYING_PASSWORD", "correct horse battery").output().unwrap();
    assert!(added.status.success(), "{}", said(&added));
    assert!(!said(&added).contains("correct horse"), "{}", said(&added));
    let twice = command.output().unwrap();
    assert_eq!(twice.status.code(), Some(1), "{}", said(&twice));
    let zhang = node.client.log_in("zhang", "correct horse battery").await;
    assert_eq!(zhang.get("/sessions/current", 200).await["role"], "leader");

    let made = run(folder.path(), &["user", "add", "li", "--role", "screen", "--area", COUNTY]);
    let password = said(&made)
        .lines()
        .find_map(|line| line.strip_prefix("password, shown once: ").map(str::to_owned));
    node.client.log_in("li", &password.unwrap()).await;

    let mut piped = jiaoying(folder.path(), &["user", "passwd", "zhang", "--password-stdin"]);
    let mut child = piped.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all("另一个更长的登录口令\n".as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    // Another process's change is seen within seconds.
    let began = std::time::Instant::now();
    let current = || zhang.request(reqwest::Method::GET, "/sessions/current");
    while current().send().await.unwrap().status() != 401 {
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "the old login still works");
    }
    node.client.log_in("zhang", "另一个更长的登录口令").await;

    let token = run(folder.path(), &["token", "add", "radar", "--role", "gateway"]);
    assert!(token.status.success(), "{}", said(&token));
    let secret = said(&token).lines().last().unwrap().trim().to_owned();
    let radar = node.client.with_token(&secret);
    let warning = json!({ "event": "暴雨", "colour": "red", "areas": ["990101001001"] });
    radar.post("/warnings", &warning, 201).await;
    assert_eq!(refusal(&radar.get("/journal", 403).await).0, "access.not_allowed");
    let listed = said(&run(folder.path(), &["token", "list"]));
    assert!(listed.contains("radar") && !listed.contains(&secret), "{listed}");
    let mut page = radar.watch().await;
    assert!(run(folder.path(), &["token", "revoke", "radar"]).status.success());
    assert_eq!(page.closed().await, 4003);
    radar.post("/warnings", &warning, 401).await;
    let disabled = run(folder.path(), &["user", "disable", "zhang"]);
    assert!(disabled.status.success(), "{}", said(&disabled));
    let body = json!({ "login": "zhang", "password": "另一个更长的登录口令" });
    node.client.post("/sessions", &body, 401).await;
    must_be_on_record(&node.demo("commander"), &["zhang", "li", "radar"]).await;
    let (_, log) = node.terminate();
    for hidden in [secret.as_str(), "correct horse", "更长的登录口令"] {
        assert!(!log.contains(hidden), "the log holds {hidden}");
    }
}

#[test]
fn a_duty_handset_belongs_to_a_post_that_exists() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["areas", "people", "posts"] {
        assert!(import(folder.path(), kind, &example(kind)).status.success());
    }
    let add = |login: &str, post: &str| {
        let add = ["user", "add", login, "--role", "leader", "--area", COUNTY, "--post", post];
        run(folder.path(), &add)
    };
    let refused = add("handset", "990101000000/nope");
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    for told in ["990101000000/nope", "990101000000/lead_officer", "import posts"] {
        assert!(said(&refused).contains(told), "{told} in {}", said(&refused));
    }
    assert!(!said(&refused).contains("password"), "{}", said(&refused));
    let added = add("handset", "990101000000/lead_officer");
    assert!(added.status.success(), "{}", said(&added));
}

/// What is done at the console is carried to the journal within seconds.
async fn must_be_on_record(commander: &Client, logins: &[&str]) {
    for login in logins {
        let about =
            |entry: &Value| entry["kind"] == "access_changed" && entry["data"]["login"] == *login;
        let noted = async || commander.journal(0).await.iter().any(about);
        within(Duration::from_secs(30), "it is on record", noted).await;
    }
}

#[tokio::test]
async fn the_vehicles_of_a_drill_move_on_the_map() {
    let folder = tempfile::tempdir().unwrap();
    let node = Process::start_command(jiaoying(folder.path(), &["serve", "--demo"]));
    let screen = node.demo("screen");
    let url = format!("http://{}", node.address);
    // The first node does not answer, so its vehicles go to the other.
    let nobody = "http://127.0.0.1:1";
    let arguments = ["drill", "--fleet", "--url", nobody, "--url", &url];
    let mut drill = jiaoying(folder.path(), &arguments).spawn().unwrap();
    let seen = async {
        loop {
            let map = screen.get("/map?layers=units", 200).await;
            let units = map["features"].as_array().unwrap();
            let seen = units.iter().filter(|unit| unit["properties"]["at"].is_string()).count();
            if seen > 300 {
                return;
            }
        }
    };
    let seen = tokio::time::timeout(Duration::from_secs(60), seen).await;
    drill.kill().unwrap();
    drill.wait().unwrap();
    seen.expect("more than half of 577 vehicles are seen within their first reports");
}

#[test]
fn every_setting_that_is_wrong_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = [
        ("JIAOYING_LISTEN", "nonsense"),
        ("JIAOYING_TIMEZONE", "Mars/Olympus"),
        ("JIAOYING_JURISDICTION", "410"),
        ("JIAOYING_CHANNELS__VOICE_LINES", "0"),
        ("JIAOYING_CHANNELS__SMS_LINES", "-1"),
        ("JIAOYING_CHANNELS__CARRIER", "pigeon"),
        ("JIAOYING_LOG", "loud"),
        ("JIAOYING_LOG_FORMAT", "poem"),
        ("JIAOYING_DATABASE_URL", "postgres://x"),
        ("JIAOYING_ACCESS__LOGIN_IDLE_S", "0"),
        ("JIAOYING_NO_SUCH_THING", "1"),
        ("JIAOYING_POLICIES", "/no/such/file"),
    ];
    let refused = jiaoying(folder.path(), &["serve", "--demo"]).envs(wrong).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let text = said(&refused);
    let named = [
        "listen",
        "timezone",
        "jurisdiction",
        "channels.voice_lines",
        "channels.sms_lines",
        "channels.carrier",
        "log: \"loud\"",
        "log_format",
        "database_url",
        "access.login_idle_s",
        "JIAOYING_NO_SUCH_THING",
        "policies",
    ];
    for name in named {
        assert!(text.contains(name), "{name} in {text}");
    }
    assert!(!folder.path().join("jiaoying.db").exists());
    let config = folder.path().join("c.toml");
    fs::write(&config, "listne = \"x\"\n[channels]\nvoice_lines = \"many\"\n").unwrap();
    let refused = run(folder.path(), &["--config", config.to_str().unwrap(), "verify"]);
    let text = said(&refused);
    assert!(text.contains("listne") && text.contains("channels.voice_lines"), "{text}");
}

#[test]
fn a_node_that_must_not_or_cannot_start_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let mut demo = jiaoying(folder.path(), &["serve", "--demo"]);
        let refused = demo.env("JIAOYING_LISTEN", listen).output().unwrap();
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("loopback"), "{listen}: {}", said(&refused));
    }
    assert!(!folder.path().join("jiaoying.db").exists());
    let lost = run(folder.path(), &["serve"]);
    assert_eq!(lost.status.code(), Some(1));
    assert!(said(&lost).contains("JIAOYING_JURISDICTION"), "{}", said(&lost));
    assert!(said(&lost).contains("--demo"), "{}", said(&lost));
    let user = run(folder.path(), &["user", "add", "x", "--role", "node", "--area", COUNTY]);
    assert_eq!(user.status.code(), Some(2), "{}", said(&user));
}

#[test]
fn another_countys_settings_do_not_take_over_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert!(import(folder.path(), "areas", &example("areas")).status.success());
    let mut other = jiaoying(folder.path(), &["serve"]);
    let refused = other.env("JIAOYING_JURISDICTION", "990102000000").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("another data folder"), "{}", said(&refused));
}

fn import(dir: &Path, kind: &str, file: &Path) -> Output {
    let mut command = jiaoying(dir, &["import", kind, file.to_str().unwrap()]);
    command.env(OWN.0, OWN.1).output().unwrap()
}

/// Writes a workbook of one sheet, every cell a text.
fn workbook(path: &Path, rows: &[&[&str]]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
    book.save(path).unwrap();
}

fn example(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("config/examples/{kind}.csv"))
}
