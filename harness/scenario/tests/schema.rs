//! The JSON Schema says what the reader does.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod common;

use std::path::Path;

use common::{EVERY_VERB, check};
use leyden_scenario::schema_json;
use serde_json::{Value, json};

/// The part of JSON Schema that ours uses, patterns apart.
fn valid(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(rules) = schema.as_object() else {
        return schema.as_bool().unwrap();
    };
    rules.iter().all(|(rule, wanted)| {
        let each = |test: &dyn Fn(&Value) -> bool| {
            wanted
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| test(one))
                .count()
        };
        match rule.as_str() {
            "$schema" | "title" | "description" | "$defs" | "pattern" => true,
            "$ref" => {
                let name = wanted.as_str().unwrap().trim_start_matches("#/$defs/");
                valid(root, &root["$defs"][name], value)
            }
            "type" => match wanted {
                Value::String(name) => is(name, value),
                names => names
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|name| is(name.as_str().unwrap(), value)),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "minimum" => value
                .as_u64()
                .is_none_or(|number| number >= wanted.as_u64().unwrap()),
            "maximum" => value
                .as_u64()
                .is_none_or(|number| number <= wanted.as_u64().unwrap()),
            "required" => each(&|key| value.get(key.as_str().unwrap()).is_none()) == 0,
            "anyOf" => each(&|one| valid(root, one, value)) > 0,
            "oneOf" => each(&|one| valid(root, one, value)) == 1,
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
            "items" => value
                .as_array()
                .is_none_or(|items| items.iter().all(|item| valid(root, wanted, item))),
            "properties" => value.as_object().is_none_or(|map| {
                map.iter().all(|(key, value)| {
                    wanted
                        .get(key)
                        .is_none_or(|schema| valid(root, schema, value))
                })
            }),
            "additionalProperties" => value.as_object().is_none_or(|map| {
                let named = |key: &str| {
                    schema
                        .get("properties")
                        .is_some_and(|known| known.get(key).is_some())
                };
                map.iter()
                    .all(|(key, value)| named(key) || valid(root, wanted, value))
            }),
            other => panic!("the schema uses `{other}`"),
        }
    })
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema uses the type `{other}`"),
    }
}

fn example() -> Value {
    serde_saphyr::from_str(EVERY_VERB).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&schema_json()).unwrap()
}

#[test]
fn the_example_is_valid() {
    let (schema, example) = (schema(), example());
    for (index, step) in example["steps"].as_array().unwrap().iter().enumerate() {
        assert!(
            valid(&schema, &schema["$defs"]["step"], step),
            "step {index}: {step}"
        );
    }
    assert!(valid(&schema, &schema, &example));
}

#[test]
fn schema_and_reader_refuse_the_same_changes() {
    let (schema, example) = (schema(), example());
    let steps = example["steps"].as_array().unwrap();
    let mut tried = 0;
    for (index, step) in steps.iter().enumerate() {
        // What comes after does not matter.
        let mut example = example.clone();
        example["steps"].as_array_mut().unwrap().truncate(index + 1);
        let (verb, body) = step
            .as_object()
            .unwrap()
            .iter()
            .find(|(key, _)| *key != "note" && *key != "only" && *key != "fails" && *key != "allow")
            .unwrap();
        let Some(body) = body.as_object() else {
            continue;
        };
        let mut twins = vec![with(body, "unheard-of", &json!([]))];
        twins.extend(body.keys().map(|key| with(body, key, &json!([[]]))));
        for twin in twins {
            let mut changed = example.clone();
            changed["steps"][index][verb] = twin;
            changed["matrix"] = json!({ "dialect": "csv", "bitcoind": "stock", "delay": 10 });
            changed["skip"] = json!([]);
            let by_reader = check(changed.to_string()).is_err();
            assert!(by_reader, "the reader takes {}", changed["steps"][index]);
            assert!(
                !valid(&schema, &schema, &changed),
                "the schema takes {}",
                changed["steps"][index]
            );
            tried += 1;
        }
        for key in body.keys() {
            let mut changed = example.clone();
            changed["steps"][index][verb]
                .as_object_mut()
                .unwrap()
                .remove(key);
            if !valid(&schema, &schema, &changed) {
                assert!(
                    check(changed.to_string()).is_err(),
                    "the reader takes {}",
                    changed["steps"][index]
                );
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

fn with(body: &serde_json::Map<String, Value>, key: &str, value: &Value) -> Value {
    let mut body = body.clone();
    body.insert(key.to_owned(), value.clone());
    Value::Object(body)
}

/// The listing of every key and every verb.
fn documented() -> String {
    let text = include_str!("../../../docs/scenarios.md");
    let listing = text.split("```yaml\n").nth(1).unwrap();
    listing.split("```").next().unwrap().to_owned()
}

/// Every key that a schema names, however deep.
fn keys(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                found.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| keys(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn the_documentation_lists_every_key_and_every_verb() {
    let (schema, listing) = (schema(), documented());
    let value: Value = serde_saphyr::from_str(&listing).unwrap();
    for step in value["steps"].as_array().unwrap() {
        assert!(valid(&schema, &schema["$defs"]["step"], step), "{step}");
    }
    assert!(valid(&schema, &schema, &value));
    let (header, steps) = listing.split_once("\nsteps:").unwrap();
    let mut top = schema["properties"].clone();
    top.as_object_mut().unwrap().remove("steps");
    let mut missing = unlisted("the file", &top, header);
    for (verb, shape) in schema["$defs"]["step"]["properties"].as_object().unwrap() {
        let begins = |line: &&str| {
            let line = line.trim_start_matches([' ', '-']);
            line.starts_with(&format!("{verb}:"))
        };
        let own: Vec<&str> = steps.lines().filter(begins).collect();
        if own.is_empty() {
            missing.push(verb.clone());
        }
        let shape = if verb == "expect" {
            &schema["$defs"]["expect"]
        } else {
            shape
        };
        missing.extend(unlisted(verb, shape, &own.concat()));
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// The keys of a schema that a text does not have as words.
fn unlisted(what: &str, schema: &Value, text: &str) -> Vec<String> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: Vec<&str> = text.split(|c| !is_letter(c)).collect();
    let mut expected = Vec::new();
    keys(schema, &mut expected);
    expected.retain(|key| !words.contains(&key.as_str()));
    expected
        .iter()
        .map(|key| format!("{what}: {key}"))
        .collect()
}

#[test]
fn the_file_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/scenario.schema.json");
    if std::env::var_os("LEYDEN_UPDATE").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, schema_json()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == schema_json(),
        "stale: run with LEYDEN_UPDATE=1 to write {}",
        path.display()
    );
}
