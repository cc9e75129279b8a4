//! Files of customers and of where their data lies brought in by `kartotek import`, beside the same rows put into a like
//! database by hand; and a tenth of those customers anonymized by `kartotek anonymize`, beside the same change in SQL.

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Read, Write as _},
    path::{Path, PathBuf},
    process::Child,
    time::{Duration, Instant},
};

use kartotek::crypto::MasterKeys;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Arguments, Result,
    bulk_by_hand::ANONYMIZE,
    data::{self, HEADERS, Rows},
    http::{Client, Load, load},
    meter,
    questions::List,
    report::Who,
    server::{Server, Setup},
    store::Store,
};

/// Customers who are put into the other database with one commit.
const TOGETHER: u64 = 1_000;

/// Each service needs the profile, as any real one does: it would be on its way out else.
const PROFILES: &str = "INSERT INTO data_requirement (id, service_id, category, purpose, system_id, on_end, grace)
    SELECT {uuid}, v.id, c.key, 'DELIVER_SERVICE', y.id, 'ERASE', 'P30D' FROM service v, data_category c, system y
    WHERE y.built_in AND c.key IN ('user.name', 'user.contact.email', 'user.contact.phone_number', 'user.contact.address')";

/// What some work took.
#[derive(Debug)]
pub struct Took {
    what: String,
    number: u64,
    seconds: f64,
    program: Duration,
    postgres: Duration,
    /// Processor seconds by hand.
    by_hand: Option<Duration>,
    by_hand_seconds: f64,
    /// Megabytes, a tenth of the way and at most.
    early: f64,
    most: f64,
}

/// How long a map took while nothing else was done, or bulk work was.
pub struct Reads {
    what: &'static str,
    load: Load,
}

/// What was measured on one database.
pub struct Brought {
    who: Who,
    took: Vec<Took>,
    reads: Vec<Reads>,
}

/// A database that is empty but for the company, and another one like it.
struct Bulk {
    who: Who,
    setup: Setup,
    store: Store,
    beside: Store,
    keys: MasterKeys,
    categories: Vec<String>,
    own_system: Uuid,
    postmaster: Option<u32>,
    customers: u64,
    folder: PathBuf,
}

/// Measures on all databases that were asked for.
pub async fn run(arguments: &Arguments) -> Result<Vec<Brought>> {
    let mut all = Vec::new();
    if let Some(url) = &arguments.postgres {
        let (server, _) = url.rsplit_once('/').ok_or("no database in the address")?;
        let other = Store::open(url).await?;
        other.run("CREATE DATABASE beside").await?;
        other.close().await?;
        let bulk = Bulk::set_up(Who::OnPostgres, url, &format!("{server}/beside"), arguments).await?;
        all.push(bulk.measure().await?);
    }
    if arguments.sqlite {
        let url = |name| format!("sqlite://{}/{name}.db?mode=rwc", arguments.folder.display());
        let bulk = Bulk::set_up(Who::OnSqlite, &url("sqlite"), &url("beside"), arguments).await?;
        all.push(bulk.measure().await?);
    }
    Ok(all)
}

/// The company alone, and the keys that its customers' are wrapped by.
async fn company(program: &Path, folder: PathBuf, url: &str) -> Result<(Setup, Store, MasterKeys)> {
    let (setup, keys) = Setup::new(program, folder, url.to_owned())?;
    // The first token makes the key that vouches for all, and the first start seeds the catalog.
    setup.token("COMPLIANCE")?;
    setup.start()?.stop()?;
    let store = Store::open(url).await?;
    store.load(0, &keys).await?;
    store.run(&store.written(PROFILES)).await?;
    store.close().await?;
    Ok((setup, Store::open(url).await?, keys))
}

impl Bulk {
    async fn set_up(who: Who, url: &str, beside: &str, arguments: &Arguments) -> Result<Self> {
        let folder = arguments.folder.join(format!("{who:?}"));
        let (setup, store, _) = company(&arguments.server, folder.clone(), url).await?;
        let other = arguments.folder.join(format!("{who:?}-beside"));
        let (_, beside, keys) = company(&arguments.server, other, beside).await?;
        let (categories, own_system) = (beside.categories().await?, beside.own_system().await?);
        let postmaster = arguments.postmaster.filter(|_| who == Who::OnPostgres);
        let customers = arguments.customers;
        Ok(Self { who, setup, store, beside, keys, categories, own_system, postmaster, customers, folder })
    }

