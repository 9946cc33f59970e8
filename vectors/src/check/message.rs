//! The messages, read strictly: a name twice, or one that does not belong, is no message.

use core::fmt;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::Subject;
use crate::model::inputs::Inputs;

/// The protocol's number.
const PROTOCOL: u64 = 1;
/// What a hello says first.
const GREETING: &str = "leyden-vectors";

/// The first line of a program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHello {
    hello: String,
    protocol: u64,
    #[serde(default)]
    program: String,
    subjects: Vec<String>,
}

/// What a program says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hello {
    pub(super) program: String,
    pub(super) subjects: Vec<Subject>,
}

impl Hello {
    pub(super) fn parse(line: &[u8]) -> Result<Self, String> {
        let raw: RawHello = serde_json::from_slice(line)
            .map_err(|error| format!("its first line is no hello: {error}"))?;
        if raw.hello != GREETING {
            return Err(format!("its hello is not `{GREETING}`"));
        }
        if raw.protocol != PROTOCOL {
            return Err(format!(
                "it speaks protocol {}, this is {PROTOCOL}",
                raw.protocol
            ));
        }
        let mut subjects = Vec::new();
        for name in raw.subjects {
            let subject = name.parse::<Subject>().map_err(|error| error.to_string())?;
            if subjects.contains(&subject) {
                return Err(format!("it claims `{subject}` twice"));
            }
            subjects.push(subject);
        }
        Ok(Self {
            program: raw.program.chars().take(200).collect(),
            subjects,
        })
    }
}

/// A question.
#[derive(Serialize)]
pub(super) struct Request<'a> {
    pub(super) id: u64,
    pub(super) subject: Subject,
    pub(super) name: &'a str,
    pub(super) inputs: &'a Inputs,
}

/// Names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values(pub(super) BTreeMap<String, String>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    id: u64,
    values: Option<Values>,
    skip: Option<String>,
    error: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Values(Values),
    Skip,
    Error(String),
}

impl Answer {
    /// Reads the answer to question `id`.
    pub(super) fn parse(line: &[u8], id: u64) -> Result<Self, String> {
        let raw: RawAnswer = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        if raw.id != id {
            return Err(format!("an answer to {} where {id} was asked", raw.id));
        }
        match (raw.values, raw.skip, raw.error) {
            (Some(values), None, None) => Ok(Self::Values(values)),
            (None, Some(_), None) => Ok(Self::Skip),
            (None, None, Some(error)) => Ok(Self::Error(error)),
            _ => Err("exactly one of values, skip and error belongs in an answer".to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names and values, each a string")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut pairs: M) -> Result<Values, M::Error> {
        let mut values = BTreeMap::new();
        while let Some((name, value)) = pairs.next_entry::<String, String>()? {
            match values.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(place) => {
                    let name = place.key();
                    return Err(M::Error::custom(format!("the name `{name}` twice")));
                }
            }
        }
        Ok(Values(values))
    }
}
