using Dragoman.Attack.Tools;

namespace Dragoman.Attack.Attacks;

/// <summary>State that the gateway remembers from one conversation never reaches another.</summary>
internal static class ReasoningAttacks
{
    private const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}]";

    public static readonly IReadOnlyList<Attack> All =
    [
        new("foreign-call-id", "isolation", "15", "a call's id from another conversation brings nobody's thought; the owner gets it back, with or without ids", ForeignIdAsync) { IsFast = true },
    ];

    private static async Task ForeignIdAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        var address = field.Sidecar.Address;
        await Client.PostAsync(address, ClientApi.Chat.Path, $$"""{"model":"anthropic/fk-thought",{{Tools}},"messages":[{"role":"user","content":"the question of A"}]}""");
        await Client.PostAsync(address, ClientApi.OllamaChat.Path, $$"""{"model":"anthropic/fk-thought","stream":false,{{Tools}},"messages":[{"role":"user","content":"the question of C"}]}""");

        const string Loop = """{"role":"assistant","content":null,"tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"toolu_1","content":"r"}""";
        var foreign = await ReceivedAsync(ClientApi.Chat, $$"""{"model":"anthropic/fk-thought",{{Tools}},"messages":[{"role":"user","content":"the question of B"},{{Loop}}]}""");
        tally.Expect(!Leaks(foreign), $"A's thought is in B's request: {Around(foreign)}");
        var shorter = await ReceivedAsync(ClientApi.Chat, $$"""{"model":"anthropic/fk-thought",{{Tools}},"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"the question of A"},{{Loop}}]}""");
        tally.Expect(!Leaks(shorter), $"A's thought is in a conversation that began otherwise: {Around(shorter)}");
        var ollama = await ReceivedAsync(ClientApi.OllamaChat, $$$$"""{"model":"anthropic/fk-thought","stream":false,{{{{Tools}}}},"messages":[{"role":"user","content":"the question of B"},{"role":"assistant","content":"","tool_calls":[{"id":"toolu_1","function":{"name":"f","arguments":{}}}]},{"role":"tool","content":"r"}]}""");
        tally.Expect(!Leaks(ollama), $"A's thought is in B's request through Ollama's API: {Around(ollama)}");

        var own = await ReceivedAsync(ClientApi.Chat, $$"""{"model":"anthropic/fk-thought",{{Tools}},"messages":[{"role":"user","content":"the question of A"},{{Loop}}]}""");
        tally.Expect(Leaks(own), "A does not get the own thought back");
        var withoutId = await ReceivedAsync(ClientApi.OllamaChat, $$$$"""{"model":"anthropic/fk-thought","stream":false,{{{{Tools}}}},"messages":[{"role":"user","content":"the question of C"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{}}}]},{"role":"tool","tool_name":"f","content":"r"}]}""");
        tally.Expect(Leaks(withoutId), "a client that dropped the call's id does not get the own thought back");

        async Task<string> ReceivedAsync(ClientApi api, string body)
        {
            field.Provider.Forget();
            var answer = await Client.PostAsync(address, api.Path, body);
            tally.Expect(answer.Status == 200, $"the conversation is {answer}");
            return field.Provider.Calls.LastOrDefault()?.Body ?? "";
        }
    }

    private static bool Leaks(string body) => body.Contains("SIGNATURE-OF-A", StringComparison.Ordinal) || body.Contains("THOUGHT-OF-A", StringComparison.Ordinal);

    private static string Around(string body) => body.IndexOf("-OF-A", StringComparison.Ordinal) is var at and >= 0 ? body[Math.Max(0, at - 80)..Math.Min(body.Length, at + 60)] : "";
}
