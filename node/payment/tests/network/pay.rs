//! What honest nodes pay.

use leyden_payment::{Expiries, Part, Path, Stop, split};

use crate::actor::{ASKED, hash};
use crate::network::Network;

impl Network {
    /// The nodes from one to another, by the fewest channels.
    fn way(&self, from: usize, to: usize) -> Option<Vec<(usize, usize)>> {
        let mut ways = vec![(from, Vec::new())];
        for _ in 0..self.actors.len() {
            let found = ways.iter().find(|(at, way)| *at == to && !way.is_empty());
            if let Some((_, way)) = found {
                return Some(way.clone());
            }
            let channels = || self.channels.iter().enumerate();
            let longer = ways.iter().flat_map(|(at, way)| {
                channels().filter_map(move |(index, channel)| {
                    let side = channel.side(*at)?;
                    if channel.closed.is_some() || channel.stalled > self.tip {
                        return None;
                    }
                    let next = channel.ends[1 - side];
                    let mut way: Vec<(usize, usize)> = way.clone();
                    way.push((index, next));
                    Some((next, way))
                })
            });
            ways = longer.collect();
        }
        None
    }

    pub(crate) fn pay(&mut self, from: usize, to: usize, secret: usize, parts: u8) {
        // The line is known to the payer even where a channel does not answer.
        let way = self.way(from, to).or_else(|| Self::straight(from, to));
        let Some(way) = way.filter(|_| self.actors[from].honest && from != to) else {
            return;
        };
        let amounts = split(ASKED, u32::from(parts)).unwrap();
        let parts = amounts.into_iter().map(|amount| {
            let mut amount = amount.to_signed().unwrap();
            let mut stops = Vec::new();
            for (index, (_, node)) in way.iter().rev().enumerate() {
                // The payee takes no fee.
                if index > 0 {
                    amount += self.actors[*node].policy.fee;
                }
                let (to, expiry) = (self.actors[*node].identity, None);
                let amount = amount.to_unsigned().unwrap();
                stops.push(Stop { to, amount, expiry });
            }
            stops.reverse();
            let path = Path {
                hash: hash(secret),
                total: ASKED,
                stops,
                expiries: Expiries::Decreasing,
            };
            let htlc = path.build(self.tip, &self.actors[from].policy).unwrap();
            Part {
                channel: u32::try_from(way[0].0).unwrap(),
                htlc,
            }
        });
        let parts: Vec<Part> = parts.collect();
        // The book may refuse it: another attempt is under way.
        let _ = self.actors[from].book.pay(parts);
    }

    /// Along the line that every network has.
    fn straight(from: usize, to: usize) -> Option<Vec<(usize, usize)>> {
        let way = (from..to).map(|node| (node, node + 1)).collect::<Vec<_>>();
        (!way.is_empty()).then_some(way)
    }
}
