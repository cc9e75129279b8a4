//! `kartotek serve`, as it is shipped.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use kartotek::crypto::MasterKeys;

use crate::{Result, third_party};

/// Where the program and its files are, and which database it works on.
#[derive(Clone)]
pub struct Setup {
    pub program: PathBuf,
    pub folder: PathBuf,
    pub database: String,
}

impl Setup {
    /// A new folder with a new master key, and the database brought up to date.
    pub fn new(program: &Path, folder: PathBuf, database: String) -> Result<(Self, MasterKeys)> {
        std::fs::create_dir_all(&folder)?;
        let text = MasterKeys::generate_text()?;
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join("master.keys"))?;
        file.write_all(text.as_bytes())?;
        let setup = Self { program: program.to_owned(), folder, database };
        setup.call(&["migrate"])?;
        Ok((setup, MasterKeys::parse(&text)?))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("KARTOTEK_DATA_DIR", &self.folder)
            .env("KARTOTEK_DATABASE_URL", &self.database)
            .env("KARTOTEK_SWEEP_INTERVAL", "1d")
            .env("KARTOTEK_BULK_APPROVAL_ABOVE", "100000000")
            .env("KARTOTEK_CONNECTOR_HOSTS", "127.0.0.1")
            .env("KARTOTEK_CONNECTOR_NETWORKS", "127.0.0.0/8")
            .env("KARTOTEK_CONNECTOR_SQLITE_DIR", self.in_house())
            .env(third_party::VARIABLE, third_party::SECRET);
        command
    }

    /// The folder with the company's own SQLite databases.
    pub fn in_house(&self) -> PathBuf {
        self.folder.join("in-house")
    }

    pub fn call(&self, arguments: &[&str]) -> Result<String> {
        let done = self.command(arguments).output()?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
        }
        Ok(String::from_utf8(done.stdout)?)
    }

    /// Starts the program beside this one, with nothing on standard input.
    pub fn begin(&self, arguments: &[&str], token: Option<(&str, SocketAddr)>) -> Result<Child> {
        let mut command = self.command(arguments);
        if let Some((token, address)) = token {
            command.env("KARTOTEK_TOKEN", token).env("KARTOTEK_ENDPOINT", format!("http://{address}"));
        }
        Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
    }

    /// A token for somebody of this role.
    pub fn token(&self, role: &str) -> Result<String> {
        Ok(self.call(&["token", "--role", role, "--expires", "1d"])?.trim().to_owned())
    }

    /// Starts it and waits until it is ready and has looked through all maps, as it does first of all: that is not to fall
    /// into what is measured.
    pub fn start(&self) -> Result<Server> {
        let server = self.launch()?;
        while server.swept()?.is_none() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Starts it and waits until it is ready.
    pub fn launch(&self) -> Result<Server> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        let begin = Instant::now();
        let child = self
            .command(&["serve", "--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let mut server = Server { child, address, ready_after: Duration::ZERO };
        while !is_ready(address) {
            if let Some(status) = server.child.try_wait()? {
                let log = std::fs::read_to_string(self.folder.join("log"))?;
                return Err(format!("the server ended with {status}:\n{log}").into());
            }
            if begin.elapsed() > Duration::from_mins(1) {
                return Err("the server is not ready after a minute".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        server.ready_after = begin.elapsed();
        Ok(server)
    }
}

fn is_ready(address: SocketAddr) -> bool {
    get(address, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// A server that runs until it is stopped or dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub ready_after: Duration,
}

impl Server {
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// How long its first pass over all maps took, in seconds, and how many lines it changed; `None` while it goes on.
    pub fn swept(&self) -> Result<Option<(f64, u64)>> {
        let metrics = get(self.address, "/metrics")?;
        let value = |name: &str| {
            let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.and_then(|value| value.trim().parse::<f64>().ok())
        };
        if value("sweep_seconds_count").is_none_or(|count| count < 1.0) {
            return Ok(None);
        }
        let lines = value("sweep_locations_total").unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
        let lines = lines as u64;
        Ok(value("sweep_seconds_sum").map(|seconds| (seconds, lines)))
    }

    /// How many events have a place in what was signed last.
    pub fn sealed(&self) -> Result<u64> {
        let metrics = get(self.address, "/metrics")?;
        let size = metrics.lines().find_map(|line| line.strip_prefix("audit_tree_size "));
        let size = size.and_then(|value| value.trim().parse::<f64>().ok()).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of events")]
        Ok(size as u64)
    }

    /// As an operator would.
    pub fn stop(mut self) -> Result<()> {
        Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status()?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing to do about it when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
