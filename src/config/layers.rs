//! Layers of settings: what a file and the environment put in the place of the defaults, key by key.

use std::{fs, path::PathBuf};

use toml::{Table, Value};

use super::DEFAULTS;

pub(super) fn defaults() -> Table {
    DEFAULTS.parse().expect("the embedded defaults are valid TOML")
}

/// Puts the default back at `path`; tells whether there is one that was not there already.
pub(super) fn restore(table: &mut Table, path: &str) -> bool {
    let (mut known, mut table) = (defaults(), table);
    let (sections, key) = path.rsplit_once('.').unwrap_or(("", path));
    for section in sections.split('.').filter(|section| !section.is_empty()) {
        let inner = (known.remove(section), table.get_mut(section));
        let (Some(Value::Table(inner)), Some(found)) = inner else { return false };
        if !found.is_table() {
            *found = Value::Table(inner);
            return true;
        }
        known = inner;
        table = found.as_table_mut().expect("it was just seen to be a table");
    }
    match (known.remove(key), table.get_mut(key)) {
        (Some(default), Some(found)) if *found != default => {
            *found = default;
            true
        }
        _ => false,
    }
}

pub(super) fn read_table(path: &PathBuf) -> Result<Table, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()))
}

/// A table whose keys are whatever the county's own files call them.
const OPEN: &str = "roads.class_kmh";

/// Lays `over` upon `table`; a key that the defaults do not have is a fault.
pub(super) fn overlay(table: &mut Table, over: Table, path: &str, faults: &mut Vec<String>) {
    for (key, value) in over {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (table.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(over)) => overlay(inner, over, &name, faults),
            (Some(known), value) => *known = value,
            (None, value) if path == OPEN => drop(table.insert(key, value)),
            (None, _) => faults.push(format!("{name}: there is no such setting")),
        }
    }
}

/// Sets one key from the environment, as the type that its default has.
pub(super) fn set(table: &mut Table, key: &str, text: &str) -> Result<(), String> {
    let missing = || "there is no such setting".to_owned();
    let (section, key) = match key.rsplit_once("__") {
        Some((section, key)) => (section.split("__").collect(), key),
        None => (Vec::new(), key),
    };
    let mut table = table;
    for part in section {
        table = table.get_mut(part).and_then(Value::as_table_mut).ok_or_else(missing)?;
    }
    let known = table.get_mut(key).ok_or_else(missing)?;
    *known = typed(known, text)?;
    Ok(())
}

fn typed(known: &Value, text: &str) -> Result<Value, String> {
    let wrong = |what: &str| format!("{text:?} is no {what}");
    match known {
        Value::String(_) => Ok(Value::String(text.to_owned())),
        Value::Integer(_) => text.parse().map(Value::Integer).map_err(|_| wrong("whole number")),
        Value::Float(_) => text.parse().map(Value::Float).map_err(|_| wrong("number")),
        Value::Boolean(_) => text.parse().map(Value::Boolean).map_err(|_| wrong("true or false")),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => Err(wrong("plain value")),
    }
}
