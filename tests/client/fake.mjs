/** A fake server, over HTTP and over WebSockets: a test decides what it answers. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/** What every WebSocket server adds to the key of a handshake, before it hashes it. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;
const CLOSE = 8;

/** Start a server that is stopped at the end of a test. */
export async function fakeServer(t) {
  const server = new FakeServer();
  await server.start();
  t.after(() => server.stop());
  return server;
}

class FakeServer {
  /** What came over HTTP: the headers and the parsed body of each request. */
  requests = [];
  /** All sockets that were opened, the newest last. */
  sockets = [];
  #http = createServer((request, response) => this.#receive(request, response));

  /** Answers an HTTP request: `{status, headers, body}`, or null to answer nothing. */
  respond = () => ({ body: { data: {} } });
  /** Is told of each message on a socket; answers false if nothing else is to be done. */
  onMessage = (_socket, _message) => true;
  /** Whether handshakes are accepted. */
  accepts = true;

  async start() {
    this.#http.on("upgrade", (request, tcp) => this.#upgrade(request, tcp));
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    this.url = `http://127.0.0.1:${this.#http.address().port}/graphql`;
  }

  stop() {
    for (const each of this.sockets) each.cut();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  get socket() {
    return this.sockets.at(-1);
  }

  async #receive(request, response) {
    let text = "";
    for await (const chunk of request) text += chunk;
    const received = { headers: request.headers, body: JSON.parse(text) };
    this.requests.push(received);
    const answer = await this.respond(received, this.requests.length);
    if (!answer) return;
    const { status = 200, headers = {}, body } = answer;
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }

  #upgrade(request, tcp) {
    tcp.on("error", () => {});
    if (!this.accepts) return tcp.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    const key = createHash("sha1").update(request.headers["sec-websocket-key"] + GUID);
    const head = [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${key.digest("base64")}`,
      "Sec-WebSocket-Protocol: graphql-transport-ws",
    ];
    tcp.write(`${head.join("\r\n")}\r\n\r\n`);
    const socket = new FakeSocket(tcp, request.headers, (message) => this.#react(socket, message));
    this.sockets.push(socket);
  }

  #react(socket, message) {
    if (this.onMessage(socket, message) === false) return;
    if (message.type === "connection_init") socket.say({ type: "connection_ack" });
    if (message.type === "ping") socket.say({ type: "pong" });
  }
}

class FakeSocket {
  /** All messages that came. */
  messages = [];
  openedAt = performance.now();
  /** The code with which the client closed it. */
  closedWith = null;
  isOpen = true;
  #rest = Buffer.alloc(0);

  constructor(tcp, headers, onMessage) {
    this.tcp = tcp;
    this.headers = headers;
    this.onMessage = onMessage;
    tcp.on("data", (data) => this.#read(data));
    tcp.on("close", () => (this.isOpen = false));
  }

  /** The messages of a type. */
  got(type) {
    return this.messages.filter((each) => each.type === type);
  }

  /** The ids of the operations that begun and were not completed by the client. */
  get running() {
    const completed = this.got("complete").map((each) => each.id);
    return this.got("subscribe").filter((each) => !completed.includes(each.id));
  }

  say(message) {
    this.#write(TEXT, Buffer.from(typeof message === "string" ? message : JSON.stringify(message)));
  }

  /** Tell the newest operation, or that with an id, a result. */
  next(data, id = this.got("subscribe").at(-1).id) {
    this.say({ id, type: "next", payload: { data } });
  }

  fail(code, more = {}, id = this.got("subscribe").at(-1).id) {
    const error = { message: code, extensions: { code, ...more } };
    this.say({ id, type: "error", payload: [error] });
  }

  close(code) {
    const reason = Buffer.alloc(2);
    reason.writeUInt16BE(code);
    this.#write(CLOSE, reason);
    this.tcp.end();
  }

  /** End it without a word. */
  cut() {
    this.tcp.destroy();
  }

  #write(opcode, payload) {
    const head = [0x80 | opcode];
    if (payload.length < 126) head.push(payload.length);
    else head.push(126, payload.length >> 8, payload.length & 255);
    if (this.isOpen) this.tcp.write(Buffer.concat([Buffer.from(head), payload]));
  }

  #read(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (let frame; (frame = this.#takeFrame());) {
      const { opcode, payload } = frame;
      if (opcode === CLOSE) {
        this.closedWith = payload.length ? payload.readUInt16BE() : null;
        this.tcp.end();
      } else {
        const message = JSON.parse(payload.toString());
        this.messages.push(message);
        this.onMessage(message);
      }
    }
  }

  /** The next frame, if all of it is there. Frames of clients are masked. */
  #takeFrame() {
    const bytes = this.#rest;
    if (bytes.length < 2) return null;
    const short = bytes[1] & 127;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < start + 4) return null;
    const length =
      start === 2 ? short : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    const end = start + 4 + length;
    if (bytes.length < end) return null;
    const mask = bytes.subarray(start, start + 4);
    const payload = Buffer.from(
      bytes.subarray(start + 4, end).map((byte, i) => byte ^ mask[i % 4]),
    );
    this.#rest = bytes.subarray(end);
    return { opcode: bytes[0] & 15, payload };
  }
}
