using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Secrets;

namespace Dragoman.Catalog;

/// <summary>
/// Reads <c>gateway.json</c> and the <c>DRAGOMAN__…</c> variables over it. Every mistake is collected, with its JSON
/// pointer and what is allowed; unknown members are mistakes too.
/// </summary>
public sealed class ConfigurationReader
{
    private const string VariablePrefix = "DRAGOMAN__";

    /// <summary>Ollama's own variable, for those who come from there.</summary>
    private const string OriginsVariable = "OLLAMA_ORIGINS";

    private static readonly string[] OpenAIOptions = ["server", "mergeSystem", "echoReasoningContent", "responses"];

    private static readonly string[] AnthropicOptions = ["version", "auth"];

    private static readonly string[] AzureOptions = ["auth", "apiVersion", "deployments", "scope", "baseModels"];

    private const string OriginRule = "is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any";

    private readonly string source;
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly List<string> mistakes = [];
    private readonly Dictionary<string, string> variableOf = [];

    private ConfigurationReader(string source, IReadOnlyDictionary<string, string> environment)
    {
        this.source = source;
        this.environment = environment;
    }

    /// <param name="path">The file; it need not exist.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string path, IReadOnlyDictionary<string, string> environment)
    {
        var reader = new ConfigurationReader(Path.GetFileName(path), environment);
        return reader.Read(File.Exists(path) ? File.ReadAllText(path) : "{}");
    }

    /// <param name="json">The configuration's text.</param>
    /// <param name="source">What to call it in a mistake.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static GatewayConfiguration Read(string json, string source, IReadOnlyDictionary<string, string> environment) =>
        new ConfigurationReader(source, environment).Read(json);

