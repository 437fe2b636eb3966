import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { door } from "./addresses.mjs";
import { curl } from "./curl.mjs";
import { assertBeginsWith, quoteOf } from "./samples.mjs";

// In milliseconds, as a guard against hanging. The answers take a few milliseconds.
const hangGuard = 1000;

// An error may quote a part of the request, but not all of it.
const longestMessage = 2001;

const ollamaRoutes = ["/api/chat", "/api/generate", "/api/show", "/api/embed", "/api/embeddings"];
const openaiRoutes = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];
const routes = [...ollamaRoutes, ...openaiRoutes];

const messages = [{ role: "user", content: "Hello" }];
const good = {
  "/api/chat": { model: "mistral-small-latest", messages, stream: false },
  "/api/generate": { model: "mistral-small-latest", prompt: "Hello", stream: false },
  "/api/show": { model: "mistral-small-latest" },
  "/api/embed": { model: "mistral-embed", input: "Hello" },
  "/api/embeddings": { model: "mistral-embed", prompt: "Hello" },
  "/v1/chat/completions": { model: "mistral-small-latest", messages },
  "/v1/completions": { model: "mistral-small-latest", prompt: "Hello" },
  "/v1/embeddings": { model: "mistral-embed", input: "Hello" },
};

const proofs = {
  "/api/chat": (answer) => assertBeginsWith(answer.message.content, quoteOf("Hello")),
  "/api/generate": (answer) => assertBeginsWith(answer.response, quoteOf("Hello")),
  "/api/show": (answer) => assert.equal(answer.details.family, "mistral"),
  "/api/embed": (answer) => assert.equal(answer.embeddings[0].length, 1024),
  "/api/embeddings": (answer) => assert.equal(answer.embedding.length, 1024),
  "/v1/chat/completions": (answer) => assertBeginsWith(answer.choices[0].message.content, quoteOf("Hello")),
  "/v1/completions": (answer) => assertBeginsWith(answer.choices[0].text, quoteOf("Hello")),
  "/v1/embeddings": (answer) => assert.equal(answer.data[0].embedding.length, 1024),
};

async function send(path, body, { method = "POST", headers = {} } = {}) {
  const began = performance.now();
  const response = await fetch(`${door}${path}`, { method, body, headers });
  const text = await response.text();
  const elapsed = performance.now() - began;
  assert.ok(elapsed < hangGuard, `${path} took ${elapsed} ms`);
  return { status: response.status, headers: response.headers, body: text };
}

/** Checks that the answer is an error in the path's dialect. Returns its text and, for OpenAI, its members. */
function errorOf(path, answer, status) {
  assert.equal(answer.status, status, `${path}: ${answer.body.slice(0, 500)}`);
  assert.match(answer.headers.get("content-type"), /^application\/json/);
  assert.match(answer.headers.get("x-request-id"), /^[A-Za-z0-9._-]{1,128}$/);
  const parsed = JSON.parse(answer.body);
  assert.deepEqual(Object.keys(parsed), ["error"]);
  if (!path.startsWith("/v1/")) {
    assert.equal(typeof parsed.error, "string");
    return { message: parsed.error };
  }
  assert.deepEqual(Object.keys(parsed.error).sort(), ["code", "message", "param", "type"]);
  assert.equal(typeof parsed.error.message, "string");
  assert.equal(parsed.error.type, status < 500 || status === 501 ? "invalid_request_error" : "server_error");
  return parsed.error;
}

async function assertStillWorks(path) {
  const answer = await send(path, JSON.stringify(good[path]));
  assert.equal(answer.status, 200, answer.body);
  proofs[path](JSON.parse(answer.body));
}

const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);

