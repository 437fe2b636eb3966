using System.Text.Json;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Requests;

/// <summary>
/// Reads the members of a JSON object by a closed schema and collects each error. <see cref="RejectOthers"/> adds an error
/// for each member that was never read.
/// </summary>
internal sealed class FieldReader(JsonElement value, List<FieldError> errors, params FieldStep[] location)
{
    private readonly List<string> known = [];

    /// <summary>Whether members that were never read are ignored.</summary>
    public bool PassesOthersOver { get; init; }

    /// <summary>Whether a member may also be written in snake case, as protocol buffers allow.</summary>
    public bool TakesSnakeCase { get; init; }

    public JsonElement Value => value;

    public List<FieldError> Errors => errors;

    public FieldStep[] At(params ReadOnlySpan<FieldStep> steps) => [.. location, .. steps];

    /// <summary>A reader of an item in the array <paramref name="member"/>. Null when it is not an object.</summary>
    public FieldReader? Item(string member, int index, JsonElement item) => Nested(item, At(member, index));

    /// <summary>A reader of the object <paramref name="member"/>. Null when it is missing or not an object.</summary>
    public FieldReader? Object(string member, bool required = false, bool nullable = false) =>
        Find(member, required, nullable, out var found) ? Nested(found, At(member)) : null;

    public FieldReader? Nested(JsonElement item, FieldStep[] at)
    {
        if (item.ValueKind == JsonValueKind.Object)
            return new FieldReader(item, errors, at) { PassesOthersOver = PassesOthersOver, TakesSnakeCase = TakesSnakeCase };
        Add("dict_type", at, "Input should be a valid dictionary", item);
        return null;
    }

    /// <summary>Returns the member without a check; the caller checks it.</summary>
    public bool Any(string member, out JsonElement found) => Find(member, required: false, nullable: true, out found);

    public string? Text(string member, bool required = false, bool nullable = false)
    {
        if (!Find(member, required, nullable, out var found))
            return null;
        if (found.ValueKind == JsonValueKind.String)
            return found.GetString();
        Add("string_type", At(member), "Input should be a valid string", found);
        return null;
    }

    public string? OneOf(string member, string[] allowed, bool required = false, bool nullable = false)
    {
        if (!Find(member, required, nullable, out var found))
            return null;
        if (found.ValueKind == JsonValueKind.String && allowed.Contains(found.GetString()))
            return found.GetString();
        var quoted = Array.ConvertAll(allowed, choice => $"'{choice}'");
        var choices = quoted.Length == 1 ? quoted[0] : $"{string.Join(", ", quoted[..^1])} or {quoted[^1]}";
        errors.Add(new("literal_error", At(member), $"Input should be {choices}", FieldError.Quote(found)) { Allowed = allowed });
        return null;
    }

    public bool? Flag(string member, bool nullable = false)
    {
        if (!Find(member, required: false, nullable, out var found))
            return null;
        if (found.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return found.GetBoolean();
        Add("bool_type", At(member), "Input should be a valid boolean", found);
        return null;
    }

    public double? Number(string member, double least, double most)
    {
        if (!Find(member, required: false, nullable: true, out var found))
            return null;
        if (found.ValueKind != JsonValueKind.Number || !found.TryGetDouble(out var number))
        {
            Add("float_type", At(member), "Input should be a valid number", found);
            return null;
        }

        return InRange(member, found, number, least, most) ? number : null;
    }

    public int? Integer(string member, int least, int most = int.MaxValue)
    {
        if (!Find(member, required: false, nullable: true, out var found))
            return null;
        if (found.ValueKind != JsonValueKind.Number || !found.TryGetDouble(out var number) || number != Math.Floor(number))
        {
            Add("int_type", At(member), "Input should be a valid integer", found);
            return null;
        }

        return InRange(member, found, number, least, most) ? (int)number : null;
    }

    /// <summary>The items of an array. Null when it is missing or not an array.</summary>
    public JsonElement[]? Items(string member, bool required = false, bool nullable = false)
    {
        if (!Find(member, required, nullable, out var found))
            return null;
        if (found.ValueKind == JsonValueKind.Array)
            return [.. found.EnumerateArray()];
        Add("list_type", At(member), "Input should be a valid list", found);
        return null;
    }

    /// <summary>A string, or an array of strings.</summary>
    public string[]? TextOrTexts(string member, bool required = false, bool nullable = false)
    {
        if (!Find(member, required, nullable, out var found))
            return null;
        if (found.ValueKind == JsonValueKind.String)
            return [found.GetString()!];
        if (found.ValueKind != JsonValueKind.Array)
        {
            Add("string_type", At(member), "Input should be a valid string or a list of strings", found);
            return null;
        }

        var texts = new List<string>();
        var index = 0;
        foreach (var item in found.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
                texts.Add(item.GetString()!);
            else
                Add("string_type", At(member, index), "Input should be a valid string", item);
            index++;
        }

        return [.. texts];
    }

    public void Add(string type, FieldStep[] at, string message, JsonElement input) =>
        errors.Add(new(type, at, message, FieldError.Quote(input)));

    /// <summary>Marks members as known without reading them.</summary>
    public void Ignore(params ReadOnlySpan<string> members) => known.AddRange(members);

    /// <summary>Adds an error for every member that was never read.</summary>
    public void RejectOthers()
    {
        if (PassesOthersOver)
            return;
        foreach (var member in value.EnumerateObject())
        {
            if (!known.Contains(member.Name) && !(TakesSnakeCase && known.Exists(name => SnakeCase.Of(name) == member.Name)))
                Add("extra_forbidden", At(member.Name), "Extra inputs are not permitted", member.Value);
        }
    }

    /// <exception cref="RefusalException">There are errors. It holds all of them.</exception>
    public void ThrowIfWrong()
    {
        if (errors.Count > 0)
            throw new RefusalException(new(RefusalKind.Fields, errors[0].Message) { Fields = errors });
    }

    private bool InRange(string member, JsonElement found, double number, double least, double most)
    {
        if (number < least)
            errors.Add(new("greater_than_equal", At(member), $"Input should be greater than or equal to {least}", FieldError.Quote(found)) { Limit = least });
        else if (number > most)
            errors.Add(new("less_than_equal", At(member), $"Input should be less than or equal to {most}", FieldError.Quote(found)) { Limit = most });
        return number >= least && number <= most;
    }

    private bool Find(string member, bool required, bool nullable, out JsonElement found)
    {
        known.Add(member);
        if (!value.TryGetProperty(member, out found) && !(TakesSnakeCase && value.TryGetProperty(SnakeCase.Of(member), out found)))
        {
            if (required)
                Add("missing", At(member), "Field required", value);
            return false;
        }

        return found.ValueKind != JsonValueKind.Null || !nullable;
    }
}
