using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Providers;

/// <summary>
/// Checks where the requests to one provider may go: to the origin of its base URL, below its own paths. A part of an address
/// may come from a client, such as the name of a model. That part must not lead anywhere else.
/// </summary>
/// <param name="baseUrl">The configured base URL, which ends with a slash.</param>
/// <param name="roots">The allowed absolute paths. One that ends with a slash allows all paths below it, any other only itself.</param>
internal sealed class UpstreamAddress(Uri baseUrl, IReadOnlyList<string> roots)
{
    private static readonly SearchValues<char> InPath = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/%");

    /// <summary>Appends the path unchanged to a root. No path can lead to another host or out of the root.</summary>
    /// <param name="root">The root, which ends with a slash.</param>
    /// <param name="path">The escaped path, without a leading slash. It may have a query.</param>
    /// <exception cref="GatewayException">The path would lead out of the root.</exception>
    public static Uri Below(Uri root, string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        if (!IsPlain(query < 0 ? path : path.AsSpan(0, query)))
            throw Elsewhere();
        var written = root.AbsolutePath + path;
        var address = new Uri(root.GetLeftPart(UriPartial.Authority) + written);
        // If parsing changed the address here, the provider could understand it in yet another way.
        return address.PathAndQuery == written ? address : throw Elsewhere();
    }

    /// <summary>Checks the address of a request that is about to get a credential.</summary>
    /// <exception cref="GatewayException">The address does not belong to the provider.</exception>
    public void Check(HttpRequestMessage request)
    {
        var address = request.RequestUri;
        if (address is not { IsAbsoluteUri: true }
            || address.Scheme != baseUrl.Scheme
            || address.Port != baseUrl.Port
            || !string.Equals(address.IdnHost, baseUrl.IdnHost, StringComparison.OrdinalIgnoreCase)
            || address.UserInfo.Length > 0
            || address.Fragment.Length > 0
            || request.Headers.Host is not null
            || !IsBelowRoot(address.AbsolutePath))
            throw Elsewhere();
    }

    private bool IsBelowRoot(string path)
    {
        foreach (var root in roots)
        {
            if (root.EndsWith('/') ? path.StartsWith(root, StringComparison.Ordinal) && IsPlain(path.AsSpan(root.Length)) : path == root)
                return true;
        }

        return false;
    }

    /// <summary>Whether every server reads the same segments: none is empty, "." or "..", and none has an escaped separator.</summary>
    private static bool IsPlain(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path.ContainsAnyExcept(InPath))
            return false;
        foreach (var range in path.Split('/'))
        {
            var segment = path[range];
            if (segment is "" or "." or ".." || HoldsSeparator(segment))
                return false;
        }

        return true;
    }

    private static bool HoldsSeparator(ReadOnlySpan<char> segment)
    {
        for (var percent = segment.IndexOf('%'); percent >= 0;)
        {
            if (percent + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[percent + 1]) || !char.IsAsciiHexDigit(segment[percent + 2]))
                return true;
            var value = Convert.ToInt32(segment.Slice(percent + 1, 2).ToString(), 16);
            if (value is < 0x20 or 0x7f or '/' or '\\' or '.' or '%' or '?' or '#')
                return true;
            var next = segment[(percent + 3)..].IndexOf('%');
            percent = next < 0 ? -1 : percent + 3 + next;
        }

        return false;
    }

    private static GatewayException Elsewhere() =>
        new(new GatewayError(ErrorKind.ModelNotFound, ProviderText.NameDoesNotFit) { Field = "model" });
}
