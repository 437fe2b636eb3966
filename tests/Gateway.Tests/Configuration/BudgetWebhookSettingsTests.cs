using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

public sealed class BudgetWebhookSettingsTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("https://hooks.example.com/a?b=c")]
    [InlineData("http://127.0.0.1:8080/")]
    public void A_url_and_a_secret_are_read(string url)
    {
        var webhook = Read($$"""{ "url": "{{url}}", "secret": "env:HOOK" }""")!;
        Assert.Equal((url, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), (webhook.Url.AbsoluteUri, Convert.ToBase64String(BudgetWebhookSettings.KeyOf(webhook.Secret.Value!)!)));
    }

    [Theory]
    [InlineData("{}", "/url is required: the URL that gets the messages; allowed: an https URL")]
    [InlineData("""{ "url": "https://a" }""", "/secret is required: the key of the signatures; allowed: whsec_ and 24 to 64 bytes in base64")]
    [InlineData("""{ "url": "http://hooks.example.com", "secret": "env:HOOK" }""", "/url must be an https URL of visible ASCII characters without user and fragment; http is allowed for this machine's own addresses")]
    [InlineData("""{ "url": "https://u:p@hooks.example.com", "secret": "env:HOOK" }""", "/url must be an https URL")]
    [InlineData("""{ "url": "https://a", "secret": "hunter2-hunter2" }""", "/secret is no key of signatures; allowed: whsec_ and 24 to 64 bytes in base64")]
    [InlineData("""{ "url": "https://a", "secret": "whsec_aHVudGVyMg==" }""", "/secret is no key of signatures; allowed: whsec_ and 24 to 64 bytes in base64")]
    [InlineData("""{ "url": "https://a", "secret": "whsec_hunter2!" }""", "/secret is no key of signatures; allowed: whsec_ and 24 to 64 bytes in base64")]
    [InlineData("""{ "url": "https://a", "secret": "env:NOT_THERE" }""", "/secret environment variable NOT_THERE is not set")]
    public void A_mistake_is_told_without_the_secret(string webhook, string mistake)
    {
        var mistakes = Assert.Throws<ConfigurationException>(() => Read(webhook)).Mistakes;
        Assert.Contains(mistakes, each => each.StartsWith("test: /budgets/webhook" + mistake, StringComparison.Ordinal));
        Assert.DoesNotContain(mistakes, each => each.Contains("hunter2", StringComparison.Ordinal));
    }

    private static BudgetWebhookSettings? Read(string webhook) =>
        ConfigurationReader.Read($$"""{ "budgets": { "webhook": {{webhook}} } }""", "test", new Dictionary<string, string> { ["HOOK"] = Secret }).Budgets.Webhook;
}
