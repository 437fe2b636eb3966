// Requests as a replayed client sends them, and checks as strict as those of clients whose types must match.
import assert from "node:assert/strict";
import { door } from "./addresses.mjs";

/** Sends a JSON body, or none, and returns status, headers and text. */
export async function send(method, path, body, headers = {}) {
  const response = await fetch(`${door}${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body), headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The JSON of a successful answer. */
export async function json(method, path, body, headers) {
  const answer = await send(method, path, body, headers);
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text.slice(0, 500)}`);
  assert.match(answer.headers.get("content-type"), /^application\/json(; charset=utf-8)?$/);
  return JSON.parse(answer.text);
}

/** The lines of a successful stream. An empty line or a line without its line break fails. */
export async function lines(path, body, headers) {
  const answer = await send("POST", path, body, headers);
  assert.equal(answer.status, 200, `POST ${path}: ${answer.text.slice(0, 500)}`);
  assert.equal(answer.headers.get("content-type"), "application/x-ndjson");
  const pieces = answer.text.split("\n");
  assert.equal(pieces.pop(), "", "the last line has no line break");
  return pieces.map((line) => JSON.parse(line));
}

/** The text of an error in Ollama's shape. */
export async function failure(status, method, path, body, headers) {
  const answer = await send(method, path, body, headers);
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text.slice(0, 500)}`);
  assert.match(answer.headers.get("content-type"), /^application\/json/);
  const parsed = JSON.parse(answer.text);
  assert.equal(typeof parsed.error, "string", answer.text);
  return parsed.error;
}

const kinds = {
  string: (value) => typeof value === "string",
  text: (value) => typeof value === "string" && value.length > 0,
  boolean: (value) => typeof value === "boolean",
  true: (value) => value === true,
  false: (value) => value === false,
  integer: Number.isSafeInteger,
  positive: (value) => Number.isSafeInteger(value) && value > 0,
  number: Number.isFinite,
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  date: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
  digest: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  absent: (value) => value === undefined,
};

/**
 * Checks each named member: the name of a kind, a list with one shape for all its items, or a shape. A member whose name ends
 * in "?" may be absent, but not null.
 */
export function assertShape(value, shape, path = "answer") {
  if (typeof shape === "string") {
    assert.ok(kinds[shape](value), `${path} is ${JSON.stringify(value)}, not ${shape}`);
  } else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${path} is ${JSON.stringify(value)}, not a list`);
    value.forEach((item, index) => assertShape(item, shape[0], `${path}[${index}]`));
  } else {
    assertShape(value, "object", path);
    for (const [name, kind] of Object.entries(shape)) {
      const isOptional = name.endsWith("?");
      const key = isOptional ? name.slice(0, -1) : name;
      if (!isOptional || key in value) assertShape(value[key], kind, `${path}.${key}`);
    }
  }
}

export const durations = {
  total_duration: "positive",
  load_duration: "positive",
  prompt_eval_count: "positive",
  prompt_eval_duration: "positive",
  eval_count: "positive",
  eval_duration: "positive",
};

const listedDetails = { parent_model: "string", format: "text", family: "text", families: ["text"], parameter_size: "string", quantization_level: "string" };

/** A model in /api/tags with every member that any client reads. */
export const listedModel = { name: "text", model: "text", modified_at: "date", size: "positive", digest: "digest", details: listedDetails };

/** A model in /api/show with every member that any client reads. */
export const shownModel = {
  modelfile: "text",
  parameters: "text",
  template: "text",
  details: listedDetails,
  model_info: { "general.architecture": "text", "general.basename": "text", "general.parameter_count?": "integer", "general.file_type?": "integer" },
  capabilities: ["text"],
  modified_at: "date",
};

/** Checks the lines of a chat like their strictest reader. Returns the text, the thinking, the calls and the last line. */
export function readChat(chunks, model) {
  assert.ok(chunks.length > 1, `${chunks.length} lines`);
  const final = chunks.at(-1);
  chunks.forEach((chunk, index) => {
    const isLast = index === chunks.length - 1;
    const at = `line ${index}`;
    assertShape(chunk, { model: "text", created_at: "date", message: { role: "text", content: "string", "thinking?": "text", "tool_calls?": [{ function: { name: "text", arguments: "object" } }] }, done: String(isLast) }, at);
    assert.equal(chunk.model, model);
    assert.equal(chunk.message.role, "assistant");
    assert.equal("error" in chunk, false, at);
    if ("thinking" in chunk.message) assert.equal(chunk.message.content, "", `${at}: LiteLLM drops content beside thinking`);
    if (isLast) assertShape(chunk, { done_reason: "text", ...durations }, at);
    else for (const name of ["done_reason", ...Object.keys(durations)]) assert.equal(name in chunk, false, `${at} has ${name}`);
  });
  assert.equal("tool_calls" in final.message, false, "older builds of Zed end the turn there");
  return {
    content: chunks.map((chunk) => chunk.message.content).join(""),
    thinking: chunks.map((chunk) => chunk.message.thinking ?? "").join(""),
    calls: chunks.flatMap((chunk) => chunk.message.tool_calls ?? []),
    final,
  };
}

/** The same for the lines of a generated answer. */
export function readGenerated(chunks, model) {
  assert.ok(chunks.length > 1, `${chunks.length} lines`);
  chunks.forEach((chunk, index) => {
    const isLast = index === chunks.length - 1;
    assertShape(chunk, { model: "text", created_at: "date", response: "string", "thinking?": "text", done: String(isLast) }, `line ${index}`);
    assert.equal(chunk.model, model);
    assert.equal("error" in chunk, false);
    if (isLast) assertShape(chunk, { done_reason: "text", ...durations });
    else for (const name of ["done_reason", ...Object.keys(durations)]) assert.equal(name in chunk, false, `line ${index} has ${name}`);
  });
  return { response: chunks.map((chunk) => chunk.response).join(""), final: chunks.at(-1) };
}
