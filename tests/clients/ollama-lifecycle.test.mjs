import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ollama } from "ollama";
import { door } from "./addresses.mjs";
import { marker, requestWith, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, collect, quoteOf } from "./samples.mjs";

const ollama = new Ollama({ host: door });
let number = 100;

/** A model that no other test uses, so that no other test can have loaded it. */
const ownModel = () => `emulator/emulate-tokens-${++number}`;
const loaded = async (name) => (await ollama.ps()).models.find((model) => model.name === `${name}:latest`);

async function secondsLeft(name) {
  const model = await loaded(name);
  assert.ok(model, `${name} is not loaded`);
  return (Date.parse(model.expires_at) - Date.now()) / 1000;
}

describe("npm ollama: what is loaded", () => {
  for (const [keepAlive, least, most] of [
    [undefined, 290, 300],
    [30, 20, 30],
    ["30s", 20, 30],
    ["1h30m", 5390, 5400],
    [-1, 365 * 24 * 3600, Infinity],
    ["-1m", 365 * 24 * 3600, Infinity],
  ]) {
    it(`after a use with keep_alive ${keepAlive} expires when Ollama's would`, async () => {
      const model = ownModel();
      await ollama.chat({ model, messages: [{ role: "user", content: "Hello" }], keep_alive: keepAlive });
      const seconds = await secondsLeft(model);
      assert.ok(seconds > least && seconds <= most, `${seconds} seconds`);
    });
  }

  it("counts a streamed use, too", async () => {
    const model = ownModel();
    await collect(await ollama.generate({ model, prompt: "Hello", stream: true }));
    assert.ok(await loaded(model));
    const listed = await loaded(model);
    for (const key of ["name", "model", "digest"]) assert.equal(typeof listed[key], "string");
    assert.ok(listed.size > 0 && listed.size_vram >= 0 && listed.context_length > 0, JSON.stringify(listed));
    assert.equal(typeof listed.details.family, "string");
  });

  it("is loaded and put away by a request without messages or prompt, streamed or not", async () => {
    for (const stream of [false, true]) {
      const model = ownModel();
      const only = async (answer) => {
        const answers = stream ? await collect(await answer) : [await answer];
        assert.equal(answers.length, 1);
        return answers[0];
      };
      for (const [keepAlive, reason] of [[undefined, "load"], ["10m", "load"], [0, "unload"], ["0s", "unload"], ["0", "unload"]]) {
        const chat = await only(ollama.chat({ model, messages: [], keep_alive: keepAlive, stream }));
        assert.deepEqual({ ...chat, created_at: "" }, { model, created_at: "", message: { role: "assistant", content: "" }, done: true, done_reason: reason });
        assert.equal(Boolean(await loaded(model)), reason === "load", `keep_alive ${keepAlive}`);
        const generated = await only(ollama.generate({ model, prompt: "", keep_alive: keepAlive, stream }));
        assert.deepEqual({ ...generated, created_at: "" }, { model, created_at: "", response: "", done: true, done_reason: reason });
      }
      assert.deepEqual(await requestsWith(model.slice("emulator/".length)), []);
    }
  });

  it("does not count what was never there", async () => {
    await assert.rejects(ollama.chat({ model: "nope-at-all", messages: [{ role: "user", content: "Hello" }] }));
    assert.equal(await loaded("nope-at-all"), undefined);
  });
});

describe("npm ollama: think", () => {
  for (const think of ["low", "medium", "high", "max", true]) {
    it(`${think} makes a model that can think do so, streamed and not`, async () => {
      const text = marker("think");
      const request = { model: "mistral-small-latest", messages: [{ role: "user", content: text }], think };
      const whole = await ollama.chat(request);
      assert.match(whole.message.thinking, /\S+ \S+/);
      const chunks = await collect(await ollama.chat({ ...request, stream: true }));
      assert.equal(chunks.map((chunk) => chunk.message.thinking ?? "").join(""), whole.message.thinking);
      for (const { body } of await requestsWith(text)) assert.ok(body.reasoning_effort !== "none", JSON.stringify(body));
    });
  }

  it("false keeps it from thinking", async () => {
    const text = marker("think");
    const { message } = await ollama.chat({ model: "mistral-small-latest", messages: [{ role: "user", content: text }], think: false });
    assert.equal("thinking" in message, false);
    assertBeginsWith(message.content, quoteOf(text));
  });

  it("takes thinking of an earlier turn back", async () => {
    const model = "magistral-small-latest";
    const text = marker("think");
    const first = await ollama.chat({ model, messages: [{ role: "user", content: "One" }], think: true });
    const second = await ollama.chat({ model, messages: [{ role: "user", content: "One" }, first.message, { role: "user", content: text }], think: true });
    assertBeginsWith(second.message.content, quoteOf(text));
  });

  for (const think of ["enormously", "", 1]) {
    it(`${JSON.stringify(think)} is none of its values`, async () => {
      await assert.rejects(ollama.chat({ model: "mistral-small-latest", messages: [{ role: "user", content: "a" }], think }), {
        name: "ResponseError",
        status_code: 400,
        message: `invalid think value: ${JSON.stringify(think)} (must be "high", "medium", "low", "max", true, or false)`,
      });
    });
  }
});