    async fn measure(self) -> Result<Brought> {
        let files = self.write()?;
        let mut took = Vec::new();
        for (at, (kind, number)) in files.iter().enumerate() {
            let mut one = self.bring_in(kind, *number)?;
            let (seconds, by_hand) = self.by_hand(at).await?;
            (one.by_hand, one.by_hand_seconds) = (Some(by_hand), seconds);
            eprintln!("{:?}: {one:.1?}", self.who);
            took.push(one);
            self.store.tidy().await?;
            self.beside.tidy().await?;
        }
        self.is_there(&files).await?;
        let (server, token) = (self.setup.start()?, self.setup.token("COMPLIANCE")?);
        let list = List::walk(&Client::new(server.address, &self.setup.token("AGENT")?)).await?;
        self.come_to_rest(&server)?;
        let leavers = self.customers / 10;
        let half = leavers / 2;
        let anonymized = self.anonymize(&server, &token, 1..=half, None).await?;
        took.extend(anonymized.0);
        let client = Client::new(server.address, &self.setup.token("AGENT")?);
        let maps = list.staying(leavers);
        let mut idle = Load::default();
        for round in 0..5 {
            add(&mut idle, load(&client, maps.maps(), 1, Duration::from_secs(1), round).await?);
        }
        let (_, busy) = self.anonymize(&server, &token, half + 1..=leavers, Some((&client, &maps))).await?;
        let reads = [("nothing else", idle), ("bulk work", busy)];
        let reads = reads.into_iter().map(|(what, load)| Reads { what, load }).collect();
        self.are_gone(leavers).await?;
        server.stop()?;
        self.store.close().await?;
        self.beside.close().await?;
        Ok(Brought { who: self.who, took, reads })
    }

    /// Waits until a server that has just begun has gone through all maps, which it does once on its own account.
    fn come_to_rest(&self, server: &Server) -> Result<()> {
        let used = || -> Result<Duration> { Ok(meter::processor_time(server.process())? + self.postgres()?) };
        let mut before = used()?;
        loop {
            std::thread::sleep(Duration::from_secs(2));
            let now = used()?;
            if now.saturating_sub(before) < Duration::from_millis(100) {
                return Ok(());
            }
            before = now;
        }
    }

