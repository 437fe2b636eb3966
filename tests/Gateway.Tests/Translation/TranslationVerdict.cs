using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>
/// The translation of a member, derived from the provider's JSON with and without it, the losses and the error. The words
/// are <c>kept</c>, <c>mapped:PLACES</c>, <c>emulated[:PLACES]</c>, <c>clamped:PLACES</c>, <c>dropped</c>, <c>refused</c>,
/// or <c>nothing</c> for a member that has no effect and is not reported.
/// </summary>
internal sealed partial class TranslationVerdict
{
    /// <summary>Members whose values are a dialect's own words and not the client's.</summary>
    private static readonly string[] Structure = ["type", "role", "mode", "media_type", "mimeType", "format"];

    private readonly TranslationRow row;
    private readonly Func<string, string?> fetchedFrom;

    /// <param name="row">The row of the member.</param>
    /// <param name="fetchedFrom">Returns the text that replaces a link when the gateway downloads it.</param>
    public TranslationVerdict(TranslationRow row, Func<string, string?> fetchedFrom)
    {
        this.row = row;
        this.fetchedFrom = fetchedFrom;
    }

    /// <param name="asked">The change of the client's JSON by the member.</param>
    /// <param name="before">The outcome of the request without the member.</param>
    /// <param name="after">The outcome of the request with the member.</param>
    public string Judge(JsonDifference asked, TranslationOutcome before, TranslationOutcome after)
    {
        if (before.Error is not null && after.Error is not null)
            return "refused";
        Assert.True(before.Error is null, $"the request without {row.Field} is refused: {before.Error?.Message}");
        if (after.Error is { } error)
            return error.Status != 400 ? $"fails with {error.Status}" : IsNamed(error.Field) ? "refused" : $"refused because of {error.Field}";

        List<Loss> losses = [.. after.Losses.Except(before.Losses)];
        var unnamed = losses.Where(loss => !IsNamed(loss.Field)).Select(loss => loss.ToString()).ToList();
        if (unnamed.Count > 0)
            return $"other losses: {string.Join(", ", unnamed)}";
        var sent = new JsonDifference(before.Sent, after.Sent);
        var places = string.Join(", ", sent.Places.SelectMany(place => Opened(place.Key, place.Value)).Select(place => Describe(place.Path, place.Value, asked)));
        if (losses.Exists(loss => loss.Action == LossAction.Dropped))
            return sent.Places.Values.Any(value => value is { } now && Leaves("", now).Any(leaf => Leaves(asked).Any(wanted => Holds(leaf, wanted)))) ? $"dropped:{places}" : "dropped";
        if (losses.Exists(loss => loss.Action == LossAction.Emulated))
            return places.Length == 0 ? "emulated" : $"emulated:{places}";
        if (losses.Exists(loss => loss.Action == LossAction.Clamped))
            return $"clamped:{places}";
        if (places.Length == 0)
            return "nothing";
        return sent.Equals(asked) ? "kept" : $"mapped:{places}{Missing(asked, sent)}";
    }

    /// <summary>Whether a loss or an error names the row's member. Indices and the path to it do not matter.</summary>
    private bool IsNamed(string? name)
    {
        if (name is null)
            return false;
        var plain = Index().Replace(name, "[]");
        return row.Losses.Append(row.Field).Any(known => known == plain || known.EndsWith("." + plain, StringComparison.Ordinal));
    }

    private string Describe(string path, JsonElement? value, JsonDifference asked)
    {
        if (value is null)
            return $"no {path}";
        if (value.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array || path.StartsWith('('))
            return path;
        var text = value.Value.GetRawText();
        return Leaves(asked).Any(leaf => Holds(value.Value, leaf)) || text.Length > 40 ? path : $"{path} = {text}";
    }

