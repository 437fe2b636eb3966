using System.Net.Http.Headers;
using Dragoman.Administration;
using Dragoman.Cli.Credentials;

namespace Dragoman.Cli.Clients;

/// <summary>Sends calls to a gateway over HTTP. The gateway finds out who asks by the credential in the header.</summary>
internal sealed class RemoteClient(GatewayAddress address, CredentialSource credentials) : IAdminClient
{
    private readonly HttpClient http = GatewayHttp.Create(address.IsLoopback);

    public GatewayAddress Address => address;

    public async Task<AdminAnswer> SendAsync(AdminCall call, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method), address.UriOf("dragoman/" + call.Path, call.Query));
        if (!call.Body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(call.Body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        // The gateway checks these headers; a check here would be another rule.
        if (call.IfMatch is { } match)
            request.Headers.TryAddWithoutValidation("If-Match", match);
        if (call.IdempotencyKey is { } key)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await SendAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gets another path of the gateway, such as <c>v1/models</c>.</summary>
    public Task<AdminAnswer> GetAsync(string path, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, address.UriOf(path, [])), cancellation);

    /// <summary>Opens a stream of lines.</summary>
    /// <returns>The answer, whose body was not read yet.</returns>
    public async Task<HttpResponseMessage> OpenAsync(string path, string mediaType, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address.UriOf(path, []));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        await AuthorizeAsync(request, cancellation).ConfigureAwait(false);
        return await GatewayHttp.SendAsync(http, request, HttpCompletionOption.ResponseHeadersRead, "", cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads an answer.</summary>
    public static async Task<AdminAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        new((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false))
        {
            ETag = response.Headers.ETag?.ToString(),
            RetryAfter = response.Headers.RetryAfter?.Delta,
            IsReplay = response.Headers.Contains("Idempotency-Replayed"),
        };

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<AdminAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        await AuthorizeAsync(request, cancellation).ConfigureAwait(false);
        var doubt = request.Method == HttpMethod.Get ? "" : "; a change may have been made: look before you repeat it, or repeat it with the same --idempotency-key";
        using var response = await GatewayHttp.SendAsync(http, request, HttpCompletionOption.ResponseContentRead, doubt, cancellation).ConfigureAwait(false);
        return await ReadAsync(response, cancellation).ConfigureAwait(false);
    }

    private async Task AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (await credentials.GetAsync(cancellation).ConfigureAwait(false) is { } credential)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
    }
}
