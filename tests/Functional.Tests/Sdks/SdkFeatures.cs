using System.Text.Json;
using Xunit;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>The requests that every client library sends to every provider, and the checks of the answers.</summary>
internal sealed class SdkFeatures(SdkDeployment deployment)
{
    private const string AnswerSchema =
        """{"type":"object","properties":{"city":{"type":"string"},"celsius":{"type":"integer"}},"required":["city","celsius"],"additionalProperties":false}""";

    private const string CityParameters =
        """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";

    private const string Stopper = "halfway";

    private static readonly PromptTool Weather = new("get_weather", CityParameters);
    private static readonly PromptTool Clock = new("get_time", CityParameters);

    /// <summary>The form in which a provider that verifies its earlier reasoning gets it back. Gemini's sentinel for lost reasoning has underscores.</summary>
    private static readonly Dictionary<string, string> ReasoningState = new()
    {
        ["openai"] = "\"encrypted_content\":\"[^\"]+\"",
        ["azure"] = "\"encrypted_content\":\"[^\"]+\"",
        ["anthropic"] = "\"type\":\"thinking\",[^}]*\"signature\":\"[^\"]+\"",
        ["gemini"] = "\"thoughtSignature\":\"[^\"_]+\"",
    };

    // A PNG of one pixel.
    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <summary>The features by name. They are those of <see cref="Conformance.Features"/> with the same name.</summary>
    public static IReadOnlyDictionary<string, Func<SdkFeatures, ISdk, string, bool, Task>> All { get; } =
        new Dictionary<string, Func<SdkFeatures, ISdk, string, bool, Task>>
        {
            ["text"] = (features, sdk, provider, streamed) => TextAsync(sdk, provider, streamed),
            ["system and earlier turns"] = (features, sdk, provider, streamed) => features.EarlierTurnsAsync(sdk, provider, streamed),
            ["tool loop"] = (features, sdk, provider, streamed) => features.ToolLoopAsync(sdk, provider, reasoning: false, streamed),
            ["named tool"] = (features, sdk, provider, streamed) => ForcedToolAsync(sdk, provider, Clock.Name, Clock.Name, streamed),
            ["required tool"] = (features, sdk, provider, streamed) => ForcedToolAsync(sdk, provider, Prompt.AnyTool, Weather.Name, streamed),
            ["structured output"] = (features, sdk, provider, streamed) => StructuredAsync(sdk, provider, streamed),
            ["image"] = (features, sdk, provider, streamed) => ImageAsync(sdk, provider, streamed),
            ["reasoning"] = (features, sdk, provider, streamed) => ReasoningAsync(sdk, provider, streamed),
            ["tool loop with reasoning"] = (features, sdk, provider, streamed) => features.ToolLoopAsync(sdk, provider, reasoning: true, streamed),
            ["stop sequence"] = (features, sdk, provider, streamed) => StopAsync(sdk, provider, streamed),
            ["usage"] = (features, sdk, provider, streamed) => UsageAsync(sdk, provider, streamed),
            ["error: unknown model"] = (features, sdk, provider, streamed) => FailsAsync(sdk, $"{provider}/no-such-model", 404, streamed),
            ["error: rate limit"] = (features, sdk, provider, streamed) => FailsAsync(sdk, $"{provider}/emulate-status-429", 429, streamed),
            ["error: cut stream"] = (features, sdk, provider, streamed) => BreaksAsync(sdk, $"{provider}/emulate-tps-50-tokens-40-cut-4", streamed),
            ["error: event in a stream"] = (features, sdk, provider, streamed) => BreaksAsync(sdk, $"{provider}/emulate-tps-50-tokens-40-error-4", streamed),
        };

    private static string Chat(string provider) => Conformance.Model(provider, "chat")!;

    private static string Thinker(string provider) => Conformance.Model(provider, "reasoning")!;

    private static async Task TextAsync(ISdk sdk, string provider, bool streamed)
    {
        var reply = await sdk.AskAsync(Prompt.Ask(Chat(provider), "Grüße an Ödön"), streamed);

        Assert.StartsWith("You said: \"Grüße an Ödön\".", reply.Text, StringComparison.Ordinal);
        Assert.Equal(ReplyEnd.Stop, reply.End);
        if (streamed)
            Assert.InRange(reply.Pieces, 2, int.MaxValue);
    }

    private async Task EarlierTurnsAsync(ISdk sdk, string provider, bool streamed)
    {
        var prompt = new Prompt(Chat(provider), new UserTurn("first question"), new AssistantTurn("first answer"), new UserTurn("second question"))
        {
            System = "Answer like a pirate.",
        };
        Reply? reply = null;
        var sent = await deployment.SentToProviderAsync(async () => reply = await sdk.AskAsync(prompt, streamed));

        Assert.StartsWith("You said: \"second question\".", reply!.Text, StringComparison.Ordinal);
        var body = Assert.Single(sent).GetProperty("body").GetRawText();
        string[] order = ["first question", "first answer", "second question"];
        Assert.Equal(order, order.OrderBy(text => body.IndexOf(text, StringComparison.Ordinal)));
        Assert.All([prompt.System, .. order], text => Assert.Contains(text, body, StringComparison.Ordinal));
    }

    private async Task ToolLoopAsync(ISdk sdk, string provider, bool reasoning, bool streamed)
    {
        var prompt = Prompt.Ask(reasoning ? Thinker(provider) : Chat(provider), "Call get_weather and get_time for Oslo") with
        {
            Tools = [Weather, Clock],
            Reasoning = reasoning,
        };
        var first = await sdk.AskAsync(prompt, streamed);

        Assert.Equal(ReplyEnd.ToolCalls, first.End);
        Assert.Equal([Weather.Name, Clock.Name], first.Calls.Select(call => call.Name));
        Assert.Distinct(first.Calls.Select(call => call.Id));
        Assert.All(first.Calls, call => Assert.Equal(JsonValueKind.String, call.Arguments.GetProperty("city").ValueKind));

        // A second round, so that the results of the first one are sent twice.
        prompt = prompt.Then(new ReplayedTurn(first), Results(first, "sunny", "noon"));
        Reply second = null!;
        var sent = await deployment.SentToProviderAsync(async () => second = await sdk.AskAsync(prompt, streamed));
        if (reasoning && ReasoningState.TryGetValue(provider, out var state))
            Assert.Matches(state, Assert.Single(sent).GetProperty("body").GetRawText());
        Assert.Equal(ReplyEnd.Stop, second.End);
        Assert.StartsWith("get_weather returned: \"sunny\".", second.Text, StringComparison.Ordinal);
        Assert.Contains("get_time returned: \"noon\".", second.Text, StringComparison.Ordinal);

        prompt = prompt.Then(new ReplayedTurn(second), new UserTurn("Once more get_time"));
        var third = await sdk.AskAsync(prompt, streamed);
        Assert.Equal([Clock.Name], third.Calls.Select(call => call.Name));
        var last = await sdk.AskAsync(prompt.Then(new ReplayedTurn(third), Results(third, "midnight")), streamed);
        Assert.StartsWith("get_time returned: \"midnight\".", last.Text, StringComparison.Ordinal);
    }

    private static ToolResultsTurn Results(Reply reply, params string[] results) =>
        new([.. reply.Calls.Zip(results, (call, result) => (call.Id, result))]);

    private static async Task ForcedToolAsync(ISdk sdk, string provider, string choice, string called, bool streamed)
    {
        var prompt = Prompt.Ask(Chat(provider), "Nothing of note") with { Tools = [Weather, Clock], ForcedTool = choice };
        var reply = await sdk.AskAsync(prompt, streamed);

        Assert.Equal(called, Assert.Single(reply.Calls).Name);
    }

    private static async Task StructuredAsync(ISdk sdk, string provider, bool streamed)
    {
        var reply = await sdk.AskAsync(Prompt.Ask(Chat(provider), "How warm is it?") with { AnswerSchema = AnswerSchema }, streamed);

        var answer = JsonElement.Parse(reply.Text);
        Assert.Equal(["celsius", "city"], answer.EnumerateObject().Select(member => member.Name).Order());
        Assert.True(answer.GetProperty("celsius").TryGetInt64(out _));
        Assert.Equal(JsonValueKind.String, answer.GetProperty("city").ValueKind);
    }

    private static async Task ImageAsync(ISdk sdk, string provider, bool streamed)
    {
        var reply = await sdk.AskAsync(new Prompt(Chat(provider), new UserTurn("What is this?", Png)), streamed);

        Assert.StartsWith($"You said: \"What is this?\". I see 1 image (image/png, {Png.Length} bytes).", reply.Text, StringComparison.Ordinal);
    }

    private static async Task ReasoningAsync(ISdk sdk, string provider, bool streamed)
    {
        var reply = await sdk.AskAsync(Prompt.Ask(Thinker(provider), "Think about it") with { Reasoning = true }, streamed);

        Assert.StartsWith("You said: \"Think about it\".", reply.Text, StringComparison.Ordinal);
        // Chat completions have no member for the reasoning of OpenAI and Azure. Mistral shows its reasoning and does not count it.
        var shown = provider is not ("openai" or "azure") || sdk is not OpenAIChatSdk;
        Assert.Equal(shown, reply.Reasoning.Length > 0);
        if (provider == "mistral")
            Assert.Equal(0, reply.ReasoningTokens);
        else
            Assert.InRange(reply.ReasoningTokens, 1, reply.OutputTokens);
    }

    private static async Task StopAsync(ISdk sdk, string provider, bool streamed)
    {
        var reply = await sdk.AskAsync(Prompt.Ask(Chat(provider), $"Come {Stopper} and stop") with { Stop = Stopper }, streamed);

        Assert.Equal("You said: \"Come ", reply.Text);
        // No other provider reports that a stop sequence, and not the model, ended the text.
        Assert.Equal(sdk is AnthropicSdk && provider == "anthropic" ? ReplyEnd.StopSequence : ReplyEnd.Stop, reply.End);
    }

    private static async Task UsageAsync(ISdk sdk, string provider, bool streamed)
    {
        var reply = await sdk.AskAsync(Prompt.Ask(Chat(provider), "Count your words"), streamed);
        var longer = await sdk.AskAsync(Prompt.Ask(Chat(provider), "Count your words and these as well, one after the other"), streamed);
        var otherWay = await sdk.AskAsync(Prompt.Ask(Chat(provider), "Count your words"), !streamed);

        Assert.InRange(reply.InputTokens, 1, longer.InputTokens - 1);
        // 12 tokens are the emulator's shortest text.
        Assert.InRange(reply.OutputTokens, 12, 200);
        Assert.Equal((reply.InputTokens, reply.OutputTokens), (otherWay.InputTokens, otherWay.OutputTokens));
    }

    private static async Task FailsAsync(ISdk sdk, string model, int status, bool streamed)
    {
        var refusal = await Assert.ThrowsAsync<SdkRefusal>(() => sdk.AskAsync(Prompt.Ask(model, "Anything"), streamed));

        Assert.Equal(status, refusal.Status);
        Assert.NotNull(refusal.RequestId);
        Assert.NotEqual("", refusal.RequestId);
    }

    private static async Task BreaksAsync(ISdk sdk, string model, bool streamed)
    {
        if (streamed && sdk is OpenAIChatSdk)
        {
            // The library ignores an error in a stream, so the only sign of it is the missing stop reason.
            var reply = await sdk.AskAsync(Prompt.Ask(model, "Anything"), streamed);
            Assert.Equal(ReplyEnd.None, reply.End);
            Assert.InRange(reply.Pieces, 1, 4);
            return;
        }
        var refusal = await Assert.ThrowsAsync<SdkRefusal>(() => sdk.AskAsync(Prompt.Ask(model, "Anything"), streamed));

        if (streamed)
            Assert.Null(refusal.Status);
        else
            Assert.InRange(refusal.Status ?? 0, 500, 599);
    }
}
