import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { requestsAtLocalServer } from "./provider-log.mjs";
import { collect, collectUntilFailure, lengthOf, personSchema, timeTool, weatherTool } from "./samples.mjs";
import { scripted } from "./scripted-server.mjs";
import { lines, readChat, readGenerated } from "./wire.mjs";

const ollama = new Ollama({ host: door });
const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "any", maxRetries: 0 });
const messages = [{ role: "user", content: "Is three less than five?" }];

async function openaiText(model) {
  const stream = await openai.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
  const chunks = await collect(stream);
  return { chunks, text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), usage: chunks.at(-1).usage };
}

describe("local server: reasoning", () => {
  for (const model of ["inline-think", "reasoning-content", "reasoning-field"]) {
    it(`${model} goes to thinking, streamed and not, chat and generate`, async () => {
      const name = `desk/${model}`;
      const whole = await ollama.chat({ model: name, messages, think: true });
      assert.deepEqual([whole.message.thinking.trim(), whole.message.content.trim()], [scripted.thinking, scripted.answer]);
      const streamed = readChat(await lines("/api/chat", { model: name, messages }), name);
      assert.equal(streamed.thinking.trim(), scripted.thinking);
      assert.equal(streamed.content.trim(), scripted.answer);
      assert.deepEqual([streamed.final.prompt_eval_count, streamed.final.eval_count], [scripted.usage.prompt_tokens, scripted.usage.completion_tokens]);
      const generated = await lines("/api/generate", { model: name, prompt: "Is three less than five?" });
      assert.equal(readGenerated(generated, name).response.trim(), scripted.answer);
      assert.equal(generated.map((line) => line.thinking ?? "").join("").trim(), scripted.thinking);
    });
  }

  it("a published local model is shown with what the operator said of it, and thinks under its alias too", async () => {
    const shown = await ollama.show({ model: "house" });
    assert.deepEqual([...shown.capabilities].sort(), ["completion", "thinking", "tools"]);
    assert.deepEqual([shown.details.family, shown.details.parameter_size, shown.details.quantization_level], ["qwen3", "8.2B", "Q4_K_M"]);
    assert.equal(shown.model_info["qwen3.context_length"], 40960);
    const { message } = await ollama.chat({ model: "house", messages, think: true });
    assert.deepEqual([message.thinking.trim(), message.content.trim()], [scripted.thinking, scripted.answer]);
  });
});

describe("local server: tool calls", () => {
  const tools = [weatherTool, timeTool];

  it("come together from pieces", async () => {
    for (const stream of [false, true]) {
      const answer = await ollama.chat({ model: "desk/tool-pieces", messages, tools, stream });
      const calls = (stream ? await collect(answer) : [answer]).flatMap((chunk) => chunk.message.tool_calls ?? []);
      assert.deepEqual(calls.map((call) => call.function), [{ index: 0, name: "weather_in", arguments: scripted.toolArguments }]);
    }
  });

  it("come whole, without an index, without arguments and with finish_reason stop", async () => {
    for (const stream of [false, true]) {
      const answer = await ollama.chat({ model: "desk/tool-whole", messages, tools, stream });
      const chunks = stream ? await collect(answer) : [answer];
      const calls = chunks.flatMap((chunk) => chunk.message.tool_calls ?? []);
      assert.deepEqual(calls.map((call) => [call.function.name, call.function.arguments]), [["weather_in", scripted.toolArguments], ["time_in", {}]]);
      assert.equal(chunks.at(-1).done_reason, "stop");
    }
  });
});

describe("local server: the wire", () => {
  for (const model of ["carriage-returns", "no-space", "single-newlines", "no-usage", "no-stream-options"]) {
    it(`${model} reads as any other stream, in both dialects`, async () => {
      // The gateway remembers that an option was rejected, so this model is called through a separate provider.
      const name = `${model === "no-stream-options" ? "shed" : "desk"}/${model}`;
      assert.equal(readChat(await lines("/api/chat", { model: name, messages }), name).content, scripted.answer);
      const { text } = await openaiText(name);
      assert.equal(text, scripted.answer);
    });
  }

  it("usage is asked for and handed on", async () => {
    const { usage } = await openaiText("desk/plain");
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [scripted.usage.prompt_tokens, scripted.usage.completion_tokens]);
  });

  for (const model of ["plain", "carriage-returns", "no-space", "single-newlines"]) {
    it(`${model}: counts that nobody asked for are kept back`, async () => {
      const chunks = await collect(await openai.chat.completions.create({ model: `desk/${model}`, messages, stream: true }));
      for (const chunk of chunks) assert.equal(chunk.choices.length, 1, JSON.stringify(chunk));
      assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join(""), scripted.answer);
    });
  }

  it("what is not known to the gateway passes through on /v1", async () => {
    await openai.chat.completions.create({ model: "rack/passes", messages, top_k: 7, min_p: 0.125, repetition_penalty: 1.25, chat_template_kwargs: { custom: true } });
    const [{ body }] = await requestsAtLocalServer("passes");
    assert.deepEqual(
      { top_k: body.top_k, min_p: body.min_p, repetition_penalty: body.repetition_penalty, chat_template_kwargs: body.chat_template_kwargs },
      { top_k: 7, min_p: 0.125, repetition_penalty: 1.25, chat_template_kwargs: { custom: true } },
    );
  });

  it("Ollama's options arrive under the server's names", async () => {
    await ollama.chat({ model: "rack/options", messages, options: { temperature: 0.5, top_p: 0.75, top_k: 40, min_p: 0.125, repeat_penalty: 1.25, seed: 0, num_predict: 9, stop: ["END"], num_ctx: 4096, mirostat: 2, numa: true } });
    const [{ body }] = await requestsAtLocalServer("options");
    assert.deepEqual(body, {
      model: "options", messages, temperature: 0.5, top_p: 0.75, top_k: 40, min_p: 0.125, repetition_penalty: 1.25, seed: 0, max_tokens: 9, stop: ["END"],
    });
  });

  it("logprobs come at the top of the line, as Ollama has them", async () => {
    const whole = await ollama.chat({ model: "rack/logprobs", messages, logprobs: true, top_logprobs: 2 });
    assert.deepEqual(whole.logprobs, scripted.logprobs);
    const chunks = await collect(await ollama.chat({ model: "rack/logprobs", messages, logprobs: true, top_logprobs: 2, stream: true }));
    assert.deepEqual(chunks.flatMap((chunk) => chunk.logprobs ?? []), scripted.logprobs);
    assert.equal("logprobs" in chunks.at(-1), false);
    const generated = await ollama.generate({ model: "rack/logprobs", prompt: "Is it?", logprobs: true, top_logprobs: 2 });
    assert.deepEqual(generated.logprobs, scripted.logprobs);
    const [{ body }] = await requestsAtLocalServer("logprobs");
    assert.deepEqual([body.logprobs, body.top_logprobs], [true, 2]);
  });

  it("a JSON Schema arrives as response_format", async () => {
    await ollama.chat({ model: "rack/schema", messages, format: personSchema });
    const [{ body }] = await requestsAtLocalServer("schema");
    assert.equal(body.response_format.type, "json_schema");
    assert.deepEqual(body.response_format.json_schema.schema, personSchema);
  });
});

