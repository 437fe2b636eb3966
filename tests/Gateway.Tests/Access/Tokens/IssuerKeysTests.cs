using System.Text.Json.Nodes;
using Dragoman.Access.Tokens;
using Dragoman.StandIn;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Access.Tokens;

/// <summary>When an issuer's keys are read, and what happens while they cannot be.</summary>
public class IssuerKeysTests
{
    [Fact]
    public async Task Keys_are_read_once_however_many_tokens_wait()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var release = new TaskCompletionSource();
        test.Issuer.InsteadOfKeys = async http =>
        {
            await release.Task;
            await StandInIssuer.WriteAsync(http, 200, test.Issuer.KeySet().ToJsonString());
        };
        var waiting = Enumerable.Range(0, 200).Select(number => test.VerifyAsync(test.Issuer.Sign(("jti", $"{number}")))).ToList();
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        release.SetResult();
        Assert.All(await Task.WhenAll(waiting), verified => Assert.True(verified.IsAccepted));
        Assert.Equal((1, 1), (test.Issuer.DiscoveryCalls, test.Issuer.KeyCalls));
        Assert.Equal($"Information issuer {test.Issuer.Issuer}: read 1 keys; 0 more cannot be used; 0 calls had failed before", await test.NextLineAsync());
    }

    [Fact]
    public async Task A_thousand_unknown_keys_cause_one_call_a_minute()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        await test.AcceptAsync(test.Issuer.Sign());
        var forger = StandInKey.OfRsa("x");
        for (var minute = 0; minute < 3; minute++)
        {
            var tokens = Enumerable.Range(0, 1000).Select(number => forger.Sign($$"""{"alg":"RS256","kid":"made-up-{{number}}"}""", test.Issuer.Claims().ToJsonString(), "RS256"));
            var judged = await Task.WhenAll(tokens.AsParallel().Select(token => Task.Run(() => test.VerifyAsync(token))));
            Assert.All(judged, verified => Assert.Equal(TokenFault.UnknownKey, verified.Refusal?.Fault));
            Assert.Equal(2 + minute, test.Issuer.KeyCalls);
            test.Clock.Advance(IssuerKeys.BetweenUnknown);
        }
    }

    [Fact]
    public async Task A_client_that_leaves_does_not_end_the_call_for_others()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        test.Issuer.InsteadOfKeys = async http =>
        {
            asked.TrySetResult();
            await release.Task;
            await StandInIssuer.WriteAsync(http, 200, test.Issuer.KeySet().ToJsonString());
        };
        using var leaving = new CancellationTokenSource();
        var first = test.Verifier.VerifyAsync(test.Issuer.Sign(), leaving.Token).AsTask();
        var second = test.VerifyAsync(test.Issuer.Sign());
        await asked.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();
        Assert.True((await second).IsAccepted);
        Assert.Equal(1, test.Issuer.KeyCalls);
    }

    [Fact]
    public async Task Old_and_new_keys_work_while_an_issuer_rotates_them()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var (old, renewed) = (test.Issuer.CurrentKey, StandInKey.OfRsa("second"));
        await test.AcceptAsync(test.Issuer.Sign());
        test.Issuer.Rotate(renewed);
        await test.AcceptAsync(test.Issuer.Sign());
        await test.AcceptAsync(StandInIssuer.SignWith(old, test.Issuer.Claims(("jti", "1")).ToJsonString()));
        Assert.Equal(2, test.Issuer.KeyCalls);

        // A withdrawn key is noticed when the keys are read the next time.
        test.Issuer.Withdraw(old);
        test.Clock.Advance(IssuerKeys.Lifetime);
        await test.RefuseAsync(StandInIssuer.SignWith(old, test.Issuer.Claims(("jti", "2")).ToJsonString()), TokenFault.UnknownKey);
        await test.AcceptAsync(test.Issuer.Sign(("jti", "3")));
        Assert.Equal(3, test.Issuer.KeyCalls);
    }

    [Fact]
    public async Task Keys_are_renewed_in_the_background_before_they_are_old()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        await test.AcceptAsync(test.Issuer.Sign());
        await test.NextLineAsync();
        test.Clock.Advance(IssuerKeys.Fresh - TimeSpan.FromSeconds(1));
        await test.AcceptAsync(test.Issuer.Sign());
        Assert.Equal(1, test.Issuer.KeyCalls);

        var release = new TaskCompletionSource();
        test.Issuer.InsteadOfKeys = async http =>
        {
            await release.Task;
            await StandInIssuer.WriteAsync(http, 200, test.Issuer.KeySet().ToJsonString());
        };
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        // Neither waits for the call, which is held back.
        await test.AcceptAsync(test.Issuer.Sign(("jti", "1")));
        await test.AcceptAsync(test.Issuer.Sign(("jti", "2")));
        release.SetResult();
        await test.NextLineAsync();
        await test.AcceptAsync(test.Issuer.Sign(("jti", "3")));
        Assert.Equal(2, test.Issuer.KeyCalls);
    }

    [Fact]
    public async Task Keys_stay_in_use_while_the_issuer_is_away()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        await test.AcceptAsync(test.Issuer.Sign());
        await test.NextLineAsync();
        test.Issuer.InsteadOfDiscovery = http => StandInIssuer.WriteAsync(http, 503, "{}");
        test.Clock.Advance(TimeSpan.FromDays(2));
        await test.AcceptAsync(test.Issuer.Sign(("jti", "1")));
        Assert.Equal($"Warning issuer {test.Issuer.Issuer}: its keys cannot be read: {test.Issuer.Address}/.well-known/openid-configuration answered 503; those read 2.00:00:00 ago stay in use; next try after 00:00:01", await test.NextLineAsync());
        // Another kid may be a new key, so the token is not called wrong.
        await test.RefuseAsync(StandInIssuer.SignWith(StandInKey.OfCurve("new"), test.Issuer.Claims().ToJsonString()), TokenFault.IssuerAway);
        Assert.Equal(2, test.Issuer.DiscoveryCalls);

        test.Issuer.InsteadOfDiscovery = null;
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.AcceptAsync(test.Issuer.Sign(("jti", "2")));
        Assert.Equal((3, 2), (test.Issuer.DiscoveryCalls, test.Issuer.KeyCalls));
        Assert.EndsWith("1 calls had failed before", await test.NextLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_that_is_away_at_the_start_is_asked_ever_less_often()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        test.Issuer.InsteadOfDiscovery = http => StandInIssuer.WriteAsync(http, 500, "{}");
        foreach (var (wait, calls) in new[] { (1, 1), (2, 2), (4, 3), (8, 4), (16, 5), (32, 6), (60, 7), (60, 8) })
        {
            await test.RefuseAsync(test.Issuer.Sign(), TokenFault.IssuerAway);
            Assert.EndsWith($"next try after {TimeSpan.FromSeconds(wait)}", await test.NextLineAsync(), StringComparison.Ordinal);
            test.Clock.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromTicks(1));
            await test.RefuseAsync(test.Issuer.Sign(), TokenFault.IssuerAway);
            Assert.Equal(calls, test.Issuer.DiscoveryCalls);
            test.Clock.Advance(TimeSpan.FromTicks(1));
        }

        test.Issuer.InsteadOfDiscovery = null;
        await test.AcceptAsync(test.Issuer.Sign());
    }

    /// <summary>The wait doubles only so long as it can: an issuer that is away for hours has failed hundreds of times.</summary>
    [Fact]
    public async Task An_issuer_that_is_away_for_long_is_asked_once_a_minute()
    {
        var clock = new ManualTimeProvider();
        using var log = new CapturedLog("tokens");
        using var connections = new ScriptedConnections((_, _) => throw new InvalidOperationException("what a library knows of it"));
        using var http = new HttpMessageInvoker(connections);
        using var keys = new IssuerKeys(new("https://issuer.example", ["a"], []), new(http, clock), clock, log.CreateLogger("tokens"));
        for (var number = 1; number <= 140; number++)
        {
            Assert.Null(await keys.FindAsync("k", default));
            var line = await log.NextAsync();
            Assert.Contains("its keys cannot be read: what it sent cannot be read (InvalidOperationException); ", line, StringComparison.Ordinal);
            if (number > 6)
                Assert.EndsWith("next try after 00:01:00", line, StringComparison.Ordinal);
            clock.Advance(IssuerKeys.LongestRetry);
        }
    }

    [Fact]
    public async Task An_issuer_that_does_not_listen_is_away()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var token = test.Issuer.Sign();
        var issuer = test.Issuer.Issuer;
        await test.Issuer.DisposeAsync();
        Assert.Equal($"the keys of {issuer} cannot be read", await test.RefuseAsync(token, TokenFault.IssuerAway));
        Assert.StartsWith("Error issuer http://127.0.0.1:", await test.NextLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_issuer_is_waited_for_ten_seconds()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var asked = new TaskCompletionSource();
        test.Issuer.InsteadOfKeys = http =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var waiting = test.VerifyAsync(test.Issuer.Sign());
        await asked.Task;
        test.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(waiting.IsCompleted);
        test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TokenFault.IssuerAway, (await waiting).Refusal?.Fault);
        Assert.Contains("it did not answer within 10 s", await test.NextLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the OpenID configuration is not JSON in UTF-8 with each member once, and nested at most 32 deep")]
    [InlineData("<html>", "the OpenID configuration is not JSON in UTF-8 with each member once, and nested at most 32 deep")]
    [InlineData("[]", "its OpenID configuration is that of no issuer")]
    [InlineData("{}", "its OpenID configuration is that of no issuer")]
    [InlineData("{\"issuer\":\"https://other\"}", "its OpenID configuration is that of \"https://other\"")]
    [InlineData("{\"issuer\":\"ISSUER/\"}", "its OpenID configuration is that of \"ISSUER/\"")]
    [InlineData("{\"issuer\":\"ISSUER\"}", "its OpenID configuration has no jwks_uri")]
    [InlineData("{\"issuer\":\"ISSUER\",\"jwks_uri\":5}", "its OpenID configuration has no jwks_uri")]
    [InlineData("{\"issuer\":\"ISSUER\",\"jwks_uri\":\"/keys\"}", "its jwks_uri \"/keys\" is not an https URL")]
    [InlineData("{\"issuer\":\"ISSUER\",\"jwks_uri\":\"http://example.com/keys\"}", "its jwks_uri \"http://example.com/keys\" is not an https URL")]
    [InlineData("{\"issuer\":\"ISSUER\",\"jwks_uri\":\"file:///etc/passwd\"}", "its jwks_uri \"file:///etc/passwd\" is not an https URL")]
    [InlineData("{\"issuer\":\"\\ud800\"}", "the OpenID configuration is not JSON in UTF-8 with each member once, and nested at most 32 deep")]
    public async Task A_wrong_configuration_of_an_issuer_is_told(string discovery, string reason)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        test.Issuer.InsteadOfDiscovery = http => StandInIssuer.WriteAsync(http, 200, discovery.Replace("ISSUER", test.Issuer.Issuer, StringComparison.Ordinal));
        await test.RefuseAsync(test.Issuer.Sign(), TokenFault.IssuerAway);
        Assert.Contains($"its keys cannot be read: {reason.Replace("ISSUER", test.Issuer.Issuer, StringComparison.Ordinal)}; ", await test.NextLineAsync(), StringComparison.Ordinal);
        Assert.Equal(0, test.Issuer.KeyCalls);
    }

    [Theory]
    [InlineData("", "the key set is not JSON in UTF-8 with each member once, and nested at most 32 deep")]
    [InlineData("[]", "the key set has no list \"keys\"")]
    [InlineData("{\"keys\":{}}", "the key set has no list \"keys\"")]
    [InlineData("{\"keys\":[]}", "none of the 0 keys in the key set can be used")]
    [InlineData("{\"keys\":[1,null,{},{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", "none of the 4 keys in the key set can be used")]
    public async Task A_wrong_key_set_is_told(string keys, string reason)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        test.Issuer.InsteadOfKeys = http => StandInIssuer.WriteAsync(http, 200, keys);
        await test.RefuseAsync(test.Issuer.Sign(), TokenFault.IssuerAway);
        Assert.Contains($"its keys cannot be read: {reason}; ", await test.NextLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirects_are_not_followed(int status)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        await using var evil = await StandInIssuer.StartAsync(test.Clock, key: test.Issuer.CurrentKey);
        test.Issuer.InsteadOfKeys = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = evil.Address + "/keys";
            return Task.CompletedTask;
        };
        await test.RefuseAsync(test.Issuer.Sign(), TokenFault.IssuerAway);
        Assert.Contains($"/keys answered {status}; redirects are not followed", await test.NextLineAsync(), StringComparison.Ordinal);
        Assert.Equal(0, evil.KeyCalls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_huge_document_is_refused(bool announced)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        test.Issuer.InsteadOfKeys = async http =>
        {
            var padded = test.Issuer.KeySet().ToJsonString() + new string(' ', IssuerDocument.Largest);
            if (announced)
                http.Response.ContentLength = padded.Length;
            await http.Response.WriteAsync(padded);
        };
        await test.RefuseAsync(test.Issuer.Sign(), TokenFault.IssuerAway);
        Assert.Contains("/keys sent more than 1048576 bytes", await test.NextLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_ends_early_is_an_issuer_that_is_away()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        test.Issuer.InsteadOfKeys = async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("{");
            await http.Response.Body.FlushAsync();
            http.Abort();
        };
        await test.RefuseAsync(test.Issuer.Sign(), TokenFault.IssuerAway);
        Assert.StartsWith("Error issuer ", await test.NextLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_cannot_be_used_do_not_spoil_the_others()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        test.Issuer.InsteadOfKeys = http =>
        {
            var set = test.Issuer.KeySet();
            var keys = set["keys"]!.AsArray();
            foreach (var rubbish in new[]
            {
                "1", "null", "\"x\"", "[]", "{}", "{\"kty\":5}", "{\"kty\":\"RSA\"}", "{\"kty\":\"RSA\",\"kid\":5,\"n\":5,\"e\":\"AQAB\"}", "{\"kty\":\"RSA\",\"n\":\"###\",\"e\":\"AQAB\"}",
                "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}", "{\"kty\":\"EC\",\"crv\":\"P\\u002d256\",\"x\":\"\",\"y\":\"\"}", "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "{\"kty\":\"EC\",\"crv\":\"P\\u002d256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}", "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AQAB\",\"y\":\"AQAB\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAB\"}", "{\"kty\":\"RSA\",\"x5c\":[\"no certificate\"]}",
            })
                keys.Insert(0, JsonNode.Parse(rubbish));
            var encryption = StandInKey.OfRsa("encryption").ToJwk();
            encryption["use"] = "enc";
            keys.Add(encryption);
            var wrapping = StandInKey.OfRsa("wrapping").ToJwk();
            wrapping.Remove("use");
            wrapping["key_ops"] = new JsonArray("wrapKey");
            keys.Add(wrapping);
            keys.Add(StandInKey.OfRsa("short", 1024).ToJwk());
            foreach (var (member, value) in new[] { ("n", new string('A', 344)), ("e", ""), ("e", "AA"), ("e", "AQ"), ("e", "AAAB"), ("e", new string('B', 24)) })
            {
                var weak = VerifierUnderTest.Key.ToJwk();
                weak[member] = value;
                keys.Add(weak);
            }

            return StandInIssuer.WriteAsync(http, 200, set.ToJsonString());
        };
        await test.AcceptAsync(test.Issuer.Sign());
        Assert.Contains("read 1 keys; 25 more cannot be used", await test.NextLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_kid_is_tried_with_every_key()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var (curve, second) = (StandInKey.OfCurve("curve"), StandInKey.OfRsa(null));
        test.Issuer.Rotate(curve);
        test.Issuer.Rotate(second);
        foreach (var key in new[] { VerifierUnderTest.Key, curve, second })
            await test.AcceptAsync(key.Sign($$"""{"alg":"{{key.Algorithm}}"}""", test.Issuer.Claims().ToJsonString()));
        await test.RefuseAsync(StandInKey.OfRsa(null).Sign("""{"alg":"RS256"}""", test.Issuer.Claims().ToJsonString()), TokenFault.BadSignature);
        // Nothing is read again for it: no new key has a name that is missing.
        Assert.Equal(1, test.Issuer.KeyCalls);
    }

    [Fact]
    public async Task Two_keys_of_one_kid_both_work()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var (second, third) = (StandInKey.OfRsa("first"), StandInKey.OfCurve("first"));
        test.Issuer.Rotate(second);
        test.Issuer.Rotate(third);
        foreach (var key in new[] { VerifierUnderTest.Key, second, third })
            await test.AcceptAsync(StandInIssuer.SignWith(key, test.Issuer.Claims().ToJsonString()));
        await test.RefuseAsync(StandInIssuer.SignWith(StandInKey.OfRsa("first"), test.Issuer.Claims().ToJsonString()), TokenFault.BadSignature);
    }

    [Fact]
    public async Task A_token_is_tried_with_few_keys()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        for (var number = 0; number < SigningKeys.MostTried; number++)
            test.Issuer.Rotate(StandInKey.OfCurve("same"));
        await test.AcceptAsync(test.Issuer.Sign());
        test.Issuer.Rotate(StandInKey.OfCurve("same"));
        test.Clock.Advance(IssuerKeys.Lifetime);
        await test.RefuseAsync(test.Issuer.Sign(), TokenFault.BadSignature);
    }
}
