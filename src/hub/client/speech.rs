//! What a client says once it is in: commands, checked like any other.

use compact_str::CompactString;

use super::{Client, End};
use crate::{
    channels::Receipt,
    dispatcher::SubmitError,
    domain::{
        callout::attempt::Outcome,
        command::{Command, GiveAnswer},
    },
    hub::{
        outgoing::{Refusal, ServerFrame},
        session::{AnswerFrame, ClientFrame, CloseReason},
    },
};

impl Client {
    pub(super) async fn submit(&mut self, frame: ClientFrame) -> Result<(), End> {
        match frame {
            ClientFrame::Received { attempt } => {
                let Some(admitted) = &mut self.admitted else { return Ok(()) };
                if let Some(receipts) = admitted.unconfirmed.remove(&attempt) {
                    let at = self.hub.board.now();
                    let receipt = Receipt { attempt, outcome: Outcome::Delivered, at };
                    // A full queue holds this client back, not the record.
                    let _ = receipts.send(receipt).await;
                }
                Ok(())
            }
            ClientFrame::Answer(frame) => {
                let AnswerFrame { id, obligation, answer, note, on_behalf_of, via, here } = frame;
                let given = GiveAnswer { obligation, answer, note, on_behalf_of, via, here };
                self.answer(&id, given).await
            }
            ClientFrame::View(view) => self.look(&view.id, Some(view.bbox), view.zoom).await,
            ClientFrame::Positions(frame) => self.report(&frame).await,
            ClientFrame::Units { numbers } => {
                self.name_units(&numbers);
                Ok(())
            }
            ClientFrame::Hello(_) | ClientFrame::Pong {} => Ok(()),
        }
    }

    async fn answer(&mut self, id: &CompactString, given: GiveAnswer) -> Result<(), End> {
        let actor = self.actor().await?;
        match self.hub.board.submit(actor, Command::Answer(given)).await {
            Ok(committed) => {
                let (seq, late) = committed.reply.answered().unwrap_or((committed.seq, false));
                self.send(&ServerFrame::Reply { id, seq, late });
                Ok(())
            }
            Err(SubmitError::Stopped) => Err(CloseReason::Restarting.into()),
            Err(error) => {
                let field = error.field().map(str::to_owned);
                let error = Refusal { code: error.code(), message: error.to_string(), field };
                self.send(&ServerFrame::Refused { id, error });
                Ok(())
            }
        }
    }
}
