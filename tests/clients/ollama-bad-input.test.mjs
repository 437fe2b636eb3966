// Wrong requests to Ollama's own endpoints. Each holds a text that no other test sends, so the provider's log proves that no
// part of it reached the provider.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { door } from "./addresses.mjs";
import { curl } from "./curl.mjs";
import { marker, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, png, weatherTool } from "./samples.mjs";
import { failure, json, send } from "./wire.mjs";

const untouched = marker("bad-input");
const messages = [{ role: "user", content: untouched }];
const image = png.toString("base64");

const good = {
  "/api/chat": { model: "mistral-small-latest", messages, stream: false },
  "/api/generate": { model: "mistral-small-latest", prompt: untouched, stream: false },
  "/api/embed": { model: "mistral-embed", input: untouched },
  "/api/embeddings": { model: "mistral-embed", prompt: untouched },
  "/api/show": { model: "mistral-small-latest" },
  "/api/pull": { model: "mistral-small-latest", stream: false },
  "/api/push": { model: "mistral-small-latest", stream: false },
  "/api/create": { model: "mine", from: "mistral-small-latest", stream: false },
  "/api/copy": { source: "mistral-small-latest", destination: "mine" },
  "/api/delete": { model: "mistral-small-latest" },
};

const methodOf = (path) => (path === "/api/delete" ? "DELETE" : "POST");

/** One value of each JSON type. */
const values = { string: "7", number: 7, boolean: true, object: { a: 1 }, array: [7] };
const others = (...taken) => Object.entries(values).filter(([type]) => !taken.includes(type)).map(([, value]) => value);

const message = (member, value) => ({ messages: [{ role: "user", content: untouched, [member]: value }] });
const call = (member, value) => ({ messages: [{ role: "assistant", content: untouched, tool_calls: [{ function: { name: "f", arguments: {}, [member]: value } }] }] });
const toolOf = (member, value) => ({ tools: [{ type: "function", function: { name: "f", parameters: { type: "object" }, [member]: value } }] });
const option = (name) => (value) => ({ options: { [name]: value } });
const plain = (name) => (value) => ({ [name]: value });

/** By path: the field that the error must name, its wrong values, and their place in the request. */
const generation = [
  ["model", others("string"), plain("model")],
  ["stream", others("boolean"), plain("stream")],
  ["options", others("object"), plain("options")],
  ["keep_alive", others("number", "string"), plain("keep_alive")],
  ["format", [7, true, [7], "yaml", "xml"], plain("format")],
  ["think", [7, { a: 1 }, [7], "enormously", "", "True"], plain("think")],
  ["logprobs", others("boolean"), plain("logprobs")],
  ["top_logprobs", [...others("number"), -1, 21], plain("top_logprobs")],
  ...["temperature", "top_p", "top_k", "min_p", "repeat_penalty", "presence_penalty", "frequency_penalty", "seed", "num_predict"].map((name) => [
    `options.${name}`,
    ["0.5", "hot", ...others("number", "string")],
    option(name),
  ]),
  ["options.stop", [7, true, { a: 1 }], option("stop")],
  ["options.stop[0]", [[7], [["a"]], [{ a: 1 }]], option("stop")],
];

