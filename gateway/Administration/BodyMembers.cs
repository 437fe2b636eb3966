using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>
/// An object of a request's body, read as a JSON merge patch (RFC 7396): a member that is absent keeps its value, and null gives
/// it its default. It collects all mistakes, and refuses members that nobody asked for.
/// </summary>
internal sealed class BodyMembers
{
    private const int DeepestJson = 16;

    private const int PartsInWhole = 10_000;

    private readonly Dictionary<string, JsonElement> members = [];
    private readonly List<string> known = [];
    private readonly string pointer;
    private readonly List<Mistake> mistakes;

    private BodyMembers(JsonElement source, string pointer, List<Mistake> mistakes)
    {
        this.pointer = pointer;
        this.mistakes = mistakes;
        foreach (var member in source.EnumerateObject())
            members.Add(member.Name, member.Value);
    }

    /// <summary>The body of a call. An empty one has no members.</summary>
    /// <exception cref="RefusedCall">The body is not a JSON object.</exception>
    public static BodyMembers Of(AdminCall call, List<Mistake> mistakes)
    {
        if (call.Body.IsEmpty)
            return new(JsonElement.Parse("{}"u8), "", mistakes);
        CheckMediaType(call);
        if (!Utf8.IsValid(call.Body.Span))
            throw Refused(MistakeText.NotUtf8);
        JsonElement root;
        try
        {
            root = JsonElement.Parse(call.Body.Span, new JsonDocumentOptions { MaxDepth = DeepestJson, AllowDuplicateProperties = false });
        }
        catch (JsonException error)
        {
            throw Refused(MistakeText.NotJson(error.Message.TrimEnd('.')));
        }
        catch (InvalidOperationException)
        {
            throw Refused(MistakeText.HalfPairInName);
        }

        if (root.ValueKind != JsonValueKind.Object)
            throw Refused(MistakeText.NoObject(NameOf(root)));
        try
        {
            return new(root, "", mistakes);
        }
        catch (InvalidOperationException)
        {
            throw Refused(MistakeText.HalfPairInName);
        }
    }

    /// <summary>Whether the body has a member.</summary>
    public bool Has(string name) => members.ContainsKey(name);

    /// <param name="name">The member.</param>
    /// <param name="current">Its value when it is absent.</param>
    /// <param name="mistakeOf">What is wrong with a value, or null.</param>
    public string? Text(string name, string? current, Func<string, Wording?> mistakeOf)
    {
        if (!TryTake(name, out var value))
            return current;
        return value.ValueKind == JsonValueKind.Null ? null : TextAt(value, Below(name), mistakeOf, MistakeText.TextOrNull) ?? current;
    }

    /// <summary>A text that must be there.</summary>
    /// <returns>The text; empty after a mistake.</returns>
    public string Required(string name, string? absent, Func<string, Wording?> mistakeOf)
    {
        if (TryTake(name, out var value))
            return TextAt(value, Below(name), mistakeOf, MistakeText.Text) ?? "";
        if (absent is null)
            Add(name, MistakeText.Required);
        return absent ?? "";
    }

    public bool Flag(string name, bool current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
            return value.ValueKind == JsonValueKind.True;
        Add(name, MistakeText.NoFlag(NameOf(value)));
        return current;
    }

    public long? Number(string name, long? current, long least, long most)
    {
        if (!TryTake(name, out var value))
            return current;
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
            return number;
        Add(name, MistakeText.NoNumber(least, most, NameOf(value)));
        return current;
    }

    /// <summary>An amount of US dollars, in picodollars.</summary>
    public long? Money(string name, long? current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (TryReadAmount(value, out var amount) && amount >= 0)
            return amount;
        Add(name, MistakeText.NoMoney(BudgetValues.GreatestDollars, NameOf(value)));
        return current;
    }

    /// <summary>An amount of US dollars that is added or taken away, in picodollars; it must be there.</summary>
    /// <returns>The amount; 0 after a mistake.</returns>
    public long Change(string name)
    {
        if (TryTake(name, out var value) && TryReadAmount(value, out var amount) && amount != 0)
            return amount;
        Add(name, MistakeText.NoChange(BudgetValues.GreatestDollars));
        return 0;
    }

