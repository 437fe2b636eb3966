using System.Text.Json;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>How an answer ended, as a client of the dialect sees it.</summary>
internal enum Ending
{
    Good,

    /// <summary>The dialect's own error inside a stream.</summary>
    StreamError,

    /// <summary>The dialect's error body with an error status.</summary>
    Refused,
}

/// <summary>An answer as received.</summary>
internal sealed record ClientAnswer(int Status, string RequestId, string Text);

/// <param name="Ending">How the answer ended.</param>
/// <param name="Message">The error's message. Empty when there is none.</param>
/// <param name="Code">The error's code, in dialects that have one.</param>
internal sealed record Verdict(Ending Ending, string Message = "", string? Code = null);

/// <summary>A client's dialect: its requests, and the forms of a successful and a failed answer.</summary>
internal abstract record ClientDialect(string Name, string Path)
{
    public static readonly IReadOnlyList<ClientDialect> All =
    [
        new OllamaClient("ollama-chat", "/api/chat", "\"messages\":[{\"role\":\"user\",\"content\":\"TEXT\"}]"),
        new OllamaClient("ollama-generate", "/api/generate", "\"prompt\":\"TEXT\""),
        new OpenAIClient("openai-chat", "/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"TEXT\"}]"),
        new OpenAIClient("openai-completions", "/v1/completions", "\"prompt\":\"TEXT\""),
        new ResponsesClient(),
        new AnthropicClient(),
    ];

    public static ClientDialect Of(string name) => All.Single(dialect => dialect.Name == name);