describe("local server: a model that was put away", () => {
  it("is woken, and the call made again", async () => {
    const { message } = await ollama.chat({ model: "desk/sleepy-chat", messages });
    assert.equal(message.content, scripted.answer);
    const requests = await requestsAtLocalServer("sleepy-chat");
    assert.deepEqual(requests.map((request) => request.path), ["/v1/chat/completions", "/api/v1/models/load", "/v1/chat/completions"]);
  });

  it("is woken for a stream, and for /v1", async () => {
    const chunks = await lines("/api/chat", { model: "desk/sleepy-stream", messages });
    assert.equal(readChat(chunks, "desk/sleepy-stream").content, scripted.answer);
    const { text } = await openaiText("desk/sleepy-openai");
    assert.equal(text, scripted.answer);
    for (const model of ["sleepy-stream", "sleepy-openai"]) {
      const requests = await requestsAtLocalServer(model);
      assert.equal(requests.filter((request) => request.path === "/api/v1/models/load").length, 1);
    }
  });

  it("is loaded once for all who wait", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ollama.chat({ model: "desk/sleepy-crowd", messages, stream: false })));
    for (const { message } of answers) assert.equal(message.content, scripted.answer);
    const requests = await requestsAtLocalServer("sleepy-crowd");
    const loads = requests.filter((request) => request.path === "/api/v1/models/load").length;
    assert.ok(loads >= 1 && loads <= 2, `${loads} loads`);
  });

  it("that cannot be loaded is an error that says so", async () => {
    for (const stream of [false, true]) {
      await assert.rejects(ollama.chat({ model: "desk/broken-model", messages, stream }), (error) => {
        assert.equal(error.name, "ResponseError");
        assert.ok(error.status_code >= 500, `${error.status_code} ${error.message}`);
        assert.match(error.message, /load/i);
        return true;
      });
    }
  });
});

describe("local server: failures", () => {
  it("a bare string of an error is passed on", async () => {
    await assert.rejects(ollama.chat({ model: "desk/overflow", messages }), { name: "ResponseError", status_code: 400, message: /tokens/ });
    await assert.rejects(openai.chat.completions.create({ model: "desk/overflow", messages }), { status: 400, message: /tokens/ });
  });

  it("a crash in the middle of a stream never looks finished", async () => {
    const begun = ollama.chat({ model: "desk/crashes", messages, stream: true }).then(collectUntilFailure);
    const { items, error } = await begun.catch((failure) => ({ items: [], error: failure }));
    assert.ok(items.every((item) => item.done === false));
    assert.equal(error.message, "The model has crashed");
    await assert.rejects(openaiText("desk/crashes"), /The model has crashed/);
  });
});

describe("local server: embeddings", () => {
  it("come in the order of the texts and of unit length", async () => {
    const { embeddings } = await ollama.embed({ model: "desk/text-embedding", input: ["a", "bb", "ccc"] });
    assert.deepEqual(embeddings.map((vector) => vector.map((value) => Math.round(value * 1000) / 1000)), [[0.6, 0.8, 0, 0], [0.8, 0.6, 0, 0], [0.6, 0.8, 0, 0]]);
    for (const vector of embeddings) assert.ok(Math.abs(lengthOf(vector) - 1) < 1e-6);
  });

  it("of an empty text never sends one that the server would refuse", async () => {
    const { embeddings } = await ollama.embed({ model: "desk/text-embedding-empty", input: ["", "bb"] });
    assert.equal(embeddings.length, 2);
  });

  it("are cut and scaled again when the server knows no dimensions", async () => {
    const { embeddings } = await ollama.embed({ model: "desk/text-embedding", input: "a", dimensions: 2 });
    assert.deepEqual(embeddings[0].map((value) => Math.round(value * 1000) / 1000), [0.6, 0.8]);
  });
});
