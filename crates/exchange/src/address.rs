//! Where a question may be sent. A pack names the address of a department, and a pack can be wrong or hostile, so the
//! address is checked before a name is looked up and again on what the name resolves to; the connection is then made to
//! exactly the addresses that were checked.
//!
//! Nothing here decides about redirects: they are never followed.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use connector::Failure;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Hosts that the operator vouches for: they may be spoken to over plain HTTP and may lie inside the own network.
#[derive(Clone, Debug, Default)]
pub struct AllowList(Vec<Listed>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    host: Host,
    /// `None` lists every port of the host.
    port: Option<u16>,
}

/// How far an exchange may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A host that nobody listed: public addresses only.
    Public,
    /// A listed host: loopback and private addresses too.
    Listed,
}

impl AllowList {
    /// Reads entries of the form `host`, `host:port`, `[v6]` or `[v6]:port`. The entry that cannot be read is returned.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        entries
            .into_iter()
            .map(|entry| Listed::parse(entry).ok_or_else(|| entry.to_owned()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn lists(&self, host: &Host<&str>, port: u16) -> bool {
        self.0.iter().any(|listed| same_host(&listed.host, host) && listed.port.is_none_or(|p| p == port))
    }

    /// Decides how far a request to `url` may reach, or that it may not be sent.
    pub fn reach(&self, url: &Url) -> Result<Reach, Failure> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(Failure::Forbidden);
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::Forbidden);
        }
        if self.lists(&host, port) {
            return match url.scheme() {
                "http" | "https" => Ok(Reach::Listed),
                _ => Err(Failure::Forbidden),
            };
        }
        let public = match host {
            Host::Domain(name) => !is_local_name(name),
            Host::Ipv4(ip) => is_public_v4(ip),
            Host::Ipv6(ip) => is_public_v6(ip),
        };
        if public && url.scheme() == "https" { Ok(Reach::Public) } else { Err(Failure::Forbidden) }
    }
}

impl Listed {
    fn parse(entry: &str) -> Option<Self> {
        if entry.is_empty() || entry.contains(['/', '\\', '@', '?', '#', '*', ' ']) {
            return None;
        }
        // Each scheme hides its own default port, so the other one is asked too.
        let plain = Url::parse(&format!("http://{entry}/")).ok()?;
        let secure = Url::parse(&format!("https://{entry}/")).ok()?;
        Some(Self { host: plain.host()?.to_owned(), port: plain.port().or(secure.port()) })
    }
}

/// `host.` is the same host as `host`.
fn same_host(listed: &Host, asked: &Host<&str>) -> bool {
    match (listed, asked) {
        (Host::Domain(a), Host::Domain(b)) => a.trim_end_matches('.').eq_ignore_ascii_case(b.trim_end_matches('.')),
        (Host::Ipv4(a), Host::Ipv4(b)) => a == b,
        (Host::Ipv6(a), Host::Ipv6(b)) => a == b,
        _ => false,
    }
}

/// Names that mean this machine or its neighbours whatever a resolver says.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !name.contains('.') || [".localhost", ".local", ".internal", ".localdomain"].iter().any(|end| name.ends_with(end))
}

/// True for addresses of the public Internet.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    // Only 2000::/3 is given out as global unicast; what is carved out of it is named below. That leaves out loopback,
    // unspecified, IPv4-mapped and -compatible addresses, NAT64, unique local, link-local, site-local and multicast.
    let s = ip.segments();
    s[0] & 0xe000 == 0x2000
        && !matches!(s, [0x2001, 0..=0x01ff, ..]) // protocol assignments, Teredo among them
        && !matches!(s, [0x2001, 0x0db8, ..]) // documentation
        && !matches!(s, [0x3fff, 0..=0x0fff, ..]) // documentation
        && s[0] != 0x2002 // 6to4 carries an IPv4 address that could be anything
}

/// What even a listed name must not resolve to: nobody means the cloud's metadata service or a broadcast by a name.
fn is_never_meant(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_multicast() || ip.is_broadcast() || ip.octets()[0] == 0,
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => is_never_meant(IpAddr::V4(v4)),
            None => ip.is_multicast() || ip.is_unspecified() || ip.segments()[0] & 0xffc0 == 0xfe80,
        },
    }
}

/// True if an exchange of this reach may connect to the address that a name resolved to.
#[must_use]
pub fn permits(reach: Reach, ip: IpAddr) -> bool {
    match reach {
        Reach::Public => is_public(ip),
        Reach::Listed => !is_never_meant(ip),
    }
}

/// A name that resolved to an address that must not be reached.
#[derive(Debug)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name resolves to an address that is not allowed")
    }
}

impl Error for Refused {}

