using System.Text;
using Dragoman.Access.Credentials;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dragoman.Gateway.Tests.Access.Credentials;

public class PresentedCredentialTests
{
    [Theory]
    [InlineData("Authorization", "Bearer secret")]
    [InlineData("Authorization", "bearer secret")]
    [InlineData("Authorization", "BEARER   secret ")]
    [InlineData("authorization", "Bearer secret")]
    [InlineData("x-api-key", "secret")]
    [InlineData("x-api-key", " secret ")]
    [InlineData("api-key", "secret")]
    [InlineData("x-goog-api-key", "secret")]
    [InlineData("Authorization", "Basic eDpzZWNyZXQ=")]
    [InlineData("Authorization", "basic OnNlY3JldA==")]
    public void It_is_found_in_each_place(string header, string value) => Assert.Equal(("secret", null), Read((header, value)));

    [Fact]
    public void The_password_of_Basic_may_contain_a_colon() =>
        Assert.Equal(("a:b", null), Read(("Authorization", "Basic " + Convert.ToBase64String("user:a:b"u8))));

    [Theory]
    [InlineData("Authorization", "")]
    [InlineData("Authorization", "   ")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "Basic")]
    [InlineData("Authorization", "Basic Og==")]
    [InlineData("x-api-key", "")]
    [InlineData("api-key", " ")]
    public void An_empty_one_counts_as_none(string header, string value) => Assert.Equal(("", null), Read((header, value)));

    [Fact]
    public void No_header_is_no_credential() => Assert.Equal(("", null), Read());

    [Fact]
    public void The_same_key_in_several_places_is_one() =>
        Assert.Equal(("k", null), Read(("Authorization", "Bearer k"), ("x-api-key", "k"), ("api-key", "k"), ("x-goog-api-key", "k")));

    [Fact]
    public void An_empty_place_does_not_hide_a_full_one()
    {
        Assert.Equal(("k", null), Read(("Authorization", "Bearer "), ("x-api-key", "k")));
        Assert.Equal(("k", null), Read(("Authorization", "Bearer k"), ("x-goog-api-key", "")));
    }

    [Theory]
    [InlineData("Authorization", "Bearer one", "x-api-key", "two", "two different credentials")]
    [InlineData("api-key", "one", "x-goog-api-key", "two", "two different credentials")]
    [InlineData("Authorization", "Basic eDpvbmU=", "x-api-key", "two", "two different credentials")]
    public void Two_different_ones_are_refused(string one, string first, string other, string second, string expected) =>
        Assert.Contains(expected, Read((one, first), (other, second)).Mistake, StringComparison.Ordinal);

    [Theory]
    [InlineData("Authorization")]
    [InlineData("x-api-key")]
    [InlineData("api-key")]
    [InlineData("x-goog-api-key")]
    public void Two_headers_of_one_name_are_refused(string name)
    {
        var headers = new HeaderDictionary { [name] = new StringValues(["Bearer a", "Bearer a"]) };
        Assert.Contains(name, PresentedCredential.Of(headers).Mistake!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization", "Digest a", "not supported")]
    [InlineData("Authorization", "secret", "not supported")]
    [InlineData("Authorization", "Bearersecret", "not supported")]
    [InlineData("Authorization", "Basic %%%", "base64")]
    [InlineData("Authorization", "Basic c2VjcmV0", "password")]
    [InlineData("Authorization", "Bearer se cret", "a blank")]
    [InlineData("Authorization", "Bearer sec\tret", "a blank")]
    [InlineData("x-api-key", "sec\u0001ret", "a control character")]
    [InlineData("x-api-key", "sécret", "beyond ASCII")]
    [InlineData("Authorization", "Basic eDpzw6k=", "beyond ASCII")]
    public void A_malformed_one_is_refused_with_the_reason(string header, string value, string expected)
    {
        var (text, mistake) = Read((header, value));
        Assert.Equal("", text);
        Assert.Contains(expected, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-api-key", "")]
    [InlineData("Authorization", "Bearer ")]
    public void A_longer_one_than_any_token_is_refused(string header, string scheme)
    {
        var longest = new string('a', PresentedCredential.Longest);
        Assert.Equal((longest, null), Read((header, scheme + longest)));
        Assert.Contains("longer than", Read((header, scheme + longest + "a")).Mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_Basic_credential_is_refused()
    {
        var longest = new string('a', PresentedCredential.Longest + 1);
        Assert.Contains("longer than", Read(("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("x:" + longest)))).Mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_Basic_credential_is_read()
    {
        var pair = "x:".PadRight(PresentedCredential.Longest / 4 * 3, 'a');
        Assert.Equal((pair[2..], null), Read(("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)))));
    }

    [Fact]
    public void Every_visible_character_may_be_in_one()
    {
        var all = string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code));
        Assert.Equal((all, null), Read(("x-api-key", all)));
        Assert.Contains("control character", Read(("x-api-key", "a\u007fb")).Mistake, StringComparison.Ordinal);
    }

    private static (string Text, string? Mistake) Read(params (string Name, string Value)[] sent)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in sent)
            headers[name] = value;
        var found = PresentedCredential.Of(headers);
        return (found.Text.ToString(), found.Mistake?.ToString());
    }
}
