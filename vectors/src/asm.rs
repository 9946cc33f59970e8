//! Scripts as words.

use bitcoin::Script;
use bitcoin::hex::DisplayHex;
use bitcoin::opcodes::Opcode;
use bitcoin::opcodes::all::{
    OP_CHECKMULTISIG, OP_CHECKSIG, OP_CSV, OP_DROP, OP_DUP, OP_ELSE, OP_ENDIF, OP_EQUAL,
    OP_EQUALVERIFY, OP_HASH160, OP_IF, OP_PUSHNUM_1, OP_PUSHNUM_16,
};
use bitcoin::script::Instruction;

const NAMES: [(Opcode, &str); 11] = [
    (OP_IF, "OP_IF"),
    (OP_ELSE, "OP_ELSE"),
    (OP_ENDIF, "OP_ENDIF"),
    (OP_DROP, "OP_DROP"),
    (OP_DUP, "OP_DUP"),
    (OP_EQUAL, "OP_EQUAL"),
    (OP_EQUALVERIFY, "OP_EQUALVERIFY"),
    (OP_HASH160, "OP_HASH160"),
    (OP_CHECKSIG, "OP_CHECKSIG"),
    (OP_CHECKMULTISIG, "OP_CHECKMULTISIG"),
    (OP_CSV, "OP_CHECKSEQUENCEVERIFY"),
];

/// Pushes as `<hex>`, the numbers 0 to 16, opcodes by their names.
pub(crate) fn asm(script: &Script) -> String {
    let words: Vec<String> = script
        .instructions()
        .map(|instruction| instruction.map_or_else(|_| "?".to_owned(), |one| word(&one)))
        .collect();
    words.join(" ")
}

fn word(instruction: &Instruction<'_>) -> String {
    match instruction {
        Instruction::PushBytes(bytes) if bytes.is_empty() => "0".to_owned(),
        Instruction::PushBytes(bytes) => format!("<{}>", bytes.as_bytes().as_hex()),
        Instruction::Op(opcode) => opcode_word(*opcode),
    }
}

fn opcode_word(opcode: Opcode) -> String {
    let byte = opcode.to_u8();
    let first = OP_PUSHNUM_1.to_u8();
    if (first..=OP_PUSHNUM_16.to_u8()).contains(&byte) {
        return byte.saturating_sub(first).saturating_add(1).to_string();
    }
    let name = NAMES.iter().find(|(known, _)| *known == opcode);
    name.map_or_else(
        || format!("OP_UNKNOWN_{byte:02x}"),
        |(_, name)| (*name).to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_format() {
        let script = bitcoin::ScriptBuf::from_hex("63a9520167026803b2758868").unwrap();
        assert_eq!(
            asm(&script),
            "OP_IF OP_HASH160 2 <67> <6803> OP_CHECKSEQUENCEVERIFY OP_DROP OP_EQUALVERIFY OP_ENDIF"
        );
    }
}
