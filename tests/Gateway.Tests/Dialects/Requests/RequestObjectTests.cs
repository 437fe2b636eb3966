using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;

namespace Dragoman.Gateway.Tests.Dialects.Requests;

public sealed class RequestObjectTests
{
    [Fact]
    public void Null_counts_as_absent()
    {
        var request = Of("""{"a":null}""");
        Assert.Null(request.Find("a"));
        Assert.Null(request.String("a"));
        Assert.Null(request.Bool("a"));
        Assert.Null(request.Number("a"));
        Assert.Null(request.Integer("a"));
        Assert.Null(request.Object("a"));
        Assert.Null(request.Raw("a"));
        Assert.Empty(request.Array("a"));
        Assert.Empty(request.Strings("absent"));
    }

    [Theory]
    [InlineData("""{"a":"one","a":"two"}""")]
    [InlineData("""{"a":"one","\u0061":"two"}""")]
    [InlineData("""{"a":null,"a":"two"}""")]
    [InlineData("""{"a":"one","a":null}""")]
    public void A_member_that_is_there_twice_is_refused(string json) => Refuses("a", () => Of(json).String("a"));

    [Theory]
    [InlineData("""{"task":"one","Task":"two"}""")]
    [InlineData("""{"task":"one","TASK":"two"}""")]
    [InlineData("""{"Task":"two"}""")]
    [InlineData("""{"task":"one","\u0054ask":"two"}""")]
    [InlineData("""{"task":"one","ta\u017fk":"two"}""")]
    [InlineData("""{"task":"one","ta\u017f\u212a":"two"}""")]
    [InlineData("""{"task":"one","taſK":"two"}""")]
    public void A_member_that_others_would_take_for_the_one_that_is_read_is_refused(string json) => Refuses("task", () => Of(json).String("task"));

    [Fact]
    public void Members_that_nobody_reads_may_be_there_as_often_as_they_like()
    {
        var request = Of("""{"a":"one","b":1,"b":2,"B":3,"aa":4}""");
        Assert.Equal("one", request.String("a"));
        Assert.Equal(5, request.Members.Count());
    }

    [Fact]
    public void In_any_case_the_last_duplicate_wins() =>
        Assert.Equal("two", Of("""{"A":"one","aA":"x","a":"two"}""", ignoreCase: true).String("a"));

    [Fact]
    public void Names_match_in_any_case_only_where_asked()
    {
        Refuses("model", () => Of("""{"Model":"m"}""").String("model"));
        Assert.Equal("m", Of("""{"MODEL":"m"}""", ignoreCase: true).String("model"));
        Assert.Equal("m", Of("""{"Outer":{"INNER":"m"}}""", ignoreCase: true).Object("outer")!.Value.String("inner"));
        Assert.Equal("m", Of("""{"List":[{"INNER":"m"}]}""", ignoreCase: true).Objects("list").Single().String("inner"));
    }

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("-1", -1L)]
    [InlineData("1.9", 1L)]
    [InlineData("-1.9", -1L)]
    [InlineData("1e3", 1000L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_fraction_is_cut_off(string json, long expected) => Assert.Equal(expected, Of($"{{\"a\":{json}}}").Integer("a"));

    [Theory]
    [InlineData("99999999999", int.MaxValue)]
    [InlineData("-99999999999", int.MinValue)]
    [InlineData("131072", 131072)]
    public void An_integer_beyond_32_bits_is_held_at_the_bound(string json, int expected) => Assert.Equal(expected, Of($"{{\"a\":{json}}}").Int32("a"));

    [Theory]
    [InlineData("1e999")]
    [InlineData("1e19")]
    [InlineData("\"1\"")]
    public void What_is_no_integer_is_refused(string json) => Refuses("a", () => Of($"{{\"a\":{json}}}").Integer("a"));

    [Fact]
    public void A_wrong_type_is_refused_by_its_path()
    {
        var request = Of("""{"s":1,"b":"x","n":"1","o":[],"l":{},"items":[{"name":1}],"words":["a",2],"objects":[1],"deep":{"in":{"s":true}}}""");
        Refuses("s", () => request.String("s"), "s must be a string, not a number");
        Refuses("b", () => request.Bool("b"), "b must be true or false, not a string");
        Refuses("n", () => request.Number("n"), "n must be a number, not a string");
        Refuses("o", () => request.Object("o"), "o must be an object, not an array");
        Refuses("l", () => request.Array("l"), "l must be an array, not an object");
        Refuses("items[0].name", () => request.Objects("items").Single().String("name"), "items[0].name must be a string, not a number");
        Refuses("words[1]", () => request.Strings("words").ToList(), "words[1] must be a string, not a number");
        Refuses("objects[0]", () => request.Objects("objects").ToList(), "objects[0] must be an object, not a number");
        Refuses("deep.in.s", () => request.Object("deep")!.Value.Object("in")!.Value.String("s"), "deep.in.s must be a string, not true or false");
        Refuses("absent", () => request.RequiredString("absent"), "absent is required");
    }

    [Theory]
    [InlineData("[]", "an array")]
    [InlineData("\"x\"", "a string")]
    [InlineData("null", "null")]
    [InlineData("7", "a number")]
    public void A_body_that_is_no_object_is_refused(string json, string what) =>
        Refuses("", () => Of(json), $"the request body must be an object, not {what}");

    [Fact]
    public void Strings_with_half_a_surrogate_pair_or_NUL_are_read()
    {
        Assert.Equal("a\ufffdb", Of("""{"a":"a\ud83db"}""").String("a"));
        Assert.Equal("a\0b", Of("""{"a":"a\u0000b"}""").String("a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_with_half_a_surrogate_pair_is_just_another_unknown_name(bool ignoreCase)
    {
        var request = Of("""{"\ud83d":1,"mode\ud83d":2,"\udc4b\ud83d":3,"model":"m"}""", ignoreCase);
        Assert.Equal("m", request.String("model"));
        Assert.Null(request.String("other"));
        Assert.Equal(4, request.Members.Count());
    }

    private static RequestObject Of(string json, bool ignoreCase = false) => RequestObject.OfBody(JsonDocument.Parse(json).RootElement, ignoreCase);

    private static void Refuses(string field, Func<object?> reading, string? message = null)
    {
        var error = Assert.Throws<GatewayException>(reading).Error;
        Assert.Equal(ErrorKind.InvalidRequest, error.Kind);
        Assert.Equal(field, error.Field);
        if (message is not null)
            Assert.Equal(message, error.Message);
    }
}
