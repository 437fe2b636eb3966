using System.Runtime.InteropServices;
using Xunit;

namespace Dragoman.Emulator.Tests.Embeddings;

public sealed class EmbeddingTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Path = "/v1/embeddings";

    [Fact]
    public async Task A_text_has_one_vector_of_1024_dimensions_and_unit_length()
    {
        var (single, list) = (await VectorsAsync("\"harbour\""), await VectorsAsync("[\"river\",\"harbour\"]"));
        Assert.Equal(1024, single[0].Length);
        Assert.Equal(1, Dot(single[0], single[0]), 5);
        Assert.Equal(single[0], list[1]);
        Assert.NotEqual(list[0], list[1]);
    }

    [Fact]
    public async Task Texts_that_share_words_lie_nearer_than_others()
    {
        var vectors = await VectorsAsync("[\"the cat sat on the mat\",\"the cat sat on the sofa\",\"quarterly revenue grew\"]");
        Assert.True(Dot(vectors[0], vectors[1]) > Dot(vectors[0], vectors[2]) + 0.3);
    }

    [Fact]
    public async Task Base64_holds_the_same_floats()
    {
        var floats = (await VectorsAsync("\"x\""))[0];
        var (_, body) = await emulator.PostAsync(Path, """{"model":"mistral-embed","input":"x","encoding_format":"base64"}""");
        var bytes = body.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(floats, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    [Fact]
    public async Task A_shorter_vector_is_the_beginning_of_the_long_one_at_unit_length()
    {
        var whole = (await VectorsAsync("\"x\""))[0];
        var part = (await VectorsAsync("\"x\"", ",\"output_dimension\":64"))[0];
        Assert.Equal(64, part.Length);
        Assert.Equal(1, Dot(part, part), 5);
        Assert.Equal(whole[1] / whole[0], part[1] / part[0], 3);
    }

    [Theory]
    [InlineData("int8", -127, 127, 1024)]
    [InlineData("uint8", 1, 255, 1024)]
    [InlineData("binary", -128, 127, 128)]
    [InlineData("ubinary", 0, 255, 128)]
    public async Task Other_data_types_are_whole_numbers(string type, int least, int most, int length)
    {
        var (_, body) = await emulator.PostAsync(Path, $$"""{"model":"mistral-embed","input":"x","output_dtype":"{{type}}"}""");
        var values = body.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(value => value.GetInt32()).ToArray();
        Assert.Equal(length, values.Length);
        Assert.All(values, value => Assert.InRange(value, least, most));
    }

    [Fact]
    public async Task Items_are_in_order_and_counted()
    {
        var (_, body) = await emulator.PostAsync(Path, """{"model":"mistral-embed","input":["one","two words"]}""");
        Assert.Equal("list", body.GetProperty("object").GetString());
        Assert.Equal([0, 1], body.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal(3, body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(3, body.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("""{"model":"mistral-embed"}""", 422)]
    [InlineData("""{"model":"mistral-embed","input":[]}""", 422)]
    [InlineData("""{"model":"mistral-embed","input":[1,2]}""", 422)]
    [InlineData("""{"model":"mistral-embed","input":"x","dimensions":5}""", 422)]
    [InlineData("""{"model":"mistral-embed","input":"x","output_dimension":0}""", 422)]
    [InlineData("""{"model":"mistral-embed","input":"x","output_dimension":2000}""", 422)]
    [InlineData("""{"model":"mistral-embed","input":"x","encoding_format":"hex"}""", 422)]
    [InlineData("""{"model":"mistral-embed","input":""}""", 400)]
    [InlineData("""{"model":"mistral-small-latest","input":"x"}""", 400)]
    public async Task What_is_wrong_is_refused(string json, int expected)
    {
        var (status, _) = await emulator.PostAsync(Path, json);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Too_many_tokens_are_refused()
    {
        var (status, body) = await emulator.PostAsync(Path, $$"""{"model":"mistral-embed","input":"{{string.Concat(Enumerable.Repeat("a ", 9000))}}"}""");
        Assert.Equal(400, status);
        Assert.Equal("3210", body.GetProperty("code").GetString());
    }

    private async Task<float[][]> VectorsAsync(string input, string more = "")
    {
        var (status, body) = await emulator.PostAsync(Path, $$"""{"model":"mistral-embed","input":{{input}}{{more}}}""");
        Assert.Equal(200, status);
        return [.. body.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray())];
    }

    private static double Dot(float[] left, float[] right) => left.Zip(right, (one, other) => (double)one * other).Sum();
}
