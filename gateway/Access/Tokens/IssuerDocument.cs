using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Startup;

namespace Dragoman.Access.Tokens;

/// <summary>Reads what issuers publish: the OpenID configuration, which names the key set, and the key set.</summary>
/// <param name="http">The connections. They must not follow redirects: an issuer's keys are only at the URL that it names itself.</param>
/// <param name="clock">For the time limit.</param>
internal sealed class IssuerDocument(HttpMessageInvoker http, TimeProvider clock)
{
    /// <summary>The largest document in bytes. Those of Entra ID have about 20 KB.</summary>
    public const int Largest = 1024 * 1024;

    /// <summary>The time for both documents together.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Reads the keys of an issuer.</summary>
    /// <exception cref="IssuerException">They cannot be read.</exception>
    public async Task<SigningKeys> ReadKeysAsync(IssuerSettings issuer, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var discovery = await GetAsync(issuer.Discovery, either.Token).ConfigureAwait(false);
            return SigningKeys.Read(await GetAsync(AddressOfKeys(discovery, issuer), either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            // The limit, or the connection's own.
            throw new IssuerException($"it did not answer within {Longest.TotalSeconds:F0} s", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new IssuerException(Printable.Line(error.Message), error);
        }
    }

    /// <exception cref="IssuerException">It is not JSON that is accepted.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string what)
    {
        try
        {
            return StrictJson.Parse(utf8);
        }
        catch (JsonException error)
        {
            throw new IssuerException($"{what} is not {StrictJson.Rule}", error);
        }
    }

    private static Uri AddressOfKeys(ReadOnlyMemory<byte> discovery, IssuerSettings issuer)
    {
        using var document = Parse(discovery, "the OpenID configuration");
        // Whoever can change one document on the issuer's host could otherwise speak for another issuer (OpenID Connect Discovery 1.0, section 4.3).
        if (TextOf(document.RootElement, "issuer") is var named && named != issuer.Issuer)
            throw new IssuerException($"its OpenID configuration is that of {(named is null ? "no issuer" : Printable.Quote(Printable.Line(named)))}");
        if (TextOf(document.RootElement, "jwks_uri") is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var address))
            throw new IssuerException("its OpenID configuration has no jwks_uri");
        return address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)
            ? address
            : throw new IssuerException($"its jwks_uri {Printable.Quote(Printable.Line(text))} is not an https URL");
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task<ReadOnlyMemory<byte>> GetAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
        if ((int)response.StatusCode != 200)
            throw new IssuerException($"{Named(address)} answered {(int)response.StatusCode}{((int)response.StatusCode is >= 300 and < 400 ? "; redirects are not followed" : "")}");
        if (response.Content.Headers.ContentLength > Largest)
            throw TooLarge(address);
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var read = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await body.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var count)
            {
                if (read.Length + count > Largest)
                    throw TooLarge(address);
                read.Write(buffer, 0, count);
            }

            return read.GetBuffer().AsMemory(0, (int)read.Length);
        }
    }

    private static IssuerException TooLarge(Uri address) => new($"{Named(address)} sent more than {Largest} bytes");

    /// <summary>The address without its query, which may hold what should not be logged.</summary>
    private static string Named(Uri address) => Printable.Line(address.GetLeftPart(UriPartial.Path));
}
