//! Asking real bitcoinds: a stock and a patched one, in relay and in a block.
//!
//! Each scene is a chain that both builds follow, block for block. Where a vector asks, the mempool is
//! asked by `testmempoolaccept` (a package by `submitpackage`), and the chain by a block that is proposed.

mod ask;

use core::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use bitcoin::Block;
use leyden_bitcoind::{
    Binary, BlockContents, Chain, Node, NodeOptions, RpcError, StartError, SubmitError,
};

use crate::generate::scene::{Asked, Event, Scene};
use crate::generate::{Bitcoinds, GenerateError, Plan, Verdicts};
use crate::model::{Build, Place, Subject, VectorFile};

/// Why a bitcoind could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It did not answer.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// It refused a block of valid transactions.
    #[error("{build} bitcoind, {scene}, block {height}: {source}")]
    Block {
        /// Which bitcoind.
        build: &'static str,
        /// Which chain.
        scene: String,
        /// The block's height.
        height: u32,
        /// Its reason.
        source: Box<SubmitError>,
    },
    /// A thread that asked ended early.
    #[error("asking {build} bitcoind was given up")]
    Panicked {
        /// Which bitcoind.
        build: &'static str,
    },
}

/// One answer that a file has and a bitcoind does not give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The vector's whole name.
    pub vector: String,
    /// `patched relay`, say.
    pub asked: String,
    /// What the file says.
    pub expected: String,
    /// What the bitcoind says.
    pub got: String,
}

/// What bitcoinds said to all vectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// Vectors that were asked, each four times.
    pub asked: usize,
    /// Blocks that both builds took.
    pub blocks: usize,
    /// Where they say something else than the files.
    pub differences: Vec<Difference>,
}

impl Replay {
    /// Whether they say what the files say.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for different in &self.differences {
            let Difference {
                vector,
                asked,
                expected,
                got,
            } = different;
            writeln!(f, "{vector}: {asked}: expected `{expected}`, got `{got}`")?;
        }
        write!(
            f,
            "{} transactions asked of two bitcoinds in relay and in a block, in chains of {} blocks: {} answers differ",
            self.asked,
            self.blocks,
            self.differences.len()
        )
    }
}

/// Asks again, and compares with the verdicts in the files.
///
/// # Errors
/// [`GenerateError`] if the files cannot be read or a bitcoind not be asked.
pub fn replay(dir: &Path, bitcoinds: &Bitcoinds) -> Result<Replay, GenerateError> {
    let plan = Plan::whole()?;
    let got = ask_all(&plan, bitcoinds)?;
    let mut replay = Replay {
        asked: got.len(),
        blocks: plan.scenes.iter().map(blocks).sum(),
        differences: Vec::new(),
    };
    for subject in Subject::ALL {
        for vector in VectorFile::load(dir, subject)?.vectors {
            let name = format!("{subject}/{}", vector.name);
            let (Some(expected), Some(got)) = (&vector.verdict, got.get(&name)) else {
                if vector.verdict.is_some() != got.contains_key(&name) {
                    replay.differences.push(Difference {
                        vector: name,
                        asked: "anything".to_owned(),
                        expected: "a verdict".to_owned(),
                        got: "none".to_owned(),
                    });
                }
                continue;
            };
            for build in Build::ALL {
                for place in Place::ALL {
                    let (expected, got) = (expected.get(build, place), got.get(build, place));
                    if expected != got {
                        replay.differences.push(Difference {
                            vector: name.clone(),
                            asked: format!("{} {}", build.name(), place.name()),
                            expected: expected.to_owned(),
                            got: got.to_owned(),
                        });
                    }
                }
            }
        }
    }
    Ok(replay)
}

fn blocks(scene: &Scene) -> usize {
    let mined = |event: &&Event| matches!(event, Event::Mined(_));
    scene.events.iter().filter(mined).count()
}

/// What a scene asks, in order.
pub(crate) fn asked(scene: &Scene) -> impl Iterator<Item = &Asked> {
    scene.events.iter().filter_map(|event| match event {
        Event::Asked(asked) => Some(asked.as_ref()),
        Event::Mined(_) => None,
    })
}

/// One build's answers: relay, then block.
type Answers = Vec<(String, [String; 2])>;

/// Asks both builds, at the same time.
pub(crate) fn ask_all(plan: &Plan, bitcoinds: &Bitcoinds) -> Result<Verdicts, ReplayError> {
    let (stock, patched) = thread::scope(|scope| {
        let stock = scope.spawn(|| ask_build(plan, Build::Stock, &bitcoinds.stock));
        let patched = ask_build(plan, Build::Patched, &bitcoinds.patched);
        let stock = stock.join().unwrap_or(Err(ReplayError::Panicked {
            build: Build::Stock.name(),
        }));
        (stock, patched)
    });
    let mut verdicts = Verdicts::new();
    for (build, answers) in [(Build::Stock, stock?), (Build::Patched, patched?)] {
        for (vector, [relay, block]) in answers {
            let verdict = verdicts.entry(vector).or_default();
            verdict.set(build, Place::Relay, relay);
            verdict.set(build, Place::Block, block);
        }
    }
    Ok(verdicts)
}

fn ask_build(plan: &Plan, build: Build, binary: &Binary) -> Result<Answers, ReplayError> {
    let mut answers = Answers::new();
    for scene in &plan.scenes {
        let node = Node::start_prepared(binary, &NodeOptions::default())?;
        let mut follower = Follower {
            node,
            chain: Chain::prepared(),
            waiting: Vec::new(),
        };
        let failed = |(height, source)| ReplayError::Block {
            build: build.name(),
            scene: scene.name.clone(),
            height,
            source: Box::new(source),
        };
        for event in &scene.events {
            match event {
                Event::Mined(block) => follower.waiting.push(Arc::clone(block)),
                Event::Asked(asked) => {
                    follower.submit().map_err(failed)?;
                    let both = ask::ask(&follower.node, &follower.chain, asked)?;
                    answers.push((asked.vector.clone(), both));
                }
            }
        }
        follower.submit().map_err(failed)?;
    }
    Ok(answers)
}

/// A node that follows a scene.
struct Follower {
    node: Node,
    chain: Chain,
    /// Mined, and not given to the node yet.
    waiting: Vec<Arc<Block>>,
}

impl Follower {
    /// Gives all blocks that wait to the node, in one call.
    fn submit(&mut self) -> Result<(), (u32, SubmitError)> {
        let blocks: Vec<Block> = self
            .waiting
            .drain(..)
            .map(|block| (*block).clone())
            .collect();
        let height = self.chain.height();
        if let Some(last) = blocks.last() {
            let time = last.header.time;
            let set = self.node.set_mock_time(time);
            set.map_err(|error| (height, SubmitError::Rpc(error)))?;
        }
        if let Err(error) = self.node.submit_blocks(&blocks) {
            // Which one it was is asked for only now.
            let tip = self.node.tip().map_or(height, |tip| tip.height);
            return Err((tip.saturating_add(1), error));
        }
        for block in blocks {
            self.chain.adopt(block);
        }
        Ok(())
    }
}

/// The next block with these transactions.
fn next_block(chain: &Chain, transactions: Vec<bitcoin::Transaction>) -> Block {
    chain.next_block(BlockContents::of(transactions))
}
