//! The end of an output of any length, in bounded memory.

/// The last bytes of two streams that are written at the same time.
///
/// Whole lines are kept in the order in which they were completed, so that a line of one stream never ends up inside a line of
/// the other.
#[derive(Debug)]
pub(crate) struct Tail {
    limit: usize,
    lines: Vec<u8>,
    /// What each stream has written of a line that is not complete.
    open: [Vec<u8>; 2],
}

/// One of the two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl Tail {
    /// Keeps at most `limit` bytes, and needs at most six times as many.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, lines: Vec::new(), open: [Vec::new(), Vec::new()] }
    }

    /// Adds what a stream has written.
    pub(crate) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        let [out, err] = &mut self.open;
        let open = match stream {
            Stream::Out => out,
            Stream::Err => err,
        };
        // A carriage return ends a line too: progress bars never write anything else.
        let complete = bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
        let (complete, rest) = bytes.split_at_checked(complete).unwrap_or((bytes, &[]));
        if !complete.is_empty() {
            append(&mut self.lines, open, self.limit);
            open.clear();
            append(&mut self.lines, complete, self.limit);
        }
        append(open, rest, self.limit);
    }

    /// The last bytes, lines that are not complete at the end.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.lines);
        for open in &mut self.open {
            if !open.is_empty() {
                append(&mut all, open, self.limit);
                append(&mut all, b"\n", self.limit);
                open.clear();
            }
        }
        cut(&mut all, self.limit);
        all
    }
}

/// Adds bytes and forgets the oldest ones once there are twice as many as are kept, so that each byte moves at most once.
fn append(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) {
    let bytes = bytes.get(bytes.len().saturating_sub(limit)..).unwrap_or_default();
    if buffer.len() + bytes.len() > 2 * limit {
        cut(buffer, limit.saturating_sub(bytes.len()));
    }
    buffer.extend_from_slice(bytes);
}

fn cut(buffer: &mut Vec<u8>, limit: usize) {
    buffer.drain(..buffer.len().saturating_sub(limit));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(tail: &mut Tail) -> String {
        String::from_utf8(tail.take()).unwrap()
    }

    #[test]
    fn lines_of_two_streams_do_not_mix() {
        let mut tail = Tail::new(100);
        tail.push(Stream::Out, b"one, ");
        tail.push(Stream::Err, b"error\n");
        tail.push(Stream::Out, b"two\nthree");
        tail.push(Stream::Err, b"warn");
        assert_eq!(text(&mut tail), "error\none, two\nthree\nwarn\n");
        assert_eq!(text(&mut tail), "");
    }

    #[test]
    fn only_the_end_is_kept_whatever_the_pieces() {
        let all: Vec<u8> = (0..10_000u32).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        for piece in [1, 7, 64, 1000, all.len()] {
            let mut tail = Tail::new(100);
            for bytes in all.chunks(piece) {
                tail.push(Stream::Out, bytes);
                assert!(tail.lines.len() + tail.open[0].len() <= 400);
            }
            assert_eq!(tail.take(), all[all.len() - 100..], "{piece}");
        }
    }

    #[test]
    fn one_endless_line_keeps_its_end() {
        let mut tail = Tail::new(10);
        for n in 0..1000u32 {
            tail.push(Stream::Err, n.to_string().as_bytes());
            assert!(tail.open[1].len() <= 20);
        }
        assert_eq!(text(&mut tail), "997998999\n");
    }

    #[test]
    fn a_carriage_return_ends_a_line() {
        let mut tail = Tail::new(100);
        tail.push(Stream::Out, b"1%\r2%\r");
        tail.push(Stream::Err, b"x\n");
        assert_eq!(text(&mut tail), "1%\r2%\rx\n");
    }
}
