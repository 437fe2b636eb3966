using Dragoman.Access.Tokens;
using Dragoman.Configuration;
using Dragoman.StandIn;

namespace Dragoman.Gateway.Tests.Access.Tokens;

/// <summary>A verifier with real connections to stand-in issuers, and a clock that the test moves.</summary>
internal sealed class VerifierUnderTest : IAsyncDisposable
{
    /// <summary>The first issuer's key in every test, because a new one takes as long as the rest of a test.</summary>
    public static readonly StandInKey Key = StandInKey.OfRsa("first");

    private static readonly ClaimRule Everyone = new([], Template("everyone"), null, []);

    private readonly CapturedLog log = new("tokens");
    private readonly List<StandInIssuer> issuers = [];

    private VerifierUnderTest()
    {
    }

    public ManualTimeProvider Clock { get; } = new();

    public StandInIssuer Issuer => issuers[0];

    public IReadOnlyList<StandInIssuer> Issuers => issuers;

    public TokenVerifier Verifier { get; private set; } = null!;

    /// <param name="change">Changes the settings of each issuer.</param>
    /// <param name="suffix">What the issuers have after their hosts.</param>
    /// <param name="count">How many issuers there are.</param>
    public static async Task<VerifierUnderTest> StartAsync(Func<IssuerSettings, IssuerSettings>? change = null, string suffix = "", int count = 1)
    {
        var test = new VerifierUnderTest();
        while (test.issuers.Count < count)
            test.issuers.Add(await StandInIssuer.StartAsync(test.Clock, suffix, test.issuers.Count == 0 ? Key : null));
        var settings = test.issuers.Select(issuer => new IssuerSettings(issuer.Issuer, [issuer.Audience, "second"], [Everyone])).Select(change ?? (same => same));
        test.Verifier = new TokenVerifier([.. settings], TokenVerifier.CreateConnections(), test.Clock, test.log.CreateLogger("tokens"));
        return test;
    }

    public static ClaimTemplate Template(string text) => ClaimTemplate.TryParse(text, out var template) ? template : throw new ArgumentException(text);

    public async Task<VerifiedToken> VerifyAsync(string token) => await Verifier.VerifyAsync(token, CancellationToken.None);

    public async Task<TokenIdentity> AcceptAsync(string token)
    {
        var verified = await VerifyAsync(token);
        Assert.True(verified.IsAccepted, $"{verified.Refusal?.Fault}: {verified.Refusal?.Detail}");
        return verified.Identity;
    }

    public async Task<string> RefuseAsync(string token, TokenFault fault)
    {
        var verified = await VerifyAsync(token);
        Assert.False(verified.IsAccepted, "the token was accepted");
        Assert.Equal((fault, verified.Refusal.Detail), (verified.Refusal.Fault, verified.Refusal.Detail));
        Assert.DoesNotContain(verified.Refusal.Detail, char.IsControl);
        Assert.Equal(fault == TokenFault.IssuerAway, verified.Refusal.IsTemporary);
        // The header is public, but no part of the signed rest may be repeated.
        foreach (var part in token.Split('.').Skip(1).Where(part => part.Length > 20))
            Assert.DoesNotContain(part, verified.Refusal.Detail, StringComparison.Ordinal);
        return verified.Refusal.Detail;
    }

    /// <summary>The next line of the log.</summary>
    public Task<string> NextLineAsync() => log.NextAsync();

    public async ValueTask DisposeAsync()
    {
        Verifier.Dispose();
        foreach (var issuer in issuers)
            await issuer.DisposeAsync();
        log.Dispose();
    }
}
