//! Addresses that are known to be in many countries at once, so that no database can say where one is.
//!
//! This is a short list of the large, long-lived blocks of the networks that AI services stand behind. It is not complete
//! and need not be: what is not on it is judged by the databases, which a deployment keeps fresh. It is here because the
//! country databases do give such addresses a country (one says Canada for most of Cloudflare), and a wrong country is
//! worse than none. A network also counts if it is steered by name instead of by route but ends at whichever front is
//! near, as Google's does.
//!
//! Sources, with the state that was compared:
//! Cloudflare, <https://www.cloudflare.com/ips-v4> and <https://www.cloudflare.com/ips-v6> (all of them) ·
//! Fastly, <https://api.fastly.com/public-ip-list> ·
//! AWS, <https://ip-ranges.amazonaws.com/ip-ranges.json>, region `GLOBAL`, August 2026 ·
//! Google, <https://www.gstatic.com/ipranges/goog.json> without what <https://www.gstatic.com/ipranges/cloud.json> lists for
//! customers, and the entries of scope `global` there, July 2025; the two blocks of 199.36.153, which are not announced to the
//! internet, so that no database can know where they end, from
//! <https://cloud.google.com/vpc-service-controls/docs/private-connectivity> (`restricted`) and
//! <https://cloud.google.com/vpc/docs/configure-private-google-access-hybrid> (`private`) ·
//! Azure Front Door, service tag `AzureFrontDoor.Frontend`, July 2025.
//! A block of several that its owner lists in parts is given as one here.

use std::net::IpAddr;

use crate::prefix::Prefix;

/// How old the list is, in Unix seconds: that of its oldest source, 2025-07-24.
pub(crate) const COMPARED: u64 = 1_753_315_200;

/// The network that announces the address from many places, if it is a known one.
pub(crate) fn network(address: IpAddr) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|(_, blocks)| blocks.iter().any(|block| block.contains(address)))
        .map(|(name, _)| *name)
}

const KNOWN: [(&str, &[Prefix]); 5] = [
    ("Cloudflare", &CLOUDFLARE),
    ("Fastly", &FASTLY),
    ("Google front ends", &GOOGLE),
    ("AWS global", &AWS),
    ("Azure Front Door", &AZURE),
];

const CLOUDFLARE: [Prefix; 22] = [
    Prefix::v4([103, 21, 244, 0], 22),
    Prefix::v4([103, 22, 200, 0], 22),
    Prefix::v4([103, 31, 4, 0], 22),
    Prefix::v4([104, 16, 0, 0], 13),
    Prefix::v4([104, 24, 0, 0], 14),
    Prefix::v4([108, 162, 192, 0], 18),
    Prefix::v4([131, 0, 72, 0], 22),
    Prefix::v4([141, 101, 64, 0], 18),
    Prefix::v4([162, 158, 0, 0], 15),
    Prefix::v4([172, 64, 0, 0], 13),
    Prefix::v4([173, 245, 48, 0], 20),
    Prefix::v4([188, 114, 96, 0], 20),
    Prefix::v4([190, 93, 240, 0], 20),
    Prefix::v4([197, 234, 240, 0], 22),
    Prefix::v4([198, 41, 128, 0], 17),
    Prefix::v6([0x2400, 0xcb00, 0], 32),
    Prefix::v6([0x2405, 0x8100, 0], 32),
    Prefix::v6([0x2405, 0xb500, 0], 32),
    Prefix::v6([0x2606, 0x4700, 0], 32),
    Prefix::v6([0x2803, 0xf800, 0], 32),
    Prefix::v6([0x2a06, 0x98c0, 0], 29),
    Prefix::v6([0x2c0f, 0xf248, 0], 32),
];

const FASTLY: [Prefix; 10] = [
    Prefix::v4([23, 235, 32, 0], 20),
    Prefix::v4([104, 156, 80, 0], 20),
    Prefix::v4([140, 248, 128, 0], 17),
    Prefix::v4([146, 75, 0, 0], 17),
    Prefix::v4([151, 101, 0, 0], 16),
    Prefix::v4([157, 52, 64, 0], 18),
    Prefix::v4([167, 82, 0, 0], 17),
    Prefix::v4([199, 232, 0, 0], 16),
    Prefix::v6([0x2a04, 0x4e40, 0], 32),
    Prefix::v6([0x2a04, 0x4e42, 0], 32),
];

