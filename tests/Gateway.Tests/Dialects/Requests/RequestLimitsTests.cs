using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.Requests;
using Dragoman.Gateway.Tests.Matrix;
using static Dragoman.Gateway.Tests.Growth.RequestShapes;

namespace Dragoman.Gateway.Tests.Dialects.Requests;

public sealed class RequestLimitsTests
{
    private const string Hi = """{"role":"user","content":"hi"}""";

    /// <summary>The client, the member in the error, the limit, and the body's writer.</summary>
    private static readonly IReadOnlyList<(string Client, string Field, int Most, Func<int, string> Body)> Bounded =
    [
        ("chat", "", RequestLimits.MostMembers, n => $$"""{"model":"m","messages":[{{Hi}}],{{Repeat(n - 2, i => $"\"x{i}\":1")}} }"""),
        ("ollama chat", "options", RequestLimits.MostMembers, n => $$"""{"model":"m","messages":[{{Hi}}],"options":{ {{Repeat(n, i => $"\"x{i}\":1")}} } }"""),
        ("responses", "input[0]", RequestLimits.MostMembers, n => $$"""{"model":"m","input":[{"role":"user","content":"hi",{{Repeat(n - 2, i => $"\"x{i}\":1")}} }]}"""),
        ("chat", "messages", RequestLimits.MostElements, n => $$"""{"model":"m","messages":[{{Repeat(n, _ => Hi)}}]}"""),
        ("responses", "input", RequestLimits.MostElements, n => $$"""{"model":"m","input":[{{Repeat(n, _ => Hi)}}]}"""),
        ("messages", "messages", RequestLimits.MostElements, n => $$"""{"model":"m","max_tokens":5,"messages":[{{Repeat(n, _ => Hi)}}]}"""),
        ("messages", "messages[0].content", RequestLimits.MostElements, n => $$"""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{{Repeat(n, _ => "{\"type\":\"text\",\"text\":\"a\"}")}}]}]}"""),
        ("ollama chat", "messages", RequestLimits.MostElements, n => $$"""{"model":"m","messages":[{{Repeat(n, _ => Hi)}}]}"""),
        ("ollama generate", "images", RequestLimits.MostElements, n => $$"""{"model":"m","prompt":"hi","images":[{{Repeat(n, _ => "\"iVBORw0KGgo=\"")}}]}"""),
        ("chat", "tools", RequestLimits.MostTools, n => $$$"""{"model":"m","messages":[{{{Hi}}}],"tools":[{{{Repeat(n, i => $"{{\"type\":\"function\",\"function\":{{\"name\":\"t{i}\"}}}}")}}}]}"""),
        ("messages", "tools", RequestLimits.MostTools, n => $$"""{"model":"m","max_tokens":5,"messages":[{{Hi}}],"tools":[{{Repeat(n, i => $"{{\"name\":\"t{i}\",\"input_schema\":{{\"type\":\"object\"}}}}")}}]}"""),
        ("responses", "tools", RequestLimits.MostTools, n => $$"""{"model":"m","input":"hi","tools":[{{Repeat(n, i => $"{{\"type\":\"function\",\"name\":\"t{i}\"}}")}}]}"""),
        ("ollama chat", "tools", RequestLimits.MostTools, n => $$$"""{"model":"m","messages":[{{{Hi}}}],"tools":[{{{Repeat(n, i => $"{{\"type\":\"function\",\"function\":{{\"name\":\"t{i}\"}}}}")}}}]}"""),
        ("chat", "messages", RequestLimits.MostParts, n => $$"""{"model":"m","messages":[{{Parts(n)}}]}"""),
        ("chat", "stop", RequestLimits.MostStopSequences, n => $$"""{"model":"m","messages":[{{Hi}}],"stop":[{{Repeat(n, i => $"\"s{i}\"")}}]}"""),
        ("messages", "stop_sequences", RequestLimits.MostStopSequences, n => $$"""{"model":"m","max_tokens":5,"messages":[{{Hi}}],"stop_sequences":[{{Repeat(n, i => $"\"s{i}\"")}}]}"""),
        ("ollama chat", "options.stop", RequestLimits.MostStopSequences, n => $$"""{"model":"m","messages":[{{Hi}}],"options":{"stop":[{{Repeat(n, i => $"\"s{i}\"")}}]} }"""),
        ("ollama generate", "options.stop", RequestLimits.LongestStopSequences, n => $$"""{"model":"m","prompt":"hi","options":{"stop":["{{new string('s', n - 3)}}","abc"]} }"""),
        ("completions", "prompt", RequestLimits.MostPrompts, n => $$"""{"model":"m","prompt":[{{Repeat(n, _ => "\"p\"")}}]}"""),
    ];

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            for (var index = 0; index < Bounded.Count; index++)
                cases.Add(index, $"{Bounded[index].Most} of {Bounded[index].Client} {Bounded[index].Field}");
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_more_than_is_taken_is_refused_by_its_member(int index, string name)
    {
        var (client, field, most, body) = Bounded[index];
        var dialect = ClientDialect.Named(client).Dialect;
        RequestLimits.Check(dialect.Read(body(most)));
        var error = Assert.Throws<GatewayException>(() => RequestLimits.Check(dialect.Read(body(most + 1)))).Error;
        Assert.Equal((name, field, 400), (name, error.Field ?? "", dialect.Errors.StatusOf(error)));
        Assert.Contains("at most ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{most}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_texts_than_are_embedded_at_once_are_refused()
    {
        string Body(int count) => $$"""{"model":"m","input":[{{Repeat(count, _ => "\"a\"")}}]}""";
        Assert.Equal(RequestLimits.MostInputs, OllamaEmbeddings.ReadEmbed(Json.Parse(Body(RequestLimits.MostInputs))).Inputs.Count);
        var error = Assert.Throws<GatewayException>(() => OllamaEmbeddings.ReadEmbed(Json.Parse(Body(RequestLimits.MostInputs + 1)))).Error;
        Assert.Equal(("input", 400), (error.Field, error.Status));
    }

    /// <summary>Content that is not read does not count: the client's JSON that is forwarded, and tokens that no provider accepts.</summary>
    [Theory]
    [InlineData("chat", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"x-of-ours\":{MEMBERS}}}}]")]
    [InlineData("ollama generate", "\"context\":[NUMBERS]")]
    public void What_is_only_carried_has_no_such_limit(string client, string members)
    {
        var count = RequestLimits.MostMembers + 1;
        var json = new StringBuilder("""{"model":"m",""")
            .Append(client == "chat" ? $"\"messages\":[{Hi}]," : "\"prompt\":\"hi\",")
            .Append(members)
            .Append('}')
            .Replace("MEMBERS", Repeat(count, i => $"\"k{i}\":\"v\""))
            .Replace("NUMBERS", Repeat(count, _ => "1"));
        RequestLimits.Check(ClientDialect.Named(client).Dialect.Read(json.ToString()));
    }

    /// <summary>Messages of parts, none of which is too long.</summary>
    private static string Parts(int count)
    {
        const int each = 50_000;
        return Repeat((count + each - 1) / each, message =>
            $$"""{"role":"user","content":[{{Repeat(Math.Min(each, count - (message * each)), _ => "{\"type\":\"text\",\"text\":\"a\"}")}}]}""");
    }
}
