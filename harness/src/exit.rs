//! Exit codes, documented in the README.

use std::process::ExitCode;

/// How a command ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: everything asked for holds.
    Success,
    /// 1: a scenario failed, or a file differs from its golden.
    Failed,
    /// 2: the arguments or a scenario file are wrong; nothing was started.
    Usage,
    /// 3: this machine lacks something: no bitcoind, or one that cannot do what a scenario needs.
    Environment,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Environment => 3,
        })
    }
}
