using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;

namespace Dragoman.Gateway.Tests.Access.Directory;

public sealed class KnownKeyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_other_text_is_the_key_whether_it_was_presented_before_or_not(bool wasPresented)
    {
        var text = KeyText.Create();
        var known = KnownKeyOf(text);
        if (wasPresented)
            Assert.True(known.IsOf(text));
        for (var place = KeyText.Prefix.Length; place < KeyText.Length; place++)
        {
            var other = text.ToCharArray();
            other[place] = other[place] == 'a' ? 'b' : 'a';
            Assert.False(known.IsOf(other), $"The digit at {place} was changed.");
        }

        Assert.True(known.IsOf(text));
        Assert.True(known.IsOf(text));
    }

    [Fact]
    public void A_wrong_text_is_not_remembered()
    {
        var (text, other) = (KeyText.Create(), KeyText.Create());
        var known = KnownKeyOf(text);
        Assert.False(known.IsOf(other));
        Assert.False(known.IsOf(other));
        Assert.True(known.IsOf(text));
    }

    private static KnownKey KnownKeyOf(string text)
    {
        var hash = new byte[KeyText.HashLength];
        KeyText.Hash(text, hash);
        return new(new TeamKey(KeyText.IdOf(text).ToString(), "web", hash, DateTimeOffset.UnixEpoch));
    }
}