const wrong = {
  "/api/chat": [
    ...generation,
    ["messages", others("array"), plain("messages")],
    ["messages[0]", ["text", 7, true, [7]], (value) => ({ messages: [value] })],
    ["messages[0].role", [...others("string"), "robot", ""], (value) => message("role", value)],
    ["messages[0].content", others("string"), (value) => message("content", value)],
    ["messages[0].images", others("array"), (value) => message("images", value)],
    ["messages[0].images[0]", [7, true, { a: 1 }, [7], "no base64!", "====", "a"], (value) => message("images", [value])],
    ["messages[0].tool_calls", others("array"), (value) => ({ messages: [{ role: "assistant", content: untouched, tool_calls: value }] })],
    ["messages[0].tool_calls[0].function", others("object"), (value) => ({ messages: [{ role: "assistant", content: untouched, tool_calls: [{ function: value }] }] })],
    ["messages[0].tool_calls[0].function.name", others("string"), (value) => call("name", value)],
    ["messages[0].tool_calls[0].function.arguments", others("object"), (value) => call("arguments", value)],
    ["messages[0].thinking", others("string"), (value) => ({ messages: [{ role: "assistant", content: untouched, thinking: value }] })],
    ["tools", others("array"), plain("tools")],
    ["tools[0]", others("object"), (value) => ({ tools: [value] })],
    ["tools[0].function", others("object"), (value) => ({ tools: [{ type: "function", function: value }] })],
    ["tools[0].function.name", others("string"), (value) => toolOf("name", value)],
    ["tools[0].function.description", others("string"), (value) => toolOf("description", value)],
    ["tools[0].function.parameters", others("object"), (value) => toolOf("parameters", value)],
    ["truncate", others("boolean"), plain("truncate")],
    ["shift", others("boolean"), plain("shift")],
  ],
  "/api/generate": [
    ...generation,
    ["prompt", others("string"), plain("prompt")],
    ["suffix", others("string"), plain("suffix")],
    ["system", others("string"), plain("system")],
    ["template", others("string"), plain("template")],
    ["context", others("array"), plain("context")],
    ["raw", others("boolean"), plain("raw")],
    ["images", others("array"), plain("images")],
    ["images[0]", [7, "no base64!", { a: 1 }], (value) => ({ images: [value] })],
    ["truncate", others("boolean"), plain("truncate")],
    ["shift", others("boolean"), plain("shift")],
  ],
  "/api/embed": [
    ["model", others("string"), plain("model")],
    ["input", [7, true, { a: 1 }, [7], [untouched, 7], [[untouched]], [null]], plain("input")],
    ["truncate", others("boolean"), plain("truncate")],
    ["dimensions", others("number"), plain("dimensions")],
    ["keep_alive", others("number", "string"), plain("keep_alive")],
    ["options", others("object"), plain("options")],
  ],
  "/api/embeddings": [
    ["model", others("string"), plain("model")],
    ["prompt", others("string"), plain("prompt")],
    ["keep_alive", others("number", "string"), plain("keep_alive")],
    ["options", others("object"), plain("options")],
  ],
  "/api/show": [["model", others("string"), plain("model")], ["name", others("string"), (value) => ({ model: undefined, name: value })], ["verbose", others("boolean"), plain("verbose")], ["system", others("string"), plain("system")]],
  "/api/pull": [["model", others("string"), plain("model")], ["stream", others("boolean"), plain("stream")], ["insecure", others("boolean"), plain("insecure")]],
  "/api/push": [["model", others("string"), plain("model")]],
  "/api/create": [["model", others("string"), plain("model")], ["from", others("string"), plain("from")], ["files", others("object"), (value) => ({ from: undefined, files: value })]],
  "/api/copy": [["source", others("string"), plain("source")], ["destination", others("string"), plain("destination")]],
  "/api/delete": [["model", others("string"), plain("model")]],
};

let alreadyThere;

beforeEach(async () => {
  alreadyThere = (await requestsWith(untouched)).length;
});

async function assertNothingGotThrough() {
  const bodies = (await requestsWith(untouched)).slice(alreadyThere).map((request) => JSON.stringify(request.body));
  assert.deepEqual(bodies, []);
}

/** What is wrong with an answer that should be a 400 that names the field. Null when nothing is. */
function mistakeOf(field, answer) {
  if (answer.status !== 400) return `${answer.status} ${answer.text.slice(0, 100)}`;
  const { error } = JSON.parse(answer.text);
  // Ollama's own messages, which clients look for, name only the last part.
  const last = field.split(".").at(-1).replace(/\[\d+\]$/, "");
  if (!error.includes(field) && !new RegExp(`invalid ${last}\\b|option "${last}" must be`).test(error)) return `the error "${error}" does not name ${field}`;
  return error.length < 400 ? null : `an error of ${error.length} characters`;
}

