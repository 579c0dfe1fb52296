//! A conversation with bytes in the place of a server: what the HTTP library and our buffers make of any answer.

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::wire::{Forward, Growing};
use super::{FailedTry, Reply, converse};
use crate::http::proxy::Proxy;
use crate::model::base_url::BaseUrl;

/// What the program understands when a server sends `answer` and closes, of which `piece` bytes arrive at a time.
pub fn reply_to(answer: &[u8], piece: usize) -> Result<Reply, FailedTry> {
    let message = ureq::http::Request::post("http://script.test/Auth/Login").body(&b"{}"[..]);
    let script = Script { answer: answer.to_owned(), piece: piece.max(1) };
    converse(script, message.map_err(|_| super::malformed())?, "script.test", |_| Ok(()))
}

/// What a forward proxy is sent in the place of `request`.
pub fn forwarded(request: &[u8], to: &BaseUrl, proxy: &Proxy) -> Vec<u8> {
    let mut request = request.to_owned();
    Forward::new(to, proxy).rewrite(&mut request);
    request
}

#[derive(Debug)]
struct Script {
    answer: Vec<u8>,
    piece: usize,
}

impl Connector for Script {
    type Out = Replay;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Replay>, ureq::Error> {
        let (rest, piece) = (self.answer.clone().into_iter(), self.piece);
        Ok(Some(Replay { rest, piece, buffers: Growing::default() }))
    }
}

#[derive(Debug)]
struct Replay {
    rest: std::vec::IntoIter<u8>,
    piece: usize,
    buffers: Growing,
}

impl Transport for Replay {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let into = self.buffers.input_append_buf();
        let amount = self.piece.min(into.len()).min(self.rest.len());
        into.iter_mut()
            .zip(self.rest.by_ref().take(amount))
            .for_each(|(place, byte)| *place = byte);
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        false
    }
}
