using System.Net;
using System.Text;
using Xunit;

namespace Dragoman.Emulator.Tests.Api;

public sealed class AcceptedKeysTests : IAsyncLifetime
{
    private readonly RunningEmulator emulator = new();

    public Task InitializeAsync() => emulator.InitializeAsync();

    public Task DisposeAsync() => emulator.DisposeAsync();

    [Theory]
    [InlineData("/v1/models", 401)]
    [InlineData("/openai/v1/models", 401)]
    [InlineData("/anthropic/v1/models", 401)]
    [InlineData("/gemini/v1beta/models", 400)]
    [InlineData("/compat/v1/models", 401)]
    public async Task A_test_names_the_keys_that_are_accepted(string path, int refusal)
    {
        Assert.Equal(200, await StatusAsync(path));
        await PutAsync("""{"keys":["another-key","a-third-key"]}""");
        Assert.Equal(refusal, await StatusAsync(path));
        await PutAsync("""{"keys":["another-key","a-key-of-the-tests"]}""");
        Assert.Equal(200, await StatusAsync(path));
        await PutAsync("""{"keys":[]}""");
        Assert.Equal(refusal, await StatusAsync(path));
        using var all = await emulator.Client.DeleteAsync("/__emulator/keys");
        Assert.Equal(HttpStatusCode.OK, all.StatusCode);
        Assert.Equal(200, await StatusAsync(path));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"keys":"a"}""")]
    [InlineData("""{"keys":[1]}""")]
    [InlineData("{")]
    public async Task Anything_else_is_refused(string body)
    {
        using var answer = await SendAsync(body);
        Assert.InRange((int)answer.StatusCode, 400, 422);
        Assert.Equal(200, await StatusAsync("/v1/models"));
    }

    private async Task PutAsync(string body)
    {
        using var answer = await SendAsync(body);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<HttpResponseMessage> SendAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await emulator.Client.PutAsync("/__emulator/keys", content);
    }

    private async Task<int> StatusAsync(string path)
    {
        using var answer = await emulator.Client.GetAsync(path);
        return (int)answer.StatusCode;
    }
}
