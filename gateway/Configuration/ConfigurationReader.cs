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

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; null for <see cref="UsualFile"/> in the working directory, if it exists.</param>
    /// <param name="environment">The process's variables.</param>
    /// <param name="namedBy">The argument or variable that names the file, for error messages.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy = null)
    {
        var (bytes, source) = ReadFile(path, namedBy);
        return Read(bytes, source, environment);
    }

    private static (byte[] Bytes, string Source) ReadFile(string? path, string? namedBy)
    {
        // Most users have no file, and the first exception in a process delays its start by milliseconds.
        if (path is null && HasNoUsualFile())
            return ("{}"u8.ToArray(), UsualFile);
        var file = path ?? UsualFile;
        try
        {
            return (SmallFile.Read(file, ConfigurationText.LargestFile), file);
        }
        catch (SmallFileException error)
        {
            throw new ConfigurationException([Printable.Line(namedBy is null ? $"{file}: {error.Message}" : $"{namedBy}: {Printable.Quote(file)} {error.Message}")]);
        }
    }

    /// <summary>True only when there certainly is no file: a dangling link and an unreadable directory are mistakes to report.</summary>
    private static bool HasNoUsualFile() =>
        !Path.Exists(UsualFile) && new FileInfo(UsualFile).LinkTarget is null && Directory.Exists(".");

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="bytes">UTF-8, or UTF-16 with a byte order mark.</param>
    /// <param name="source">The name of the file in error messages.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    internal static GatewayConfiguration Read(byte[] bytes, string source, IReadOnlyDictionary<string, string> environment) =>
        new ConfigurationReader(source, environment).Read(ToUtf8(bytes, source));

    /// <summary>Reads a text.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="source">The name of the text in error messages.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string json, string source, IReadOnlyDictionary<string, string> environment) =>
        new ConfigurationReader(source, environment).Read(Encoding.UTF8.GetBytes(json));

    private static byte[] ToUtf8(byte[] bytes, string source) =>
        ConfigurationText.ToUtf8(bytes, out var mistake) ?? throw new ConfigurationException([Printable.Line($"{source}: {mistake}")]);

    private GatewayConfiguration Read(byte[] utf8)
    {
        var root = Parse(utf8);
        ReadVariables(root);
        var members = Members(root, "", "$schema", "providers", "models", "access", "limits", "store", "prices", "budgets", "answers", "identity", "keyVault");
        _ = Text(members, "$schema", "");
        var identity = ReadIdentity(members["identity"], "/identity");
        var vaultEvents = ReadVaultEvents(members["keyVault"], "/keyVault");
        var providers = Entries(members, "/providers").Select(entry => ReadProvider(entry.Key, entry.Value, entry.Pointer)).ToList();
        var models = Entries(members, "/models").Select(entry => ReadModel(entry.Key, entry.Value, entry.Pointer, providers)).ToList();
        RefuseNamesGivenTwice(models);
        var access = ReadAccess(members["access"], "/access");
        var limits = ReadLimits(members["limits"], "/limits");
        var store = ReadStore(members["store"], "/store", access);
        var prices = ReadPrices(members["prices"], "/prices", providers);
        var budgets = ReadBudgets(members["budgets"], "/budgets");
        var answers = ReadAnswers(members["answers"], "/answers");
        var notices = new List<string>();
        if (mistakes.Count == 0 && providers.Count == 0)
            providers.AddRange(WellKnownProviders.FromEnvironment(environment, notices, mistakes));
        return mistakes.Count > 0
            ? throw new ConfigurationException(Report())
            : new GatewayConfiguration(providers, models, access, limits) { StoreConnection = store, Prices = prices, Budgets = budgets, Answers = answers, Identity = identity, VaultEvents = vaultEvents, Notices = notices };
    }

    private JsonObject Parse(byte[] utf8)
    {
        var node = ConfigurationText.Read(utf8, out var wrong);
        foreach (var (pointer, what) in wrong)
            mistakes.Add($"{source}: {(pointer.Length == 0 ? "" : ConfigurationText.Shorten(pointer) + " ")}{what}");
        if (wrong.Count == 0 && node is not JsonObject)
            mistakes.Add($"{source}: must be a JSON object");
        return mistakes.Count > 0 ? throw new ConfigurationException(Report()) : (JsonObject)node!;
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
