//! Scripts as text, and the kinds of output.

use core::fmt;

use bitcoin::opcodes::all::{OP_CLTV, OP_CSV, OP_PUSHNUM_1, OP_PUSHNUM_16, OP_PUSHNUM_NEG1};
use bitcoin::script::{Instruction, read_scriptint};
use bitcoin::{Opcode, Script, WitnessVersion};

use super::hex;

/// Pay to anchor: `OP_1 <4e73>`.
const PAY_TO_ANCHOR: [u8; 4] = [0x51, 0x02, 0x4e, 0x73];
/// A push of at most this many bytes may be a number, and is shown as one too.
const MAX_NUMBER_BYTES: usize = 4;

/// What kind of output a script makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// Pay to public key.
    P2pk,
    /// Pay to public key hash.
    P2pkh,
    /// Pay to script hash.
    P2sh,
    /// Pay to witness public key hash.
    P2wpkh,
    /// Pay to witness script hash.
    P2wsh,
    /// Pay to NOINPUT script hash: witness version 16, 32 bytes.
    P2nsh,
    /// Pay to anchor: anyone can spend, without a witness.
    P2a,
    /// Pay to taproot.
    P2tr,
    /// Data; nobody can spend it.
    OpReturn,
    /// A witness program without a meaning of its own.
    Witness(WitnessVersion),
    /// Any other script.
    Other,
}

impl OutputKind {
    /// Whether the output is a hash of a script that the spender's witness shows last.
    pub(crate) const fn hides_script(self) -> bool {
        matches!(self, Self::P2wsh | Self::P2nsh)
    }
}

impl fmt::Display for OutputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P2pk => "p2pk",
            Self::P2pkh => "p2pkh",
            Self::P2sh => "p2sh",
            Self::P2wpkh => "p2wpkh",
            Self::P2wsh => "p2wsh",
            Self::P2nsh => "p2nsh",
            Self::P2a => "p2a",
            Self::P2tr => "p2tr",
            Self::OpReturn => "op_return",
            Self::Witness(version) => return write!(f, "witness v{}", version.to_num()),
            Self::Other => "other",
        })
    }
}

/// The kind of output that `script` makes.
#[must_use]
pub fn output_kind(script: &Script) -> OutputKind {
    if script.as_bytes() == PAY_TO_ANCHOR {
        return OutputKind::P2a;
    }
    if let Some(version) = script.witness_version() {
        return match script {
            s if s.is_p2wpkh() => OutputKind::P2wpkh,
            s if s.is_p2wsh() => OutputKind::P2wsh,
            s if s.is_p2tr() => OutputKind::P2tr,
            // One byte of version, one of length, 32 of program.
            s if version == WitnessVersion::V16 && s.len() == 34 => OutputKind::P2nsh,
            _ => OutputKind::Witness(version),
        };
    }
    match script {
        s if s.is_p2pkh() => OutputKind::P2pkh,
        s if s.is_p2sh() => OutputKind::P2sh,
        s if s.is_p2pk() => OutputKind::P2pk,
        s if s.is_op_return() => OutputKind::OpReturn,
        _ => OutputKind::Other,
    }
}

/// The script's elements, one by one: `2`, `<03ab…>`, `OP_CHECKMULTISIG`; a short push also as the
/// number it may be: `<e803 (1000)>`.
///
/// A malformed end is one last element `[malformed: …]` with the bytes that could not be read.
#[must_use]
pub fn asm_tokens(script: &Script) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut instructions = script.instruction_indices();
    let mut read_to = 0;
    while let Some(next) = instructions.next() {
        match next {
            Ok((_, Instruction::PushBytes(bytes))) => tokens.push(push_token(bytes.as_bytes())),
            Ok((_, Instruction::Op(opcode))) => tokens.push(opcode_token(opcode)),
            Err(_) => {
                let rest = script.as_bytes().get(read_to..).unwrap_or_default();
                tokens.push(format!("[malformed: {}]", hex(rest)));
                break;
            }
        }
        read_to = script.len().saturating_sub(instructions.as_script().len());
    }
    tokens
}

/// The script on one line, [`asm_tokens`] with spaces between.
#[must_use]
pub fn asm(script: &Script) -> String {
    asm_tokens(script).join(" ")
}

fn push_token(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "0".to_owned();
    }
    match read_scriptint(bytes) {
        Ok(number) if bytes.len() <= MAX_NUMBER_BYTES => format!("<{} ({number})>", hex(bytes)),
        Ok(_) | Err(_) => format!("<{}>", hex(bytes)),
    }
}

fn opcode_token(opcode: Opcode) -> String {
    if opcode == OP_CSV {
        return "OP_CHECKSEQUENCEVERIFY".to_owned();
    }
    if opcode == OP_CLTV {
        return "OP_CHECKLOCKTIMEVERIFY".to_owned();
    }
    if opcode == OP_PUSHNUM_NEG1 {
        return "-1".to_owned();
    }
    let byte = opcode.to_u8();
    if (OP_PUSHNUM_1.to_u8()..=OP_PUSHNUM_16.to_u8()).contains(&byte) {
        let number = byte.saturating_sub(OP_PUSHNUM_1.to_u8()).saturating_add(1);
        return number.to_string();
    }
    opcode.to_string()
}

#[cfg(test)]
mod tests {
    use bitcoin::ScriptBuf;

    use super::*;

    fn script(hex: &str) -> ScriptBuf {
        ScriptBuf::from_hex(hex).unwrap()
    }

    #[test]
    fn assembly_names_numbers_and_locks() {
        assert_eq!(
            asm(&script("6302e803b27503aabbccac68")),
            "OP_IF <e803 (1000)> OP_CHECKSEQUENCEVERIFY OP_DROP <aabbcc (-5028778)> OP_CHECKSIG OP_ENDIF"
        );
        assert_eq!(asm(&script("52005aae")), "2 0 10 OP_CHECKMULTISIG");
    }

    #[test]
    fn a_push_beyond_the_end_is_shown_as_malformed() {
        assert_eq!(asm(&script("5105aabb")), "1 [malformed: 05aabb]");
    }

    #[test]
    fn kinds() {
        let program = "11".repeat(32);
        for (hex, kind) in [
            ("51024e73".to_owned(), "p2a"),
            (format!("6020{program}"), "p2nsh"),
            ("6002abcd".to_owned(), "witness v16"),
            (format!("0020{program}"), "p2wsh"),
            (format!("0014{}", "22".repeat(20)), "p2wpkh"),
            (format!("76a914{}88ac", "22".repeat(20)), "p2pkh"),
            (format!("5120{program}"), "p2tr"),
            ("6a0161".to_owned(), "op_return"),
            ("51".to_owned(), "other"),
        ] {
            assert_eq!(output_kind(&script(&hex)).to_string(), kind, "{hex}");
        }
    }
}