describe("Ollama's endpoints: each wrong type of each field", () => {
  for (const [path, fields] of Object.entries(wrong)) {
    it(`${path}: ${fields.length} fields, each named in a 400`, async () => {
      const mistakes = [];
      for (const [field, wrongValues, place] of fields) {
        for (const value of wrongValues) {
          const mistake = mistakeOf(field, await send(methodOf(path), path, { ...good[path], ...place(value) }));
          if (mistake) mistakes.push(`${JSON.stringify(place(value))}: ${mistake}`);
        }
      }
      assert.deepEqual(mistakes, []);
      await assertNothingGotThrough();
    });
  }

  it("takes null for each field as its absence", async () => {
    const { done } = await json("POST", "/api/chat", {
      model: "mistral-small-latest", messages: [{ role: "user", content: "null is fine", images: null, tool_calls: null, thinking: null, tool_name: null }],
      stream: false, tools: null, format: null, options: { temperature: null, stop: null, seed: null }, keep_alive: null, think: null, truncate: null, shift: null, logprobs: null, top_logprobs: null,
    });
    assert.equal(done, true);
  });
});

describe("Ollama's endpoints: images that are none", () => {
  const none = {
    text: Buffer.from("just text").toString("base64"),
    pdf: Buffer.from("%PDF-1.7\n%âãÏÓ").toString("base64"),
    zip: Buffer.from("PK\x03\x04 and more").toString("base64"),
    "half a data URL": "data:image/png;base64",
    "a data URL of text": `data:text/plain;base64,${Buffer.from("just text").toString("base64")}`,
    address: "https://example.com/picture.png",
    path: "/etc/passwd",
  };

  for (const [what, data] of Object.entries(none)) {
    it(`${what} is not sent as a picture of another kind`, async () => {
      assert.match(await failure(400, "POST", "/api/chat", { ...good["/api/chat"], messages: [{ role: "user", content: untouched, images: [data] }] }), /^messages\[0\]\.images\[0\] /);
      assert.match(await failure(400, "POST", "/api/generate", { ...good["/api/generate"], images: [data] }), /^images\[0\] /);
      await assertNothingGotThrough();
    });
  }

  it("a data URL and line breaks are taken for what they hold", async () => {
    for (const data of [`data:image/png;base64,${image}`, image.replace(/(.{40})/g, "$1\r\n")]) {
      const { message: answer } = await json("POST", "/api/chat", { model: "mistral-small-latest", messages: [{ role: "user", content: "Look", images: [data] }], stream: false });
      assert.match(answer.content, /I see 1 image \(image\/png, 70 bytes\)/);
    }
  });
});

describe("Ollama's endpoints: tool messages that do not fit", () => {
  const result = { role: "tool", tool_name: "weather_in", content: "18" };
  const assistant = { role: "assistant", content: "", tool_calls: [{ function: { name: "weather_in", arguments: {} } }] };

  for (const [what, list] of Object.entries({
    "a result without a call": [...messages, result],
    "a result at the very beginning": [result, ...messages],
    "more results than calls": [...messages, assistant, result, { ...result, content: "19" }],
  })) {
    it(`${what} is a clear 400`, async () => {
      const text = await failure(400, "POST", "/api/chat", { ...good["/api/chat"], messages: list, tools: [weatherTool] });
      assert.match(text, /messages\[\d\]/);
      assert.match(text, /tool/);
      await assertNothingGotThrough();
    });
  }
});

