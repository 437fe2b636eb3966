using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/models</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string NameRule = "allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'";

    /// <summary>Rejects a name that two models have, with or without <c>:latest</c>: only the first model would be reachable by it.</summary>
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

    private ModelSettings ReadModel(string name, JsonNode? node, string pointer, List<ProviderSettings> providers)
    {
        var members = Members(
            node,
            pointer,
            "provider", "model", "targets", "aliases", "capabilities", "contextLength", "embeddingLength", "family", "parameterSize", "quantization", "price");
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
            Price = ReadPrice(members, pointer),
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
}
