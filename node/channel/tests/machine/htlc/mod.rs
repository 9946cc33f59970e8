//! Hashed timelock contracts (§4).

mod attack;
mod breach;
mod collide;
mod counts;
mod crash;
mod deadline;
mod disclose;
mod enforce;
mod finality;
mod flow;
mod hostage;
mod limits;
mod random;
mod reorg;
mod world;
