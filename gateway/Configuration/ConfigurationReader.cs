using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>
/// Reads <c>gateway.json</c> and the <c>DRAGOMAN__…</c> variables that override it. Every mistake is collected, with its JSON
/// pointer and what is allowed; unknown members are mistakes too.
/// </summary>
public sealed partial class ConfigurationReader
{
    /// <summary>The file that is read when none is named.</summary>
    public const string UsualFile = "gateway.json";

    private const int MostMistakes = 50;

    private readonly string source;
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly List<string> mistakes = [];

    private ConfigurationReader(string source, IReadOnlyDictionary<string, string> environment)
    {
        this.source = source;
        this.environment = environment;
    }

    /// <summary>Reads the base file and its overlays.</summary>
    /// <param name="path">The base file; null for <see cref="UsualFile"/> in the working directory, if it exists.</param>
    /// <param name="environment">The process's variables.</param>
    /// <param name="namedBy">The argument or variable that names the file, for error messages.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy = null) =>
        new ConfigurationSource(path, environment, namedBy).Read();

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="bytes">UTF-8, or UTF-16 with a byte order mark.</param>
    /// <param name="source">The name of the file in error messages.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    internal static GatewayConfiguration Read(byte[] bytes, string source, IReadOnlyDictionary<string, string> environment) =>
        Read([new(source, bytes)], environment);

    /// <summary>Reads a text.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="source">The name of the text in error messages.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string json, string source, IReadOnlyDictionary<string, string> environment) =>
        Read(Encoding.UTF8.GetBytes(json), source, environment);

    /// <summary>Reads files, of which each overrides those before it.</summary>
    /// <param name="files">The files; at least one.</param>
    /// <param name="environment">The process's variables.</param>
    /// <param name="kept">What stays as it is in a running process; null for nothing.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    internal static GatewayConfiguration Read(IReadOnlyList<ConfigurationFile> files, IReadOnlyDictionary<string, string> environment, KeptValues? kept = null)
    {
        var reader = new ConfigurationReader(files[0].Name, environment);
        var root = reader.Merge(files);
        reader.ReadVariables(root);
        if (kept is not null)
            reader.Keep(kept, root);
        return reader.Read(root);
    }

    private static byte[] ToUtf8(byte[] bytes, string source) =>
        ConfigurationText.ToUtf8(bytes, out var mistake) ?? throw new ConfigurationException([Printable.Line($"{source}: {mistake}")]);

    private GatewayConfiguration Read(JsonObject root)
    {
        var members = Members(root, "", "$schema", "providers", "models", "access", "limits", "store", "prices", "budgets", "answers", "identity", "keyVault");
        _ = Text(members, "$schema", "");
        var identity = ReadIdentity(members["identity"], "/identity");
        ReadKeyVault(members["keyVault"], "/keyVault");
        var providers = Entries(members, "/providers").Select(entry => ReadProvider(entry.Key, entry.Value, entry.Pointer)).ToList();
        var models = Entries(members, "/models").Select(entry => ReadModel(entry.Key, entry.Value, entry.Pointer, providers)).ToList();
        RefuseNamesGivenTwice(models);
        var access = ReadAccess(members["access"], "/access");
        var limits = ReadLimits(members["limits"], "/limits");
        var store = ReadStore(members["store"], "/store", access);
        var prices = ReadPrices(members["prices"], "/prices", providers);
        var budgets = ReadBudgets(members["budgets"], "/budgets");
        var answers = ReadAnswers(members["answers"], "/answers");
        List<string> notices = [.. NoticesOfLiterals()];
        var hasNoProvider = false;
        if (mistakes.Count == 0 && providers.Count == 0)
            providers.AddRange(WellKnownProviders.FromEnvironment(environment, notices, mistakes, out hasNoProvider));
        return mistakes.Count > 0
            ? throw new ConfigurationException(Report())
            : new GatewayConfiguration(providers, models, access, limits)
            {
                StoreConnection = store,
                Prices = prices,
                Budgets = budgets,
                Answers = answers,
                Identity = identity,
                VaultEvents = vaultEvents,
                Notices = notices,
                HasNoProvider = hasNoProvider,
                Values = new(root, GivenBy),
            };
    }

    private JsonObject Parse(byte[] utf8) =>
        TryParse(utf8, source) ?? throw new ConfigurationException(Report());

    /// <summary>Null after a mistake.</summary>
    private JsonObject? TryParse(byte[] utf8, string file)
    {
        var node = ConfigurationText.Read(utf8, out var wrong);
        foreach (var (pointer, what) in wrong)
            mistakes.Add($"{file}: {(pointer.Length == 0 ? "" : ConfigurationText.Shorten(pointer) + " ")}{what}");
        if (wrong.Count == 0 && node is not JsonObject)
            mistakes.Add($"{file}: must be a JSON object");
        return wrong.Count == 0 ? node as JsonObject : null;
    }

    /// <summary>One line for each mistake, up to a number that a person would read.</summary>
    private List<string> Report()
    {
        var told = mistakes.Take(MostMistakes).Select(Printable.Line).ToList();
        if (mistakes.Count > MostMistakes)
            told.Add($"{source}: has {mistakes.Count - MostMistakes} more mistakes");
        return told;
    }
}
