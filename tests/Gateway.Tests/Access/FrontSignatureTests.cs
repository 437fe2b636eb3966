using Dragoman.Access;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Access;

public sealed class FrontSignatureTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1796082521);

    /// <summary>What nginx 1.22 with njs 0.7.9 made of nginx/front-signature.js.</summary>
    [Theory]
    [InlineData("/api/tags", "410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("/v1/models/a%2Fb", "652101df9568469a013f962ddaa07454c2229e12d86baa74af1294bd83bdfd85")]
    [InlineData("//v1///models/a%252Fb/", "652101df9568469a013f962ddaa07454c2229e12d86baa74af1294bd83bdfd85")]
    [InlineData("/%C3%A9", "60106d6bb21fcf9de7b59c304485c8fe6e17cf358976a28cbe2d8d3cbc950961")]
    [InlineData("/%25252525252541", "995b47718b86bcd3535cd62b971718b4e6fc4684e55f1d71b6adfc19818007f1")]
    [InlineData("/", "ce583964f9667b79b350b1d5795532ce81496a456cdf8d92e3bc58c25489967c")]
    public void It_is_what_nginx_makes(string path, string code) =>
        Assert.Equal($"t=1796082521,s={code}", FrontSignature.Make(Key, Now, "GET", path));

    [Theory]
    [InlineData("/", "/")]
    [InlineData("//", "/")]
    [InlineData("/a//b/", "/a/b")]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a%252fb", "/a/b")]
    [InlineData("/a%25252525fb", "/a%fb")]
    [InlineData("/a%2525252525fb", "/a%25fb")]
    [InlineData("/%41%7e%20", "/A~ ")]
    [InlineData("/%C3%A9", "/\u00c3\u00a9")]
    [InlineData("/100%", "/100%")]
    [InlineData("/%4", "/%4")]
    [InlineData("/%zz%4g", "/%zz%4g")]
    [InlineData("/%0a/", "/\n")]
    [InlineData("", "")]
    public void The_signed_path_is_decoded(string path, string plain) => Assert.Equal(plain, FrontSignature.PlainOf(path));

    [Fact]
    public void A_path_of_many_encoded_characters_is_signed_as_it_is()
    {
        Assert.Equal("/" + new string('a', 100), FrontSignature.PlainOf("/" + string.Concat(Enumerable.Repeat("%61", 100))));
        var many = "/" + string.Concat(Enumerable.Repeat("%61", 101));
        Assert.Equal(many, FrontSignature.PlainOf(many));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(119, true)]
    [InlineData(120, true)]
    [InlineData(120.001, false)]
    [InlineData(-30, true)]
    [InlineData(-30.001, false)]
    [InlineData(1e10, false)]
    [InlineData(-1e10, false)]
    public void It_counts_for_two_minutes(double age, bool counts) =>
        Assert.Equal(counts, FrontSignature.TryRead(FrontSignature.Make(Key, Now, "GET", "/"))!.IsValidAt(Now.AddSeconds(age)));

    [Theory]
    [InlineData(Key, "GET", "/api/tags", true)]
    [InlineData(Key, "GET", "/api//tags/", true)]
    [InlineData(Key, "GET", "/%61pi/tags", true)]
    [InlineData(Key, "HEAD", "/api/tags", false)]
    [InlineData(Key, "get", "/api/tags", false)]
    [InlineData(Key, "GET", "/api/Tags", false)]
    [InlineData(Key, "GET", "/api", false)]
    [InlineData(Key, "GET", "/api/tags/x", false)]
    [InlineData(Key + "x", "GET", "/api/tags", false)]
    [InlineData("", "GET", "/api/tags", false)]
    public void It_is_bound_to_key_method_and_path(string key, string method, string path, bool same) =>
        Assert.Equal(same, FrontSignature.TryRead(FrontSignature.Make(Key, Now, "GET", "/api/tags"))!.IsBy(key, method, path));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t=1,s=")]
    [InlineData("t=,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=01,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=-1,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=+1,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=1.5,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=\u0661,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=999999999999,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=9999999999999999999999,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=1796082521,s=410B888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=1796082521,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a6506")]
    [InlineData("t=1796082521,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a650688")]
    [InlineData("t=1796082521,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a6506g")]
    [InlineData("t=1796082521, s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068")]
    [InlineData("t=1796082521,s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068,")]
    [InlineData("s=410b888c79ba57238474b631ae3351d33594cc0e1d814af71ab6a8e833a65068,t=1796082521")]
    public void Any_other_form_is_malformed(string? header) => Assert.Null(FrontSignature.TryRead(header));

    [Fact]
    public void No_text_is_taken_for_a_signature_and_none_breaks_the_reader() =>
        Generated.Check(Generated.Text, 2000, text =>
        {
            Assert.Null(FrontSignature.TryRead(text));
            Assert.Null(FrontSignature.TryRead("t=1796082521,s=" + text));
            Assert.Null(FrontSignature.TryRead($"t={text},s={new string('0', 64)}") is { } read && !text.All(char.IsAsciiDigit) ? read : null);
        });

    [Fact]
    public void One_changed_character_makes_it_worthless()
    {
        var header = FrontSignature.Make(Key, Now, "POST", "/v1/embeddings");
        var change = from at in Gen.Choose(0, header.Length - 1) from unit in Gen.Choose(' ', '~') select (at, unit: (char)unit);
        Generated.Check(change, 2000, each =>
        {
            var changed = string.Concat(header.AsSpan(0, each.at), [each.unit], header.AsSpan(each.at + 1));
            Assert.Equal(changed == header, FrontSignature.TryRead(changed)?.IsBy(Key, "POST", "/v1/embeddings") ?? false);
        });
    }

    [Fact]
    public void A_path_may_be_encoded_once_more_on_its_way() =>
        Generated.Check(Generated.WellFormedText, 1000, text =>
        {
            // At most 96 bytes to encode: a path with more than 100 is signed as it is.
            var sent = "/v1/models/" + Uri.EscapeDataString(string.Concat(text.EnumerateRunes().Take(24)));
            var received = sent.Replace("%2F", "%252F", StringComparison.Ordinal);
            Assert.True(FrontSignature.TryRead(FrontSignature.Make(Key, Now, "GET", sent))!.IsBy(Key, "GET", received));
        });
}
