using System.Net;
using System.Text;
using Dragoman.Access.Tokens;
using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Access.Tokens;

/// <summary>How what an issuer publishes is asked for, and which answers are taken.</summary>
public class IssuerDocumentTests
{
    private static readonly IssuerSettings Issuer = new("https://issuer.example", ["a"], []) { Discovery = new("https://issuer.example/discovery?appid=1") };

    [Fact]
    public async Task Both_documents_are_asked_for_as_JSON()
    {
        var asked = new List<string>();
        var keys = await ReadAsync(request =>
        {
            asked.Add($"{request.Method} {request.RequestUri} {request.Headers.Accept}");
            return Answer(IsDiscovery(request) ? Discovery : Keys);
        });
        Assert.Equal(1, keys.Count);
        Assert.Equal(["GET https://issuer.example/discovery?appid=1 application/json", "GET https://issuer.example/keys application/json"], asked);
    }

    [Theory]
    [InlineData(false, 0, true)]
    [InlineData(true, 0, true)]
    [InlineData(false, 1, false)]
    [InlineData(true, 1, false)]
    public async Task The_largest_document_is_read_and_no_larger_one(bool announced, int more, bool isRead)
    {
        var reading = ReadAsync(request => Answer(IsDiscovery(request) ? Discovery : Keys.PadRight(IssuerDocument.Largest + more), announced));
        if (isRead)
            Assert.Equal(1, (await reading).Count);
        else
            Assert.Equal("https://issuer.example/keys sent more than 1048576 bytes", (await Assert.ThrowsAsync<IssuerException>(() => reading)).Message);
    }

    [Fact]
    public async Task A_document_that_is_announced_as_too_large_is_not_read()
    {
        var error = await Assert.ThrowsAsync<IssuerException>(() => ReadAsync(request =>
        {
            var answer = Answer(Discovery, announced: true);
            answer.Content.Headers.ContentLength = IssuerDocument.Largest + 1;
            return answer;
        }));
        Assert.Equal("https://issuer.example/discovery sent more than 1048576 bytes", error.Message);
    }

    [Theory]
    [InlineData(201, "")]
    [InlineData(299, "")]
    [InlineData(300, "; redirects are not followed")]
    [InlineData(399, "; redirects are not followed")]
    [InlineData(400, "")]
    public async Task Another_status_than_200_is_told(int status, string addition)
    {
        var error = await Assert.ThrowsAsync<IssuerException>(() => ReadAsync(request => Answer(Discovery, status: status)));
        Assert.Equal($"https://issuer.example/discovery answered {status}{addition}", error.Message);
    }

    [Theory]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(IOException))]
    public async Task A_connection_that_fails_is_told(Type type)
    {
        var failure = type == typeof(IOException) ? new IOException("broken\noff") : (Exception)new HttpRequestException("broken\noff");
        var error = await Assert.ThrowsAsync<IssuerException>(() => ReadAsync(_ => throw failure));
        Assert.Equal(("broken\\u000aoff", failure), (error.Message, error.InnerException));
    }

    /// <summary>A process that stops is no issuer that is slow.</summary>
    [Fact]
    public async Task A_call_that_is_cancelled_is_no_failure_of_the_issuer()
    {
        using var stopping = new CancellationTokenSource();
        var reading = ReadAsync(
            _ =>
            {
                stopping.Cancel();
                throw new TaskCanceledException();
            },
            stopping.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static string Keys => $$"""{"keys":[{{VerifierUnderTest.Key.ToJwk().ToJsonString()}}]}""";

    private static string Discovery => """{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/keys"}""";

    private static bool IsDiscovery(HttpRequestMessage request) => request.RequestUri!.AbsolutePath == "/discovery";

    private static HttpResponseMessage Answer(string body, bool announced = false, int status = 200)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status);
        // The content sets the length by itself only if its stream knows it.
        answer.Content = announced ? new ByteArrayContent(Encoding.UTF8.GetBytes(body)) : new StreamContent(new UnseekableStream(Encoding.UTF8.GetBytes(body)));
        Assert.Equal(announced, answer.Content.Headers.ContentLength is not null);
        return answer;
    }

    private static async Task<SigningKeys> ReadAsync(Func<HttpRequestMessage, HttpResponseMessage> answer, CancellationToken cancellation = default)
    {
        using var connections = new ScriptedConnections((request, _) => Task.FromResult(IsDiscovery(request) || request.RequestUri!.AbsolutePath == "/keys" ? answer(request) : throw new InvalidOperationException()));
        using var http = new HttpMessageInvoker(connections);
        return await new IssuerDocument(http, new ManualTimeProvider()).ReadKeysAsync(Issuer, cancellation);
    }

    private sealed class UnseekableStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
