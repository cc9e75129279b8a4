//! Addresses that requests must not reach, by whatever name (W7).

use super::server::{Server, ask, here, https, lasts, listening, party, trusting};
use crate::connector::{
    Answer, Failure,
    http::{
        Egress, ThirdParty,
        resolver::{CheckedResolver, SystemNames},
        testing::{OLD, keys, says},
    },
};
use entity::enums::SubjectKeyKind;
use futures::FutureExt;
use proptest::prelude::*;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

/// A name server that answers each question with the next of its answers.
struct Names(Mutex<VecDeque<Vec<IpAddr>>>);

impl Names {
    fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let addresses = |answer: &&[&str]| answer.iter().map(|it| it.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(addresses).collect())))
    }
}

impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        let answer = self.0.lock().unwrap().pop_front().unwrap_or_default();
        let answer = answer.into_iter().map(|address| SocketAddr::new(address, 0));
        Box::pin(std::future::ready(Ok(Box::new(answer) as Addrs)))
    }
}

fn allowing(network: &str) -> Egress {
    Egress::allowing([network.parse().unwrap()])
}

fn named(egress: &Egress, port: u16) -> ThirdParty {
    ThirdParty {
        destination: egress.check(&format!("https://party.example:{port}/dsr")).unwrap(),
        keys: keys(OLD),
        authorization: None,
        known_by: SubjectKeyKind::Email,
        timeout: Duration::from_secs(10),
    }
}

const COMPLETED: &str = r#"{"status":"completed"}"#;

#[tokio::test]
async fn w7_a_name_that_leads_inside_is_not_connected_to() {
    let (at, count) = https("127.0.0.1:0", COMPLETED).await;
    let public = Egress::default();
    for answer in
        [&["127.0.0.1"][..], &["::ffff:127.0.0.1"], &["1.1.1.1", "127.0.0.1"], &["127.0.0.1", "1.1.1.1"]]
    {
        let sender = trusting(public.clone(), Names::answering(&[answer]));
        let asked = ask(&sender, &named(&public, at.port())).await;
        let Err(Failure::Lasting { message }) = &asked else { panic!("{answer:?}: {asked:?}") };
        assert!(message.contains("not allowed"), "{message}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn w7_a_name_that_leads_elsewhere_the_second_time_is_not_followed_there() {
    let (at, count) = https("0.0.0.0:0", COMPLETED).await;
    let egress = allowing("127.0.0.2/32");
    let sender =
        trusting(egress.clone(), Names::answering(&[&["127.0.0.2"], &["127.0.0.3"], &["127.0.0.2"]]));
    let party = named(&egress, at.port());
    assert!(matches!(ask(&sender, &party).await, Ok(Answer::Done(_))));
    assert!(lasts(&ask(&sender, &party).await));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert!(matches!(ask(&sender, &party).await, Ok(Answer::Done(_))));
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn w7_a_name_that_leads_nowhere_is_asked_for_again_later() {
    let public = Egress::default();
    let sender = trusting(public.clone(), Names::answering(&[]));
    assert!(super::server::passes(&ask(&sender, &named(&public, 443)).await));
}

#[tokio::test]
async fn w7_an_address_in_the_url_is_checked_before_each_request() {
    let (at, count) = listening("127.0.0.1:0", async |_| ()).await;
    // Registered when the operator allowed more than now.
    for url in [format!("http://{at}/"), format!("https://{at}/"), format!("http://localhost:{}/", at.port())]
    {
        for now in [Egress::default(), allowing("10.0.0.0/8"), allowing("127.0.0.2/32")] {
            let asked = ask(&trusting(now, Arc::new(SystemNames)), &party(&url)).await;
            assert!(lasts(&asked), "{url}: {asked:?}");
        }
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn localhost_is_this_machine_whatever_a_name_server_says() {
    let server = Server::saying(200, &[], &says("received")).await;
    let url = server.url.replace("127.0.0.1", "localhost");
    let sender = trusting(here(), Names::answering(&[&["1.1.1.1"]]));
    assert_eq!(ask(&sender, &party(&url)).await, Ok(Answer::Accepted));
}

proptest! {
    /// Whatever a name server answers and the operator allows: addresses that the client is given are within bounds.
    #[test]
    fn w7_no_address_out_of_bounds_is_handed_to_the_client(
        found in prop::collection::vec(any::<IpAddr>(), 0..4),
        inner in prop::collection::vec((0..4_usize, any::<u32>()), 0..3),
        allowed in any::<(Ipv4Addr, u8)>(),
    ) {
        // Random addresses are public for the most part; these are not.
        let inner = inner.into_iter().map(|(which, bits)| {
            let first = [0x7f00_0000, 0x0a00_0000, 0xa9fe_0000, 0xc0a8_0000_u32][which];
            IpAddr::V4(Ipv4Addr::from(first | (bits & 0xffff)))
        });
        let found = found.into_iter().chain(inner).collect::<Vec<_>>();
        let network = ipnet::Ipv4Net::new(allowed.0, allowed.1 % 33).unwrap();
        let egress = Egress::allowing([network.into()]);
        let names = Arc::new(Names(Mutex::new(VecDeque::from([found.clone()]))));
        let resolver = CheckedResolver::new(egress.clone(), names);
        let answer = resolver.resolve("party.example".parse().unwrap()).now_or_never().unwrap();
        let all_within = found.iter().all(|address| {
            let special = match address {
                IpAddr::V4(it) => it.is_private() || it.is_loopback() || it.is_link_local() || it.is_multicast(),
                IpAddr::V6(it) => it.is_loopback() || it.is_multicast() || it.is_unique_local(),
            };
            !special || matches!(address, IpAddr::V4(it) if network.contains(it))
        });
        match answer {
            Ok(given) => {
                prop_assert!(all_within);
                prop_assert_eq!(given.map(|address| address.ip()).collect::<Vec<_>>(), found);
            }
            Err(refused) => {
                prop_assert!(refused.is::<crate::connector::http::OutOfBounds>());
                prop_assert!(found.iter().any(|address| egress.check_address(*address).is_err()));
            }
        }
    }
}
