using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Requests;

/// <summary>
/// A JSON object of a client's request, read member by member. Null counts as absent. A wrong type is a 400 that names the
/// member. A duplicate member is a 400 too: the request may be forwarded unchanged, and the provider might use the other one.
/// When names match in any case, as Ollama's do, nothing is forwarded unchanged, and the last one wins.
/// </summary>
public readonly struct RequestObject
{
    /// <summary>The most bytes that an escape takes for one character.</summary>
    private const int LongestEscape = 6;

    /// <summary>How many members are skipped in about the time of one unit of work.</summary>
    private const int MembersOfUnit = 16;

    private readonly JsonElement element;
    private readonly bool ignoreCase;
    private readonly WorkLimit work;

    private RequestObject(JsonElement element, string path, bool ignoreCase, WorkLimit work)
    {
        if (element.GetPropertyCount() > RequestLimits.MostMembers)
            throw GatewayException.Invalid(path, RequestText.MostMembers(PlaceOf(path), RequestLimits.MostMembers, element.GetPropertyCount()));
        this.element = element;
        this.ignoreCase = ignoreCase;
        this.work = work;
        Path = path;
    }

    /// <summary>The path of the object in the request; empty for the whole body.</summary>
    public string Path { get; }

    public IEnumerable<(string Name, JsonElement Value)> Members =>
        element.EnumerateObject().Select(member => (JsonText.ReadString(JsonMarshal.GetRawUtf8PropertyName(member)), member.Value));

    /// <summary>The members with other names than these. Memory is only allocated for such members.</summary>
    public IReadOnlyList<(string Name, JsonElement Value)> MembersBeside(params ReadOnlySpan<string> names)
    {
        List<(string, JsonElement)>? others = null;
        work.Spend(1 + element.GetPropertyCount());
        foreach (var member in element.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(member);
            if (!IsAnyOf(raw, names))
                (others ??= []).Add((JsonText.ReadString(raw), member.Value));
        }

        return others ?? [];
    }

    /// <param name="body">The request's JSON.</param>
    /// <param name="ignoreCase">Whether member names match in any case, as Ollama's do.</param>
    /// <param name="work">Limits the work of reading; null for no limit.</param>
    /// <exception cref="GatewayException">The body is not an object.</exception>
    public static RequestObject OfBody(JsonElement body, bool ignoreCase = false, WorkLimit? work = null) => Of(body, "", ignoreCase, work ?? WorkLimit.None);

    public string FieldPath(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public JsonElement? Find(string name)
    {
        JsonElement? found = null;
        var count = 0;
        string? variant = null;
        work.Spend(1 + (element.GetPropertyCount() / MembersOfUnit));
        foreach (var member in element.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(member);
            if (IsNamed(raw, name))
            {
                found = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value;
                count++;
            }
            else if (!ignoreCase && IsVariant(raw, name))
            {
                variant = JsonText.ReadString(raw);
            }
        }

        return (count > 1 && !ignoreCase) || variant is not null ? throw Ambiguous(name, count, variant) : found;
    }

    /// <summary>The error for a name that is there twice, or in another case. In a free object, such as metadata, names may differ in case only.</summary>
    private GatewayException Ambiguous(string name, int count, string? variant) => GatewayException.Invalid(
        FieldPath(name),
        count > 1 ? RequestText.Given(FieldPath(name), count)
        : RequestText.WrittenAs(FieldPath(variant!), name));

    public string? String(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.String ? JsonText.ReadString(value) : throw WrongType(name, RequestText.AString, value)
        : null;

    /// <summary>A string in its raw form, for texts that may be too long to copy needlessly.</summary>
    /// <exception cref="GatewayException">The member is absent or not a string.</exception>
    public JsonElement RequiredText(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text,
        { } other => throw WrongType(name, RequestText.AString, other),
        null => throw GatewayException.Invalid(FieldPath(name), RequestText.Required(FieldPath(name))),
    };

    /// <exception cref="GatewayException">The member is absent or not a string.</exception>
    public string RequiredString(string name) => String(name) ?? throw GatewayException.Invalid(FieldPath(name), RequestText.Required(FieldPath(name)));

    public bool? Bool(string name) => Find(name) is { } value
        ? value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw WrongType(name, RequestText.TrueOrFalse, value),
        }
        : null;

    public double? Number(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw WrongType(name, RequestText.ANumber, value)
        : null;

    /// <summary>A whole number. A fraction is cut off, as Ollama does with its options.</summary>
    public long? Integer(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var whole))
                return whole;
            if (value.TryGetDouble(out var number) && Math.Abs(number) < long.MaxValue)
                return (long)number;
        }

        throw WrongType(name, RequestText.AnInteger, value);
    }

    /// <summary>A whole number of 32 bits; a value out of range becomes the nearest one in range.</summary>
    public int? Int32(string name) => Integer(name) is { } value ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : null;

    public RequestObject? Object(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Object
            ? new RequestObject(value, FieldPath(name), ignoreCase, work)
            : throw WrongType(name, RequestText.AnObject, value)
        : null;

    /// <summary>The elements of an array with their paths; none when the member is absent.</summary>
    public IEnumerable<(JsonElement Value, string Path)> Array(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw WrongType(name, RequestText.AnArray, value);
        var path = FieldPath(name);
        if (value.GetArrayLength() > RequestLimits.MostElements)
            throw GatewayException.Invalid(path, RequestText.MostElements(path, RequestLimits.MostElements, value.GetArrayLength()));
        var limit = work;
        return value.EnumerateArray().Select((item, index) =>
        {
            limit.Spend();
            return (item, $"{path}[{index}]");
        });
    }

    /// <summary>Whether the member is an array with at least one element; its size is not limited.</summary>
    public bool HasElements(string name) =>
        Find(name) is { } value && (value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() > 0 : throw WrongType(name, RequestText.AnArray, value));

    /// <summary>The elements of an array of objects.</summary>
    public IEnumerable<RequestObject> Objects(string name)
    {
        var (caseRule, limit) = (ignoreCase, work);
        return Array(name).Select(item => Of(item.Value, item.Path, caseRule, limit));
    }

    public IEnumerable<string> Strings(string name) => Array(name).Select(item => item.Value.ValueKind == JsonValueKind.String
        ? JsonText.ReadString(item.Value)
        : throw GatewayException.Invalid(item.Path, RequestText.WrongType(item.Path, RequestText.AString, KindText.Of(item.Value))));

    /// <summary>The member's JSON as it was sent.</summary>
    public string? Raw(string name) => Find(name)?.GetRawText();

    public GatewayException WrongType(string name, Wording wanted, JsonElement value) =>
        GatewayException.Invalid(FieldPath(name), RequestText.WrongType(FieldPath(name), wanted, KindText.Of(value)));

    /// <summary>Compares raw names: a client may escape half a surrogate pair, on which the framework's own lookup throws.</summary>
    private bool IsNamed(ReadOnlySpan<byte> raw, string name)
    {
        // An escape takes more bytes than the character that it represents.
        if (raw.Length == name.Length)
            return ignoreCase ? Ascii.EqualsIgnoreCase(raw, name) : Ascii.Equals(raw, name);
        return raw.Length > name.Length && raw.Length <= LongestEscape * name.Length && raw.Contains((byte)'\\')
            && JsonText.ReadString(raw).Equals(name, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    /// <summary>Whether a server that ignores case would read this name as the other: Go's JSON reader does, even for two letters beyond ASCII.</summary>
    private static bool IsVariant(ReadOnlySpan<byte> raw, string name)
    {
        if (raw.Length == name.Length)
            return Ascii.EqualsIgnoreCase(raw, name);
        return raw.Length > name.Length && raw.Length <= LongestEscape * name.Length && (raw.Contains((byte)'\\') || !Ascii.IsValid(raw))
            && JsonText.ReadString(raw).Replace('\u017f', 's').Replace('\u212a', 'k').Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private bool IsAnyOf(ReadOnlySpan<byte> raw, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (IsNamed(raw, name))
                return true;
        }

        return false;
    }

    private static RequestObject Of(JsonElement value, string path, bool ignoreCase, WorkLimit work)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return new RequestObject(value, path, ignoreCase, work);
        throw GatewayException.Invalid(path, RequestText.NoObject(PlaceOf(path), KindText.Of(value)));
    }

    private static Wording PlaceOf(string path) => path.Length == 0 ? RequestText.Body : Wording.Verbatim(path);
}
