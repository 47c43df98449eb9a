//! The load: as many requests as asked for, over keep-alive connections, one at a time on each.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::task::JoinSet;

use super::stage::Proxy;
use super::wire::Connection;

/// Connections to one proxy.
pub struct Load {
    connections: Vec<Connection>,
    question: Arc<Question>,
}

struct Question {
    request: Vec<u8>,
    body: Vec<u8>,
}

impl Load {
    pub async fn connect(target: &Proxy, connections: u32) -> anyhow::Result<Self> {
        let mut opened = Vec::new();
        for _ in 0..connections {
            opened.push(Connection::open(target.address).await?);
        }
        let question = Question {
            request: target.request.clone(),
            body: target.body.clone(),
        };
        Ok(Self {
            connections: opened,
            question: Arc::new(question),
        })
    }

    /// Sends `requests` and fails at the first wrong response.
    pub async fn drive(&mut self, requests: u32) -> anyhow::Result<()> {
        // Two milliseconds each are generous: a proxy that hangs must not hang this.
        let patience = Duration::from_secs(10) + Duration::from_millis(2) * requests;
        let left = Arc::new(AtomicI64::new(i64::from(requests)));
        let mut running = JoinSet::new();
        for connection in self.connections.drain(..) {
            running.spawn(Arc::clone(&self.question).ask(connection, Arc::clone(&left)));
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
    async fn ask(
        self: Arc<Self>,
        mut connection: Connection,
        left: Arc<AtomicI64>,
    ) -> anyhow::Result<Connection> {
        while left.fetch_sub(1, Ordering::Relaxed) > 0 {
            let answer = connection.exchange(&self.request).await?;
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
