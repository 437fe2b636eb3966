using System.Text;

namespace Dragoman.Cli.Clients;

/// <summary>The address of a gateway. Keys are sent to it, so that beyond this machine it must be https.</summary>
internal sealed class GatewayAddress
{
    private const string Variable = "DRAGOMAN_URL";

    private readonly string prefix;

    private GatewayAddress(Uri uri)
    {
        prefix = uri.AbsoluteUri.TrimEnd('/');
        IsLoopback = uri.IsLoopback;
    }

    /// <summary>Whether the gateway is on this machine.</summary>
    public bool IsLoopback { get; }

    /// <summary>The address that a command calls; null when it works on the store itself.</summary>
    /// <param name="url">The value of <c>--url</c>; null when it is not given.</param>
    /// <param name="store">The value of <c>--store</c>; null when it is not given.</param>
    /// <param name="context">The variables.</param>
    /// <exception cref="CliFailure">The address is not valid.</exception>
    public static GatewayAddress? Find(string? url, string? store, CliContext context)
    {
        if (url is not null && store is not null)
            throw CliFailure.Usage("--url and --store are given together; allowed: one of them");
        if (url is not null)
            return Read(url, "--url");
        return store is null && context.Variable(Variable) is { } set ? Read(set, $"environment variable {Variable}") : null;
    }

    /// <summary>The absolute address of a path, whose segments are encoded.</summary>
    /// <param name="path">The decoded path, without a slash in front.</param>
    /// <param name="query">The decoded parameters.</param>
    public Uri UriOf(string path, IReadOnlyList<KeyValuePair<string, string>> query)
    {
        var text = new StringBuilder(prefix);
        foreach (var segment in path.Split('/'))
            text.Append('/').Append(Uri.EscapeDataString(segment));
        var separator = '?';
        foreach (var (name, value) in query)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return new Uri(text.ToString());
    }

    public override string ToString() => prefix;

    private static GatewayAddress Read(string text, string source)
    {
        const string Allowed = "allowed: an address such as https://gateway.example.com, or http://127.0.0.1:11434 on this machine";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            throw CliFailure.Usage($"{source}: is no address of a gateway; {Allowed}");
        if (uri.UserInfo.Length > 0)
            throw CliFailure.Usage($"{source}: contains a user or a key; give the key in DRAGOMAN_KEY or to dragoman login");
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw CliFailure.Usage($"{source}: has a query or a fragment; {Allowed}");
        if (uri.Scheme == "http" && !uri.IsLoopback)
            throw CliFailure.Usage($"{source}: is http, which shows keys to the network; allowed: https, and http on this machine only");
        return new GatewayAddress(uri);
    }
}
