import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { marker, requestBecomes, requestsWith } from "./provider-log.mjs";
import { collectUntilFailure } from "./samples.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for", maxRetries: 0 });
const ask = (model, content = "Hello", more = {}) => ({ model, messages: [{ role: "user", content }], ...more });

/** Checks for an error of the given class with the given members. */
function isError(type, members) {
  return (error) => {
    assert.ok(error instanceof type, `${error.constructor.name}: ${error}`);
    assert.deepEqual(Object.fromEntries(Object.keys(members).map((key) => [key, error[key]])), members);
    return true;
  };
}

describe("npm openai: failures", () => {
  for (const stream of [false, true]) {
    const how = stream ? "streamed" : "in one piece";
    const chat = (model, more = {}) => openai.chat.completions.create(ask(model, "Hello", { stream, ...more }));

    it(`says that a model is not there, ${how}`, async () => {
      const expected = isError(OpenAI.NotFoundError, {
        status: 404,
        code: "model_not_found",
        type: "invalid_request_error",
        param: "model",
        message: "404 model 'nope' not found",
      });
      await assert.rejects(chat("nope"), expected);
      await assert.rejects(openai.completions.create({ model: "nope", prompt: "a", stream }), expected);
      await assert.rejects(openai.embeddings.create({ model: "nope", input: "a" }), expected);
      await assert.rejects(chat("emulator/nope"), isError(OpenAI.NotFoundError, { code: "model_not_found" }));
    });

    it(`passes on a rate limit and how long to wait, ${how}`, async () => {
      await assert.rejects(chat("emulator/emulate-status-429-retryafter-7"), (error) => {
        assert.equal(error.headers.get("retry-after"), "7");
        assert.equal(error.headers.get("retry-after-ms"), "7000");
        return isError(OpenAI.RateLimitError, { status: 429, code: "rate_limit_exceeded", type: "requests" })(error);
      });
    });

    for (const [status, seen, code] of [[500, 502, "1000"], [503, 503, "1000"], [401, 502, "upstream_auth_failed"]]) {
      it(`passes on that the provider answered ${status}, ${how}`, async () => {
        await assert.rejects(chat(`emulator/emulate-status-${status}`), isError(OpenAI.InternalServerError, { status: seen, type: "server_error", code }));
      });
    }

    for (const [param, more] of [
      ["messages", { messages: [] }],
      ["messages[0].role", { messages: [{ role: "king", content: "a" }] }],
      ["messages[0].content", { messages: [{ role: "user", content: 7 }] }],
      ["messages[0].content[0].type", { messages: [{ role: "user", content: [{ type: "smell" }] }] }],
      ["temperature", { temperature: "hot" }],
      ["max_tokens", { max_tokens: "many" }],
      ["tools[0].function", { tools: [{ type: "function" }] }],
      ["response_format.type", { response_format: { type: "poem" } }],
      ["logit_bias", { logit_bias: { 50: 10 } }],
    ]) {
      it(`refuses a wrong ${param}, naming it, ${how}`, async () => {
        await assert.rejects(chat("mistral-small-latest", more), isError(OpenAI.BadRequestError, { status: 400, type: "invalid_request_error", param }));
      });
    }
  }

  for (const [fault, message] of [
    ["error", "Service unavailable."],
    ["cut", "The connection to the provider broke in the middle of the answer."],
  ]) {
    it(`a stream that ends in ${fault} after three tokens raises`, async () => {
      const stream = await openai.chat.completions.create(ask(`emulator/emulate-tps-50-${fault}-3`, "Hello there", { stream: true }));
      const { items, error } = await collectUntilFailure(stream);
      assert.equal(items.map((item) => item.choices[0].delta.content ?? "").join(""), "You said:");
      assert.ok(items.every((item) => item.choices[0].finish_reason === null));
      assert.ok(error instanceof OpenAI.APIError, `${error}`);
      assert.equal(error.error.message, message);
      assert.equal(error.type, "server_error");
    });

    it(`a text completion that ends in ${fault} after three tokens raises`, async () => {
      const stream = await openai.completions.create({ model: `emulator/emulate-tps-50-${fault}-3`, prompt: "Hello there", stream: true });
      const { items, error } = await collectUntilFailure(stream);
      assert.equal(items.map((item) => item.choices[0].text).join(""), "You said:");
      assert.equal(error.error.message, message);
    });

    it(`an answer in one piece that ends in ${fault} is an error`, async () => {
      await assert.rejects(openai.chat.completions.create(ask(`emulator/emulate-${fault}-3`)), isError(OpenAI.InternalServerError, { type: "server_error" }));
    });
  }

  it("tries again by itself after a rate limit, and every try reaches the provider", async () => {
    const text = marker("retry");
    const patient = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for", maxRetries: 2 });
    await assert.rejects(patient.chat.completions.create(ask("emulator/emulate-status-429-retryafter-0", text)), OpenAI.RateLimitError);
    assert.equal((await requestsWith(text)).length, 3);
  });

  it("gives every answer an id to ask about", async () => {
    const { request_id: id } = await openai.chat.completions.create(ask("mistral-small-latest")).withResponse();
    assert.match(id, /^[0-9a-f]{32}$/);
    const { request_id: own } = await openai.chat.completions
      .create(ask("mistral-small-latest"), { headers: { "X-Request-Id": "ours-1.2_3" } })
      .withResponse();
    assert.equal(own, "ours-1.2_3");
    await assert.rejects(openai.chat.completions.create(ask("nope"), { headers: { "X-Request-Id": "ours-4" } }), isError(OpenAI.NotFoundError, { requestID: "ours-4" }));
  });

  it("takes any key where none is asked for, and never sends it on", async () => {
    const text = marker("key");
    const client = new OpenAI({ baseURL: `${door}/v1`, apiKey: "sk-of-the-caller", maxRetries: 0, organization: "org-1" });
    await client.chat.completions.create(ask("mistral-small-latest", text));
    const [request] = await requestsWith(text);
    assert.doesNotMatch(JSON.stringify(request), /sk-of-the-caller|org-1|stainless/i);
  });
});

describe("npm openai: abort", () => {
  it("a client that stops reading ends the provider's stream", async () => {
    const text = marker("abort");
    const stream = await openai.chat.completions.create(ask("emulator/emulate-tps-20-tokens-100000", text, { stream: true }));
    let seen = 0;
    for await (const chunk of stream) {
      assert.equal(chunk.choices[0].finish_reason, null);
      if (++seen === 3) break;
    }
    const request = await requestBecomes(text, (each) => each.disconnected);
    assert.equal(request.completed, false);
    assert.ok(request.tokens < 1000, `${request.tokens} tokens were made for nobody`);
  });

  it("a client that gives up on a stalled provider frees it", async () => {
    const text = marker("stall");
    const leaving = new AbortController();
    const asked = openai.chat.completions.create(ask("emulator/emulate-stall-3", text), { signal: leaving.signal });
    const failed = assert.rejects(asked, OpenAI.APIUserAbortError);
    await requestBecomes(text, () => true);
    leaving.abort();
    await failed;
    assert.equal((await requestBecomes(text, (each) => each.disconnected)).completed, false);
  });
});
