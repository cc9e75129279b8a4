//! Measures the server on a large database, beside the same work in bare SQL. `benches/run` starts it with what it
//! needs; `docs/performance.md` says what the figures mean.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod bulk;
mod bulk_by_hand;
mod data;
mod http;
mod log;
mod meter;
mod oversight;
mod pgbench;
mod questions;
mod random;
mod report;
mod server;
mod store;
mod sweep;
mod tasks;
mod third_party;

use std::{
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;

use http::{Client, Load, load};
use pgbench::Pgbench;
use questions::List;
use report::{Case, Figures, Report, Start, Who};
use server::{Server, Setup};
use store::Store;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Over so many connections the server is compared with pgbench.
const CONNECTIONS: usize = 16;

#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
/// What `benches/run` says.
#[derive(Parser)]
struct Arguments {
    /// The release binary.
    #[arg(long)]
    server: PathBuf,
    /// The same with nothing recorded, to see the price of that. No such program is shipped.
    #[arg(long)]
    unaudited: Option<PathBuf>,
    /// An empty folder for keys, logs and the `SQLite` database.
    #[arg(long)]
    folder: PathBuf,
    /// An empty database on a server that nobody else uses.
    #[arg(long, requires_all = ["postmaster", "pgbench"])]
    postgres: Option<String>,
    /// The first process of that server.
    #[arg(long)]
    postmaster: Option<u32>,
    /// The program.
    #[arg(long)]
    pgbench: Option<PathBuf>,
    /// Measure on `SQLite` too.
    #[arg(long)]
    sqlite: bool,
    #[arg(long, default_value_t = 100_000)]
    customers: u64,
    #[arg(long, default_value_t = 3)]
    rounds: u64,
    /// For each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Instead of measuring, keep a server busy over 16 connections for as many seconds, for a profiler.
    #[arg(long)]
    profile: Option<u64>,
    /// Instead of the others, measure the sweep over all maps.
    #[arg(long)]
    sweep: bool,
    /// Instead of the others, measure tasks at a database and a third party's API, and requests.
    #[arg(long)]
    tasks: bool,
    /// Instead of the others, measure the audit log: sealing, looking through it, and proofs.
    #[arg(long)]
    log: bool,
    /// Instead of the others, measure what a compliance officer asks: the inventory, the record, and breaches.
    #[arg(long)]
    oversight: bool,
    /// Instead of the others, measure files that are brought in, and many customers anonymized.
    #[arg(long)]
    bulk: bool,
    /// Events in the log, where that is measured.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// What keeps a server busy for a profiler.
    #[arg(long, default_value = "W4", value_parser = ["W2", "W4"])]
    workload: String,
}

fn main() -> Result<()> {
    // One thread: what asks should not be in the way of what answers.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<()> {
    if arguments.bulk {
        println!("\n{}", bulk::table(&bulk::run(&arguments).await?));
        return Ok(());
    }
    let mut stands = Vec::new();
    if let Some(url) = &arguments.postgres {
        stands.push(Stand::set_up(Who::OnPostgres, url.clone(), &arguments).await?);
    }
    if arguments.sqlite {
        let url = format!("sqlite://{}/sqlite.db?mode=rwc", arguments.folder.display());
        stands.push(Stand::set_up(Who::OnSqlite, url, &arguments).await?);
    }
    if let Some(seconds) = arguments.profile {
        for stand in &stands {
            let time = Duration::from_secs(seconds);
            let workload = if arguments.workload == "W2" { "W2" } else { "W4" };
            eprintln!("{workload} on {:?}: process {}", stand.who, stand.running()?.process());
            stand.measure(workload, CONNECTIONS, time, 7).await?;
        }
        return Ok(());
    }
    if arguments.sweep {
        let mut swept = Vec::new();
        for stand in &mut stands {
            swept.push(stand.sweep().await?);
        }
        println!("\n{}", sweep::table(&swept));
        return Ok(());
    }
    if arguments.tasks {
        let mut carried = Vec::new();
        for stand in &mut stands {
            carried.push(stand.carry_out().await?);
        }
        println!("\n{}", tasks::table(&carried));
        return Ok(());
    }
    if arguments.oversight {
        let mut overseen = Vec::new();
        for stand in &mut stands {
            overseen.push(stand.oversee().await?);
        }
        println!("\n{}", oversight::table(&overseen));
        return Ok(());
    }
    if arguments.log {
        let mut looked = Vec::new();
        for stand in &mut stands {
            looked.push(stand.look_through(arguments.events).await?);
        }
        println!("\n{}", log::table(&looked));
        return Ok(());
    }
    let pgbench = match (&arguments.postgres, &arguments.pgbench, stands.first()) {
        (Some(url), Some(program), Some(stand)) => Some(Pgbench {
            program: program.clone(),
            folder: arguments.folder.clone(),
            database: url.clone(),
            customers: arguments.customers,
            lengths: stand.store.lengths().await?,
        }),
        _ => None,
    };
    let mut report = Report::default();
    let time = Duration::from_secs(arguments.seconds);
    for round in 1..=arguments.rounds {
        for stand in &mut stands {
            report.starts.push(stand.restart()?);
        }
        for workload in ["W1", "W4", "W2"] {
            for connections in [CONNECTIONS, 1, 32, 256] {
                if let (Some(pgbench), CONNECTIONS) = (&pgbench, connections) {
                    report.rounds.push(limit(pgbench, arguments.postmaster, workload, time)?);
                }
                for stand in stands.iter().filter(|stand| workload != "W1" || stand.unaudited.is_some()) {
                    report.rounds.push(stand.measure(workload, connections, time, round).await?);
                }
            }
        }
    }
    println!("\n{}\n{}", report.table(), report.targets());
    for stand in stands {
        stand.list.check(&stand.client()?, &stand.store, 99).await?;
        stand.store.close().await?;
        stand.server.ok_or("it does not run")?.stop()?;
    }
    Ok(())
}

/// What `pgbench` makes of a workload.
fn limit(
    pgbench: &Pgbench,
    postmaster: Option<u32>,
    workload: &'static str,
    time: Duration,
) -> Result<(Case, Figures)> {
    let postmaster = postmaster.ok_or("whose processor time is it?")?;
    let script = match workload {
        "W1" => include_str!("sql/w1.sql"),
        "W2" => include_str!("sql/w2.sql"),
        _ => include_str!("sql/w4.sql"),
    };
    pgbench.run(script, CONNECTIONS, Duration::from_secs(1))?;
    let before = meter::processor_time(postmaster)?;
    let load = pgbench.run(script, CONNECTIONS, time)?;
    let used = meter::processor_time(postmaster)?.saturating_sub(before);
    let case = Case { workload, who: Who::Pgbench, connections: CONNECTIONS };
    let figures = Figures::of(&load, Duration::ZERO, used, 0.0);
    eprintln!("{case:?} {figures:.1?}");
    Ok((case, figures))
}

/// A loaded database and the server on it.
struct Stand {
    who: Who,
    setup: Setup,
    unaudited: Option<Setup>,
    token: String,
    store: Store,
    server: Option<Server>,
    list: Arc<List>,
    postmaster: Option<u32>,
}

impl Stand {
    /// Loads a database, starts a server on it, and looks whether its answers are right.
    async fn set_up(who: Who, database: String, arguments: &Arguments) -> Result<Self> {
        let folder = arguments.folder.join(format!("{who:?}"));
        let (setup, keys) = Setup::new(&arguments.server, folder, database.clone())?;
        let token = setup.token("AGENT")?;
        // The first start seeds the catalog.
        setup.start()?.stop()?;
        let begin = Instant::now();
        let store = Store::open(&database).await?;
        store.load(arguments.customers, &keys).await?;
        let (customers, locations) = store.size().await?;
        store.close().await?;
        let seconds = begin.elapsed().as_secs_f64();
        eprintln!("{who:?}: {customers} customers and {locations} data locations, loaded in {seconds:.0} s");

        let server = setup.start()?;
        let client = Client::new(server.address, &token);
        let list = List::walk(&client).await?;
        if list.len() as u64 != customers {
            return Err(format!("the list has {} of {customers} customers", list.len()).into());
        }
        let store = Store::open(&database).await?;
        list.check(&client, &store, 1).await?;
        let postmaster = arguments.postmaster.filter(|_| who == Who::OnPostgres);
        let unaudited = arguments.unaudited.clone().map(|program| Setup { program, ..setup.clone() });
        Ok(Self { who, setup, unaudited, token, store, server: Some(server), list, postmaster })
    }

    fn running(&self) -> Result<&Server> {
        Ok(self.server.as_ref().ok_or("it does not run")?)
    }

    fn client(&self) -> Result<Client> {
        Ok(Client::new(self.running()?.address, &self.token))
    }

    /// A new process, so that what one round has left in memory does not count in the next.
    fn restart(&mut self) -> Result<Start> {
        if let Some(server) = self.server.take() {
            server.stop()?;
        }
        let server = self.server.insert(self.setup.start()?);
        let resident = meter::resident(server.process())?;
        Ok(Start { who: self.who, seconds: server.ready_after.as_secs_f64(), resident })
    }

    /// Loads the server, and looks whether everything that it answered is on record; in W1 the one that records nothing.
    async fn measure(
        &self,
        workload: &'static str,
        connections: usize,
        time: Duration,
        seed: u64,
    ) -> Result<(Case, Figures)> {
        let questions = if workload == "W2" { self.list.pages() } else { self.list.maps() };
        let unaudited = self.unaudited.as_ref().filter(|_| workload == "W1").map(Setup::start).transpose()?;
        let server = unaudited.as_ref().map_or_else(|| self.running(), Ok)?;
        let (process, client) = (server.process(), Client::new(server.address, &self.token));
        let recorded = self.store.recorded().await?;
        let warm = Duration::from_secs(1);
        let first = load(&client, questions.clone(), connections, warm, seed + 1_000).await?;
        let (server, postgres) = self.used(process)?;
        let loading = load(&client, questions.clone(), connections, time, seed);
        let (load, resident) = watched(loading, process).await?;
        let (server_now, postgres_now) = self.used(process)?;
        let answers = (first.micros.len() + load.micros.len()) as u64;
        let (events, subjects) = self.store.recorded().await?;
        let gained = (events - recorded.0, subjects - recorded.1);
        let answers = if unaudited.is_some() { 0 } else { answers };
        let expected = (answers, answers * questions.subjects());
        // What was refused half-way may have left events, too.
        let right = if first.refused + load.refused == 0 {
            gained == expected
        } else {
            gained.0 >= expected.0 && gained.1 >= expected.1
        };
        if let Some(server) = unaudited {
            server.stop()?;
        }
        if !right {
            return Err(format!("{answers} answers to {workload} left (events, subjects) {gained:?}").into());
        }
        let case = Case { workload, who: self.who, connections };
        let (server, postgres) = (server_now.saturating_sub(server), postgres_now.saturating_sub(postgres));
        let figures = Figures::of(&load, server, postgres, resident);
        eprintln!("{case:?} {figures:.1?} {} bytes", load.bytes / load.micros.len().max(1));
        Ok((case, figures))
    }

    /// Processor time of this process, and of PostgreSQL's.
    fn used(&self, process: u32) -> Result<(Duration, Duration)> {
        let postgres = self.postmaster.map(meter::processor_time).transpose()?.unwrap_or_default();
        Ok((meter::processor_time(process)?, postgres))
    }
}

/// The load, and the most memory that this process had in use meanwhile.
async fn watched(loading: impl Future<Output = Result<Load>>, process: u32) -> Result<(Load, f64)> {
    let mut loading = pin!(loading);
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    let mut most = 0.0_f64;
    loop {
        tokio::select! {
            done = &mut loading => return Ok((done?, most)),
            _ = tick.tick() => most = most.max(meter::resident(process)?),
        }
    }
}
