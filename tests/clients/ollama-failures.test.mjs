import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ollama } from "ollama";
import { door } from "./addresses.mjs";
import { marker, requestBecomes } from "./provider-log.mjs";
import { collectUntilFailure } from "./samples.mjs";

const ollama = new Ollama({ host: door });
const ask = (model, content = "Hello", more = {}) => ({ model, messages: [{ role: "user", content }], ...more });

describe("npm ollama: failures", () => {
  for (const stream of [false, true]) {
    const how = stream ? "streamed" : "in one piece";

    it(`says that a model is not there, ${how}`, async () => {
      await assert.rejects(ollama.chat(ask("nope:7b", "Hello", { stream })), { name: "ResponseError", status_code: 404, message: "model 'nope:7b' not found" });
      await assert.rejects(ollama.generate({ model: "Nope", prompt: "a", stream }), { status_code: 404, message: "model 'Nope' not found" });
      await assert.rejects(ollama.generate({ model: "", prompt: "a", stream }), { status_code: 404, message: "model '' not found" });
      await assert.rejects(ollama.chat(ask("", "Hello", { stream })), { status_code: 400, message: "model is required" });
    });

    for (const [status, seen, message] of [
      [429, 429, "Rate limit exceeded"],
      [500, 502, "Internal server error"],
      [503, 503, "Service unavailable."],
      [401, 502, "The provider emulator refused the gateway's key."],
    ]) {
      it(`passes on that the provider answered ${status}, ${how}`, async () => {
        await assert.rejects(ollama.chat(ask(`emulator/emulate-status-${status}`, "Hello", { stream })), { name: "ResponseError", status_code: seen, message });
      });
    }
  }

  for (const [fault, text] of [
    ["error", "Service unavailable."],
    ["cut", "The connection to the provider broke in the middle of the answer."],
  ]) {
    it(`a stream that ends in ${fault} after three tokens never looks finished`, async () => {
      const { items, error } = await collectUntilFailure(await ollama.chat(ask(`emulator/emulate-tps-50-${fault}-3`, "Hello there", { stream: true })));
      assert.equal(items.map((item) => item.message.content).join(""), "You said:");
      assert.deepEqual(items.map((item) => item.done), [false, false, false]);
      assert.equal(error.message, text);
    });

    it(`a generated stream that ends in ${fault} after three tokens never looks finished`, async () => {
      const stream = await ollama.generate({ model: `emulator/emulate-tps-50-${fault}-3`, prompt: "Hello there", stream: true });
      const { items, error } = await collectUntilFailure(stream);
      assert.equal(items.map((item) => item.response).join(""), "You said:");
      assert.ok(items.every((item) => item.done === false));
      assert.equal(error.message, text);
    });

    it(`an unpaced ${fault} after three tokens is a failure too`, async () => {
      const streaming = ollama.chat(ask(`emulator/emulate-${fault}-3`, "Hello there", { stream: true })).then(collectUntilFailure);
      const error = await streaming.then((result) => result.error, (failure) => failure);
      assert.equal(error.message, text);
    });
  }

  it("an answer in one piece that breaks off is an error", async () => {
    await assert.rejects(ollama.chat(ask("emulator/emulate-cut-3")), { name: "ResponseError", status_code: 502 });
    await assert.rejects(ollama.chat(ask("emulator/emulate-error-3")), { name: "ResponseError", status_code: 503, message: "Service unavailable." });
  });
});

describe("npm ollama: abort", () => {
  it("a client that stops reading ends the provider's stream", async () => {
    const text = marker("abort");
    const client = new Ollama({ host: door });
    const stream = await client.chat(ask("emulator/emulate-tps-20-tokens-100000", text, { stream: true }));
    let seen = 0;
    await assert.rejects(
      async () => {
        for await (const chunk of stream) {
          assert.equal(chunk.done, false);
          if (++seen === 3) stream.abort();
        }
      },
      { name: "AbortError" },
    );
    assert.ok(seen >= 3, `${seen} chunks`);
    const request = await requestBecomes(text, (each) => each.disconnected);
    assert.equal(request.completed, false);
    assert.ok(request.tokens < 1000, `${request.tokens} tokens were made for nobody`);
  });

  it("a client that gives up on a stalled provider frees it", async () => {
    const text = marker("stall");
    const client = new Ollama({ host: door });
    const stream = await client.chat(ask("emulator/emulate-tps-50-stall-3", text, { stream: true }));
    const reading = collectUntilFailure(stream);
    await requestBecomes(text, (each) => each.tokens === 3);
    client.abort();
    const { items, error } = await reading;
    assert.equal(error.name, "AbortError");
    assert.ok(items.length <= 3 && items.every((item) => item.done === false), JSON.stringify(items));
    assert.equal((await requestBecomes(text, (each) => each.disconnected)).completed, false);
  });

  it("a client that leaves before an answer in one piece frees the provider", async () => {
    const text = marker("leave");
    const leaving = new AbortController();
    const asked = fetch(`${door}/api/chat`, {
      method: "POST",
      body: JSON.stringify(ask("emulator/emulate-stall-3", text, { stream: false })),
      signal: leaving.signal,
    });
    const failed = assert.rejects(asked, { name: "AbortError" });
    await requestBecomes(text, () => true);
    leaving.abort();
    await failed;
    assert.equal((await requestBecomes(text, (each) => each.disconnected)).completed, false);
  });
});
