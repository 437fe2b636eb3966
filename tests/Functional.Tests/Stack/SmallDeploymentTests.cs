using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>nginx, sidecar and emulator, without functions (design 3).</summary>
public class SmallDeploymentTests(SmallDeployment deployment) : IClassFixture<SmallDeployment>
{
    private readonly DragomanStack stack = deployment.Stack;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_sidecar_answers_chats_streamed_and_not(bool stream)
    {
        using var answer = await stack.Client.SendAsync(Requests.OllamaChat(stream));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"done\":true", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var log = await stack.Door.AccessLogAsync(answer.RequestId());
        Assert.Equal(stack.Sidecar.Address.Authority, log.GetProperty("upstream").GetString());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/tags")]
    [InlineData("/v1/models")]
    public async Task The_sidecar_answers_the_rest_too(string path)
    {
        using var answer = await stack.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
