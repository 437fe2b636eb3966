import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { door } from "./addresses.mjs";
import { curl } from "./curl.mjs";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, quoteOf } from "./samples.mjs";

const ask = (content, more = {}) => JSON.stringify({ model: "mistral-small-latest", messages: [{ role: "user", content }], ...more });

/** The lines of an Ollama stream. */
const linesOf = (body) => body.trimEnd().split("\n").map((line) => JSON.parse(line));

/** The data of an OpenAI stream. */
const eventsOf = (body) => body.trimEnd().split("\n\n").map((event) => event.replace(/^data: /, ""));

describe("curl, with its default Content-Type", () => {
  it("streams /api/chat", async () => {
    const { status, headers, body } = await curl(`${door}/api/chat`, { data: ask("Hello") });
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "application/x-ndjson");
    assert.equal(headers.get("transfer-encoding"), "chunked");
    assert.match(headers.get("x-request-id"), /^[0-9a-f]{32}$/);
    assert.ok(body.endsWith("\n") && !body.includes("\n\n"), "a blank line");
    const lines = linesOf(body);
    assertBeginsWith(lines.map((line) => line.message.content).join(""), quoteOf("Hello"));
    assert.deepEqual(lines.map((line) => line.done), [...Array(lines.length - 1).fill(false), true]);
  });

  it("gets /api/chat in one piece", async () => {
    const { status, headers, body } = await curl(`${door}/api/chat`, { data: ask("Hello", { stream: false }) });
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
    assert.equal(Number(headers.get("content-length")), Buffer.byteLength(body));
    assertBeginsWith(JSON.parse(body).message.content, quoteOf("Hello"));
  });

  it("gets /v1/chat/completions in one piece", async () => {
    const { status, headers, body } = await curl(`${door}/v1/chat/completions`, { data: ask("Hello") });
    assert.equal(status, 200);
    assert.match(headers.get("content-type"), /^application\/json/);
    assertBeginsWith(JSON.parse(body).choices[0].message.content, quoteOf("Hello"));
  });

  it("streams /v1/chat/completions", async () => {
    const { status, headers, body } = await curl(`${door}/v1/chat/completions`, { data: ask("Hello", { stream: true }) });
    assert.equal(status, 200);
    assert.match(headers.get("content-type"), /^text\/event-stream/);
    assert.equal(headers.get("cache-control"), "no-cache");
    const events = eventsOf(body);
    assert.equal(events.at(-1), "[DONE]");
    const deltas = events.slice(0, -1).map((event) => JSON.parse(event).choices[0].delta);
    assertBeginsWith(deltas.map((delta) => delta.content ?? "").join(""), quoteOf("Hello"));
  });

  it("a stream that is cut has no [DONE] and no done line", async () => {
    const sse = await curl(`${door}/v1/chat/completions`, { data: ask("Hello there", { model: "emulator/emulate-tps-50-cut-3", stream: true }) });
    const events = eventsOf(sse.body).map((event) => JSON.parse(event));
    assert.equal(events.at(-1).error.code, "upstream_stream_truncated");
    assert.ok(events.slice(0, -1).every((event) => event.choices[0].finish_reason === null), sse.body);
    const ndjson = await curl(`${door}/api/chat`, { data: ask("Hello there", { model: "emulator/emulate-tps-50-cut-3" }) });
    const lines = linesOf(ndjson.body);
    assert.deepEqual(Object.keys(lines.at(-1)), ["error"]);
    assert.ok(lines.slice(0, -1).every((line) => line.done === false), ndjson.body);
  });

  it("probes with HEAD /", async () => {
    const { status, headers, body } = await curl(`${door}/`, { args: ["--head"] });
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(headers.get("content-length"), "17");
    assert.equal(body, "");
  });

  it("probes with GET /, and with HEAD where Ollama has one", async () => {
    assert.equal((await curl(`${door}/`)).body, "Ollama is running");
    for (const path of ["/api/version", "/api/tags"]) {
      const { status, body } = await curl(`${door}${path}`, { args: ["--head"] });
      assert.equal(status, 200);
      assert.equal(body, "");
    }
  });

  it("takes doubled and trailing slashes as one path", async () => {
    const plain = await curl(`${door}/api/tags`);
    for (const path of ["//api/tags", "/api//tags", "/api/tags/", "//api///tags//"]) {
      const { status, body } = await curl(`${door}${path}`);
      assert.equal(status, 200, path);
      assert.equal(body, plain.body, path);
    }
    for (const path of ["//api/chat", "/api//chat", "/api/chat/"]) {
      const { status, body } = await curl(`${door}${path}`, { data: ask("Hello", { stream: false }) });
      assert.equal(status, 200, path);
      assertBeginsWith(JSON.parse(body).message.content, quoteOf("Hello"));
    }
    for (const path of ["//v1/chat/completions", "/v1//chat/completions/"]) {
      const { status, body } = await curl(`${door}${path}`, { data: ask("Hello") });
      assert.equal(status, 200, path);
      assertBeginsWith(JSON.parse(body).choices[0].message.content, quoteOf("Hello"));
    }
  });

  it("sends a body in chunks", async () => {
    const { status, body } = await curl(`${door}/api/chat`, { data: ask("Chunked", { stream: false }), args: ["--header", "Transfer-Encoding: chunked"] });
    assert.equal(status, 200);
    assertBeginsWith(JSON.parse(body).message.content, quoteOf("Chunked"));
  });

  it("sends a body that does not fit into nginx's memory, whole", async () => {
    const text = marker("large");
    const image = Buffer.alloc(3_000_000, 1);
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(image);
    const data = JSON.stringify({ model: "mistral-small-latest", stream: false, messages: [{ role: "user", content: text, images: [image.toString("base64")] }] });
    const { status, body } = await curl(`${door}/api/chat`, { data });
    assert.equal(status, 200, body);
    assertBeginsWith(JSON.parse(body).message.content, `${quoteOf(text)} I see 1 image (image/png, 3000000 bytes).`);
  });

  it("cannot pose as the Functions host or as nginx", async () => {
    const text = marker("headers");
    const { status } = await curl(`${door}/api/chat`, {
      data: ask(text, { stream: false }),
      args: ["--header", "X-Ms-Invocation-Id: 7", "--header", "X-Dragoman-Functions: available", "--header", "X-Accel-Redirect: /"],
    });
    assert.equal(status, 200);
    assert.doesNotMatch(JSON.stringify(await requestWith(text)), /invocation|dragoman-functions|accel/i);
  });
});
