using Dragoman.Identity;
using Dragoman.Secrets;
using Dragoman.Stores.Ledger;

namespace Dragoman.Stores;

/// <summary>The store that the operator has chosen. Its text may hold a password, so that no message, log or description has the text.</summary>
public sealed class StoreConnection
{
    private const string Sqlite = "sqlite:";

    private const string Tables = "tables:";

    private static readonly string[] Postgres = ["postgres:", "postgresql:"];

    private readonly string name;
    private readonly Func<IDocumentStore> open;
    private readonly Func<ILedgerStore> openLedger;

    private StoreConnection(string name, Func<IDocumentStore> open, Func<ILedgerStore> openLedger, string? tokenScope = null) =>
        (this.name, this.open, this.openLedger, TokenScope) = (name, open, openLedger, tokenScope);

    /// <summary>The scope of the tokens of Microsoft Entra ID that it needs; null when it has another credential or none.</summary>
    public string? TokenScope { get; }

    /// <summary>The store of a reference. A vault is asked at the first call to the store.</summary>
    /// <param name="reference">The text of the connection, or where it is.</param>
    /// <param name="secrets">The secrets of the process.</param>
    /// <param name="tokens">The process's tokens of Microsoft Entra ID; null for those of the default identity.</param>
    /// <exception cref="FormatException">The text is none; see <see cref="Parse"/>.</exception>
    public static StoreConnection Of(SecretReference reference, SecretStore secrets, EntraTokens? tokens = null) =>
        reference.Value is { } text
            ? Parse(text, tokens)
            : new($"the store of {reference}", () => new LateStore(secrets.Of(reference), tokens), () => new LateLedger(secrets.Of(reference), tokens));

    /// <summary>Reads the text of a connection. docs/developers/stores.md 3 to 5 lists what is allowed.</summary>
    /// <param name="text">
    /// <c>sqlite:PATH</c>, relative to the working directory; <c>postgres://USER:PASSWORD@HOST:PORT/DATABASE</c>,
    /// <c>postgres://USER@HOST/DATABASE?auth=entra</c>, or <c>postgres:</c> and the keywords of Npgsql; <c>tables:https://ACCOUNT.table.core.windows.net/TABLE</c>, or <c>tables:</c> and the connection string of
    /// a storage account.
    /// </param>
    /// <param name="tokens">The process's tokens of Microsoft Entra ID; null for those of the default identity.</param>
    /// <exception cref="FormatException">The text is none of these. The message says what is allowed, as the end of a sentence about the setting.</exception>
    public static StoreConnection Parse(string text, EntraTokens? tokens = null)
    {
        tokens ??= EntraTokens.Default;
        if (text.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase))
        {
            var path = PathOf(text[Sqlite.Length..]);
            return new(SqliteFile.NameOf(path), () => new SqliteStore(path), () => new SqliteLedger(path));
        }

        if (text.StartsWith(Tables, StringComparison.OrdinalIgnoreCase))
        {
            var address = TableAddress.Parse(text[Tables.Length..], tokens);
            return new(TablePartition.NameOf(address), () => new TableStore(address), () => new TableLedger(address), address.NeedsTokens ? TableAddress.Scope : null);
        }

        foreach (var scheme in Postgres)
        {
            if (!text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                continue;
            var address = PostgresAddress.Parse(text[scheme.Length..]);
            var (settings, tokenScope) = (address.Settings.ConnectionString, address.TokenScope);
            Func<CancellationToken, ValueTask<string>>? password = tokenScope is null ? null : ending => tokens.GetAsync(tokenScope, ending);
            return new(
                PostgresDatabase.NameOf(address.Settings),
                () => new PostgresStore(settings, StoreLimits.LongestCall, password),
                () => new PostgresLedger(settings, StoreLimits.LongestCall, password),
                tokenScope);
        }

        throw new FormatException("a store is sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE or tables:https://ACCOUNT.table.core.windows.net/TABLE");
    }

    /// <summary>A new store, which contacts its database at its first call.</summary>
    public IDocumentStore Open() => open();

    /// <summary>A new ledger in the same database, which it contacts at its first call.</summary>
    public ILedgerStore OpenLedger() => openLedger();

    /// <summary>The store as its messages name it, without credentials.</summary>
    public override string ToString() => name;

    private static string PathOf(string text)
    {
        const string Allowed = "sqlite: is followed by the path of a file, such as sqlite:data/dragoman.db";
        // What other tools write for a relative path, an absolute one and a store in memory means something else here.
        var isPath = !string.IsNullOrWhiteSpace(text) && !text.StartsWith("//", StringComparison.Ordinal) && !text.StartsWith(':') && !Path.EndsInDirectorySeparator(text) && !text.Any(char.IsControl);
        return isPath ? Path.GetFullPath(text) : throw new FormatException(Allowed);
    }
}