    private GatewayConfiguration Read(string json)
    {
        var root = Parse(json);
        // Sorted as a list of names, which needs no code that the runtime would first have to compile at each start.
        var names = environment.Keys.Where(name => name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        names.Sort(StringComparer.Ordinal);
        foreach (var name in names)
            Override(root, name, environment[name]);

        var members = Members(root, "", "$schema", "providers", "models", "access", "limits");
        var providers = Entries(members, "/providers").Select(entry => ReadProvider(entry.Key, entry.Value, entry.Pointer)).ToList();
        var models = Entries(members, "/models").Select(entry => ReadModel(entry.Key, entry.Value, entry.Pointer, providers)).ToList();
        var access = ReadAccess(members["access"], "/access");
        var limits = ReadLimits(members["limits"], "/limits");
        var notices = new List<string>();
        if (mistakes.Count == 0 && providers.Count == 0)
            providers.AddRange(WellKnownProviders.FromEnvironment(environment, notices));
        return mistakes.Count > 0
            ? throw new ConfigurationException(mistakes)
            : new GatewayConfiguration(providers, models, access, limits) { Notices = notices };
    }

    private JsonObject Parse(string json)
    {
        try
        {
            var node = JsonNode.Parse(
                json,
                new JsonNodeOptions { PropertyNameCaseInsensitive = true },
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (node is JsonObject root)
            {
                // Members are parsed on first use, and a duplicate shows only then.
                _ = root.Count;
                return root;
            }

            throw new ConfigurationException([$"{source}: must be a JSON object"]);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new ConfigurationException([$"{source}: is not valid JSON: {error.Message}"]);
        }
    }

    private void Override(JsonObject root, string variable, string value)
    {
        var path = variable[VariablePrefix.Length..].Split("__");
        var owner = root;
        var pointer = "";
        foreach (var segment in path[..^1])
        {
            pointer += "/" + segment;
            if (owner[segment] is not JsonObject child)
                owner[segment] = child = new JsonObject(new JsonNodeOptions { PropertyNameCaseInsensitive = true });
            owner = child;
        }

        owner[path[^1]] = ReadVariable(value);
        variableOf[(pointer + "/" + path[^1]).ToLowerInvariant()] = variable;
    }

    /// <summary>A variable holds a number, true, false, an array or an object as JSON, and any other text as it stands.</summary>
    private static JsonNode? ReadVariable(string value)
    {
        try
        {
            return value.StartsWith('"') ? JsonValue.Create(value) : JsonNode.Parse(value, new JsonNodeOptions { PropertyNameCaseInsensitive = true });
        }
        catch (JsonException)
        {
            return JsonValue.Create(value);
        }
    }

    private ProviderSettings ReadProvider(string name, JsonNode? node, string pointer)
    {
        var members = Members(node, pointer, "dialect", "baseUrl", "apiKey", "publish", "httpVersion", "timeouts", "options");
        var dialect = Text(members, "dialect", pointer);
        if (dialect is null)
            Mistake(pointer + "/dialect", $"is required; allowed: {string.Join(", ", ProviderSettings.Dialects)}");
        else if (!ProviderSettings.Dialects.Contains(dialect))
            Mistake(pointer + "/dialect", $"\"{dialect}\" is not a dialect that this version speaks; allowed: {string.Join(", ", ProviderSettings.Dialects)}");
        if (dialect == "azure-openai" && members["baseUrl"] is null)
            Mistake(pointer + "/baseUrl", "is required: the resource's own, such as https://name.openai.azure.com/openai/v1");
        var publish = Text(members, "publish", pointer);
        if (publish is not (null or "all" or "none"))
            Mistake(pointer + "/publish", $"\"{publish}\" is not known; allowed: all, none");
        return new ProviderSettings(name, dialect ?? "", ReadUrl(members, pointer), ReadSecret(members, pointer), publish == "all", ReadTimeouts(members, pointer))
        {
            Options = ReadOptions(members, pointer, dialect),
            HttpVersion = ReadHttpVersion(members, pointer),
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
                Mistake(pointer + "/httpVersion", $"\"{other}\" is not known; allowed: \"1.1\", \"2\"");
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
        if (own.Length == 0 && members.Count > 0)
        {
            Mistake(at, $"is for the dialects openai, anthropic and azure-openai; \"{dialect}\" has no options");
        }
        else
        {
            foreach (var name in OpenAIOptions.Concat(AnthropicOptions).Union(AzureOptions).Except(own).Where(members.ContainsKey))
                Mistake($"{at}/{name}", $"is not an option of the dialect {dialect}; allowed: {string.Join(", ", own)}");
        }

        if (dialect == "azure-openai" && owner["apiKey"] is null && Text(members, "auth", at) == "api-key")
            Mistake(at + "/auth", "\"api-key\" needs the provider's apiKey");
        if (Text(members, "version", at) is { } version && !DateOnly.TryParseExact(version, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            Mistake(at + "/version", $"\"{version}\" is not a version of Anthropic's API; allowed: a date such as 2023-06-01");
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
                Mistake($"{at}/{name}", $"\"{word}\" is not known; allowed: {string.Join(", ", allowed)}");
            return word;
        }
    }

    private IReadOnlyDictionary<string, string> ReadBaseModels(JsonObject options, string pointer)
    {
        if (options["baseModels"] is not { } node)
            return ProviderOptions.None.BaseModels;
        if (node is JsonObject entries && entries.All(entry => entry.Value?.GetValueKind() == JsonValueKind.String))
            return entries.ToDictionary(entry => entry.Key, entry => entry.Value!.GetValue<string>(), StringComparer.OrdinalIgnoreCase);
        Mistake(pointer + "/baseModels", "must be an object of strings: the name of each deployment, and that of the model behind it such as gpt-5");
        return ProviderOptions.None.BaseModels;
    }

    private Uri? ReadUrl(JsonObject members, string pointer)
    {
        if (Text(members, "baseUrl", pointer) is not { } text)
            return null;
        if (Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0)
            return url;
        Mistake(pointer + "/baseUrl", "must be an http or https URL without user, password and query, such as https://api.example.com/v1");
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
            Mistake(pointer, $"\"{name}\" is not a model name; allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'");
        return new ModelSettings(name, ReadTargets(members, pointer, providers))
        {
            Aliases = ReadTexts(members, "aliases", pointer) ?? [],
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
            Mistake(pointer + "/targets", "must be a list of at least one {\"provider\", \"model\"}");
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
            Mistake(pointer + "/provider", provider is null ? $"is required; {allowed}" : $"\"{provider}\" is not a configured provider; {allowed}");
        }

        if (Text(members, "model", pointer) is { Length: > 0 } model)
            return new Target(known?.Name ?? "", model);
        Mistake(pointer + "/model", "is required: the provider's name of the model");
        return new Target("", "");
    }

    private ModelCapabilities? ReadCapabilities(JsonObject members, string pointer)
    {
        if (ReadTexts(members, "capabilities", pointer) is not { } names)
            return null;
        foreach (var unknown in names.Except(ModelCapabilities.All))
            Mistake(pointer + "/capabilities", $"\"{unknown}\" is not a capability; allowed: {string.Join(", ", ModelCapabilities.All)}");
        return new ModelCapabilities(names, AreCertain: true);
    }

    private AccessSettings ReadAccess(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "mode", "allowOpenNetwork", "origins", "hosts", "downloads");
        if (Text(members, "mode", pointer) is not (null or "open") and var mode)
            Mistake(pointer + "/mode", $"\"{mode}\" is not supported by this version; allowed: open");
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
                Mistake(pointer + "/downloads", $"\"{other}\" is not known; allowed: public, any, none");
                return DownloadPolicy.Public;
        }
    }

    private List<string> ReadOrigins(JsonObject access, string pointer)
    {
        if (ReadTexts(access, "origins", pointer) is { } origins)
        {
            foreach (var wrong in origins.Where(origin => !IsOrigin(origin)))
                Mistake(pointer + "/origins", $"\"{wrong}\" {OriginRule}");
            return origins;
        }

        origins = [.. environment.GetValueOrDefault(OriginsVariable, "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        mistakes.AddRange(origins.Where(origin => !IsOrigin(origin)).Select(wrong => $"environment variable {OriginsVariable}: \"{wrong}\" {OriginRule}"));
        return origins;
    }

    private static bool IsOrigin(string text) =>
        text.Count(letter => letter == '*') switch
        {
            0 => text.Contains("://", StringComparison.Ordinal),
            1 => true,
            _ => false,
        };

    private List<string> ReadHosts(JsonObject access, string pointer)
    {
        var hosts = ReadTexts(access, "hosts", pointer) ?? [];
        foreach (var wrong in hosts.Where(host => host != "*" && Uri.CheckHostName(host) == UriHostNameType.Unknown))
            Mistake(pointer + "/hosts", $"\"{wrong}\" is not a host's name; allowed: a name or address without scheme and port, or \"*\" for any");
        return hosts;
    }

    private LimitSettings ReadLimits(JsonNode? node, string pointer)
    {
        if (node is null)
            return LimitSettings.Default;
        var members = Members(node, pointer, "requestBytes", "downloadBytes", "answerBytes", "memoryBytes", "keepAliveSeconds", "stalledClientSeconds", "drainSeconds");
        return new LimitSettings(
            Count(members, "requestBytes", pointer) ?? LimitSettings.Default.RequestBytes,
            Count(members, "downloadBytes", pointer) ?? LimitSettings.Default.DownloadBytes)
        {
            MemoryBytes = ReadMemoryBytes(members, pointer),
            AnswerBytes = Count(members, "answerBytes", pointer) ?? LimitSettings.Default.AnswerBytes,
            KeepAlive = Seconds(members, "keepAliveSeconds", pointer) ?? LimitSettings.Default.KeepAlive,
            StalledClient = Seconds(members, "stalledClientSeconds", pointer, above: 1) ?? LimitSettings.Default.StalledClient,
            Drain = Seconds(members, "drainSeconds", pointer) ?? LimitSettings.Default.Drain,
        };
    }

    private long? ReadMemoryBytes(JsonObject limits, string pointer)
    {
        if (limits["memoryBytes"] is not { } value)
            return null;
        if (value is JsonValue number && number.TryGetValue<long>(out var bytes) && bytes >= LimitSettings.LeastMemoryBytes)
            return bytes;
        Mistake(pointer + "/memoryBytes", $"must be a whole number of bytes, {LimitSettings.LeastMemoryBytes} or more");
        return null;
    }

    /// <summary>A time up to a day; null where it is not given.</summary>
    private TimeSpan? Seconds(JsonObject members, string name, string pointer, int above = 0)
    {
        if (members[name] is not { } value)
            return null;
        if (value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() is <= 86_400 and var seconds && seconds > above)
            return TimeSpan.FromSeconds(seconds);
        Mistake($"{pointer}/{name}", $"must be a number of seconds above {above} and up to 86400");
        return null;
    }

    private IEnumerable<(string Key, JsonNode? Value, string Pointer)> Entries(JsonObject members, string pointer)
    {
        if (members[pointer[1..]] is not { } node)
            yield break;
        if (node is not JsonObject entries)
        {
            Mistake(pointer, "must be an object, one member an entry");
            yield break;
        }

        foreach (var (key, value) in entries)
            yield return (key, value, $"{pointer}/{Escape(key)}");
    }

    /// <summary>The node as an object, with a mistake for every member that is not allowed.</summary>
    private JsonObject Members(JsonNode? node, string pointer, params string[] allowed)
    {
        if (node is not JsonObject members)
        {
            Mistake(pointer, "must be an object");
            return [];
        }

        foreach (var (name, _) in members)
        {
            if (!allowed.Contains(name, StringComparer.OrdinalIgnoreCase))
                Mistake($"{pointer}/{Escape(name)}", $"is not known; allowed: {string.Join(", ", allowed.Where(word => word != "$schema"))}");
        }

        return members;
    }

    private string? Text(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value.GetValueKind() == JsonValueKind.String)
            return value.GetValue<string>();
        Mistake($"{pointer}/{name}", "must be a string");
        return null;
    }

    private bool? Switch(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return value.GetValue<bool>();
        Mistake($"{pointer}/{name}", "must be true or false");
        return null;
    }

    private int? Count(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value is JsonValue number && number.TryGetValue<int>(out var count) && count > 0)
            return count;
        Mistake($"{pointer}/{name}", "must be a whole number above 0");
        return null;
    }

    private List<string>? ReadTexts(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value is JsonArray list && list.All(item => item?.GetValueKind() == JsonValueKind.String))
            return [.. list.Select(item => item!.GetValue<string>())];
        Mistake($"{pointer}/{name}", "must be a list of strings");
        return null;
    }

    private void Mistake(string pointer, string what)
    {
        var where = variableOf.TryGetValue(pointer.ToLowerInvariant(), out var variable) ? $"environment variable {variable}" : source;
        mistakes.Add($"{where}: {(pointer.Length == 0 ? "/" : pointer)} {what}");
    }

    private static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
