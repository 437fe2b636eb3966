import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Mistral } from "@mistralai/mistralai";
import * as errors from "@mistralai/mistralai/models/errors";
import { emulator } from "./addresses.mjs";
import { assertBeginsWith, assertIsPerson, assertIsUnit, assertSameVector, assertTimeArguments, assertWeatherArguments, collect, collectUntilFailure, personSchema, png, quoteOf, timeTool, weatherTool } from "./samples.mjs";

const clientWith = (apiKey) => new Mistral({ serverURL: emulator, apiKey, retryConfig: { strategy: "none" } });
const mistral = clientWith("any");
const ask = (content, more = {}) => ({ model: "mistral-small-latest", messages: [{ role: "user", content }], ...more });

/** The text of a content, which is a string or a list of parts. */
const textOf = (content) => (typeof content === "string" ? content : (content ?? []).filter((part) => part.type === "text").map((part) => part.text).join(""));

function hasStatus(statusCode, body) {
  return (error) => {
    assert.ok(error instanceof errors.MistralError, `${error.constructor.name}: ${error}`);
    assert.equal(error.statusCode, statusCode);
    const given = JSON.parse(error.body);
    assert.deepEqual(Object.fromEntries(Object.keys(body).map((key) => [key, given[key]])), body);
    return true;
  };
}

describe("emulator, @mistralai/mistralai: chat", () => {
  it("answers in one piece", async () => {
    const answer = await mistral.chat.complete(ask("Bonjour 🌍"));
    assert.equal(answer.object, "chat.completion");
    assert.equal(answer.model, "mistral-small-latest");
    assert.equal(answer.choices.length, 1);
    assertBeginsWith(answer.choices[0].message.content, quoteOf("Bonjour 🌍"));
    assert.equal(answer.choices[0].finishReason, "stop");
    assert.ok(answer.usage.promptTokens > 0 && answer.usage.completionTokens > 0);
    assert.equal(answer.usage.totalTokens, answer.usage.promptTokens + answer.usage.completionTokens);
  });

  it("gives the same answer every time, save id and time", async () => {
    const [first, second] = [await mistral.chat.complete(ask("again")), await mistral.chat.complete(ask("again"))];
    assert.deepEqual(second.choices, first.choices);
    assert.deepEqual(second.usage, first.usage);
    assert.notEqual(second.id, first.id);
  });

  for (const model of ["mistral-small-latest", "mistral-medium-latest"]) {
    it(`streams the same answer and the same counts, ${model}`, async () => {
      const whole = await mistral.chat.complete(ask("the same twice", { model }));
      const events = await collect(await mistral.chat.stream(ask("the same twice", { model })));
      const choices = events.flatMap((event) => event.data.choices);
      assert.equal(choices.map((choice) => textOf(choice.delta.content)).join(""), whole.choices[0].message.content);
      assert.deepEqual(choices.map((choice) => choice.finishReason).filter(Boolean), ["stop"]);
      assert.deepEqual(events.map((event) => event.data.usage).filter(Boolean), [whole.usage]);
    });
  }

  it("reasons, in parts of its own", async () => {
    const { choices } = await mistral.chat.complete(ask("Think", { model: "magistral-small-latest" }));
    const parts = choices[0].message.content;
    assert.deepEqual(parts.map((part) => part.type), ["thinking", "text"]);
    assert.match(parts[0].thinking[0].text, /\S+ \S+/);
    assertBeginsWith(parts[1].text, quoteOf("Think"));
    const asked = await mistral.chat.complete(ask("Think", { reasoningEffort: "high" }));
    assert.equal(asked.choices[0].message.content[0].type, "thinking");
    const not = await mistral.chat.complete(ask("Think", { reasoningEffort: "none" }));
    assertBeginsWith(not.choices[0].message.content, quoteOf("Think"));
  });

  it("sees an image", async () => {
    const imageUrl = `data:image/png;base64,${png.toString("base64")}`;
    const { choices } = await mistral.chat.complete(ask([{ type: "text", text: "Look" }, { type: "image_url", imageUrl }]));
    assertBeginsWith(choices[0].message.content, `${quoteOf("Look")} I see 1 image (image/png, 70 bytes).`);
  });

  it("honours maxTokens, stop and n", async () => {
    const short = await mistral.chat.complete(ask("at most five", { maxTokens: 5 }));
    assert.equal(short.choices[0].finishReason, "length");
    assert.equal(short.usage.completionTokens, 5);
    const stopped = await mistral.chat.complete(ask("one two three", { stop: "two" }));
    assert.equal(stopped.choices[0].message.content, 'You said: "one ');
    const three = await mistral.chat.complete(ask("thrice", { n: 3 }));
    assert.deepEqual(three.choices.map((choice) => choice.index), [0, 1, 2]);
    assert.equal(new Set(three.choices.map((choice) => choice.message.content)).size, 3);
  });

  it("keeps to a JSON schema, streamed and not", async () => {
    const responseFormat = { type: "json_schema", jsonSchema: { name: "person", schemaDefinition: personSchema, strict: true } };
    const { choices } = await mistral.chat.complete(ask("Who?", { responseFormat }));
    assertIsPerson(choices[0].message.content);
    const events = await collect(await mistral.chat.stream(ask("Who?", { responseFormat })));
    assert.equal(events.flatMap((event) => event.data.choices).map((choice) => textOf(choice.delta.content)).join(""), choices[0].message.content);
  });

  it("gives a JSON object", async () => {
    const { choices } = await mistral.chat.complete(ask("Some JSON", { responseFormat: { type: "json_object" } }));
    assert.equal(JSON.parse(choices[0].message.content).you_said, "Some JSON");
  });
});