describe("Ollama's endpoints: names", () => {
  const names = {
    "of 10 kB": "m".repeat(10_000),
    "with a parent folder": "../../etc/passwd",
    "with a parent folder in a provider's": "emulator/../models",
    "with an encoded parent folder": "emulator/%2e%2e/models",
    "with an encoded NUL": "mistral-small-latest%00",
    "with a NUL": "mistral-small-latest\0",
    "with a line break": "mistral-small-latest\r\nX-Injected: 1",
    "with a query": "emulator/mistral-small-latest?a=b",
    "of spaces": "   ",
    "in the cloud": "mistral-small-latest:cloud",
    "in Ollama's cloud": "gpt-oss:120b-cloud",
    "of another tag": "mistral-small-latest:70b",
    "of another provider": "nobody/mistral-small-latest",
    "that is an address": "http://169.254.169.254/latest",
  };

  for (const [what, name] of Object.entries(names)) {
    it(`${what} is no model, on any route`, async () => {
      for (const [path, body] of Object.entries(good)) {
        if (["/api/create", "/api/push"].includes(path)) continue;
        const field = path === "/api/copy" ? "source" : "model";
        const answer = await send(methodOf(path), path, { ...body, [field]: name });
        // When the model to pull does not exist, Ollama answers 500.
        const allowed = path === "/api/pull" ? [400, 404, 500] : [400, 404];
        assert.ok(allowed.includes(answer.status), `${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
        const { error } = JSON.parse(answer.text);
        assert.equal(typeof error, "string");
        assert.ok(error.length < 2100, `${path}: an error of ${error.length} characters`);
      }
      await assertNothingGotThrough();
    });
  }

  it("both in the cloud and local cannot be meant", async () => {
    assert.match(await failure(400, "POST", "/api/chat", { ...good["/api/chat"], model: "mistral-small-latest:cloud:local" }), /not both|invalid model name/);
    await assertNothingGotThrough();
  });

  it("in the address of a model are read once, and lead nowhere else", async () => {
    for (const path of ["/v1/models/..%2f..%2fetc%2fpasswd", "/v1/models/%252e%252e", "/v1/models/mistral-embed%00", "/v1/models/emulator%2f..%2fmistral-embed"]) {
      const answer = await curl(`${door}${path}`);
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
    }
  });
});

describe("Ollama's endpoints: a hundred thousand messages", () => {
  // With one more, the list has as many items as it may have.
  const many = 99_999;
  const longest = 20_000;

  it("are read and sent on, or refused, within a bounded time, and the next request is as fast as ever", async () => {
    const list = Array.from({ length: many }, (_, index) => ({ role: index % 2 ? "assistant" : "user", content: `${index}` }));
    list.push({ role: "user", content: "The last of many" });
    const began = performance.now();
    const answer = await send("POST", "/api/chat", { model: "mistral-small-latest", messages: list, stream: false, options: { num_predict: 5 } });
    const elapsed = performance.now() - began;
    assert.ok(elapsed < longest, `${elapsed} ms`);
    const parsed = JSON.parse(answer.text);
    if (answer.status === 200) assertBeginsWith(`${parsed.message.content} and more`, "You said");
    else assert.deepEqual([answer.status, typeof parsed.error], [400, "string"]);
    const next = performance.now();
    await json("POST", "/api/chat", { model: "mistral-small-latest", messages: [{ role: "user", content: "Hello" }], stream: false });
    assert.ok(performance.now() - next < 2000, `${performance.now() - next} ms`);
  });

  it("of which the last is wrong are refused without a call", async () => {
    const list = Array.from({ length: many }, () => ({ role: "user", content: untouched }));
    list.push({ role: "user", content: 7 });
    const began = performance.now();
    assert.match(await failure(400, "POST", "/api/chat", { model: "mistral-small-latest", messages: list }), /messages\[99999\]\.content/);
    assert.ok(performance.now() - began < longest);
    await assertNothingGotThrough();
  });

  it("that are calls and results are paired within a bounded time", async () => {
    const list = [{ role: "user", content: "many calls" }];
    for (let index = 0; index < many / 4; index++) {
      list.push({ role: "assistant", content: "", tool_calls: [{ function: { name: "weather_in", arguments: { index } } }] }, { role: "tool", content: `${index}` });
    }
    const began = performance.now();
    const answer = await send("POST", "/api/chat", { model: "mistral-small-latest", messages: list, tools: [weatherTool], stream: false, options: { num_predict: 5 } });
    assert.ok(performance.now() - began < longest, `${performance.now() - began} ms`);
    assert.ok([200, 400].includes(answer.status), `${answer.status} ${answer.text.slice(0, 300)}`);
  });
});
