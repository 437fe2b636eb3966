// A local OpenAI-compatible server with the habits of LM Studio and vLLM. The model's name chooses the habit, so that
// tests in several processes can share one server.
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const silence = 500;
const asleep = "No models loaded. Please load a model in the developer page or use the 'lms load' command.";
const created = 1_760_000_000;

/** The texts that tests look for. */
export const scripted = {
  thinking: "Is 3 < 5? I think it is.",
  answer: 'Yes: "3 < 5".',
  toolArguments: { city: "Łódź \"1\"", days: 2 },
  logprobs: [
    { token: "Yes", logprob: -0.25, bytes: [89, 101, 115], top_logprobs: [{ token: "Yes", logprob: -0.25, bytes: [89, 101, 115] }, { token: "No", logprob: -1.5, bytes: [78, 111] }] },
    { token: "!", logprob: -0.5, bytes: [33], top_logprobs: [{ token: "!", logprob: -0.5, bytes: [33] }, { token: ".", logprob: -2, bytes: [46] }] },
  ],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
};

const content = (...texts) => texts.map((text) => ({ delta: { content: text } }));
const call = (index, more) => ({ delta: { tool_calls: [{ index, ...more }] } });
const toolArguments = JSON.stringify(scripted.toolArguments);

/** By model: the choices of the stream's events, without the parts that every stream has. */
const streams = {
  "inline-think": content("<th", "ink>\nIs 3 ", "< 5? I think", " it is.", "\n</", "think", ">\n", "\nYes: ", '"3 < ', '5".'),
  "reasoning-content": [
    { delta: { role: "assistant", reasoning_content: "Is 3 < 5?" } },
    { delta: { reasoning_content: " I think it is." } },
    ...content('Yes: "3 <', ' 5".'),
  ],
  "reasoning-field": [{ delta: { reasoning: "Is 3 < 5?" } }, { delta: { reasoning: " I think it is.", content: null } }, ...content('Yes: "3 <', ' 5".')],
  "tool-pieces": [
    call(0, { id: "123456789", type: "function", function: { name: "weather_in", arguments: "" } }),
    // The text is also cut within an escape and next to a surrogate pair.
    ...[...toolArguments].map((piece) => call(0, { function: { arguments: piece } })),
  ],
  "tool-whole": [
    { delta: { content: null, tool_calls: [{ id: "call_a", type: "function", function: { name: "weather_in", arguments: toolArguments } }] } },
    { delta: { tool_calls: [{ index: 1, id: "call_b", type: "function", function: { name: "time_in", arguments: "" } }] } },
  ],
  logprobs: scripted.logprobs.map((each) => ({ delta: { content: each.token }, logprobs: { content: [each] } })),
};
const plain = content("Yes: ", '"3 <', ' 5".');

/** Different ways to send the same events. */
const framings = {
  "single-newlines": (event) => `data: ${event}\n`,
  "carriage-returns": (event) => `: keep-alive\r\n\r\nevent: message\r\ndata: ${event}\r\n\r\n`,
  "no-space": (event) => `data:${event}\n\n`,
};

function merge(into, delta) {
  for (const name of ["content", "reasoning_content", "reasoning"]) if (delta[name]) into[name] = (into[name] ?? "") + delta[name];
  for (const { index, ...piece } of delta.tool_calls ?? []) {
    into.tool_calls ??= [];
    const known = into.tool_calls[index ?? into.tool_calls.length];
    if (known) known.function.arguments += piece.function.arguments;
    else into.tool_calls.push(structuredClone(piece));
  }
}

const endsWith = (model) => (model.startsWith("tool-pieces") ? "tool_calls" : "stop");

function wholeAnswer(model, choices) {
  const message = { role: "assistant", content: null };
  for (const { delta } of choices) merge(message, delta);
  const logprobs = choices.flatMap((choice) => choice.logprobs?.content ?? []);
  const choice = { index: 0, message, finish_reason: endsWith(model), logprobs: logprobs.length > 0 ? { content: logprobs } : null };
  return { id: "chatcmpl-1", object: "chat.completion", created, model, choices: [choice], ...(model === "no-usage" ? {} : { usage: scripted.usage }) };
}

