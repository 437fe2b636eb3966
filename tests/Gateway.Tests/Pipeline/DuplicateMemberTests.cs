using System.Net;
using System.Text.RegularExpressions;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>A request that is passed through is the request that was read: no member occurs twice, because another reader might use the other value.</summary>
public sealed partial class DuplicateMemberTests
{
    private const string Chat = """{"model":"m","stream":false,"max_tokens":5,"n":1,"messages":[{"role":"user","content":[{"type":"text","text":"q"}]}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"stream_options":null}""";
    private const string Completions = """{"model":"m","prompt":"q","max_tokens":5,"stream":false}""";
    private const string Responses = """{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"q"}]}],"max_output_tokens":50,"stream":false,"tools":[{"type":"function","name":"f","parameters":{}}]}""";
    private const string Messages = """{"model":"m","max_tokens":5,"stream":false,"system":"s","messages":[{"role":"user","content":[{"type":"text","text":"q"}]}],"tools":[{"name":"f","input_schema":{}}]}""";

    public static TheoryData<string, string, string> Lanes => new()
    {
        { "/v1/chat/completions", "openai", Chat },
        { "/v1/completions", "openai", Completions },
        { "/v1/responses", "openai", Responses },
        { "/v1/messages", "anthropic", Messages },
    };

    [Theory]
    [MemberData(nameof(Lanes))]
    public async Task No_member_passes_twice_in_whatever_case(string path, string provider, string body)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider, options: provider == "openai" ? """{"server":"generic","responses":true}""" : "{}", access: """{"downloads":"any"}""");
        await gateway.PostAsync(path, body);
        Assert.Single(gateway.First.Bodies);
        var names = Member().Matches(body);
        Assert.True(names.Count > 3);
        foreach (Match match in names)
        {
            var name = match.Groups[1].Value;
            // An object without fixed members may hold anything.
            if (name is "parameters" or "input_schema")
                continue;
            foreach (var twin in (string[])[name, name.ToUpperInvariant(), $"\\u{(int)name[0]:x4}{name[1..]}"])
            {
                var twice = body.Insert(match.Index, $"\"{twin}\":null,");
                var (status, answer, _) = await gateway.PostAsync(path, twice);
                Assert.True(status == HttpStatusCode.BadRequest && answer.Contains(name, StringComparison.Ordinal), $"{twice} {answer}");
            }
        }

        Assert.Single(gateway.First.Bodies);
    }

    [Fact]
    public async Task What_follows_the_request_does_not_pass()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{"server":"generic"}""");
        await gateway.PostAsync("/v1/chat/completions", Chat + """ {"messages":[{"role":"user","content":"sentinel"}]}""");
        Assert.DoesNotContain("sentinel", Assert.Single(gateway.First.Bodies), StringComparison.Ordinal);
    }

    [GeneratedRegex("\"([a-z_]+)\":")]
    private static partial Regex Member();
}
