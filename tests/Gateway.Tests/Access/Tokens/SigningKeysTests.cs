using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Access.Tokens;

namespace Dragoman.Gateway.Tests.Access.Tokens;

/// <summary>Which of the keys that an issuer publishes are used, and for what.</summary>
public class SigningKeysTests
{
    [Fact]
    public void Only_keys_of_the_kid_are_tried()
    {
        var keys = Read(Key("a"), Key("b"), Key("b"));
        Assert.Equal((1, 2, 3, 0), (Fitting(keys, "a"), Fitting(keys, "b"), Fitting(keys, null), Fitting(keys, "c")));
        Assert.Equal((true, true, false), (keys.Know("a"), keys.Know(null), keys.Know("c")));
    }

    [Fact]
    public void Only_some_keys_are_read()
    {
        var keys = Read([.. Enumerable.Range(0, SigningKeys.Most + 2).Select(number => Key($"{number}"))]);
        Assert.Equal((SigningKeys.Most, 2), (keys.Count, keys.Unusable));
    }

    [Theory]
    [InlineData("use", null, true)]
    [InlineData("use", "\"\"", true)]
    [InlineData("use", "\"sig\"", true)]
    [InlineData("use", "\"enc\"", false)]
    [InlineData("key_ops", "[]", true)]
    [InlineData("key_ops", "[\"sign\",\"verify\"]", true)]
    [InlineData("key_ops", "[\"sign\"]", false)]
    [InlineData("kty", "\"oct\"", false)]
    [InlineData("n", null, false)]
    [InlineData("e", null, false)]
    public void A_key_is_for_signatures(string member, string? value, bool isUsed)
    {
        var key = Key("a");
        key.Remove(member);
        if (value is not null)
            key[member] = JsonNode.Parse(value);
        AssertUsed(isUsed, key);
    }

    /// <summary>Of bytes, with zeros before them that some issuers write.</summary>
    [Theory]
    [InlineData(0, 255, 3, false)]
    [InlineData(0, 256, 3, true)]
    [InlineData(1, 256, 3, true)]
    [InlineData(0, 1024, 3, true)]
    [InlineData(0, 1025, 3, false)]
    [InlineData(0, 256, 8, true)]
    [InlineData(0, 256, 9, false)]
    public void A_key_is_neither_too_short_nor_too_long(int zeros, int modulus, int exponent, bool isUsed)
    {
        var key = Key("a");
        key["n"] = Base64Url.EncodeToString([.. new byte[zeros], .. Enumerable.Repeat((byte)0xff, modulus)]);
        key["e"] = Base64Url.EncodeToString([1, .. new byte[exponent - 2], 1]);
        AssertUsed(isUsed, key);
    }

    [Theory]
    [InlineData("", "RS256", 1)]
    [InlineData("", "PS512", 1)]
    [InlineData("", "ES256", 0)]
    [InlineData("RS256", "RS256", 1)]
    [InlineData("RS256", "RS384", 0)]
    public void A_key_is_for_the_algorithm_that_its_issuer_names(string named, string algorithm, int fitting)
    {
        var key = Key("a");
        key["alg"] = named;
        Assert.Equal(fitting, Read(key).For("a", algorithm).Count);
    }

    private static JsonObject Key(string id)
    {
        var key = VerifierUnderTest.Key.ToJwk();
        key["kid"] = id;
        return key;
    }

    private static SigningKeys Read(params JsonObject[] keys) => SigningKeys.Read(Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString()));

    private static void AssertUsed(bool isUsed, JsonObject key)
    {
        var keys = Read(key, Key("other"));
        Assert.Equal((isUsed ? 2 : 1, isUsed ? 0 : 1), (keys.Count, keys.Unusable));
    }

    private static int Fitting(SigningKeys keys, string? id) => keys.For(id, "RS256").Count;
}
