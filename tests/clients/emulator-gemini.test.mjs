import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";
import { emulator } from "./addresses.mjs";
import { assertBeginsWith, assertIsPerson, assertTimeArguments, assertWeatherArguments, collect, collectUntilFailure, personSchema, png, quoteOf, timeTool, weatherTool } from "./samples.mjs";

const clientWith = (apiKey) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${emulator}/gemini` } });
const { models } = clientWith("any");
const toDeclaration = ({ function: { name, description, parameters } }) => ({ name, description, parametersJsonSchema: parameters });
const tools = [{ functionDeclarations: [weatherTool, timeTool].map(toDeclaration) }];
const ask = (contents, more = {}) => ({ model: "gemini-2.5-flash", contents, ...more });
const refused = (promise, pattern, status = 400) => assert.rejects(promise, (error) => {
  assert.ok(error instanceof ApiError, `${error}`);
  assert.equal(error.status, status);
  assert.match(error.message, pattern);
  return true;
});
const post = (path, body) => fetch(`${emulator}/gemini/v1beta/models/${path}`, { method: "POST", headers: { "x-goog-api-key": "any", "content-type": "application/json" }, body: JSON.stringify(body) });

describe("emulator, npm @google/genai", () => {
  it("answers in one piece and streams the same, with thoughts when asked", async () => {
    const config = { thinkingConfig: { includeThoughts: true } };
    const whole = await models.generateContent(ask("Bonjour 🌍", { config }));
    assertBeginsWith(whole.text, quoteOf("Bonjour 🌍"));
    const chunks = await collect(await models.generateContentStream(ask("Bonjour 🌍", { config })));
    const joined = (thought) => chunks.flatMap((chunk) => chunk.candidates[0].content.parts).filter((part) => Boolean(part.thought) === thought).map((part) => part.text).join("");
    assert.equal(joined(false), whole.text);
    assert.equal(joined(true), whole.candidates[0].content.parts.find((part) => part.thought).text);
    assert.deepEqual(chunks.at(-1).usageMetadata, whole.usageMetadata);
    assert.ok(whole.usageMetadata.thoughtsTokenCount > 0);
    assert.equal(chunks.at(-1).candidates[0].finishReason, "STOP");
  });

  for (const model of ["gemini-3-pro", "gemini-2.5-flash"]) {
    it(`${model} calls functions and goes on with their results`, async () => {
      const first = await models.generateContent({ model, contents: "weather_in and time_in", config: { tools } });
      const calls = first.functionCalls;
      assert.deepEqual(calls.map((call) => call.name), ["weather_in", "time_in"]);
      assert.equal(calls.every((call) => call.id), model === "gemini-3-pro");
      assertWeatherArguments(calls[0].args);
      assertTimeArguments(calls[1].args);
      const responses = calls.map(({ id, name }) => ({ functionResponse: { id, name, response: { output: `${name} is fine` } } }));
      const contents = [{ role: "user", parts: [{ text: "weather_in and time_in" }] }, first.candidates[0].content, { role: "user", parts: responses }];
      const second = await models.generateContent({ model, contents, config: { tools } });
      assertBeginsWith(second.text, 'weather_in returned: "weather_in is fine". time_in returned: "time_in is fine".');

      const unsigned = structuredClone(contents);
      delete unsigned[1].parts.find((part) => part.functionCall).thoughtSignature;
      const withoutSignature = models.generateContent({ model, contents: unsigned, config: { tools } });
      if (model === "gemini-3-pro") await refused(withoutSignature, /missing a thought_signature in functionCall parts/);
      else await withoutSignature;
      unsigned[1].parts.find((part) => part.functionCall).thoughtSignature = "skip_thought_signature_validator";
      await models.generateContent({ model, contents: unsigned, config: { tools } });
      await refused(models.generateContent({ model, contents: [...contents.slice(0, 2), { role: "user", parts: responses.slice(1) }], config: { tools } }), /number of function response parts is equal/);
    });
  }

  it("calls what it may", async () => {
    const called = async (mode, allowedFunctionNames) => ((await models.generateContent(ask("time_in weather_in", { config: { tools, toolConfig: { functionCallingConfig: { mode, allowedFunctionNames } } } }))).functionCalls ?? []).map((call) => call.name);
    assert.deepEqual(await called(FunctionCallingConfigMode.ANY, ["time_in"]), ["time_in"]);
    assert.deepEqual(await called(FunctionCallingConfigMode.NONE), []);
  });

  it("keeps to both kinds of schema, and knows what the older one lacks", async () => {
    const json = await models.generateContent(ask("Who?", { config: { responseMimeType: "application/json", responseJsonSchema: personSchema } }));
    assertIsPerson(json.text);
    const older = await models.generateContent(ask("Who?", { config: { responseMimeType: "application/json", responseSchema: { type: Type.OBJECT, properties: { age: { type: Type.INTEGER } }, required: ["age"] } } }));
    assert.ok(Number.isInteger(JSON.parse(older.text).age));
    const answer = await post("gemini-2.5-flash:generateContent", { contents: [{ parts: [{ text: "a" }] }], tools: [{ functionDeclarations: [{ name: "f", parameters: { type: "object", additionalProperties: false } }] }] });
    assert.equal(answer.status, 400);
    assert.match((await answer.json()).error.message, /Unknown name "additionalProperties" at 'tools\[0\].function_declarations\[0\].parameters': Cannot find field\./);
  });

  it("sees images and other files", async () => {
    const data = png.toString("base64");
    const { text } = await models.generateContent(ask([{ role: "user", parts: [{ text: "Look" }, { inlineData: { mimeType: "image/png", data } }, { inlineData: { mimeType: "audio/wav", data } }] }]));
    assert.match(text, /I see 1 image \(image\/png, 70 bytes\)\. I got audio\/wav \(70 bytes\)\./);
  });

  it("counts and embeds", async () => {
    const { totalTokens } = await models.countTokens(ask("One two three."));
    assert.equal(totalTokens, (await models.generateContent(ask("One two three."))).usageMetadata.promptTokenCount);
    const { embeddings } = await models.embedContent({ model: "gemini-embedding-001", contents: ["a", "b"], config: { outputDimensionality: 64 } });
    assert.deepEqual(embeddings.map((embedding) => embedding.values.length), [64, 64]);
  });

  it("streams an array without alt=sse", async () => {
    const body = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
    const chunks = await (await post("gemini-2.5-flash:streamGenerateContent", body)).json();
    assert.equal(chunks.map((chunk) => chunk.candidates[0].content.parts[0].text).join("").startsWith(quoteOf("Hi")), true);
    const [{ error }] = await (await post("gemini-none:streamGenerateContent", body)).json();
    assert.equal(error.status, "NOT_FOUND");
  });

  it("lists its models and describes each", async () => {
    const listed = await collect(await models.list({ config: { pageSize: 4 } }));
    assert.ok(listed.length >= 9);
    for (const { name } of listed) assert.equal((await models.get({ model: name })).name, name);
  });

  it("declines, blocks and fails as it is asked to", async () => {
    assert.equal((await models.generateContent(ask("a", { model: "emulate-refuse" }))).candidates[0].finishReason, "SAFETY");
    const blocked = await models.generateContent(ask("a", { model: "emulate-block" }));
    assert.deepEqual([blocked.promptFeedback.blockReason, blocked.candidates], ["PROHIBITED_CONTENT", undefined]);
    await refused(models.generateContent(ask("a", { model: "emulate-status-429-retryafter-7" })), /"retryDelay":"7s"/, 429);
    await refused(models.generateContent(ask("a", { model: "nope" })), /is not found for API version v1beta/, 404);
    await refused(clientWith("refuse").models.generateContent(ask("a")), /API_KEY_INVALID/);
    assert.equal((await models.generateContent(ask("a", { config: { maxOutputTokens: 2, thinkingConfig: { thinkingBudget: 0 } } }))).candidates[0].finishReason, "MAX_TOKENS");
    const { items, error } = await collectUntilFailure(await models.generateContentStream(ask("Hello there", { model: "emulate-error-3" })));
    assert.equal(items.map((chunk) => chunk.text ?? "").join(""), "You said:");
    assert.match(error.message, /UNAVAILABLE/);
  });
});
