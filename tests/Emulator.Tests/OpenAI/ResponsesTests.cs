using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.OpenAI;

public sealed class ResponsesTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Path = "/openai/v1/responses";

    [Fact]
    public async Task Events_are_named_numbered_and_end_with_the_whole_response()
    {
        using var response = await emulator.SendAsync(Path, """{"model":"gpt-5","input":"hi","stream":true,"reasoning":{"summary":"auto"}}""");
        var lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var events = lines.Select(line => RunningEmulator.Parse(line[(line.IndexOf("\ndata: ", StringComparison.Ordinal) + 7)..])).ToList();
        Assert.All(lines.Zip(events), pair => Assert.StartsWith($"event: {pair.Second.GetProperty("type").GetString()}\n", pair.First, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item.GetProperty("sequence_number").GetInt32()));
        var types = new List<string>();
        foreach (var type in events.Select(item => item.GetProperty("type").GetString()!))
        {
            if (types.Count == 0 || types[^1] != type)
                types.Add(type);
        }

        Assert.Equal(
        [
            "response.created", "response.in_progress", "response.output_item.added", "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
            "response.output_item.done", "response.output_item.added", "response.content_part.added", "response.output_text.delta",
            "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
        ], types);
        var done = events.Where(item => item.GetProperty("type").GetString() == "response.output_item.done").Select(item => item.GetProperty("item").GetRawText());
        Assert.Equal(events[^1].GetProperty("response").GetProperty("output").EnumerateArray().Select(item => item.GetRawText()), done);
    }

    [Fact]
    public async Task A_response_can_be_gone_on_from_unless_it_is_not_stored()
    {
        var (_, stored) = await emulator.PostAsync(Path, """{"model":"gpt-4.1","input":"hi"}""");
        var (_, kept) = await emulator.PostAsync(Path, """{"model":"gpt-4.1","input":"hi","store":false}""");
        Assert.Equal(200, (await emulator.PostAsync(Path, Follow(stored))).Status);
        var (status, body) = await emulator.PostAsync(Path, Follow(kept));
        Assert.Equal(400, status);
        Assert.Equal("previous_response_not_found", body.GetProperty("error").GetProperty("code").GetString());

        static string Follow(JsonElement response) =>
            $$"""{"model":"gpt-4.1","input":"and?","previous_response_id":"{{response.GetProperty("id").GetString()}}"}""";
    }

    [Fact]
    public async Task Encrypted_reasoning_is_taken_back_only_as_it_was_given_and_with_what_followed()
    {
        var (_, body) = await emulator.PostAsync(Path, """{"model":"gpt-5","input":"hi","store":false,"include":["reasoning.encrypted_content"]}""");
        var output = body.GetProperty("output");
        var (reasoning, message) = (output[0].GetRawText(), output[1].GetRawText());
        Assert.Equal(200, await StatusAsync($"{reasoning},{message}"));
        Assert.Equal(400, await StatusAsync(reasoning));
        Assert.Equal(400, await StatusAsync($"{reasoning.Replace("gAAAAAB", "gAAAAABA", StringComparison.Ordinal)},{message}"));

        async Task<int> StatusAsync(string items) =>
            (await emulator.PostAsync(Path, $$"""{"model":"gpt-5","store":false,"input":[{"role":"user","content":"hi"},{{items}},{"role":"user","content":"and?"}]}""")).Status;
    }

    [Fact]
    public async Task The_limit_makes_a_response_incomplete()
    {
        var (_, body) = await emulator.PostAsync(Path, """{"model":"gpt-4.1","input":"hi","max_output_tokens":16,"store":false}""");
        Assert.Equal("incomplete", body.GetProperty("status").GetString());
        Assert.Equal("max_output_tokens", body.GetProperty("incomplete_details").GetProperty("reason").GetString());
    }
}
