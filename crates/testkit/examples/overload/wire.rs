//! A kept-alive connection as a browser holds it, without a client library: the generator must cost less than what it
//! measures.

use std::io;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

pub struct Wire {
    address: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// What came back. The body lies in the wire's buffer until the next call.
pub struct Answer<'w> {
    pub status: u16,
    pub body: &'w [u8],
}

impl Wire {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None, buffer: Vec::with_capacity(4096) }
    }

    /// One request, whole as it goes over the line. A connection that broke is made anew next time.
    pub async fn call(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        let (status, body) = loop {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(whole) = whole(&self.buffer)? {
                break whole;
            }
        };
        self.stream = Some(stream);
        Ok(Answer { status, body: &self.buffer[body..] })
    }
}

/// Status and where the body begins, once all of it is there.
fn whole(bytes: &[u8]) -> io::Result<Option<(u16, usize)>> {
    let Some(end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let unreadable = || io::Error::from(io::ErrorKind::InvalidData);
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| unreadable())?;
    let status = head.get(9..12).and_then(|text| text.parse().ok()).ok_or_else(unreadable)?;
    let length = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let begin = end + 4;
    // All our answers name their length.
    let length = length.ok_or_else(unreadable)?;
    Ok((bytes.len() >= begin + length).then_some((status, begin)))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

impl Answer<'_> {
    /// The text after `"name":"`.
    pub fn text(&self, name: &str) -> Option<&str> {
        let rest = self.after(name)?.strip_prefix('"')?;
        rest.split('"').next()
    }

    /// The number after `"name":`.
    pub fn number(&self, name: &str) -> Option<u64> {
        let rest = self.after(name)?;
        rest[..rest.find(|c: char| !c.is_ascii_digit())?].parse().ok()
    }

    /// Our own compact JSON: a name stands once, and its value behind a colon.
    fn after(&self, name: &str) -> Option<&str> {
        let body = std::str::from_utf8(self.body).ok()?;
        let at = body.find(&format!("\"{name}\":"))?;
        Some(&body[at + name.len() + 3..])
    }
}
