using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Access.Tokens;
using Dragoman.StandIn;

namespace Dragoman.Gateway.Tests.Access.Tokens;

/// <summary>Tokens that nobody may accept, and texts that are none.</summary>
public class ForgedTokenTests
{
    private const int Seed = 20261130;

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    public async Task A_token_without_signature_is_refused(string algorithm)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var unsigned = $"{Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")}.{Encode(test.Issuer.Claims().ToJsonString())}.";
        await test.RefuseAsync(unsigned, TokenFault.AlgorithmNotAllowed);
        await test.RefuseAsync(unsigned + test.Issuer.Sign().Split('.')[2], TokenFault.AlgorithmNotAllowed);
        var named = $"{Encode("""{"alg":"RS256","kid":"first"}""")}.{Encode(test.Issuer.Claims().ToJsonString())}.";
        await test.RefuseAsync(named, TokenFault.BadSignature);
    }

    /// <summary>A forger signs with the public key as if it were a shared secret (RFC 8725 section 2.1).</summary>
    [Fact]
    public async Task A_public_key_is_no_secret()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var signed = $"{Encode("""{"alg":"HS256","kid":"first","typ":"JWT"}""")}.{Encode(test.Issuer.Claims().ToJsonString())}";
        foreach (var secret in new[] { test.Issuer.CurrentKey.PublicPem, test.Issuer.CurrentKey.PublicPem + "\n", test.Issuer.CurrentKey.ToJwk().ToJsonString(), test.Issuer.CurrentKey.ToJwk()["n"]!.ToString() })
            await test.RefuseAsync($"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}", TokenFault.AlgorithmNotAllowed);
    }

    /// <summary>If an issuer publishes a shared secret, everybody knows it.</summary>
    [Fact]
    public async Task A_published_secret_signs_nothing()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var secret = RandomNumberGenerator.GetBytes(32);
        test.Issuer.InsteadOfKeys = http =>
        {
            var set = test.Issuer.KeySet();
            set["keys"]!.AsArray().Add(new JsonObject { ["kty"] = "oct", ["kid"] = "secret", ["alg"] = "HS256", ["k"] = Base64Url.EncodeToString(secret) });
            return StandInIssuer.WriteAsync(http, 200, set.ToJsonString());
        };
        foreach (var (algorithm, fault) in new[] { ("HS256", TokenFault.AlgorithmNotAllowed), ("RS256", TokenFault.UnknownKey) })
        {
            var signed = $"{Encode($$"""{"alg":"{{algorithm}}","kid":"secret"}""")}.{Encode(test.Issuer.Claims().ToJsonString())}";
            await test.RefuseAsync($"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}", fault);
        }
    }

    [Fact]
    public async Task An_algorithm_that_the_operator_does_not_allow_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync(settings => settings with { Algorithms = ["ES256", "PS256"] });
        Assert.Equal("its alg is \"RS256\"; the issuer's are ES256, PS256", await test.RefuseAsync(test.Issuer.Sign(), TokenFault.AlgorithmNotAllowed));
        Assert.Equal(0, test.Issuer.KeyCalls);
    }

    [Fact]
    public async Task An_algorithm_of_another_kind_of_key_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var curve = StandInKey.OfCurve("curve");
        test.Issuer.Rotate(curve);
        var claims = test.Issuer.Claims().ToJsonString();
        foreach (var algorithm in new[] { "RS256", "PS256", "ES384", "ES512" })
            Assert.Equal($"its alg {algorithm} does not fit the key that it names", await test.RefuseAsync(curve.Sign($$"""{"alg":"{{algorithm}}","kid":"curve"}""", claims, "ES256"), TokenFault.AlgorithmNotAllowed));
        await test.RefuseAsync(curve.Sign("""{"alg":"ES256","kid":"first"}""", claims), TokenFault.AlgorithmNotAllowed);
    }

    [Fact]
    public async Task A_key_is_used_only_with_the_algorithm_that_its_issuer_names()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        test.Issuer.InsteadOfKeys = http =>
        {
            var set = test.Issuer.KeySet();
            set["keys"]![0]!["alg"] = "PS256";
            return StandInIssuer.WriteAsync(http, 200, set.ToJsonString());
        };
        await test.RefuseAsync(test.Issuer.Sign(), TokenFault.AlgorithmNotAllowed);
        await test.AcceptAsync(StandInIssuer.SignWith(test.Issuer.CurrentKey, test.Issuer.Claims().ToJsonString(), "PS256"));
    }

    /// <summary>A token cannot bring its own key, in any of the ways that the standard has for it.</summary>
    [Fact]
    public async Task Keys_in_the_header_are_ignored()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        await using var evil = await StandInIssuer.StartAsync(test.Clock);
        var forger = evil.CurrentKey;
        foreach (var kid in new[] { "\"first\"", "\"unknown\"", null })
        {
            var header = new JsonObject
            {
                ["alg"] = "RS256",
                ["jwk"] = forger.ToJwk(),
                ["jku"] = evil.Address + "/keys",
                ["x5u"] = evil.Address + "/keys",
                ["x5c"] = new JsonArray("MIIB"),
                ["x5t"] = "abc",
            };
            if (kid is not null)
                header["kid"] = JsonNode.Parse(kid);
            await test.RefuseAsync(forger.Sign(header.ToJsonString(), test.Issuer.Claims().ToJsonString()), kid == "\"unknown\"" ? TokenFault.UnknownKey : TokenFault.BadSignature);
        }

        Assert.Equal((0, 0), (evil.DiscoveryCalls, evil.KeyCalls));
        // The same headers on a good token change nothing.
        await test.AcceptAsync(test.Issuer.CurrentKey.Sign(new JsonObject { ["alg"] = "RS256", ["kid"] = "first", ["jku"] = evil.Address + "/keys", ["jwk"] = forger.ToJwk() }.ToJsonString(), test.Issuer.Claims().ToJsonString()));
    }

    [Fact]
    public async Task An_extension_that_must_be_understood_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        foreach (var critical in new[] { "[\"b64\"]", "[\"exp\"]", "[]", "null" })
            Assert.Contains("crit", await test.RefuseAsync(test.Issuer.CurrentKey.Sign($$"""{"alg":"RS256","kid":"first","b64":false,"crit":{{critical}}}""", test.Issuer.Claims().ToJsonString()), TokenFault.Malformed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_payload_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var parts = test.Issuer.Sign().Split('.');
        await test.RefuseAsync($"{parts[0]}.{Encode(test.Issuer.Claims(("roles", new JsonArray("admin"))).ToJsonString())}.{parts[2]}", TokenFault.BadSignature);
        await test.RefuseAsync($"{Encode("""{"alg":"RS256","kid":"first","typ":"at+jwt"}""")}.{parts[1]}.{parts[2]}", TokenFault.BadSignature);
        await test.RefuseAsync($"{parts[0]}.{parts[1]}.{test.Issuer.Sign(("sub", "other")).Split('.')[2]}", TokenFault.BadSignature);
        await test.RefuseAsync($"{parts[0]}.{parts[1]}.", TokenFault.BadSignature);
        await test.RefuseAsync($"{parts[0]}.{parts[1]}.{parts[2][..^20]}", TokenFault.BadSignature);
    }

    [Theory]
    [InlineData("", "has 1 parts")]
    [InlineData(".", "has 2 parts")]
    [InlineData("..", "is not JSON in UTF-8")]
    [InlineData("a.b", "has 2 parts")]
    [InlineData("a.b.c.d", "has 4 parts")]
    [InlineData("a.b.c.d.e.f", "has 6 parts")]
    [InlineData("a.b.c", "not base64url")]
    [InlineData("eyJ9.e30.c", "is not JSON in UTF-8")]
    [InlineData("e30.e30.e30", "no alg")]
    [InlineData("W10.e30.c", "must be JSON objects")]
    [InlineData("e30.W10.c", "must be JSON objects")]
    [InlineData("e30 .e30.c", "not of base64url")]
    [InlineData("e30.e30.c\n", "not of base64url")]
    [InlineData("e30.e30.c\0", "not of base64url")]
    [InlineData("e30=.e30.c", "not of base64url")]
    [InlineData("e3+.e30.c", "not of base64url")]
    [InlineData("Bearer e30.e30.c", "not of base64url")]
    [InlineData("e30.e30.ä", "is not ASCII")]
    [InlineData("漢", "is not ASCII")]
    [InlineData("dgm_0123456789", "not base64url|has 1 parts")]
    public async Task A_text_that_is_no_token_is_refused(string text, string detail)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        Assert.Matches(detail, await test.RefuseAsync(text, TokenFault.Malformed));
        Assert.Equal(0, test.Issuer.DiscoveryCalls);
    }

    [Theory]
    [InlineData("""{"alg":"RS256","alg":"none"}""", "{}", "each member once")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"a","iss":"b"}""", "each member once")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"a","x":{"y":1,"y":2}}""", "each member once")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"\ud800"}""", "is not JSON in UTF-8")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"a","x":["\uDC00"]}""", "is not JSON in UTF-8")]
    [InlineData("""{"alg":"RS256"}""", """{"iss":"a","\ud83d":1}""", "is not JSON in UTF-8")]
    [InlineData("""{"alg":5}""", "{}", "has no alg")]
    [InlineData("""{"alg":"RS256","kid":5}""", """{"iss":"a"}""", "kid is not a string")]
    [InlineData("""{"alg":"RS256"}""", "{}", "has no iss")]
    [InlineData("""{"alg":"RS256"}""", "{", "is not JSON in UTF-8")]
    [InlineData("""{"alg":"RS256"}""", "null", "must be JSON objects")]
    public async Task A_strange_header_or_payload_is_refused(string header, string payload, string detail)
    {
        await using var test = await VerifierUnderTest.StartAsync();
        Assert.Contains(detail, await test.RefuseAsync(test.Issuer.CurrentKey.Sign(header, payload), TokenFault.Malformed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deep_JSON_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000);
        Assert.Contains("nested at most 32 deep", await test.RefuseAsync(test.Issuer.CurrentKey.Sign("""{"alg":"RS256"}""", deep), TokenFault.Malformed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_text_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        Assert.Equal("has 16385 characters; allowed are 16384", await test.RefuseAsync(new string('a', 16_385), TokenFault.Malformed));
        await test.RefuseAsync(new string('.', 10_000_000), TokenFault.Malformed);
        await test.RefuseAsync(new string('.', 16_384), TokenFault.Malformed);
        var padding = 16_384 - test.Issuer.Sign(("padding", "")).Length;
        var largest = test.Issuer.Sign(("padding", new string('x', (padding * 3 / 4) - 4)));
        Assert.InRange(largest.Length, 16_370, 16_384);
        await test.AcceptAsync(largest);
    }

    [Fact]
    public async Task An_encrypted_token_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        await test.RefuseAsync($"{Encode("""{"alg":"RSA-OAEP","enc":"A256GCM"}""")}.a.b.c.d", TokenFault.Encrypted);
        Assert.Equal("has five parts", await test.RefuseAsync("....", TokenFault.Encrypted));
    }

    [Fact]
    public async Task A_name_in_a_token_cannot_spoil_the_log()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var name = new string('x', 5000) + "\r\n\u001b[31mforged line";
        Assert.InRange((await test.RefuseAsync(test.Issuer.Sign(("iss", name)), TokenFault.UnknownIssuer)).Length, 1, 300);
        Assert.InRange((await test.RefuseAsync(test.Issuer.CurrentKey.Sign($$"""{"alg":"\u001b[31m\r\n","kid":"first"}""", test.Issuer.Claims().ToJsonString()), TokenFault.AlgorithmNotAllowed)).Length, 1, 300);
        Assert.InRange((await test.RefuseAsync(test.Issuer.Sign(("aud", "a\r\nb" + name)), TokenFault.WrongAudience)).Length, 1, 300);
        Assert.StartsWith($"{test.Issuer.Issuer} publishes no key \"made-up\"", await test.RefuseAsync(test.Issuer.CurrentKey.Sign("""{"alg":"RS256","kid":"made-up"}""", test.Issuer.Claims().ToJsonString()), TokenFault.UnknownKey), StringComparison.Ordinal);
        Assert.InRange((await test.RefuseAsync(test.Issuer.CurrentKey.Sign($$"""{"alg":"RS256","kid":"\r\n{{new string('k', 5000)}}"}""", test.Issuer.Claims().ToJsonString()), TokenFault.UnknownKey)).Length, 1, 300);
    }

    /// <summary>Whatever happens to a token on its way, it is refused without an exception, unless nothing that is signed has changed.</summary>
    [Fact]
    public async Task A_damaged_token_is_refused()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var random = new Random(Seed);
        var good = test.Issuer.Sign(("groups", new JsonArray("a", "b")));
        await test.AcceptAsync(good);
        for (var round = 0; round < 3000; round++)
        {
            var damaged = new StringBuilder(good);
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                var at = random.Next(damaged.Length);
                switch (random.Next(4))
                {
                    case 0:
                        damaged[at] = (char)random.Next(1, 128);
                        break;
                    case 1:
                        damaged.Remove(at, Math.Min(random.Next(1, 30), damaged.Length - at));
                        break;
                    case 2:
                        damaged.Insert(at, "._-A="[random.Next(5)]);
                        break;
                    default:
                        damaged[at] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[random.Next(64)];
                        break;
                }
            }

            var verified = await test.VerifyAsync(damaged.ToString());
            if (verified.IsAccepted)
                Assert.Equal(good[..good.LastIndexOf('.')], damaged.ToString()[..good.LastIndexOf('.')]);
        }
    }

    /// <summary>Signed by the issuer, so that everything behind the signature is reached: no payload makes an exception.</summary>
    [Fact]
    public async Task A_signed_token_with_any_payload_is_judged_without_exception()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        var values = new[] { "null", "true", "0", "-1", "1e400", "1.5", "99999999999999999999999", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "[null]", "[1,\"a\",{}]", "{}", "{\"a\":[{}]}" };
        foreach (var claim in new[] { "iss", "sub", "aud", "exp", "nbf", "iat", "oid", "jti", "scp", "_claim_names", "groups", "typ", "actort", "" })
        {
            foreach (var value in values)
            {
                var payload = test.Issuer.Claims((claim, "VALUE")).ToJsonString().Replace("\"VALUE\"", value, StringComparison.Ordinal);
                var verified = await test.VerifyAsync(StandInIssuer.SignWith(test.Issuer.CurrentKey, payload));
                Assert.True(verified.IsAccepted || verified.Refusal.Detail.Length > 0);
            }
        }

        foreach (var header in values.Select(value => $$"""{"alg":"RS256","kid":{{value}},"x5t":{{value}},"cty":{{value}},"zip":{{value}}}"""))
            Assert.NotNull(await test.VerifyAsync(test.Issuer.CurrentKey.Sign(header, test.Issuer.Claims().ToJsonString())));
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
