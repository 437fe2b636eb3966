using System.Security.Cryptography;
using System.Text;
using Dragoman.Access.Credentials;

namespace Dragoman.Gateway.Tests.Access.Credentials;

public class KeyTextTests
{
    private const string Known = "dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV4AwEps";

    [Fact]
    public void A_new_key_has_the_form_and_the_checksum()
    {
        for (var round = 0; round < 1000; round++)
        {
            var key = KeyText.Create();
            Assert.Matches("^dgm_[0-9A-Za-z]{40}$", key);
            Assert.True(KeyText.HasForm(key));
            Assert.True(KeyText.HasChecksum(key));
        }
    }

    [Fact]
    public void New_keys_use_all_digits_and_never_repeat()
    {
        var keys = Enumerable.Range(0, 2000).Select(_ => KeyText.Create()).ToList();
        Assert.Equal(keys.Count, keys.Select(key => KeyText.IdOf(key).ToString()).Distinct().Count());
        Assert.Equal(62, keys.SelectMany(key => key[4..38]).Distinct().Count());
    }

    [Fact]
    public void The_checksum_of_a_known_key_does_not_change_with_a_release() =>
        Assert.True(KeyText.HasChecksum(Known), $"the checksum of {Known[..38]} is another one");

    [Fact]
    public void Every_mistyped_digit_is_found()
    {
        var key = KeyText.Create();
        for (var place = 4; place < key.Length; place++)
        {
            var wrong = key.ToCharArray();
            wrong[place] = wrong[place] == 'x' ? 'y' : 'x';
            Assert.True(KeyText.HasForm(wrong));
            Assert.False(KeyText.HasChecksum(wrong), $"place {place}");
        }
    }

    [Fact]
    public void Two_swapped_digits_are_found()
    {
        var key = KeyText.Create();
        for (var place = 4; place < key.Length - 1; place++)
        {
            var wrong = key.ToCharArray();
            (wrong[place], wrong[place + 1]) = (wrong[place + 1], wrong[place]);
            Assert.Equal(wrong[place] == wrong[place + 1], KeyText.HasChecksum(wrong));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("dgm_")]
    [InlineData("DGM_0123456789abABCDEFGHIJKLMNOPQRSTUV0000")]
    [InlineData("dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV00000")]
    [InlineData("dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV0000000")]
    [InlineData("dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV00000-")]
    [InlineData("dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV00000é")]
    [InlineData("dgn_0123456789abABCDEFGHIJKLMNOPQRSTUV000000")]
    public void Other_texts_do_not_have_the_form(string text) => Assert.False(KeyText.HasForm(text));

    [Fact]
    public void The_id_is_the_part_after_the_prefix() => Assert.Equal("0123456789ab", KeyText.IdOf(Known).ToString());

    [Theory]
    [InlineData("0123456789ab", true)]
    [InlineData("0123456789a", false)]
    [InlineData("0123456789abc", false)]
    [InlineData("0123456789a_", false)]
    public void Ids_are_told_from_other_texts(string text, bool isId) => Assert.Equal(isId, KeyText.IsId(text));

    [Fact]
    public void The_hash_is_that_of_the_whole_text()
    {
        Span<byte> hash = stackalloc byte[KeyText.HashLength];
        KeyText.Hash(Known, hash);
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(Known)), hash.ToArray());
    }
}
