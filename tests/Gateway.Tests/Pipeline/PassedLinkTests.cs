using System.Net;
using Dragoman.Configuration;
using Dragoman.Pipeline.Downloads;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>
/// Links in requests to a provider on this machine, which would fetch them itself. Whatever carries a link, and whether it is
/// passed through or translated, it never leads to an address that is not public.
/// </summary>
public sealed class PassedLinkTests
{
    private const string Inner = "http://127.0.0.1:9/secret.png";

    /// <summary>A link that is never opened: it is rejected or only checked.</summary>
    private const string Outer = "https://93.184.215.14/a.png";

    private static readonly (string Name, string Options)[] Servers =
    [
        ("openai", """{"server":"generic"}"""), ("openai", """{"server":"vllm"}"""), ("openai", """{"server":"mistralrs"}"""), ("openai", """{"server":"lmstudio"}"""),
        ("openai", """{"server":"ollama"}"""), ("openai", """{"server":"generic","responses":true}"""), ("anthropic", "{}"), ("mistral", "{}"), ("gemini", "{}"),
    ];

    /// <summary>The places in which a link may be: the client's path, and the request's members besides the model.</summary>
    private static readonly (string Name, string Path, string Members)[] Carriers =
    [
        ("chat picture", "/v1/chat/completions", """ "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"LINK"}}]}] """),
        ("chat bare picture", "/v1/chat/completions", """ "messages":[{"role":"user","content":[{"type":"image_url","image_url":"LINK"}]}] """),
        ("chat tool result", "/v1/chat/completions", """
            "messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c","content":[{"type":"image_url","image_url":{"url":"LINK"}}]}]
            """),
        ("responses picture", "/v1/responses", """ "input":[{"role":"user","content":[{"type":"input_image","image_url":"LINK"}]}] """),
        ("responses file", "/v1/responses", """ "input":[{"role":"user","content":[{"type":"input_file","file_url":"LINK"}]}] """),
        ("responses tool result", "/v1/responses", """
            "input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"LINK"}]}]
            """),
        ("messages picture", "/v1/messages", """ "max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"LINK"}}]}] """),
        ("messages document", "/v1/messages", """ "max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"LINK"}}]}] """),
        ("messages nested document", "/v1/messages", """
            "max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"content","content":[{"type":"image","source":{"type":"url","url":"LINK"}}]}}]}]
            """),
        ("messages tool result", "/v1/messages", """
            "max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[{"type":"image","source":{"type":"url","url":"LINK"}}]}]}]
            """),
    ];

    /// <summary>Members that the gateway does not read, but passes through to a provider of the client's own family. Their links are checked all the same.</summary>
    private static readonly (string Provider, string Options, string Path, string Members)[] Unread =
    [
        ("openai", """{"server":"generic"}""", "/v1/chat/completions", """ "messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","file_url":"LINK"}}]}] """),
        ("openai", """{"server":"vllm"}""", "/v1/chat/completions", """ "messages":[{"role":"user","content":"q","video_url":{"url":"LINK"}}] """),
        ("openai", """{"server":"vllm"}""", "/v1/chat/completions", """ "messages":[{"role":"user","content":"q"}],"images":["x","LINK"] """),
        ("openai", """{"server":"generic"}""", "/v1/chat/completions", """ "messages":[{"role":"user","content":"q","\u0069mage_\u0075rl":"LINK"}] """),
        ("openai", """{"server":"generic"}""", "/v1/completions", """ "prompt":"q","image_url":"LINK" """),
        ("openai", """{"server":"generic","responses":true}""", "/v1/responses", """ "input":[{"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot","image_url":"LINK"}}] """),
        ("openai", """{"server":"generic","responses":true}""", "/v1/responses", """ "input":"q","tools":[{"type":"mcp","server_label":"x","server_url":"LINK"}] """),
        ("anthropic", "{}", "/v1/messages", """ "max_tokens":9,"messages":[{"role":"user","content":"q"}],"mcp_servers":[{"type":"url","name":"x","url":"LINK"}] """),
        ("anthropic", "{}", "/v1/messages", """
            "max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"LINK"}}]}],"tools":[{"type":"web_search_20250305","name":"web_search"}]
            """),
    ];

    private static readonly string[] Spellings = ["http://127.0.0.1:9/a.png", @"http:\/\/127.0.0.1:9\/a.png", @"\u0068ttp\u003a//127.0.0.1:9/a.png", "HTTP://127.0.0.1:9/a.png", "http://[::ffff:169.254.169.254]/a.png"];

