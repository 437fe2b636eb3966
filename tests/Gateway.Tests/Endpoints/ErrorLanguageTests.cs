using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Endpoints;

public sealed class ErrorLanguageTests
{
    [Theory]
    [InlineData("/api/chat", "de-DE", "Zu viele Anfragen warten bereits auf den Rest des Budgets.", "de")]
    [InlineData("/v1/chat/completions", "de", "Zu viele Anfragen warten bereits auf den Rest des Budgets.", "de")]
    [InlineData("/v1/messages", "de, en;q=0.5", "Zu viele Anfragen warten bereits auf den Rest des Budgets.", "de")]
    [InlineData("/v1/messages", "fr", "Too many requests wait for what is left of the budget.", "en")]
    [InlineData("/v1/messages", null, "Too many requests wait for what is left of the budget.", "en")]
    public async Task A_client_reads_an_error_in_its_language(string path, string? language, string message, string told)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            policy: new KnownCaller(_ => throw new GatewayException(GatewayError.InWords(ErrorKind.Overloaded, locale => locale.Text(TextId.BudgetCrowded)))));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("{}") };
        if (language is not null)
            request.Headers.Add("Accept-Language", language);
        using var answer = await gateway.Client.SendAsync(request);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(told, Assert.Single(answer.Content.Headers.ContentLanguage));
    }
}
