//! Every endpoint as every role.

use std::collections::BTreeSet;

use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;

use super::*;

const START: &str = r#"{"plan":"none","level":2,"scope":["990101000000"],"number":"1号","basis":"x","approver":"x"}"#;
const LEVEL: &str = r#"{"revision":1,"level":2,"number":"1号","basis":"x","approver":"x"}"#;
const END: &str = r#"{"revision":1,"number":"1号","basis":"x","approver":"x"}"#;
const TICK: &str = r#"{"ticked":true}"#;
const PROPOSE: &str = r#"{"plan":"none","level":2,"scope":["990101000000"],"why":"x"}"#;

/// Columns: commander, dispatcher, leader, screen, gateway, admin, and somebody not logged in. A write that
/// is allowed is one that then fails for another reason, so that every role starts from the same board.
const MATRIX: &[(&str, &str, &str, [u16; 7])] = &[
    ("GET", "/sessions/current", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/demo", "", [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/openapi.json", "", [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/live.txt", "", [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/live", "", [400, 400, 400, 400, 400, 400, 400]),
    ("POST", "/sessions", r#"{}"#, [422, 422, 422, 422, 422, 422, 422]),
    (
        "POST",
        "/setup",
        r#"{"secret":"x","login":"intruder","password":"long enough"}"#,
        [403, 403, 403, 403, 403, 403, 403],
    ),
    ("GET", "/board", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/warnings", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/warnings/w-1", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/warnings/w-1.cap", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/warnings", r#"{}"#, [422, 422, 403, 403, 422, 403, 401]),
    ("POST", "/warnings/preview", r#"{}"#, [422, 422, 403, 403, 422, 403, 401]),
    ("GET", "/warning-forms", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/callouts", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/callouts/c-1", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/callouts/c-1/obligations", "", [200, 200, 200, 200, 200, 200, 401]),
    (
        "POST",
        "/callouts",
        r#"{"subject":"测试","kind":"manual","area":"990101999000"}"#,
        [422, 422, 403, 403, 403, 403, 401],
    ),
    (
        "POST",
        "/callouts/c-999/withdraw",
        r#"{"reason":"误发"}"#,
        [404, 404, 403, 403, 403, 403, 401],
    ),
    ("GET", "/contacts", "", [200, 200, 403, 403, 403, 200, 401]),
    ("POST", "/contacts/tests", r#"{"area":"990101999000"}"#, [422, 422, 403, 403, 403, 422, 401]),
    ("GET", "/roster/changes", "", [200, 200, 403, 403, 403, 200, 401]),
    ("GET", "/reinforcements", "", [200, 200, 403, 403, 403, 200, 401]),
    ("POST", "/reinforcements", r#"{}"#, [422, 422, 422, 422, 422, 422, 401]),
    ("POST", "/reinforcements/decline", r#"{}"#, [422, 422, 422, 422, 422, 422, 401]),
    ("GET", "/calendars", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/calendars", "", [201, 201, 201, 201, 201, 201, 401]),
    ("DELETE", "/calendars/t-1", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/calendars/jy_x/duties.ics", "", [401, 401, 401, 401, 401, 401, 401]),
    ("GET", "/obligations/mine", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/obligations/o-1", "", [200, 200, 200, 200, 200, 200, 401]),
    (
        "POST",
        "/obligations/o-999/answer",
        r#"{"answer":"acknowledged"}"#,
        [404, 404, 404, 403, 403, 404, 401],
    ),
    ("POST", "/incidents", r#"{}"#, [422, 422, 403, 403, 403, 403, 401]),
    ("GET", "/incidents", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/incidents/i-999", "", [404, 404, 404, 404, 404, 404, 401]),
    ("PUT", "/incidents/i-999", r#"{}"#, [422, 422, 403, 403, 403, 403, 401]),
    (
        "POST",
        "/incidents/i-999/stage",
        r#"{"stage":"verified"}"#,
        [404, 404, 403, 403, 403, 403, 401],
    ),
    ("POST", "/incidents/i-999/link", r#"{"to":"i-998"}"#, [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/incidents/i-999/notes", r#"{"text":"说"}"#, [404, 404, 403, 403, 403, 403, 401]),
    ("GET", "/incidents/i-999/similar", "", [404, 404, 404, 404, 404, 404, 401]),
    (
        "POST",
        "/incidents/i-999/assignments",
        r#"{"unit":"u-999","order":"出动"}"#,
        [404, 404, 403, 403, 403, 403, 401],
    ),
    (
        "GET",
        "/incidents/i-999/recommendations?need=boat_rescue:2",
        "",
        [404, 404, 403, 403, 403, 403, 401],
    ),
    ("POST", "/dispatch/proposal", r#"{}"#, [422, 422, 403, 403, 403, 403, 401]),
    ("GET", "/dispatch/coverage", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/dispatch/move-up", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/closures", "", [200, 200, 200, 200, 200, 200, 401]),
    (
        "POST",
        "/closures",
        r#"{"what":{"road":"road-1"},"area":"990101999000","reason":"水淹"}"#,
        [422, 422, 403, 403, 403, 403, 401],
    ),
    ("DELETE", "/closures/x-999", "", [404, 404, 403, 403, 403, 403, 401]),
    ("GET", "/incident-kinds", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/capabilities", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/assignments", "", [200, 200, 200, 200, 200, 200, 401]),
    (
        "POST",
        "/assignments/a-999/status",
        r#"{"status":"accepted"}"#,
        [404, 404, 404, 404, 404, 404, 401],
    ),
    ("POST", "/units/u-999/readiness", r#"{"state":"ready"}"#, [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/tasks", r#"{}"#, [422, 422, 422, 403, 403, 403, 401]),
    ("GET", "/tasks", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/tasks/t-999/progress", r#"{}"#, [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/tasks/t-999/complete", r#"{}"#, [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/tasks/t-999/withdraw", r#"{"reason":"x"}"#, [404, 404, 404, 403, 403, 403, 401]),
    ("GET", "/duty", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/duty/outlook", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/duty/load", "", [200, 200, 403, 403, 403, 200, 401]),
    ("GET", "/spot-checks/plans", "", [200, 200, 403, 403, 403, 200, 401]),
    ("GET", "/spot-checks/statistics", "", [200, 200, 403, 403, 403, 200, 401]),
    ("GET", "/people?q=x", "", [200, 200, 403, 403, 403, 200, 401]),
    ("GET", "/handovers", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/handovers/h-999", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/handovers/matters?post=990101000000/nobody", "", [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/handovers", r#"{}"#, [422, 422, 422, 422, 422, 422, 401]),
    ("GET", "/duties/mine", "", [403, 403, 200, 403, 403, 403, 401]),
    (
        "GET",
        "/duties/colleagues?post=990101000000/nobody&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
        "",
        [404, 404, 404, 404, 404, 404, 401],
    ),
    ("GET", "/swaps", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/swaps", r#"{}"#, [422, 422, 422, 422, 422, 422, 401]),
    ("POST", "/swaps/d-999/approve", r#"{}"#, [404, 404, 403, 403, 403, 404, 401]),
    ("POST", "/swaps/d-999/refuse", r#"{}"#, [404, 404, 403, 403, 403, 404, 401]),
    ("POST", "/swaps/d-999/withdraw", r#"{}"#, [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/leaves", "", [200, 200, 403, 403, 403, 200, 401]),
    (
        "POST",
        "/leaves",
        r#"{"person":"nobody","from":"2026-01-01T00:00:00+08:00","to":"2026-01-02T00:00:00+08:00"}"#,
        [422, 422, 403, 403, 403, 422, 401],
    ),
    ("DELETE", "/leaves/q-999", "", [404, 404, 403, 403, 403, 404, 401]),
    (
        "GET",
        "/duty-tables?post=990101000000/nobody&from=2026-01-01&to=2026-01-31",
        "",
        [404, 404, 404, 404, 404, 404, 401],
    ),
    (
        "POST",
        "/duty-tables/fill",
        r#"{"post":"990101000000/nobody","from":"2026-01-01","to":"2026-01-31"}"#,
        [403, 403, 403, 403, 403, 404, 401],
    ),
    (
        "PUT",
        "/duty-tables",
        r#"{"post":"990101000000/nobody","from":"2026-01-01T00:00:00+08:00","to":"2026-01-02T00:00:00+08:00","shifts":[],"seen":0}"#,
        [403, 403, 403, 403, 403, 404, 401],
    ),
    ("POST", "/roster/imports/preview", "{}", [403, 403, 403, 403, 403, 422, 401]),
    ("POST", "/roster/imports", "{}", [403, 403, 403, 403, 403, 422, 401]),
    ("GET", "/roster/imports", "", [403, 403, 403, 403, 403, 200, 401]),
    ("DELETE", "/roster/imports/z-999", "", [403, 403, 403, 403, 403, 404, 401]),
    ("GET", "/holidays", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/holidays/1999", "", [404, 404, 404, 404, 404, 404, 401]),
    ("PUT", "/holidays/1999", r#"{"off":[],"worked":[]}"#, [403, 403, 403, 403, 403, 422, 401]),
    ("GET", "/rotations?post=990101000000/nobody", "", [404, 404, 404, 404, 404, 404, 401]),
    (
        "POST",
        "/rotations",
        r#"{"post":"990101000000/nobody","starts_on":"2026-01-01","days":{}}"#,
        [403, 403, 403, 403, 403, 404, 401],
    ),
    (
        "POST",
        "/rotations/preview",
        r#"{"post":"990101000000/nobody","starts_on":"2026-01-01","days":{}}"#,
        [403, 403, 403, 403, 403, 404, 401],
    ),
    (
        "POST",
        "/overrides",
        r#"{"post":"990101000000/nobody","from":"2026-01-01T00:00:00+08:00","to":"2026-01-02T00:00:00+08:00","people":["990101-01"]}"#,
        [404, 404, 403, 403, 403, 404, 401],
    ),
    ("DELETE", "/overrides/v-999", "", [404, 404, 403, 403, 403, 404, 401]),
    ("GET", "/positions", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/positions", r#"{}"#, [403, 403, 403, 403, 422, 403, 401]),
    ("GET", "/positions/refusals", "", [200, 200, 403, 403, 403, 200, 401]),
    ("POST", "/readings", "[]", [403, 403, 403, 403, 202, 403, 401]),
    ("GET", "/warnings.atom", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/warnings/w-999/texts", "", [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/warnings/w-999/bulletins", "{}", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/warnings/w-999/suggestion", "", [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/warnings/w-999/suggestion", r#"{"taken":[]}"#, [404, 403, 404, 403, 403, 403, 401]),
    ("GET", "/plans", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/responses", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/responses", START, [422, 403, 422, 403, 403, 403, 401]),
    ("GET", "/responses/l-999", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/responses/l-999/summary", "", [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/responses/l-999/level", LEVEL, [404, 403, 404, 403, 403, 403, 401]),
    ("POST", "/responses/l-999/end", END, [404, 403, 404, 403, 403, 403, 401]),
    ("POST", "/responses/l-999/conditions/1", TICK, [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/responses/l-999/checks/1", TICK, [404, 404, 403, 403, 403, 403, 401]),
    ("GET", "/responses/proposals", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/responses/proposals", PROPOSE, [422, 422, 403, 403, 403, 403, 401]),
    (
        "POST",
        "/responses/proposals/p-999/decide",
        r#"{"reason":"x"}"#,
        [404, 403, 404, 403, 403, 403, 401],
    ),
    ("GET", "/bulletins", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/bulletins/b-999/approve", "{}", [404, 403, 404, 403, 403, 403, 401]),
    ("POST", "/bulletins/b-999/refuse", r#"{"reason":"x"}"#, [404, 403, 404, 403, 403, 403, 401]),
    ("GET", "/incidents/i-999/reports", "", [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/incidents/i-999/reports", "{}", [404, 404, 403, 403, 403, 403, 401]),
    (
        "POST",
        "/incidents/i-999/calls",
        r#"{"stage":"first","to":"city","whom":"x","words":"x"}"#,
        [404, 404, 403, 403, 403, 403, 401],
    ),
    ("GET", "/reports", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/reports/r-999", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/reports/r-999.html", "", [404, 404, 404, 403, 403, 404, 401]),
    (
        "POST",
        "/reports/r-999/edit",
        r#"{"revision":1,"to":["city"],"title":"x","text":"x"}"#,
        [404, 404, 404, 403, 403, 403, 401],
    ),
    ("POST", "/reports/r-999/check", r#"{"revision":1}"#, [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/reports/r-999/sign", r#"{"revision":1}"#, [404, 403, 404, 403, 403, 403, 401]),
    ("POST", "/reports/r-999/return", r#"{"reason":"x"}"#, [404, 403, 404, 403, 403, 403, 401]),
    ("POST", "/reports/r-999/send", "{}", [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/reports/r-999/drop", r#"{"reason":"x"}"#, [404, 404, 403, 403, 403, 403, 401]),
    ("GET", "/report-clocks?open=true", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/report.css", "", [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/deadlines", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/cadences", "", [200, 200, 200, 200, 200, 200, 401]),
    (
        "POST",
        "/cadences",
        r#"{"rule":"hourly","areas":["990101"]}"#,
        [422, 422, 422, 403, 403, 403, 401],
    ),
    ("POST", "/cadences/k-999/end", r#"{"reason":"x"}"#, [404, 404, 404, 403, 403, 403, 401]),
    ("GET", "/rounds", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/rounds/n-999", "", [404, 404, 404, 404, 404, 404, 401]),
    (
        "POST",
        "/rounds/n-999/returns",
        r#"{"area":"990101001","answer":{"what":"nothing"}}"#,
        [404, 404, 404, 404, 404, 404, 401],
    ),
    ("GET", "/sources", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/sources/s-0/heartbeat", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/gauges", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/gauges/g-999/readings", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/units/u-999/track", "", [404, 404, 403, 403, 403, 404, 401]),
    ("GET", "/areas", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/map", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/units", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/units/990101-01t", "", [200, 200, 200, 200, 200, 200, 401]),
    ("DELETE", "/units/u-999", "", [403, 403, 403, 403, 403, 404, 401]),
    ("DELETE", "/sites/s-999", "", [403, 403, 403, 403, 403, 404, 401]),
    ("GET", "/supplies/catalogue", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/supplies/stock", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/supplies/stock.xlsx", "", [200, 200, 200, 200, 200, 200, 401]),
    (
        "POST",
        "/supplies/counts",
        r#"{"depot":"d-999","lines":[]}"#,
        [403, 403, 403, 403, 403, 422, 401],
    ),
    ("GET", "/supplies/shortages", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/supplies/readiness?level=2", "", [200, 200, 200, 200, 200, 200, 401]),
    (
        "POST",
        "/supplies/holds",
        r#"{"depot":"d-999","lines":[],"to":{"site":"s-9"},"receiver":{"person":"x"}}"#,
        [422, 422, 403, 403, 403, 403, 401],
    ),
    ("GET", "/supplies/movements", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/supplies/movements.xlsx", "", [200, 200, 200, 403, 403, 200, 401]),
    ("GET", "/supplies/movements/m-999", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/supplies/movements/m-999/order.html", "", [404, 404, 404, 403, 403, 404, 401]),
    ("POST", "/supplies/movements/m-999/issue", "{}", [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/supplies/movements/m-999/dispatch", "{}", [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/supplies/movements/m-999/receive", "{}", [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/supplies/movements/m-999/return", "{}", [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/supplies/movements/m-999/write-off", "{}", [404, 404, 403, 403, 403, 403, 401]),
    ("POST", "/supplies/movements/m-999/release", "{}", [404, 404, 403, 403, 403, 403, 401]),
    (
        "POST",
        "/supplies/movements/m-999/paper",
        r#"{"paper":"1"}"#,
        [404, 404, 403, 403, 403, 403, 401],
    ),
    ("GET", "/shelters", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/shelters/s-999/occupancy", r#"{"counted":1}"#, [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/evacuations", r#"{}"#, [422, 422, 422, 403, 403, 403, 401]),
    ("POST", "/evacuations/preview", r#"{}"#, [422, 422, 422, 403, 403, 403, 401]),
    ("GET", "/evacuations", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/evacuations/e-999", "", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/evacuations/e-999/transfers", "", [404, 404, 404, 404, 404, 404, 401]),
    (
        "POST",
        "/evacuations/e-999/return",
        r#"{"permitted_by":"县长"}"#,
        [404, 404, 404, 403, 403, 403, 401],
    ),
    ("POST", "/transfers/y-999/progress", r#"{"moved":1}"#, [404, 404, 404, 404, 404, 404, 401]),
    ("POST", "/transfers/y-999/call-off", r#"{"reason":"x"}"#, [404, 404, 404, 403, 403, 403, 401]),
    ("POST", "/transfers/y-999/returned", "{}", [404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/hotspots", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/incidents.xlsx", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/call-sheet.xlsx", "", [200, 200, 403, 403, 403, 200, 401]),
    ("GET", "/tasks.xlsx", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/assignments.xlsx", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/evacuations.xlsx", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/reports.xlsx", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/hotspots.xlsx", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/roster.xlsx?month=2026-11", "", [200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/hotspots", r#"{}"#, [422, 422, 403, 403, 422, 403, 401]),
    (
        "POST",
        "/hotspots/f-999/finding",
        r#"{"finding":"true_fire"}"#,
        [404, 404, 404, 404, 404, 404, 401],
    ),
    ("GET", "/policies", "", [200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/journal", "", [200, 200, 403, 403, 403, 200, 401]),
    ("GET", "/nothing", "", [404, 404, 404, 404, 404, 404, 404]),
    ("PUT", "/callouts", "{}", [405, 405, 405, 405, 405, 405, 405]),
    ("GET", "[/healthz]", "", [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "[/readyz]", "", [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "[/metrics]", "", [200, 200, 200, 200, 200, 200, 200]),
    // Demonstration tokens are no logins, so there is nothing to end.
    ("DELETE", "/sessions/current", "", [409, 409, 409, 409, 409, 204, 401]),
];

#[tokio::test]
async fn every_role_may_do_what_the_matrix_says_and_a_refusal_changes_nothing() {
    let server = TestServer::start().await;
    let village = red_callout(&server.demo("gateway"), VILLAGE).await;
    assert_eq!(village, "c-1");
    let admin = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let demo = ["commander", "dispatcher", "leader", "screen", "gateway"];
    let callers: Vec<Client> = demo
        .map(|login| server.demo(login))
        .into_iter()
        .chain([admin, server.stranger()])
        .collect();
    let head = server.head().await;
    for (method, path, body, expected) in MATRIX {
        for (caller, status) in callers.iter().zip(expected) {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let mut request = caller.request(method, path);
            if !body.is_empty() {
                request = request.header("content-type", "application/json").body(*body);
            }
            let answer = expect(request, *status).await;
            if *status >= 400 && *status != 405 {
                let (code, _) = refusal(&answer);
                assert!(!code.is_empty(), "{path} as {:?}: {answer}", caller.token);
            }
        }
    }
    let done: Vec<_> = done_by_people(&server, head).await;
    let done: Vec<_> = done.iter().filter(|entry| entry["kind"] != "access_changed").collect();
    assert!(done.is_empty(), "{done:?}");
    server.stop().await;
}

#[tokio::test]
async fn the_description_lists_every_route_and_the_matrix_covers_them() {
    let server = TestServer::start().await;
    let document = server.stranger().get("/openapi.json", 200).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let itself = ["/openapi.json", "/live.txt", "/live", "/nothing"];
    let covered: BTreeSet<String> = MATRIX
        .iter()
        .filter(|(_, path, _, statuses)| {
            statuses[0] != 405 && path.starts_with('/') && !itself.contains(path)
        })
        .map(|(method, path, ..)| format!("{method} /api/v1{}", templated(path)))
        .collect();
    assert_eq!(described, covered);
    server.stop().await;
}

/// Writes the ids in a path as the description does.
fn templated(path: &str) -> String {
    let is_id = |part: &str| {
        part.split_once('-')
            .is_some_and(|(_, number)| number.starts_with(|c: char| c.is_ascii_digit()))
    };
    let path = path.split('?').next().unwrap();
    let is_ordinal = |part: &str| part.parse::<usize>().is_ok();
    let parts = path.split('/').map(|part| match part {
        id if is_id(id) => "{id}",
        "1999" => "{year}",
        "jy_x" => "{secret}",
        n if is_ordinal(n) => "{n}",
        word => word,
    });
    parts.collect::<Vec<_>>().join("/")
}