    /// <summary>Splits a small object of settings into its members, but not messages, tools and schemas.</summary>
    private static IEnumerable<(string Path, JsonElement? Value)> Opened(string path, JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.Object } settings || path.Contains('[') || Scalars(settings) is not (> 0 and <= 3))
            return [(path, value)];
        return settings.EnumerateObject().SelectMany(member => Opened($"{path}.{member.Name}", member.Value));
    }

    /// <summary>The number of values in an object. -1 when it holds lists.</summary>
    private static int Scalars(JsonElement value)
    {
        var count = 0;
        foreach (var member in value.EnumerateObject())
        {
            var inner = member.Value.ValueKind switch
            {
                JsonValueKind.Array => -1,
                JsonValueKind.Object => Scalars(member.Value),
                _ => 1,
            };
            if (inner < 0)
                return -1;
            count += inner;
        }

        return count;
    }

    /// <summary>The client's values that the sent request does not hold.</summary>
    private string Missing(JsonDifference asked, JsonDifference sent)
    {
        // A value that became one of the provider's own words or numbers counts as mapped to its place.
        if (sent.Places.SelectMany(place => Opened(place.Key, place.Value)).All(place => place.Value is null or { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) }))
            return "";
        var found = Leaves(sent).ToList();
        var names = sent.Places.SelectMany(place => Names(place.Value)).ToHashSet(StringComparer.Ordinal);
        var missing = Leaves(asked)
            .Where(leaf => !found.Exists(each => Holds(each, leaf)) && !(leaf.ValueKind == JsonValueKind.String && names.Contains(leaf.GetString()!)))
            .Select(leaf => leaf.GetRawText())
            .Distinct()
            .ToList();
        return missing.Count == 0 ? "" : $" without {string.Join(", ", missing)}";
    }

    private bool Holds(JsonElement found, JsonElement wanted)
    {
        if (JsonElement.DeepEquals(found, wanted))
            return true;
        var text = TextOf(found);
        var sought = TextOf(wanted);
        if (wanted.ValueKind != JsonValueKind.String)
            return found.ValueKind == JsonValueKind.String && text.Contains(sought, StringComparison.Ordinal);
        // Media are equal in any wrapping.
        if (sought.StartsWith("data:text/plain;base64,", StringComparison.Ordinal) && Encoding.UTF8.GetString(Convert.FromBase64String(DataUrl().Replace(sought, ""))) == text)
            return true;
        if (sought.Length > 0 && text.EndsWith(Convert.ToBase64String(Encoding.UTF8.GetBytes(sought)), StringComparison.Ordinal))
            return true;
        if (StateEnvelope.IsEnvelope(sought))
            sought = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(sought.Split('.')[3]));
        sought = fetchedFrom(sought) is { } fetched && !text.Contains(sought, StringComparison.Ordinal) ? fetched : DataUrl().Replace(sought, "");
        return sought.Length > 0 && text.Contains(sought, StringComparison.Ordinal);
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static IEnumerable<JsonElement> Leaves(JsonDifference difference) =>
        difference.Places.Where(place => place.Value is not null).SelectMany(place => Leaves(LastName(place.Key), place.Value!.Value));

    private static IEnumerable<JsonElement> Leaves(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return value.EnumerateObject().SelectMany(member => Leaves(member.Name, member.Value));
            case JsonValueKind.Array:
                return value.EnumerateArray().SelectMany(item => Leaves(name, item));
            case JsonValueKind.String when AsJsonObject(value.GetString()!) is { } inner:
                return Leaves(name, inner);
            default:
                return Structure.Contains(name) || value.ValueKind == JsonValueKind.Null || TextOf(value).Length == 0 ? [] : [value];
        }
    }

    private static IEnumerable<string> Names(JsonElement? value) => value?.ValueKind switch
    {
        JsonValueKind.Object => value.Value.EnumerateObject().SelectMany(member => Names(member.Value).Append(member.Name)),
        JsonValueKind.Array => value.Value.EnumerateArray().SelectMany(item => Names(item)),
        _ => [],
    };

    private static JsonElement? AsJsonObject(string text)
    {
        if (!text.StartsWith('{'))
            return null;
        try
        {
            return Dialects.Json.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string LastName(string path) => Index().Replace(path[(path.LastIndexOf('.') + 1)..], "");

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();

    [GeneratedRegex("^data:[^,]*,")]
    private static partial Regex DataUrl();
}