const GOOGLE: [Prefix; 31] = [
    // Google's own fronts, which serve its APIs.
    Prefix::v4([64, 233, 160, 0], 19),
    Prefix::v4([66, 102, 0, 0], 20),
    Prefix::v4([74, 125, 0, 0], 16),
    Prefix::v4([108, 177, 0, 0], 17),
    Prefix::v4([142, 250, 0, 0], 15),
    Prefix::v4([172, 217, 0, 0], 16),
    Prefix::v4([172, 253, 0, 0], 16),
    Prefix::v4([173, 194, 0, 0], 16),
    Prefix::v4([192, 178, 0, 0], 15),
    Prefix::v4([199, 36, 153, 4], 30), // restricted.googleapis.com
    Prefix::v4([199, 36, 153, 8], 30), // private.googleapis.com
    Prefix::v4([209, 85, 128, 0], 17),
    Prefix::v4([216, 58, 192, 0], 19),
    Prefix::v4([216, 239, 32, 0], 19),
    Prefix::v6([0x2001, 0x4860, 0], 32),
    Prefix::v6([0x2404, 0x6800, 0], 32),
    Prefix::v6([0x2607, 0xf8b0, 0], 32),
    Prefix::v6([0x2800, 0x3f0, 0], 32),
    Prefix::v6([0x2a00, 0x1450, 0], 32),
    Prefix::v6([0x2c0f, 0xfb50, 0], 32),
    // Google Cloud's global load balancers.
    Prefix::v4([34, 8, 0, 0], 16),
    Prefix::v4([34, 36, 0, 0], 16),
    Prefix::v4([34, 49, 0, 0], 16),
    Prefix::v4([34, 54, 0, 0], 16),
    Prefix::v4([34, 102, 128, 0], 17),
    Prefix::v4([34, 107, 128, 0], 17),
    Prefix::v4([34, 111, 0, 0], 16),
    Prefix::v4([34, 117, 0, 0], 16),
    Prefix::v4([34, 120, 0, 0], 16),
    Prefix::v4([34, 149, 0, 0], 16),
    Prefix::v4([34, 160, 0, 0], 16),
];

const AWS: [Prefix; 32] = [
    // CloudFront.
    Prefix::v4([3, 160, 0, 0], 13),
    Prefix::v4([3, 168, 0, 0], 14),
    Prefix::v4([13, 32, 0, 0], 15),
    Prefix::v4([13, 35, 0, 0], 16),
    Prefix::v4([13, 224, 0, 0], 14),
    Prefix::v4([13, 249, 0, 0], 16),
    Prefix::v4([18, 64, 0, 0], 14),
    Prefix::v4([18, 154, 0, 0], 15),
    Prefix::v4([18, 160, 0, 0], 15),
    Prefix::v4([18, 164, 0, 0], 15),
    Prefix::v4([18, 172, 0, 0], 15),
    Prefix::v4([18, 238, 0, 0], 15),
    Prefix::v4([18, 244, 0, 0], 15),
    Prefix::v4([52, 84, 0, 0], 15),
    Prefix::v4([54, 182, 0, 0], 16),
    Prefix::v4([54, 192, 0, 0], 16),
    Prefix::v4([65, 8, 0, 0], 16),
    Prefix::v4([99, 84, 0, 0], 16),
    Prefix::v4([99, 86, 0, 0], 16),
    Prefix::v4([108, 138, 0, 0], 15),
    Prefix::v4([108, 156, 0, 0], 14),
    Prefix::v4([143, 204, 0, 0], 16),
    Prefix::v6([0x2600, 0x9000, 0x2000], 35),
    // Global Accelerator.
    Prefix::v4([3, 33, 128, 0], 17),
    Prefix::v4([13, 248, 128, 0], 17),
    Prefix::v4([15, 197, 128, 0], 17),
    Prefix::v4([35, 71, 128, 0], 17),
    Prefix::v4([52, 223, 0, 0], 17),
    Prefix::v4([75, 2, 0, 0], 17),
    Prefix::v4([76, 223, 0, 0], 17),
    Prefix::v4([99, 83, 128, 0], 17),
    Prefix::v4([166, 117, 0, 0], 16),
];

const AZURE: [Prefix; 6] = [
    Prefix::v4([13, 107, 213, 0], 24),
    Prefix::v4([13, 107, 226, 0], 24),
    Prefix::v4([13, 107, 246, 0], 24),
    Prefix::v4([13, 107, 253, 0], 24),
    Prefix::v6([0x2620, 0x1ec, 0x46], 47),
    Prefix::v6([0x2620, 0x1ec, 0xbdf], 48),
];

#[cfg(test)]
mod tests;
