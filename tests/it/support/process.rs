//! The program itself, as a process that is started, and ends or is killed.

use super::Database;
use secrecy::ExposeSecret;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

/// One of the program's processes. It does not outlive its test, however that ends.
#[derive(Debug)]
pub struct Process(Child);

impl Drop for Process {
    /// Kills it, and waits until nothing of it is left that holds a lock or a connection.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts it, and waits until it says that; what it said last.
    pub fn start(mut command: Command, words: &str) -> (Self, String) {
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut told = String::new();
        let said = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it never said {words}: {told}")).unwrap();
            if line.contains(words) {
                break line;
            }
            told += &line;
        };
        // Somebody has to read on, or it waits for the pipe to empty.
        std::thread::spawn(move || lines.for_each(drop));
        (Self(process), said)
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Tells it to stop; its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.0.wait().unwrap().code()
    }
}

/// The program in this folder, with nothing but its database in its environment.
pub fn kartotek(folder: &Path, database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartotek"));
    command.current_dir(folder).env_clear();
    command.env("KARTOTEK_DATABASE_URL", database.settings().url.expose_secret());
    command
}

/// Runs it to its end; its exit code, and what it said.
pub fn run(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// Waits a while before something is looked at again.
pub async fn pause(wait: Duration) {
    tokio::time::timeout(wait, std::future::pending::<()>()).await.unwrap_err();
}
