//! The JSON Schema of scenario files, made from the tables of the language.

use serde_json::{Map, Value, json};

use crate::limits;
use crate::shape::{EXPECTS, Key, MODIFIERS, SCENARIO, Shape, Table, VERBS};

const DEFINITIONS: &[(&str, &str, &str)] = &[
    ("parameter", r"\$\{[^}]*\}", "A parameter: `${name}`."),
    (
        "amount",
        r"^[0-9]+(\.[0-9]+)? *(BTC|sat)$",
        "An amount: `0.1 BTC`, `1000 sat`.",
    ),
    (
        "feerate",
        r"^[0-9]+(\.[0-9]+)? *sat/vB$",
        "A fee rate: `2 sat/vB`.",
    ),
    (
        "duration",
        r"^[0-9]+ *(blocks?|days?)?$",
        "A time: `3`, `432 blocks`, `3 days`.",
    ),
    ("name", r"^[a-z][a-z0-9_-]{0,39}$", "A name."),
    (
        "tx",
        r"^([a-z][a-z0-9_-]*/)?[A-Z]+([0-9]+[ab]?)?$|^[a-z][a-z0-9_-]*$",
        "A label (`C1b`, `ab/C1b`) or a name.",
    ),
    ("output", r"^.+:[0-9]+$", "An output: `C1b:0`."),
    (
        "hex",
        r"^([0-9a-fA-F]{2})+$|^empty$",
        "Bytes in hex, or `empty`.",
    ),
    (
        "number",
        r"^(0x[0-9a-fA-F]+|[0-9]+)$",
        "A whole number, decimal or hex.",
    ),
];

/// The JSON Schema of scenario files: what editors complete and check with.
#[must_use]
pub fn schema_json() -> String {
    let mut definitions = Map::new();
    for (name, pattern, about) in DEFINITIONS {
        definitions.insert(
            (*name).to_owned(),
            json!({ "description": about, "type": "string", "pattern": pattern }),
        );
    }
    definitions.insert("step".to_owned(), step());
    definitions.insert(
        "expect".to_owned(),
        json!({ "oneOf": EXPECTS.iter().map(|(_, table)| object(table)).collect::<Vec<_>>() }),
    );
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), json!("Leyden scenario"));
    if let Value::Object(scenario) = object(&SCENARIO) {
        schema.extend(scenario);
    }
    schema.insert("$defs".to_owned(), Value::Object(definitions));
    let mut text = serde_json::to_string_pretty(&Value::Object(schema)).unwrap_or_default();
    text.push('\n');
    text
}

/// A step: one verb, and the keys that may stand beside it.
fn step() -> Value {
    let mut properties = Map::new();
    for key in VERBS.iter().chain(MODIFIERS.keys) {
        properties.insert(key.name.to_owned(), described(key));
    }
    let verbs: Vec<Value> = VERBS
        .iter()
        .map(|verb| json!({ "required": [verb.name] }))
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "oneOf": verbs })
}

fn described(key: &Key) -> Value {
    let mut value = shape(&key.shape);
    if let Value::Object(map) = &mut value {
        map.insert("description".to_owned(), json!(key.about));
    }
    value
}

fn object(table: &Table) -> Value {
    let properties: Map<String, Value> = table
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), described(key)))
        .collect();
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let others = table
        .others
        .as_ref()
        .map_or(json!(false), |(_, others)| shape(others));
    let mut value =
        json!({ "type": "object", "properties": properties, "additionalProperties": others });
    if let Value::Object(map) = &mut value {
        if !required.is_empty() {
            map.insert("required".to_owned(), json!(required));
        }
        if !table.one_of.is_empty() {
            let choices: Vec<Value> = table
                .one_of
                .iter()
                .map(|key| json!({ "required": [key] }))
                .collect();
            map.insert("oneOf".to_owned(), Value::Array(choices));
        }
    }
    value
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A value, or a parameter in its place.
fn or_parameter(value: &Value) -> Value {
    json!({ "anyOf": [value, reference("parameter")] })
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Null => json!({ "type": "null" }),
        Shape::Bool => or_parameter(&json!({ "enum": [true, false, "true", "false"] })),
        Shape::Integer(least, most) => {
            or_parameter(&json!({ "type": "integer", "minimum": least, "maximum": most }))
        }
        Shape::Number(most) => or_parameter(&json!({
            "anyOf": [{ "type": "integer", "minimum": 0, "maximum": most }, reference("number")]
        })),
        Shape::Blocks => or_parameter(&json!({
            "anyOf": [{ "type": "integer", "minimum": 0, "maximum": limits::BLOCKS }, reference("duration")]
        })),
        Shape::Amount => or_parameter(&reference("amount")),
        Shape::FeeRate => or_parameter(&reference("feerate")),
        Shape::Name => or_parameter(&reference("name")),
        Shape::Tx => or_parameter(&reference("tx")),
        Shape::Output => or_parameter(&reference("output")),
        // Digits alone are a number to YAML.
        Shape::Hex => or_parameter(&json!({ "anyOf": [reference("hex"), { "type": "number" }] })),
        Shape::Word(words) => or_parameter(&json!({ "enum": words })),
        Shape::Some(item) => {
            json!({ "type": "array", "items": self::shape(item), "minItems": 1 })
        }
        Shape::List(item) => json!({ "type": "array", "items": self::shape(item) }),
        Shape::ListOrOne(item) => {
            let item = self::shape(item);
            json!({ "anyOf": [item, { "type": "array", "items": item }] })
        }
        Shape::Map(value) => {
            json!({ "type": "object", "additionalProperties": self::shape(value) })
        }
        Shape::Object(table) => object(table),
        Shape::Any(shapes) => {
            json!({ "anyOf": shapes.iter().map(self::shape).collect::<Vec<_>>() })
        }
        Shape::Steps => json!({ "type": "array", "items": reference("step") }),
        Shape::Expect => reference("expect"),
    }
}
