// Each client with a key, as docs/clients.md sets it up, and with a wrong one.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { describe, it } from "node:test";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { ChatOllama, OllamaEmbeddings } from "@langchain/ollama";
import { APICallError, embed, generateText, streamText } from "ai";
import { Ollama } from "ollama";
import { createOllama } from "ollama-ai-provider-v2";
import OpenAI from "openai";
import { ResponsesWS } from "openai/resources/responses/ws";
import WebSocket from "ws";
import { key, keyedDoor } from "./addresses.mjs";
import { curl } from "./curl.mjs";
import { assertBeginsWith, collect, quoteOf } from "./samples.mjs";
import { keylessAddress } from "./stack.mjs";

const model = "mistral-small-latest";
const wrong = `${key.slice(0, -1)}${key.endsWith("x") ? "y" : "x"}`;
const bearer = (text) => ({ Authorization: `Bearer ${text}` });
const messages = [{ role: "user", content: "Hello" }];
const joined = (pieces) => pieces.join("");

describe("keys: npm ollama", () => {
  const client = (text) => new Ollama({ host: keyedDoor, headers: bearer(text) });

  it("sends it in its headers", async () => {
    const ollama = client(key);
    assertBeginsWith((await ollama.chat({ model, messages })).message.content, quoteOf("Hello"));
    assertBeginsWith(joined((await collect(await ollama.chat({ model, messages, stream: true }))).map((part) => part.message.content)), quoteOf("Hello"));
    assert.ok((await ollama.generate({ model, prompt: "Hello" })).response.length > 0);
    assert.ok((await collect(await ollama.generate({ model, prompt: "Hello", stream: true }))).at(-1).done);
    assert.equal((await ollama.embed({ model: "mistral-embed", input: ["a", "b"] })).embeddings.length, 2);
    assert.ok((await ollama.embeddings({ model: "mistral-embed", prompt: "a" })).embedding.length > 0);
    assert.ok((await ollama.list()).models.some((each) => each.name.startsWith(model)));
    assert.ok((await ollama.show({ model })).capabilities.includes("completion"));
    assert.ok((await ollama.ps()).models.length > 0);
    assert.equal((await ollama.pull({ model })).status, "success");
  });

  for (const [name, call] of Object.entries({
    chat: (ollama) => ollama.chat({ model, messages }),
    "chat, streamed": (ollama) => ollama.chat({ model, messages, stream: true }),
    list: (ollama) => ollama.list(),
    embed: (ollama) => ollama.embed({ model: "mistral-embed", input: "a" }),
  })) {
    it(`throws its ResponseError for a wrong one: ${name}`, () =>
      assert.rejects(call(client(wrong)), (error) => {
        assert.equal(error.name, "ResponseError");
        assert.equal(error.status_code, 401);
        assert.equal(error.error, "The key or token is not valid.");
        return true;
      }));
  }
});

describe("keys: npm @langchain/ollama", () => {
  const settings = (text) => ({ baseUrl: keyedDoor, model, maxRetries: 0, headers: bearer(text) });

  it("sends it in its headers", async () => {
    assertBeginsWith((await new ChatOllama(settings(key)).invoke("Hello")).content, quoteOf("Hello"));
    assert.ok((await collect(await new ChatOllama(settings(key)).stream("Hello"))).length > 1);
    assert.ok((await new OllamaEmbeddings({ ...settings(key), model: "mistral-embed" }).embedQuery("a")).length > 0);
  });

  it("throws for a wrong one", () => assert.rejects(new ChatOllama(settings(wrong)).invoke("Hello"), { name: "ResponseError", status_code: 401 }));
});

