//! A mock application server: HTTP/1.1 by hand over TCP, so that every byte is ours.

use super::reply::Reply;
use super::request::Request;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// The answer of an application, in its own time.
pub type Answer = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// What runs behind the gateway.
pub trait App: Send + Sync + 'static {
    /// Answers one request.
    fn answer(&self, request: Request) -> Answer;
}

impl<F> App for F
where
    F: Fn(Request) -> Reply + Send + Sync + 'static,
{
    fn answer(&self, request: Request) -> Answer {
        let reply = self(request);
        Box::pin(async move { reply })
    }
}

/// A listening application that remembers every request; it ends when dropped.
pub struct Origin {
    pub addr: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    task: AbortHandle,
}

impl Origin {
    /// Serves `app` on a free loopback port.
    pub async fn start<A: App>(app: Arc<A>) -> Self {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), app).await
    }

    /// Serves `app` at this address, for one that comes back.
    pub async fn start_at<A: App>(addr: SocketAddr, app: Arc<A>) -> Self {
        let listener = TcpListener::bind(addr).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let requests = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let (mut connections, mut count) = (JoinSet::new(), 0);
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                count += 1;
                let (app, requests) = (Arc::clone(&app), Arc::clone(&requests));
                connections.spawn(serve(stream, count, app, requests));
                while connections.try_join_next().is_some() {}
            }
        });
        Self {
            addr,
            seen,
            task: task.abort_handle(),
        }
    }

    /// Every request so far, in the order of their heads.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests whose path is `path`.
    pub fn requests_to(&self, path: &str) -> Vec<Request> {
        self.requests()
            .into_iter()
            .filter(|request| request.path() == path)
            .collect()
    }

    /// The last request whose path is `path`.
    pub fn last_to(&self, path: &str) -> Request {
        self.requests_to(path)
            .pop()
            .unwrap_or_else(|| panic!("the application received no request for {path}"))
    }

    /// Whether any request held these bytes.
    pub fn received(&self, needle: &str) -> bool {
        self.requests().iter().any(|request| request.holds(needle))
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.seen.lock().unwrap().clear();
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<A: App>(
    stream: TcpStream,
    connection: usize,
    app: Arc<A>,
    seen: Arc<Mutex<Vec<Request>>>,
) {
    let mut stream = BufReader::new(stream);
    while let Ok(Some(mut request)) = Request::read(&mut stream).await {
        request.connection = connection;
        seen.lock().unwrap().push(request.clone());
        let head_only = request.method == "HEAD";
        let reply = app.answer(request).await;
        match write(stream.get_mut(), reply, head_only).await {
            Ok(true) => {}
            _ => return,
        }
    }
}

/// Writes the reply; `true` where another request may follow on the connection.
async fn write(stream: &mut TcpStream, reply: Reply, head_only: bool) -> io::Result<bool> {
    match reply {
        Reply::Whole(response) => {
            let mut bytes = response.head();
            if !head_only {
                bytes.extend_from_slice(&response.body);
            }
            stream.write_all(&bytes).await?;
            Ok(true)
        }
        Reply::Raw(bytes) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await?;
            Ok(false)
        }
        Reply::Stream(mut chunks) => {
            while let Some(chunk) = chunks.recv().await {
                stream.write_all(&chunk).await?;
            }
            stream.shutdown().await?;
            Ok(false)
        }
        Reply::Upgrade {
            head,
            greeting,
            hear,
        } => {
            // Pingora 0.9.1 closes the tunnel when a 101 comes before it has looked at the end of the
            // empty request body (cloudflare/pingora#946); applications are rarely that fast.
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.write_all(&head).await?;
            stream.write_all(&greeting).await?;
            let mut buffer = vec![0; 16 * 1024];
            loop {
                let length = stream.read(&mut buffer).await?;
                if length == 0 {
                    return Ok(false);
                }
                let said = hear(&buffer[..length]);
                stream.write_all(&said).await?;
            }
        }
        Reply::Hang => {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            Ok(false)
        }
        Reply::Cut => Ok(false),
    }
}
