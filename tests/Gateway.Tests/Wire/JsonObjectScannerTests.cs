using System.Text;
using Dragoman.Wire;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class JsonObjectScannerTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1}{"b":2}""", """{"a":1}""")]
    [InlineData("""{"a":1}  {"b":2}""", """{"a":1}  """)]
    [InlineData("""{"a":"}{"}{"b":2}""", """{"a":"}{"}""")]
    [InlineData("""{"a":"\"}{\\"}{}""", """{"a":"\"}{\\"}""")]
    [InlineData("""{"a":{"b":[{},{}]}}{}""", """{"a":{"b":[{},{}]}}""")]
    [InlineData("""[{}]{}""", """[{}]{}""")]
    [InlineData("""{"a":1}]{"b":2}""", """{"a":1}]{"b":2}""")]
    [InlineData("""plain words {""", """plain words {""")]
    public void Only_a_second_object_is_left_over(string json, string read)
    {
        var escaped = JsonText.Escape(json);
        Assert.Equal(JsonText.Escape(read).Length, new JsonObjectScanner().Read(escaped));
        // The same with every character escaped.
        Assert.Equal(read.Length * 6, new JsonObjectScanner().Read(Encoding.UTF8.GetBytes(string.Concat(json.Select(unit => $"\\u{(int)unit:x4}")))));
    }

    [Fact]
    public void Where_an_object_ends_does_not_depend_on_its_slices()
    {
        var cases = from text in Generated.WellFormedText from seed in Gen.Choose(0, int.MaxValue) select (text, seed);
        Generated.Check(cases, 500, item =>
        {
            var json = "{\"a\":\"" + Encoding.UTF8.GetString(JsonText.Escape(item.text)) + "\"}";
            var scanner = new JsonObjectScanner();
            foreach (var rune in json.EnumerateRunes())
            {
                Assert.False(scanner.IsComplete);
                var escaped = JsonText.Escape(rune.ToString());
                Assert.Equal(escaped.Length, scanner.Read(escaped));
                Assert.True(scanner.HasBegun);
            }

            Assert.True(scanner.IsComplete);
            Assert.Equal(0, scanner.Read("{"u8));
        });
    }
}
