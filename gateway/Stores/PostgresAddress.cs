using Npgsql;

namespace Dragoman.Stores;

/// <summary>Reads the address of a PostgreSQL database, in the form that PostgreSQL's own tools use or with Npgsql's keywords.</summary>
/// <remarks>Wire facts: "Connection URIs" and "Parameter Key Words" in PostgreSQL's manual, chapter libpq.</remarks>
internal static class PostgresAddress
{
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
        + $"these parameters may follow it: {string.Join(", ", Parameters.Keys)}";

    /// <param name="text">The text that follows <c>postgres:</c>.</param>
    /// <exception cref="FormatException">It is no address. The message has nothing of the text.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var isUrl = text.StartsWith("//", StringComparison.Ordinal);
        try
        {
            var settings = isUrl ? ParseUrl(text[2..]) : new(text);
            if (!string.IsNullOrWhiteSpace(settings.Host))
                return settings;
        }
        catch (Exception exception) when (exception is ArgumentException or KeyNotFoundException or InvalidCastException or OverflowException or FormatException or NotSupportedException)
        {
            // Its message has what Npgsql could not read.
        }

        throw new FormatException(isUrl ? Url : Keywords);
    }

    private static NpgsqlConnectionStringBuilder ParseUrl(string text)
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
