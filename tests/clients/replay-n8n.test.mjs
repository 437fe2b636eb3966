// n8n's own Ollama node; its LangChain nodes are LangChain.js (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { marker, requestWith, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, assertTimeArguments, quoteOf, timeTool } from "./samples.mjs";
import { assertShape, durations, json, send } from "./wire.mjs";

const headers = { "content-type": "application/json", accept: "application/json", authorization: "Bearer " };
const model = "mistral-small-latest:latest";

/** The node puts every value of its form into the options. */
const options = { format: "", keep_alive: "5m", low_vram: false, main_gpu: 0, num_batch: 512, num_ctx: 4096, num_gpu: -1, num_thread: 0, penalize_newline: true, repeat_penalty: 1, temperature: 0.5, top_k: -1, top_p: 1, use_mlock: false, use_mmap: true, vocab_only: false };

async function chat(messages, more = {}) {
  const answer = await json("POST", "/api/chat", { model, messages, stream: false, tools: [], options, ...more }, headers);
  assertShape(answer, { model: "text", created_at: "date", message: { role: "text", content: "string" }, done: "true", done_reason: "text", ...durations });
  return answer.message;
}

describe("replay: n8n", () => {
  it("tests its credential at the root", async () => {
    const answer = await send("GET", "/", undefined, headers);
    assert.deepEqual([answer.status, answer.text], [200, "Ollama is running"]);
  });

  it("offers the listed names", async () => {
    const { models } = await json("GET", "/api/tags", undefined, headers);
    assertShape(models, [{ name: "text" }]);
    assert.ok(models.some((each) => each.name === model));
  });

  it("chats with its options, of which some are no options", async () => {
    const text = marker("n8n");
    assertBeginsWith((await chat([{ role: "user", content: text }])).content, quoteOf(text));
    const { body } = await requestWith(text);
    assert.deepEqual(body, { model: "mistral-small-latest", messages: [{ role: "user", content: text }], temperature: 0.5, top_p: 1 });
  });

  it("stops at a stop word in the options, given as text or in a list", async () => {
    for (const stop of ["two", ["two"]]) {
      const message = await chat([{ role: "user", content: "one two three" }], { options: { ...options, stop } });
      assert.equal(message.content, 'You said: "one ');
    }
  });

  it("echoes the assistant's message as it came, with the result beside the tool's name", async () => {
    const text = marker("n8n");
    const messages = [{ role: "user", content: `time_in ${text}` }];
    const called = await chat(messages, { tools: [timeTool] });
    assert.equal(called.tool_calls.length, 1);
    assertTimeArguments(called.tool_calls[0].function.arguments);
    messages.push(called, { role: "tool", content: JSON.stringify({ time: "09:41" }), tool_name: "time_in" });
    assertBeginsWith((await chat(messages, { tools: [timeTool] })).content, 'time_in returned: "{"time":"09:41"}".');
    const [, second] = await requestsWith(text);
    assert.equal(second.body.messages[2].tool_call_id, second.body.messages[1].tool_calls[0].id);
  });
});
