using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/providers</c>.</summary>
public sealed partial class ConfigurationReader
{
    private static readonly string[] OpenAIOptions = ["server", "mergeSystem", "echoReasoningContent", "responses"];

    private static readonly string[] AnthropicOptions = ["version", "auth"];

    private static readonly string[] AzureOptions = ["auth", "apiVersion", "deployments", "scope", "baseModels"];

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
        return new ProviderSettings(name, dialect ?? "", ReadUrl(members, pointer), ReadSecret(members, "apiKey", pointer), publish == "all", ReadTimeouts(members, pointer))
        {
            Options = ReadOptions(members, pointer, dialect),
            HttpVersion = ReadHttpVersion(members, pointer),
            AllowsDirectNames = Switch(members, "direct", pointer) ?? true,
        };
    }

    private Version? ReadHttpVersion(JsonObject provider, string pointer)
    {
        // A variable sets it as a number, the file as a string.
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

    private Timeouts ReadTimeouts(JsonObject owner, string pointer)
    {
        if (owner["timeouts"] is not { } node)
            return Timeouts.Default;
        var at = pointer + "/timeouts";
        var members = Members(node, at, "connectSeconds", "firstEventSeconds", "idleSeconds", "totalSeconds", "afterClientSeconds");
        return new Timeouts(
            Seconds(members, "connectSeconds", at) ?? Timeouts.Default.Connect,
            Seconds(members, "firstEventSeconds", at) ?? Timeouts.Default.FirstEvent,
            Seconds(members, "idleSeconds", at) ?? Timeouts.Default.Idle,
            Seconds(members, "totalSeconds", at) ?? Timeouts.Default.Total,
            Seconds(members, "afterClientSeconds", at) ?? Timeouts.Default.AfterClient);
    }
}
