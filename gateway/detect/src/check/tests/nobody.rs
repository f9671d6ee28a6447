//! What has the form of an address or a number and leads to nobody.

use super::check;

#[test]
fn what_nobody_stands_behind() {
    check("email", "postmaster@agency.example", false); // RFC 2142
    check("email", "info@agency.example", true);
    check("email", "foo@agency.example", false); // RFC 3092
    check("email", "someone@agency.example", false);
    check("email", "jane.foo@agency.example", true);
    check("email", "vorname.nachname@agency.example", false);
    check("email", "jane@agency.invalid", false); // RFC 6761
    check("ipv4_block", "172.16.0.0/12", true); // IANA
    check("ipv4_block", "172.16.0.0/13", false);
    check("ipv4_constant", "10.0.0.0/8", false);
    check("ipv4_private", "10.20.4.0/24", true);
    check("ipv6", "2606:4700:4700::1111", false);
    check("ipv6", "2606:4700:4700::1112", true);
    check("ipv6_block", "fe80::/10", true); // IANA
    check("ipv6_constant", "fe80::/10", false);
    check("ipv6_private", "02:00:5e:10:00:00:00:01", false); // RFC 9542
    check("nanp", "415-555-0132", true); // NANPA: set aside for samples
    check("nanp", "415-555-2671", false);
    check("nanp", "415-999-4444", false);
    check("phone", "+1 415 555 2671", false);
    check("phone", "+1 415 555 0132", true);
    check("phone_loose", "456-7891", false);
}