    public static TheoryData<string, string, string> All
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var (provider, options) in Servers)
            {
                foreach (var carrier in Carriers)
                    all.Add(provider, options, carrier.Name);
            }

            return all;
        }
    }

    public static TheoryData<int> UnreadOnes => [.. Enumerable.Range(0, Unread.Length)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task No_inner_link_reaches_a_provider_that_stands_inside(string provider, string options, string carrier)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider, options: options);
        foreach (var spelling in Spellings)
            Assert.NotEmpty(await RefusedAsync(gateway, carrier, spelling));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_gateway_that_fetches_nothing_lets_no_link_pass_to_it(string provider, string options, string carrier)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider, options: options, access: """{"downloads":"none"}""");
        Assert.NotEmpty(await RefusedAsync(gateway, carrier, Outer));
    }

    [Theory]
    [InlineData("chat picture", "openai", """{"server":"generic"}""")]
    [InlineData("chat tool result", "openai", """{"server":"vllm"}""")]
    [InlineData("responses file", "openai", """{"server":"generic","responses":true}""")]
    [InlineData("chat picture", "mistral", "{}")]
    public async Task Where_links_may_lead_anywhere_they_pass_as_they_are(string carrier, string provider, string options)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider, options: options, access: """{"downloads":"any"}""");
        var (path, body) = Request(carrier, Inner);
        await gateway.PostAsync(path, body);
        Assert.Contains(Inner, Assert.Single(gateway.First.Bodies), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(UnreadOnes))]
    public async Task A_link_that_the_gateway_does_not_read_is_checked_all_the_same(int index)
    {
        var (provider, options, path, members) = Unread[index];
        await using var gateway = await GatewayUnderTest.StartAsync(provider, options: options);
        foreach (var spelling in Spellings)
        {
            var (status, answer, _) = await gateway.PostAsync(path, $$"""{"model":"m",{{members.Replace("LINK", spelling, StringComparison.Ordinal)}}}""");
            Assert.True(status == HttpStatusCode.BadRequest && answer.Contains("not public", StringComparison.Ordinal), answer);
        }

        Assert.Empty(gateway.First.Bodies);
        await gateway.PostAsync(path, $$"""{"model":"m",{{members.Replace("LINK", Outer, StringComparison.Ordinal)}}}""");
        Assert.Contains(Outer, Assert.Single(gateway.First.Bodies), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """ "messages":[{"role":"user","content":"http://127.0.0.1:9/ is down, see https://192.168.1.1/x?url=http://10.0.0.1"}] """)]
    [InlineData("/v1/chat/completions", """ "messages":[{"role":"user","content":"http://127.0.0.1:9/"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"url":{"type":"string","default":"http://127.0.0.1"}}}}}] """)]
    [InlineData("/v1/chat/completions", """
        "messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"url\":\"http://127.0.0.1\"}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]
        """)]
    public async Task Words_about_inner_addresses_are_no_links(string path, string members)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{"server":"generic"}""");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (status, answer, _) = await gateway.PostAsync(path, $$"""{"model":"m",{{members}}}""");
        Assert.True(status == HttpStatusCode.OK, answer);
    }

    [Fact]
    public async Task The_arguments_of_a_call_are_no_links_in_Anthropics_blocks_either()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("anthropic");
        const string members = """
            "max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{"url":"http://127.0.0.1:9/"}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"ok"}]}]
            """;
        await gateway.PostAsync("/v1/messages", $$"""{"model":"m",{{members}}}""");
        Assert.Single(gateway.First.Bodies);
    }

    [Theory]
    [InlineData("messages picture", "anthropic", "{}")]
    [InlineData("messages tool result", "anthropic", "{}")]
    public async Task A_count_of_tokens_passes_no_inner_link_either(string carrier, string provider, string options)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider, options: options);
        var (path, body) = Request(carrier, Inner);
        var (status, answer, _) = await gateway.PostAsync(path + "/count_tokens", body);
        Assert.True(status == HttpStatusCode.BadRequest, answer);
        Assert.Empty(gateway.First.Bodies);
    }

    [Theory]
    [InlineData("https://api.example.com/v1/", "93.184.215.14", DownloadPolicy.Public, false)]
    [InlineData("https://api.example.com/v1/", "10.0.0.1", DownloadPolicy.Public, true)]
    [InlineData("https://api.example.com/v1/", "10.0.0.1", DownloadPolicy.None, true)]
    [InlineData("https://api.example.com/v1/", "10.0.0.1", DownloadPolicy.Any, false)]
    [InlineData("http://localhost:8000/v1/", "127.0.0.1", DownloadPolicy.Public, true)]
    [InlineData("http://[::1]:8000/v1/", null, DownloadPolicy.Public, true)]
    [InlineData("http://192.168.1.1/v1/", null, DownloadPolicy.Public, true)]
    [InlineData("http://8.8.8.8/v1/", null, DownloadPolicy.Public, false)]
    public async Task A_provider_stands_where_its_name_leads(string server, string? address, DownloadPolicy policy, bool isInside)
    {
        var asked = 0;
        var clock = new ManualTimeProvider();
        using var downloads = new MediaDownloads(policy, 1000, clock, (_, _) =>
        {
            asked++;
            return Task.FromResult<IPAddress[]>([IPAddress.Parse(address!)]);
        });
        Assert.Equal(isInside, await downloads.IsInsideAsync(new Uri(server), default));
        Assert.Equal(isInside, await downloads.IsInsideAsync(new Uri(server), default));
        Assert.Equal(address is null || policy == DownloadPolicy.Any ? 0 : 1, asked);
        clock.Advance(TimeSpan.FromMinutes(2));
        await downloads.IsInsideAsync(new Uri(server), default);
        Assert.Equal(address is null || policy == DownloadPolicy.Any ? 0 : 2, asked);
    }

    [Fact]
    public async Task A_provider_whose_name_cannot_be_looked_up_may_stand_anywhere()
    {
        using var downloads = new MediaDownloads(DownloadPolicy.Public, 1000, TimeProvider.System, (_, _) => throw new System.Net.Sockets.SocketException());
        Assert.True(await downloads.IsInsideAsync(new Uri("https://api.example.com/"), default));
    }

    private static async Task<string> RefusedAsync(GatewayUnderTest gateway, string carrier, string link)
    {
        var (path, body) = Request(carrier, link);
        var (status, answer, _) = await gateway.PostAsync(path, body);
        Assert.True(status == HttpStatusCode.BadRequest, answer);
        Assert.Empty(gateway.First.Bodies);
        return answer;
    }

    private static (string Path, string Body) Request(string carrier, string link)
    {
        var (_, path, members) = Carriers.Single(each => each.Name == carrier);
        return (path, $$"""{"model":"m",{{members.Replace("LINK", link, StringComparison.Ordinal)}}}""");
    }
}