describe("npm ollama: raw", () => {
  it("sends the prompt as it is, streamed and not", async () => {
    for (const stream of [false, true]) {
      const prompt = `[INST] ${marker("raw")} [/INST]`;
      const answer = await ollama.generate({ model: "codestral-latest", prompt, raw: true, stream });
      const chunks = stream ? await collect(answer) : [answer];
      assert.match(chunks.map((chunk) => chunk.response).join(""), /\S/);
      assert.equal("context" in chunks.at(-1), false);
      const { body } = await requestWith(prompt);
      assert.equal(body.prompt ?? body.messages.map((message) => message.content).join("|"), prompt);
    }
  });

  it("fills in between prompt and suffix in a stream", async () => {
    const prompt = `def ${marker("fim").replaceAll("-", "_")}(`;
    const options = { num_predict: 5, temperature: 0 };
    const chunks = await collect(await ollama.generate({ model: "codestral-latest", prompt, suffix: "return total", options, stream: true }));
    assert.equal(chunks.at(-1).done_reason, "length");
    assert.equal(chunks.at(-1).eval_count, 5);
    const { path, body } = await requestWith(prompt);
    assert.equal(path, "/v1/fim/completions");
    assert.deepEqual([body.prompt, body.suffix, body.max_tokens], [prompt, "return total", 5]);
  });

  for (const more of [{ system: "s" }, { template: "{{ .Prompt }} t" }, { context: [1, 2] }]) {
    it(`goes without ${Object.keys(more)}`, async () => {
      await assert.rejects(ollama.generate({ model: "codestral-latest", prompt: "a", raw: true, ...more }), {
        name: "ResponseError",
        status_code: 400,
        message: "raw mode does not support template, system, or context",
      });
    });
  }
});

describe("npm ollama: options", () => {
  const all = {
    numa: true, num_ctx: 12345, num_batch: 512, num_gpu: 1, main_gpu: 0, low_vram: false, f16_kv: true, logits_all: false, vocab_only: false, use_mmap: true, use_mlock: false,
    embedding_only: false, num_thread: 8, num_keep: 24, seed: 42, num_predict: 12, top_k: 40, top_p: 0.5, tfs_z: 1, typical_p: 0.75, repeat_last_n: 33, temperature: 0.25,
    repeat_penalty: 1.5, presence_penalty: 0.5, frequency_penalty: 0.75, mirostat: 1, mirostat_tau: 0.5, mirostat_eta: 0.25, penalize_newline: true, stop: ["END"], wholly_unknown: "x",
  };

  it("of every kind are mapped or left out, never refused", async () => {
    const text = marker("options");
    await ollama.generate({ model: "mistral-small-latest", prompt: text, options: all });
    const { body } = await requestWith(text);
    assert.deepEqual(body, {
      model: "mistral-small-latest", messages: [{ role: "user", content: text }], random_seed: 42, max_tokens: 12, top_p: 0.5, temperature: 0.25, presence_penalty: 0.5, frequency_penalty: 0.75, stop: ["END"],
    });
  });

  it("that mean nothing are left out", async () => {
    const text = marker("options");
    await ollama.generate({ model: "mistral-small-latest", prompt: text, options: { seed: -1, num_predict: -2, top_k: 0, stop: [], temperature: null } });
    const { body } = await requestWith(text);
    assert.deepEqual(body, { model: "mistral-small-latest", messages: [{ role: "user", content: text }] });
  });

  it("beyond the provider's range are brought into it", async () => {
    const text = marker("options");
    await ollama.generate({ model: "mistral-small-latest", prompt: text, options: { temperature: 2, presence_penalty: 3, frequency_penalty: -3, num_predict: 0 } });
    const { body } = await requestWith(text);
    assert.deepEqual([body.temperature, body.presence_penalty, body.frequency_penalty, body.max_tokens], [1.5, 2, -2, 1]);
  });
});
