using System.Text.Json.Nodes;
using Dragoman.Access.Directory;
using Dragoman.Access.Tokens;
using Dragoman.StandIn;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Tokens;

public class TokenVerifierTests
{
    [Fact]
    public async Task A_valid_token_says_who_calls()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var identity = await test.AcceptAsync(test.Issuer.Sign(("oid", "object-1")));
        Assert.Equal((test.Issuer.Issuer, "somebody", "everyone", "object-1"), (identity.Issuer, identity.Subject, identity.Team, identity.User));
        Assert.Empty(identity.Roles);
        Assert.Equal(test.Clock.GetUtcNow().AddHours(1), identity.ExpiresAt);
    }

    [Theory]
    [InlineData(256, null)]
    [InlineData(384, null)]
    [InlineData(521, null)]
    [InlineData(null, "RS256")]
    [InlineData(null, "RS384")]
    [InlineData(null, "RS512")]
    [InlineData(null, "PS256")]
    [InlineData(null, "PS384")]
    [InlineData(null, "PS512")]
    public async Task Every_algorithm_works(int? bits, string? algorithm)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var key = bits is null ? StandInKey.OfRsa("k") : StandInKey.OfCurve("k", bits.Value);
        test.Issuer.Rotate(key);
        var token = StandInIssuer.SignWith(key, test.Issuer.Claims().ToJsonString(), algorithm);
        await test.AcceptAsync(token);
        var parts = token.Split('.');
        Assert.Equal("its signature does not fit", await test.RefuseAsync($"{parts[0]}.{parts[1]}.{Flip(parts[2], 7)}", TokenFault.BadSignature));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(119, true)]
    [InlineData(120, false)]
    [InlineData(600, false)]
    public async Task A_token_expires_when_the_skew_is_over(int secondsAfterExpiry, bool accepted)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var token = test.Issuer.Sign(("nbf", null), ("exp", test.Clock.GetUtcNow().ToUnixTimeSeconds() - secondsAfterExpiry));
        if (accepted)
            await test.AcceptAsync(token);
        else
            Assert.StartsWith("expired at 2026-01-0", await test.RefuseAsync(token, TokenFault.Expired), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(120, true)]
    [InlineData(121, false)]
    [InlineData(600, false)]
    public async Task A_token_is_not_valid_before_its_time(int secondsUntilValid, bool accepted)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var token = test.Issuer.Sign(("nbf", test.Clock.GetUtcNow().ToUnixTimeSeconds() + secondsUntilValid));
        if (accepted)
            await test.AcceptAsync(token);
        else
            Assert.Equal($"is not valid before {test.Clock.GetUtcNow().AddSeconds(secondsUntilValid):u}", await test.RefuseAsync(token, TokenFault.NotYetValid));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_token_does_not_expire_before_it_is_valid(int secondsFromExpiryToValid, bool accepted)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var expiry = test.Clock.GetUtcNow().ToUnixTimeSeconds();
        var token = test.Issuer.Sign(("exp", expiry), ("nbf", expiry + secondsFromExpiryToValid));
        if (accepted)
            await test.AcceptAsync(token);
        else
            Assert.Equal("its exp is before its nbf", await test.RefuseAsync(token, TokenFault.NoLifetime));
        // The skew alone keeps it alive.
        Assert.Equal(0, test.Verifier.Remembered);
    }

    /// <summary>A gateway whose clock is minutes ahead or behind refuses everything, unless the skew is set to allow it.</summary>
    [Theory]
    [InlineData(-5, 600, null)]
    [InlineData(5, 600, null)]
    [InlineData(-5, 120, TokenFault.NotYetValid)]
    [InlineData(65, 120, TokenFault.Expired)]
    [InlineData(65, 600, null)]
    [InlineData(0, 0, null)]
    public async Task Clocks_may_differ_by_the_skew(int minutesAhead, int skewSeconds, TokenFault? fault)
    {
        await using var test = await VerifierUnderTest.StartAsync(settings => settings with { ClockSkew = TimeSpan.FromSeconds(skewSeconds) });
        var time = test.Clock.GetUtcNow().AddMinutes(-minutesAhead).ToUnixTimeSeconds();
        var token = test.Issuer.Sign(("iat", time), ("nbf", time), ("exp", time + 3600));
        if (fault is { } expected)
            await test.RefuseAsync(token, expected);
        else
            await test.AcceptAsync(token);
    }

    [Theory]
    [InlineData("null", TokenFault.Malformed)]
    [InlineData("\"soon\"", TokenFault.Malformed)]
    [InlineData("true", TokenFault.Malformed)]
    [InlineData("[1]", TokenFault.Malformed)]
    [InlineData("-1", TokenFault.Expired)]
    [InlineData("0", TokenFault.Expired)]
    [InlineData("1e400", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("253402300800", null)]
    [InlineData("4102444800.5", null)]
    public async Task A_token_must_say_when_it_expires(string expiry, TokenFault? fault)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var payload = test.Issuer.Claims(("exp", "EXPIRY"), ("nbf", null)).ToJsonString().Replace("\"EXPIRY\"", expiry, StringComparison.Ordinal);
        var verified = await test.VerifyAsync(StandInIssuer.SignWith(test.Issuer.CurrentKey, payload));
        // Numbers beyond all dates may be read as the last date or be refused, but are not an error of the gateway's.
        if (fault is not null)
            Assert.Equal(fault, verified.Refusal?.Fault);
        else if (verified.IsAccepted)
            Assert.True(verified.Identity.ExpiresAt > test.Clock.GetUtcNow());
    }

    [Fact]
    public async Task A_token_without_expiry_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        Assert.Equal("has no exp", await test.RefuseAsync(test.Issuer.Sign(("exp", null)), TokenFault.NoLifetime));
    }

    [Theory]
    [InlineData("\"api://dragoman\"", true)]
    [InlineData("\"second\"", true)]
    [InlineData("[\"other\",\"second\"]", true)]
    [InlineData("\"api://dragoman/\"", false)]
    [InlineData("\"API://dragoman\"", false)]
    [InlineData("[\"other\",\"third\"]", false)]
    [InlineData("[]", false)]
    [InlineData("\"\"", false)]
    [InlineData("null", false)]
    public async Task A_token_is_for_one_of_the_audiences(string audience, bool accepted)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var token = test.Issuer.Sign(("aud", JsonNode.Parse(audience) ?? JsonValue.Create("null-audience")));
        if (accepted)
            await test.AcceptAsync(token);
        else
            Assert.Contains("aud", await test.RefuseAsync(token, TokenFault.WrongAudience), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_audience_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        Assert.Equal("has no aud", await test.RefuseAsync(test.Issuer.Sign(("aud", null)), TokenFault.WrongAudience));
        Assert.Equal("has no aud", await test.RefuseAsync(test.Issuer.Sign(("aud", new JsonArray())), TokenFault.WrongAudience));
        Assert.Equal("its aud is \"other, third\"", await test.RefuseAsync(test.Issuer.Sign(("aud", new JsonArray("other", "third"))), TokenFault.WrongAudience));
        Assert.Equal("its aud is \"other\"", await test.RefuseAsync(test.Issuer.Sign(("aud", "other")), TokenFault.WrongAudience));
        await test.RefuseAsync(test.Issuer.Sign(("aud", new JsonObject { ["api://dragoman"] = 1 })), TokenFault.Malformed);
    }

    [Fact]
    public async Task The_issuer_is_compared_character_by_character()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        foreach (var wrong in new[] { test.Issuer.Issuer + "/", test.Issuer.Issuer.ToUpperInvariant(), "https://evil.example.com", "", " " + test.Issuer.Issuer })
            Assert.Contains("its iss is ", await test.RefuseAsync(test.Issuer.Sign(("iss", wrong)), TokenFault.UnknownIssuer), StringComparison.Ordinal);
        // Nothing was asked of an issuer for tokens that are not its own.
        Assert.Equal((0, 0), (test.Issuer.DiscoveryCalls, test.Issuer.KeyCalls));
        await test.RefuseAsync(test.Issuer.Sign(("iss", 5)), TokenFault.Malformed);
        await test.RefuseAsync(test.Issuer.Sign(("iss", null)), TokenFault.Malformed);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/tenant/")]
    [InlineData("/tenant/v2.0")]
    public async Task An_issuer_may_have_a_path_and_a_slash_at_its_end(string suffix)
    {
        await using var test = await VerifierUnderTest.StartAsync(suffix: suffix);
        await test.AcceptAsync(test.Issuer.Sign());
        await test.RefuseAsync(test.Issuer.Sign(("iss", test.Issuer.Issuer.TrimEnd('/') + (suffix.EndsWith('/') ? "" : "/"))), TokenFault.UnknownIssuer);
    }

    /// <summary>Two issuers may use the same names for their keys; each signs only its own tokens.</summary>
    [Fact]
    public async Task An_issuer_cannot_sign_for_another()
    {
        await using var test = await VerifierUnderTest.StartAsync(count: 2);
        var (one, other) = (test.Issuers[0], test.Issuers[1]);
        await test.AcceptAsync(one.Sign());
        await test.AcceptAsync(other.Sign());
        await test.RefuseAsync(StandInIssuer.SignWith(one.CurrentKey, other.Claims().ToJsonString()), TokenFault.BadSignature);
        await test.RefuseAsync(StandInIssuer.SignWith(other.CurrentKey, one.Claims().ToJsonString()), TokenFault.BadSignature);
    }

    [Theory]
    [InlineData("\"JWT\"", true)]
    [InlineData("\"jwt\"", true)]
    [InlineData("\"at+jwt\"", true)]
    [InlineData("\"application/at+JWT\"", true)]
    [InlineData(null, true)]
    [InlineData("\"dpop+jwt\"", false)]
    [InlineData("\"logout+jwt\"", false)]
    [InlineData("\"\"", false)]
    [InlineData("1", false)]
    public async Task Only_access_tokens_are_accepted(string? type, bool accepted)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var header = $$"""{"alg":"RS256","kid":"first"{{(type is null ? "" : $",\"typ\":{type}")}}}""";
        var token = test.Issuer.CurrentKey.Sign(header, test.Issuer.Claims().ToJsonString());
        if (accepted)
            await test.AcceptAsync(token);
        else
            Assert.Equal($"the header's typ is \"{type!.Trim('"')}\"; accepted are JWT and at+jwt", await test.RefuseAsync(token, TokenFault.Malformed));
    }

    [Fact]
    public void Every_fault_has_a_sentence_for_the_client()
    {
        var messages = Enum.GetValues<TokenFault>().Select(fault => new TokenRefusal(fault, "").Text.ToString()).ToList();
        Assert.Equal(messages.Count, messages.Distinct().Count());
        Assert.All(messages, message => Assert.Matches("^The token .+\\.$", message.Replace("The token's", "The token", StringComparison.Ordinal)));
        Assert.DoesNotContain("The token is not accepted.", messages);
    }

    [Fact]
    public async Task A_verified_token_is_remembered_for_five_minutes()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var token = test.Issuer.Sign();
        var first = await test.VerifyAsync(token);
        first.Made = new Made(null, null, 1);
        test.Clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Same(first, await test.VerifyAsync(token));
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await test.VerifyAsync(token);
        Assert.NotSame(first, second);
        Assert.True(second.IsAccepted);
        Assert.Null(second.Made);
        Assert.Equal(1, test.Verifier.Remembered);
    }

    [Fact]
    public async Task A_token_without_subject_is_somebody_s_without_name()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var identity = await test.AcceptAsync(test.Issuer.Sign(("sub", null)));
        Assert.Equal(("", null), (identity.Subject, identity.User));
    }

    [Fact]
    public async Task The_longest_token_is_accepted_and_found()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var token = LongestOf(test.Issuer);
        Assert.Equal(UnverifiedToken.Longest, token.Length);
        Assert.Null(test.Verifier.Find(token));
        var verified = await test.VerifyAsync(token);
        Assert.True(verified.IsAccepted);
        Assert.Same(verified, test.Verifier.Find(token));
        Assert.Null(test.Verifier.Find(token + "a"));
        Assert.Null(test.Verifier.Find("é"));
        Assert.Equal("is not ASCII", await test.RefuseAsync(token[..^1] + "é", TokenFault.Malformed));
    }

    [Fact]
    public async Task A_verifier_that_is_disposed_ends_its_calls_and_closes_its_connections()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var called = new TaskCompletionSource<CancellationToken>();
        using var connections = new ScriptedConnections(async (_, cancellation) =>
        {
            called.SetResult(cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException();
        });
        var verifier = new TokenVerifier([new(test.Issuer.Issuer, ["a"], [])], connections, test.Clock, NullLogger.Instance);
        var verifying = verifier.VerifyAsync(test.Issuer.Sign(), CancellationToken.None).AsTask();
        var call = await called.Task;
        Assert.False(call.IsCancellationRequested);
        verifier.Dispose();
        Assert.True(call.IsCancellationRequested);
        Assert.True(connections.IsDisposed);
        verifier.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => verifying);
    }

    [Fact]
    public async Task An_issuer_cannot_follow_the_gateway_with_cookies()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        string? cookie = null;
        test.Issuer.InsteadOfDiscovery = http =>
        {
            http.Response.Headers.SetCookie = "a=b; path=/";
            return StandInIssuer.WriteAsync(http, 200, test.Issuer.Discovery().ToJsonString());
        };
        test.Issuer.InsteadOfKeys = http =>
        {
            cookie = http.Request.Headers.Cookie;
            return StandInIssuer.WriteAsync(http, 200, test.Issuer.KeySet().ToJsonString());
        };
        await test.AcceptAsync(test.Issuer.Sign());
        Assert.Null(cookie);
    }

    [Fact]
    public async Task A_remembered_token_expires_in_time()
    {
        await using var test = await VerifierUnderTest.StartAsync(settings => settings with { ClockSkew = TimeSpan.Zero });
        var token = test.Issuer.Sign(("exp", test.Clock.GetUtcNow().ToUnixTimeSeconds() + 60));
        await test.AcceptAsync(token);
        test.Clock.Advance(TimeSpan.FromSeconds(59));
        await test.AcceptAsync(token);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.RefuseAsync(token, TokenFault.Expired);
        Assert.Equal(0, test.Verifier.Remembered);
    }

    [Fact]
    public async Task A_refused_token_is_not_remembered()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        await test.RefuseAsync(test.Issuer.Sign(("aud", "other")), TokenFault.WrongAudience);
        await test.RefuseAsync("a.b.c", TokenFault.Malformed);
        Assert.Equal(0, test.Verifier.Remembered);
    }

    /// <summary>A token of Entra ID's usual length, and one that needs more than the stack.</summary>
    [Theory]
    [InlineData(900)]
    [InlineData(3000)]
    public async Task A_remembered_token_costs_no_allocation(int padding)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var token = test.Issuer.Sign(("padding", new string('x', padding)));
        await test.AcceptAsync(token);
        var (verifier, accepted) = (test.Verifier, 0);
        long allocated = 0;
        var thread = new Thread(() =>
        {
            for (var round = 0; round < 200; round++)
            {
                // The first rounds are compiled and fill the pools.
                if (round == 100)
                    allocated = -GC.GetAllocatedBytesForCurrentThread();
                var task = verifier.VerifyAsync(token, CancellationToken.None);
                accepted += task.IsCompletedSuccessfully && task.Result.IsAccepted ? 1 : 0;
            }

            allocated += GC.GetAllocatedBytesForCurrentThread();
        });
        thread.Start();
        thread.Join();
        Assert.Equal((200, 0), (accepted, allocated));
    }

    /// <summary>Base64url has no texts of some lengths, so that the header takes what the payload cannot.</summary>
    private static string LongestOf(StandInIssuer issuer)
    {
        var payload = issuer.Claims(("padding", new string('x', 11_000))).ToJsonString();
        for (var padding = 0; ; padding++)
        {
            var token = issuer.CurrentKey.Sign($$"""{"alg":"RS256","kid":"first","padding":"{{new string('x', padding)}}"}""", payload);
            if (token.Length >= UnverifiedToken.Longest)
                return token;
            if (token.Length < UnverifiedToken.Longest - 10)
                padding += (UnverifiedToken.Longest - 10 - token.Length) * 3 / 4;
        }
    }

    private static string Flip(string part, int at) => part[..at] + (part[at] == 'A' ? 'B' : 'A') + part[(at + 1)..];
}
