using Dragoman.Secrets;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Secrets;

public sealed class CredentialShapesTests
{
    [Theory]
    [InlineData("Permission denied: Consumer 'api_key:AIzaSyA-1234567890' has been suspended.", "Permission denied: Consumer 'api_key:[redacted]' has been suspended.")]
    [InlineData("Consumer 'api_key:not-so-secret' has been suspended.", "Consumer 'api_key:[redacted]' has been suspended.")]
    [InlineData("Incorrect API key provided: sk-ab***********************cdef. You can find yours.", "Incorrect API key provided: [redacted]. You can find yours.")]
    [InlineData("Incorrect API key provided: 0123abcd4567.", "Incorrect API key provided: [redacted].")]
    [InlineData("sent \"Authorization: Bearer abcdef0123456789\" to", "sent \"Authorization: Bearer [redacted]\" to")]
    [InlineData("{\"x-api-key\":\"abcdefghij\"}", "{\"x-api-key\":\"[redacted]\"}")]
    [InlineData("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted]")]
    [InlineData("?api_key=abcdefgh1&x=1", "?api_key=[redacted]&x=1")]
    [InlineData("token eyJhbGciOi.eyJzdWIiOi.c2ln rejected", "token [redacted] rejected")]
    [InlineData("(dgm_0123456789abcdef)", "([redacted])")]
    [InlineData("gsk_12345678 and xai-12345678", "[redacted] and [redacted]")]
    public void What_looks_like_a_credential_is_taken_out(string text, string expected) => Assert.Equal(expected, CredentialShapes.Clean(text));

    [Theory]
    [InlineData("The model gpt-5 does not exist.")]
    [InlineData("max_tokens: 123456789 is more than the token limit")]
    [InlineData("Use bearer authentication, or an API key.")]
    [InlineData("sk-learn is no model; nor is task-12345678, nor risk-123456789")]
    [InlineData("Invalid API key. Please pass a valid one: see https://provider.test/docs/keys")]
    [InlineData("api_key: 1234567890123")]
    [InlineData("password: none")]
    [InlineData("Your API key does not have access to model m")]
    [InlineData("")]
    public void A_text_about_something_else_stays_as_it_is(string text) => Assert.Same(text, CredentialShapes.Clean(text));

    [Fact]
    public void Whatever_the_text_is_the_rest_of_it_stays()
    {
        var pieces = Gen.Elements("sk-", "AIza", "bearer ", "Bearer", "api_key", ":", "=", " ", "\"", "12345678", "abcdefgh", ".", "…", "Authorization", "é", "\n").ListOf().Select(string.Concat);
        Generated.Check(pieces, 5000, text =>
        {
            var clean = CredentialShapes.Clean(text);
            var rest = text.AsSpan();
            foreach (var kept in clean.Split(CredentialScrub.Replacement))
            {
                var at = rest.IndexOf(kept, StringComparison.Ordinal);
                Assert.True(at >= 0, clean);
                rest = rest[(at + kept.Length)..];
            }
        });
    }

    [Theory]
    [InlineData("sk-")]
    [InlineData("bearer ")]
    [InlineData("api_key:1")]
    [InlineData("password=. ")]
    [InlineData("authorization")]
    [InlineData("sk-.....")]
    public void Time_grows_with_the_length_and_no_faster(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        var started = System.Diagnostics.Process.GetCurrentProcess().UserProcessorTime;
        Assert.NotEmpty(CredentialShapes.Clean(text));
        Assert.True(System.Diagnostics.Process.GetCurrentProcess().UserProcessorTime - started < TimeSpan.FromSeconds(20));
    }
}
