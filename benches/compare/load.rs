//! The load: as many requests as asked for, over keep-alive connections, one at a time on each.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::task::JoinSet;

use super::application;
use super::stage::Proxy;
use super::visitor::Visitor;
use super::wire::Connection;

/// Connections to one proxy.
pub struct Load {
    connections: Vec<Connection>,
    question: Arc<Question>,
}

/// What is asked again and again.
pub struct Question {
    /// One for each connection; they begin anew where there are fewer.
    requests: Vec<Vec<u8>>,
    /// The body that must come back.
    body: Vec<u8>,
}

impl Load {
    pub async fn connect(
        target: &Proxy,
        question: &Arc<Question>,
        connections: u32,
    ) -> anyhow::Result<Self> {
        let mut opened = Vec::new();
        for _ in 0..connections {
            opened.push(Connection::open(target.address).await?);
        }
        Ok(Self {
            connections: opened,
            question: Arc::clone(question),
        })
    }

    /// Sends `requests` and fails at the first wrong response.
    pub async fn drive(&mut self, requests: u32) -> anyhow::Result<()> {
        // Two milliseconds each are generous: a proxy that hangs must not hang this.
        let patience = Duration::from_secs(10) + Duration::from_millis(2) * requests;
        let left = Arc::new(AtomicI64::new(i64::from(requests)));
        let mut running = JoinSet::new();
        for (connection, at) in self.connections.drain(..).zip(0..) {
            running.spawn(Arc::clone(&self.question).ask(connection, at, Arc::clone(&left)));
        }
        let all = async {
            while let Some(done) = running.join_next().await {
                self.connections.push(done??);
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(patience, all)
            .await
            .context("the proxy does not answer in time")?
    }
}

impl Question {
    /// For the application's page at `path`, by these visitors.
    pub fn of<'a>(visitors: impl IntoIterator<Item = &'a Visitor>, path: &str) -> Self {
        let ask = |visitor: &Visitor| visitor.request("GET", path, "", "").into_bytes();
        Self {
            requests: visitors.into_iter().map(ask).collect(),
            body: application::page_body(),
        }
    }

    /// Bytes of the first request.
    pub fn length(&self) -> usize {
        self.requests.first().map_or(0, Vec::len)
    }

    async fn ask(
        self: Arc<Self>,
        mut connection: Connection,
        at: usize,
        left: Arc<AtomicI64>,
    ) -> anyhow::Result<Connection> {
        let request = self.requests.get(at % self.requests.len());
        let request = request.context("a question without a request")?;
        while left.fetch_sub(1, Ordering::Relaxed) > 0 {
            let answer = connection.exchange(request).await?;
            let right = answer.start().starts_with("HTTP/1.1 200 ") && answer.body == self.body;
            ensure!(
                right,
                "a wrong response:\n{}\n\n{}",
                answer.head,
                String::from_utf8_lossy(answer.body)
            );
        }
        Ok(connection)
    }
}
