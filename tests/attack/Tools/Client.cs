using System.Net.Http.Headers;
using System.Text;

namespace Dragoman.Attack.Tools;

/// <summary>An answer as a client received it.</summary>
/// <param name="Status">The status. 0 when there was no answer; <paramref name="Body"/> then gives the reason.</param>
/// <param name="Headers">All headers, one per line.</param>
/// <param name="Body">The body as text.</param>
internal sealed record Answer(int Status, string Headers, string Body)
{
    /// <summary>A short form for evidence.</summary>
    public override string ToString() => $"{Status} {(Body.Length <= 120 ? Body : Body[..120] + "…")}";

    public string? Header(string name) =>
        Headers.Split('\n').Select(line => line.Split(": ", 2)).FirstOrDefault(pair => pair[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
}

/// <summary>An HTTP client that never throws because of a server's behavior.</summary>
internal static class Client
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        ResponseDrainTimeout = TimeSpan.Zero,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2),
    });

    public static Task<Answer> GetAsync(Uri address, string path, TimeSpan? within = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, address, path, null, within, headers);

    public static Task<Answer> PostAsync(Uri address, string path, string body, TimeSpan? within = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, address, path, Encoding.UTF8.GetBytes(body), within, headers);

    public static async Task<Answer> SendAsync(HttpMethod method, Uri address, string path, byte[]? body, TimeSpan? within, params (string Name, string Value)[] headers)
    {
        using var patience = new CancellationTokenSource(within ?? Patience);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(address, path));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await Http.SendAsync(request, patience.Token);
            var text = await response.Content.ReadAsStringAsync(patience.Token);
            var all = response.Headers.Concat(response.Content.Headers).Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
            return new Answer((int)response.StatusCode, string.Join('\n', all), text);
        }
        catch (OperationCanceledException)
        {
            return new Answer(0, "", "no answer in time");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return new Answer(0, "", error.GetBaseException().Message);
        }
    }
}
