import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { assertBeginsWith, assertTimeArguments, assertWeatherArguments, collect, timeTool, weatherTool } from "./samples.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for", maxRetries: 0 });
const tools = [weatherTool, timeTool];
const results = { weather_in: "18 degrees, clear", time_in: "09:41" };

async function whole(request) {
  const { choices } = await openai.chat.completions.create(request);
  return choices[0];
}

async function streamed(request) {
  const chunks = await collect(await openai.chat.completions.create({ ...request, stream: true }));
  const message = { role: "assistant", content: "" };
  const calls = [];
  for (const { delta } of chunks.flatMap((chunk) => chunk.choices)) {
    message.content += delta.content ?? "";
    for (const piece of delta.tool_calls ?? []) {
      if (piece.id) {
        assert.equal(calls[piece.index], undefined, "a call began twice");
        calls[piece.index] = { id: piece.id, type: piece.type, function: { name: piece.function.name, arguments: "" } };
      }
      calls[piece.index].function.arguments += piece.function.arguments;
    }
  }
  return {
    finish_reason: chunks.at(-1).choices[0].finish_reason,
    message: calls.length > 0 ? { ...message, content: null, tool_calls: calls } : message,
  };
}

describe("npm openai: tools", () => {
  for (const model of ["mistral-small-latest", "mistral-medium-latest", "mistral-large-latest"]) {
    for (const turn of [whole, streamed]) {
      it(`${model} calls two tools and uses their results, ${turn.name}`, async () => {
        const messages = [{ role: "user", content: "Ask weather_in and time_in for me" }];
        const called = await turn({ model, messages, tools });
        assert.equal(called.finish_reason, "tool_calls");
        assert.equal(called.message.content, null);
        const calls = called.message.tool_calls;
        assert.deepEqual(calls.map((call) => [call.type, call.function.name]), [["function", "weather_in"], ["function", "time_in"]]);
        assert.equal(new Set(calls.map((call) => call.id)).size, 2);
        assertWeatherArguments(JSON.parse(calls[0].function.arguments));
        assertTimeArguments(JSON.parse(calls[1].function.arguments));
        messages.push(called.message, ...calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: results[call.function.name] })));
        const final = await turn({ model, messages, tools });
        assert.equal(final.finish_reason, "stop");
        assertBeginsWith(final.message.content, 'weather_in returned: "18 degrees, clear". time_in returned: "09:41".');
      });
    }
  }

  for (const stream of [false, true]) {
    it(`runs the library's own loop, ${stream ? "streamed" : "in one piece"}`, async () => {
      const given = [];
      const runner = openai.chat.completions.runTools({
        model: "mistral-medium-latest",
        messages: [{ role: "user", content: "weather_in, please" }],
        stream,
        tools: [
          {
            type: "function",
            function: {
              ...weatherTool.function,
              parse: JSON.parse,
              function: (argumentsOfCall) => {
                given.push(argumentsOfCall);
                return results.weather_in;
              },
            },
          },
        ],
      });
      assertBeginsWith(await runner.finalContent(), 'weather_in returned: "18 degrees, clear".');
      assert.equal(given.length, 1);
      assertWeatherArguments(given[0]);
    });
  }

  it("keeps ids that are longer than the provider's own", async () => {
    const id = "call_which_came_from_another_provider_0001";
    const final = await whole({
      model: "mistral-small-latest",
      tools,
      messages: [
        { role: "user", content: "time_in" },
        { role: "assistant", content: null, tool_calls: [{ id, type: "function", function: { name: "time_in", arguments: '{"zone":"UTC"}' } }] },
        { role: "tool", tool_call_id: id, content: "09:41" },
      ],
    });
    assertBeginsWith(final.message.content, 'time_in returned: "09:41".');
  });

  it("calls what tool_choice says", async () => {
    const messages = [{ role: "user", content: "weather_in or time_in" }];
    const model = "mistral-small-latest";
    const named = await whole({ model, messages, tools, tool_choice: { type: "function", function: { name: "time_in" } } });
    assert.deepEqual(named.message.tool_calls.map((call) => call.function.name), ["time_in"]);
    const none = await whole({ model, messages, tools, tool_choice: "none" });
    assert.equal(none.message.tool_calls, undefined);
    assert.equal(none.finish_reason, "stop");
    const required = await whole({ model, messages: [{ role: "user", content: "anything" }], tools, tool_choice: "required" });
    assert.equal(required.message.tool_calls.length, 1);
    const single = await whole({ model, messages, tools, parallel_tool_calls: false });
    assert.deepEqual(single.message.tool_calls.map((call) => call.function.name), ["weather_in"]);
  });
});
