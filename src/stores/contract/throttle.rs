//! Failure budgets.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_get_no_more_than_the_free_ones() {
    let bench = Bench::new().await;
    let begins = (0..64).map(|_| {
        let database = bench.database.clone();
        tokio::spawn(async move {
            database
                .begin(&user("ada"), Guess::Code, NOW)
                .await
                .unwrap()
                .0
                == Permit::Granted
        })
    });
    let mut granted = 0;
    for begin in begins.collect::<Vec<_>>() {
        granted += u32::from(begin.await.unwrap());
    }
    assert_eq!(granted, FREE_FAILURES);
    let (permit, attempt) = bench
        .reopened()
        .await
        .begin(&user("ada"), Guess::Code, NOW)
        .await
        .unwrap();
    assert_eq!(
        (permit, attempt),
        (Permit::Wait(NOW.plus(Duration::from_secs(30))), None)
    );
    assert_eq!(
        bench
            .database
            .begin(&user("eve"), Guess::Code, NOW)
            .await
            .unwrap()
            .0,
        Permit::Granted
    );
}

#[tokio::test]
async fn a_look_counts_nothing_and_says_what_an_attempt_would_be_told() {
    let bench = Bench::new().await;
    let (database, ada) = (&bench.database, user("ada"));
    for _ in 0..FREE_FAILURES {
        for _ in 0..3 {
            let look = database.look(&ada, Guess::Password, NOW).await.unwrap();
            assert_eq!(look, Permit::Granted);
        }
        database.begin(&ada, Guess::Password, NOW).await.unwrap();
    }
    let look = database.look(&ada, Guess::Password, NOW).await.unwrap();
    let told = database.begin(&ada, Guess::Password, NOW).await.unwrap();
    assert_eq!((look, None), told);
    assert_ne!(look, Permit::Granted);
}

#[tokio::test]
async fn a_success_ends_the_row_of_failures_and_leaves_the_budget() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    let new = totp("ada", "phone", 1);
    database.insert_totp(new, InsertIf::First).await.unwrap();
    let mut now = NOW;
    let mut failures = 0;
    loop {
        // Four wrong ones, then a right one, an hour later again: no row ever gets long enough to wait.
        for guess in 0..5 {
            let (permit, attempt) = database
                .begin(&user("ada"), Guess::Code, now)
                .await
                .unwrap();
            let Some(attempt) = attempt else {
                assert_eq!(failures, BUDGET, "{permit:?}");
                assert_eq!(
                    permit,
                    Permit::Wait(NOW.plus(crate::domain::throttle::BUDGET_PERIOD))
                );
                return;
            };
            if guess == 4 {
                database.succeed(attempt, &user("ada")).await.unwrap();
            } else {
                failures += 1;
            }
        }
        now = now.plus(Duration::from_secs(3600));
    }
}

#[tokio::test]
async fn failures_are_counted_against_every_factor_and_a_right_code_clears_them_all() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    let (one, two) = (totp("ada", "one", 1), totp("ada", "two", 1));
    database.insert_totp(one, InsertIf::Always).await.unwrap();
    database.insert_totp(two, InsertIf::Always).await.unwrap();
    database
        .begin(&user("ada"), Guess::Code, NOW)
        .await
        .unwrap();
    let (_, attempt) = database
        .begin(&user("ada"), Guess::Code, NOW)
        .await
        .unwrap();
    database
        .succeed(attempt.unwrap(), &user("ada"))
        .await
        .unwrap();
    let mut failures: Vec<(String, u32)> = database
        .totp_of(&user("ada"))
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.name, row.failures))
        .collect();
    failures.sort();
    assert_eq!(failures, [("one".to_owned(), 0), ("two".to_owned(), 0)]);
}

/// Failures of each authenticator of Ada's.
async fn failures_of_factors(database: &Database) -> Vec<u32> {
    let rows = database.totp_of(&user("ada")).await.unwrap();
    rows.iter().map(|row| row.failures).collect()
}

#[tokio::test]
async fn passwords_and_codes_are_counted_apart_and_neither_forgives_the_other() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    let phone = totp("ada", "phone", 1);
    database.insert_totp(phone, InsertIf::First).await.unwrap();
    let begin = |guess| {
        let database = database.clone();
        async move { database.begin(&user("ada"), guess, NOW).await.unwrap().1 }
    };
    for _ in 1..FREE_FAILURES {
        begin(Guess::Code).await.unwrap();
    }
    let right = begin(Guess::Password).await.unwrap();
    database.succeed(right, &user("ada")).await.unwrap();
    assert_eq!(failures_of_factors(&database).await, [FREE_FAILURES - 1]);
    begin(Guess::Code).await.unwrap();
    assert_eq!(
        begin(Guess::Code).await,
        None,
        "a password cleared the codes"
    );

    for _ in 0..FREE_FAILURES {
        begin(Guess::Password).await.unwrap();
    }
    assert_eq!(begin(Guess::Password).await, None);
    assert_eq!(failures_of_factors(&database).await, [FREE_FAILURES]);
}

#[tokio::test]
async fn wrong_passwords_leave_the_budget_of_codes_alone() {
    let bench = Bench::new().await;
    let (ada, mut now) = (user("ada"), NOW);
    for _ in 0..BUDGET {
        let begun = bench.database.begin(&ada, Guess::Password, now);
        assert_eq!(begun.await.unwrap().0, Permit::Granted);
        now = now.plus(Duration::from_secs(3600));
    }
    let permit = |guess| {
        let database = bench.database.clone();
        async move { database.begin(&user("ada"), guess, now).await.unwrap().0 }
    };
    assert_ne!(permit(Guess::Password).await, Permit::Granted);
    assert_eq!(permit(Guess::Code).await, Permit::Granted);
}

#[tokio::test]
async fn a_clock_that_was_wrong_does_not_lock_an_account_for_as_long() {
    let bench = Bench::new().await;
    let next_year = NOW.plus(Duration::from_secs(365 * 24 * 3600));
    for _ in 0..FREE_FAILURES {
        bench
            .database
            .begin(&user("ada"), Guess::Code, next_year)
            .await
            .unwrap();
    }
    let half_a_minute = Permit::Wait(NOW.plus(Duration::from_secs(30)));
    // The look forgives as well: whoever is told to wait gets no further than that.
    for now in [NOW, NOW.plus(Duration::from_secs(10))] {
        let looked = bench.database.look(&user("ada"), Guess::Code, now).await;
        assert_eq!(looked.unwrap(), half_a_minute);
    }
    assert_eq!(
        bench
            .database
            .begin(&user("ada"), Guess::Code, NOW)
            .await
            .unwrap()
            .0,
        half_a_minute
    );
    let later = NOW.plus(Duration::from_secs(30));
    assert_eq!(
        bench
            .database
            .begin(&user("ada"), Guess::Code, later)
            .await
            .unwrap()
            .0,
        Permit::Granted
    );
}
