//! Addresses by their standing.

use super::*;

fn check(expect: Standing, addresses: &[&str]) {
    for text in addresses {
        assert_eq!(text.parse().map(standing), Ok(expect), "{text}");
    }
}

#[test]
fn sorts_addresses() {
    check(
        Standing::Local,
        &[
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
        ],
    );
    check(
        Standing::Local,
        &["0.0.0.0", "100.64.0.1", "::", "::1", "fd00::1", "fe80::1", "fec0::1"],
    );
    check(Standing::Reserved, &["192.0.2.1", "224.0.0.1", "255.255.255.255", "198.18.0.1"]);
    check(
        Standing::Reserved,
        &["2001:db8::1", "2002:808:808::1", "2001::1", "ff02::1", "64:ff9b:1::808:808"],
    );
    for public in
        ["8.8.8.8", "172.15.255.255", "172.32.0.0", "100.128.0.0", "2a00:1450::1", "2001:4860::1"]
    {
        assert!(public.parse().is_ok_and(|a| standing(a) == Standing::Public(a)), "{public}");
    }
}

#[test]
fn a_carried_address_decides() {
    check(Standing::Local, &["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1"]);
    check(Standing::Public(IpAddr::from([8, 8, 8, 8])), &["::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]);
}

#[test]
fn the_tables_are_well_formed() {
    for prefix in LOCAL.iter().chain(&RESERVED) {
        let (address, length) = prefix.parts();
        assert_eq!(Prefix::new(address, length), Ok(*prefix));
    }
}