describe("keys: npm openai", () => {
  const client = (apiKey) => new OpenAI({ baseURL: `${keyedDoor}/v1`, apiKey, maxRetries: 0 });

  it("sends it as its key", async () => {
    const openai = client(key);
    assertBeginsWith((await openai.chat.completions.create({ model, messages })).choices[0].message.content, quoteOf("Hello"));
    const pieces = await collect(await openai.chat.completions.create({ model, messages, stream: true }));
    assertBeginsWith(joined(pieces.map((piece) => piece.choices[0]?.delta.content ?? "")), quoteOf("Hello"));
    assertBeginsWith((await openai.responses.create({ model, input: "Hello" })).output_text, quoteOf("Hello"));
    assert.equal((await collect(await openai.responses.create({ model, input: "Hello", stream: true }))).at(-1).type, "response.completed");
    assert.ok((await openai.completions.create({ model, prompt: "Hello" })).choices[0].text.length > 0);
    assert.equal((await openai.embeddings.create({ model: "mistral-embed", input: "a" })).data.length, 1);
    assert.ok((await collect(await openai.models.list())).some((each) => each.id.startsWith(model)));
  });

  it("sends it over a WebSocket", async () => {
    const socket = new ResponsesWS(client(key));
    const completed = new Promise((resolve, reject) => socket.on("response.completed", resolve).on("error", reject));
    socket.send({ type: "response.create", model, input: "Hello" });
    await completed;
    socket.close();
  });

  for (const [name, call] of Object.entries({
    chat: (openai) => openai.chat.completions.create({ model, messages }),
    "chat, streamed": (openai) => openai.chat.completions.create({ model, messages, stream: true }),
    responses: (openai) => openai.responses.create({ model, input: "Hello" }),
    embeddings: (openai) => openai.embeddings.create({ model: "mistral-embed", input: "a" }),
    models: (openai) => openai.models.list(),
  })) {
    it(`throws its AuthenticationError for a wrong one: ${name}`, () =>
      assert.rejects(call(client(wrong)), (error) => {
        assert.ok(error instanceof OpenAI.AuthenticationError, `${error}`);
        assert.equal(error.code, "invalid_api_key");
        assert.ok(error.requestID);
        assert.equal(`${error}`.includes(wrong), false);
        return true;
      }));
  }
});

describe("keys: npm @anthropic-ai/sdk", () => {
  const ask = { model, max_tokens: 1024, messages };
  for (const [name, settings] of Object.entries({ apiKey: (text) => ({ apiKey: text }), authToken: (text) => ({ apiKey: null, authToken: text }) })) {
    const client = (text) => new Anthropic({ baseURL: keyedDoor, maxRetries: 0, ...settings(text) });

    it(`sends it as ${name}`, async () => {
      const anthropic = client(key);
      assertBeginsWith((await anthropic.messages.create(ask)).content[0].text, quoteOf("Hello"));
      assertBeginsWith(await anthropic.messages.stream(ask).finalText(), quoteOf("Hello"));
      assert.ok((await anthropic.messages.countTokens({ model, messages })).input_tokens > 0);
      assert.ok((await collect(await anthropic.models.list())).some((each) => each.id.startsWith(model)));
    });

    it(`throws its AuthenticationError for a wrong ${name}`, async () => {
      for (const call of [(each) => each.messages.create(ask), (each) => each.messages.create({ ...ask, stream: true }), (each) => each.models.list()]) {
        await assert.rejects(call(client(wrong)), (error) => {
          assert.ok(error instanceof Anthropic.AuthenticationError, `${error}`);
          assert.equal(error.error.error.type, "authentication_error");
          assert.ok(error.requestID);
          return true;
        });
      }
    });
  }
});

describe("keys: npm ai", () => {
  const providers = {
    "@ai-sdk/openai": (apiKey) => createOpenAI({ baseURL: `${keyedDoor}/v1`, apiKey }),
    "@ai-sdk/anthropic": (apiKey) => createAnthropic({ baseURL: `${keyedDoor}/v1`, apiKey }),
    "@ai-sdk/openai-compatible": (apiKey) => createOpenAICompatible({ name: "dragoman", baseURL: `${keyedDoor}/v1`, apiKey }),
    "ollama-ai-provider-v2": (apiKey) => createOllama({ baseURL: `${keyedDoor}/api`, headers: bearer(apiKey) }),
  };
  for (const [name, create] of Object.entries(providers)) {
    it(`${name} sends it`, async () => {
      const ask = { model: create(key)(model), prompt: "Hello", maxRetries: 0 };
      assertBeginsWith((await generateText(ask)).text, quoteOf("Hello"));
      assertBeginsWith(joined(await collect(streamText(ask).textStream)), quoteOf("Hello"));
    });

    it(`${name} throws an APICallError for a wrong one`, () =>
      assert.rejects(generateText({ model: create(wrong)(model), prompt: "Hello", maxRetries: 0 }), (error) => {
        assert.ok(APICallError.isInstance(error), `${error}`);
        assert.equal(error.statusCode, 401);
        assert.equal(error.isRetryable, false);
        return true;
      }));
  }

  it("embeds with a key", async () => {
    const { embedding } = await embed({ model: createOllama({ baseURL: `${keyedDoor}/api`, headers: bearer(key) }).textEmbeddingModel("mistral-embed"), value: "a" });
    assert.ok(embedding.length > 0);
  });
});

