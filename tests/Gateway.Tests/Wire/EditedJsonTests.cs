using System.Text;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class EditedJsonTests
{
    private static EditedJson Edit(string json) => new(JsonMembers.TryReadFirst(Encoding.UTF8.GetBytes(json))!);

    private static string Text(EditedJson edited) => Encoding.UTF8.GetString(edited.Written.Span);

    [Theory]
    [InlineData("{\"model\":\"a\"}", "{\"model\":1}")]
    [InlineData("{ \"x\" : 1.50e0 , \"model\" : { \"deep\" : [] } , \"y\":\"\\u0041\" }", "{ \"x\" : 1.50e0 , \"model\" : 1 , \"y\":\"\\u0041\" }")]
    [InlineData("{\"model\":\"a\",\"x\":2,\"model\":\"b\"}", "{\"model\":null,\"x\":2,\"model\":1}")]
    [InlineData("{\"mod\\u0065l\":\"a\"}", "{\"mod\\u0065l\":1}")]
    [InlineData("{\"model\":\"a\"} trailing", "{\"model\":1}")]
    public void A_value_is_replaced_and_every_other_byte_kept(string json, string expected)
    {
        var edited = Edit(json);
        Assert.True(edited.Set("model"u8, "1"u8.ToArray()));
        Assert.Equal(expected, Text(edited));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"other\":{\"model\":\"a\"}}")]
    public void What_is_not_there_is_not_replaced(string json)
    {
        var edited = Edit(json);
        Assert.False(edited.Set("model"u8, "1"u8.ToArray()));
        Assert.Equal(json, Text(edited));
    }

    [Theory]
    [InlineData("{}", "{\"n\":1}")]
    [InlineData("{ }", "{\"n\":1 }")]
    [InlineData("{\"a\":2}", "{\"n\":1,\"a\":2}")]
    public void A_member_is_put_in_front(string json, string expected)
    {
        var edited = Edit(json);
        edited.Add("\"n\":1"u8);
        Assert.Equal(expected, Text(edited));
    }

    [Fact]
    public void Changes_come_together_whatever_their_order()
    {
        var edited = Edit("{\"a\":1,\"b\":2,\"c\":3}");
        edited.Set("c"u8, "33"u8.ToArray());
        edited.Add("\"n\":0"u8);
        edited.Set("a"u8, "11"u8.ToArray());
        edited.Replace("b"u8, "\"bb\":22"u8.ToArray());
        Assert.Equal("{\"n\":0,\"a\":11,\"bb\":22,\"c\":33}", Text(edited));
        // The last change of a member counts, even after the object was written.
        edited.Set("a"u8, "\"eleven\""u8.ToArray());
        const string whole = "{\"n\":0,\"a\":\"eleven\",\"bb\":22,\"c\":33}";
        Assert.Equal(whole, Text(edited));
        Assert.Equal(whole.Length, edited.Length);
        Assert.Equal(whole, string.Concat(edited.Pieces().Select(piece => Encoding.UTF8.GetString(piece.Span))));
    }

    [Fact]
    public void The_last_addition_comes_first_and_the_last_change_of_a_repeated_member_counts()
    {
        var edited = Edit("{\"a\":1,\"b\":2,\"a\":3,\"b\":4,\"a\":5}");
        edited.Add("\"n\":0"u8);
        edited.Set("b"u8, "22"u8.ToArray());
        edited.Set("a"u8, "11"u8.ToArray());
        Assert.Equal("{\"n\":0,\"a\":null,\"b\":null,\"a\":null,\"b\":22,\"a\":11}", Text(edited));
        edited.Add("\"m\":0"u8);
        edited.Set("b"u8, "222"u8.ToArray());
        const string whole = "{\"m\":0,\"n\":0,\"a\":null,\"b\":null,\"a\":null,\"b\":222,\"a\":11}";
        Assert.Equal(whole.Length, edited.Length);
        Assert.Equal(whole, Text(edited));
    }
}
