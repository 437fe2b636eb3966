using System.Data.Common;
using Npgsql;

namespace Dragoman.Stores;

/// <summary>The address of a PostgreSQL database, in the form that PostgreSQL's own tools use or with Npgsql's keywords.</summary>
/// <param name="Settings">What Npgsql needs to know; of a database with <paramref name="TokenScope"/> without a password.</param>
/// <param name="TokenScope">The scope of the tokens of Microsoft Entra ID that are its passwords; null if it has none.</param>
/// <remarks>
/// Wire facts: "Connection URIs" and "Parameter Key Words" in PostgreSQL's manual, chapter libpq. For tokens as passwords "Use Microsoft
/// Entra ID for authentication with Azure Database for PostgreSQL" of Microsoft Learn, and Azure CLI's list of clouds.
/// </remarks>
internal sealed record PostgresAddress(NpgsqlConnectionStringBuilder Settings, string? TokenScope)
{
    private const string Auth = "auth";

    private const string Entra = "entra";

    private const string EntraRule =
        "auth=entra in postgres: needs a user, the name of a role that Microsoft Entra ID may log in as, and takes no password, passfile or client certificate; "
        + "sslmode is verify-full, which is the default, verify-ca or require, because the token must not be sent in the clear";

    private const string Keywords = "postgres: is followed by //, or by Npgsql's keywords, such as postgres:Host=db.example;Username=dragoman;Database=dragoman;Password=…";

    /// <summary>The parameters that may follow an address, and Npgsql's names for them.</summary>
    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["channel_binding"] = "Channel Binding",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["options"] = "Options",
    };

    private static string Url =>
        "postgres: is followed by an address, postgres://USER:PASSWORD@HOST:PORT/DATABASE, in which other characters than letters, digits and -._~ are percent-encoded; "
        + $"these parameters may follow it: {string.Join(", ", Parameters.Keys)}, {Auth}";

    /// <param name="text">The text that follows <c>postgres:</c>.</param>
    /// <exception cref="FormatException">It is no address. The message has nothing of the text.</exception>
    public static PostgresAddress Parse(string text)
    {
        var isUrl = text.StartsWith("//", StringComparison.Ordinal);
        NpgsqlConnectionStringBuilder? settings = null;
        string? auth = null;
        try
        {
            settings = isUrl ? ParseUrl(text[2..], ref auth) : ParseKeywords(text, ref auth);
        }
        catch (Exception exception) when (exception is ArgumentException or KeyNotFoundException or InvalidCastException or OverflowException or FormatException or NotSupportedException)
        {
            // Its message has what Npgsql could not read.
        }

        return string.IsNullOrWhiteSpace(settings?.Host) ? throw new FormatException(isUrl ? Url : Keywords) : Of(settings, auth);
    }

    /// <summary>A missing password never means tokens: Npgsql would then look for one in its own places.</summary>
    private static PostgresAddress Of(NpgsqlConnectionStringBuilder settings, string? auth)
    {
        if (auth is null)
            return new(settings, null);
        var isRight = auth == Entra && !string.IsNullOrEmpty(settings.Username)
            && string.IsNullOrEmpty(settings.Password) && string.IsNullOrEmpty(settings.Passfile) && string.IsNullOrEmpty(settings.SslCertificate);
        // Npgsql's own default would send the token without TLS to a server that says it has none.
        if (settings.SslMode == SslMode.Prefer)
            settings.SslMode = SslMode.VerifyFull;
        if (!isRight || settings.SslMode is not (SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull))
            throw new FormatException(EntraRule);
        return new(settings, ScopeOf(settings.Host!));
    }

    /// <summary>The clouds of China and of the US government have their own.</summary>
    private static string ScopeOf(string host) =>
        host.EndsWith(".usgovcloudapi.net", StringComparison.OrdinalIgnoreCase) ? "https://ossrdbms-aad.database.usgovcloudapi.net/.default"
        : host.EndsWith(".chinacloudapi.cn", StringComparison.OrdinalIgnoreCase) ? "https://ossrdbms-aad.database.chinacloudapi.cn/.default"
        : "https://ossrdbms-aad.database.windows.net/.default";

    private static NpgsqlConnectionStringBuilder ParseKeywords(string text, ref string? auth)
    {
        // Npgsql does not know the word, and refuses it.
        var words = new DbConnectionStringBuilder { ConnectionString = text };
        if (!words.TryGetValue(Auth, out var value))
            return new(text);
        auth = (string)value;
        words.Remove(Auth);
        return new(words.ConnectionString);
    }

    private static NpgsqlConnectionStringBuilder ParseUrl(string text, ref string? auth)
    {
        var (address, query) = Cut(text, '?');
        var (server, database) = Cut(address, '/');
        var at = server.LastIndexOf('@');
        var settings = new NpgsqlConnectionStringBuilder();
        // A password with one of these characters would be cut in the middle, and its end be taken for a name that may be shown.
        if (database.AsSpan().ContainsAny('@', '/', ':') || server.AsSpan()[..Math.Max(0, at)].Contains('@'))
            throw new FormatException();
        if (at >= 0)
        {
            var (user, password) = Cut(server[..at], ':');
            Set(settings, "Username", user);
            Set(settings, "Password", password);
        }

        SetHost(settings, server[(at + 1)..]);
        Set(settings, "Database", database);
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(parameter, '=');
            if (name == Auth)
            {
                auth = value;
                continue;
            }

            // PostgreSQL has verify-full where Npgsql has VerifyFull.
            Set(settings, Parameters[name], name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value);
        }

        return settings;
    }

    /// <summary>One host with its port, or several, which Npgsql reads itself.</summary>
    private static void SetHost(NpgsqlConnectionStringBuilder settings, string server)
    {
        var colon = server.LastIndexOf(':');
        if (server.Contains(',', StringComparison.Ordinal) || colon < server.LastIndexOf(']'))
            colon = -1;
        Set(settings, "Port", colon < 0 ? "" : server[(colon + 1)..]);
        var host = colon < 0 ? server : server[..colon];
        Set(settings, "Host", host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host);
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string keyword, string value)
    {
        if (value.Length > 0)
            settings[keyword] = Uri.UnescapeDataString(value);
    }

    private static (string Before, string After) Cut(string text, char at) => text.IndexOf(at) is >= 0 and var index ? (text[..index], text[(index + 1)..]) : (text, "");
}
