using System.Text;
using System.Text.Json;
using Dragoman.Secrets;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Secrets;

public sealed class CredentialScrubTests
{
    private const string Key = "sk-aB3/dE6+gH9_jK2";

    private static readonly CredentialScrub Scrub = new([Key, "another-key-0123", "emulator", null]);

    [Theory]
    [InlineData("before sk-aB3/dE6+gH9_jK2 after", "before [redacted] after")]
    [InlineData("sk-aB3/dE6+gH9_jK2sk-aB3/dE6+gH9_jK2", "[redacted][redacted]")]
    [InlineData("""{"a":"sk-aB3\/dE6+gH9_jK2"}""", """{"a":"[redacted]"}""")]
    [InlineData("""{"a":"sk-aB3\\\/dE6+gH9_jK2"}""", """{"a":"[redacted]"}""")]
    [InlineData("""{"a":"\u0073k-aB3/dE6\u002BgH9_jK2"}""", """{"a":"[redacted]"}""")]
    [InlineData("""{"a":"{\"b\":\"sk-aB3/dE6\\u002bgH9_jK\\u0032\"}"}""", """{"a":"{\"b\":\"[redacted]\"}"}""")]
    [InlineData("?key=sk-aB3%2FdE6%2bgH9_jK2&x", "?key=[redacted]&x")]
    [InlineData("%73%6B-aB3/dE6+gH9_jK2", "[redacted]")]
    [InlineData("another-key-0123, sk-aB3/dE6+gH9_jK2", "[redacted], [redacted]")]
    [InlineData("the emulator answers", "the emulator answers")]
    [InlineData("sk-aB3/dE6+gH9_jK", "sk-aB3/dE6+gH9_jK")]
    [InlineData("sk-aB3\\ndE6+gH9_jK2 100%", "sk-aB3\\ndE6+gH9_jK2 100%")]
    [InlineData("\\", "\\")]
    [InlineData("", "")]
    public void A_credential_is_taken_out_however_it_is_written(string text, string expected)
    {
        Assert.Equal(expected, Scrub.Clean(text));
        Assert.Equal(expected, Encoding.UTF8.GetString(Scrub.Clean(Encoding.UTF8.GetBytes(text).AsSpan())));
        Assert.Equal(expected != text, Scrub.IsIn(text));
    }

    [Fact]
    public void Any_mixture_of_escapes_is_found_and_nothing_else_is_touched()
    {
        var letter = Gen.Elements<Func<char, string>>(
            each => each.ToString(),
            each => each.ToString(),
            each => $"\\u{(int)each:x4}",
            each => $"\\u{(int)each:X4}",
            each => $"\\\\u{(int)each:x4}",
            each => $"%{(int)each:x2}",
            each => $"%{(int)each:X2}",
            each => each == '/' ? "\\/" : each.ToString());
        // A backslash before the key would escape its first letter.
        var cases = from ways in letter.ListOf(Key.Length)
                    from before in Generated.WellFormedText.Select(text => text.TrimEnd('\\'))
                    from after in Generated.WellFormedText
                    select (before, written: string.Concat(Key.Zip(ways, (each, way) => way(each))), after);
        Generated.Check(cases, 2000, each =>
        {
            Assert.Equal(each.before + "[redacted]" + each.after, Scrub.Clean(each.before + each.written + each.after));
            Assert.Equal(each.before + each.after, Scrub.Clean(each.before + each.after));
        });
    }

    [Theory]
    [InlineData("key\\with\\backslash")]
    [InlineData("key\"with\"quotes")]
    [InlineData("key<with>&'signs'")]
    public void Unusual_keys_are_found_as_JSON_writes_them(string key)
    {
        var scrub = new CredentialScrub([key]);
        Assert.Equal("a[redacted]b", scrub.Clean($"a{key}b"));
        Assert.Equal("\"a[redacted]b\"", scrub.Clean(JsonSerializer.Serialize($"a{key}b")));
    }

    [Fact]
    public void A_text_without_any_is_handed_back_and_costs_no_garbage()
    {
        var text = Encoding.UTF8.GetBytes("""{"id":"x","choices":[{"index":0,"delta":{"content":"50% of \"it\"\n\u003c sk-aB3 \u00e9 a\/b %41 another-key"}}]}""").AsMemory();
        Assert.True(Scrub.Clean(text).Equals(text));
        Scrub.Clean(text.Span);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 1000; count++)
            Scrub.Clean(text.Span);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Tokens_are_learned_and_the_newest_remembered()
    {
        var scrub = new CredentialScrub([Key]);
        for (var count = 0; count < 20; count++)
        {
            scrub.Learn($"eyJ-token-number-{count:00}");
            scrub.Learn($"eyJ-token-number-{count:00}");
        }

        scrub.Learn(Key);
        scrub.Learn("short");
        Assert.Equal("[redacted] [redacted] eyJ-token-number-11", scrub.Clean($"{Key} eyJ-token-number-12 eyJ-token-number-11"));
        Assert.Equal("[redacted] short", scrub.Clean("eyJ-token-number-19 short"));
    }

    [Theory]
    [InlineData("\\")]
    [InlineData("%73")]
    [InlineData("sk-aB3/")]
    [InlineData("\\u0073")]
    [InlineData("sk-aB3\\u002f")]
    public void Time_grows_with_the_length_and_no_faster(string piece)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));
        var started = System.Diagnostics.Process.GetCurrentProcess().UserProcessorTime;
        Assert.True(Scrub.Clean(text.AsSpan()) == text.AsSpan());
        // Linear work takes milliseconds, quadratic work would take hours.
        Assert.True(System.Diagnostics.Process.GetCurrentProcess().UserProcessorTime - started < TimeSpan.FromSeconds(20));
    }
}
