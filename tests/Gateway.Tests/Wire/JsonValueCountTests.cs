using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Wire;

public class JsonValueCountTests
{
    [Theory]
    [InlineData("\"a,b:[{\"", 1)]
    [InlineData("""{"a":[1,2],"b":"\"],["}""", 7)]
    [InlineData("[0,0,0]", 4)]
    [InlineData("[]", 2)]
    [InlineData("", 1)]
    [InlineData("\"a\\", 1)]
    public void Values_and_names_are_counted(string json, long expected) => Assert.Equal(expected, JsonValueCount.Of(Encoding.UTF8.GetBytes(json)));

    /// <summary>The count is never too low, and at most one too high for each list and object.</summary>
    [Fact]
    public void The_count_is_that_of_a_parser() => Generated.Check(Gen.Sized(Value), 300, node =>
    {
        var json = Encoding.UTF8.GetBytes(node?.ToJsonString() ?? "null");
        var (values, holders) = Count(json);

        Assert.InRange(JsonValueCount.Of(json), values, values + holders);
    });

    private static (int Values, int Holders) Count(byte[] json)
    {
        var (values, holders) = (0, 0);
        for (var reader = new Utf8JsonReader(json); reader.Read();)
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                holders++;
            if (reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
                values++;
        }

        return (values, holders);
    }

    private static Gen<JsonNode?> Value(int size)
    {
        var leaf = Gen.OneOf(Generated.WellFormedText.Select(text => (JsonNode?)JsonValue.Create(text)), Gen.Choose(0, 9).Select(number => (JsonNode?)JsonValue.Create(number)));
        if (size <= 1)
            return leaf;
        var inner = Value(size / 3);
        return Gen.OneOf(
            leaf,
            inner.ListOf().Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
            inner.ListOf().Select(items => (JsonNode?)new JsonObject(items.Select((item, index) => KeyValuePair.Create($"a{index},", item?.DeepClone())))));
    }
}
