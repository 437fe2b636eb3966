using System.Net;
using Xunit;

namespace Dragoman.Emulator.Tests.Models;

public sealed class ModelTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    [Fact]
    public async Task The_list_holds_model_cards_and_no_names_of_behaviours()
    {
        var list = await emulator.GetAsync("/v1/models");
        Assert.Equal("list", list.GetProperty("object").GetString());
        var cards = list.GetProperty("data").EnumerateArray().ToDictionary(card => card.GetProperty("id").GetString()!);
        Assert.True(cards["codestral-latest"].GetProperty("capabilities").GetProperty("completion_fim").GetBoolean());
        Assert.True(cards["mistral-small-latest"].GetProperty("capabilities").GetProperty("vision").GetBoolean());
        Assert.True(cards["magistral-small-latest"].GetProperty("capabilities").GetProperty("reasoning").GetBoolean());
        Assert.False(cards["mistral-embed"].GetProperty("capabilities").GetProperty("completion_chat").GetBoolean());
        Assert.All(cards.Values, card =>
        {
            Assert.Equal("model", card.GetProperty("object").GetString());
            Assert.Equal("mistralai", card.GetProperty("owned_by").GetString());
            Assert.Equal("base", card.GetProperty("type").GetString());
            Assert.True(card.GetProperty("max_context_length").GetInt32() > 0);
        });
        Assert.DoesNotContain(cards.Keys, id => id.StartsWith("emulate-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mistral-small-latest", "mistral-small-latest")]
    [InlineData("mistral-medium-3.5", "mistral-medium-latest")]
    [InlineData("emulate-tps-50-ttft-200", "emulate-tps-50-ttft-200")]
    public async Task A_model_is_found_by_name_alias_or_behaviour(string asked, string id) =>
        Assert.Equal(id, (await emulator.GetAsync($"/v1/models/{asked}")).GetProperty("id").GetString());

    [Theory]
    [InlineData("nope", HttpStatusCode.NotFound)]
    [InlineData("emulate-nope-1", HttpStatusCode.BadRequest)]
    public async Task An_unknown_model_is_refused(string asked, HttpStatusCode expected)
    {
        using var response = await emulator.Client.GetAsync($"/v1/models/{asked}");
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("1500", RunningEmulator.Parse(await response.Content.ReadAsStringAsync()).GetProperty("code").GetString());
    }
}
