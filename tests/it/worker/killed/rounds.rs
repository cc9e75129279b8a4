//! Each round somebody else is worked for, and the worker dies at another moment: each effect happens once, as those say at
//! whose system it happens, there is evidence of it, nothing is said to be done that is not, and every step is on record.

use super::{
    company::{CRM, Company, DESK, HOST, Person},
    kill::Kill::{self, Along, Changed, Found, Host, Mail, Settled, Taken},
};
use crate::support::{
    audit,
    trap::Moment::{Answered, Asked, Done},
};
use futures::{StreamExt, stream};
use std::time::Duration;

/// Workers die in each of these ways, until one is spared.
async fn round(company: &Company, person: &Person, kills: &[Kill], all: Duration) {
    for kill in kills {
        company.kill(*kill, person, all).await;
        company.claims_hold(person, &format!("{kills:?}")).await;
    }
    company.start_again(person).await;
    company.all_is_done(person, kills.len()).await;
}

/// One that is told to end does so, and nothing is missing from the log.
async fn finish(company: Company, people: &[Person]) {
    assert_eq!(company.worker().stop(), Some(0));
    let log = audit::all(&company.app.database).await;
    for person in people {
        company.each_step_is_on_record(person, &log).await;
    }
    company.app.finish().await;
}

#[tokio::test]
async fn killed_at_any_step_of_erasing_everything_goes_once() {
    const ROUNDS: [&[Kill]; 24] = [
        &[Host(Asked)],
        &[Host(Done)],
        &[Host(Answered)],
        &[Mail(Asked)],
        &[Mail(Done)],
        &[Mail(Answered)],
        &[Taken(CRM)],
        &[Found(CRM)],
        &[Changed(CRM)],
        &[Taken(DESK)],
        &[Found(DESK)],
        &[Changed(DESK)],
        &[Settled(CRM)],
        &[Settled(DESK)],
        &[Settled(HOST)],
        // Whoever comes after a dead one dies as well.
        &[Host(Done), Host(Done), Host(Asked)],
        &[Mail(Done), Mail(Done), Mail(Answered)],
        &[Taken(DESK), Found(DESK), Changed(DESK)],
        &[Along(0.0)],
        &[Along(0.2)],
        &[Along(0.4)],
        &[Along(0.6)],
        &[Along(0.8)],
        &[Along(1.0)],
    ];
    let company = Company::with(1 + ROUNDS.len()).await;
    let people = stream::iter(0..=ROUNDS.len()).map(|at| company.leaver(at)).buffered(8);
    let people = people.collect::<Vec<_>>().await;
    // Nobody is due until they are called for.
    company.app.database.run("UPDATE task SET state = 'NEEDS_HUMAN'").await;
    company.call_for(&people[0]).await;
    let all = company.start_again(&people[0]).await;
    company.all_is_done(&people[0], 0).await;
    for (person, kills) in people[1..].iter().zip(ROUNDS) {
        company.call_for(person).await;
        round(&company, person, kills, all).await;
    }
    finish(company, &people).await;
}

#[tokio::test]
async fn killed_at_any_step_of_correcting_and_gathering_each_is_done_once() {
    const ROUNDS: [&[Kill]; 13] = [
        &[Host(Asked)],
        &[Host(Done)],
        &[Host(Answered)],
        &[Taken(CRM)],
        &[Found(CRM)],
        &[Changed(CRM)],
        &[Settled(CRM)],
        &[Settled(HOST)],
        &[Host(Done), Host(Done), Host(Asked)],
        &[Taken(DESK), Found(DESK), Changed(DESK)],
        &[Along(0.1)],
        &[Along(0.4)],
        &[Along(0.7)],
    ];
    let company = Company::with(1 + ROUNDS.len()).await;
    company.app.database.run("UPDATE task SET state = 'NEEDS_HUMAN'").await;
    let mut people = vec![company.asker(0).await];
    let all = company.start_again(&people[0]).await;
    company.all_is_done(&people[0], 0).await;
    for (at, kills) in ROUNDS.iter().enumerate() {
        company.keep_time();
        let person = company.asker(1 + at).await;
        round(&company, &person, kills, all).await;
        people.push(person);
    }
    finish(company, &people).await;
}
