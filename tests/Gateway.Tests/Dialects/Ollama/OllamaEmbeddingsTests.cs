using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;

namespace Dragoman.Gateway.Tests.Dialects.Ollama;

public sealed class OllamaEmbeddingsTests
{
    [Theory]
    [InlineData("\"input\":\"a\"", new[] { "a" })]
    [InlineData("\"input\":[\"a\",\"b\"]", new[] { "a", "b" })]
    [InlineData("\"input\":[\"\"]", new[] { "" })]
    [InlineData("\"input\":\"\"", new string[0])]
    [InlineData("\"input\":[]", new string[0])]
    [InlineData("\"input\":null", new string[0])]
    [InlineData("\"truncate\":true", new string[0])]
    public void Inputs_are_a_text_or_a_list_or_nothing(string member, string[] inputs) =>
        Assert.Equal(inputs, OllamaEmbeddings.ReadEmbed(Json.Parse($"{{\"model\":\"m\",{member}}}")).Inputs);

    [Theory]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("[\"a\",7]")]
    [InlineData("true")]
    public void Other_inputs_are_refused_in_Ollamas_words(string input)
    {
        var error = Assert.Throws<GatewayException>(() => OllamaEmbeddings.ReadEmbed(Json.Parse($"{{\"model\":\"m\",\"input\":{input}}}"))).Error;
        Assert.Equal(("input", "invalid input type"), (error.Field, error.Message));
    }

    [Fact]
    public void Zero_dimensions_are_all_of_them()
    {
        Assert.Null(OllamaEmbeddings.ReadEmbed(Json.Parse("""{"model":"m","input":"a","dimensions":0}""")).Dimensions);
        Assert.Equal(8, OllamaEmbeddings.ReadEmbed(Json.Parse("""{"model":"m","input":"a","dimensions":8}""")).Dimensions);
    }

    [Fact]
    public void Vectors_are_cut_and_scaled_to_unit_length()
    {
        var json = Write(new EmbeddingRequest("m", ["a"], 2), new EmbeddingAnswer([[3, 4, 12]], new Usage(5, 0)));
        Assert.Equal(["model", "embeddings", "total_duration", "load_duration", "prompt_eval_count"], json.Names());
        Assert.Equal([0.6f, 0.8f], json.GetProperty("embeddings")[0].EnumerateArray().Select(value => value.GetSingle()));
        Assert.Equal(5, json.GetProperty("prompt_eval_count").GetInt64());
    }

    [Fact]
    public void More_dimensions_than_there_are_change_nothing() => Assert.Equal([1f, 0f], OllamaEmbeddings.Normalize([1, 0], 5));

    [Fact]
    public void A_zero_vector_stays_zero() => Assert.Equal([0f, 0f], OllamaEmbeddings.Normalize([0, 0], null));

    [Fact]
    public void Nothing_to_embed_is_an_empty_list()
    {
        var json = Write(new EmbeddingRequest("m", [], null), new EmbeddingAnswer([], Usage.Absent));
        Assert.Equal("""{"model":"m","embeddings":[]}""", json.GetRawText());
    }

    [Fact]
    public void The_older_endpoint_has_one_prompt_and_one_vector()
    {
        var request = OllamaEmbeddings.ReadEmbeddings(Json.Parse("""{"Model":"m","Prompt":"p"}"""));
        Assert.Equal(["p"], request.Inputs);
        Assert.Empty(OllamaEmbeddings.ReadEmbeddings(Json.Parse("""{"model":"m","prompt":""}""")).Inputs);
        Assert.Equal("model is required", Assert.Throws<GatewayException>(() => OllamaEmbeddings.ReadEmbeddings(Json.Parse("{}"))).Error.Message);
        Assert.Equal("options", Assert.Throws<GatewayException>(() => OllamaEmbeddings.ReadEmbeddings(Json.Parse("""{"model":"m","prompt":"a","options":[]}"""))).Error.Field);
        Assert.Equal("options", Assert.Throws<GatewayException>(() => OllamaEmbeddings.ReadEmbed(Json.Parse("""{"model":"m","input":"a","options":7}"""))).Error.Field);
        Assert.Equal("prompt", Assert.Throws<GatewayException>(() => OllamaEmbeddings.ReadEmbeddings(Json.Parse("""{"model":"m","prompt":[]}"""))).Error.Field);

        var output = new ArrayBufferWriter<byte>();
        OllamaEmbeddings.WriteEmbeddings(new EmbeddingAnswer([[3, 4]], Usage.Absent), output);
        Assert.Equal("""{"embedding":[3,4]}""", Json.TextOf(output));
        output.Clear();
        OllamaEmbeddings.WriteEmbeddings(new EmbeddingAnswer([], Usage.Absent), output);
        Assert.Equal("""{"embedding":[]}""", Json.TextOf(output));
    }

    private static JsonElement Write(EmbeddingRequest request, EmbeddingAnswer answer)
    {
        var output = new ArrayBufferWriter<byte>();
        OllamaEmbeddings.WriteEmbed(request, answer, TimeSpan.Zero, output);
        return Json.Parse(output.WrittenMemory);
    }
}