    public HttpRequestMessage Ask(string model, string text, bool stream)
    {
        var request = Requests.Post(Path, $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},{{Members(text)}}}""");
        if (this is AnthropicClient)
            request.Headers.Add("anthropic-version", "2023-06-01");
        return request;
    }

    /// <exception cref="InvalidDataException">The answer is neither a successful answer nor an error of the dialect, or both.</exception>
    public Verdict Judge(ClientAnswer answer, bool stream)
    {
        try
        {
            if (answer.Status != 200)
                return JudgeError(Parse(answer.Text)) with { Ending = Ending.Refused };
            return stream ? JudgeStream(answer.Text) : JudgeBody(Parse(answer.Text));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"{Name}: {answer.Status}, neither good nor an error ({error.Message}): {answer.Text}", error);
        }
    }

    /// <summary>The members of a request besides model and stream.</summary>
    protected abstract string Members(string text);

    protected abstract Verdict JudgeStream(string text);

    protected abstract Verdict JudgeBody(JsonElement body);

    /// <summary>The error's verdict. Its ending is ignored.</summary>
    protected abstract Verdict JudgeError(JsonElement body);

    protected static JsonElement Parse(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    /// <summary>Throws unless the condition holds.</summary>
    protected static void Expect(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }

    /// <summary>The names and data of events. Comments are ignored, as clients do.</summary>
    protected static IReadOnlyList<(string Name, string Data)> Events(string text)
    {
        Expect(text.EndsWith("\n\n", StringComparison.Ordinal), "the last event is not closed");
        return
        [
            .. text[..^2].Split("\n\n").Select(block => block.Split('\n')).Where(lines => !Array.TrueForAll(lines, line => line.StartsWith(':')))
                .Select(lines => (
                    lines.FirstOrDefault(line => line.StartsWith("event: ", StringComparison.Ordinal))?["event: ".Length..] ?? "",
                    lines.Single(line => line.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..])),
        ];
    }

    private sealed record OllamaClient(string Name, string Path, string Template) : ClientDialect(Name, Path)
    {
        protected override string Members(string text) => Template.Replace("TEXT", text, StringComparison.Ordinal);

        protected override Verdict JudgeStream(string text)
        {
            Expect(text.EndsWith('\n'), "the last line is not closed");
            var lines = text[..^1].Split('\n').Select(Parse).ToList();
            var done = lines.Count(line => line.TryGetProperty("done", out var value) && value.GetBoolean());
            if (!lines[^1].TryGetProperty("error", out _))
            {
                Expect(done == 1 && lines[^1].GetProperty("done").GetBoolean(), "not done once and last");
                return new Verdict(Ending.Good);
            }

            Expect(done == 0, "done although it failed");
            return JudgeError(lines[^1]) with { Ending = Ending.StreamError };
        }

        protected override Verdict JudgeBody(JsonElement body)
        {
            Expect(body.GetProperty("done").GetBoolean(), "not done");
            return new Verdict(Ending.Good);
        }

        protected override Verdict JudgeError(JsonElement body) => new(default, body.GetProperty("error").GetString()!);
    }

    private sealed record OpenAIClient(string Name, string Path, string Template) : ClientDialect(Name, Path)
    {
        protected override string Members(string text) => Template.Replace("TEXT", text, StringComparison.Ordinal);

        protected override Verdict JudgeStream(string text)
        {
            var data = Events(text).Select(each => each.Data).ToList();
            if (data[^1] == "[DONE]")
            {
                Expect(!data[..^1].Exists(each => Parse(each).TryGetProperty("error", out _)), "done although it failed");
                return new Verdict(Ending.Good);
            }

            Expect(!data.Contains("[DONE]"), "something follows [DONE]");
            return JudgeError(Parse(data[^1])) with { Ending = Ending.StreamError };
        }

        protected override Verdict JudgeBody(JsonElement body)
        {
            Expect(body.GetProperty("choices")[0].GetProperty("finish_reason").GetString() is { Length: > 0 }, "not finished");
            return new Verdict(Ending.Good);
        }

        protected override Verdict JudgeError(JsonElement body)
        {
            var error = body.GetProperty("error");
            Expect(error.GetProperty("type").GetString() is { Length: > 0 }, "an error without a type");
            return new Verdict(default, error.GetProperty("message").GetString()!, error.GetProperty("code").GetString());
        }
    }

    private sealed record ResponsesClient() : ClientDialect("openai-responses", "/v1/responses")
    {
        protected override string Members(string text) => $"\"input\":\"{text}\"";

        protected override Verdict JudgeStream(string text)
        {
            var events = Events(text);
            var names = events.Select(each => each.Name).ToList();
            Expect(events.All(each => each.Name == Parse(each.Data).GetProperty("type").GetString()), "an event of another name");
            var numbers = events.Select(each => Parse(each.Data).GetProperty("sequence_number").GetInt32());
            Expect(numbers.SequenceEqual(Enumerable.Range(0, events.Count)), "events that are not numbered without gaps");
            if (names[^1] is "response.completed" or "response.incomplete")
            {
                Expect(!names.Contains("error") && !names.Contains("response.failed"), "completed although it failed");
                return new Verdict(Ending.Good);
            }

            Expect(!names.Contains("response.completed") && names[^1] == "response.failed" && names[^2] == "error", "no error at the end");
            Expect(Parse(events[^1].Data).GetProperty("response").GetProperty("status").GetString() == "failed", "not failed");
            var error = Parse(events[^2].Data);
            return new Verdict(Ending.StreamError, error.GetProperty("message").GetString()!, error.GetProperty("code").GetString());
        }

        protected override Verdict JudgeBody(JsonElement body)
        {
            Expect(body.GetProperty("status").GetString() is "completed" or "incomplete", "not completed");
            return new Verdict(Ending.Good);
        }

        protected override Verdict JudgeError(JsonElement body)
        {
            var error = body.GetProperty("error");
            Expect(error.GetProperty("type").GetString() is { Length: > 0 }, "an error without a type");
            return new Verdict(default, error.GetProperty("message").GetString()!, error.GetProperty("code").GetString());
        }
    }

    private sealed record AnthropicClient() : ClientDialect("anthropic-messages", "/v1/messages")
    {
        protected override string Members(string text) => $$"""
            "max_tokens":1024,"messages":[{"role":"user","content":"{{text}}"}]
            """;

        protected override Verdict JudgeStream(string text)
        {
            var events = Events(text);
            Expect(events.All(each => each.Name == Parse(each.Data).GetProperty("type").GetString()), "an event of another name");
            Expect(events.First(each => each.Name != "ping").Name is "message_start" or "error", "does not begin with message_start");
            if (events[^1].Name == "message_stop")
            {
                Expect(!events.Any(each => each.Name == "error"), "stopped although it failed");
                return new Verdict(Ending.Good);
            }

            Expect(!events.Any(each => each.Name == "message_stop") && events[^1].Name == "error", "no error at the end");
            return JudgeError(Parse(events[^1].Data)) with { Ending = Ending.StreamError };
        }

        protected override Verdict JudgeBody(JsonElement body)
        {
            Expect(body.GetProperty("type").GetString() == "message" && body.GetProperty("stop_reason").GetString() is { Length: > 0 }, "not stopped");
            return new Verdict(Ending.Good);
        }

        protected override Verdict JudgeError(JsonElement body)
        {
            Expect(body.GetProperty("type").GetString() == "error", "no error");
            var error = body.GetProperty("error");
            Expect(error.GetProperty("type").GetString() is { Length: > 0 }, "an error without a type");
            return new Verdict(default, error.GetProperty("message").GetString()!);
        }
    }
}
