// Open WebUI's Ollama router (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsUnit, png, quoteOf } from "./samples.mjs";
import { assertShape, durations, failure, json, lines, listedModel, readChat, send, shownModel } from "./wire.mjs";

const headers = { "content-type": "application/json", authorization: "Bearer sk-from-the-settings", "user-agent": "Python/3.11 aiohttp/3.12" };

/** Open WebUI's reading of a version. It crashes on anything but digits and dots. */
function parseVersion(text) {
  const parts = text.replace(/^v/, "").split("-")[0].split(".");
  return parts.map((part) => {
    assert.match(part, /^\d+$/);
    return Number(part);
  });
}

/** Open WebUI appends ":latest" to a name without a tag, and then looks the name up in its copy of the list. */
async function listedName(name) {
  const { models } = await json("GET", "/api/tags", undefined, headers);
  const known = Object.fromEntries(models.map((model) => [model.model, model]));
  const tagged = name.includes(":") ? name : `${name}:latest`;
  assert.ok(tagged in known, `${tagged} is not among ${Object.keys(known)}`);
  return tagged;
}

describe("replay: Open WebUI", () => {
  it("verifies the connection", async () => {
    assert.equal(parseVersion((await json("GET", "/api/version", undefined, headers)).version).length, 3);
    const { models } = await json("GET", "/api/tags", undefined, headers);
    assertShape(models, [listedModel]);
    for (const model of models) assert.equal(model.name, model.model);
  });

  it("finds every listed model again and shows it", async () => {
    const { models } = await json("GET", "/api/tags", undefined, headers);
    for (const { model } of models) {
      assert.match(model, /:[^:]+$/);
      assertShape(await json("POST", "/api/show", { model }, headers), shownModel);
    }
  });

  it("chats under the tagged name, and reckons tokens a second", async () => {
    const model = await listedName("mistral-small-latest");
    const messages = [{ role: "system", content: "Be kind." }, { role: "user", content: "Hello" }];
    const { content, final } = readChat(await lines("/api/chat", { model, messages, options: {}, stream: true, keep_alive: "5m", format: null, tools: null }, headers), model);
    assertBeginsWith(content, quoteOf("Hello"));
    const pace = (final.eval_count / final.eval_duration) * 1e9;
    assert.ok(Number.isFinite(pace) && pace > 0, `${pace} tokens a second`);
  });

  it("sends advanced parameters from its settings, numbers as keep_alive in a string too", async () => {
    const model = await listedName("mistral-small-latest");
    for (const keepAlive of ["300", "-1", -1, 0.5, "10m", "1h30m", "-1m"]) {
      const text = marker("webui");
      const options = { temperature: 0.25, top_k: 40, top_p: 0.5, min_p: 0, mirostat: 0, mirostat_eta: 0.1, mirostat_tau: 5, num_ctx: 2048, num_keep: 24, num_batch: 512, repeat_last_n: 64, repeat_penalty: 1.1, tfs_z: 1, use_mmap: true, num_gpu: 1, num_thread: 2, seed: 0, num_predict: 5, stop: ["</s>"] };
      const answer = await json("POST", "/api/chat", { model, messages: [{ role: "user", content: text }], options, stream: false, keep_alive: keepAlive }, headers);
      assert.deepEqual([answer.done_reason, answer.eval_count], ["length", 5]);
      const { body } = await requestWith(text);
      assert.deepEqual([body.temperature, body.top_p, body.random_seed, body.max_tokens, body.stop], [0.25, 0.5, 0, 5, ["</s>"]]);
    }
  });

  it("writes a title in one piece", async () => {
    const model = await listedName("mistral-small-latest");
    const answer = await json("POST", "/api/chat", { model, messages: [{ role: "user", content: "Title?" }], stream: false }, headers);
    assertShape(answer, { model: "text", created_at: "date", message: { role: "text", content: "text" }, done: "true", done_reason: "text", ...durations });
  });

  it("uploads a picture", async () => {
    const model = await listedName("pixtral-12b-latest");
    const messages = [{ role: "user", content: "Look", images: [png.toString("base64")] }];
    assert.match(readChat(await lines("/api/chat", { model, messages, stream: true }, headers), model).content, /I see 1 image \(image\/png/);
  });

  it("embeds documents, in the new and the old way", async () => {
    const model = await listedName("mistral-embed");
    const answer = await json("POST", "/api/embed", { model, input: ["one", "two"], truncate: true }, headers);
    assertShape(answer, { model: "text", embeddings: [["number"]] });
    answer.embeddings.forEach((vector) => assertIsUnit(vector));
    const old = await json("POST", "/api/embeddings", { model, prompt: "one" }, headers);
    assert.deepEqual(Object.keys(old), ["embedding"]);
    assert.equal(old.embedding.length, 1024);
  });

  it("sees a used model as loaded, with a date that Python reads, and unloads it", async () => {
    // No other test uses this model, so that no other test can have loaded it.
    const model = "emulator/emulate-tokens-8:latest";
    await json("POST", "/api/generate", { model, prompt: "Hello", stream: false, keep_alive: "7m" }, headers);
    const loaded = (await json("GET", "/api/ps", undefined, headers)).models.find((each) => each.model === model);
    assertShape(loaded, { name: "text", model: "text", size: "positive", digest: "digest", details: "object", expires_at: "date", size_vram: "integer", context_length: "positive" });
    // datetime.fromisoformat of Python 3.11
    assert.match(loaded.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    const minutes = (Date.parse(loaded.expires_at) - Date.now()) / 60_000;
    assert.ok(minutes > 6 && minutes <= 7, `${minutes} minutes`);
    const unloaded = await json("POST", "/api/generate", { model, prompt: "", keep_alive: 0 }, headers);
    assert.deepEqual([unloaded.done, unloaded.done_reason, unloaded.response], [true, "unload", ""]);
    const { models } = await json("GET", "/api/ps", undefined, headers);
    assert.equal(models.some((each) => each.model === model), false);
  });

  it("pulls what is published and is told what is not", async () => {
    const model = await listedName("mistral-small-latest");
    const statuses = await lines("/api/pull", { model, stream: true }, headers);
    assertShape(statuses, [{ status: "text", error: "absent" }]);
    assert.equal(statuses.at(-1).status, "success");
    const missing = await lines("/api/pull", { model: "nope:latest", stream: true }, headers);
    assert.equal(missing.at(-1).error, "pull model manifest: file does not exist");
    assert.equal(missing.some((line) => line.status === "success"), false);
  });

  it("is told in JSON what its admin pages cannot do here", async () => {
    const model = await listedName("mistral-small-latest");
    for (const [method, path, body] of [
      ["POST", "/api/create", { model: "mine", from: model, stream: true }],
      ["POST", "/api/push", { model, stream: true }],
      ["POST", "/api/copy", { source: model, destination: "copy" }],
      ["DELETE", "/api/delete", { model }],
    ]) {
      const text = await failure(501, method, path, body, headers);
      assert.match(text, /\w+ \w+ \w+/);
    }
    const blob = `/api/blobs/sha256:${"0".repeat(64)}`;
    assert.equal((await send("HEAD", blob, undefined, headers)).status, 404);
    await failure(501, "POST", blob, "bytes", headers);
    await listedName("mistral-small-latest");
  });
});
