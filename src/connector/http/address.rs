//! Which addresses belong to the public internet, by IANA's registries of special-purpose addresses (RFC 6890).

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What no address of the public internet is part of, and what it is instead.
const SPECIAL_V4: &[(Ipv4Net, &str)] = &[
    (v4([0, 0, 0, 0], 8), "this network (RFC 791)"),
    (v4([10, 0, 0, 0], 8), "private (RFC 1918)"),
    (v4([100, 64, 0, 0], 10), "shared by customers of a carrier (RFC 6598)"),
    (v4([127, 0, 0, 0], 8), "loopback (RFC 1122)"),
    (v4([169, 254, 0, 0], 16), "link-local (RFC 3927)"),
    (v4([172, 16, 0, 0], 12), "private (RFC 1918)"),
    (v4([192, 0, 0, 0], 24), "set apart for protocols (RFC 6890)"),
    (v4([192, 0, 2, 0], 24), "for documentation (RFC 5737)"),
    (v4([192, 88, 99, 0], 24), "a relay of 6to4 (RFC 7526)"),
    (v4([192, 168, 0, 0], 16), "private (RFC 1918)"),
    (v4([198, 18, 0, 0], 15), "for benchmarks (RFC 2544)"),
    (v4([198, 51, 100, 0], 24), "for documentation (RFC 5737)"),
    (v4([203, 0, 113, 0], 24), "for documentation (RFC 5737)"),
    (v4([224, 0, 0, 0], 4), "multicast (RFC 5771)"),
    (v4([240, 0, 0, 0], 4), "reserved, or broadcast (RFC 1112, RFC 919)"),
];

/// All that IANA has given out as global unicast (RFC 4291, section 2.4). Loopback, unique-local, link-local,
/// multicast, mapped IPv4 and NAT64 (RFC 6052) lie outside.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// What within it does not belong to the public internet, or hides an IPv4 address.
const SPECIAL_V6: &[(Ipv6Net, &str)] = &[
    (v6([0x2001, 0, 0], 23), "set apart for protocols, among them Teredo (RFC 2928, RFC 4380)"),
    (v6([0x2001, 0xdb8, 0], 32), "for documentation (RFC 3849)"),
    (v6([0x2002, 0, 0], 16), "6to4, an IPv4 address within (RFC 3056)"),
    (v6([0x3fff, 0, 0], 20), "for documentation (RFC 9637)"),
];

/// Where a translator puts IPv4 addresses: `64:ff9b::/96` (RFC 6052).
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0], 96);

/// Why an address is not reached, unless the operator allows its network.
#[must_use]
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => {
            SPECIAL_V4.iter().find(|(network, _)| network.contains(&address)).map(|(_, what)| *what)
        }
        IpAddr::V6(address) if GLOBAL_V6.contains(&address) => {
            SPECIAL_V6.iter().find(|(network, _)| network.contains(&address)).map(|(_, what)| *what)
        }
        IpAddr::V6(_) => Some("no global unicast address (RFC 4291)"),
    }
}

/// Whether an address may be reached: the public internet, and what the operator allows.
///
/// An IPv4 address in the clothes of IPv6 is in none of the operator's IPv4 networks, as nobody has reason to write it
/// so. Behind a translator, whose network an operator has to allow, the address within counts as well.
pub(super) fn check(address: IpAddr, allowed: &[IpNet]) -> Result<(), &'static str> {
    if !allowed.iter().any(|network| network.contains(&address)) {
        return special(address).map_or(Ok(()), Err);
    }
    match within_nat64(address) {
        Some(within) => check(IpAddr::V4(within), allowed),
        None => Ok(()),
    }
}

fn within_nat64(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    let [.., a, b, c, d] = address.octets();
    NAT64.contains(&address).then(|| Ipv4Addr::new(a, b, c, d))
}

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c]: [u16; 3], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn reached(address: &str, allowed: &[&str]) -> bool {
        check(address.parse().unwrap(), &nets(allowed)).is_ok()
    }

    #[test]
    fn w7_the_public_internet_is_reached_and_nothing_else() {
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2600::1",
            "2a00:1450:400f:80c::200e",
            "3ffe:ffff::1",
        ] {
            assert!(reached(public, &[]), "{public}");
        }
        for special in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "::ffff:0:1.1.1.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::1.1.1.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!reached(special, &[]), "{special}");
        }
    }

    #[test]
    fn w7_what_the_operator_allows_is_reached_and_no_neighbour_of_it() {
        let allowed = ["10.1.0.0/16", "fd00:1::/32"];
        assert!(reached("10.1.2.3", &allowed));
        assert!(reached("fd00:1::5", &allowed));
        assert!(reached("1.1.1.1", &allowed));
        for other in
            ["10.2.0.1", "127.0.0.1", "fd00:2::1", "::ffff:10.1.2.3", "2002:a01:203::1", "64:ff9b::a01:203"]
        {
            assert!(!reached(other, &allowed), "{other}");
        }
    }

    #[test]
    fn w7_behind_a_translator_the_address_within_counts() {
        let allowed = ["64:ff9b::/96", "10.0.0.0/8"];
        assert!(reached("64:ff9b::1.1.1.1", &allowed));
        assert!(reached("64:ff9b::10.0.0.1", &allowed));
        assert!(!reached("64:ff9b::127.0.0.1", &allowed));
        assert!(!reached("64:ff9b::169.254.169.254", &allowed));
    }

    proptest! {
        /// The standard library's own opinion, as far as it has one that is stable.
        #[test]
        fn w7_no_special_ipv4_address_is_reached(bits in any::<u32>()) {
            let it = Ipv4Addr::from(bits);
            let special = it.is_private() || it.is_loopback() || it.is_link_local() || it.is_multicast()
                || it.is_documentation() || it.is_unspecified() || it.is_broadcast();
            prop_assert!(!special || check(it.into(), &[]).is_err(), "{it}");
        }

        #[test]
        fn w7_no_special_ipv6_address_is_reached(bits in any::<u128>(), first in 0..0x1_0000_u128, embed in any::<u32>()) {
            for bits in [bits, bits >> 3 | first << 112, u128::from(embed), 0xffff_0000_0000 | u128::from(embed)] {
                let it = Ipv6Addr::from(bits);
                let special = it.is_loopback() || it.is_unspecified() || it.is_multicast() || it.is_unique_local()
                    || it.is_unicast_link_local() || it.to_ipv4().is_some();
                prop_assert!(!special || check(it.into(), &[]).is_err(), "{it}");
            }
        }
    }
}
