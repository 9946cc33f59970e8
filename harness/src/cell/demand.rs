//! Which bitcoinds a cell needs, so that they can be started ahead of need.

use leyden_bitcoind::{Binary, Demand, NodeOptions};
use leyden_scenario::{Deployment, Flavour, ScenarioCell};

/// BIP 9: start at once, never time out.
const SIGNAL: &str = "0:9223372036854775807";
const ACTIVE: &str = "-1:9223372036854775807";
const NEVER: &str = "-2:9223372036854775807";

/// The bitcoind that the cell runs on, and the stock one that follows it, if any.
pub(crate) fn demands(
    cell: &ScenarioCell,
    stock: &Binary,
    patched: Option<&Binary>,
) -> Option<(Demand, Option<Demand>)> {
    let settings = &cell.bitcoind;
    let mut args: Vec<String> = Vec::new();
    if let Some(height) = settings.csv_height {
        args.push(format!("-testactivationheight=csv@{height}"));
    }
    let follower_args = args.clone();
    let (binary, follows) = match cell.flavour {
        Flavour::Stock => (stock, false),
        Flavour::Patched => {
            args.extend(parameters("noinput", settings.noinput, Deployment::Active));
            args.extend(parameters("timestop", settings.timestop, Deployment::Never));
            (patched?, settings.follower)
        }
    };
    let main = Demand {
        binary: binary.clone(),
        options: options(args, follows),
    };
    let follower = follows.then(|| Demand {
        binary: stock.clone(),
        options: options(follower_args, true),
    });
    Some((main, follower))
}

fn options(args: Vec<String>, p2p: bool) -> NodeOptions {
    NodeOptions {
        p2p,
        args,
        ..NodeOptions::default()
    }
}

fn parameters(name: &str, wanted: Deployment, default: Deployment) -> Option<String> {
    let period = match wanted {
        Deployment::Active => ACTIVE,
        Deployment::Never => NEVER,
        Deployment::Signal => SIGNAL,
    };
    (wanted != default).then(|| format!("-vbparams={name}:{period}"))
}
