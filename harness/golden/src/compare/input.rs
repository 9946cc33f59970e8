//! Inputs: what they spend, their sequence, their signatures and scripts.

use bitcoin::script::Instruction;
use bitcoin::{OutPoint, Script, Transaction, TxIn};

use super::output::{ScriptDifference, script_differences};
use super::pair::Pair;
use super::signed::signed_data;
use super::view::View;
use crate::difference::{Difference, Place};
use crate::explain::{
    Role, asm, hash_type_name, hex, input_sequence_meaning, roles_of_items, signature_hash_type,
    witness_roles,
};

/// An input on both sides.
struct Inputs<'a> {
    pair: &'a Pair<'a>,
    index: usize,
    wanted_tx: &'a Transaction,
    found_tx: &'a Transaction,
    wanted: &'a TxIn,
    found: &'a TxIn,
}

pub(super) fn compare_inputs(
    pair: &Pair<'_>,
    wanted: &Transaction,
    found: &Transaction,
    out: &mut Vec<Difference>,
) {
    for (index, (wanted_input, found_input)) in wanted.input.iter().zip(&found.input).enumerate() {
        let inputs = Inputs {
            pair,
            index,
            wanted_tx: wanted,
            found_tx: found,
            wanted: wanted_input,
            found: found_input,
        };
        inputs.compare_outpoint(out);
        inputs.compare_sequence(out);
        inputs.compare_script_sig(out);
        inputs.compare_witness(out);
    }
    for (index, input) in wanted.input.iter().enumerate().skip(found.input.len()) {
        let spends = pair.expected_view.outpoint_words(input.previous_output);
        pair.root(
            Place::Input(index),
            format!("one that spends {spends}"),
            "none".to_owned(),
            out,
        );
    }
    for (index, input) in found.input.iter().enumerate().skip(wanted.input.len()) {
        let spends = pair.actual_view.outpoint_words(input.previous_output);
        pair.root(
            Place::Input(index),
            "none".to_owned(),
            format!("one that spends {spends}"),
            out,
        );
    }
}

