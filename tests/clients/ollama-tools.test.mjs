import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ollama } from "ollama";
import { door } from "./addresses.mjs";
import { marker, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, assertTimeArguments, assertWeatherArguments, collect, timeTool, weatherTool } from "./samples.mjs";

const ollama = new Ollama({ host: door });
const tools = [weatherTool, timeTool];
const results = { weather_in: "18 degrees, clear", time_in: "09:41" };

/** The whole message of a turn, streamed or not. */
async function turn(model, messages, stream) {
  const answer = await ollama.chat({ model, messages, tools, stream });
  const chunks = stream ? await collect(answer) : [answer];
  assert.equal(chunks.at(-1).done_reason, "stop");
  const toolCalls = chunks.flatMap((chunk) => chunk.message.tool_calls ?? []);
  const message = { role: "assistant", content: chunks.map((chunk) => chunk.message.content).join("") };
  return toolCalls.length > 0 ? { ...message, tool_calls: toolCalls } : message;
}

const withNames = (call) => ({ role: "tool", tool_name: call.function.name, content: results[call.function.name] });
// Many clients assign results to calls only by their position.
const withNothing = (call) => ({ role: "tool", content: results[call.function.name] });
const withIds = (call) => ({ role: "tool", tool_call_id: call.id, content: results[call.function.name] });

describe("npm ollama: tools", () => {
  for (const model of ["mistral-small-latest", "mistral-medium-latest", "mistral-large-latest"]) {
    for (const stream of [false, true]) {
      it(`${model} calls two tools and uses their results, ${stream ? "streamed" : "in one piece"}`, async () => {
        const messages = [{ role: "user", content: "Ask weather_in and time_in for me" }];
        const called = await turn(model, messages, stream);
        assert.equal(called.content, "");
        assert.deepEqual(called.tool_calls.map((call) => call.function.name), ["weather_in", "time_in"]);
        assert.deepEqual(called.tool_calls.map((call) => call.function.index), [0, 1]);
        assertWeatherArguments(called.tool_calls[0].function.arguments);
        assertTimeArguments(called.tool_calls[1].function.arguments);
        for (const call of called.tool_calls) assert.deepEqual(Object.keys(call).sort(), ["function", "id"]);
        messages.push(called, ...called.tool_calls.map(withNames));
        const final = await turn(model, messages, stream);
        assert.equal("tool_calls" in final, false);
        assertBeginsWith(final.content, 'weather_in returned: "18 degrees, clear". time_in returned: "09:41".');
      });
    }
  }

  for (const [how, give] of Object.entries({ "by name": withNames, "by position": withNothing, "by id": withIds })) {
    it(`pairs results that are given ${how}, also when calls have no id`, async () => {
      const text = marker("pairing");
      const messages = [{ role: "user", content: `weather_in and time_in, ${text}` }];
      const called = await turn("mistral-small-latest", messages, false);
      const given = called.tool_calls.map(give);
      const kept = how === "by id" ? called : { ...called, tool_calls: called.tool_calls.map((call) => ({ function: call.function })) };
      messages.push(kept, ...(how === "by position" ? given : given.toReversed()));
      const final = await turn("mistral-small-latest", messages, false);
      assert.match(final.content, /weather_in returned: "18 degrees, clear"\./);
      assert.match(final.content, /time_in returned: "09:41"\./);
      const [, second] = await requestsWith(text);
      const [, assistant, ...answers] = second.body.messages;
      const ids = assistant.tool_calls.map((call) => call.id);
      for (const id of ids) assert.match(id, /^[A-Za-z0-9]{9}$/);
      assert.deepEqual(answers.map((message) => message.tool_call_id).sort(), [...ids].sort());
      for (const message of answers) {
        const call = assistant.tool_calls.find((each) => each.id === message.tool_call_id);
        assert.equal(message.content, results[call.function.name]);
      }
    });
  }

  it("asks for an agent's steps until there is nothing to call", async () => {
    const messages = [{ role: "user", content: "time_in please" }];
    for (let step = 0; step < 4; step++) {
      const message = await turn("mistral-small-latest", messages, true);
      messages.push(message);
      if (!message.tool_calls) break;
      for (const call of message.tool_calls) messages.push(withNames(call));
    }
    assert.deepEqual(messages.map((message) => message.role), ["user", "assistant", "tool", "assistant"]);
    assertBeginsWith(messages.at(-1).content, 'time_in returned: "09:41".');
  });

  it("takes an empty list of tools as none", async () => {
    const { message } = await ollama.chat({ model: "mistral-small-latest", messages: [{ role: "user", content: "weather_in" }], tools: [] });
    assert.equal("tool_calls" in message, false);
    assertBeginsWith(message.content, 'You said: "weather_in".');
  });
});
