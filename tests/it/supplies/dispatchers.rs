//! Sixty-four dispatchers at once over HTTP on a real node: whatever they get hold of, nothing is promised twice and
//! nothing is lost.

use std::{collections::BTreeMap, time::SystemTime};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::{Client, items},
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
    println!("JIAOYING_SEED={seed}");
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let before = boats(&desk).await;
    let work = (0..DISPATCHERS).map(|number| dispatch(desk.clone(), Chance(seed ^ (number << 32))));
    let watched = watch(&desk, &before);
    let (done, ()) = tokio::join!(join_all(work), watched);
    let (taken, refused) = done.into_iter().fold((0, 0), |sum, d| (sum.0 + d.0, sum.1 + d.1));
    println!("{taken} steps done, {refused} refused");
    assert!(taken > 200 && refused > 200, "{taken} done, {refused} refused: nobody was in the way");
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

/// One dispatcher: takes what he can get, and does the next best thing with what he has.
async fn dispatch(desk: Client, mut chance: Chance) -> (usize, usize) {
    let (mut mine, mut taken, mut refused) = (Vec::new(), 0, 0);
    for _ in 0..STEPS {
        let quantity = 1 + chance.below(4);
        let parts = json!({ "parts": [{ "item": "boat", "quantity": quantity }] });
        let (path, body) = if mine.is_empty() || chance.below(4) == 0 {
            let depot = DEPOTS[usize::try_from(chance.below(2)).unwrap()];
            let body = json!({
                "depot": depot,
                "lines": [{ "item": "boat", "quantity": quantity }],
                "to": { "place": { "name": "柳河堤" } },
                "receiver": { "person": "罗守堤" },
                "paper": "调〔2026〕1号",
            });
            ("/supplies/holds".to_owned(), body)
        } else {
            let id: &String = &mine[usize::try_from(chance.below(mine.len() as u64)).unwrap()];
            let steps =
                ["issue", "dispatch", "receive", "return", "return", "release", "write-off"];
            let rare = chance.below(20) == 0;
            let step = steps[if rare { 6 } else { usize::try_from(chance.below(6)).unwrap() }];
            (format!("/supplies/movements/{id}/{step}"), parts)
        };
        let answer = desk.request(Method::POST, &path).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        match status {
            200 | 201 => {
                taken += 1;
                if status == 201 {
                    mine.push(body["id"].as_str().unwrap().to_owned());
                }
            }
            409 => refused += 1,
            other => panic!("{path}: {other} {body}"),
        }
    }
    (taken, refused)
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

fn seed() -> u64 {
    let named = std::env::var("JIAOYING_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    named.unwrap_or_else(|| u64::from(now().subsec_nanos()))
}

/// Numbers that look like chance and come again with the seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