    /// <summary>A part of something: above 0 and at most 1.</summary>
    public decimal? Part(string name, decimal? current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var part) && part is > 0 and <= 1 && part * PartsInWhole == decimal.Truncate(part * PartsInWhole))
            return Picodollars.Shortest(part);
        Add(name, MistakeText.NoPart(NameOf(value)));
        return current;
    }

    /// <summary>A time in the future, with its offset from UTC.</summary>
    public DateTimeOffset? Time(string name, DateTimeOffset? current, DateTimeOffset now, TimeSpan most)
    {
        if (!TryTake(name, out var value))
            return current;
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        var text = TextAt(value, Below(name), static _ => null, MistakeText.TextOrNull);
        if (text is null)
            return current;
        if (!Timestamp.TryRead(text, out var time))
            Add(name, MistakeText.NoTime);
        else if (time <= now || time - now > most)
            Add(name, MistakeText.WrongTime(Timestamp.TextOf(now), (int)most.TotalDays));
        else
            return time;
        return current;
    }

    /// <summary>A list of texts; null for its default.</summary>
    public IReadOnlyList<string>? Texts(string name, IReadOnlyList<string>? current, int most, Func<string, Wording?> mistakeOf)
    {
        if (!TryTake(name, out var value))
            return current;
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
        {
            Add(name, MistakeText.NoTexts(NameOf(value)));
            return current;
        }

        if (value.GetArrayLength() > most)
        {
            Add(name, MistakeText.TooManyEntries(value.GetArrayLength(), most));
            return current;
        }

        var texts = new List<string>(value.GetArrayLength());
        foreach (var entry in value.EnumerateArray())
        {
            var place = $"{Below(name)}/{texts.Count}";
            // A wrong entry keeps its place, so that the pointers to those after it are right.
            var text = TextAt(entry, place, mistakeOf, MistakeText.Text) ?? "";
            if (text.Length > 0 && texts.Contains(text))
                mistakes.Add(Mistake.InBody(place, MistakeText.ListedTwice));
            texts.Add(text);
        }

        return texts;
    }

    public AllowRules Allow(string name, AllowRules current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (Inner(name, value) is not { } inner)
            return value.ValueKind == JsonValueKind.Null ? AllowRules.Everything : current;
        var rules = new AllowRules(
            inner.Texts("models", current.Models, AllowRules.Most, AllowEntry.ModelMistake),
            inner.Texts("endpoints", current.Endpoints, AllowRules.Most, AllowEntry.EndpointMistake),
            inner.Texts("networks", current.Networks, AllowRules.Most, AllowEntry.NetworkMistake));
        inner.End();
        return rules;
    }

    public LimitValues Limits(string name, LimitValues current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (Inner(name, value) is not { } inner)
            return value.ValueKind == JsonValueKind.Null ? LimitValues.None : current;
        var limits = new LimitValues(
            inner.Number("requestsPerMinute", current.RequestsPerMinute, 1, LimitValues.Greatest),
            inner.Number("tokensPerMinute", current.TokensPerMinute, 1, LimitValues.Greatest),
            inner.Number("concurrentRequests", current.ConcurrentRequests, 1, LimitValues.Greatest));
        inner.End();
        return limits;
    }

    public BudgetValues Budgets(string name, BudgetValues current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (Inner(name, value) is not { } inner)
            return value.ValueKind == JsonValueKind.Null ? BudgetValues.None : current;
        var budgets = new BudgetValues(
            inner.Money("day", current.Day),
            inner.Money("week", current.Week),
            inner.Money("month", current.Month),
            inner.Money("total", current.Total),
            inner.Part("warnAt", current.WarnAt));
        inner.End();
        return budgets;
    }

    /// <summary>Budgets by the tag as <c>NAME=VALUE</c>. A tag without any budget is left out.</summary>
    public IReadOnlyDictionary<string, BudgetValues> TagBudgets(string name, IReadOnlyDictionary<string, BudgetValues> current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (Inner(name, value) is not { } inner)
            return value.ValueKind == JsonValueKind.Null ? TaggedBudgets.None : current;
        var budgets = new SortedDictionary<string, BudgetValues>(current.ToDictionary(), StringComparer.Ordinal);
        foreach (var label in inner.members.Keys)
        {
            if (FreeText.LabelMistake(label) is { } mistake)
                inner.Add(label, mistake);
            else if (inner.Budgets(label, current.GetValueOrDefault(label, BudgetValues.None)) is { IsEmpty: false } values)
                budgets[label] = values;
            else
                budgets.Remove(label);
        }

        if (TaggedBudgets.MostOfRequest(budgets) is > TaggedBudgets.Most and var most)
            Add(name, MistakeText.TooManyTagBudgets(most, TaggedBudgets.Most));
        return budgets;
    }

    public IReadOnlyDictionary<string, string> Tags(string name, IReadOnlyDictionary<string, string> current)
    {
        if (!TryTake(name, out var value))
            return current;
        if (Inner(name, value) is not { } inner)
            return value.ValueKind == JsonValueKind.Null ? EmptyTags : current;
        var tags = new SortedDictionary<string, string>(current.ToDictionary(), StringComparer.Ordinal);
        foreach (var tag in inner.members)
        {
            if (tag.Value.ValueKind == JsonValueKind.Null)
                tags.Remove(tag.Key);
            else if (FreeText.TagMistake(tag.Key) is { } mistake)
                inner.Add(tag.Key, mistake);
            else if (TextAt(tag.Value, inner.Below(tag.Key), FreeText.ValueMistake, MistakeText.TextOrNullForTag) is { } text)
                tags[tag.Key] = text;
        }

        if (tags.Count > FreeText.MostTags)
            Add(name, MistakeText.TooManyTags(tags.Count, FreeText.MostTags));
        return tags;
    }

    public IReadOnlyList<Role> Roles(string name, IReadOnlyList<Role> current)
    {
        var names = Texts(name, null, RoleName.All.Count, static text => RoleName.TryRead(text, out _) ? null : MistakeText.NoRole(string.Join(", ", RoleName.All)));
        if (names is null && !(members.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Null))
            return current;
        var roles = new List<Role>();
        foreach (var text in names ?? [])
        {
            if (RoleName.TryRead(text, out var role))
                roles.Add(role);
        }

        return roles;
    }

    /// <summary>Adds a mistake at a member; at the object itself if the name is empty.</summary>
    public void Add(string name, Wording detail) => mistakes.Add(Mistake.InBody(name.Length == 0 ? pointer : Below(name), detail));

    /// <summary>Refuses what nobody asked for.</summary>
    public void End()
    {
        foreach (var name in members.Keys)
        {
            if (!known.Contains(name))
                Add(name, known.Count == 0 ? MistakeText.NoMemberAllowed : MistakeText.UnknownMember(string.Join(", ", known)));
        }
    }

    private static readonly IReadOnlyDictionary<string, string> EmptyTags = new Dictionary<string, string>();

    private static RefusedCall Refused(Wording detail) => new(Problem.Invalid(Mistake.InBody("", detail)));

    private static void CheckMediaType(AdminCall call)
    {
        if (call.ContentType is not { } given)
        {
            if (call.IsFromPage)
                throw new RefusedCall(Problem.MediaType(ProblemText.NoMediaType));
            return;
        }

        var type = given.Split(';')[0].Trim();
        // curl sends any body as a form. A page can send forms without being asked for, with a credential that the browser remembers.
        if (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || (!call.IsFromPage && type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)))
            return;
        if (call.Method != "PATCH" || !type.Equals("application/merge-patch+json", StringComparison.OrdinalIgnoreCase))
            throw new RefusedCall(Problem.MediaType(Wording.Verbatim(FreeText.Cut(type))));
    }

    private static Wording NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => MistakeText.AnObject,
        JsonValueKind.Array => MistakeText.AList,
        JsonValueKind.String => MistakeText.Text,
        JsonValueKind.Number => Wording.Verbatim(FreeText.Cut(value.GetRawText())),
        _ => Wording.Verbatim(value.GetRawText()),
    };

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads US dollars as picodollars.</summary>
    private static bool TryReadAmount(JsonElement value, out long picodollars)
    {
        picodollars = 0;
        // A decimal has 28 digits, so that no digit of these amounts is lost; one that is too small for it is zero.
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var dollars) || Math.Abs(dollars) > BudgetValues.GreatestDollars
            || dollars * Picodollars.InDollar is var amount && (amount != decimal.Truncate(amount) || (amount == 0 && !IsZero(value))))
        {
            return false;
        }

        picodollars = (long)(dollars * Picodollars.InDollar);
        return true;

        static bool IsZero(JsonElement number) => !number.GetRawText().Split('e', 'E')[0].AsSpan().ContainsAnyInRange('1', '9');
    }

    private bool TryTake(string name, out JsonElement value)
    {
        known.Add(name);
        return members.TryGetValue(name, out value);
    }

    private string? TextAt(JsonElement value, string place, Func<string, Wording?> mistakeOf, Wording wanted)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            mistakes.Add(Mistake.InBody(place, MistakeText.NotAsWanted(wanted, NameOf(value))));
            return null;
        }

        if (TextOf(value) is not { } text)
        {
            mistakes.Add(Mistake.InBody(place, MistakeText.HalfPair));
            return null;
        }

        if (mistakeOf(text) is not { } mistake)
            return text;
        mistakes.Add(Mistake.InBody(place, mistake));
        return null;
    }

    /// <summary>The members of an object; null for null, and after a mistake.</summary>
    private BodyMembers? Inner(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            try
            {
                return new(value, Below(name), mistakes);
            }
            catch (InvalidOperationException)
            {
                Add(name, MistakeText.HalfPairInName);
                return null;
            }
        }

        if (value.ValueKind != JsonValueKind.Null)
            Add(name, MistakeText.ObjectOrNull(NameOf(value)));
        return null;
    }

    private string Below(string name) =>
        $"{pointer}/{FreeText.Cut(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
