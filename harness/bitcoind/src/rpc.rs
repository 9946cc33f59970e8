//! JSON-RPC to one bitcoind, over the `jsonrpc` crate, with a new connection for each call.
//!
//! Core 31's HTTP server polls: on a connection kept alive, a request that follows the reply at once waits up to 50 ms. A new connection
//! costs 20 to 50 µs and never stalls.

use std::fmt;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jsonrpc::simple_http::SimpleHttpTransport;
use jsonrpc::{Client, Request, Response, Transport};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use thiserror::Error;

/// Longest that one reply may take; waiting calls ask for less.
const REPLY_BOUND: Duration = Duration::from_secs(120);

/// A call that did not give a result.
#[derive(Debug, Error)]
pub enum RpcError {
    /// bitcoind answered with an error object.
    #[error("{method}: {message} (code {code})")]
    Server {
        /// The RPC method.
        method: String,
        /// bitcoind's error code.
        code: i32,
        /// bitcoind's message, exactly.
        message: String,
    },
    /// No answer: the process is gone, or too slow.
    #[error("{method}: no answer from bitcoind: {source}")]
    Transport {
        /// The RPC method.
        method: String,
        /// What the transport said.
        source: jsonrpc::Error,
    },
    /// The answer is not of the expected shape.
    #[error("{method}: unexpected answer: {source}")]
    Decode {
        /// The RPC method.
        method: String,
        /// Where decoding stopped.
        source: serde_json::Error,
    },
    /// A batch came back without an answer to one of its calls.
    #[error("{method}: the batch has no answer to call {index}")]
    Missing {
        /// The RPC method.
        method: String,
        /// Position in the batch.
        index: usize,
    },
    /// The answer decodes, but its content does not.
    #[error("{method}: unexpected content: {what}")]
    Content {
        /// The RPC method.
        method: String,
        /// What is wrong.
        what: String,
    },
}

impl RpcError {
    fn new(method: &str, error: jsonrpc::Error) -> Self {
        let method = method.to_owned();
        if let jsonrpc::Error::Rpc(error) = error {
            let (code, message) = (error.code, error.message);
            return Self::Server {
                method,
                code,
                message,
            };
        }
        if let jsonrpc::Error::Json(source) = error {
            return Self::Decode { method, source };
        }
        Self::Transport {
            method,
            source: error,
        }
    }

    /// Whether the node itself answered (and so is alive).
    #[must_use]
    pub fn is_answer(&self) -> bool {
        !matches!(self, Self::Transport { .. })
    }
}

/// What the calls to a node cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeStats {
    /// Calls made; a batch counts as one.
    pub calls: u64,
    /// Time spent between sending a call and having its reply.
    pub waited: Duration,
}

impl NodeStats {
    fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            waited: self.waited.saturating_add(other.waited),
        }
    }
}

impl AddAssign for NodeStats {
    fn add_assign(&mut self, other: Self) {
        *self = self.plus(other);
    }
}

impl std::iter::Sum for NodeStats {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::plus)
    }
}

/// A client of one bitcoind. Calls may be made from several threads at once.
pub struct Rpc {
    client: Client,
    calls: AtomicU64,
    waited_nanos: AtomicU64,
}

impl fmt::Debug for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rpc").field(&self.client).finish()
    }
}

impl Rpc {
    /// A client of the bitcoind at `url`, with the two halves of its cookie.
    pub(crate) fn new(url: String, user: String, password: String) -> Self {
        Self {
            client: Client::with_transport(FreshConnections {
                url,
                user,
                password,
            }),
            calls: AtomicU64::new(0),
            waited_nanos: AtomicU64::new(0),
        }
    }

    /// Calls `method` and decodes its result.
    ///
    /// # Errors
    /// [`RpcError::Server`] if bitcoind says no, another if there is no usable answer.
    pub fn call<T: DeserializeOwned>(&self, method: &str, params: &[Value]) -> Result<T, RpcError> {
        let params = raw(method, params)?;
        let start = Instant::now();
        let reply = self.client.call(method, Some(&params));
        self.count(start.elapsed());
        reply.map_err(|error| RpcError::new(method, error))
    }

    /// Makes one batch of calls of the same method; the results are in the order of the calls.
    ///
    /// # Errors
    /// If the batch as a whole fails. An error of one call is in its place in the list.
    pub fn batch<T: DeserializeOwned>(
        &self,
        method: &str,
        params: &[Vec<Value>],
    ) -> Result<Vec<Result<T, RpcError>>, RpcError> {
        if params.is_empty() {
            return Ok(Vec::new());
        }
        let raw_params: Vec<_> = params
            .iter()
            .map(|one| raw(method, one))
            .collect::<Result<_, _>>()?;
        let requests: Vec<_> = raw_params
            .iter()
            .map(|one| self.client.build_request(method, Some(one)))
            .collect();
        let start = Instant::now();
        let replies = self.client.send_batch(&requests);
        self.count(start.elapsed());
        let replies = replies.map_err(|error| RpcError::new(method, error))?;
        Ok(replies
            .into_iter()
            .enumerate()
            .map(|(index, reply)| decode(method, index, reply))
            .collect())
    }

    /// What the calls so far cost.
    #[must_use]
    pub fn stats(&self) -> NodeStats {
        NodeStats {
            calls: self.calls.load(Ordering::Relaxed),
            waited: Duration::from_nanos(self.waited_nanos.load(Ordering::Relaxed)),
        }
    }

    fn count(&self, waited: Duration) {
        let nanos = u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX);
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.waited_nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

fn raw(method: &str, params: &[Value]) -> Result<Box<RawValue>, RpcError> {
    to_raw_value(params).map_err(|source| RpcError::Decode {
        method: method.to_owned(),
        source,
    })
}

fn decode<T: DeserializeOwned>(
    method: &str,
    index: usize,
    reply: Option<Response>,
) -> Result<T, RpcError> {
    reply
        .ok_or_else(|| RpcError::Missing {
            method: method.to_owned(),
            index,
        })?
        .result()
        .map_err(|error| RpcError::new(method, error))
}

/// `jsonrpc`'s own HTTP transport, made anew for each request.
struct FreshConnections {
    url: String,
    user: String,
    password: String,
}

impl FreshConnections {
    fn connection(&self) -> Result<SimpleHttpTransport, jsonrpc::Error> {
        Ok(SimpleHttpTransport::builder()
            .url(&self.url)?
            .auth(self.user.clone(), Some(self.password.clone()))
            .timeout(REPLY_BOUND)
            .build())
    }
}

impl Transport for FreshConnections {
    fn send_request(&self, request: Request<'_>) -> Result<Response, jsonrpc::Error> {
        self.connection()?.send_request(request)
    }

    fn send_batch(&self, requests: &[Request<'_>]) -> Result<Vec<Response>, jsonrpc::Error> {
        self.connection()?.send_batch(requests)
    }

    fn fmt_target(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}