/// Looks names up and hands out only addresses within its reach. One forbidden address refuses the whole name, because
/// a name that mixes public and private addresses is being rebound.
#[derive(Clone, Copy, Debug)]
pub struct Pinned(pub Reach);

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().all(|address| permits(reach, address.ip())) {
                Ok(Box::new(found.into_iter()) as Addrs)
            } else {
                Err(Refused.into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(list: &[&str], url: &str) -> Result<Reach, Failure> {
        let list = AllowList::parse(list.iter().copied()).expect("list");
        Url::parse(url).map_or(Err(Failure::Forbidden), |url| list.reach(&url))
    }

    #[test]
    fn private_addresses_in_every_spelling_are_refused() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://017700000001/",
            "https://127.0.0.1./",
            "https://１２７.０.０.１/",
            "https://127。0。0。1/",
            "https://0.0.0.0/",
            "https://0/",
            "https://10.1.2.3/",
            "https://100.64.0.1/",
            "https://100.127.255.255/",
            "https://169.254.169.254/latest/meta-data/",
            "https://2852039166/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.0.0.170/",
            "https://192.168.1.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://240.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:1::1]/",
            "https://[2001:db8::1]/",
            "https://[fc00::1]/",
            "https://[fd12:3456::1]/",
            "https://[fe80::1]/",
            "https://[fec0::1]/",
            "https://[ff02::1]/",
            "https://localhost/",
            "https://LOCALHOST/",
            "https://localhost./",
            "https://a.localhost/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://intranet/",
        ] {
            assert_eq!(reach(&[], url), Err(Failure::Forbidden), "{url}");
        }
    }

    #[test]
    fn public_hosts_are_reached_over_tls_only() {
        for url in [
            "https://8.8.8.8/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
            "https://[2400:3200::1]/",
            "https://dept.example.cn:8443/a",
        ] {
            assert_eq!(reach(&[], url), Ok(Reach::Public), "{url}");
            assert_eq!(reach(&[], &url.replacen("https", "http", 1)), Err(Failure::Forbidden), "{url}");
        }
        for url in [
            "ftp://dept.example.cn/",
            "file:///etc/passwd",
            "https://user:secret@dept.example.cn/",
            "gopher://8.8.8.8/",
        ] {
            assert_eq!(reach(&[], url), Err(Failure::Forbidden), "{url}");
        }
    }

    #[test]
    fn a_listed_host_is_reached_at_the_listed_port() {
        let list = ["127.0.0.1:8090", "dept.lakeside.example", "[::1]:80", "secure.example:443"];
        for (url, wanted) in [
            ("http://127.0.0.1:8090/x", Ok(Reach::Listed)),
            ("http://2130706433:8090/x", Ok(Reach::Listed)),
            ("http://127.0.0.1:8091/x", Err(Failure::Forbidden)),
            ("http://[::ffff:127.0.0.1]:8090/x", Err(Failure::Forbidden)),
            ("http://dept.lakeside.example:99/x", Ok(Reach::Listed)),
            ("http://DEPT.lakeside.example./x", Ok(Reach::Listed)),
            ("http://evil.dept.lakeside.example/x", Err(Failure::Forbidden)),
            ("http://[::1]/x", Ok(Reach::Listed)),
            ("http://[::1]:81/x", Err(Failure::Forbidden)),
            ("https://secure.example/x", Ok(Reach::Listed)),
            ("http://secure.example/x", Err(Failure::Forbidden)),
            ("ftp://127.0.0.1:8090/x", Err(Failure::Forbidden)),
        ] {
            assert_eq!(reach(&list, url), wanted, "{url}");
        }
    }

    #[test]
    fn an_entry_that_is_not_a_host_is_named() {
        for entry in ["", "http://127.0.0.1", "a b", "*.example.cn", "u@h", "h:99999", "host/path"] {
            assert_eq!(AllowList::parse([entry]).map(|_| ()), Err(entry.to_owned()));
        }
    }

    #[test]
    fn a_listed_name_may_be_private_but_never_the_metadata_service() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("ip");
        assert!(permits(Reach::Listed, ip("10.0.0.1")) && !permits(Reach::Public, ip("10.0.0.1")));
        for never in
            ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::", "255.255.255.255"]
        {
            assert!(!permits(Reach::Listed, ip(never)), "{never}");
            assert!(!permits(Reach::Public, ip(never)), "{never}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_resolves_to() {
        let name = || "localhost".parse::<Name>().expect("name");
        let refused = Pinned(Reach::Public).resolve(name()).await.err().expect("refused");
        assert!(refused.is::<Refused>());
        assert!(Pinned(Reach::Listed).resolve(name()).await.is_ok_and(|mut found| found.all(|a| a.ip().is_loopback())));
    }
}
