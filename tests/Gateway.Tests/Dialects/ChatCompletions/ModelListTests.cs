using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

public sealed class ModelListTests
{
    [Fact]
    public void Mistrals_extra_members_are_read_and_doubles_left_out()
    {
        var models = Read("""
            {"object":"list","data":[
              {"id":"mistral-small-latest","created":1795168800,"max_context_length":131072,"capabilities":{"completion_chat":true,"function_calling":true,"vision":true,"completion_fim":false,"reasoning":false}},
              {"id":"mistral-small-latest","capabilities":{"completion_chat":true}},
              {"id":"mistral-embed","capabilities":{"completion_chat":false}}]}
            """);
        Assert.Equal(["mistral-small-latest", "mistral-embed"], models.Select(model => model.Id));
        Assert.Equal(["completion", "tools", "vision"], models[0].Capabilities);
        Assert.Equal((1795168800L, 131072), (models[0].Created, models[0].ContextLength));
        Assert.Equal(["embedding"], models[1].Capabilities);
    }

    [Fact]
    public void Bare_lists_nulls_and_vllm_lengths_are_read()
    {
        Assert.Empty(Read("""{"object":"list","data":null}"""));
        var model = Assert.Single(Read("""[{"id":"m","max_model_len":4096,"created":"x"}]"""));
        Assert.Equal(new ListedModel("m", 0, 4096), model);
    }

    [Fact]
    public void A_model_without_a_name_is_none() =>
        Assert.Equal("m", Assert.Single(Read("""{"data":[{"id":""},{"id":null},{"id":"m"}]}""")).Id);

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":[{"name":"m"}]}""")]
    [InlineData("""{"data":[{"id":7}]}""")]
    public void What_is_no_model_list_is_the_providers_failure(string body) =>
        Assert.Equal(ErrorKind.UpstreamFailed, Assert.Throws<GatewayException>(() => Read(body)).Error.Kind);

    private static IReadOnlyList<ListedModel> Read(string body) => ModelList.Read(Encoding.UTF8.GetBytes(body));
}
