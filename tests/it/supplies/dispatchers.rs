//! Sixty-four dispatchers at once over HTTP on a real node: whatever they get hold of, nothing is promised twice and
//! nothing is lost.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::{Client, items},
    dice::{Dice, seed},
    server::TestServer,
};

const DISPATCHERS: u64 = 64;
/// What each of them does.
const STEPS: usize = 25;
/// Where they all look for boats: few, so that most are refused.
const DEPOTS: [&str; 2] = ["990101-d", "990101001-d"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_dispatchers_never_promise_a_boat_twice_and_lose_none() {
    let seed = seed();
    tell(format_args!("JIAOYING_SEED={seed}"));
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let before = boats(&desk).await;
    let work = (0..DISPATCHERS).map(|number| dispatch(desk.clone(), Dice(seed ^ (number << 32))));
    let watched = watch(&desk, &before);
    let (done, ()) = tokio::join!(join_all(work), watched);
    let (taken, refused) = done.into_iter().fold((0, 0), |sum, d| (sum.0 + d.0, sum.1 + d.1));
    tell(format_args!("{taken} steps done, {refused} refused"));
    assert!(taken > 100 && refused > 100, "{taken} done, {refused} refused: nobody was in the way");
    audit(&desk.journal(0).await, &before);
    let after = boats(&desk).await;
    let gone = gone(&desk).await;
    for (depot, stock) in &after {
        assert_eq!(
            stock.lying + stock.out + gone[depot],
            before[depot].lying,
            "{depot} seed {seed}"
        );
        assert_eq!(stock.free + stock.held, stock.lying, "{depot} seed {seed}");
    }
    server.stop().await;
}

#[expect(clippy::print_stdout, reason = "numbers for whoever reads the test's output")]
fn tell(what: std::fmt::Arguments<'_>) {
    println!("{what}");
}

/// How many boats one depot has, and where.
#[derive(Debug, Clone, Copy)]
struct Boats {
    lying: u64,
    free: u64,
    held: u64,
    out: u64,
}

async fn boats(desk: &Client) -> BTreeMap<String, Boats> {
    let stock = desk.get("/supplies/stock?item=boat", 200).await;
    let depots = items(&stock)[0]["depots"].as_array().unwrap().clone();
    let wanted = depots.iter().filter(|depot| DEPOTS.contains(&depot["depot"].as_str().unwrap()));
    let number = |depot: &Value, name: &str| depot[name].as_u64().unwrap();
    wanted
        .map(|depot| {
            let boats = Boats {
                lying: number(depot, "lying"),
                free: number(depot, "free"),
                held: number(depot, "held"),
                out: number(depot, "out"),
            };
            (depot["depot"].as_str().unwrap().to_owned(), boats)
        })
        .collect()
}

/// Looks at the stock again and again while the others work.
async fn watch(desk: &Client, before: &BTreeMap<String, Boats>) {
    for _ in 0..50 {
        for (depot, boats) in boats(desk).await {
            assert_eq!(boats.free + boats.held, boats.lying, "{depot}: {boats:?}");
            assert!(boats.lying + boats.out <= before[&depot].lying, "{depot}: {boats:?}");
        }
    }
}

/// Returns how many boats of each depot have been written off.
async fn gone(desk: &Client) -> BTreeMap<String, u64> {
    let mut gone: BTreeMap<String, u64> = DEPOTS.map(|depot| (depot.to_owned(), 0)).into();
    let movements = desk.get("/supplies/movements?limit=10000", 200).await;
    for movement in items(&movements) {
        let written_off = movement["lines"][0]["written_off"].as_u64().unwrap();
        *gone.get_mut(movement["from"]["id"].as_str().unwrap()).unwrap() += written_off;
    }
    gone
}

/// One dispatcher: takes what he can get, and mostly does the next thing with what he has.
async fn dispatch(desk: Client, mut dice: Dice) -> (usize, usize) {
    let (mut mine, mut taken, mut refused) = (None::<(String, String)>, 0, 0);
    for _ in 0..STEPS {
        let quantity = 1 + dice.below(3);
        let (path, body) = match &mine {
            Some((id, state)) if dice.below(8) > 0 => {
                let step = next(&mut dice, state);
                let some = json!({ "parts": [{ "item": "boat", "quantity": quantity }] });
                let body = if dice.below(2) == 0 { some } else { json!({}) };
                (format!("/supplies/movements/{id}/{step}"), body)
            }
            _ => {
                let depot = DEPOTS[usize::try_from(dice.below(2)).unwrap()];
                let body = json!({
                    "depot": depot,
                    "lines": [{ "item": "boat", "quantity": quantity }],
                    "to": { "place": { "name": "柳河堤" } },
                    "receiver": { "person": "罗守堤" },
                    "paper": "调〔2026〕1号",
                });
                ("/supplies/holds".to_owned(), body)
            }
        };
        let answer = desk.request(Method::POST, &path).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        match status {
            200 | 201 => {
                taken += 1;
                let text = |name: &str| body[name].as_str().unwrap().to_owned();
                mine = Some((text("id"), text("state"))).filter(|(_, state)| state != "closed");
            }
            409 => refused += 1,
            other => panic!("{path}: {other} {body}"),
        }
    }
    (taken, refused)
}

/// Returns what is mostly done next with what is at `state`; now and then anything else.
fn next(dice: &mut Dice, state: &str) -> &'static str {
    const STEPS: [&str; 6] = ["issue", "dispatch", "receive", "return", "release", "write-off"];
    let way = match state {
        "held" => ["issue", "issue", "release"],
        "issued" => ["dispatch", "dispatch", "return"],
        "transit" => ["receive", "receive", "return"],
        _ => ["return", "return", "return"],
    };
    match dice.below(60) {
        0 => "write-off",
        1..10 => STEPS[usize::try_from(dice.below(5)).unwrap()],
        _ => way[usize::try_from(dice.below(3)).unwrap()],
    }
}

/// Reads the journal the way an auditor would, with one number for what lies and one for what is promised.
fn audit(journal: &[Value], before: &BTreeMap<String, Boats>) {
    let mut lying: BTreeMap<String, i64> =
        before.iter().map(|(depot, b)| (depot.clone(), i64::try_from(b.lying).unwrap())).collect();
    let mut held: BTreeMap<String, i64> = BTreeMap::new();
    let mut of: BTreeMap<String, String> = BTreeMap::new();
    for entry in journal {
        let (kind, data) = (entry["kind"].as_str().unwrap(), &entry["data"]);
        let id = data["id"].as_str().unwrap_or_default().to_owned();
        let sum = |list: &str| -> i64 {
            let list = data[list].as_array().into_iter().flatten();
            list.map(|part| part["quantity"].as_i64().unwrap()).sum()
        };
        if kind == "supply_held" {
            of.insert(id.clone(), data["depot"].as_str().unwrap().to_owned());
        }
        let Some(depot) = of.get(&id) else { continue };
        let held = held.entry(depot.clone()).or_default();
        let lying = lying.get_mut(depot).unwrap();
        match kind {
            "supply_held" => *held += sum("lines"),
            "supply_issued" => {
                *held -= sum("moved");
                *lying -= sum("moved");
            }
            "supply_returned" => *lying += sum("moved"),
            "supply_released" => *held -= sum("released"),
            _ => {}
        }
        let seq = &entry["seq"];
        assert!(*held >= 0 && *lying >= 0, "{depot} at {seq}: {lying} lie and {held} are held");
        assert!(*held <= *lying, "{depot} at {seq}: {held} are promised and {lying} lie there");
    }
}