describe("keys: programs that have only a URL", () => {
  const withKey = (text, path = "") => keyedDoor.replace("://", `://x:${text}@`) + path;
  const data = JSON.stringify({ model, messages, stream: false });

  it("curl", async () => {
    const answer = await curl(withKey(key, "/api/chat"), { data });
    assert.equal(answer.status, 200);
    assertBeginsWith(JSON.parse(answer.body).message.content, quoteOf("Hello"));
    const refused = await curl(withKey(wrong, "/api/chat"), { data });
    assert.deepEqual([refused.status, JSON.parse(refused.body)], [401, { error: "The key or token is not valid." }]);
  });

  it("curl, which sends it only after it was asked for it", async () => {
    const answer = await curl(keyedDoor + "/api/tags", { args: ["--anyauth", "--user", `x:${key}`] });
    assert.equal(answer.status, 401);
    assert.match(answer.body, /HTTP\/1\.1 200/);
  });

  it("Node's http", async () => {
    const asking = request(withKey(key, "/v1/models")).end();
    const [response] = await once(asking, "response");
    response.resume();
    assert.equal(response.statusCode, 200);
  });

  it("npm ws", async () => {
    const socket = new WebSocket(withKey(key, "/api/chat").replace("http", "ws"));
    await once(socket, "open");
    socket.send(JSON.stringify({ model, messages }));
    const [message] = await once(socket, "message");
    assert.ok(JSON.parse(message.toString()).message);
    socket.close();

    const refused = new WebSocket(withKey(wrong, "/api/chat").replace("http", "ws"));
    const [error] = await once(refused, "error");
    assert.match(error.message, /401/);
  });
});

// What these clients send with a key: a bearer in each request (docs/clients.md).
describe("keys: replayed clients", () => {
  const clients = {
    "ollama-python": ["POST", "/api/chat", { model, messages, stream: false }],
    "Aider (LiteLLM)": ["POST", "/api/chat", { model, messages, stream: true, options: { num_ctx: 8192 } }],
    Continue: ["POST", "//api/show", { name: model }],
    "Open WebUI": ["GET", "/api/tags"],
    Zed: ["GET", "/api/tags"],
    n8n: ["GET", "/api/tags"],
  };
  for (const [name, [method, path, body]] of Object.entries(clients)) {
    it(name, async () => {
      const status = async (text) => {
        const response = await fetch(keyedDoor + path, { method, headers: { ...bearer(text), "content-type": "application/json" }, body: body && JSON.stringify(body) });
        await response.text();
        return response.status;
      };
      assert.deepEqual([await status(key), await status(wrong)], [200, 401]);
    });
  }
});

describe("keys: programs that have no place for one", () => {
  it("are a team by their address, as the Ollama CLI", async () => {
    const from = (address) => curl(`${keyedDoor}/api/tags`, { args: ["--interface", address] });
    assert.equal((await from(keylessAddress)).status, 200);
    assert.equal((await from("127.0.0.1")).status, 401);
    const chat = await curl(`${keyedDoor}/api/chat`, { data: JSON.stringify({ model, messages }), args: ["--interface", keylessAddress] });
    assert.equal(chat.status, 200);
    assert.match(chat.body, /"done":true/);
  });

  it("may send an empty key, as VS Code does", async () => {
    const answer = await curl(`${keyedDoor}/api/tags`, { args: ["--interface", keylessAddress, "--header", "Authorization: Bearer "] });
    assert.equal(answer.status, 200);
  });
});
