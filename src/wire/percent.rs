//! Percent-encoding, as paths and forms have it.

/// Encodes everything but ASCII letters, digits and `-._~`.
#[must_use]
pub fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out
}

/// Decodes; a `%` before anything but two hexadecimal digits stays.
#[must_use]
pub fn decode(encoded: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, digit(tail.first()), digit(tail.get(1))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = &tail[2..];
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_reads_back() {
        let text = "a/b \"50%\" ___+é💥?#~";
        let encoded = encode(text);
        assert_eq!(encoded, "a%2Fb%20%2250%25%22%20___%2B%C3%A9%F0%9F%92%A5%3F%23~");
        assert_eq!(decode(encoded.as_bytes()), text.as_bytes());
        assert_eq!(decode(b"100%+%zz%2"), b"100%+%zz%2");
    }
}
