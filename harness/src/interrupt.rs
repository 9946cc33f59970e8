//! Ctrl-C and its kin: every bitcoind ends before the program does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use leyden_bitcoind::shutdown_all;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;
use crate::terminal;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on a signal stops every bitcoind, and then the program with status 128 + signal.
pub(crate) fn handle() -> Result<(), Exit> {
    let signals = Signals::new([SIGINT, SIGTERM, SIGHUP]);
    let mut signals = signals.map_err(|error| {
        terminal::complain(&format!("cannot handle signals: {error}"));
        Exit::Environment
    })?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            shutdown_all();
            terminal::complain("interrupted: every bitcoind is stopped, nothing is left behind");
            std::process::exit(128_i32.saturating_add(signal));
        }
    });
    Ok(())
}

/// Whether the program is being stopped: what fails from now on fails because of it.
pub(crate) fn is_under_way() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Leaves the exit to the thread that stops the bitcoinds, if the program is being stopped.
pub(crate) fn give_way() {
    while is_under_way() {
        thread::park();
    }
}
