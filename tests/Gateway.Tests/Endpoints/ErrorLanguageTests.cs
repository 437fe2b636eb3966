using System.Net;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Gateway.Tests.Administration;
using Dragoman.Gateway.Tests.WebSockets;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Endpoints;

public sealed class ErrorLanguageTests
{
    private const string Ask = """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""";

    [Theory]
    [InlineData("/api/chat", "de-DE", "Zu viele Anfragen warten bereits auf den Rest des Budgets.", "de")]
    [InlineData("/v1/chat/completions", "de", "Zu viele Anfragen warten bereits auf den Rest des Budgets.", "de")]
    [InlineData("/v1/messages", "de, en;q=0.5", "Zu viele Anfragen warten bereits auf den Rest des Budgets.", "de")]
    [InlineData("/v1/messages", "fr", "Too many requests wait for what is left of the budget.", "en")]
    [InlineData("/v1/messages", null, "Too many requests wait for what is left of the budget.", "en")]
    public async Task A_client_reads_an_error_in_its_language(string path, string? language, string message, string told)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            policy: new KnownCaller(_ => throw new GatewayException(new GatewayError(ErrorKind.Overloaded, BudgetText.Crowded))));
        var (answer, body) = await PostAsync(gateway, path, "{}", language);
        Assert.Contains(message, body, StringComparison.Ordinal);
        Assert.Equal(told, Assert.Single(answer.Content.Headers.ContentLanguage));
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"m","n":0,"messages":[{"role":"user","content":"hi"}]}""", "n must be between 1 and 128, not 0", "n muss zwischen 1 und 128 liegen, nicht bei 0")]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[{"role":"king","content":"hi"}]}""", "messages[0].role must be system, developer, user, assistant or tool, not \"king\"", "messages[0].role muss system, developer, user, assistant oder tool sein, nicht „king“")]
    [InlineData("/v1/chat/completions", """{"model":7,"messages":[{"role":"user","content":"hi"}]}""", "model must be a string, not a number", "model muss eine Zeichenkette sein, nicht eine Zahl")]
    [InlineData("/v1/chat/completions", "[]", "the request body must be an object, not an array", "der Body der Anfrage muss ein Objekt sein, nicht eine Liste")]
    [InlineData("/v1/responses", """{"model":"m","conversation":"c","input":"hi"}""", "conversation is not supported: this gateway keeps no conversations. Send the earlier items in input instead.", "conversation wird nicht unterstützt: Dieses Gateway bewahrt keine Unterhaltungen auf. Stattdessen gehen die früheren Einträge in input.")]
    [InlineData("/v1/messages", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""", "max_tokens is required", "max_tokens fehlt")]
    [InlineData("/api/chat", """{"model":"m","keep_alive":"soon","messages":[{"role":"user","content":"hi"}]}""", "keep_alive must be a number of seconds or a duration such as \"5m\", not \"soon\"", "keep_alive muss eine Anzahl von Sekunden oder eine Dauer wie „5m“ sein, nicht „soon“")]
    public async Task So_are_mistakes_in_a_request(string path, string request, string english, string german)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Assert.Equal(english, MessageIn((await PostAsync(gateway, path, request, null)).Body));
        var (answer, body) = await PostAsync(gateway, path, request, "de-AT");
        Assert.Equal(german, MessageIn(body));
        Assert.Equal("de", Assert.Single(answer.Content.Headers.ContentLanguage));
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"nope","messages":[{"role":"user","content":"hi"}]}""", "model 'nope' not found")]
    [InlineData("/v1/messages", """{"model":"nope","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""", "model 'nope' not found")]
    [InlineData("/api/embed", """{"model":"nope","input":"hi"}""", "model \"nope\" not found, try pulling it first")]
    [InlineData("/api/show", "{}", "model is required")]
    public async Task What_clients_compare_is_in_English_for_everybody(string path, string request, string message)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (answer, body) = await PostAsync(gateway, path, request, "de");
        Assert.Equal(message, MessageIn(body));
        Assert.Empty(answer.Content.Headers.ContentLanguage);
    }

    [Fact]
    public async Task What_a_provider_says_is_passed_on_as_it_is()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 400, "application/json", """{"message":"Not with this model."}""");
        var (answer, body) = await PostAsync(gateway, "/v1/chat/completions", Ask, "de");
        Assert.Equal("Not with this model.", MessageIn(body));
        Assert.Empty(answer.Content.Headers.ContentLanguage);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 500, "text/html", "");
        Assert.Equal("Der Provider hat mit dem Status 500 geantwortet.", MessageIn((await PostAsync(gateway, "/v1/chat/completions", Ask, "de")).Body));
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    [InlineData("/v1/responses")]
    [InlineData("/api/chat")]
    public async Task A_stream_that_breaks_off_says_so_in_the_language_of_its_reader(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("a"));
        var request = path == "/v1/responses" ? """{"model":"m","stream":true,"input":"hi"}""" : Ask[..^1] + ",\"stream\":true}";
        Assert.Contains("The provider's answer ended before it was complete.", Unescaped((await PostAsync(gateway, path, request, null)).Body), StringComparison.Ordinal);
        Assert.Contains("Die Antwort des Providers endete, bevor sie vollständig war.", Unescaped((await PostAsync(gateway, path, request, "de")).Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_messages_of_a_WebSocket_are_in_the_language_of_its_handshake()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await MessageClient.ConnectAsync(gateway, "/v1/chat/completions", language: "de");
        await client.SendAsync("""{"type":"nope"}""");
        Assert.Contains("type muss cancel sein oder in einer Anfrage fehlen, nicht „nope“", Unescaped((await client.ReceiveAsync()).GetRawText()), StringComparison.Ordinal);
        await client.SendAsync("""{"model":"m","n":0,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Contains("n muss zwischen 1 und 128 liegen, nicht bei 0", Unescaped((await client.ReceiveAsync()).GetRawText()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problems_of_the_administration_are_translated_whole()
    {
        await using var admin = AdminUnderTest.Open();
        await using var gateway = await GatewayUnderTest.StartAsync(policy: new KnownCaller(_ => AdminUnderTest.Admin.Caller));
        gateway.Administration = admin.Api;
        var (answer, body) = await PostAsync(gateway, "/dragoman/teams", """{"id":"?","limits":7}""", "de");
        Assert.Equal((HttpStatusCode.BadRequest, "de"), (answer.StatusCode, Assert.Single(answer.Content.Headers.ContentLanguage)));
        var problem = GatewayUnderTest.Json(body);
        Assert.Equal("Die Anfrage ist ungültig", problem.GetProperty("title").GetString());
        Assert.Equal("urn:dragoman:problem:invalid-request", problem.GetProperty("type").GetString());
        Assert.StartsWith("Es sind 2 Fehler; errors zählt sie auf. Der erste: /id muss aus 1 bis 63 der Zeichen", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("muss ein Objekt oder null sein, nicht 7", problem.GetProperty("errors")[1].GetProperty("detail").GetString());
    }

    private static async Task<(HttpResponseMessage Answer, string Body)> PostAsync(GatewayUnderTest gateway, string path, string body, string? language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (language is not null)
            request.Headers.Add("Accept-Language", language);
        var answer = await gateway.Client.SendAsync(request);
        return (answer, await answer.Content.ReadAsStringAsync());
    }

    private static string? MessageIn(string body)
    {
        var error = GatewayUnderTest.Json(body).GetProperty("error");
        return error.ValueKind == JsonValueKind.String ? error.GetString() : error.GetProperty("message").GetString();
    }

    /// <summary>JSON may write a letter beyond ASCII as an escape.</summary>
    private static string Unescaped(string json) => System.Text.RegularExpressions.Regex.Replace(
        json, @"\\u([0-9a-fA-F]{4})", static escape => ((char)Convert.ToInt32(escape.Groups[1].Value, 16)).ToString());
}
