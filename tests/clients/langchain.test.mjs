import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOllama, Ollama as OllamaText, OllamaEmbeddings } from "@langchain/ollama";
import { z } from "zod";
import { door } from "./addresses.mjs";
import { marker, requestWith, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsUnit, assertSameVector, assertWeatherArguments, collect, collectUntilFailure, png, quoteOf } from "./samples.mjs";

const chatModel = (more) => new ChatOllama({ baseUrl: door, model: "mistral-small-latest", maxRetries: 0, ...more });

const weather = tool(({ city, days }) => `${days} days of sun in ${city}`, {
  name: "weather_in",
  description: "The weather of the next days",
  schema: z.object({ city: z.string(), days: z.number().int().min(1).max(7) }),
});

const person = z.object({ name: z.string(), age: z.number().int().min(0).max(120), languages: z.array(z.enum(["en", "de", "fr"])).min(1) });

describe("npm @langchain/ollama: chat", () => {
  it("answers", async () => {
    const answer = await chatModel().invoke([new SystemMessage("Be brief."), new HumanMessage("Hello")]);
    assert.ok(AIMessage.isInstance(answer));
    assertBeginsWith(answer.content, quoteOf("Hello"));
    assert.equal(answer.response_metadata.done_reason, "stop");
    assert.equal(answer.response_metadata.model, "mistral-small-latest");
  });

  it("counts tokens once, although it sums them over all lines", async () => {
    const text = marker("langchain-usage");
    const answer = await chatModel().invoke(text);
    const { input_tokens: input, output_tokens: output, total_tokens: total } = answer.usage_metadata;
    assert.ok(input > 0 && output > 0, `${input} and ${output}`);
    assert.equal(total, input + output);
    assert.equal(answer.response_metadata.eval_count, output);
    const { tokens } = await requestWith(text);
    assert.equal(output, tokens);
    let sum;
    for await (const chunk of await chatModel().stream(text)) sum = sum ? sum.concat(chunk) : chunk;
    assert.deepEqual([sum.usage_metadata.input_tokens, sum.usage_metadata.output_tokens], [input, output]);
    assert.equal(sum.content, answer.content);
  });

  it("streams the same answer in pieces", async () => {
    const chunks = await collect(await chatModel().stream("Once more"));
    assert.ok(chunks.length > 10, `${chunks.length} chunks`);
    assertBeginsWith(chunks.map((chunk) => chunk.content).join(""), quoteOf("Once more"));
  });

  it("carries its settings to the provider", async () => {
    const text = marker("langchain-options");
    await chatModel({ temperature: 0.25, topP: 0.5, seed: 7, numPredict: 9, numCtx: 4096, mirostat: 2, keepAlive: "10m" }).invoke(text, { stop: ["END"] });
    const { body } = await requestWith(text);
    assert.deepEqual(body, { model: "mistral-small-latest", messages: [{ role: "user", content: text }], stream: true, temperature: 0.25, top_p: 0.5, random_seed: 7, max_tokens: 9, stop: ["END"] });
  });

  it("sees a picture, which comes as a message of its own", async () => {
    const content = [{ type: "text", text: "Look" }, { type: "image_url", image_url: `data:image/png;base64,${png.toString("base64")}` }];
    const answer = await chatModel().invoke([new HumanMessage({ content })]);
    assert.match(answer.content, /I see 1 image \(image\/png, 70 bytes\)/);
  });

  it("keeps the thinking beside the answer", async () => {
    const answer = await chatModel({ model: "magistral-small-latest", think: true }).invoke("Think it over");
    assert.match(answer.additional_kwargs.reasoning_content, /\S+ \S+/);
    assertBeginsWith(answer.content, quoteOf("Think it over"));
    const quiet = await chatModel({ model: "magistral-small-latest", think: false }).invoke("Think it over");
    assert.equal("reasoning_content" in quiet.additional_kwargs, false);
  });

  it("does not take a broken stream for an answer", async () => {
    await assert.rejects(chatModel({ model: "emulator/emulate-tps-50-cut-3" }).invoke("Hello"), /connection to the provider broke/);
    const { error } = await collectUntilFailure(await chatModel({ model: "emulator/emulate-tps-50-error-3" }).stream("Hello"));
    assert.match(error.message, /Service unavailable/);
  });

  it("says that a model is not there", async () => {
    await assert.rejects(chatModel({ model: "nope" }).invoke("Hello"), { message: "model 'nope' not found", status_code: 404 });
  });
});

