using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Secrets;
using Dragoman.Startup;

namespace Dragoman.Catalog;

/// <summary>
/// Reads <c>gateway.json</c> and the <c>DRAGOMAN__…</c> variables over it. Every mistake is collected, with its JSON
/// pointer and what is allowed; unknown members are mistakes too.
/// </summary>
public sealed partial class ConfigurationReader
{
    /// <summary>The file that is read when none is named.</summary>
    public const string UsualFile = "gateway.json";

    private const int MostMistakes = 50;

    /// <summary>Ollama's own variable, for those who come from there.</summary>
    private const string OriginsVariable = "OLLAMA_ORIGINS";

    private static readonly string[] OpenAIOptions = ["server", "mergeSystem", "echoReasoningContent", "responses"];

    private static readonly string[] AnthropicOptions = ["version", "auth"];

    private static readonly string[] AzureOptions = ["auth", "apiVersion", "deployments", "scope", "baseModels"];

    private const string NameRule = "allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'";

    private const string OriginRule = "is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any";

    private readonly string source;
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly List<string> mistakes = [];

    private ConfigurationReader(string source, IReadOnlyDictionary<string, string> environment)
    {
        this.source = source;
        this.environment = environment;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; null: <see cref="UsualFile"/> in the working directory, if there is one.</param>
    /// <param name="environment">The process's variables.</param>
    /// <param name="namedBy">The argument or variable that names the file, for a mistake.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy = null)
    {
        // Most have none, and the first exception of a process costs a start milliseconds.
        if (path is null && HasNoUsualFile())
            return Read("{}"u8.ToArray(), UsualFile, environment);
        var file = path ?? UsualFile;
        try
        {
            return Read(SmallFile.Read(file, ConfigurationText.LargestFile), file, environment);
        }
        catch (SmallFileException error)
        {
            throw new ConfigurationException([Printable.Line(namedBy is null ? $"{file}: {error.Message}" : $"{namedBy}: {Printable.Quote(file)} {error.Message}")]);
        }
    }

    /// <summary>A link that leads nowhere was meant to lead somewhere, and what cannot be looked at may be there.</summary>
    private static bool HasNoUsualFile() =>
        !Path.Exists(UsualFile) && new FileInfo(UsualFile).LinkTarget is null && Directory.Exists(".");

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="bytes">UTF-8, or UTF-16 with its mark.</param>
    /// <param name="source">What to call it in a mistake.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    internal static GatewayConfiguration Read(byte[] bytes, string source, IReadOnlyDictionary<string, string> environment) =>
        ConfigurationText.ToUtf8(bytes, out var mistake) is { } utf8
            ? new ConfigurationReader(source, environment).Read(utf8)
            : throw new ConfigurationException([Printable.Line($"{source}: {mistake}")]);

    /// <summary>Reads a text.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="source">What to call it in a mistake.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string json, string source, IReadOnlyDictionary<string, string> environment) =>
        new ConfigurationReader(source, environment).Read(Encoding.UTF8.GetBytes(json));

    private GatewayConfiguration Read(byte[] utf8)
    {
        var root = Parse(utf8);
        ReadVariables(root);
        var members = Members(root, "", "$schema", "providers", "models", "access", "limits");
        _ = Text(members, "$schema", "");
        var providers = Entries(members, "/providers").Select(entry => ReadProvider(entry.Key, entry.Value, entry.Pointer)).ToList();
        var models = Entries(members, "/models").Select(entry => ReadModel(entry.Key, entry.Value, entry.Pointer, providers)).ToList();
        RefuseNamesGivenTwice(models);
        var access = ReadAccess(members["access"], "/access");
        var limits = ReadLimits(members["limits"], "/limits");
        var notices = new List<string>();
        if (mistakes.Count == 0 && providers.Count == 0)
            providers.AddRange(WellKnownProviders.FromEnvironment(environment, notices, mistakes));
        return mistakes.Count > 0
            ? throw new ConfigurationException(Told())
            : new GatewayConfiguration(providers, models, access, limits) { Notices = notices };
    }

    private JsonObject Parse(byte[] utf8)
    {
        var node = ConfigurationText.Read(utf8, out var wrong);
        foreach (var (pointer, what) in wrong)
            mistakes.Add($"{source}: {(pointer.Length == 0 ? "" : ConfigurationText.Shorten(pointer) + " ")}{what}");
        if (wrong.Count == 0 && node is not JsonObject)
            mistakes.Add($"{source}: must be a JSON object");
        return mistakes.Count > 0 ? throw new ConfigurationException(Told()) : (JsonObject)node!;
    }

    /// <summary>One line a mistake, and not more of them than somebody reads.</summary>
    private List<string> Told()
    {
        var told = mistakes.Take(MostMistakes).Select(Printable.Line).ToList();
        if (mistakes.Count > MostMistakes)
            told.Add($"{source}: has {mistakes.Count - MostMistakes} more mistakes");
        return told;
    }

    /// <summary>A name that two models have, with or without <c>:latest</c>, would be only the first one's.</summary>
    private void RefuseNamesGivenTwice(List<ModelSettings> models)
    {
        var owners = new Dictionary<string, string>();
        foreach (var model in models)
        {
            if (!owners.TryAdd(KeyOf(model.Name), model.Name))
                Mistake($"/models/{ConfigurationText.Escape(model.Name)}", $"is the same name as {Printable.Quote(owners[KeyOf(model.Name)])}; allowed: each name once, in any case, with or without :latest");
        }

        foreach (var model in models)
        {
            foreach (var alias in model.Aliases.Where(alias => !owners.TryAdd(KeyOf(alias), model.Name)))
                Mistake($"/models/{ConfigurationText.Escape(model.Name)}/aliases", $"{Printable.Quote(alias)} is already a name or an alias of {Printable.Quote(owners[KeyOf(alias)])}; allowed: each name once, in any case, with or without :latest");
        }

        static string KeyOf(string name) => ModelName.TryParse(name, out var parsed) ? parsed.Key : name.ToLowerInvariant();
    }

    private ProviderSettings ReadProvider(string name, JsonNode? node, string pointer)
    {
        var members = Members(node, pointer, "dialect", "baseUrl", "apiKey", "publish", "direct", "httpVersion", "timeouts", "options");
        if (!ProviderSettings.IsName(name))
            Mistake(pointer, $"{Printable.Quote(name)} is not a provider's name; {ProviderSettings.NameRule}");
        var dialect = Text(members, "dialect", pointer);
        if (dialect is null)
            Mistake(pointer + "/dialect", $"is required; allowed: {string.Join(", ", ProviderSettings.Dialects)}");
        else if (!ProviderSettings.Dialects.Contains(dialect))
            Unknown(pointer + "/dialect", dialect, ProviderSettings.Dialects, "is not a dialect that this version speaks");
        if (dialect == "azure-openai" && members["baseUrl"] is null)
            Mistake(pointer + "/baseUrl", "is required: the resource's own, such as https://name.openai.azure.com/openai/v1");
        var publish = Text(members, "publish", pointer);
        if (publish is not (null or "all" or "none"))
            Unknown(pointer + "/publish", publish, ["all", "none"]);
        return new ProviderSettings(name, dialect ?? "", ReadUrl(members, pointer), ReadSecret(members, pointer), publish == "all", ReadTimeouts(members, pointer))
        {
            Options = ReadOptions(members, pointer, dialect),
            HttpVersion = ReadHttpVersion(members, pointer),
            AllowsDirectNames = Switch(members, "direct", pointer) ?? true,
        };
    }

    private Version? ReadHttpVersion(JsonObject provider, string pointer)
    {
        // From a variable it comes as a number.
        switch (provider["httpVersion"]?.ToString())
        {
            case null:
                return null;
            case "1.1":
                return System.Net.HttpVersion.Version11;
            case "2":
                return System.Net.HttpVersion.Version20;
            case var other:
                Mistake(pointer + "/httpVersion", $"{Printable.Quote(other)} is not known; allowed: \"1.1\", \"2\"");
                return null;
        }
    }

    private ProviderOptions ReadOptions(JsonObject owner, string pointer, string? dialect)
    {
        if (owner["options"] is not { } node)
            return ProviderOptions.None;
        var at = pointer + "/options";
        var members = Members(node, at, [.. OpenAIOptions.Concat(AnthropicOptions).Union(AzureOptions)]);
        var own = dialect switch
        {
            "openai" => OpenAIOptions,
            "anthropic" => AnthropicOptions,
            "azure-openai" => AzureOptions,
            _ => [],
        };
        if (own.Length == 0 && members.Count > 0 && ProviderSettings.Dialects.Contains(dialect))
        {
            Mistake(at, $"is for the dialects openai, anthropic and azure-openai; \"{dialect}\" has no options");
        }
        else if (own.Length > 0)
        {
            foreach (var name in OpenAIOptions.Concat(AnthropicOptions).Union(AzureOptions).Except(own).Where(members.ContainsKey))
                Mistake($"{at}/{name}", $"is not an option of the dialect {dialect}; allowed: {string.Join(", ", own)}");
        }

        if (dialect == "azure-openai" && owner["apiKey"] is null && Text(members, "auth", at) == "api-key")
            Mistake(at + "/auth", "\"api-key\" needs the provider's apiKey");
        if (Text(members, "version", at) is { } version && !DateOnly.TryParseExact(version, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            Mistake(at + "/version", $"{Printable.Quote(version)} is not a version of Anthropic's API; allowed: a date such as 2023-06-01");
        return new ProviderOptions(
            Word("server", ProviderOptions.Servers),
            Switch(members, "mergeSystem", at),
            Word("echoReasoningContent", ProviderOptions.ReasoningEchoes))
        {
            HasResponses = Switch(members, "responses", at),
            ApiVersion = Text(members, "apiVersion", at),
            Deployments = Switch(members, "deployments", at),
            Scope = Text(members, "scope", at),
            Version = Text(members, "version", at),
            Auth = ReadAuth(),
            BaseModels = ReadBaseModels(members, at),
        };

        string? ReadAuth() => dialect switch
        {
            "anthropic" => Word("auth", ProviderOptions.AnthropicAuthWays),
            "azure-openai" => Word("auth", ProviderOptions.AzureAuthWays),
            _ => null,
        };

        string? Word(string name, IReadOnlyList<string> allowed)
        {
            if (Text(members, name, at) is not { } word)
                return null;
            if (!allowed.Contains(word))
                Unknown($"{at}/{name}", word, allowed);
            return word;
        }
    }

    private IReadOnlyDictionary<string, string> ReadBaseModels(JsonObject options, string pointer)
    {
        if (options["baseModels"] is not { } node)
            return ProviderOptions.None.BaseModels;
        var at = pointer + "/baseModels";
        var behind = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (node is JsonObject entries && entries.All(entry => entry.Value?.GetValueKind() == JsonValueKind.String || variableText.ContainsKey($"{at}/{ConfigurationText.Escape(entry.Key)}")))
        {
            foreach (var (deployment, _) in entries)
            {
                if (WrongTextOf(deployment) is { } wrong)
                    Mistake(at, $"has a deployment whose name {wrong}");
                if (Text(entries, deployment, at) is { } model)
                    behind[deployment] = model;
            }

            return behind;
        }

        Mistake(at, "must be an object of strings: the name of each deployment, and that of the model behind it such as gpt-5");
        return behind;
    }

    private Uri? ReadUrl(JsonObject members, string pointer)
    {
        if (Text(members, "baseUrl", pointer) is not { } text)
            return null;
        if (BaseUrl.TryRead(text, out var url))
            return url;
        Mistake(pointer + "/baseUrl", BaseUrl.Rule);
        return null;
    }

    private string? ReadSecret(JsonObject members, string pointer)
    {
        if (Text(members, "apiKey", pointer) is not { } reference)
            return null;
        try
        {
            return SecretReference.Resolve(reference, name => environment.GetValueOrDefault(name));
        }
        catch (SecretException error)
        {
            Mistake(pointer + "/apiKey", error.Message);
            return null;
        }
    }

    private Timeouts ReadTimeouts(JsonObject owner, string pointer)
    {
        if (owner["timeouts"] is not { } node)
            return Timeouts.Default;
        var at = pointer + "/timeouts";
        var members = Members(node, at, "connectSeconds", "firstEventSeconds", "idleSeconds", "totalSeconds");
        return new Timeouts(
            Seconds(members, "connectSeconds", at) ?? Timeouts.Default.Connect,
            Seconds(members, "firstEventSeconds", at) ?? Timeouts.Default.FirstEvent,
            Seconds(members, "idleSeconds", at) ?? Timeouts.Default.Idle,
            Seconds(members, "totalSeconds", at) ?? Timeouts.Default.Total);
    }

    private ModelSettings ReadModel(string name, JsonNode? node, string pointer, List<ProviderSettings> providers)
    {
        var members = Members(
            node,
            pointer,
            "provider", "model", "targets", "aliases", "capabilities", "contextLength", "embeddingLength", "family", "parameterSize", "quantization");
        if (!ModelName.TryParse(name, out _))
            Mistake(pointer, $"{Printable.Quote(name)} is not a model name; {NameRule}");
        var aliases = ReadTexts(members, "aliases", pointer) ?? [];
        foreach (var wrong in aliases.Where(alias => !ModelName.TryParse(alias, out _)))
            Mistake(pointer + "/aliases", $"{Printable.Quote(wrong)} is not a model name; {NameRule}");
        return new ModelSettings(name, ReadTargets(members, pointer, providers))
        {
            Aliases = aliases,
            Capabilities = ReadCapabilities(members, pointer),
            ContextLength = Count(members, "contextLength", pointer),
            EmbeddingLength = Count(members, "embeddingLength", pointer),
            Family = Text(members, "family", pointer),
            ParameterSize = Text(members, "parameterSize", pointer),
            Quantization = Text(members, "quantization", pointer),
        };
    }

    private List<Target> ReadTargets(JsonObject members, string pointer, List<ProviderSettings> providers)
    {
        if (members["targets"] is not { } list)
            return [ReadTarget(members, pointer, providers)];
        if (members["provider"] is not null || members["model"] is not null)
            Mistake(pointer, "has both targets and provider/model; give one of them");
        if (list is not JsonArray { Count: > 0 } array)
        {
            Broken(pointer + "/targets", "must be a list of at least one {\"provider\", \"model\"}");
            return [];
        }

        return [.. array.Select((item, index) => ReadTarget(Members(item, $"{pointer}/targets/{index}", "provider", "model"), $"{pointer}/targets/{index}", providers))];
    }

    private Target ReadTarget(JsonObject members, string pointer, List<ProviderSettings> providers)
    {
        var provider = Text(members, "provider", pointer);
        var known = providers.Find(each => each.Name.Equals(provider, StringComparison.OrdinalIgnoreCase));
        if (known is null)
        {
            var allowed = providers.Count == 0 ? "configure one under /providers first" : "allowed: " + string.Join(", ", providers.Select(each => each.Name));
            Mistake(pointer + "/provider", provider is null ? $"is required; {allowed}" : $"{Printable.Quote(provider)} is not a configured provider{NearestName.Suggest(provider, providers.Select(each => each.Name))}; {allowed}");
        }

        if (Text(members, "model", pointer) is { Length: > 0 } model)
        {
            if (known is not null && ModelNameRule.FindMistake(known, model) is { } rule)
                Mistake(pointer + "/model", $"\"{model}\" cannot be a model of the provider's; {rule}");
            return new Target(known?.Name ?? "", model);
        }

        Mistake(pointer + "/model", "is required: the provider's name of the model");
        return new Target("", "");
    }

    private ModelCapabilities? ReadCapabilities(JsonObject members, string pointer)
    {
        if (ReadTexts(members, "capabilities", pointer) is not { } names)
            return null;
        foreach (var unknown in names.Except(ModelCapabilities.All))
            Unknown(pointer + "/capabilities", unknown, ModelCapabilities.All, "is not a capability");
        return new ModelCapabilities(names, AreCertain: true);
    }

    private AccessSettings ReadAccess(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "mode", "allowOpenNetwork", "origins", "hosts", "downloads");
        if (Text(members, "mode", pointer) is not (null or "open") and var mode)
            Mistake(pointer + "/mode", $"{Printable.Quote(mode)} is not supported by this version; allowed: open");
        return new AccessSettings(AccessMode.Open, Switch(members, "allowOpenNetwork", pointer) ?? false)
        {
            Origins = ReadOrigins(members, pointer),
            Hosts = ReadHosts(members, pointer),
            Downloads = ReadDownloads(members, pointer),
        };
    }

    private DownloadPolicy ReadDownloads(JsonObject access, string pointer)
    {
        switch (Text(access, "downloads", pointer))
        {
            case null or "public":
                return DownloadPolicy.Public;
            case "any":
                return DownloadPolicy.Any;
            case "none":
                return DownloadPolicy.None;
            case var other:
                Unknown(pointer + "/downloads", other, ["public", "any", "none"]);
                return DownloadPolicy.Public;
        }
    }

    private List<string> ReadOrigins(JsonObject access, string pointer)
    {
        if (ReadTexts(access, "origins", pointer) is { } origins)
        {
            foreach (var wrong in origins.Where(origin => !IsOrigin(origin)))
                Mistake(pointer + "/origins", $"{Printable.Quote(wrong)} {OriginRule}");
            return origins;
        }

        origins = [.. environment.GetValueOrDefault(OriginsVariable, "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        mistakes.AddRange(origins.Where(origin => !IsOrigin(origin)).Select(wrong => $"environment variable {OriginsVariable}: {Printable.Quote(wrong)} {OriginRule}"));
        return origins;
    }

    private static bool IsOrigin(string text) =>
        text.Count(letter => letter == '*') switch
        {
            // A browser names scheme, host and port; with anything behind them the text would never be met.
            0 => text.Split("://") is [{ Length: > 0 }, { Length: > 0 } host] && !host.AsSpan().ContainsAny("/?#@"),
            1 => true,
            _ => false,
        }
        && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));

    private List<string> ReadHosts(JsonObject access, string pointer)
    {
        var hosts = ReadTexts(access, "hosts", pointer) ?? [];
        foreach (var wrong in hosts.Where(host => host != "*" && Uri.CheckHostName(host) == UriHostNameType.Unknown))
            Mistake(pointer + "/hosts", $"{Printable.Quote(wrong)} is not a host's name; allowed: a name or address without scheme and port, or \"*\" for any");
        return hosts;
    }

    private LimitSettings ReadLimits(JsonNode? node, string pointer)
    {
        if (node is null)
            return LimitSettings.Default;
        var members = Members(node, pointer, "requestBytes", "downloadBytes", "answerBytes", "memoryBytes", "keepAliveSeconds", "stalledClientSeconds", "drainSeconds", "workSeconds");
        return new LimitSettings(
            Count(members, "requestBytes", pointer) ?? LimitSettings.Default.RequestBytes,
            Count(members, "downloadBytes", pointer) ?? LimitSettings.Default.DownloadBytes)
        {
            MemoryBytes = ReadMemoryBytes(members, pointer),
            AnswerBytes = Count(members, "answerBytes", pointer) ?? LimitSettings.Default.AnswerBytes,
            KeepAlive = Seconds(members, "keepAliveSeconds", pointer) ?? LimitSettings.Default.KeepAlive,
            StalledClient = Seconds(members, "stalledClientSeconds", pointer, above: 1) ?? LimitSettings.Default.StalledClient,
            Drain = Seconds(members, "drainSeconds", pointer) ?? LimitSettings.Default.Drain,
            Work = Seconds(members, "workSeconds", pointer) ?? LimitSettings.Default.Work,
        };
    }

    private long? ReadMemoryBytes(JsonObject limits, string pointer)
    {
        if (limits["memoryBytes"] is not { } value)
            return null;
        if (value is JsonValue number && number.TryGetValue<double>(out var bytes) && bytes == Math.Truncate(bytes) && bytes is >= LimitSettings.LeastMemoryBytes and <= LimitSettings.MostMemoryBytes)
            return (long)bytes;
        Broken(pointer + "/memoryBytes", $"must be a whole number of bytes from {LimitSettings.LeastMemoryBytes} to {LimitSettings.MostMemoryBytes}");
        return null;
    }
}