describe("bad input: what is no request at all", () => {
  for (const path of routes) {
    it(`${path} answers each in its dialect, and the next request works`, async () => {
      assert.match(errorOf(path, await send(path, undefined), 400).message, /^missing request body$/);
      for (const [what, body, message] of [
        ["blank", " \r\n\t", /^missing request body$/],
        ["no JSON", "hello", /not valid JSON/],
        ["a form", "model=mistral-small-latest&prompt=a", /not valid JSON/],
        ["half a JSON", JSON.stringify(good[path]).slice(0, -3), /not valid JSON/],
        ["a raw line break in a string", '{"model":"a\nb"}', /not valid JSON/],
        ["a raw NUL in a string", '{"model":"a\0b"}', /not valid JSON/],
        ["NULs alone", "\0\0\0\0", /not valid JSON/],
        ["an array", "[]", /must be an object, not an array/],
        ["a string", '"model"', /must be an object, not a string/],
        ["a number", "7", /must be an object, not a number/],
        ["a deep array", nested(10_000), /not valid JSON/],
        ["a deep member", `{"model":"mistral-small-latest","x":${nested(10_000)}}`, /not valid JSON/],
        ["deep objects", '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000), /not valid JSON/],
        ["half of a deep array", "[".repeat(1_000_000), /not valid JSON/],
        ["invalid UTF-8", Buffer.from('{"model":"mistral-small-latest\xff","prompt":"\xc3("}', "latin1"), /not valid UTF-8/],
        ["UTF-16", Buffer.from(JSON.stringify(good[path]), "utf16le"), /not valid JSON/],
      ]) {
        const { message: given } = errorOf(path, await send(path, body), 400);
        assert.match(given, message, what);
        assert.ok(given.length < 500, `${what}: an error of ${given.length} characters`);
      }
      await assertStillWorks(path);
    });
  }

  for (const path of routes) {
    it(`${path} refuses a body that is too large`, async () => {
      const began = performance.now();
      const body = Buffer.alloc(40 * 1024 * 1024, "x");
      for (const args of [[], ["--header", "Expect:"], ["--header", "Transfer-Encoding: chunked"]]) {
        const answer = await curl(`${door}${path}`, { data: body, args });
        assert.match(errorOf(path, answer, 413).message, /too large|larger than/);
      }
      const elapsed = performance.now() - began;
      assert.ok(elapsed < 10 * hangGuard, `${elapsed} ms`);
      await assertStillWorks(path);
    });
  }

  it("refuses in the process what nginx lets through", async () => {
    for (const path of ["/api/chat", "/v1/chat/completions", "/api/embed"]) {
      const answer = await curl(`${door}${path}`, { data: Buffer.alloc(32 * 1024 * 1024 + 1, "x") });
      assert.match(errorOf(path, answer, 413).message, /larger than 33554432 bytes/);
      await assertStillWorks(path);
    }
  });
});

describe("bad input: members of the wrong type", () => {
  const wrong = {
    "/api/chat": [
      ["model", 7], ["messages", "Hello"], ["messages[0]", { messages: ["Hello"] }], ["messages[0].role", { messages: [{ role: 1, content: "a" }] }],
      ["messages[0].content", { messages: [{ role: "user", content: [] }] }], ["messages[0].images", { messages: [{ role: "user", content: "a", images: "x" }] }],
      ["messages[0].images[0]", { messages: [{ role: "user", content: "a", images: [7] }] }],
      ["messages[0].images[0]", { messages: [{ role: "user", content: "a", images: ["no base64!"] }] }],
      ["messages[0].tool_calls", { messages: [{ role: "assistant", content: "", tool_calls: {} }] }],
      ["stream", "yes"], ["tools", {}], ["tools[0].function", { tools: [{ type: "function", function: "f" }] }], ["options", []],
      ["options.temperature", { options: { temperature: "hot" } }], ["options.num_predict", { options: { num_predict: true } }],
      ["options.stop[0]", { options: { stop: [1] } }], ["keep_alive", true], ["format", 7], ["think", 7], ["think", "enormously"], ["top_logprobs", 21],
    ],
    "/api/generate": [["model", {}], ["prompt", 7], ["system", []], ["suffix", 1], ["images", "x"], ["stream", 1], ["options", "x"], ["raw", "x"], ["format", "yaml"], ["think", []]],
    "/api/show": [["model", 7], ["name", { model: undefined, name: [] }]],
    "/api/embed": [["model", 7], ["input", 7], ["input", { input: ["a", 7] }], ["input", {}], ["dimensions", "many"]],
    "/api/embeddings": [["model", 7], ["prompt", ["a"]]],
    "/v1/chat/completions": [
      ["model", 7], ["model", { model: undefined }], ["messages", "Hello"], ["messages[0]", { messages: ["Hello"] }], ["messages[0].role", { messages: [{ content: "a" }] }],
      ["messages[0].content[0]", { messages: [{ role: "user", content: ["a"] }] }], ["messages[0].tool_call_id", { messages: [{ role: "tool", content: "a" }] }],
      ["stream", "yes"], ["stream_options", 1], ["temperature", []], ["top_p", "x"], ["max_tokens", {}], ["n", "x"], ["stop", 7], ["seed", "x"], ["tools", {}],
      ["tools[0].function.parameters", { tools: [{ type: "function", function: { name: "f", parameters: 7 } }] }], ["tool_choice", 7], ["response_format", "json"],
      ["logprobs", "x"], ["top_logprobs", { logprobs: true, top_logprobs: 21 }], ["reasoning_effort", "enormous"],
    ],
    "/v1/completions": [["model", 7], ["prompt", {}], ["suffix", 7], ["stream", 1], ["temperature", "x"], ["max_tokens", "x"], ["echo", "x"]],
    "/v1/embeddings": [["model", 7], ["input", {}], ["input", { input: undefined }], ["encoding_format", 7], ["dimensions", "x"]],
  };

  for (const [path, cases] of Object.entries(wrong)) {
    it(`${path} names each one`, async () => {
      for (const [field, value] of cases) {
        const isBody = value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0;
        const body = { ...good[path], ...(isBody ? value : { [field]: value }) };
        const { message, param } = errorOf(path, await send(path, JSON.stringify(body)), 400);
        if (path.startsWith("/v1/")) assert.equal(param, field, message);
        else assert.match(message, new RegExp(`\\b${field.split(/[.[]/)[0].replace(/^options$/, "options?")}|invalid ${field}`), JSON.stringify(body));
        assert.ok(message.length < 500, message);
      }
      await assertStillWorks(path);
    });
  }

  it("takes null as absent, and unknown members as none", async () => {
    const answer = await send("/api/chat", JSON.stringify({ ...good["/api/chat"], format: null, options: null, tools: null, think: null, keep_alive: null, wholly_unknown: { a: 1 } }));
    assert.equal(answer.status, 200, answer.body);
    const openai = await send("/v1/chat/completions", JSON.stringify({ ...good["/v1/chat/completions"], temperature: null, tools: null, response_format: null, stop: null, n: null }));
    assert.equal(openai.status, 200, openai.body);
  });
});

describe("bad input: names, paths, methods", () => {
  const notFound = {
    "/api/chat": "model 'nope' not found",
    "/api/generate": "model 'nope' not found",
    "/api/show": "model 'nope:latest' not found",
    "/api/embed": 'model "nope" not found, try pulling it first',
    "/api/embeddings": 'model "nope" not found, try pulling it first',
    "/v1/chat/completions": "model 'nope' not found",
    "/v1/completions": "model 'nope' not found",
    "/v1/embeddings": "model 'nope' not found",
  };

  for (const path of routes) {
    it(`${path} does not know every model, nor a name of 100,000 letters`, async () => {
      const unknown = errorOf(path, await send(path, JSON.stringify({ ...good[path], model: "nope" })), 404);
      assert.equal(unknown.message, notFound[path]);
      if (path.startsWith("/v1/")) assert.deepEqual([unknown.code, unknown.param], ["model_not_found", "model"]);
      const huge = await send(path, JSON.stringify({ ...good[path], model: "m".repeat(100_000) }));
      const { message } = errorOf(path, huge, path.startsWith("/v1/") ? 404 : 400);
      assert.ok(message.length <= longestMessage, `an error of ${message.length} characters`);
      await assertStillWorks(path);
    });
  }

  it("quotes only the beginning of a long wrong value", async () => {
    for (const [path, body] of [
      ["/api/chat", { ...good["/api/chat"], format: Array(100_000).fill("💡") }],
      ["/api/generate", { ...good["/api/generate"], think: "x".repeat(100_000) }],
      ["/v1/chat/completions", { ...good["/v1/chat/completions"], messages: [{ role: "💡".repeat(100_000), content: "a" }] }],
      ["/v1/chat/completions", { ...good["/v1/chat/completions"], messages: [{ role: `x${"💡".repeat(100_000)}`, content: "a" }] }],
    ]) {
      const { message } = errorOf(path, await send(path, JSON.stringify(body)), 400);
      assert.ok(message.length <= longestMessage && message.endsWith("…"), `an error of ${message.length} characters`);
      assert.ok(message.isWellFormed(), "half a surrogate pair");
    }
  });

  it("takes half a surrogate pair as no name", async () => {
    for (const path of routes) {
      const answer = await send(path, JSON.stringify(good[path]).replace(/mistral-(small-latest|embed)/, "\\ud83d"));
      errorOf(path, answer, path.startsWith("/v1/") ? 404 : 400);
    }
  });

  it("answers an unknown path in the dialect that the path belongs to", async () => {
    for (const path of ["/api/nope", "/nope", "/API/chat", "/api/chat/more", "/.env", "/api/../../etc/passwd"]) {
      for (const method of ["GET", "POST"]) {
        const answer = await send(path, method === "POST" ? "{}" : undefined, { method });
        assert.deepEqual([answer.status, answer.headers.get("content-type"), answer.body], [404, "text/plain", "404 page not found"], `${method} ${path}`);
      }
    }
    assert.equal(errorOf("/api/%00", await send("/api/%00", "{}"), 400).message, "the request is not valid HTTP");
    for (const path of ["/v1/nope", "/v1/chat", "/v1/chat/completions/more"]) {
      for (const method of ["GET", "POST"]) {
        const { code, message } = errorOf(path, await send(path, method === "POST" ? "{}" : undefined, { method }), 404);
        assert.equal(code, "unknown_url");
        assert.ok(message.includes(path), message);
      }
    }
  });

  it("answers a wrong method with those there are", async () => {
    for (const [method, path, allowed] of [
      ["GET", "/api/chat", "POST"], ["DELETE", "/api/generate", "POST"], ["GET", "/api/show", "POST"], ["POST", "/api/tags", "GET, HEAD"],
      ["PUT", "/api/ps", "GET"], ["HEAD", "/api/ps", "GET"], ["POST", "/", "GET, HEAD"], ["GET", "/v1/chat/completions", "POST"],
      ["GET", "/v1/embeddings", "POST"], ["POST", "/v1/models", "GET"], ["DELETE", "/v1/models/mistral-embed", "GET"],
    ]) {
      const answer = await send(path, undefined, { method });
      assert.equal(answer.headers.get("allow"), allowed, `${method} ${path}`);
      if (method === "HEAD") assert.equal(answer.status, 405);
      else if (path.startsWith("/v1/")) assert.equal(errorOf(path, answer, 405).code, "method_not_allowed");
      else assert.deepEqual([answer.status, answer.headers.get("content-type"), answer.body], [405, "text/plain", "405 method not allowed"]);
    }
  });

  it("says what it cannot do yet in the dialect that was spoken", async () => {
    assert.equal(errorOf("/v1/audio/transcriptions", await send("/v1/audio/transcriptions", "{}"), 501).code, "not_implemented");
  });

  it("says what is missing in the dialect that was spoken", async () => {
    assert.equal(errorOf("/v1/responses", await send("/v1/responses", "{}"), 400).param, "input");
    const anthropic = await send("/v1/messages", "{}");
    assert.equal(anthropic.status, 400);
    const { type, error } = JSON.parse(anthropic.body);
    assert.deepEqual([type, error.type], ["error", "invalid_request_error"]);
  });
});

describe("strange input that is good", () => {
  it("carries every character through, streamed and not", async () => {
    const text = 'NUL \0, bell \x07, quote ", slash \\, line\nbreak\r\n, tab\t, \u2028, \ufeff, 💡';
    const quoted = text.slice(0, 39);
    for (const stream of [false, true]) {
      const ollama = await send("/api/chat", JSON.stringify({ ...good["/api/chat"], stream, messages: [{ role: "user", content: text }] }));
      assert.equal(ollama.status, 200, ollama.body);
      const content = ollama.body.trimEnd().split("\n").map((line) => JSON.parse(line).message.content).join("");
      assert.ok(content.startsWith(`You said: "${quoted}`), JSON.stringify(content));
      const openai = await send("/v1/chat/completions", JSON.stringify({ ...good["/v1/chat/completions"], stream, messages: [{ role: "user", content: text }] }));
      assert.equal(openai.status, 200, openai.body);
      const answer = stream
        ? openai.body.split("\n\n").filter((event) => event.startsWith("data: {")).map((event) => JSON.parse(event.slice(6)).choices[0].delta.content ?? "").join("")
        : JSON.parse(openai.body).choices[0].message.content;
      assert.equal(answer, content);
    }
  });

  it("survives half a surrogate pair", async () => {
    for (const path of ["/api/chat", "/v1/chat/completions"]) {
      const answer = await send(path, JSON.stringify(good[path]).replace("Hello", "\\ud83d half"));
      assert.equal(answer.status, 200, answer.body);
      const text = path === "/api/chat" ? JSON.parse(answer.body).message.content : JSON.parse(answer.body).choices[0].message.content;
      assertBeginsWith(text, quoteOf("\ufffd half"));
      await assertStillWorks(path);
    }
  });

  it("ignores what follows the JSON, member case and the last of duplicates wins, as Ollama does", async () => {
    const answer = await send("/api/chat", '{"MODEL":"mistral-small-latest","stream":false,"messages":[],"Messages":null,"messages":[{"Role":"USER","Content":"Hello"}]} and more');
    assert.equal(answer.status, 200, answer.body);
    assertBeginsWith(JSON.parse(answer.body).message.content, quoteOf("Hello"));
  });

  it("takes any Content-Type", async () => {
    for (const type of ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16"]) {
      const answer = await send("/api/chat", JSON.stringify(good["/api/chat"]), { headers: { "content-type": type } });
      assert.equal(answer.status, 200, answer.body);
      proofs["/api/chat"](JSON.parse(answer.body));
    }
  });
});
