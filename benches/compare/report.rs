//! Numbers for people.

use std::time::Duration;

use super::cpu::Used;

/// One proxy's turn.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// CPU time of one request, in microseconds.
    total: f64,
    user: f64,
    sys: f64,
    /// Requests in a second.
    rate: f64,
}

impl Sample {
    pub fn new(used: Used, elapsed: Duration, requests: u32) -> Self {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(requests);
        let rate = f64::from(requests) / elapsed.as_secs_f64();
        Self {
            total: each(used.total()),
            user: each(used.user),
            sys: each(used.sys),
            rate,
        }
    }
}

/// All rounds: the bare proxy's sample and the gateway's.
#[derive(Default)]
pub struct Report {
    rounds: Vec<(Sample, Sample)>,
}

impl Report {
    pub fn begin(&self, rounds: u32, requests: u32, connections: u32) {
        println!(
            "{rounds} rounds of {requests} requests to each proxy, over {connections} connections"
        );
        if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
            println!(
                "load average before: {}",
                load.split_whitespace()
                    .take(3)
                    .collect::<Vec<_>>()
                    .join(" ")
            );
        }
        println!("\nCPU time of the proxy's process, in microseconds per request (user + sys):\n");
        println!(
            "{:>6}  {:^32}  {:^32}  {:>6}",
            "round", "bare proxy", "gateway", "ratio"
        );
    }

    pub fn round(&mut self, bare: Sample, gateway: Sample) {
        self.rounds.push((bare, gateway));
        let of = |sample: Sample| {
            let Sample {
                total,
                user,
                sys,
                rate,
            } = sample;
            format!("{total:6.2} ({user:5.2} + {sys:5.2}) {rate:6.0}/s")
        };
        let ratio = gateway.total / bare.total;
        println!(
            "{:>6}  {:>32}  {:>32}  {ratio:6.3}",
            self.rounds.len(),
            of(bare),
            of(gateway)
        );
    }

    pub fn end(&self) {
        let line = |what: &str, of: fn(&(Sample, Sample)) -> f64| {
            let (least, median, most) = spread(self.rounds.iter().map(of).collect());
            println!("{what:<24} median {median:7.3}   min {least:7.3}   max {most:7.3}");
        };
        println!();
        line("bare proxy, µs", |(bare, _)| bare.total);
        line("gateway, µs", |(_, gateway)| gateway.total);
        line("difference, µs", |(bare, gateway)| {
            gateway.total - bare.total
        });
        line("  of it in user mode", |(bare, gateway)| {
            gateway.user - bare.user
        });
        line("ratio, pair by pair", |(bare, gateway)| {
            gateway.total / bare.total
        });
        // Other work on the machine only ever adds: the two best rounds are the least disturbed ones.
        let best =
            |of: fn(&(Sample, Sample)) -> f64| spread(self.rounds.iter().map(of).collect()).0;
        let ratio = best(|(_, gateway)| gateway.total) / best(|(bare, _)| bare.total);
        println!("{:<24} {ratio:14.3}", "ratio of the least");
    }
}

/// Turns of one kind of request to the gateway.
pub struct Kind {
    name: &'static str,
    turns: Vec<Sample>,
}

impl Kind {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            turns: Vec::new(),
        }
    }

    pub fn turn(&mut self, sample: Sample) {
        self.turns.push(sample);
    }
}

/// What other requests cost, beside a settled session's (the first kind), turn by turn.
pub fn print_kinds(kinds: &[Kind]) {
    let Some(settled) = kinds.first() else {
        return;
    };
    println!("\nThe gateway's CPU time by kind of request, in microseconds:\n");
    for kind in kinds {
        let (_, median, _) = spread(kind.turns.iter().map(|sample| sample.total).collect());
        let pairs = kind.turns.iter().zip(&settled.turns);
        let ratios = pairs.map(|(one, settled)| one.total / settled.total);
        let (least, ratio, most) = spread(ratios.collect());
        println!(
            "{:<24} median {median:7.2}   to settled {ratio:6.3} ({least:.3} to {most:.3})",
            kind.name
        );
    }
}

/// The smallest, the middle and the largest.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    let last = values.len().saturating_sub(1);
    let median = (at(last / 2) + at(last - last / 2)) / 2.0;
    (at(0), median, at(last))
}