describe("emulator, @mistralai/mistralai: tools", () => {
  const tools = [weatherTool, timeTool];
  const results = { weather_in: "18 degrees, clear", time_in: "09:41" };

  async function whole(request) {
    const { choices } = await mistral.chat.complete(request);
    return choices[0];
  }

  async function streamed(request) {
    const choices = (await collect(await mistral.chat.stream(request))).flatMap((event) => event.data.choices);
    const calls = [];
    for (const piece of choices.flatMap((choice) => choice.delta.toolCalls ?? [])) {
      const name = piece.function.name;
      calls[piece.index] ??= { id: piece.id, type: "function", function: { name, arguments: "" } };
      calls[piece.index].function.arguments += piece.function.arguments;
    }
    const content = choices.map((choice) => textOf(choice.delta.content)).join("");
    return { finishReason: choices.at(-1).finishReason, message: { role: "assistant", content, ...(calls.length > 0 && { toolCalls: calls }) } };
  }

  for (const model of ["mistral-small-latest", "mistral-medium-latest"]) {
    for (const turn of [whole, streamed]) {
      it(`${model} calls two tools and uses their results, ${turn.name}`, async () => {
        const messages = [{ role: "user", content: "Ask weather_in and time_in for me" }];
        const called = await turn({ model, messages, tools });
        assert.equal(called.finishReason, "tool_calls");
        const { toolCalls } = called.message;
        assert.deepEqual(toolCalls.map((call) => call.function.name), ["weather_in", "time_in"]);
        for (const call of toolCalls) assert.match(call.id, /^[A-Za-z0-9]{9}$/);
        assertWeatherArguments(JSON.parse(toolCalls[0].function.arguments));
        assertTimeArguments(JSON.parse(toolCalls[1].function.arguments));
        messages.push(
          { role: "assistant", content: called.message.content, toolCalls },
          ...toolCalls.map((call) => ({ role: "tool", name: call.function.name, toolCallId: call.id, content: results[call.function.name] })),
        );
        const final = await turn({ model, messages, tools });
        assert.equal(final.finishReason, "stop");
        assertBeginsWith(final.message.content, 'weather_in returned: "18 degrees, clear". time_in returned: "09:41".');
      });
    }
  }

  it("does as toolChoice says", async () => {
    const request = ask("weather_in or time_in", { tools });
    const named = await whole({ ...request, toolChoice: { type: "function", function: { name: "time_in" } } });
    assert.deepEqual(named.message.toolCalls.map((call) => call.function.name), ["time_in"]);
    const none = await whole({ ...request, toolChoice: "none" });
    assert.equal(none.finishReason, "stop");
    const any = await whole(ask("anything", { tools, toolChoice: "any" }));
    assert.equal(any.message.toolCalls.length, 1);
  });
});

