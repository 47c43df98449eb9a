//! Everything that runs while it is measured: the application, both proxies, and a session in each.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use tempfile::TempDir;

use super::application::COOKIE;
use super::gateway;
use super::load::Question;
use super::process::{Process, free_addresses, this_binary};
use super::visitor::Visitor;

/// Visitors without a session's end: as many as there are connections at most, for an undecided
/// request waits for the one before it in its session.
const STRANGERS: usize = 8;

/// A proxy with the question that it is asked again and again.
pub struct Proxy {
    pub process: Process,
    pub address: SocketAddr,
    pub question: Arc<Question>,
}

/// Fields are dropped in this order: first the proxies, then what they need.
pub struct Stage {
    pub bare: Proxy,
    /// Its question is a verified user's.
    pub gateway: Proxy,
    /// A public route, with the verified user's cookies: no credential goes along.
    pub public: Arc<Question>,
    /// A page of somebody whom the application gave a session and nobody has signed in with.
    pub undecided: Arc<Question>,
    _application: Process,
    directory: TempDir,
}

impl Stage {
    pub async fn set() -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("stepgate-compare-")
            .tempdir()?;
        let log = |name: &str| File::create(directory.path().join(name)).context("a log file");
        let [origin, bare, guarded] = free_addresses()?;
        let mut command = this_binary()?;
        command.arg("application").arg(origin.to_string());
        let application = Process::start(command, origin, log("application.log")?).await?;
        let mut command = this_binary()?;
        command
            .arg("bare")
            .arg(bare.to_string())
            .arg(origin.to_string());
        let bare_process = Process::start(command, bare, log("bare.log")?).await?;
        let command = gateway::command(directory.path(), guarded, origin)?;
        let gateway_process = Process::start(command, guarded, log("gateway.log")?).await;
        let gateway_process = gateway_process.with_context(|| read_log(directory.path()))?;

        let visitor = verified(Visitor::new(guarded))
            .await
            .with_context(|| read_log(directory.path()))?;
        let length = visitor.cookie_field().len();
        let gateway = Proxy::new(gateway_process, guarded, &visitor);
        let public = Arc::new(Question::of([&visitor], "/static/page"));
        let undecided = Arc::new(strangers(guarded).await?);
        let visitor = as_long(Visitor::new(bare), length).await?;
        let bare = Proxy::new(bare_process, bare, &visitor);
        ensure!(
            bare.question.length() == gateway.question.length(),
            "the requests differ in length"
        );
        Ok(Self {
            bare,
            gateway,
            public,
            undecided,
            _application: application,
            directory,
        })
    }

    /// What the gateway has said so far, for an error.
    pub fn gateway_log(&self) -> String {
        read_log(self.directory.path())
    }
}

impl Proxy {
    fn new(process: Process, address: SocketAddr, visitor: &Visitor) -> Self {
        Self {
            process,
            address,
            question: Arc::new(Question::of([visitor], "/page")),
        }
    }
}

/// Visitors who have opened the sign-in form and nothing else.
async fn strangers(gateway: SocketAddr) -> anyhow::Result<Question> {
    let mut visitors = Vec::new();
    for _ in 0..STRANGERS {
        let mut visitor = Visitor::new(gateway);
        visitor.open_form().await?;
        visitors.push(visitor);
    }
    Ok(Question::of(&visitors, "/open"))
}

/// Signs in, enrols, and asks the application whether it was told so.
async fn verified(mut visitor: Visitor) -> anyhow::Result<Visitor> {
    visitor.sign_in().await?;
    visitor.enrol().await?;
    let told = visitor.get("/verified").await?;
    ensure!(told.text == "true", "the session is not verified: {told:?}");
    Ok(visitor)
}

/// Signs in at the bare proxy, and fills the cookies up to the length that the gateway's have: both
/// proxies are to read as many bytes.
async fn as_long(mut visitor: Visitor, length: usize) -> anyhow::Result<Visitor> {
    visitor.sign_in().await?;
    let missing = length.saturating_sub(visitor.cookie_field().len());
    if missing > 0 {
        visitor.lengthen(COOKIE, &format!(".{}", "x".repeat(missing - 1)));
    }
    Ok(visitor)
}

/// The end of it: the beginning says that everything started.
fn read_log(directory: &Path) -> String {
    let log = std::fs::read_to_string(directory.join("gateway.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let end = lines
        .get(lines.len().saturating_sub(10)..)
        .unwrap_or_default();
    format!("the end of the gateway's log:\n{}", end.join("\n"))
}