impl Inputs<'_> {
    fn compare_outpoint(&self, out: &mut Vec<Difference>) {
        let (wanted, found) = (self.wanted.previous_output, self.found.previous_output);
        if wanted == found {
            return;
        }
        let (wanted_view, found_view) = (self.pair.expected_view, self.pair.actual_view);
        let (wanted_words, found_words) = (
            wanted_view.outpoint_words(wanted),
            found_view.outpoint_words(found),
        );
        let place = Place::Outpoint(self.index);
        if wanted_words != found_words {
            self.pair.root(place, wanted_words, found_words, out);
            return;
        }
        // The same output by name. If it is the same version too, only its txid changed.
        let (wanted_id, found_id) = (wanted_view.id_of(wanted), found_view.id_of(found));
        let words = |id: Option<&str>, outpoint: OutPoint| {
            format!("{} of {}", outpoint, id.unwrap_or("an unknown transaction"))
        };
        let (expected, actual) = (words(wanted_id, wanted), words(found_id, found));
        self.pair.difference(
            place,
            expected,
            actual,
            wanted_id.is_some() && wanted_id == found_id,
            out,
        );
    }

    fn compare_sequence(&self, out: &mut Vec<Difference>) {
        let (wanted, found) = (self.wanted.sequence, self.found.sequence);
        if wanted != found {
            let wanted = input_sequence_meaning(self.wanted_tx, wanted);
            let found = input_sequence_meaning(self.found_tx, found);
            self.pair
                .root(Place::Sequence(self.index), wanted, found, out);
        }
    }

    fn compare_script_sig(&self, out: &mut Vec<Difference>) {
        if self.wanted.script_sig == self.found.script_sig {
            return;
        }
        let (wanted_items, found_items) = (
            pushes(&self.wanted.script_sig),
            pushes(&self.found.script_sig),
        );
        let same_shape = match (&wanted_items, &found_items) {
            (Some(wanted), Some(found)) => {
                roles_of_items(wanted, None) == roles_of_items(found, None)
            }
            _ => false,
        };
        let follows = same_shape && signed_data_differs(self, 0x01);
        let place = Place::ScriptSig(self.index);
        self.pair.difference(
            place,
            asm(&self.wanted.script_sig),
            asm(&self.found.script_sig),
            follows,
            out,
        );
    }

    fn compare_witness(&self, out: &mut Vec<Difference>) {
        let wanted_roles = roles(self.pair.expected_view, self.wanted);
        let found_roles = roles(self.pair.actual_view, self.found);
        if wanted_roles != found_roles {
            let place = Place::WitnessItems(self.index);
            self.pair.root(
                place,
                role_words(&wanted_roles),
                role_words(&found_roles),
                out,
            );
            return;
        }
        let items = self
            .wanted
            .witness
            .iter()
            .zip(self.found.witness.iter())
            .zip(wanted_roles);
        for (item, ((wanted, found), role)) in items
            .enumerate()
            .filter(|(_, ((wanted, found), _))| wanted != found)
        {
            match role {
                Role::Signature => self.compare_signature(item, wanted, found, out),
                Role::WitnessScript => self.compare_witness_script(wanted, found, out),
                Role::PublicKey => {
                    self.compare_item(item, wanted, found, self.spends_other_script(), out);
                }
                Role::Empty | Role::True | Role::Data => {
                    self.compare_item(item, wanted, found, false, out);
                }
            }
        }
    }

    fn compare_signature(
        &self,
        item: usize,
        wanted: &[u8],
        found: &[u8],
        out: &mut Vec<Difference>,
    ) {
        let (wanted_type, found_type) = (signature_hash_type(wanted), signature_hash_type(found));
        if let (Some(wanted_type), Some(found_type)) = (wanted_type, found_type) {
            if wanted_type != found_type {
                let place = Place::HashType(self.index, item);
                self.pair.root(
                    place,
                    hash_type_name(wanted_type),
                    hash_type_name(found_type),
                    out,
                );
                return;
            }
            let follows = signed_data_differs(self, wanted_type);
            let remark = if follows { "" } else { " over the same data" };
            let place = Place::Signature(self.index, item);
            self.pair.difference(
                place,
                hex(wanted),
                format!("{}{remark}", hex(found)),
                follows,
                out,
            );
        }
    }

    fn compare_witness_script(&self, wanted: &[u8], found: &[u8], out: &mut Vec<Difference>) {
        // Said already where the output was made, or by the outpoint.
        let follows = self.spends_other_script();
        for ScriptDifference {
            opcode,
            expected,
            found,
        } in script_differences(Script::from_bytes(wanted), Script::from_bytes(found))
        {
            let place = Place::WitnessScript(self.index, opcode);
            self.pair.difference(place, expected, found, follows, out);
        }
    }

    fn compare_item(
        &self,
        item: usize,
        wanted: &[u8],
        found: &[u8],
        follows: bool,
        out: &mut Vec<Difference>,
    ) {
        let place = Place::WitnessItem(self.index, item);
        self.pair
            .difference(place, hex(wanted), hex(found), follows, out);
    }

    /// Whether both spent outputs are known and their scripts differ.
    fn spends_other_script(&self) -> bool {
        let wanted = self.pair.expected_view.spent_script(self.wanted);
        let found = self.pair.actual_view.spent_script(self.found);
        matches!((wanted, found), (Some(wanted), Some(found)) if wanted != found)
    }
}

fn signed_data_differs(inputs: &Inputs<'_>, hash_type: u8) -> bool {
    let wanted = signed_data(
        inputs.pair.expected_view,
        inputs.wanted_tx,
        inputs.index,
        hash_type,
    );
    let found = signed_data(
        inputs.pair.actual_view,
        inputs.found_tx,
        inputs.index,
        hash_type,
    );
    wanted != found
}

fn roles(view: &View<'_>, input: &TxIn) -> Vec<Role> {
    witness_roles(&input.witness, view.spent_script(input))
}

fn role_words(roles: &[Role]) -> String {
    if roles.is_empty() {
        return "nothing".to_owned();
    }
    let word = |role: &Role| match role {
        Role::Empty => "empty",
        Role::True => "true",
        Role::Signature => "signature",
        Role::PublicKey => "public key",
        Role::WitnessScript => "witness script",
        Role::Data => "data",
    };
    format!(
        "[{}]",
        roles.iter().map(word).collect::<Vec<_>>().join(", ")
    )
}

/// The items that a script pushes, if it does nothing else.
fn pushes(script: &Script) -> Option<Vec<&[u8]>> {
    script
        .instructions()
        .map(|instruction| match instruction {
            Ok(Instruction::PushBytes(bytes)) => Some(bytes.as_bytes()),
            Ok(Instruction::Op(_)) | Err(_) => None,
        })
        .collect()
}
