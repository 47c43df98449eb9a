//! `cargo bench --bench compare`: what the gateway costs, beside a bare Pingora proxy.
//!
//! ```text
//!                  ┌──▶ bare proxy (this binary) ──┐
//!  load generator ─┤                               ├──▶ application (this binary)
//!                  └──▶ stepgate run ──────────────┘
//! ```
//! Both proxies have one thread, the same allocator and the same build profile, and get the same
//! requests in turns, so that whatever else the machine does meets both. The gateway's session is
//! `Verified`: somebody signed in by the application's form and enrolled an authenticator. Every
//! response is compared with what the application sends; one that differs ends the program with an
//! error. What is measured is the proxy's whole CPU time, not latency: it is the number that adding
//! the gateway changes, and it is steady on a machine whose cores are shared. Afterwards come the other
//! kinds of request: one for a public route, which goes bare, and one of a visitor who has a session
//! and has not signed in, after which the application is asked who that is.
//!
//! `-- --profile 30` keeps the gateway under load and prints its pid, so that `perf` can attach;
//! `--target bare` does that with the other proxy.

#![expect(clippy::print_stdout, reason = "this is a program's report")]
#![expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the real clock"
)]

#[path = "compare/application.rs"]
mod application;
#[path = "compare/bare.rs"]
mod bare;
#[path = "compare/cpu.rs"]
mod cpu;
#[path = "compare/gateway.rs"]
mod gateway;
#[path = "compare/load.rs"]
mod load;
#[path = "compare/process.rs"]
mod process;
#[path = "compare/report.rs"]
mod report;
#[path = "compare/stage.rs"]
mod stage;
#[path = "compare/visitor.rs"]
mod visitor;
#[path = "compare/wire.rs"]
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::{Parser, Subcommand, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use load::{Load, Question};
use report::{Kind, Report, Sample};
use stage::Stage;

/// As in the gateway's binary: the allocator is no part of the difference.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Compare the gateway's CPU time per request with a bare Pingora proxy's.
#[derive(Debug, Parser)]
struct Options {
    /// How many times both proxies take their turn [default: 7].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: Option<u32>,
    /// Requests in one turn [default: 20000].
    #[arg(long, value_parser = clap::value_parser!(u32).range(8..=1_000_000))]
    requests: Option<u32>,
    /// Keep-alive connections.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    connections: u32,
    /// Measure nothing: keep one proxy under load for so long, and print its pid.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    profile: Option<u64>,
    /// Which proxy `--profile` drives.
    #[arg(long, value_enum, default_value_t = Target::Gateway)]
    target: Target,
    /// Cargo says so under `cargo bench`, and not under `cargo test`.
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    Gateway,
    Bare,
}

/// What this binary is when it has started itself.
#[derive(Debug, Subcommand)]
enum Role {
    #[command(hide = true)]
    Application { listen: SocketAddr },
    #[command(hide = true)]
    Bare {
        listen: SocketAddr,
        upstream: SocketAddr,
    },
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match options.role {
        Some(Role::Application { listen }) => {
            process::end_with_parent();
            application::serve(listen)
        }
        Some(Role::Bare { listen, upstream }) => {
            process::end_with_parent();
            bare::serve(listen, upstream);
            Ok(())
        }
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(conduct(&options)),
    }
}

/// Runs to the end, or until somebody interrupts: either way the children are stopped.
async fn conduct(options: &Options) -> anyhow::Result<()> {
    let (mut interrupted, mut terminated) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let work = async {
        let stage = Stage::set().await?;
        let done = match options.profile {
            Some(seconds) => profile(&stage, options, Duration::from_secs(seconds)).await,
            None => compare(&stage, options).await,
        };
        done.map_err(|error| error.context(stage.gateway_log()))
    };
    tokio::select! {
        done = work => done,
        _ = interrupted.recv() => bail!("interrupted"),
        _ = terminated.recv() => bail!("terminated"),
    }
}

async fn compare(stage: &Stage, options: &Options) -> anyhow::Result<()> {
    // Under `cargo test` it is only seen to work: a debug build's numbers say nothing.
    let (rounds, requests) = if options.bench { (7, 20_000) } else { (1, 200) };
    let (rounds, requests) = (
        options.rounds.unwrap_or(rounds),
        options.requests.unwrap_or(requests),
    );
    let mut report = Report::default();
    report.begin(rounds, requests, options.connections);
    for target in [&stage.bare, &stage.gateway] {
        Load::connect(target, &target.question, options.connections)
            .await?
            .drive(requests / 4)
            .await?;
    }
    let turn = |target, question| turn(target, question, requests, options.connections);
    let (bare, gateway) = (&stage.bare, &stage.gateway);
    for _ in 0..rounds {
        let bare = turn(bare, &bare.question).await?;
        report.round(bare, turn(gateway, &gateway.question).await?);
    }
    report.end();
    let mut kinds = ["settled", "public, bare", "undecided"].map(Kind::new);
    for _ in 0..rounds {
        let questions = [&gateway.question, &stage.public, &stage.undecided];
        for (kind, question) in kinds.iter_mut().zip(questions) {
            kind.turn(turn(gateway, question).await?);
        }
    }
    report::print_kinds(&kinds);
    Ok(())
}

/// One proxy's turn, on connections of its own that are warm when the measurement begins.
async fn turn(
    target: &stage::Proxy,
    question: &Arc<Question>,
    requests: u32,
    connections: u32,
) -> anyhow::Result<Sample> {
    let mut load = Load::connect(target, question, connections).await?;
    load.drive(connections * 4).await?;
    let (before, started) = (cpu::Snapshot::of(target.process.pid())?, Instant::now());
    load.drive(requests).await?;
    let elapsed = started.elapsed();
    Ok(Sample::new(
        cpu::Snapshot::of(target.process.pid())?.since(&before),
        elapsed,
        requests,
    ))
}

async fn profile(stage: &Stage, options: &Options, length: Duration) -> anyhow::Result<()> {
    let target = match options.target {
        Target::Gateway => &stage.gateway,
        Target::Bare => &stage.bare,
    };
    println!(
        "pid {} is under load for {} s",
        target.process.pid(),
        length.as_secs()
    );
    let (mut load, started) = (
        Load::connect(target, &target.question, options.connections).await?,
        Instant::now(),
    );
    let mut requests = 0_u64;
    while started.elapsed() < length {
        load.drive(2_000).await?;
        requests += 2_000;
    }
    println!("{requests} requests, all answered rightly");
    Ok(())
}