function* streamedAnswer(model, choices, withUsage) {
  const event = (more) => JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created, model, ...more });
  yield event({ choices: [{ index: 0, delta: { role: "assistant" }, finish_reason: null }] });
  for (const choice of choices) yield event({ choices: [{ index: 0, finish_reason: null, ...choice }] });
  yield event({ choices: [{ index: 0, delta: {}, finish_reason: endsWith(model) }] });
  if (withUsage) yield event({ choices: [], usage: scripted.usage });
  yield "[DONE]";
}

export class ScriptedServer {
  #server = createServer((request, response) => this.#answer(request, response).catch((error) => response.destroy(error)));
  #requests = [];
  #loaded = new Set();

  /** Base address, without a path. */
  address;

  static async start() {
    const started = new ScriptedServer();
    started.#server.listen(0, "127.0.0.1");
    await once(started.#server, "listening");
    started.address = `http://127.0.0.1:${started.#server.address().port}`;
    return started;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    if (request.url === "/__scripted/requests") return sendJson(response, 200, { requests: this.#requests });
    const text = Buffer.concat(pieces).toString("utf8");
    const body = text && JSON.parse(text);
    this.#requests.push({ method: request.method, path: request.url, headers: request.headers, body });
    switch (`${request.method} ${request.url}`) {
      case "GET /v1/models":
        return sendJson(response, 200, { object: "list", data: ["inline-think", "text-embedding"].map((id) => ({ id, object: "model", owned_by: "organization_owner" })) });
      case "POST /v1/chat/completions":
        return this.#complete(body, response);
      case "POST /v1/embeddings":
        return embed(body, response);
      case "POST /api/v1/models/load":
        return this.#load(body, response);
      default:
        return sendJson(response, 404, { error: `Unexpected endpoint or method. (${request.method} ${request.url})` });
    }
  }

  #load({ model }, response) {
    if (model.startsWith("broken")) return sendJson(response, 500, { error: { type: "model_load_failed", message: `Failed to load model "${model}": insufficient memory` } });
    this.#loaded.add(model);
    return sendJson(response, 200, { type: "llm", instance_id: model, load_time_seconds: 0.01, status: "loaded" });
  }

  async #complete(body, response) {
    const { model, stream, stream_options: streamOptions } = body;
    if (/^(sleepy|broken)/.test(model) && !this.#loaded.has(model)) return sendJson(response, 404, { error: { message: asleep, type: "invalid_request_error", param: "model", code: "model_not_found" } });
    if (model === "overflow") return sendJson(response, 400, { error: "Trying to keep the first 5000 tokens when context the overflows." });
    if (model === "no-stream-options" && streamOptions) return sendJson(response, 400, { error: { message: "Unrecognized request argument supplied: stream_options", type: "invalid_request_error", param: null, code: null } });
    const choices = streams[model] ?? plain;
    if (!stream) return sendJson(response, 200, wholeAnswer(model, choices));
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (model === "crashes") {
      const [first] = streamedAnswer(model, choices);
      response.write(`data: ${first}\n\ndata: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created, model, choices: [{ index: 0, delta: { content: "Yes" }, finish_reason: null }] })}\n\n`);
      return response.end(`event: error\ndata: ${JSON.stringify({ error: { message: "The model has crashed" }, message: "The model has crashed" })}\n\n`);
    }
    const frame = framings[model] ?? ((event) => `data: ${event}\n\n`);
    if (model === "silences") response.flushHeaders();
    for (const event of streamedAnswer(model, choices, streamOptions?.include_usage && model !== "no-usage")) {
      if (model === "silences") await pause(silence);
      response.write(frame(event));
    }
    return response.end();
  }
}

/** Vectors of length 5, in the reverse order of the texts. Their first number is 3 for a text of odd length, or else 4. */
function embed({ model, input }, response) {
  const texts = [input].flat();
  if (texts.includes("")) return sendJson(response, 400, { error: "'input' must not hold an empty string" });
  const data = texts.map((text, index) => ({ object: "embedding", index, embedding: [text.length % 2 ? 3 : 4, text.length % 2 ? 4 : 3, 0, 0] }));
  return sendJson(response, 200, { object: "list", data: data.toReversed(), model, usage: { prompt_tokens: texts.length, total_tokens: texts.length } });
}

function sendJson(response, status, value) {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(value));
}
