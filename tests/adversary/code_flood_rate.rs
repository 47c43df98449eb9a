//! Bad backup codes at a steady rate, and what the others notice of it. The rate is small here; the full
//! size is `STEPGATE_FLOOD_RATE=1000 STEPGATE_FLOOD_SECONDS=10`, on a build with optimisations and a machine
//! with nothing else to do. With `STEPGATE_FLOOD_RATIO=2` the limit of the design is demanded.

use crate::process;
use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Device, Form, Gateway, Origin, Passkey};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const ACCOUNTS: u32 = 10;
const BYSTANDER: Person = Person(100);
/// So many attempts wait for an answer at most; an attacker has only so many connections.
const IN_FLIGHT: usize = 500;
const PATIENCE: Duration = Duration::from_secs(5);

fn setting(name: &str, otherwise: f64) -> f64 {
    let set = std::env::var(name).ok();
    set.map_or(otherwise, |set| set.parse().unwrap())
}

/// How long the bystander's challenge took, for its page and for its answer, again and again.
async fn challenges(gateway: &Gateway, passkey: &mut Passkey, time: Duration) -> Vec<Duration> {
    let (began, mut took) = (Instant::now(), Vec::new());
    while began.elapsed() < time {
        let mut browser = people::awaiting(gateway, BYSTANDER).await;
        for _ in 0..5 {
            let asked = Instant::now();
            let page = browser.get("/.mfa/challenge").await;
            took.push(asked.elapsed());
            assert_eq!(page.status, 200, "{page:?}");
        }
        let page = browser.get("/.mfa/challenge").await;
        let asked = Instant::now();
        let opened = pages::give(&mut browser, &page, passkey).await;
        took.push(asked.elapsed());
        assert_eq!(opened.status, 303, "{opened:?}");
        people::sign_out(&mut browser).await;
    }
    took.sort();
    took
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() - 1) * percent / 100]
}

/// Sends a form at this rate; how often each status came.
async fn flood(
    forms: Vec<(Browser, Form)>,
    rate: f64,
    time: Duration,
) -> (BTreeMap<u16, usize>, usize) {
    let (began, under_way) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let (mut sent, mut unsent, mut tasks) = (0_usize, 0, Vec::new());
    while began.elapsed() < time {
        let due = (began.elapsed().as_secs_f64() * rate) as usize;
        for number in sent..due {
            if under_way.load(Ordering::Relaxed) >= IN_FLIGHT {
                unsent += 1;
                continue;
            }
            let (mut browser, form) = forms[number % forms.len()].clone();
            let under_way = Arc::clone(&under_way);
            under_way.fetch_add(1, Ordering::Relaxed);
            tasks.push(tokio::spawn(async move {
                let status = browser.submit(&form).await.status;
                under_way.fetch_sub(1, Ordering::Relaxed);
                status
            }));
        }
        sent = due;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut statuses = BTreeMap::new();
    for task in tasks {
        *statuses.entry(task.await.unwrap()).or_default() += 1;
    }
    (statuses, unsent)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_steady_flood_of_bad_backup_codes_is_not_noticed_by_the_others() {
    let rate = setting("STEPGATE_FLOOD_RATE", 40.0);
    let time = Duration::from_secs_f64(setting("STEPGATE_FLOOD_SECONDS", 4.0));
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_, mut passkey) = pages::enrolled(&gateway, BYSTANDER, Device::MANAGER).await;
    let mut forms = Vec::new();
    for number in 1..=ACCOUNTS {
        pages::enrolled(&gateway, Person(number), Device::MANAGER).await;
        for _ in 0..3 {
            let browser = &mut people::awaiting(&gateway, Person(number)).await;
            let page = browser.get("/.mfa/challenge").await;
            let form = pages::filled_with(&page, "backup_code", "ABCD-EFGH-JKMN-PQRS");
            forms.push((browser.clone(), form));
        }
    }
    let calm = challenges(&gateway, &mut passkey, time / 2).await;
    let pid = process::pid_of(&gateway);
    let before = process::resident(pid);
    let flooding = tokio::spawn(flood(forms, rate, time));
    let busy = challenges(&gateway, &mut passkey, time).await;
    let grew = process::resident(pid).saturating_sub(before);
    let (statuses, unsent) = flooding.await.unwrap();
    let (calm_99, busy_99) = (percentile(&calm, 99), percentile(&busy, 99));
    let ratio = busy_99.as_secs_f64() / calm_99.as_secs_f64();
    println!(
        "{rate}/s for {time:?}: {statuses:?}, {unsent} not sent; challenge p50 {:?} -> {:?}, p99 {calm_99:?} -> {busy_99:?} \
         ({ratio:.2} times; {} and {} samples), {grew} MiB more",
        percentile(&calm, 50),
        percentile(&busy, 50),
        calm.len(),
        busy.len(),
    );
    assert!(!statuses.contains_key(&303), "{statuses:?}");
    assert!(
        statuses.get(&422).is_some_and(|hashed| *hashed > 0),
        "{statuses:?}"
    );
    assert!(busy_99 < PATIENCE, "{busy_99:?}");
    assert!(
        ratio < setting("STEPGATE_FLOOD_RATIO", f64::INFINITY),
        "{ratio}"
    );
    assert!(grew < 96, "{grew} MiB more");
}
