using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.Azure;

public sealed class AzureTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Deployment = "/azure/openai/deployments/gpt-4.1-mini/chat/completions";
    private const string Ask = """{"messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task A_deployment_needs_a_version()
    {
        var (status, body) = await emulator.PostAsync(Deployment, Ask);
        Assert.Equal(404, status);
        Assert.Equal("Resource not found", body.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_answer_tells_the_base_model_and_what_the_filter_found()
    {
        using var response = await emulator.SendAsync($"{Deployment}?api-version=2024-10-21", Ask);
        Assert.True(response.Headers.Contains("apim-request-id"));
        var body = RunningEmulator.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("gpt-4.1-mini-2025-04-14", body.GetProperty("model").GetString());
        Assert.Equal("safe", body.GetProperty("choices")[0].GetProperty("content_filter_results").GetProperty("hate").GetProperty("severity").GetString());
        Assert.Equal(1, body.GetProperty("prompt_filter_results").GetArrayLength());
    }

    [Fact]
    public async Task A_stream_begins_with_a_chunk_about_the_prompt()
    {
        var events = await emulator.StreamAsync("/azure/openai/v1/chat/completions", RunningEmulator.User("hi", ",\"stream\":true", "gpt-4.1-mini"));
        var first = RunningEmulator.Parse(events[0]);
        Assert.Equal(0, first.GetProperty("choices").GetArrayLength());
        Assert.Equal("", first.GetProperty("id").GetString());
        Assert.True(first.TryGetProperty("prompt_filter_results", out _));
        Assert.Empty(RunningEmulator.Parse(events[1]).GetProperty("choices")[0].GetProperty("content_filter_results").EnumerateObject());
    }

    [Theory]
    [InlineData("nope", 404, "DeploymentNotFound")]
    [InlineData("emulate-block", 400, "content_filter")]
    [InlineData("emulate-status-401", 401, "401")]
    public async Task Errors_are_Azures(string deployment, int expected, string code)
    {
        var (status, body) = await emulator.PostAsync($"/azure/openai/deployments/{deployment}/chat/completions?api-version=2024-10-21", Ask);
        Assert.Equal(expected, status);
        Assert.Equal(code, body.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.String, body.GetProperty("error").GetProperty("message").ValueKind);
    }
}
