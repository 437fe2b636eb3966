using Dragoman.Functions.Isolated;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Moq;
using Xunit;

namespace Dragoman.Functions.Tests;

public class FailureStatusTests
{
    /// <summary>The name under which the integration keeps the request's context.</summary>
    private const string HttpContextKey = "HttpRequestContext";

    private readonly DefaultHttpContext http = new();
    private readonly Mock<FunctionContext> function = new();

    public FailureStatusTests() => function.Setup(context => context.Items).Returns(new Dictionary<object, object> { [HttpContextKey] = http });

    [Fact]
    public async Task What_does_not_fail_is_left_as_it_is()
    {
        await new FailureStatus().Invoke(function.Object, _ =>
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });

        Assert.Equal(StatusCodes.Status204NoContent, http.Response.StatusCode);
    }

    [Fact]
    public async Task A_function_that_throws_before_its_answer_is_a_500()
    {
        var thrown = new InvalidOperationException("any");

        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => new FailureStatus().Invoke(function.Object, _ => throw thrown)));

        Assert.Equal(StatusCodes.Status500InternalServerError, http.Response.StatusCode);
    }

    [Fact]
    public async Task A_function_that_throws_within_its_answer_breaks_it_off()
    {
        var response = new Mock<IHttpResponseFeature>();
        response.SetupGet(feature => feature.HasStarted).Returns(true);
        response.SetupProperty(feature => feature.StatusCode, StatusCodes.Status200OK);
        var lifetime = new Mock<IHttpRequestLifetimeFeature>();
        http.Features.Set(response.Object);
        http.Features.Set(lifetime.Object);

        await Assert.ThrowsAsync<InvalidOperationException>(() => new FailureStatus().Invoke(function.Object, _ => throw new InvalidOperationException("any")));

        lifetime.Verify(feature => feature.Abort(), Times.Once);
        Assert.Equal(StatusCodes.Status200OK, http.Response.StatusCode);
    }

    [Fact]
    public async Task A_function_without_a_request_fails_as_usual()
    {
        function.Setup(context => context.Items).Returns(new Dictionary<object, object>());

        await Assert.ThrowsAsync<InvalidOperationException>(() => new FailureStatus().Invoke(function.Object, _ => throw new InvalidOperationException("any")));
    }
}
