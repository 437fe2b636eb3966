using Azure.Core.Pipeline;
using Dragoman.Identity;

namespace Dragoman.Stores;

/// <summary>A table in Azure Table Storage, and the credential for it.</summary>
internal sealed class TableAddress
{
    /// <summary>The table if none is named.</summary>
    public const string DefaultTable = "dragoman";

    /// <summary>What the table service asks of a token of Microsoft Entra ID, in every cloud.</summary>
    public const string Scope = "https://storage.azure.com/.default";

    /// <summary>The account that every emulator has, with its published key.</summary>
    private const string EmulatorAccount = "devstoreaccount1";

    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const string Url = "tables: followed by an address is tables:https://ACCOUNT.table.core.windows.net/TABLE, with a shared access signature as its query if one is used";

    private const string Keywords = "tables: followed by a connection string is one of a storage account: NAME=VALUE;… with AccountName and AccountKey, or TableEndpoint and SharedAccessSignature, or UseDevelopmentStorage=true; TableName is allowed too";

    private const string TableNames = "the name of a table has 3 to 63 letters and digits of ASCII and begins with a letter";

    private readonly string signature;

    private TableAddress(Uri endpoint, string account, string table, HttpPipelinePolicy? authorization, string signature)
    {
        if (table.Length is < 3 or > 63 || !char.IsAsciiLetter(table[0]) || !table.All(char.IsAsciiLetterOrDigit))
            throw new FormatException(TableNames);
        (Endpoint, Account, Table, Authorization, this.signature) = (endpoint.AbsoluteUri.TrimEnd('/'), account, table, authorization, signature);
    }

    /// <summary>The address of the table service, without a slash at its end.</summary>
    public string Endpoint { get; }

    /// <summary>The name of the storage account; of a service with a name of its own, its host.</summary>
    public string Account { get; }

    public string Table { get; }

    /// <summary>What signs a request, or null if a shared access signature is part of its address.</summary>
    public HttpPipelinePolicy? Authorization { get; }

    /// <summary>Whether requests are authorized with tokens of Microsoft Entra ID.</summary>
    public bool NeedsTokens => Authorization is BearerTokenAuthenticationPolicy;

    /// <param name="text">The text that follows <c>tables:</c>.</param>
    /// <param name="tokens">The tokens for an address without a signature.</param>
    /// <exception cref="FormatException">It is neither an address nor a connection string. The message has nothing of the text.</exception>
    public static TableAddress Parse(string text, EntraTokens tokens) =>
        text.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? ParseAddress(text, tokens) : ParseKeywords(text);

    /// <summary>The address of a request, with the shared access signature if there is one.</summary>
    public string Sign(string address) => signature.Length == 0 ? address : $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{signature}";

    private static TableAddress ParseAddress(string text, EntraTokens tokens)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            throw new FormatException(Url);
        var path = address.AbsolutePath.TrimEnd('/');
        var slash = path.LastIndexOf('/');
        var table = slash < 0 ? DefaultTable : path[(slash + 1)..];
        var endpoint = new Uri(address, slash < 0 ? "/" : path[..(slash + 1)]);
        if (address.Query.Length == 0)
            return new(endpoint, AccountOf(endpoint), table, new BearerTokenAuthenticationPolicy(tokens.Credential, Scope), "");
        return new(endpoint, AccountOf(endpoint), table, null, Signature(address.Query, Url));
    }

    private static TableAddress ParseKeywords(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !values.TryAdd(part[..equals], part[(equals + 1)..]))
                throw new FormatException(Keywords);
        }

        // Of the account's other services, which tools add to every connection string.
        foreach (var other in (ReadOnlySpan<string>)["BlobEndpoint", "FileEndpoint", "QueueEndpoint", "TableSecondaryEndpoint"])
            values.Remove(other);
        var table = Take("TableName") ?? DefaultTable;
        if (Take("UseDevelopmentStorage") is { } emulator)
            values = emulator.Equals("true", StringComparison.OrdinalIgnoreCase) && values.Count == 0 ? Emulator() : throw new FormatException(Keywords);
        var (account, key, signature) = (Take("AccountName"), Take("AccountKey"), Take("SharedAccessSignature"));
        var (protocol, suffix) = (Take("DefaultEndpointsProtocol") ?? Uri.UriSchemeHttps, Take("EndpointSuffix") ?? "core.windows.net");
        var address = Take("TableEndpoint") ?? $"{protocol}://{account}.table.{suffix}";
        var isKnown = key is null ? signature is not null : account is not null && signature is null;
        if (values.Count > 0 || !isKnown || !IsEndpoint(address, out var endpoint))
            throw new FormatException(Keywords);
        if (signature is not null)
            return new(endpoint, account ?? AccountOf(endpoint), table, null, Signature(signature, Keywords));

        var bytes = new byte[key!.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length) || length == 0)
            throw new FormatException("the AccountKey in tables: is base64");
        return new(endpoint, account!, table, new SharedKeyPolicy(account!, bytes[..length], TimeProvider.System), "");

        string? Take(string name) => values.Remove(name, out var value) ? value : null;
    }

    private static Dictionary<string, string> Emulator() => new(StringComparer.OrdinalIgnoreCase)
    {
        ["AccountName"] = EmulatorAccount,
        ["AccountKey"] = EmulatorKey,
        ["TableEndpoint"] = $"http://127.0.0.1:10002/{EmulatorAccount}",
    };

    private static bool IsEndpoint(string text, out Uri endpoint) =>
        Uri.TryCreate(text, UriKind.Absolute, out endpoint!) && (endpoint.Scheme == Uri.UriSchemeHttps || endpoint.Scheme == Uri.UriSchemeHttp)
        && endpoint is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 };

    /// <summary>Without its signature a shared access signature would be sent, and refused as if it were wrong.</summary>
    private static string Signature(string query, string allowed) => query.Contains("sig=", StringComparison.Ordinal) ? query.TrimStart('?') : throw new FormatException(allowed);

    private static string AccountOf(Uri endpoint) => endpoint.Host.IndexOf(".table.", StringComparison.Ordinal) is > 0 and var end ? endpoint.Host[..end] : endpoint.Host;
}
