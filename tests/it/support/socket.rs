//! A page at the other end of a socket: it waits for frames and never sleeps.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        handshake::client::Request,
        http::{HeaderValue, header},
    },
};

/// Longest wait for a frame that must come, and for one among many.
const PATIENCE: Duration = Duration::from_secs(20);
const LONG_PATIENCE: Duration = Duration::from_secs(90);

/// An open socket and what it has said of itself.
pub struct WsClient {
    stream: WebSocketStream<TcpStream>,
    pub welcome: Value,
    pub board: Value,
    /// The last event that came.
    pub seq: u64,
    pub answers_pings: bool,
}

impl WsClient {
    /// Opens a socket without saying anything yet; `buffer` bounds what may lie unread on the way.
    pub async fn open(address: &str, buffer: Option<u32>) -> Self {
        let stream = Self::try_open(address, buffer, &[]).await.unwrap();
        Self { stream, welcome: Value::Null, board: Value::Null, seq: 0, answers_pings: true }
    }

    /// Opens a socket as a page that the browser says is of `origin`.
    pub async fn open_from(address: &str, origin: &str, cookie: &str) -> Result<Self, Error> {
        let headers = [(header::ORIGIN, origin), (header::COOKIE, cookie)];
        let stream = Self::try_open(address, None, &headers).await?;
        Ok(Self { stream, welcome: Value::Null, board: Value::Null, seq: 0, answers_pings: true })
    }

    /// Opens a bare socket at a node that may be gone.
    pub async fn try_open(
        address: &str,
        buffer: Option<u32>,
        headers: &[(header::HeaderName, &str)],
    ) -> Result<WebSocketStream<TcpStream>, Error> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(address.parse().unwrap()).await?;
        let mut request: Request =
            format!("ws://{address}/api/v1/live").into_client_request().unwrap();
        let protocol = HeaderValue::from_static("jiaoying.v1");
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        for (name, value) in headers {
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        let (stream, response) = client_async(request, stream).await?;
        assert_eq!(response.headers()[header::SEC_WEBSOCKET_PROTOCOL], "jiaoying.v1");
        Ok(stream)
    }

    /// Says hello with `fields` and takes the welcome, and the snapshot where one comes.
    pub async fn hello(&mut self, fields: Value) {
        self.say_hello(fields).await;
        self.welcome = self.next().await.expect("a welcome");
        assert_eq!(self.welcome["type"], "welcome", "{}", self.welcome);
        self.seq = self.welcome["seq"].as_u64().unwrap();
        if self.welcome["resumed"] == false {
            let mut snapshot = self.next().await.expect("a snapshot");
            assert_eq!(snapshot["type"], "snapshot");
            assert_eq!(snapshot["seq"], self.seq);
            self.board = snapshot["board"].take();
        }
    }

    /// Says hello and takes nothing.
    pub async fn say_hello(&mut self, mut fields: Value) {
        fields["type"] = json!("hello");
        self.send(&fields).await;
    }

    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Returns the next frame, or the close code; events are held to rise. Pings are answered.
    pub async fn next(&mut self) -> Result<Value, u16> {
        tokio::time::timeout(PATIENCE, self.next_frame()).await.expect("a frame must come")
    }

    async fn next_frame(&mut self) -> Result<Value, u16> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    match frame["type"].as_str().unwrap() {
                        "ping" if self.answers_pings => self.send(&json!({ "type": "pong" })).await,
                        "ping" => {}
                        "event" => return Ok(self.risen(frame)),
                        _ => return Ok(frame),
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map_or(1005, |f| f.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    fn risen(&mut self, frame: Value) -> Value {
        let seq = frame["seq"].as_u64().unwrap();
        assert!(seq > self.seq, "{seq} came after {}", self.seq);
        self.seq = seq;
        frame
    }

    /// Waits for a binary message.
    pub async fn next_binary(&mut self) -> Vec<u8> {
        let binary = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Binary(bytes))) => return bytes.to_vec(),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => panic!("closed"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, binary).await.expect("a message must come")
    }

    /// Waits for a frame of `kind` that `fits`; what comes before it is passed over.
    pub async fn wait_for(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        // Others come in between, pings among them: the wait for each alone would never end.
        let fitting = async {
            loop {
                let frame = self.next_frame().await;
                let frame = frame.unwrap_or_else(|code| panic!("closed with {code}"));
                if frame["type"] == kind && fits(&frame) {
                    return frame;
                }
            }
        };
        let found = tokio::time::timeout(LONG_PATIENCE, fitting).await;
        found.unwrap_or_else(|_| panic!("no {kind} came that fits"))
    }

    /// Waits for an event of `kind`.
    pub async fn wait_for_event(&mut self, kind: &str) -> Value {
        self.wait_for("event", |frame| frame["kind"] == kind).await
    }

    /// Returns the code that the socket is closed with.
    pub async fn closed(&mut self) -> u16 {
        let closed = async {
            loop {
                if let Err(code) = self.next_frame().await {
                    return code;
                }
            }
        };
        tokio::time::timeout(LONG_PATIENCE, closed).await.expect("it must be closed")
    }

    /// Returns every event up to the one numbered `seq`, or the first after it.
    pub async fn events_until(&mut self, seq: u64) -> Vec<Value> {
        let mut events = Vec::new();
        while self.seq < seq {
            events.push(self.wait_for("event", |_| true).await);
        }
        events
    }
}
