import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { ResponsesWS } from "openai/resources/responses/ws";
import WebSocket from "ws";
import { door } from "./addresses.mjs";
import { marker, requestBecomes, requestWith } from "./provider-log.mjs";

const model = "mistral-small-latest";
const ask = (content, more = {}) => ({ model, messages: [{ role: "user", content }], ...more });

/** A connection whose messages are read one by one. */
async function open(path, options = {}) {
  const socket = new WebSocket(door.replace("http", "ws") + path, options);
  const waiting = [];
  const readers = [];
  socket.on("message", (data, isBinary) => {
    assert.equal(isBinary, false);
    const message = JSON.parse(data.toString());
    if (readers.length > 0) readers.shift()(message);
    else waiting.push(message);
  });
  await once(socket, "open");
  const next = () => (waiting.length > 0 ? Promise.resolve(waiting.shift()) : new Promise((resolve) => readers.push(resolve)));
  return {
    socket,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next,
    async until(isLast) {
      const messages = [];
      do messages.push(await next());
      while (!isLast(messages.at(-1)));
      return messages;
    },
  };
}

const dialects = [
  {
    path: "/v1/chat/completions",
    text: (message) => message.choices?.[0]?.delta?.content ?? "",
    isLast: (message) => message.object === "chat.completion.done" || Boolean(message.error),
    message: (error) => error.message,
  },
  { path: "/api/chat", text: (message) => message.message?.content ?? "", isLast: (message) => message.done || Boolean(message.error), message: (error) => error },
];

describe("npm ws", () => {
  for (const { path, text, isLast, message } of dialects) {
    it(`answers several requests on one connection to ${path}`, async () => {
      const client = await open(path);
      for (const content of ["one", "two"]) {
        client.send(ask(content, { request_id: content }));
        const messages = await client.until(isLast);
        assert.ok(messages.map(text).join("").startsWith(`You said: "${content}".`));
        assert.ok(messages.every((each) => each.request_id === content));
        assert.match(messages[0].headers["x-request-id"], /-\d+$/);
      }
      client.socket.close(1000);
      const [code] = await once(client.socket, "close");
      assert.equal(code, 1000);
    });

    it(`goes on after failures at ${path}`, async () => {
      const client = await open(path);
      client.send({ ...ask("a"), model: "nope", request_id: 7 });
      client.send("{");
      client.send(ask("a"));
      const unknown = await client.next();
      assert.deepEqual([unknown.status, unknown.request_id, message(unknown.error)], [404, 7, "model 'nope' not found"]);
      const malformed = await client.next();
      assert.equal(malformed.status, 400);
      assert.ok(!(await client.until(isLast)).at(-1).error);
      client.socket.terminate();
    });

    it(`cancels a request at ${path}`, async () => {
      const client = await open(path);
      const content = marker("cancel");
      client.send({ ...ask(content), model: "emulator/emulate-tps-10-tokens-1000" });
      await client.next();
      client.send({ type: "cancel" });
      const last = (await client.until(isLast)).at(-1);
      assert.equal(last.status, 499);
      await requestBecomes(content, (request) => request.disconnected);
      client.send(ask("a"));
      assert.ok(!(await client.until(isLast)).at(-1).error);
      client.socket.terminate();
    });

    it(`cancels the provider's work when the client goes away from ${path}`, async () => {
      const client = await open(path);
      const content = marker("leave");
      client.send({ ...ask(content), model: "emulator/emulate-tps-10-tokens-1000" });
      await client.next();
      const left = Date.now();
      client.socket.terminate();
      const { disconnected_at: at } = await requestBecomes(content, (request) => request.disconnected);
      assert.ok(Date.parse(at) - left < 2000, `it took ${Date.parse(at) - left} ms`);
    });
  }

  it("is told why a connection is closed", async () => {
    const client = await open("/api/chat");
    client.socket.send(Buffer.from("{}"), { binary: true });
    const [code, reason] = await once(client.socket, "close");
    assert.deepEqual([code, reason.toString()], [1003, "a request is one JSON object in a text message"]);
  });

  it("is refused where there is no WebSocket", async () => {
    const socket = new WebSocket(`${door.replace("http", "ws")}/v1/models`);
    const [error] = await once(socket, "error");
    assert.match(error.message, /Unexpected server response: 200/);
  });
});

