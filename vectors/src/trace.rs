//! A vector's values, in order.

use std::collections::BTreeSet;

use bitcoin::consensus::encode::serialize;
use bitcoin::hex::DisplayHex;
use bitcoin::{Script, Transaction, Txid};

use crate::asm::asm;
use crate::model::{Encoding, SignatureOf, Value};

/// Collects values under prefixes.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    values: Vec<(Value, bool)>,
    names: BTreeSet<String>,
    /// From the outermost inwards.
    prefixes: Vec<String>,
    repeated: Option<String>,
}

/// Two values of a vector have the same name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value `{name}` is there twice")]
pub struct RepeatedName {
    name: String,
}

/// The values of a vector: those on the way, and those that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traced {
    pub(crate) steps: Vec<Value>,
    pub(crate) result: Vec<Value>,
}

impl Trace {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// What `run` adds stands under `prefix`.
    pub(crate) fn inside<T>(&mut self, prefix: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        self.prefixes.push(prefix.to_owned());
        let result = run(self);
        self.prefixes.pop();
        result
    }

    /// The whole name of a value that is added under the current prefix.
    pub(crate) fn full(&self, name: &str) -> String {
        self.prefixes.concat() + name
    }

    pub(crate) fn hex(&mut self, name: &str, data: &[u8]) -> Mark<'_> {
        self.put(name, Encoding::Hex, data.to_lower_hex_string())
    }

    pub(crate) fn txid(&mut self, name: &str, txid: Txid) -> Mark<'_> {
        self.put(name, Encoding::Txid, txid.to_string())
    }

    pub(crate) fn int(&mut self, name: &str, number: impl Into<i128>) -> Mark<'_> {
        self.put(name, Encoding::Int, number.into().to_string())
    }

    pub(crate) fn text(&mut self, name: &str, text: impl Into<String>) -> Mark<'_> {
        self.put(name, Encoding::Text, text.into())
    }

    pub(crate) fn asm(&mut self, name: &str, script: &Script) -> Mark<'_> {
        self.put(name, Encoding::Asm, asm(script))
    }

    pub(crate) fn path(&mut self, name: &str, path: &str) -> Mark<'_> {
        self.put(name, Encoding::Path, path.to_owned())
    }

    /// Without witness and scriptSigs.
    pub(crate) fn unsigned(&mut self, name: &str, tx: &Transaction) {
        let mut bare = tx.clone();
        for input in &mut bare.input {
            input.witness.clear();
            input.script_sig = bitcoin::ScriptBuf::new();
        }
        self.hex(name, &serialize(&bare));
    }

    pub(crate) fn transaction(&mut self, name: &str, tx: &Transaction) -> Mark<'_> {
        self.hex(name, &serialize(tx))
    }

    /// A signature by the key that stands under `public` on the value `digest`.
    pub(crate) fn signature(
        &mut self,
        name: &str,
        data: &[u8],
        digest: &str,
        public: &str,
    ) -> Mark<'_> {
        let of = SignatureOf {
            digest: self.known(digest),
            public: self.known(public),
        };
        let mark = self.hex(name, data);
        mark.value.0.signature = Some(of);
        mark
    }

    /// The name under this prefix, or else under a shorter one.
    fn known(&self, name: &str) -> String {
        let candidates = (0..=self.prefixes.len()).rev();
        candidates
            .filter_map(|depth| self.prefixes.get(..depth))
            .map(|prefixes| prefixes.concat() + name)
            .find(|full| self.names.contains(full))
            .unwrap_or_else(|| name.to_owned())
    }

    fn put(&mut self, name: &str, encoding: Encoding, value: String) -> Mark<'_> {
        let name = self.full(name);
        if !self.names.insert(name.clone()) {
            self.repeated = Some(name.clone());
        }
        let index = self.values.len();
        let values = &mut self.values;
        values.push((Value::new(name, encoding, value), false));
        // The one that was just pushed.
        let (_, last) = values.split_at_mut(index);
        match last {
            [value, ..] => Mark { value },
            [] => unreachable!("a value was pushed"),
        }
    }

    /// What was a result is an intermediate value of a longer story.
    pub(crate) fn forget_results(&mut self) {
        for (_, result) in &mut self.values {
            *result = false;
        }
    }

    pub(crate) fn finish(self) -> Result<Traced, RepeatedName> {
        if let Some(name) = self.repeated {
            return Err(RepeatedName { name });
        }
        let mut traced = Traced::default();
        for (value, result) in self.values {
            if result {
                traced.result.push(value);
            } else {
                traced.steps.push(value);
            }
        }
        Ok(traced)
    }
}

/// Marks the value that was just added.
pub(crate) struct Mark<'a> {
    value: &'a mut (Value, bool),
}

impl Mark<'_> {
    pub(crate) fn result(self) -> Self {
        self.value.1 = true;
        self
    }

    pub(crate) fn loose(self) -> Self {
        self.value.0.loose = true;
        self
    }

    /// It contains these signatures.
    pub(crate) fn signed(self, names: &[String]) -> Self {
        self.value.0.signed = names.to_vec();
        self
    }
}