describe("emulator, @mistralai/mistralai: the rest", () => {
  it("fills in between prompt and suffix, streamed and not", async () => {
    const request = { model: "codestral-latest", prompt: "def total(", suffix: "return total" };
    const whole = await mistral.fim.complete(request);
    assert.match(whole.choices[0].message.content, /\S/);
    assert.equal(whole.choices[0].finishReason, "stop");
    const events = await collect(await mistral.fim.stream(request));
    assert.equal(events.flatMap((event) => event.data.choices).map((choice) => textOf(choice.delta.content)).join(""), whole.choices[0].message.content);
  });

  it("embeds one text and many, in their order, at unit length", async () => {
    const one = await mistral.embeddings.create({ model: "mistral-embed", inputs: "a harbour" });
    assert.equal(one.data.length, 1);
    assertIsUnit(one.data[0].embedding);
    const many = await mistral.embeddings.create({ model: "mistral-embed", inputs: ["other", "a harbour"] });
    assert.deepEqual(many.data.map((item) => item.index), [0, 1]);
    assertSameVector(many.data[1].embedding, one.data[0].embedding);
    assert.notDeepEqual(many.data[0].embedding, one.data[0].embedding);
    assert.ok(many.usage.promptTokens > one.usage.promptTokens);
  });

  it("lists its models and describes each", async () => {
    const { data } = await mistral.models.list();
    const ids = data.map((model) => model.id);
    for (const id of ["mistral-small-latest", "mistral-large-latest", "codestral-latest", "magistral-small-latest", "mistral-embed"]) {
      assert.ok(ids.includes(id), `${id} is not in ${ids.join()}`);
    }
    for (const listed of data) assert.deepEqual(await mistral.models.retrieve({ modelId: listed.id }), listed);
    const code = data.find((model) => model.id === "codestral-latest");
    assert.equal(code.capabilities.completionFim, true);
    assert.equal(code.maxContextLength, 262144);
  });
});

describe("emulator, @mistralai/mistralai: failures", () => {
  it("wants a key", async () => {
    await assert.rejects(clientWith("").chat.complete(ask("a")), hasStatus(401, { detail: "Unauthorized" }));
    await assert.rejects(clientWith("").models.list(), hasStatus(401, { detail: "Unauthorized" }));
  });

  it("does not know every model", async () => {
    await assert.rejects(mistral.chat.complete(ask("a", { model: "nope" })), hasStatus(400, { object: "error", message: "Invalid model: nope", type: "invalid_model", code: "1500" }));
    await assert.rejects(mistral.models.retrieve({ modelId: "nope" }), hasStatus(404, { type: "invalid_model" }));
  });

  it("limits the rate when its model's name says so", async () => {
    await assert.rejects(mistral.chat.complete(ask("a", { model: "emulate-status-429-retryafter-7" })), (error) => {
      assert.equal(error.headers.get("retry-after"), "7");
      return hasStatus(429, { message: "Rate limit exceeded", type: "rate_limited", code: "1300" })(error);
    });
  });

  it("names the field that is wrong", async () => {
    await assert.rejects(mistral.chat.complete(ask("a", { temperature: 9 })), (error) => {
      assert.equal(error.statusCode, 422);
      assert.match(error.body, /"loc":\["body","temperature"\]/);
      return true;
    });
  });

  it("breaks a stream off when its model's name says so", async () => {
    const { items } = await collectUntilFailure(await mistral.chat.stream(ask("Hello there", { model: "emulate-tps-50-cut-3" })));
    assert.equal(items.flatMap((event) => event.data.choices).map((choice) => textOf(choice.delta.content)).join(""), "You said:");
  });
});