describe("npm @langchain/ollama: tools", () => {
  it("calls a tool, runs it, and gives the result back without an id", async () => {
    const text = marker("langchain-tools");
    const model = chatModel().bindTools([weather]);
    const messages = [new HumanMessage(`weather_in, ${text}`)];
    const called = await model.invoke(messages);
    assert.equal(called.tool_calls.length, 1);
    const [call] = called.tool_calls;
    assert.equal(call.name, "weather_in");
    assertWeatherArguments(call.args);
    const result = await weather.invoke(call);
    assert.ok(ToolMessage.isInstance(result));
    messages.push(called, result);
    const final = await model.invoke(messages);
    assert.equal(final.tool_calls.length, 0);
    assertBeginsWith(final.content, `weather_in returned: "${call.args.days} days of sun in ${call.args.city}".`);
    const [first, second] = await requestsWith(text);
    assert.equal(first.body.tools[0].function.name, "weather_in");
    assert.equal(second.body.messages[2].tool_call_id, second.body.messages[1].tool_calls[0].id);
  });

  it("calls a tool in a stream", async () => {
    let sum;
    for await (const chunk of await chatModel().bindTools([weather]).stream("weather_in, streamed")) sum = sum ? sum.concat(chunk) : chunk;
    assert.equal(sum.tool_calls.length, 1);
    assertWeatherArguments(sum.tool_calls[0].args);
  });
});

describe("npm @langchain/ollama: structured output", () => {
  for (const method of ["jsonSchema", "functionCalling"]) {
    it(`makes an object by ${method}`, async () => {
      const made = await chatModel().withStructuredOutput(person, { method, name: "person" }).invoke("Who?");
      assert.deepEqual(person.parse(made), made);
    });
  }

  it("makes any object by jsonMode", async () => {
    const made = await chatModel().withStructuredOutput(z.object({ you_said: z.string() }).loose(), { method: "jsonMode" }).invoke("Any JSON will do");
    assert.equal(made.you_said, "Any JSON will do");
  });
});

describe("npm @langchain/ollama: checkOrPullModel", () => {
  it("finds a published model, or pulls one that is listed under another name", async (context) => {
    // The library prints the progress.
    context.mock.method(console, "log", () => {});
    assertBeginsWith((await chatModel({ checkOrPullModel: true }).invoke("Hello")).content, quoteOf("Hello"));
    const unlisted = await chatModel({ model: "emulator/mistral-small-latest", checkOrPullModel: true }).invoke("Hello");
    assertBeginsWith(unlisted.content, quoteOf("Hello"));
  });

  it("cannot pull what is not there", async (context) => {
    context.mock.method(console, "log", () => {});
    await assert.rejects(chatModel({ model: "nope", checkOrPullModel: true }).invoke("Hello"), { message: "pull model manifest: file does not exist" });
  });
});

describe("npm @langchain/ollama: text and embeddings", () => {
  it("completes a text", async () => {
    assertBeginsWith(await new OllamaText({ baseUrl: door, model: "mistral-small-latest", maxRetries: 0 }).invoke("Hello"), quoteOf("Hello"));
  });

  it("embeds documents and a query alike", async () => {
    const embeddings = new OllamaEmbeddings({ baseUrl: door, model: "mistral-embed", maxRetries: 0, truncate: true });
    const [first, second] = await embeddings.embedDocuments(["a red car", "the blue sea"]);
    assertIsUnit(first);
    assertIsUnit(second);
    assertSameVector(await embeddings.embedQuery("a red car"), first);
  });

  it("embeds in fewer dimensions", async () => {
    const embeddings = new OllamaEmbeddings({ baseUrl: door, model: "mistral-embed", maxRetries: 0, dimensions: 256 });
    assertIsUnit(await embeddings.embedQuery("a red car"), 256);
  });
});