describe("npm openai: ResponsesWS", () => {
  const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for" });

  /** Reads events until a response has ended. */
  async function response(events) {
    let text = "";
    for (;;) {
      const { value: event, done } = await events.next();
      if (done) throw new Error("closed before the response ended");
      if (event.type === "error") throw event.error;
      if (event.type !== "message") continue;
      if (event.message.type === "response.output_text.delta") text += event.message.delta;
      if (event.message.type === "response.completed") return { id: event.message.response.id, response: event.message.response, text, stream: event.message.stream_id };
    }
  }

  it("holds a conversation by previous_response_id", async () => {
    const ws = new ResponsesWS(openai);
    const events = ws.stream();
    const content = marker("first turn");
    ws.send({ type: "response.create", model, store: false, input: content });
    const first = await response(events);
    assert.equal(first.text, first.response.output[0].content[0].text);
    const more = marker("second turn");
    ws.send({ type: "response.create", model, store: false, previous_response_id: first.id, input: [{ role: "user", content: more }] });
    const second = await response(events);
    assert.ok(second.text.startsWith(`You said: "${more}".`));
    const { body } = await requestWith(more);
    assert.deepEqual(
      body.messages.map((message) => [message.role, message.content]),
      [["user", content], ["assistant", first.text], ["user", more]],
    );
    ws.close();
  });

  it("calls a tool and goes on with its result", async () => {
    const ws = new ResponsesWS(openai);
    const events = ws.stream();
    const tools = [{ type: "function", name: "get_test_results", parameters: { type: "object", properties: {} }, strict: false }];
    ws.send({ type: "response.create", model, input: "run get_test_results", tools, tool_choice: "required" });
    const first = await response(events);
    const call = first.response.output.find((item) => item.type === "function_call");
    assert.equal(call.name, "get_test_results");
    ws.send({ type: "response.create", model, previous_response_id: first.id, input: [{ type: "function_call_output", call_id: call.call_id, output: "all green" }], tools });
    assert.match((await response(events)).text, /get_test_results returned: "all green"/);
    ws.close();
  });

  it("warms up", async () => {
    const ws = new ResponsesWS(openai);
    const events = ws.stream();
    ws.send({ type: "response.create", model, generate: false, input: [{ role: "user", content: "before" }] });
    const warm = await response(events);
    assert.deepEqual(warm.response.output, []);
    const content = marker("warm");
    ws.send({ type: "response.create", model, previous_response_id: warm.id, input: content });
    await response(events);
    assert.equal((await requestWith(content)).body.messages.length, 2);
    ws.close();
  });

  it("names the stream of each event", async () => {
    const ws = new ResponsesWS(openai);
    const events = ws.stream();
    ws.send({ type: "response.create", stream_id: "planner", model, input: "a" });
    ws.send({ type: "response.create", stream_id: "research", model, input: "b" });
    assert.deepEqual([(await response(events)).stream, (await response(events)).stream], ["planner", "research"]);
    ws.close();
  });

  it("says what was wrong and goes on", async () => {
    const ws = new ResponsesWS(openai);
    const events = ws.stream();
    ws.send({ type: "response.create", model, input: "a", previous_response_id: "resp_nope" });
    await assert.rejects(response(events), (error) => {
      assert.deepEqual([error.error.status, error.error.error.code, error.error.error.param], [400, "previous_response_not_found", "previous_response_id"]);
      return true;
    });
    ws.send({ type: "response.create", model: "nope", input: "a" });
    await assert.rejects(response(events), (error) => error.error.error.code === "model_not_found");
    ws.send({ type: "response.create", model, input: "a" });
    assert.match((await response(events)).text, /^You said: "a"\./);
    ws.close();
  });
});
