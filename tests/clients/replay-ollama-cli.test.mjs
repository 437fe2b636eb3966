// The Ollama CLI: list, show, run, ps, stop (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertShape, failure, json, lines, listedModel, readChat, send, shownModel } from "./wire.mjs";

const headers = { "content-type": "application/json", accept: "application/x-ndjson", "user-agent": "ollama/0.15.0 (amd64 linux) Go/go1.24.1" };
const model = "ministral-8b-latest";

const isRunning = async (name) => (await json("GET", "/api/ps", undefined, headers)).models.some((each) => each.name === name);

describe("replay: Ollama CLI", () => {
  it("probes the server and its version", async () => {
    const head = await send("HEAD", "/", undefined, headers);
    assert.deepEqual([head.status, head.text], [200, ""]);
    assertShape(await json("GET", "/api/version", undefined, headers), { version: "text" });
    assert.equal((await send("HEAD", "/api/version", undefined, headers)).status, 200);
    assert.equal((await send("HEAD", "/api/tags", undefined, headers)).status, 200);
  });

  it("list: prints twelve letters of the digest", async () => {
    const { models } = await json("GET", "/api/tags", undefined, headers);
    assertShape(models, [listedModel]);
    for (const { digest } of models) assert.ok(digest.slice(0, 12).length === 12);
    for (const each of models) assert.equal("remote_host" in each, false);
  });

  it("show: prints the model's facts", async () => {
    const shown = await json("POST", "/api/show", { model, verbose: false }, headers);
    assertShape(shown, shownModel);
    const info = shown.model_info;
    assertShape(info[`${info["general.architecture"]}.context_length`], "positive");
    assertShape(info[`${info["general.architecture"]}.embedding_length`], "positive");
    assert.equal("remote_host" in shown, false);
  });

  it("run: pulls what show does not know", async () => {
    await failure(404, "POST", "/api/show", { model: "nope" }, headers);
    const statuses = await lines("/api/pull", { model: "nope" }, headers);
    assert.equal(statuses.at(-1).error, "pull model manifest: file does not exist");
  });

  it("run, ps, stop: loads, chats, is listed, unloads", async () => {
    // No other test uses this model, so that no other test can have loaded it.
    const own = "emulator/emulate-tokens-9";
    const loaded = await json("POST", "/api/generate", { model: own, prompt: "", options: {}, keep_alive: "5m" }, headers);
    assert.deepEqual([loaded.done, loaded.done_reason], [true, "load"]);
    const { final } = readChat(await lines("/api/chat", { model: own, messages: [{ role: "user", content: "Hello" }], format: "", options: {}, keep_alive: "5m" }, headers), own);
    assert.equal(final.eval_count, 9);
    assert.equal(await isRunning(`${own}:latest`), true);
    const stopped = await json("POST", "/api/generate", { model: own, prompt: "", keep_alive: 0 }, headers);
    assert.deepEqual([stopped.done, stopped.done_reason], [true, "unload"]);
    assert.equal(await isRunning(`${own}:latest`), false);
  });

  it("asks for an account only for models of ollama.com, and is told that there is none", async () => {
    assert.deepEqual(await json("GET", "/api/status", undefined, headers), { cloud: { disabled: true, source: "env" } });
    await failure(401, "POST", "/api/me", undefined, headers);
    await failure(401, "POST", "/api/signout", undefined, headers);
  });

  it("cp, rm, push and create are refused with an error that it prints", async () => {
    for (const [method, path, body] of [
      ["POST", "/api/copy", { source: model, destination: "other" }],
      ["DELETE", "/api/delete", { model, name: model }],
      ["POST", "/api/push", { model, insecure: false }],
      ["POST", "/api/create", { model: "mine", from: model }],
    ]) {
      assert.match(await failure(501, method, path, body, headers), /\S+ \S+ \S+/);
    }
  });
});
