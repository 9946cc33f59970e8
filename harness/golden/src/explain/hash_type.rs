//! The names of signature hash types.

/// The bits of the byte that choose which outputs are signed.
pub(crate) const BASE_MASK: u8 = 0x1f;
/// Base type: no output is signed.
pub(crate) const NONE: u8 = 0x02;
/// Base type: the output at the input's own index is signed.
pub(crate) const SINGLE: u8 = 0x03;
/// The outpoint is not signed (version 16 witness programs only; not BIP 118's digest).
pub(crate) const NOINPUT: u8 = 0x40;
/// The other inputs are not signed.
pub(crate) const ANYONECANPAY: u8 = 0x80;

/// The name of a signature's hash-type byte: `SINGLE|ANYONECANPAY|NOINPUT (0xc3)`.
///
/// A byte that has no name of its own shows what consensus makes of it and `nonstandard`: the base
/// is `byte & 0x1f`, where 2 is `NONE`, 3 is `SINGLE` and all else is `ALL`.
#[must_use]
pub fn hash_type_name(byte: u8) -> String {
    let base = match byte & BASE_MASK {
        NONE => "NONE",
        SINGLE => "SINGLE",
        _ => "ALL",
    };
    let anyone = if byte & ANYONECANPAY == 0 {
        ""
    } else {
        "|ANYONECANPAY"
    };
    let noinput = if byte & NOINPUT == 0 { "" } else { "|NOINPUT" };
    let standard = matches!(byte & !(NOINPUT | ANYONECANPAY), 1..=3);
    let remark = if standard { "" } else { ", nonstandard" };
    format!("{base}{anyone}{noinput} (0x{byte:02x}{remark})")
}

#[cfg(test)]
mod tests {
    use super::hash_type_name;

    #[test]
    fn names() {
        for (byte, name) in [
            (0x01, "ALL (0x01)"),
            (0x41, "ALL|NOINPUT (0x41)"),
            (0x82, "NONE|ANYONECANPAY (0x82)"),
            (0xc3, "SINGLE|ANYONECANPAY|NOINPUT (0xc3)"),
            (0x00, "ALL (0x00, nonstandard)"),
            (0x5f, "ALL|NOINPUT (0x5f, nonstandard)"),
            (0x23, "SINGLE (0x23, nonstandard)"),
        ] {
            assert_eq!(hash_type_name(byte), name);
        }
    }
}
