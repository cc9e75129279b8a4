//! All of them, from the demo's start to its end.

use super::{
    file::File,
    in_house, record,
    third_party::{ThirdParty, router},
};
use crate::{
    access::{Clock, Door, Stop},
    auth::write_new_secret,
    connector::{
        Allowed, Host,
        http::{Keys, UnusableSecret},
    },
    domain::{
        catalog::Catalogs,
        demo::{CRM, ConnectDemo, HeldAt, INVOICING, VAULT, people},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::{
    connector::{Connector, HttpConnector, SecretReference},
    enums::{SubjectKeyKind, TaskAction},
};
use secrecy::SecretString;
use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{net::TcpListener, task::JoinHandle};
use zeroize::Zeroizing;

/// Where the third party usually answers, on this machine only. When somebody else has that port, it takes another.
const PORT: u16 = 8081;

/// The name of the file with the secret that it shares with the company.
const SECRET: &str = "old-mill-vault";

/// The systems that the demo's program can reach, for as long as this is there.
#[derive(Debug)]
pub struct Peers {
    folder: PathBuf,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum NoPeers {
    #[error("the demo's own files cannot be made")]
    Files(#[from] std::io::Error),
    #[error("the demo's databases cannot be made")]
    Databases(#[from] sqlx::Error),
    #[error("no secret can be made")]
    Random(#[from] getrandom::Error),
    #[error("the secret of the demo's third party cannot be used")]
    Secret(#[from] UnusableSecret),
    #[error("the demo's systems cannot be connected")]
    Stopped(#[from] Stop),
}

impl Peers {
    /// Starts the third party. The files are in a folder below `data_dir`, for nobody else to read.
    ///
    /// # Errors
    /// When the folder cannot be written, or no port is free.
    pub async fn start(data_dir: &Path, clock: Box<dyn Clock>) -> Result<Self, NoPeers> {
        let folder = data_dir.join("demo");
        for inner in ["in-house", "secrets", SECRET] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder.join(inner))?;
        }
        // Connectors name files by where they are, wherever the program is started from.
        let folder = folder.canonicalize()?;
        let keys = Keys::parse(&secret(&folder.join("secrets").join(SECRET))?)?;
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
        };
        let address = listener.local_addr()?;
        let party = ThirdParty { record: record_of(&folder), keys, clock };
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router(party)).await {
                tracing::warn!(%error, "the demo's third party has ended");
            }
        });
        Ok(Self { folder, address, serving })
    }

    /// Where the third party shows what it holds and what it was asked.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder with their files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the operator allows, and besides that these systems, and nothing beyond them. Where the operator has folders of
    /// their own for connectors, there are to be no peers.
    #[must_use]
    pub fn allow(&self, allowed: Allowed) -> Allowed {
        let mut networks = allowed.networks.clone();
        networks.push(IpAddr::from(Ipv4Addr::LOCALHOST).into());
        Allowed {
            secrets: allowed.secrets.with_folder(self.folder.join("secrets")),
            hosts: allowed.hosts.and(Host::of(Ipv4Addr::LOCALHOST.into())),
            networks,
            sqlite_folder: Some(self.folder.join("in-house")),
            ..allowed
        }
    }

    /// Makes the databases that are not there yet, with what the map says is in them, and says how all are reached.
    ///
    /// # Errors
    /// When a file cannot be made, or the database fails.
    pub async fn settle(&self, door: &Arc<Door>, catalogs: &Catalogs) -> Result<(), NoPeers> {
        let access = |operation: &str| door.program("demo", operation);
        let (crm, invoicing) = (self.in_house("kundregister.db"), self.in_house("faktureringssystem.db"));
        let (record, people) = (record_of(&self.folder), people());
        if !crm.is_there() {
            let held = access("fillCrm").read(HeldAt(CRM)).await?;
            in_house::make_crm(&crm, &held, &people).await?;
        }
        if !invoicing.is_there() {
            let held = access("fillInvoicing").read(HeldAt(INVOICING)).await?;
            in_house::make_invoicing(&invoicing, &held, &people).await?;
        }
        if !record.is_there() {
            let held = access("fillThirdParty").read(HeldAt(VAULT)).await?;
            record::make(&record, &held, &people).await?;
        }
        let connectors = BTreeMap::from([
            (CRM, in_house::crm(&crm)),
            (INVOICING, in_house::invoicing(&invoicing)),
            (VAULT, self.third_party()),
        ]);
        access("connectDemo").write(ConnectDemo(connectors)).await?;
        catalogs.refresh().await?;
        Ok(())
    }

    fn in_house(&self, name: &str) -> File {
        File(self.folder.join("in-house").join(name))
    }

    fn third_party(&self) -> Connector {
        Connector::Http(HttpConnector {
            url: format!("http://{}/dsr", self.address),
            signing_secret: SecretReference::File(SECRET.to_owned()),
            authorization: None,
            actions: vec![TaskAction::Erase, TaskAction::Anonymize, TaskAction::Export, TaskAction::Rectify],
            subject_key: SubjectKeyKind::ExternalReference,
            timeout: "PT10S".to_owned(),
            answer_within: "P14D".to_owned(),
            max_attempts: 10,
        })
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn record_of(folder: &Path) -> File {
    File(folder.join(SECRET).join("record.db"))
}

/// The secret in this file, which is made where there is none.
fn secret(path: &Path) -> Result<SecretString, NoPeers> {
    if !path.exists() {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes)?;
        let text = Zeroizing::new(format!("whsec_{}\n", STANDARD.encode(bytes.as_slice())));
        write_new_secret(path, text.as_bytes())?;
    }
    Ok(Zeroizing::new(fs::read_to_string(path)?).trim_end().to_owned().into())
}