    /// The files, with the numbers of their rows.
    fn write(&self) -> Result<[(&'static str, u64); 3]> {
        let mut files = [("customers", 0), ("subscriptions", 0), ("data-locations", 0)];
        let mut open = Vec::new();
        for ((name, _), header) in files.iter().zip(HEADERS) {
            let mut file = BufWriter::new(File::create(self.file(name))?);
            writeln!(file, "{header}")?;
            open.push(file);
        }
        for number in 1..=self.customers {
            let mut texts = [String::new(), String::new(), String::new()];
            let counts = data::lines(number, &self.categories, &mut texts)?;
            for (((file, text), (_, all)), count) in open.iter_mut().zip(texts).zip(&mut files).zip(counts) {
                file.write_all(text.as_bytes())?;
                *all += count;
            }
        }
        open.iter_mut().try_for_each(BufWriter::flush)?;
        Ok(files)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.csv"))
    }

    fn postgres(&self) -> Result<Duration> {
        Ok(self.postmaster.map(meter::processor_time).transpose()?.unwrap_or_default())
    }

    /// Has a file brought in by the program, and looks whether all of it was.
    fn bring_in(&self, kind: &str, number: u64) -> Result<Took> {
        let file = self.file(kind);
        let (began, ended, postgres) = (Instant::now(), meter::ended_time()?, self.postgres()?);
        let child = self.setup.begin(&["import", "--as", kind, "--output", "json", text(&file)?], None)?;
        let (told, memory) = until_over(child)?;
        let seconds = began.elapsed().as_secs_f64();
        let told: Value = serde_json::from_str(told.trim())?;
        if (told["created"].as_u64(), told["rejected"].as_u64()) != (Some(number), Some(0)) {
            return Err(format!("of {number} {kind}: {told}").into());
        }
        let at = |part: f64| memory.iter().rev().find(|(when, _)| *when <= seconds * part).map(|one| one.1);
        Ok(Took {
            what: format!("import of {kind}"),
            number,
            seconds,
            program: meter::ended_time()?.saturating_sub(ended),
            postgres: self.postgres()?.saturating_sub(postgres),
            by_hand: None,
            by_hand_seconds: 0.0,
            early: at(0.1).unwrap_or_default(),
            most: at(1.0).unwrap_or_default(),
        })
    }

    /// The rows of a file by hand, into the other database: `COPY` on PostgreSQL, many rows in a statement on SQLite.
    async fn by_hand(&self, file: usize) -> Result<(f64, Duration)> {
        let (mut seconds, mut used) = (0.0, Duration::ZERO);
        for first in (1..=self.customers).step_by(usize::try_from(TOGETHER)?) {
            let numbers = first..=self.customers.min(first + TOGETHER - 1);
            let mut all = data::customers(numbers.clone(), &self.keys, &self.categories)?;
            let places = all.pop().ok_or("no lines")?;
            let orders = all.pop().ok_or("no orders")?;
            all.push(data::own(numbers, self.own_system));
            let rows: Vec<Rows> = match file {
                0 => all,
                1 => vec![orders],
                _ => vec![places],
            };
            let (began, before) = (Instant::now(), self.used_by_hand()?);
            self.beside.together(rows, true).await?;
            used += self.used_by_hand()?.saturating_sub(before);
            seconds += began.elapsed().as_secs_f64();
        }
        Ok((seconds, used))
    }

    /// Of PostgreSQL, or where there is none, of this program itself.
    fn used_by_hand(&self) -> Result<Duration> {
        if self.postmaster.is_some() { self.postgres() } else { meter::own_time() }
    }

    /// All rows are there, and each customer is once in the log of what brought them in.
    async fn is_there(&self, files: &[(&'static str, u64); 3]) -> Result<()> {
        let (customers, locations) = self.store.size().await?;
        let mine =
            (customers, locations, self.store.count("SELECT count(*) AS number FROM subscription").await?);
        let own = 4 * self.customers;
        if mine != (files[0].1, files[2].1 + own, files[1].1) || self.beside.size().await? != (mine.0, mine.1)
        {
            return Err(format!("{mine:?} rows are there").into());
        }
        let [subjects, different] = self.subjects("importCustomers").await?;
        if (subjects, different) == (self.customers, self.customers) {
            return Ok(());
        }
        Err(format!("{subjects} subjects in the log, of {different} customers").into())
    }

    /// How many subjects an operation has in the log, and how many different ones.
    async fn subjects(&self, operation: &str) -> Result<[u64; 2]> {
        let of = |what: &str| {
            format!(
                "SELECT count({what}) AS number FROM audit_subject s JOIN audit_event e ON e.event_id = s.event_id
                 WHERE e.operation = '{operation}' AND e.outcome = 'ALLOWED'"
            )
        };
        let all = self.store.count(&of("s.customer_id")).await?;
        Ok([all, self.store.count(&of("DISTINCT s.customer_id")).await?])
    }

    /// Has these planned, and then anonymized by the plan; meanwhile maps are asked for.
    async fn anonymize(
        &self,
        server: &Server,
        token: &str,
        numbers: std::ops::RangeInclusive<u64>,
        beside: Option<(&Client, &std::sync::Arc<List>)>,
    ) -> Result<(Vec<Took>, Load)> {
        let (list, plan) = (self.file("leavers"), self.file(&format!("plan-{}", numbers.start())));
        let references =
            numbers.clone().fold(String::new(), |all, number| all + &data::reference(number) + "\n");
        std::fs::write(&list, references)?;
        let (list, plan) = (text(&list)?, text(&plan)?);
        let planned =
            ["anonymize", "--references", list, "--reason", "They left", "--dry-run", "--plan-out", plan];
        let done = ["anonymize", "--plan", plan, "--yes", "--no-input"];
        let number = numbers.end() + 1 - numbers.start();
        let (mut took, mut reads) = (Vec::new(), Load::default());
        for (what, arguments) in [("plan", planned.as_slice()), ("anonymize", done.as_slice())] {
            let (began, program) = (Instant::now(), meter::processor_time(server.process())?);
            let (postgres, early) = (self.postgres()?, meter::most_resident(server.process())?);
            let mut child = self.setup.begin(arguments, Some((token, server.address)))?;
            while child.try_wait()?.is_none() {
                if let Some((client, maps)) = beside {
                    let seed = reads.micros.len() as u64;
                    add(&mut reads, load(client, maps.maps(), 1, Duration::from_millis(500), seed).await?);
                } else {
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
            until_over(child)?;
            let one = Took {
                what: format!("{what} customers"),
                number,
                seconds: began.elapsed().as_secs_f64(),
                program: meter::processor_time(server.process())?.saturating_sub(program),
                postgres: self.postgres()?.saturating_sub(postgres),
                by_hand: None,
                by_hand_seconds: 0.0,
                early,
                most: meter::most_resident(server.process())?,
            };
            eprintln!("{:?}: {one:.1?}", self.who);
            took.push(one);
        }
        if beside.is_none() {
            // By hand, one would see to it that the planner knows the tables.
            self.beside.run("ANALYZE").await?;
            let (began, before) = (Instant::now(), self.used_by_hand()?);
            self.beside.run(&self.beside.anonymizing(&ANONYMIZE, &data::reference(*numbers.end()))).await?;
            let used = self.used_by_hand()?.saturating_sub(before);
            for one in &mut took {
                (one.by_hand, one.by_hand_seconds) = (Some(used), began.elapsed().as_secs_f64());
            }
            eprintln!("{:?}: by hand {used:?} of a processor", self.who);
        }
        Ok((took, reads))
    }

    /// They are anonymized, each is once in the log of what did it, and all of their lines are on their way out.
    async fn are_gone(&self, leavers: u64) -> Result<()> {
        let gone = "SELECT count(*) AS number FROM customer WHERE disposed_as = 'ANONYMIZED'
            AND profile IS NULL AND status = 'ANONYMIZED'";
        let left = "SELECT count(*) AS number FROM data_location l JOIN customer c ON c.id = l.customer_id
            WHERE c.disposed_as IS NOT NULL AND l.held_to IS NULL AND l.state = 'HELD'";
        let found = (self.store.count(gone).await?, self.store.count(left).await?);
        let subjects = self.subjects("anonymizeCustomers").await?;
        if found == (leavers, 0) && subjects == [leavers, leavers] {
            return Ok(());
        }
        Err(format!("of {leavers}, (gone, lines in use) {found:?}, in the log {subjects:?}").into())
    }
}

fn add(all: &mut Load, more: Load) {
    all.micros.extend(more.micros);
    all.refused += more.refused;
    all.took += more.took;
    all.micros.sort_unstable();
}

fn text(path: &Path) -> Result<&str> {
    Ok(path.to_str().ok_or("no text")?)
}

/// What a program told, and the most memory that it had in use so many seconds after it began.
fn until_over(mut child: Child) -> Result<(String, Vec<(f64, f64)>)> {
    let (began, mut memory) = (Instant::now(), Vec::new());
    while child.try_wait()?.is_none() {
        // It may end just now.
        if let Ok(most) = meter::most_resident(child.id()) {
            memory.push((began.elapsed().as_secs_f64(), most));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let status = child.wait()?;
    let (mut told, mut said) = (String::new(), String::new());
    child.stdout.take().ok_or("no output")?.read_to_string(&mut told)?;
    child.stderr.take().ok_or("no output")?.read_to_string(&mut said)?;
    if status.success() { Ok((told, memory)) } else { Err(format!("{status}: {said}").into()) }
}

/// All of it as tables.
pub fn table(all: &[Brought]) -> String {
    let mut text = String::from(
        "| W5, W6 | | rows | s | rows/s | program µs | PostgreSQL µs | per core-second | by hand, µs | by hand, rows/s | × by hand | MB at a tenth | MB at most |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for Brought { who, took, .. } in all {
        for one in took {
            #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
            let number = one.number as f64;
            let micros = |time: &Duration| time.as_secs_f64() * 1e6 / number;
            let used = micros(&one.program) + micros(&one.postgres);
            let by_hand = one.by_hand.as_ref().map(micros).unwrap_or_default();
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "| {} | {} | {number} | {:.1} | {:.0} | {:.1} | {:.1} | {:.0} | {by_hand:.1} | {:.0} | {:.2} | {:.0} | {:.0} |",
                one.what,
                who.name(),
                one.seconds,
                number / one.seconds,
                micros(&one.program),
                micros(&one.postgres),
                1e6 / used,
                number / one.by_hand_seconds,
                by_hand / used,
                one.early,
                one.most,
            );
        }
    }
    text.push_str("\n| a map beside | | p50 ms | p99 ms | maps |\n|---|---|---|---|---|\n");
    for Brought { who, reads, .. } in all {
        for Reads { what, load } in reads {
            let at = |percent: usize| {
                let place = load.micros.len() * percent / 100;
                load.micros.get(place).map_or(0.0, |micros| f64::from(*micros) / 1e3)
            };
            let maps = load.micros.len();
            let _ = writeln!(text, "| {what} | {} | {:.2} | {:.2} | {maps} |", who.name(), at(50), at(99));
        }
    }
    text
}
