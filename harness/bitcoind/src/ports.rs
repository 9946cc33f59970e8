//! TCP ports for nodes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Below the range from which Linux takes the local ports of outgoing connections, or a call to one node could take the port of the next.
const FIRST: u16 = 12_000;
/// How many ports from [`FIRST`].
const COUNT: u16 = 20_000;

/// The next offset to try; none is handed out twice until the range is used up.
static NEXT: Mutex<Option<u16>> = Mutex::new(None);

/// An address on 127.0.0.1 that nobody listens on now. Somebody may when the node comes to bind it: the caller tries again then.
pub(crate) fn free_address() -> Option<SocketAddr> {
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..COUNT {
        let offset = next.unwrap_or_else(first_offset);
        *next = Some(offset.wrapping_add(1).checked_rem(COUNT).unwrap_or(0));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST.wrapping_add(offset)));
        if TcpListener::bind(address).is_ok() {
            return Some(address);
        }
    }
    None
}

/// Harnesses that run side by side begin at different places.
fn first_offset() -> u16 {
    let spread = process::id()
        .wrapping_mul(331)
        .checked_rem(u32::from(COUNT));
    spread
        .and_then(|offset| u16::try_from(offset).ok())
        .unwrap_or(0)
}
